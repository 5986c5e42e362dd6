//! The exact identities of a law: how far the worst seed deviates, against the tolerance and the rivals.

use anyhow::Result;
use lawbook_claims::Kind;
use maud::{Markup, html};
use plotters::style::text_anchor::HPos;

use super::super::{number, reading};
use super::{Layer, Role, WIDTH, forest::diamond, plot::sample, svg, text::shortened};
use crate::outcome::{ClaimOutcome, LawOutcome};

const ROW: f64 = 38.0;
const SIDE: f64 = 14.0;

/// Furthest decades from the tolerance that are drawn at their place.
const FURTHEST: f64 = 12.0;

/// An identity in units of its tolerance.
struct Row<'a> {
    outcome: &'a ClaimOutcome,
    deviation: f64,
    rivals: Vec<f64>,
}

pub(super) fn draw(law: &LawOutcome) -> Result<Option<Markup>> {
    let rows: Vec<Row<'_>> = law.claims.iter().filter_map(row).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let everything = rows.iter().flat_map(|row| row.rivals.iter().chain([&row.deviation]));
    let decades: Vec<f64> = everything.map(|x| x.log10().clamp(-FURTHEST, FURTHEST)).collect();
    let left = decades.iter().copied().fold(-2.0, f64::min).floor() - 0.4;
    let right = decades.iter().copied().fold(2.0, f64::max).ceil() + 0.4;
    let x_at = |decade: f64| SIDE + (decade.clamp(left, right) - left) / (right - left) * (WIDTH - 2.0 * SIDE);
    let bottom = ROW * rows.len() as f64 + 4.0;
    let height = bottom + 74.0;

    let mut drawn = String::new();
    let page = Layer::new(&mut drawn, (WIDTH, height), 0.0..WIDTH, 0.0..height);
    let step = ((right - left) / 8.0).ceil() as i32;
    for decade in (left.ceil() as i32..=right.floor() as i32).filter(|decade| decade % step == 0) {
        let x = x_at(f64::from(decade));
        page.line(Role::Grid, 0.7, [(x, 0.0), (x, bottom + 4.0)])?;
        let name = if decade == 0 { "1".to_owned() } else { number::power_of_ten(decade) };
        page.text((x, bottom + 13.0), HPos::Center, &name)?;
    }
    for (i, row) in rows.iter().enumerate() {
        let (top, y) = (ROW * i as f64, ROW * i as f64 + 26.0);
        let glyph = reading::glyph(row.outcome.judgement.verdict);
        page.text((2.0, top + 9.0), HPos::Left, &shortened(&format!("{glyph} {}", row.outcome.claim.id), WIDTH))?;
        page.rectangle(Role::Band, SIDE..x_at(0.0), y - 8.0..y + 8.0)?;
        page.line(Role::Interval, 2.0, [(SIDE, y), (x_at(row.deviation.log10()), y)])?;
        for rival in &row.rivals {
            diamond(&page, (x_at(rival.log10()), y))?;
        }
        page.dot(Role::Evidence, (x_at(row.deviation.log10()), y), 3.4)?;
    }
    page.line(Role::Frame, 1.0, [(SIDE, bottom), (WIDTH - SIDE, bottom)])?;
    page.text((0.5 * WIDTH, bottom + 33.0), HPos::Center, "largest deviation, in tolerances")?;
    let y = bottom + 62.0;
    sample(&page, Role::Band, (2.0, y))?;
    page.text((33.0, y), HPos::Left, "holds")?;
    page.line(Role::Interval, 2.0, [(96.0, y), (122.0, y)])?;
    page.dot(Role::Evidence, (122.0, y), 3.4)?;
    page.text((131.0, y), HPos::Left, "worst of all seeds")?;
    diamond(&page, (310.0, y))?;
    page.text((321.0, y), HPos::Left, "rival")?;
    page.finish()?;

    let title = format!("{}: largest deviation of the exact identities in units of their tolerances", law.card.id);
    let said = rows.iter().map(|row| format!("{}: {}", row.outcome.claim.id, reading::description(row.outcome)));
    let about = said.collect::<Vec<_>>().join(" ");
    Ok(Some(html! {
        figure {
            (svg(&format!("{}/exact", law.card.id), &title, &about, &drawn))
            figcaption { "Identities, which every seed must satisfy up to rounding: no statistics. A dot at the left end is no deviation at all." }
        }
    }))
}

fn row(outcome: &ClaimOutcome) -> Option<Row<'_>> {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    if claim.kind != Kind::Exact || judgement.measured.is_empty() {
        return None;
    }
    let margins = claim.margins();
    // Without a tolerance nothing is small: 0 stays 0 and everything else is infinitely far.
    let scaled = |distance: f64, i: usize| if distance == 0.0 { 0.0 } else { distance / margins[i] };
    let largest = |distance: &dyn Fn(usize) -> f64| (0..margins.len()).map(|i| scaled(distance(i), i)).fold(0.0, f64::max);
    let rivals = claim.rivals.iter().zip(&judgement.rivals).map(|(rival, result)| match rival.residual.is_empty() {
        true => largest(&|i| (rival.predicted[i] - judgement.measured[i]).abs()),
        false => scaled(result.predicted.first().copied().unwrap_or(0.0), 0),
    });
    Some(Row { outcome, deviation: largest(&|i| reading::deviation(outcome, i)), rivals: rivals.collect() })
}
