//! A law: its statement, equation and figures, then its claims.

use anyhow::{Context, Result};
use lawbook_claims::{LawCard, ParamKind, StudyCard, Verdict};
use maud::{Markup, html};

use super::{
    Links, claim, equation, figure, number,
    overview::{VERDICTS, anchor, counted, inflected, level_of_each},
    prose::{capitalised, prose, reference},
    reading,
};
use crate::outcome::{ClaimOutcome, LawOutcome, Outcome};

/// From how many claims on a law has an index of them.
const MANY: usize = 8;

/// The list of laws with their verdicts, by family.
pub(super) fn contents(outcome: &Outcome) -> Markup {
    let families = outcome.laws.chunk_by(|law, next| law.card.family == next.card.family);
    html! {
        nav.contents #laws aria-labelledby="laws-title" {
            h2 #laws-title { "Laws" }
            @for laws in families {
                h3 { (capitalised(&laws[0].card.family)) }
                ul {
                    @for law in laws {
                        li {
                            a href={ "#" (law.card.id) } { (prose(&law.card.title)) } " " code { (law.card.id) } " " (tally(law))
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn section(law: &LawOutcome, outcome: &Outcome, links: &Links) -> Result<Markup> {
    let card = &law.card;
    let id = &card.id;
    let equation = equation::display(&card.equation).with_context(|| format!("law {id}: its equation"))?;
    let symbols = card.symbols.iter().map(|(symbol, meaning)| {
        let symbol = equation::inline(symbol).with_context(|| format!("law {id}: symbol for {meaning}"))?;
        Ok((symbol, meaning))
    });
    let symbols = symbols.collect::<Result<Vec<_>>>()?;
    let level = level_of_each(outcome);
    // Two figures stand in the two columns, a single one in the second.
    let [forest, exact] = figure::of_law(law).with_context(|| format!("law {id}: its figures"))?;
    let (first, second) = if forest.is_some() { (exact, forest) } else { (None, exact) };
    // Claims with figures come first, so that figures stand side by side.
    let (mut drawn, mut plain) = (Vec::new(), Vec::new());
    for outcome in &law.claims {
        let named = || format!("law {id}: claim {}", outcome.claim.id);
        let figure = figure::of_claim(law, outcome, level).with_context(named)?;
        let phases = figure::phase_diagram(law, outcome).with_context(named)?;
        let figures: Vec<Markup> = figure.into_iter().chain(phases).collect();
        let claims = if figures.is_empty() { &mut plain } else { &mut drawn };
        claims.push((outcome, claim::article(id, outcome, &figures)));
    }
    let claims: Vec<_> = drawn.into_iter().chain(plain).collect();
    Ok(html! {
        section.law id=(id) aria-labelledby={ (id) "-title" } {
            header {
                p.eyebrow { a href="#laws" { "Laws" } " · " (card.family) " · " (id) }
                h2 id={ (id) "-title" } { (prose(&card.title)) }
                p { (tally(law)) }
                @if claims.len() >= MANY { (index(id, claims.iter().map(|(outcome, _)| *outcome))) }
            }
            p.statement { (prose(&card.statement)) }
            div.equation tabindex="0" role="group" aria-label="Equation" { @for part in equation { (part) } }
            div.split {
                div {
                    @if !symbols.is_empty() {
                        dl.symbols { @for (symbol, meaning) in symbols { div { dt { (symbol) } dd { (prose(meaning)) } } } }
                    }
                    p.source { (reference(&card.source)) }
                    (materials(law, links))
                    @if let Some(figure) = first { (figure) }
                }
                @if let Some(figure) = second { div { (figure) } }
            }
            (studies(card))
            div.claims { @for (_, claim) in &claims { (claim) } }
        }
    })
}

/// The claims of a law in the order in which they follow, for one that is too long to leaf through.
fn index<'a>(law: &str, claims: impl Iterator<Item = &'a ClaimOutcome>) -> Markup {
    html! {
        nav.index aria-label={ "Claims of " (law) } {
            ul {
                @for ClaimOutcome { claim, judgement, .. } in claims {
                    @let (class, _) = reading::class(judgement.verdict);
                    li {
                        span.verdict.(class) { span.glyph aria-hidden="true" { (reading::glyph(judgement.verdict)) } }
                        " " a href={ "#" (anchor(law, &claim.id)) } { (claim.id) }
                        @if judgement.verdict != Verdict::Holds { " " span.verdict.(class) { (judgement.verdict.word()) } }
                    }
                }
            }
        }
    }
}

/// A path as an address: nothing in it may be taken for a query or a fragment.
pub(super) fn address(path: &str) -> String {
    path.replace('%', "%25").replace(' ', "%20").replace('?', "%3F").replace('#', "%23")
}

/// How many claims of a law have which verdict.
fn tally(law: &LawOutcome) -> Markup {
    let counts = VERDICTS.map(|verdict| (verdict, law.claims.iter().filter(|c| c.judgement.verdict == verdict).count()));
    html! {
        span.tally {
            @for (verdict, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
                span.verdict.(reading::class(verdict).0) {
                    span.glyph aria-hidden="true" { (reading::glyph(verdict)) } " " (count) " " (inflected(verdict, count))
                }
                " "
            }
        }
    }
}

/// Where the law and its numbers are to be found, and what they cost.
fn materials(law: &LawOutcome, links: &Links) -> Markup {
    let LawOutcome { card, cells, measured, seconds, .. } = law;
    let file = format!("{}/{}", links.workspace.trim_end_matches('/'), card.file);
    html! {
        p.materials {
            a href=(address(&file)) { (card.file) } " · "
            a href=(address(&links.observations)) { "observations (Parquet)" } " · "
            a href=(address(&links.evidence)) { "evidence (Parquet)" } " · "
            (counted(*cells, "cell")) ", " (measured) " measured in this run · " (number::significant(*seconds, 3)) " s of one core"
        }
    }
}

/// How the law is measured, study by study.
fn studies(card: &LawCard) -> Markup {
    html! {
        @if !card.studies.is_empty() {
            details.studies {
                summary { "How it is measured: " (counted(card.studies.len(), "study").replace("studys", "studies")) }
                @for study in &card.studies { div { (about(card, study)) } }
            }
        }
    }
}

fn about(card: &LawCard, study: &StudyCard) -> Markup {
    html! {
        p { strong { (study.name) } ": " (prose(&study.about)) }
        div.scroll tabindex="0" role="region" aria-label={ "Parameters of " (study.name) } {
            table {
                caption { "Parameters of " (card.id) ", study " (study.name) }
                thead { tr { th scope="col" { "Name" } th scope="col" { "Meaning" } th scope="col" { "Default" } th scope="col" { "Range" } } }
                tbody {
                    @for param in &study.params {
                        tr {
                            th scope="row" { (param.name) } td { (prose(&param.about)) }
                            td.number { (claim::value(&param.default)) } td { (range(&param.kind)) }
                        }
                    }
                }
            }
        }
    }
}

fn range(kind: &ParamKind) -> String {
    match kind {
        ParamKind::Real { min, max } => format!("{} to {}", number::plain(*min), number::plain(*max)),
        ParamKind::Integer { min, max } => format!("{min} to {max}"),
        ParamKind::Choice { options } => options.join(", "),
    }
}
