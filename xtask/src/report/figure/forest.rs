//! The forest plot of a law: every claim that is one number, side by side in units of its margin.

use anyhow::Result;
use maud::{Markup, html};
use plotters::style::text_anchor::HPos;

use super::super::{number, reading};
use super::{Layer, Role, WIDTH, is_one_number, plot::sample, svg, text::shortened};
use crate::outcome::{ClaimOutcome, LawOutcome};

/// Height of a row: its name above its interval.
const ROW: f64 = 38.0;

/// Room on either side of the scale.
const SIDE: f64 = 14.0;

/// How many margins away something is still drawn at its place; further away it stands at the edge.
const FURTHEST: f64 = 1e4;

/// A claim in units of its margin, 0 at the prediction.
struct Row<'a> {
    outcome: &'a ClaimOutcome,
    band: (f64, f64),
    low: f64,
    high: f64,
    estimate: f64,
    rivals: Vec<f64>,
    /// The unit is the distance to the nearest rival, since there is no margin.
    by_rival: bool,
}

pub(super) fn draw(law: &LawOutcome) -> Result<Option<Markup>> {
    let rows: Vec<Row<'_>> = law.claims.iter().filter_map(row).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let scale = Scale::of(&rows);
    let bottom = ROW * rows.len() as f64 + 4.0;
    let height = bottom + 74.0;

    let mut drawn = String::new();
    let page = Layer::new(&mut drawn, (WIDTH, height), 0.0..WIDTH, 0.0..height);
    ticks(&page, &scale, bottom)?;
    for (i, row) in rows.iter().enumerate() {
        draw_row(&page, row, ROW * i as f64, &scale)?;
    }
    page.line(Role::Frame, 1.0, [(SIDE, bottom), (WIDTH - SIDE, bottom)])?;
    legend(&page, bottom + 62.0)?;
    page.finish()?;

    let title = format!("{}: deviation from the prediction in units of the margin", law.card.id);
    let said = rows.iter().map(|row| format!("{}: {}", row.outcome.claim.id, reading::description(row.outcome)));
    let about = said.collect::<Vec<_>>().join(" ");
    let by_rival = rows.iter().any(|row| row.by_rival);
    Ok(Some(html! {
        figure {
            (svg(&format!("{}/forest", law.card.id), &title, &about, &drawn))
            figcaption {
                "Each claim that is one number, in units of its own margin: linear up to one margin, logarithmic beyond."
                @if by_rival { " * has no margin; its unit is the distance to the nearest rival." }
            }
        }
    }))
}

fn row(outcome: &ClaimOutcome) -> Option<Row<'_>> {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    if !is_one_number(claim) {
        return None;
    }
    let centre = *claim.predicted_values().first()?;
    let margin = *claim.margins().first()?;
    let rivals = claim.rivals.iter().filter_map(|rival| rival.predicted.first());
    let nearest = rivals.clone().map(|value| (value - centre).abs()).filter(|d| *d > 0.0).fold(f64::INFINITY, f64::min);
    let by_rival = margin <= 0.0;
    let unit = match (by_rival, nearest.is_finite()) {
        (false, _) => margin,
        (true, true) => nearest,
        (true, false) => 1.0,
    };
    let scaled = |value: f64| (value - centre) / unit;
    Some(Row {
        outcome,
        band: (scaled(*judgement.band_low.first()?), scaled(*judgement.band_high.first()?)),
        low: scaled(*judgement.low.first()?),
        high: scaled(*judgement.high.first()?),
        estimate: scaled(*judgement.measured.first()?),
        rivals: rivals.map(|value| scaled(*value)).collect(),
        by_rival,
    })
}

/// The horizontal scale, in bent margins.
struct Scale {
    left: f64,
    right: f64,
}

