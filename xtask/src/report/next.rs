//! What to do next about the claims that are not settled.

use lawbook_claims::{Claim, Evidence, Judgement, Kind, Verdict};
use maud::{Markup, html};

use super::{
    overview::{anchor, badge},
    prose::prose,
};
use crate::outcome::{ClaimOutcome, LawOutcome, Outcome};

/// A claim that is not settled: why, and what run may settle it.
pub(super) struct Step {
    pub(super) why: String,
    pub(super) run: Option<Run>,
}

/// A run of the claim's law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// As it was.
    Again,
    /// With this many seeds.
    Seeds(usize),
}

pub(super) fn section(outcome: &Outcome) -> Markup {
    html! {
        @if is_needed(outcome) {
            section.next #next aria-labelledby="next-title" {
                h2 #next-title { "What to do next" }
                @for law in &outcome.laws { (of_law(law)) }
            }
        }
    }
}

/// What to do about a law: what needs more seeds comes first and together, since one run serves all.
fn of_law(law: &LawOutcome) -> Markup {
    let id = &law.card.id;
    let steps: Vec<_> = law.claims.iter().filter_map(|outcome| Some((outcome, step(outcome)?))).collect();
    let seeds = |step: &Step| if let Some(Run::Seeds(count)) = step.run { Some(count) } else { None };
    let hungry: Vec<_> = steps.iter().filter_map(|(outcome, step)| Some((outcome, seeds(step)?))).collect();
    let link = |claim: &str| html! { a href={ "#" (anchor(id, claim)) } { (claim) } };
    html! {
        @if !steps.is_empty() {
            h3 { (id) }
            ul {
                @if let Some(most) = hungry.iter().map(|(_, count)| *count).max() {
                    li {
                        (badge(Verdict::Undecided)) " More seeds may tell, about as many as stands beside each claim. "
                        code.command { (command(id, Some(Run::Seeds(most))).unwrap_or_default()) }
                        br;
                        @for (i, (outcome, count)) in hungry.iter().enumerate() {
                            @if i > 0 { ", " }
                            (link(&outcome.claim.id)) " (" (count) ")"
                        }
                    }
                }
                @for (outcome, step) in steps.iter().filter(|(_, step)| seeds(step).is_none()) {
                    li {
                        (badge(outcome.judgement.verdict)) " " (link(&outcome.claim.id)) ": " (prose(&step.why))
                        @if let Some(command) = command(id, step.run) { " " code.command { (command) } }
                    }
                }
            }
        }
    }
}

/// What to type.
pub(super) fn command(law: &str, run: Option<Run>) -> Option<String> {
    run.map(|run| match run {
        Run::Again => format!("cargo xtask run {law}"),
        Run::Seeds(count) => format!("cargo xtask run {law} --seeds {count}"),
    })
}

/// Whether anything need be done about a run.
pub(super) fn is_needed(outcome: &Outcome) -> bool {
    outcome.claims().any(|(_, claim)| step(claim).is_some())
}

/// What can be done about a claim, if anything need be.
pub(super) fn step(outcome: &ClaimOutcome) -> Option<Step> {
    let ClaimOutcome { claim, evidence, judgement, .. } = outcome;
    let note = judgement.note.clone().unwrap_or_default();
    let stuck = |why: &str| Some(Step { why: why.to_owned(), run: None });
    let again = || Some(Step { why: format!("{note}."), run: Some(Run::Again) });
    let seeds = |why: &str, count: usize| Some(Step { why: why.to_owned(), run: Some(Run::Seeds(count)) });
    match judgement.verdict {
        Verdict::Holds | Verdict::OutOfRegime => None,
        Verdict::Fails if judgement.as_expected(claim) => None,
        Verdict::Fails => stuck(
            "fails, and no finding says so: find out whether the formula or the measurement is wrong; leave the margin as it is.",
        ),
        Verdict::Error => again(),
        Verdict::Undecided if judgement.measured.is_empty() => again(),
        Verdict::Undecided => match claim.kind {
            Kind::Exact => stuck(&format!("{note}: choose a point at which the rival differs by more than the tolerance.")),
            Kind::Threshold { .. } if one_step(claim, judgement) => {
                stuck("located between two neighbours of its grid: only a finer grid can tell more.")
            }
            Kind::Threshold { .. } if judgement.low.iter().any(|low| low.is_infinite()) => seeds(
                "an end of its grid is not decidedly on one side of the level: more seeds, or a wider grid.",
                2 * judgement.seeds.max(2),
            ),
            _ if equal_seeds(claim, evidence, judgement) => stuck(&format!("{note}.")),
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
