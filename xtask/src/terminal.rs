//! What the terminal shows of a run: tables, numbers, the summary in words.

mod layout;

use lawbook_claims::{Kind, LawCard, Verdict};

use crate::outcome::{ClaimOutcome, Outcome, kind_word};
pub use layout::{paragraph, table, titled_table, wrapped};

/// Which claims of a run get a row of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// All where there are few laws; else a row for each law, and one for each claim that does not simply hold.
    Fitting,
    /// All of them.
    EveryClaim,
}

/// Up to so many laws, all their claims are printed.
const FEW_LAWS: usize = 3;

/// The verdicts of a run: tables, findings and notes below them, and a summary in words.
pub fn verdicts(outcome: &Outcome, detail: Detail) -> String {
    let every = detail == Detail::EveryClaim || outcome.laws.len() <= FEW_LAWS;
    let mut text = String::new();
    if !every {
        text.push_str(&laws(outcome));
        text.push('\n');
    }
    let plain = |claim: &ClaimOutcome| claim.judgement.verdict == Verdict::Holds && claim.claim.finding.is_none();
    let rows: Vec<_> =
        outcome.claims().filter(|(_, claim)| every || !plain(claim)).map(|(card, claim)| row(card, claim)).collect();
    if !rows.is_empty() {
        text.push_str(&claims(outcome, rows));
        text.push('\n');
    }
    for (card, ClaimOutcome { claim, judgement, .. }) in outcome.claims() {
        if let Some(finding) = &claim.finding {
            text.push_str(&paragraph(&format!("finding  {} {}: {}", card.id, claim.id, finding.text)));
        }
        if let (Some(note), false) = (&judgement.note, judgement.verdict == Verdict::Holds) {
            text.push_str(&paragraph(&format!("note     {} {}: {note}", card.id, claim.id)));
        }
    }
    let surprises = outcome.claims().filter(|(_, claim)| !claim.judgement.as_expected(&claim.claim));
    let surprises: Vec<String> = surprises.map(|(card, claim)| surprise(card, claim)).collect();
    // Beside the summary, where the eye is when a long table has scrolled away.
    if !surprises.is_empty() {
        let more = surprises.len().saturating_sub(MOST_SURPRISES);
        let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
        let first = surprises.into_iter().take(MOST_SURPRISES).collect::<Vec<_>>().join("; ");
        text.push_str(&paragraph(&format!("not as expected: {first}{tail}")));
    }
    text.push_str(&paragraph(&summary(outcome)));
    text
}

/// Unexpected verdicts that are named after the summary.
const MOST_SURPRISES: usize = 8;

fn surprise(card: &LawCard, claim: &ClaimOutcome) -> String {
    let expected = match claim.claim.expected() {
        Verdict::Holds => String::new(),
        other => format!(" where a finding says {other}"),
    };
    format!("{} {}, {}{expected}", card.id, claim.claim.id, claim.judgement.verdict)
}

const LAW_COLUMN: usize = 1;
const CLAIM_HEADER: [&str; 10] =
    ["verdict", "law", "claim", "kind", "predicted", "measured", "interval", "margin", "seeds", "rivals refuted"];

fn row(card: &LawCard, claim: &ClaimOutcome) -> Vec<String> {
    let refuted = claim.judgement.rivals.iter().filter(|rival| rival.refuted).count();
    let [predicted, measured, interval] = shown(claim);
    vec![
        format!("{} {}", glyph(claim), claim.judgement.verdict),
        card.id.clone(),
        claim.claim.id.clone(),
        kind_word(&claim.claim).to_owned(),
        predicted,
        measured,
        interval,
        claim.claim.margin.to_string(),
        claim.judgement.seeds.to_string(),
        format!("{refuted} of {}", claim.judgement.rivals.len()),
    ]
}

/// The table of claims, without the column of the law where there is only one.
fn claims(outcome: &Outcome, mut rows: Vec<Vec<String>>) -> String {
    let mut header = CLAIM_HEADER.to_vec();
    if outcome.laws.len() == 1 {
        header.remove(LAW_COLUMN);
        rows.iter_mut().for_each(|row| drop(row.remove(LAW_COLUMN)));
    }
    // Verdict, law and claim say which row it is.
    let titles = if outcome.laws.len() == 1 { 2 } else { 3 };
    titled_table(&header, rows, titles)
}

