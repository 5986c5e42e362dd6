//! The run in words: what came of it, what it found, how to read it.

use lawbook_claims::{Claim, Finding, OVERALL_LEVEL, Profile, Verdict};
use maud::{Markup, html};

use super::{number, prose::prose, reading};
use crate::outcome::{ClaimOutcome, Outcome};

/// The verdicts in the order in which they are counted.
pub(super) const VERDICTS: [Verdict; 5] =
    [Verdict::Holds, Verdict::Fails, Verdict::Undecided, Verdict::OutOfRegime, Verdict::Error];

/// `4 laws, 37 claims: 35 hold, 1 fails, 1 undecided`.
pub(super) fn in_words(outcome: &Outcome) -> String {
    let counts = VERDICTS.into_iter().map(|verdict| (verdict, outcome.count(verdict))).filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(verdict, count)| format!("{count} {}", inflected(verdict, count))).collect();
    let colon = if counts.is_empty() { "" } else { ": " };
    format!(
        "{}, {}{colon}{}",
        counted(outcome.laws.len(), "law"),
        counted(outcome.claims().count(), "claim"),
        counts.join(", ")
    )
}

/// A verdict as it is seen everywhere: glyph, word and colour.
pub(super) fn badge(verdict: Verdict) -> Markup {
    let (class, _) = reading::class(verdict);
    html! { span.verdict.(class) { span.glyph aria-hidden="true" { (reading::glyph(verdict)) } " " (verdict.word()) } }
}

/// The level that each interval of the run is given.
pub(super) fn level_of_each(outcome: &Outcome) -> f64 {
    lawbook_claims::level_of_each(intervals(outcome))
}

/// The name of a claim in the page.
pub(super) fn anchor(law: &str, claim: &str) -> String {
    format!("{law}/{claim}")
}

pub(super) fn header(outcome: &Outcome) -> Markup {
    let profile = match outcome.profile {
        Profile::Smoke => "smoke",
        Profile::Quick => "quick",
        Profile::Full => "full",
    };
    let (open, surprising): (Vec<_>, Vec<_>) = outcome
        .claims()
        .filter(|(_, claim)| !claim.judgement.as_expected(&claim.claim))
        .partition(|(_, claim)| claim.judgement.verdict == Verdict::Undecided);
    html! {
        header.page {
            p.eyebrow { "Lawbook · run " (outcome.run) " · profile " (profile) }
            h1 { (in_words(outcome)) }
            @if open.is_empty() && surprising.is_empty() {
                p {
                    "Every claim came out as expected"
                    @match outcome.count(Verdict::Fails) {
                        0 => ".",
                        fails => {
                            ": " @if fails == 1 { "the one that fails" } @else { "those that fail" } " are known, and "
                            a href="#findings" { "the findings" } " say what is measured instead."
                        }
                    }
                }
            }
            @if !surprising.is_empty() {
                p {
                    strong { "Not as expected: " }
                    @for (i, (card, claim)) in surprising.iter().take(8).enumerate() {
                        @if i > 0 { ", " }
                        a href={ "#" (anchor(&card.id, &claim.claim.id)) } { (card.id) "/" (claim.claim.id) }
                    }
                    @if surprising.len() > 8 { " and " (surprising.len() - 8) " more" }
                    "."
                }
            }
            nav aria-label="Sections" {
                a href="#laws" { "Laws" }
                @if with_findings(outcome).next().is_some() { a href="#findings" { "Findings" } }
                @if super::next::is_needed(outcome) { a href="#next" { "What to do next" } }
                a href="#reading" { "How to read this" }
                a href="#verdicts" { "All verdicts" }
                a href="#provenance" { "Provenance" }
            }
        }
    }
}

/// What the laboratory found to differ from the paper.
pub(super) fn findings(outcome: &Outcome) -> Markup {
    let findings: Vec<_> = with_findings(outcome).collect();
    html! {
        @if !findings.is_empty() {
            section.findings #findings aria-labelledby="findings-title" {
                h2 #findings-title { "Findings" }
                p.about { "Claims of papers that are known not to come out as stated: what is measured instead, and why." }
                @for (law, claim, finding) in findings {
                    article.finding {
                        h3 {
                            a href={ "#" (anchor(law, &claim.claim.id)) } { (law) "/" wbr; (claim.claim.id) }
                            " " (badge(claim.judgement.verdict))
                        }
                        p { (prose(&finding.text)) }
                        p.numbers {
                            "Stated: " (reading::stated(claim)) ". Measured: "
                            (reading::measured(claim)) "."
                            @if let Some(place) = reading::place(claim) { " (" (prose(&place)) ")" }
                        }
                        @if finding.verdict != claim.judgement.verdict {
                            p.alarm { "The law file records that this claim " (inflected(finding.verdict, 1)) "; this run does not bear that out." }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn how_to_read(outcome: &Outcome) -> Markup {
    let intervals = intervals(outcome);
    html! {
        section.reading #reading aria-labelledby="reading-title" {
            h2 #reading-title { "How to read this" }
            dl {
                div { dt { "Verdict" } dd {
                    "A claim " em { "holds" } " if the whole interval of what was measured lies inside the margin around the \
                     prediction, and the same data refute every rival. It " em { "fails" } " if an interval lies outside. \
                     Otherwise it is " em { "undecided" } ", and more seeds may tell: finding no difference proves nothing."
                } }
                div { dt { "Margin" } dd {
                    "How far the truth may be from the prediction for the claim to hold. It was written down before anything was \
                     measured; why it is what it is stands beside it in the law file, to which each law links."
                } }
                div { dt { "Rival" } dd {
                    "The formula that the law replaces, or one broken on purpose. A claim shows something only if its data exclude it."
                } }
                div { dt { "Interval" } dd {
                    "Stays valid however often one looks, so seeds may be added until there is a verdict. All "
                    (intervals) " intervals of this run together miss a truth with a chance of at most "
                    (number::plain(100.0 * OVERALL_LEVEL)) " %; each has an equal share of it. That makes them wider than \
                     the usual 95 % interval of one number."
                } }
                div { dt { "Detectable" } dd {
                    "The smallest true deviation from the prediction that this evidence would have told: the margin and half \
                     the interval."
                } }
                div { dt { "Curves and identities" } dd {
                    "A curve holds only if all its points do, at once; tables show its worst point. A threshold is located \
                     between two points of its grid. An identity is checked on every seed up to rounding, without statistics."
                } }
            }
        }
    }
}

/// `1 law`, `2 laws`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn with_findings(outcome: &Outcome) -> impl Iterator<Item = (&str, &ClaimOutcome, &Finding)> {
    outcome.claims().filter_map(|(card, claim)| Some((card.id.as_str(), claim, claim.claim.finding.as_ref()?)))
}

fn intervals(outcome: &Outcome) -> usize {
    outcome.claims().map(|(_, claim)| &claim.claim).map(Claim::intervals).sum()
}

/// A verdict as a verb: 1 holds, 2 hold.
pub(super) fn inflected(verdict: Verdict, count: usize) -> &'static str {
    match (verdict, count) {
        (Verdict::Holds, 1) => "holds",
        (Verdict::Holds, _) => "hold",
        (Verdict::Fails, 1) => "fails",
        (Verdict::Fails, _) => "fail",
        (Verdict::Error, _) => "in error",
        (Verdict::Undecided | Verdict::OutOfRegime, _) => verdict.word(),
    }
}
