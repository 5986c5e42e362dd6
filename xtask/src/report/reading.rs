//! What a claim's numbers say, in the words and digits of a reader. Where a claim has many components, its worst one speaks.

use lawbook_claims::{Claim, Kind, Margin, Prediction, Statistic, Verdict};

use super::{number, points::curves};
use crate::outcome::ClaimOutcome;

/// What is measured: the name of the ordinate.
pub(super) fn observable(claim: &Claim) -> String {
    let names: Vec<&str> = claim.sites.iter().map(|(_, site)| site.observable.as_str()).collect();
    // A law file that names the ordinate knows better than the names under which numbers are recorded.
    if names.first().is_some_and(|first| *first != claim.axis.observable) {
        return claim.axis.observable.clone();
    }
    match (claim.statistic, names.as_slice()) {
        (Statistic::Ratio, [above, below]) => format!("{above} / {below}"),
        _ => claim.axis.observable.clone(),
    }
}

/// The name of the abscissa.
pub(super) fn abscissa(claim: &Claim) -> String {
    if claim.axis.label.is_empty() { "coordinate".to_owned() } else { claim.axis.label.clone() }
}

/// The component that decides: of those outside their margin the furthest, else the one whose interval reaches furthest.
pub(super) fn worst(outcome: &ClaimOutcome) -> usize {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let predicted = claim.predicted_values();
    let margins = claim.margins();
    let score = |i: usize| {
        let (low, high) = (judgement.low[i], judgement.high[i]);
        let outside = (judgement.band_low[i] - high).max(low - judgement.band_high[i]);
        let reach = (low - predicted[i]).abs().max((high - predicted[i]).abs());
        let unit = if margins[i] > 0.0 { margins[i] } else { f64::MIN_POSITIVE };
        (outside > 0.0, if outside > 0.0 { outside / unit } else { reach / unit })
    };
    let components = judgement.measured.len().min(predicted.len());
    // The first of equals, so that the page does not depend on how a maximum is found.
    (0..components).rev().max_by(|&i, &j| score(i).0.cmp(&score(j).0).then(score(i).1.total_cmp(&score(j).1))).unwrap_or(0)
}

/// Of a claim with many components: how many, and where the worst is.
pub(super) fn place(outcome: &ClaimOutcome) -> Option<String> {
    let claim = &outcome.claim;
    let many = claim.components() > 1 && !matches!(claim.kind, Kind::Threshold { .. });
    many.then(|| {
        let points = format!("{} points", claim.components());
        let worst = worst(outcome);
        if outcome.judgement.measured.is_empty() || worst >= claim.sites.len() {
            return points;
        }
        format!("{points}; worst at {}", at(claim, worst))
    })
}

/// Where a point of a claim lies: its abscissa, and the curve where there are several.
pub(super) fn at(claim: &Claim, point: usize) -> String {
    let x = number::plain(claim.sites[point].0);
    let x = if claim.axis.label.is_empty() { x } else { format!("{} = {x}", claim.axis.label) };
    let curve = curves(claim).into_iter().find(|curve| curve.points.contains(&point)).map(|curve| curve.name);
    curve.filter(|name| !name.is_empty()).map_or(x.clone(), |name| format!("{x}, {name}"))
}

/// What the law says.
pub(super) fn predicted(outcome: &ClaimOutcome) -> String {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let i = worst(outcome);
    let half_width = judgement.high.get(i).zip(judgement.low.get(i)).map_or(f64::INFINITY, |(high, low)| 0.5 * (high - low));
    let value = claim.predicted_values().get(i).copied().unwrap_or(f64::NAN);
    let value = match claim.kind {
        Kind::Exact | Kind::Bound => number::plain(value),
        _ => number::beside(value, half_width),
    };
    match claim.predicted {
        Prediction::Equal(_) => value,
        Prediction::AtMost(_) => format!("≤ {value}"),
        Prediction::AtLeast(_) => format!("≥ {value}"),
    }
}

/// What was measured, with its interval; of an exact identity the largest deviation.
pub(super) fn measured(outcome: &ClaimOutcome) -> String {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let i = worst(outcome);
    match (judgement.measured.get(i), judgement.low.get(i), judgement.high.get(i)) {
        (Some(_), Some(_), Some(_)) if claim.kind == Kind::Exact => {
            format!("off by {}", number::significant(deviation(outcome, i), 2))
        }
        (Some(_), Some(low), _) if low.is_infinite() && matches!(claim.kind, Kind::Threshold { .. }) => {
            "not located".to_owned()
        }
        (Some(&estimate), Some(&low), Some(&high)) => number::interval(estimate, low, high),
        _ => "–".to_owned(),
    }
}

