//! What others have published, beside what this run measured.

use lawbook_claims::{Claim, PublishedTable};
use maud::{Markup, html};

use super::{
    number,
    prose::{capitalised, prose, reference},
};

/// The table, with the means that were measured at its rows' sites.
pub(super) fn beside(claim: &Claim, table: &PublishedTable, measured: &[Option<f64>]) -> Markup {
    let common = common_fault(table);
    let faulty = common.is_none() && table.rows.iter().any(|row| row.fault.is_some());
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "Published numbers beside " (claim.id) } {
            table.published {
                caption {
                    "Published and measured: " (prose(&table.about)) ". " (reference(&capitalised(&table.source))) "."
                    @if let Some(fault) = common { " Known fault of all published numbers: " (prose(fault)) "." }
                }
                thead { tr {
                    @for name in &table.columns { th scope="col" { (prose(name)) } }
                    th scope="col" { "Published" } th scope="col" { "Measured here" }
                    @if faulty { th scope="col" { "Known fault of the published number" } }
                } }
                tbody {
                    @for (row, measured) in table.rows.iter().zip(measured) {
                        tr {
                            @for label in &row.labels { th scope="row" { (prose(label)) } }
                            td.number { (number::significant(row.published, 10)) }
                            td.number {
                                @match measured {
                                    Some(mean) => (number::significant(*mean, digits(row.published))),
                                    None => "not measured",
                                }
                            }
                            @if faulty { td { @if let Some(fault) = &row.fault { (prose(fault)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// What is wrong with every number of the table alike, which is said once.
fn common_fault(table: &PublishedTable) -> Option<&str> {
    let first = table.rows.first()?.fault.as_deref()?;
    table.rows.iter().all(|row| row.fault.as_deref() == Some(first)).then_some(first)
}

/// How many significant digits a published number has, within what a table can show.
fn digits(x: f64) -> i32 {
    let mantissa = format!("{x:e}");
    let digits = mantissa.split('e').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count();
    (digits as i32).clamp(4, 10)
}
