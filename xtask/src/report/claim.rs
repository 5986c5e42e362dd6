//! A claim in full: verdict, numbers, rivals, assumptions, figure.

use lawbook_claims::{Claim, Kind, RivalOutcome, Statistic, Verdict};
use maud::{Markup, html};
use serde_json::Value;

use super::{
    next, number,
    overview::{anchor, badge},
    points::differences,
    prose::{capitalised, prose, reference},
    published, reading,
};
use crate::outcome::{ClaimOutcome, kind_word};

pub(super) fn article(law: &str, outcome: &ClaimOutcome, figures: &[Markup]) -> Markup {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let id = anchor(law, &claim.id);
    let step = next::step(outcome);
    html! {
        article.claim id=(id) aria-labelledby={ (id) "/name" } {
            h3 id={ (id) "/name" } { (claim.id) " " (badge(judgement.verdict)) }
            p.what { (kind_word(claim)) ": " (prose(&subject(claim))) }
            (numbers(outcome))
            @if let Some(finding) = &claim.finding { p.found { strong { "Finding. " } (prose(&finding.text)) } }
            @match (&step, &judgement.note) {
                (Some(step), _) => p.note {
                    (prose(&capitalised(&step.why)))
                    @if let Some(command) = next::command(law, step.run) { " " code.command { (command) } }
                },
                (None, Some(note)) if judgement.verdict != Verdict::OutOfRegime => p.note { (prose(&capitalised(note))) "." },
                _ => {}
            }
            @for figure in figures { figure { (figure) } }
            (rivals(outcome))
            (conditions(outcome))
            @if let Some(table) = &claim.published { (published::beside(claim, table, &outcome.published)) }
            @if claim.components() > 1 && !judgement.measured.is_empty() { (table(outcome)) }
        }
    }
}

/// A value of a parameter.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Number(x) if !x.is_i64() && !x.is_u64() => number::significant(x.as_f64().unwrap_or(f64::NAN), 6),
        Value::String(word) => word.clone(),
        other => other.to_string(),
    }
}

/// What the claim is about.
fn subject(claim: &Claim) -> String {
    let (observable, abscissa) = (reading::observable(claim), reading::abscissa(claim));
    match claim.kind {
        Kind::Curve | Kind::Exponent | Kind::Distribution => format!("{observable} against {abscissa}"),
        Kind::Threshold { level } => format!("the {abscissa} at which {observable} crosses {}", number::plain(level)),
        Kind::Value | Kind::Bound | Kind::Exact => observable,
    }
}

fn numbers(outcome: &ClaimOutcome) -> Markup {
    let seeds = outcome.judgement.seeds.to_string();
    let pairs = [
        ("Predicted", reading::predicted(outcome)),
        ("Measured", reading::measured(outcome)),
        ("Margin", reading::margin(outcome)),
        ("Detectable", reading::detectable(outcome)),
        ("Seeds", seeds),
    ];
    html! {
        @if let Some(place) = reading::place(outcome) { p.place { (prose(&place)) } }
        dl.numbers { @for (word, value) in pairs { div { dt { (word) } dd { (value) } } } }
    }
}

fn rivals(outcome: &ClaimOutcome) -> Markup {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    html! {
        ul.rivals aria-label="Rivals" {
            @for (rival, result) in claim.rivals.iter().zip(&judgement.rivals) {
                li {
                    @let (class, glyph, word) = if result.refuted { ("refuted", "✓", "refuted") } else { ("standing", "?", "not refuted") };
                    span.rival.(class) { span.glyph aria-hidden="true" { (glyph) } " " (word) }
                    " " strong { (rival.name) } @if !rival.because.is_empty() { " (" (prose(&rival.because)) ")" }
                    @if rival.residual.is_empty() { (prose(&says(outcome, result))) }
                    @else if let Some(residual) = result.predicted.first() {
                        " is off by at least " (number::significant(*residual, 2))
                    }
                }
            }
        }
    }
}

/// What a rival predicts; of a curve, where it is furthest from what was measured.
fn says(outcome: &ClaimOutcome, rival: &RivalOutcome) -> String {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let margins = claim.margins();
    let intervals = judgement.low.iter().zip(&judgement.high).zip(&rival.predicted).zip(&margins);
    let apart =
        intervals.map(|(((low, high), value), margin)| (low - value).max(value - high) / margin.max(f64::MIN_POSITIVE));
    // The first of equals.
    let furthest = apart.enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(0, |(i, _)| i);
    let Some(value) = rival.predicted.get(furthest) else { return String::new() };
    let value = number::plain(*value);
    let many = claim.components() > 1 && judgement.measured.len() == claim.components();
    if !many || matches!(claim.kind, Kind::Threshold { .. }) {
        return format!(" says {value}");
    }
    let measured = number::interval(judgement.measured[furthest], judgement.low[furthest], judgement.high[furthest]);
    format!(" says {value} at {}, where {measured} is measured", reading::at(claim, furthest))
}

/// Under what conditions, and where the paper says so.
fn conditions(outcome: &ClaimOutcome) -> Markup {
    let claim = &outcome.claim;
    let params = claim.common_params().into_iter().map(|(name, given)| format!("{name} = {}", value(&given)));
    // A ratio has no table that would say in what its two points differ.
    let apart = differences(claim).into_iter().filter(|apart| claim.statistic == Statistic::Ratio && apart.of_parameter);
    let apart = apart.map(|apart| format!("{} = {} against {}", apart.name, apart.shown(0), apart.shown(1)));
    let params: Vec<String> = params.chain(apart).collect();
    html! {
        @for assumption in &claim.assumptions {
            p.assumption {
                @if assumption.satisfied { "Assumes " } @else { "Assumes, but does not have here: " }
                (prose(&assumption.text)) "."
            }
        }
        p.source {
            @if !claim.source.is_empty() { (reference(&claim.source)) }
            @if !claim.source.is_empty() && !params.is_empty() { " · " }
            (params.join(", "))
        }
    }
}

/// Every point of a claim with many, for those who want the numbers or cannot see the figure.
fn table(outcome: &ClaimOutcome) -> Markup {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    if judgement.measured.len() != claim.sites.len() {
        return html! {};
    }
    let predicted = claim.predicted_values();
    let margins = claim.margins();
    let differences = differences(claim);
    html! {
        details {
            summary { "All " (claim.sites.len()) " points of " (claim.id) }
            div.scroll tabindex="0" role="region" aria-label={ "All points of " (claim.id) } {
                table {
                    caption { (prose(&reading::observable(claim))) }
                    thead { tr {
                        th scope="col" { (prose(&reading::abscissa(claim))) }
                        @for difference in &differences { th scope="col" { (difference.name) } }
                        th scope="col" { "Predicted" }
                        th scope="col" { "Measured [interval]" } th scope="col" { "Margin" }
                    } }
                    tbody {
                        @for (i, (x, _)) in claim.sites.iter().enumerate() {
                            @let (low, high) = (judgement.low[i], judgement.high[i]);
                            tr {
                                th scope="row" { (number::plain(*x)) }
                                @for difference in &differences { td.number { (difference.shown(i)) } }
                                td.number { (number::beside(predicted[i], 0.5 * (high - low))) }
                                td.number { (number::interval(judgement.measured[i], low, high)) }
                                td.number { "±" (number::significant(margins[i], 3)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
