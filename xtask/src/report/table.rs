//! The table of verdicts: a line for every claim.

use maud::{Markup, html};

use super::{
    overview::{anchor, badge},
    prose::prose,
    reading,
};
use crate::outcome::{ClaimOutcome, Outcome, kind_word};

pub(super) fn section(outcome: &Outcome) -> Markup {
    html! {
        section.verdicts #verdicts aria-labelledby="verdicts-title" {
            h2 #verdicts-title { "All verdicts" }
            form.filter hidden role="search" aria-label="Claims" {
                label { "Show " select { option value="" { "all verdicts" } } }
                label { "matching " input type="search" placeholder="law, claim or kind"; }
                output aria-live="polite" {}
            }
            div.scroll tabindex="0" role="region" aria-label="Table of verdicts" {
                table {
                    caption { "Every claim with its prediction, its measurement and its verdict. Of a curve, its worst point." }
                    thead { tr {
                        @for name in ["Law", "Claim", "Kind", "Verdict", "Predicted", "Measured [interval]", "Margin", "Detectable", "Seeds", "Rivals refuted"] {
                            th scope="col" { (name) }
                        }
                    } }
                    tbody {
                        @for (card, claim) in outcome.claims() { (row(&card.id, claim)) }
                    }
                }
            }
        }
    }
}

fn row(law: &str, outcome: &ClaimOutcome) -> Markup {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let i = reading::worst(outcome);
    let sort = |values: &[f64]| key(values.get(i).copied().unwrap_or(f64::NAN));
    let (class, rank) = reading::class(judgement.verdict);
    let refuted = judgement.rivals.iter().filter(|rival| rival.refuted).count();
    html! {
        tr.(class) data-verdict=(judgement.verdict.word()) {
            td.of-law { a href={ "#" (law) } { (law) } }
            th.of-claim scope="row" {
                a href={ "#" (anchor(law, &claim.id)) } { (claim.id) }
                @if let Some(place) = reading::place(outcome) { small { (prose(&place)) } }
            }
            td.of-kind { (kind_word(claim)) }
            td.of-verdict data-sort=(rank) {
                (badge(judgement.verdict))
                @if claim.finding.is_some() && judgement.as_expected(claim) { small { "a known finding" } }
            }
            td.number.predicted data-sort=(sort(&claim.predicted_values())) { (reading::predicted(outcome)) }
            td.number.measured data-sort=(sort(&judgement.measured)) { (reading::measured(outcome)) }
            td.number.margin data-sort=(sort(&claim.margins())) { (reading::margin(outcome)) }
            td.number.detectable data-sort=(key(reading::detectable_deviation(outcome))) { (reading::detectable(outcome)) }
            td.number.seeds data-sort=(judgement.seeds) { (judgement.seeds) }
            td.number.refuted data-sort=(refuted as i64 - judgement.rivals.len() as i64) { (reading::rivals(outcome)) }
        }
    }
}

/// A number as the script reads it.
fn key(value: f64) -> String {
    match value {
        f64::INFINITY => "Infinity".to_owned(),
        f64::NEG_INFINITY => "-Infinity".to_owned(),
        _ if value.is_nan() => "none".to_owned(),
        _ => value.to_string(),
    }
}
