//! Where, when and from what the numbers came.

use maud::{Markup, html};

use super::{Links, law::address};
use crate::outcome::Outcome;

pub(super) fn section(outcome: &Outcome, links: &Links) -> Markup {
    let patch = outcome.provenance.dirty_patch.trim_end();
    html! {
        section.provenance #provenance aria-labelledby="provenance-title" {
            h2 #provenance-title { "Provenance" }
            div.scroll tabindex="0" role="region" aria-label="Table of provenance" {
                table {
                    caption { "Where, when and from what the numbers came." }
                    tbody {
                        tr { th scope="row" { "run" } td { (outcome.run) } }
                        @for (word, value) in &outcome.provenance.facts {
                            tr { th scope="row" { (word) } td { (value) } }
                        }
                        tr { th scope="row" { "data" } td {
                            a href=(address(&links.observations)) { (links.observations) } ", "
                            a href=(address(&links.evidence)) { (links.evidence) }
                        } }
                    }
                }
            }
            @if patch.is_empty() {
                p { "The working tree was clean." }
            } @else {
                details {
                    summary { "The working tree was not clean: uncommitted changes (" (patch.lines().count()) " lines)" }
                    pre { code { (patch) } }
                }
            }
        }
    }
}
