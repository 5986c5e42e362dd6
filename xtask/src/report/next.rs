//! What to do next about the claims that are not settled.

use lawbook_claims::{Claim, Evidence, Judgement, Kind, Verdict};
use maud::{Markup, html};

use super::{
    overview::{anchor, badge},
    prose::prose,
};
use crate::outcome::{ClaimOutcome, Outcome};

/// A claim that is not settled: why, and a command that may settle it.
pub(super) struct Step {
    pub(super) why: String,
    pub(super) command: Option<String>,
}

pub(super) fn section(outcome: &Outcome) -> Markup {
    let mut steps = steps(outcome).peekable();
    html! {
        @if steps.peek().is_some() {
            section.next #next aria-labelledby="next-title" {
                h2 #next-title { "What to do next" }
                ul {
                    @for (law, claim, step) in steps {
                        li {
                            (badge(claim.judgement.verdict)) " "
                            a href={ "#" (anchor(law, &claim.claim.id)) } { (law) "/" wbr; (claim.claim.id) } ": "
                            (prose(&step.why))
                            @if let Some(command) = step.command { " " code.command { (command) } }
                        }
                    }
                }
            }
        }
    }
}

/// Every claim for which something can be done.
pub(super) fn steps(outcome: &Outcome) -> impl Iterator<Item = (&str, &ClaimOutcome, Step)> {
    outcome.claims().filter_map(|(card, claim)| Some((card.id.as_str(), claim, step(&card.id, claim)?)))
}

/// What can be done about a claim, if anything need be.
pub(super) fn step(law: &str, outcome: &ClaimOutcome) -> Option<Step> {
    let ClaimOutcome { claim, evidence, judgement } = outcome;
    let note = judgement.note.clone().unwrap_or_default();
    let stuck = |why: &str| Some(Step { why: why.to_owned(), command: None });
    let seeds = |why: &str, count: usize| {
        Some(Step { why: why.to_owned(), command: Some(format!("cargo xtask run {law} --seeds {count}")) })
    };
    match judgement.verdict {
        Verdict::Holds | Verdict::OutOfRegime => None,
        Verdict::Fails if judgement.as_expected(claim) => None,
        Verdict::Fails => stuck(
            "fails, and no finding says so: find out whether the formula or the measurement is wrong; leave the margin as it is.",
        ),
        Verdict::Error => Some(Step { why: format!("{note}."), command: Some(format!("cargo xtask run {law}")) }),
        Verdict::Undecided if judgement.measured.is_empty() => {
            Some(Step { why: format!("{note}."), command: Some(format!("cargo xtask run {law}")) })
        }
        Verdict::Undecided => match claim.kind {
            Kind::Exact => stuck(&format!("{note}: choose a point at which the rival differs by more than the tolerance.")),
            Kind::Threshold { .. } if one_step(claim, judgement) => {
                stuck("located between two neighbours of its grid: only a finer grid can tell more.")
            }
            Kind::Threshold { .. } if judgement.low.iter().any(|low| low.is_infinite()) => seeds(
                "an end of its grid is not decidedly on one side of the level: more seeds, or a wider grid.",
                2 * judgement.seeds,
            ),
            _ if equal_seeds(claim, evidence, judgement) => stuck(
                "all seeds recorded the same number, so their scatter is unknown: if it is a proportion, say `.out_of(trials)`; if \
                 it is exact, claim it with `Claim::exact`.",
            ),
            _ if judgement.note.is_some() && judgement.rivals.iter().all(|rival| rival.refuted) => {
                stuck(&format!("{note}."))
            }
            _ if judgement.inside() => seeds(&format!("{note}: more seeds."), more_seeds(claim, judgement)),
            _ => seeds("the interval is neither inside the margin nor outside: more seeds.", more_seeds(claim, judgement)),
        },
    }
}

/// Whether a crossing lies between two neighbouring points of its grid.
fn one_step(claim: &Claim, judgement: &Judgement) -> bool {
    let bracket = (judgement.low.first().copied(), judgement.high.first().copied());
    claim.sites.windows(2).any(|pair| bracket == (Some(pair[0].0), Some(pair[1].0)))
}

/// Whether some interval is infinite because its seeds do not differ.
fn equal_seeds(claim: &Claim, evidence: &Evidence, judgement: &Judgement) -> bool {
    let infinite = judgement.low.iter().any(|low| low.is_infinite());
    let columns = 0..claim.sites.len();
    let equal = |column: usize| evidence.rows.iter().all(|row| row.get(column) == evidence.rows[0].get(column));
    infinite && evidence.rows.len() > 1 && columns.into_iter().any(equal)
}

/// How many seeds should do, if the scatter stays as it is: the half-width falls as their inverse square root.
fn more_seeds(claim: &Claim, judgement: &Judgement) -> usize {
    let predicted = claim.predicted_values();
    let factors = predicted.iter().zip(claim.margins()).enumerate().map(|(i, (predicted, margin))| {
        let half_width = 0.5 * (judgement.high[i] - judgement.low[i]);
        let room = (margin - (judgement.measured[i] - predicted).abs()).abs();
        (half_width / room).powi(2)
    });
    let factor = factors.filter(|factor| factor.is_finite()).fold(2.0, f64::max).min(16.0);
    (factor * judgement.seeds.max(2) as f64).ceil() as usize
}