/// The largest deviation of any seed from what an exact identity says.
pub(super) fn deviation(outcome: &ClaimOutcome, component: usize) -> f64 {
    let predicted = outcome.claim.predicted_values();
    let off = |ends: &[f64]| ends.get(component).zip(predicted.get(component)).map_or(0.0, |(x, p)| (x - p).abs());
    off(&outcome.judgement.low).max(off(&outcome.judgement.high))
}

/// How far off still holds.
pub(super) fn margin(outcome: &ClaimOutcome) -> String {
    let width = outcome.claim.margins().get(worst(outcome)).copied().unwrap_or(f64::NAN);
    let sign = if width > 0.0 { "±" } else { "" };
    let absolute = format!("{sign}{}", number::significant(width, 3));
    match outcome.claim.margin {
        Margin::Absolute(_) => absolute,
        Margin::Relative(fraction) => format!("{absolute} ({}\u{a0}%)", number::significant(100.0 * fraction, 3)),
    }
}

/// What is claimed, with its margin where there is one.
pub(super) fn stated(outcome: &ClaimOutcome) -> String {
    let exactly = outcome.claim.margins().get(worst(outcome)).is_some_and(|width| *width == 0.0);
    if exactly { predicted(outcome) } else { format!("{} {}", predicted(outcome), margin(outcome)) }
}

/// The smallest true deviation that this evidence would have told: of a curve, at its worst point.
pub(super) fn detectable(outcome: &ClaimOutcome) -> String {
    let reach = detectable_deviation(outcome);
    match reach {
        _ if reach.is_nan() => "–".to_owned(),
        _ if reach.is_finite() => number::significant(reach, 2),
        _ => "none yet".to_owned(),
    }
}

/// The same as a number; not a number without evidence.
pub(super) fn detectable_deviation(outcome: &ClaimOutcome) -> f64 {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let i = worst(outcome);
    let ends = judgement.low.get(i).zip(judgement.high.get(i)).zip(claim.margins().get(i).copied());
    ends.map_or(f64::NAN, |((low, high), margin)| match claim.kind {
        Kind::Exact => margin,
        _ => 0.5 * (high - low) + margin,
    })
}

/// How many rivals the same data refute: `2/3`.
pub(super) fn rivals(outcome: &ClaimOutcome) -> String {
    let rivals = &outcome.judgement.rivals;
    format!("{}/{}", rivals.iter().filter(|rival| rival.refuted).count(), rivals.len())
}

/// A glyph for a verdict, so that nobody depends on its colour.
pub(super) fn glyph(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "✓",
        Verdict::Fails => "✗",
        Verdict::Undecided => "?",
        Verdict::OutOfRegime => "–",
        Verdict::Error => "!",
    }
}

/// The class of a verdict in the style sheet, and its rank when sorted: the troubling first.
pub(super) fn class(verdict: Verdict) -> (&'static str, u8) {
    match verdict {
        Verdict::Error => ("error", 0),
        Verdict::Fails => ("fails", 1),
        Verdict::Undecided => ("undecided", 2),
        Verdict::OutOfRegime => ("out-of-regime", 3),
        Verdict::Holds => ("holds", 4),
    }
}

/// A figure in a sentence or two, for those who do not see it.
pub(super) fn description(outcome: &ClaimOutcome) -> String {
    let place = place(outcome).map(|place| format!("{place}: ")).unwrap_or_default();
    let rivals = outcome
        .judgement
        .rivals
        .iter()
        .map(|rival| format!(" The rival {} is {}refuted.", rival.name, if rival.refuted { "" } else { "not " }));
    format!(
        "The claim {}. {place}predicted {}, measured {}, margin {}.{}",
        match outcome.judgement.verdict {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Undecided => "is undecided",
            Verdict::OutOfRegime => "is out of its regime",
            Verdict::Error => "is in error",
        },
        predicted(outcome),
        measured(outcome),
        margin(outcome),
        rivals.collect::<String>()
    )
}
