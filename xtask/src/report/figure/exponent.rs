//! Exponents: the measured points on logarithmic axes, and lines of the predicted and the rival slopes through their centre.

use anyhow::Result;
use maud::Markup;

use super::super::reading;
use super::{
    Layer, Role,
    axis::Axis,
    plot::{HEIGHT, Panel, Plot, dot_radius, line_width, whisker},
    site_intervals,
};
use crate::outcome::ClaimOutcome;

pub(super) fn draw(id: &str, outcome: &ClaimOutcome, level: f64) -> Result<Option<Markup>> {
    let claim = &outcome.claim;
    let sites = site_intervals(claim, &outcome.evidence, level);
    let abscissae: Vec<f64> = claim.sites.iter().map(|(x, _)| *x).collect();
    let positive = |values: &[f64]| !values.is_empty() && values.iter().all(|value| *value > 0.0);
    let (Some(&slope), true) = (claim.predicted_values().first(), positive(&abscissae) && positive(&sites.measured)) else {
        return Ok(None);
    };
    let mean_log = |values: &[f64]| values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64;
    let (centre_x, centre_y) = (mean_log(&abscissae), mean_log(&sites.measured));
    let along = |slope: f64, x: f64| (centre_y + slope * (x.ln() - centre_x)).exp();
    let left = abscissae.iter().copied().fold(f64::INFINITY, f64::min);
    let right = abscissae.iter().copied().fold(0.0, f64::max);

    let margin = claim.margin.around(slope);
    let core: Vec<f64> = sites.measured.iter().copied().chain([along(slope, left), along(slope, right)]).collect();
    let rivals = claim.rivals.iter().flat_map(|rival| &rival.predicted);
    let rival_ends = rivals.flat_map(|slope| [along(*slope, left), along(*slope, right)]);
    let wider: Vec<f64> = sites.low.iter().chain(&sites.high).copied().chain(rival_ends).collect();
    let mut legend = vec![
        (Role::Prediction, format!("predicted slope {}", reading::predicted(outcome))),
        (Role::Band, "margin".to_owned()),
        (Role::Evidence, "measured, with interval".to_owned()),
    ];
    for (i, rival) in claim.rivals.iter().enumerate() {
        let slope = rival.predicted.first().copied().unwrap_or(f64::NAN);
        legend.push((Role::Rival(i), format!("rival: {}, slope {}", rival.name, super::super::number::plain(slope))));
    }
    let y = Axis::spanning(&claim.axis.observable, true, &core, &wider);
    let plot = Plot {
        title: format!("{}: {} against {}", claim.id, claim.axis.observable, reading::abscissa(claim)),
        description: reading::description(outcome),
        x: Axis::spanning(&reading::abscissa(claim), true, &abscissae, &[]),
        legend,
    };
    let data = |layer: &Layer<'_>| {
        let at = |abscissa: f64, value: f64| (plot.x.at(abscissa), y.at(value));
        let ends = |slope: f64| [at(left, along(slope, left)), at(right, along(slope, right))];
        let centre = at(centre_x.exp(), centre_y.exp());
        let ([steep_left, steep_right], [flat_left, flat_right]) = (ends(slope + margin), ends(slope - margin));
        layer.fill(Role::Band, [steep_left, centre, flat_left])?;
        layer.fill(Role::Band, [steep_right, centre, flat_right])?;
        for (i, rival) in claim.rivals.iter().enumerate() {
            for slope in &rival.predicted {
                layer.line(Role::Rival(i), line_width(Role::Rival(i)), ends(*slope))?;
            }
        }
        layer.line(Role::Prediction, line_width(Role::Prediction), ends(slope))?;
        let cap = 0.008 * (plot.x.high - plot.x.low);
        for (i, abscissa) in abscissae.iter().enumerate() {
            whisker(layer, (plot.x.at(*abscissa), y.at(sites.low[i]), y.at(sites.high[i])), cap)?;
            layer.dot(Role::Evidence, at(*abscissa, sites.measured[i]), dot_radius(abscissae.len()))?;
        }
        Ok(())
    };
    plot.draw(id, &[Panel { y: &y, height: HEIGHT, data: &data }]).map(Some)
}
