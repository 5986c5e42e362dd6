//! Thresholds: the measured curve, the level it crosses, and where prediction, rivals and evidence put the crossing.

use anyhow::Result;
use maud::Markup;

use super::super::{number, reading};
use super::{
    Layer, Role,
    axis::Axis,
    plot::{HEIGHT, Panel, Plot, dot_radius, line_width, whisker},
    site_intervals,
};
use crate::outcome::ClaimOutcome;

pub(super) fn draw(id: &str, outcome: &ClaimOutcome, crossed: f64, level: f64) -> Result<Option<Markup>> {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let sites = site_intervals(claim, &outcome.evidence, level);
    if sites.measured.is_empty() {
        return Ok(None);
    }
    let abscissae: Vec<f64> = claim.sites.iter().map(|(x, _)| *x).collect();
    let predicted = claim.predicted_values();
    let rivals: Vec<f64> = claim.rivals.iter().flat_map(|rival| rival.predicted.iter().copied()).collect();
    let across: Vec<f64> = abscissae.iter().chain(&predicted).copied().collect();
    let upright: Vec<f64> = sites.measured.iter().copied().chain([crossed]).collect();
    let ends: Vec<f64> = sites.low.iter().chain(&sites.high).copied().collect();
    let x = Axis::spanning(&reading::abscissa(claim), claim.axis.log, &across, &rivals);
    let y = Axis::spanning(&claim.axis.observable, claim.axis.log_observable, &upright, &ends);

    let bracket =
        judgement.low.first().zip(judgement.high.first()).filter(|(low, high)| low.is_finite() && high.is_finite());
    let mut legend = vec![
        (Role::Evidence, "measured, with interval".to_owned()),
        (Role::Level, format!("level {}", number::plain(crossed))),
    ];
    legend.extend(bracket.map(|_| (Role::Bracket, "crossing located".to_owned())));
    legend.push((Role::Prediction, format!("predicted crossing {}", reading::predicted(outcome))));
    legend.push((Role::Band, "margin".to_owned()));
    for (i, rival) in claim.rivals.iter().enumerate() {
        let value = rival.predicted.first().copied().unwrap_or(f64::NAN);
        let off_scale = if x.shows(value) { "" } else { " (off scale)" };
        legend.push((Role::Rival(i), format!("rival: {}, {}{off_scale}", rival.name, number::plain(value))));
    }
    let plot = Plot {
        title: format!("{}: {} against {}", claim.id, y.label, x.label),
        description: reading::description(outcome),
        x,
        legend,
    };
    let data = |layer: &Layer<'_>| {
        let height = y.low..y.high;
        let upright =
            |role: Role, x: f64| layer.line(role, line_width(role), [(plot.x.at(x), y.low), (plot.x.at(x), y.high)]);
        for (low, high) in judgement.band_low.iter().zip(&judgement.band_high) {
            layer.rectangle(Role::Band, plot.x.at(*low)..plot.x.at(*high), height.clone())?;
        }
        if let Some((low, high)) = bracket {
            layer.rectangle(Role::Bracket, plot.x.at(*low)..plot.x.at(*high), height.clone())?;
        }
        layer.line(Role::Level, line_width(Role::Level), [(plot.x.low, y.at(crossed)), (plot.x.high, y.at(crossed))])?;
        for (i, value) in rivals.iter().enumerate() {
            upright(Role::Rival(i), *value)?;
        }
        for value in &predicted {
            upright(Role::Prediction, *value)?;
        }
        let at = |i: usize| (plot.x.at(abscissae[i]), y.at(sites.measured[i]));
        layer.line(Role::Trace, line_width(Role::Trace), (0..abscissae.len()).map(at))?;
        let cap = 0.008 * (plot.x.high - plot.x.low);
        for i in 0..abscissae.len() {
            whisker(layer, (at(i).0, y.at(sites.low[i]), y.at(sites.high[i])), cap)?;
            layer.dot(Role::Evidence, at(i), dot_radius(abscissae.len()))?;
        }
        Ok(())
    };
    plot.draw(id, &[Panel { y: &y, height: HEIGHT, data: &data }]).map(Some)
}