impl Scale {
    /// The scale that shows all rows as far as it may, and two margins at least.
    fn of(rows: &[Row<'_>]) -> Self {
        let ends =
            |row: &Row<'_>| [row.low, row.high, row.estimate].into_iter().chain(row.rivals.clone()).collect::<Vec<_>>();
        let finite: Vec<f64> = rows.iter().flat_map(ends).filter(|x| x.is_finite()).map(bent).collect();
        let reach = |sign: f64| {
            let furthest = finite.iter().map(|x| sign * x).fold(bent(2.0), f64::max);
            1.04 * sign * furthest.min(bent(FURTHEST))
        };
        Self { left: reach(-1.0), right: reach(1.0) }
    }

    fn shows(&self, margins: f64) -> bool {
        (self.left..=self.right).contains(&bent(margins))
    }

    /// Where something stands; at the edge if it lies further out.
    fn at(&self, margins: f64) -> f64 {
        let position = bent(margins).clamp(self.left, self.right);
        SIDE + (position - self.left) / (self.right - self.left) * (WIDTH - 2.0 * SIDE)
    }
}

/// Linear up to one margin, logarithmic beyond, smooth in between.
fn bent(margins: f64) -> f64 {
    margins.signum() * if margins.abs() <= 1.0 { margins.abs() } else { 1.0 + margins.abs().ln() }
}

fn draw_row(page: &Layer<'_>, row: &Row<'_>, top: f64, scale: &Scale) -> Result<()> {
    let Row { outcome, .. } = row;
    let star = if row.by_rival { " *" } else { "" };
    let name = format!("{} {}{star}", reading::glyph(outcome.judgement.verdict), outcome.claim.id);
    page.text((2.0, top + 9.0), HPos::Left, &shortened(&name, WIDTH))?;
    let y = top + 26.0;
    page.rectangle(Role::Band, scale.at(row.band.0)..scale.at(row.band.1), y - 8.0..y + 8.0)?;
    page.line(Role::Prediction, 2.0, [(scale.at(0.0), y - 8.0), (scale.at(0.0), y + 8.0)])?;
    page.line(Role::Interval, 2.0, [(scale.at(row.low), y), (scale.at(row.high), y)])?;
    for (value, outward) in [(row.low, -5.0), (row.high, 5.0)] {
        let end = scale.at(value);
        // An end beyond the scale is the tip of an arrow.
        let back = if scale.shows(value) { 0.0 } else { outward };
        page.line(Role::Interval, 1.6, [(end - back, y - 4.0), (end, y), (end - back, y + 4.0)])?;
    }
    for value in &row.rivals {
        diamond(page, (scale.at(*value), y))?;
    }
    page.dot(Role::Evidence, (scale.at(row.estimate), y), 3.4)
}

/// The mark of a rival.
pub(super) fn diamond(page: &Layer<'_>, (x, y): (f64, f64)) -> Result<()> {
    page.line(Role::Rival(0), 1.8, [(x, y - 6.0), (x + 5.0, y), (x, y + 6.0), (x - 5.0, y), (x, y - 6.0)])
}

fn ticks(page: &Layer<'_>, scale: &Scale, bottom: f64) -> Result<()> {
    let candidates: [f64; 11] = [-1e4, -1e3, -100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 100.0, 1e3, 1e4];
    for value in candidates.into_iter().filter(|value| scale.shows(*value)) {
        let x = scale.at(value);
        page.line(Role::Grid, 0.7, [(x, 0.0), (x, bottom + 4.0)])?;
        let far = || format!("{}{}", if value < 0.0 { "−" } else { "" }, number::power_of_ten(number::exponent(value)));
        let name = if value.abs() > 100.0 { far() } else { number::plain(value) };
        page.text((x, bottom + 13.0), HPos::Center, &name)?;
    }
    page.text((0.5 * WIDTH, bottom + 33.0), HPos::Center, "deviation from the prediction, in margins")
}

fn legend(page: &Layer<'_>, y: f64) -> Result<()> {
    let entries = [(Role::Band, "holds", 2.0), (Role::Prediction, "prediction", 76.0), (Role::Evidence, "measured", 186.0)];
    for (role, name, x) in entries {
        match role {
            Role::Prediction => page.line(role, 2.0, [(x + 20.0, y - 8.0), (x + 20.0, y + 8.0)])?,
            Role::Evidence => {
                page.line(Role::Interval, 2.0, [(x, y), (x + 26.0, y)])?;
                page.line(Role::Interval, 1.6, [(x, y - 4.0), (x, y + 4.0)])?;
                page.line(Role::Interval, 1.6, [(x + 26.0, y - 4.0), (x + 26.0, y + 4.0)])?;
                page.dot(role, (x + 13.0, y), 3.4)?;
            }
            _ => sample(page, role, (x, y))?,
        }
        page.text((x + 31.0, y), HPos::Left, name)?;
    }
    diamond(page, (310.0, y))?;
    page.text((321.0, y), HPos::Left, "rival")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_smooth_and_odd() {
        assert_eq!([bent(0.5), bent(1.0), bent(-1.0), bent(-0.5)], [0.5, 1.0, -1.0, -0.5]);
        assert!((bent(1.001) - bent(0.999) - 0.002).abs() < 1e-5);
        assert!(bent(f64::INFINITY).is_infinite());
    }
}
