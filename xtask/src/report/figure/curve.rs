//! Curves and distribution functions: prediction with its margin, rivals, and the evidence with its intervals.

use anyhow::Result;
use maud::Markup;

use super::super::reading;
use super::{
    Layer, Role,
    axis::Axis,
    plot::{Plot, line_width, whisker},
};
use crate::outcome::ClaimOutcome;

pub(super) fn draw(id: &str, outcome: &ClaimOutcome) -> Result<Markup> {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let abscissae: Vec<f64> = claim.sites.iter().map(|(x, _)| *x).collect();
    let predicted = claim.predicted_values();
    let core: Vec<f64> = predicted.iter().chain(&judgement.measured).copied().collect();
    let rivals = claim.rivals.iter().flat_map(|rival| &rival.predicted);
    let ends = [&judgement.band_low, &judgement.band_high, &judgement.low, &judgement.high];
    let wider: Vec<f64> = ends.into_iter().flatten().chain(rivals).copied().collect();
    let x = Axis::spanning(&reading::abscissa(claim), claim.axis.log, &abscissae, &[]);
    let y = Axis::spanning(&reading::observable(claim), claim.axis.log_observable, &core, &wider);

    let mut legend = vec![
        (Role::Prediction, "prediction".to_owned()),
        (Role::Band, "margin".to_owned()),
        (Role::Evidence, "measured, with interval".to_owned()),
    ];
    for (i, rival) in claim.rivals.iter().enumerate() {
        let off_scale = if rival.predicted.iter().any(|value| y.shows(*value)) { "" } else { " (off scale)" };
        legend.push((Role::Rival(i), format!("rival: {}{off_scale}", rival.name)));
    }
    let series = series(&abscissae);
    let plot = Plot {
        title: format!("{}: {} against {}", claim.id, y.label, x.label),
        description: reading::description(outcome),
        x,
        y,
        legend,
    };
    plot.draw(id, |layer| {
        let at = |i: usize, values: &[f64]| (plot.x.at(abscissae[i]), plot.y.at(values[i]));
        for indices in &series {
            let low = indices.iter().map(|&i| at(i, &judgement.band_low));
            let high = indices.iter().rev().map(|&i| at(i, &judgement.band_high));
            let dash = 0.015 * (plot.x.high - plot.x.low);
            match indices.len() {
                1 => layer.fill(
                    Role::Band,
                    low.flat_map(|(x, y)| [(x - dash, y), (x + dash, y)])
                        .chain(high.flat_map(|(x, y)| [(x + dash, y), (x - dash, y)])),
                )?,
                _ => layer.fill(Role::Band, low.chain(high))?,
            }
            for (i, rival) in claim.rivals.iter().enumerate() {
                through(layer, Role::Rival(i), indices.iter().map(|&k| at(k, &rival.predicted)).collect(), dash)?;
            }
            through(layer, Role::Prediction, indices.iter().map(|&k| at(k, &predicted)).collect(), dash)?;
        }
        let cap = 0.008 * (plot.x.high - plot.x.low);
        for (i, abscissa) in abscissae.iter().enumerate() {
            let x = plot.x.at(*abscissa);
            whisker(layer, (x, plot.y.at(judgement.low[i]), plot.y.at(judgement.high[i])), cap)?;
            layer.dot(Role::Evidence, at(i, &judgement.measured), 3.0)?;
        }
        Ok(())
    })
}

/// A line through points; a dash for a single one.
fn through(layer: &Layer<'_>, role: Role, points: Vec<(f64, f64)>, dash: f64) -> Result<()> {
    match points.as_slice() {
        [(x, y)] => layer.line(role, line_width(role), [(x - dash, *y), (x + dash, *y)]),
        _ => layer.line(role, line_width(role), points),
    }
}

/// The points that a line may join, in the order of their abscissae. A claim that comes back to an abscissa has several
/// curves, one after the other.
fn series(abscissae: &[f64]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..abscissae.len()).collect();
    order.sort_by(|&i, &j| abscissae[i].total_cmp(&abscissae[j]));
    if order.windows(2).all(|pair| abscissae[pair[0]] < abscissae[pair[1]]) {
        return vec![order];
    }
    let mut series: Vec<Vec<usize>> = Vec::new();
    for (i, x) in abscissae.iter().enumerate() {
        match series.last_mut() {
            Some(points) if points.last().is_some_and(|&last| abscissae[last] < *x) => points.push(i),
            _ => series.push(vec![i]),
        }
    }
    series
}

#[cfg(test)]
mod tests {
    use super::series;

    #[test]
    fn a_curve_is_drawn_in_order_and_several_apart() {
        assert_eq!(series(&[2.0, 1.0, 3.0]), [vec![1, 0, 2]]);
        assert_eq!(series(&[1.0, 2.0, 1.0, 2.0]), [vec![0, 1], vec![2, 3]]);
        assert_eq!(series(&[0.0, 0.0]), [vec![0], vec![1]]);
    }
}
