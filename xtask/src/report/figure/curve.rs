//! Curves and distribution functions: prediction with its margin, rivals, and the evidence with its intervals.

use anyhow::Result;
use maud::Markup;

use super::super::reading;
use super::{
    Layer, Role,
    axis::Axis,
    plot::{HEIGHT, Panel, Plot, dot_radius, line_width, whisker},
};
use crate::outcome::ClaimOutcome;

/// Everything that is drawn over one ordinate.
struct Values {
    predicted: Vec<f64>,
    band: (Vec<f64>, Vec<f64>),
    rivals: Vec<Vec<f64>>,
    measured: Vec<f64>,
    interval: (Vec<f64>, Vec<f64>),
}

pub(super) fn draw(id: &str, outcome: &ClaimOutcome) -> Result<Markup> {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let abscissae: Vec<f64> = claim.sites.iter().map(|(x, _)| *x).collect();
    let values = Values {
        predicted: claim.predicted_values(),
        band: (judgement.band_low.clone(), judgement.band_high.clone()),
        rivals: claim.rivals.iter().map(|rival| rival.predicted.clone()).collect(),
        measured: judgement.measured.clone(),
        interval: (judgement.low.clone(), judgement.high.clone()),
    };
    let x = Axis::spanning(&reading::abscissa(claim), claim.axis.log, &abscissae, &[]);
    let y = values.axis(&reading::observable(claim), claim.axis.log_observable);

    let mut legend = vec![
        (Role::Prediction, "prediction".to_owned()),
        (Role::Band, "margin".to_owned()),
        (Role::Evidence, "measured, with interval".to_owned()),
    ];
    for (i, rival) in claim.rivals.iter().enumerate() {
        let off_scale = if rival.predicted.iter().any(|value| y.shows(*value)) { "" } else { " (off scale)" };
        legend.push((Role::Rival(i), format!("rival: {}{off_scale}", rival.name)));
    }
    let title = format!("{}: {} against {}", claim.id, y.label, x.label);
    let plot = Plot { title, description: reading::description(outcome), x, legend };
    let above = |layer: &Layer<'_>| values.draw(layer, &abscissae, &plot.x, &y);
    let main = Panel { y: &y, height: HEIGHT, data: &above };
    let Some(deviations) = values.in_margins(&claim.margins()) else { return plot.draw(id, &[main]) };
    // Rivals may leave this panel: it is there to show how the evidence lies in its margin.
    let ends: Vec<f64> = deviations.interval.0.iter().chain(&deviations.interval.1).copied().collect();
    let lower = Axis::spanning("deviation from the prediction, in margins", false, &deviations.core(), &ends);
    let below = |layer: &Layer<'_>| deviations.draw(layer, &abscissae, &plot.x, &lower);
    plot.draw(id, &[main, Panel { y: &lower, height: 0.4 * HEIGHT, data: &below }])
}

impl Values {
    /// What an ordinate must show, whatever else it shows.
    fn core(&self) -> Vec<f64> {
        self.predicted.iter().chain(&self.measured).chain(&self.band.0).chain(&self.band.1).copied().collect()
    }

    fn axis(&self, label: &str, log: bool) -> Axis {
        let ends = [&self.band.0, &self.band.1, &self.interval.0, &self.interval.1];
        let wider: Vec<f64> = ends.into_iter().chain(&self.rivals).flatten().copied().collect();
        let values = self.predicted.iter().chain(&self.measured).copied();
        // Its margin gives a flat curve its scale; on a logarithmic one it may reach down to zero.
        let core: Vec<f64> = if log { values.collect() } else { self.core() };
        Axis::spanning(label, log, &core, &wider)
    }

    /// The same in units of each point's margin, 0 at the prediction; nothing if some point has no margin.
    fn in_margins(&self, margins: &[f64]) -> Option<Self> {
        if margins.iter().any(|margin| *margin <= 0.0) {
            return None;
        }
        let scaled = |values: &Vec<f64>| -> Vec<f64> {
            values
                .iter()
                .zip(&self.predicted)
                .zip(margins)
                .map(|((value, centre), margin)| (value - centre) / margin)
                .collect()
        };
        Some(Self {
            predicted: scaled(&self.predicted),
            band: (scaled(&self.band.0), scaled(&self.band.1)),
            rivals: self.rivals.iter().map(scaled).collect(),
            measured: scaled(&self.measured),
            interval: (scaled(&self.interval.0), scaled(&self.interval.1)),
        })
    }

    fn draw(&self, layer: &Layer<'_>, abscissae: &[f64], x: &Axis, y: &Axis) -> Result<()> {
        let at = |i: usize, values: &[f64]| (x.at(abscissae[i]), y.at(values[i]));
        let dash = 0.015 * (x.high - x.low);
        for indices in &series(abscissae) {
            let line = |values: &[f64]| match indices.as_slice() {
                [i] => [-dash, dash].map(|shift| (at(*i, values).0 + shift, at(*i, values).1)).to_vec(),
                _ => indices.iter().map(|&i| at(i, values)).collect(),
            };
            layer.fill(Role::Band, line(&self.band.0).into_iter().chain(line(&self.band.1).into_iter().rev()))?;
            for (i, rival) in self.rivals.iter().enumerate() {
                layer.line(Role::Rival(i), line_width(Role::Rival(i)), line(rival))?;
            }
            layer.line(Role::Prediction, line_width(Role::Prediction), line(&self.predicted))?;
        }
        let cap = 0.008 * (x.high - x.low);
        for (i, abscissa) in abscissae.iter().enumerate() {
            whisker(layer, (x.at(*abscissa), y.at(self.interval.0[i]), y.at(self.interval.1[i])), cap)?;
            layer.dot(Role::Evidence, at(i, &self.measured), dot_radius(abscissae.len()))?;
        }
        Ok(())
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
