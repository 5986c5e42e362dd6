//! The report: one offline HTML file. The verdicts first, then each law with its equation, its figures and its numbers.
//!
//! Everything on the page is a function of the [`Outcome`]: the same outcome gives the same bytes.

mod claim;
mod equation;
mod figure;
mod law;
mod next;
mod number;
mod overview;
mod points;
mod prose;
mod provenance;
mod published;
mod reading;
mod table;
#[cfg(test)]
mod tests;

use anyhow::Result;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::outcome::Outcome;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Nothing is loaded from anywhere, and the browser sees to it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// Where the page finds what it links to, relative to itself.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    /// The root of the workspace, in which the law files lie.
    pub(crate) workspace: String,
    /// The Parquet file of all observations.
    pub(crate) observations: String,
    /// The Parquet file of the evidence.
    pub(crate) evidence: String,
}

/// The page. Fails only on a law whose LaTeX cannot be read, and says which.
pub(crate) fn render(outcome: &Outcome, links: &Links) -> Result<String> {
    let laws = outcome.laws.iter().map(|law| law::section(law, outcome, links)).collect::<Result<Vec<Markup>>>()?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Lawbook: " (overview::in_words(outcome)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#laws" { "Skip to the laws" }
                (overview::header(outcome))
                main {
                    (law::contents(outcome))
                    (overview::findings(outcome))
                    (next::section(outcome))
                    (overview::how_to_read(outcome))
                    (table::section(outcome))
                    @for law in &laws { (law) }
                    (provenance::section(outcome, links))
                }
                footer { p { "Written by Lawbook from run " (outcome.run) "." } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    Ok(page.into_string())
}