/// A row for each law: what became of its claims, and what they cost.
fn laws(outcome: &Outcome) -> String {
    let verdicts = [Verdict::Holds, Verdict::Fails, Verdict::Undecided, Verdict::OutOfRegime, Verdict::Error];
    let present: Vec<Verdict> = verdicts.into_iter().filter(|verdict| outcome.count(*verdict) > 0).collect();
    let words: Vec<String> = present.iter().map(Verdict::to_string).collect();
    let header: Vec<&str> = std::iter::once("law")
        .chain(words.iter().map(String::as_str))
        .chain(["cells", "measured now", "seconds of one core"])
        .collect();
    let rows = outcome.laws.iter().map(|law| {
        let count = |verdict: &Verdict| law.claims.iter().filter(|claim| claim.judgement.verdict == *verdict).count();
        let counts = present.iter().map(|verdict| match count(verdict) {
            0 => String::new(),
            count => count.to_string(),
        });
        let cost = [law.cells.to_string(), law.measured.to_string(), format!("{:.0}", law.seconds)];
        std::iter::once(law.card.id.clone()).chain(counts).chain(cost).collect()
    });
    table(&header, rows)
}

/// The run in a sentence.
pub fn summary(outcome: &Outcome) -> String {
    let counts = [Verdict::Holds, Verdict::Fails, Verdict::Undecided, Verdict::OutOfRegime, Verdict::Error]
        .map(|verdict| (outcome.count(verdict), verdict))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, verdict)| format!("{count} {verdict}"));
    let seconds: f64 = outcome.laws.iter().map(|law| law.seconds).sum();
    let (cells, measured) = outcome.laws.iter().fold((0, 0), |sum, law| (sum.0 + law.cells, sum.1 + law.measured));
    let surprising = outcome.claims().filter(|(_, claim)| !claim.judgement.as_expected(&claim.claim)).count();
    let known = match (surprising, outcome.count(Verdict::Fails)) {
        (0, 0) => "as expected",
        (0, _) => "as expected, since findings say why those fail",
        (_, _) => "not all as expected",
    };
    format!(
        "{}, {}: {}; {known}. {cells} cells, {measured} measured now, {seconds:.0} s of one core.",
        counted(outcome.laws.len(), "law"),
        counted(outcome.claims().count(), "claim"),
        counts.collect::<Vec<_>>().join(", ")
    )
}

/// A time of one core as a reader takes it in: seconds, minutes or hours.
pub fn duration(seconds: f64) -> String {
    match seconds {
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// A number with four significant digits.
pub fn number(value: f64) -> String {
    if value == 0.0 || value.is_nan() {
        return format!("{value}");
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "−∞".to_owned() };
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-3..6).contains(&exponent) {
        let text = format!("{value:.*}", (3 - exponent).max(0) as usize);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        format!("{value:.3e}")
    }
}

fn glyph(claim: &ClaimOutcome) -> &'static str {
    match claim.judgement.verdict {
        Verdict::Holds => "✔",
        Verdict::Fails => "✘",
        Verdict::Undecided => "?",
        Verdict::OutOfRegime => "–",
        Verdict::Error => "!",
    }
}

/// Predicted, measured and interval of a claim; of a curve, at the point that is furthest from its prediction in margins.
fn shown(outcome: &ClaimOutcome) -> [String; 3] {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let predicted = claim.predicted_values();
    let sign = match claim.predicted {
        lawbook_claims::Prediction::Equal(_) => "",
        lawbook_claims::Prediction::AtMost(_) => "≤ ",
        lawbook_claims::Prediction::AtLeast(_) => "≥ ",
    };
    let off = |i: &usize| {
        let margin = 0.5 * (judgement.band_high[*i] - judgement.band_low[*i]);
        (judgement.measured[*i] - predicted[*i]).abs() / margin.max(f64::MIN_POSITIVE)
    };
    let Some(worst) = (0..judgement.measured.len()).max_by(|a, b| off(a).total_cmp(&off(b))) else {
        return [
            format!("{sign}{}", predicted.first().map_or(String::new(), |v| number(*v))),
            "–".to_owned(),
            "–".to_owned(),
        ];
    };
    let place = match claim.kind {
        Kind::Threshold { .. } => String::new(),
        _ if claim.components() > 1 => format!(" at {}", number(claim.sites[worst].0)),
        _ => String::new(),
    };
    [
        format!("{sign}{}{place}", number(predicted[worst])),
        number(judgement.measured[worst]),
        format!("{} … {}", number(judgement.low[worst]), number(judgement.high[worst])),
    ]
}

#[cfg(test)]
mod tests {
    use super::{duration, number};

    #[test]
    fn numbers_keep_four_digits() {
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (0.33339, "0.3334"),
            (-12345.6, "-12346"),
            (1e-9, "1.000e-9"),
            (0.00125, "0.00125"),
            (f64::NEG_INFINITY, "−∞"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn times_are_in_the_unit_that_is_read() {
        assert_eq!([90.0, 600.0, 9000.0].map(duration), ["90 s", "10 min", "2.5 h"]);
    }
}
