//! Curves and distribution functions: prediction with its margin, rivals, and the evidence with its intervals.

use anyhow::Result;
use maud::Markup;
use plotters::style::text_anchor::HPos;

use super::super::{
    points::{Curve, curves},
    reading,
};
use super::{
    CHARACTER, Layer, Role,
    axis::{Axis, OVERDRAW},
    label::{self, Named},
    plot::{HEIGHT, Panel, Plot, dot_radius, line_width, whisker},
    text,
};
use crate::outcome::ClaimOutcome;

/// Everything that is drawn over one ordinate.
struct Values {
    abscissae: Vec<f64>,
    curves: Vec<Curve>,
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
        abscissae,
        curves: curves(claim),
        predicted: claim.predicted_values(),
        band: (judgement.band_low.clone(), judgement.band_high.clone()),
        rivals: claim.rivals.iter().map(|rival| rival.predicted.clone()).collect(),
        measured: judgement.measured.clone(),
        interval: (judgement.low.clone(), judgement.high.clone()),
    };
    let x = Axis::spanning(&reading::abscissa(claim), claim.axis.log, &values.abscissae, &[]);
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
    let above = |layer: &Layer<'_>| {
        values.draw(layer, &plot.x, &y)?;
        values.name(layer, &plot.x, &y)
    };
    let main = Panel { y: &y, height: HEIGHT, data: &above };
    let Some(deviations) = values.in_margins(&claim.margins()) else { return plot.draw(id, &[main]) };
    // Rivals may leave this panel: it is there to show how the evidence lies in its margin.
    let ends: Vec<f64> = deviations.interval.0.iter().chain(&deviations.interval.1).copied().collect();
    let lower = Axis::spanning("deviation from the prediction, in margins", false, &deviations.core(), &ends);
    let below = |layer: &Layer<'_>| deviations.draw(layer, &plot.x, &lower);
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
            abscissae: self.abscissae.clone(),
            curves: self.curves.clone(),
            predicted: scaled(&self.predicted),
            band: (scaled(&self.band.0), scaled(&self.band.1)),
            rivals: self.rivals.iter().map(scaled).collect(),
            measured: scaled(&self.measured),
            interval: (scaled(&self.interval.0), scaled(&self.interval.1)),
        })
    }

    fn draw(&self, layer: &Layer<'_>, x: &Axis, y: &Axis) -> Result<()> {
        for curve in &self.curves {
            let line = |values: &[f64]| self.line(curve, values, x, y);
            layer.fill(Role::Band, line(&self.band.0).into_iter().chain(line(&self.band.1).into_iter().rev()))?;
            for (i, rival) in self.rivals.iter().enumerate() {
                layer.line(Role::Rival(i), line_width(Role::Rival(i)), line(rival))?;
            }
            layer.line(Role::Prediction, line_width(Role::Prediction), line(&self.predicted))?;
        }
        let cap = 0.008 * (x.high - x.low);
        for (i, abscissa) in self.abscissae.iter().enumerate() {
            let across = x.at(*abscissa) + 1.25 * cap * self.aside(i);
            whisker(layer, (across, y.at(self.interval.0[i]), y.at(self.interval.1[i])), cap)?;
            layer.dot(Role::Evidence, (across, y.at(self.measured[i])), dot_radius(self.abscissae.len()))?;
        }
        Ok(())
    }

    /// How far a point steps aside where others of its abscissa would cover it.
    fn aside(&self, i: usize) -> f64 {
        let covers = |j: &usize| {
            let apart = self.interval.1[i] < self.interval.0[*j] || self.interval.1[*j] < self.interval.0[i];
            self.abscissae[i] == self.abscissae[*j] && !apart
        };
        let before = (0..i).filter(covers).count();
        let after = (i + 1..self.abscissae.len()).filter(covers).count();
        before as f64 - after as f64
    }

    /// Values along a curve; a single one is a dash.
    fn line(&self, curve: &Curve, values: &[f64], x: &Axis, y: &Axis) -> Vec<(f64, f64)> {
        let at = |i: usize| (x.at(self.abscissae[i]), y.at(values[i]));
        let dash = 0.015 * (x.high - x.low);
        match curve.points.as_slice() {
            [i] => [-dash, dash].map(|shift| (at(*i).0 + shift, at(*i).1)).to_vec(),
            _ => curve.points.iter().map(|&i| at(i)).collect(),
        }
    }

    /// The names of the curves, where there are several.
    fn name(&self, layer: &Layer<'_>, x: &Axis, y: &Axis) -> Result<()> {
        if self.curves.len() < 2 {
            return Ok(());
        }
        let (width, height) = layer.size();
        let [width, height] = [width, height].map(|length| length / (1.0 + 2.0 * OVERDRAW));
        let scaled = |line: Vec<(f64, f64)>| -> Vec<(f64, f64)> {
            let across = |at: f64| (at - x.low) / (x.high - x.low) * width;
            let up = |at: f64| (at - y.low) / (y.high - y.low) * height;
            line.into_iter().map(|(right, above)| (across(right), up(above))).collect()
        };
        let named: Vec<Named> = self
            .curves
            .iter()
            .map(|curve| Named {
                half: 0.5 * CHARACTER * text::length(&curve.name) as f64,
                points: scaled(self.line(curve, &self.measured, x, y)),
            })
            .collect();
        let lines = self.curves.iter().flat_map(|curve| {
            let drawn = self.rivals.iter().chain([&self.predicted]);
            drawn.map(|values| self.line(curve, values, x, y)).collect::<Vec<_>>()
        });
        let whiskers = (0..self.abscissae.len()).map(|i| {
            [self.interval.0[i], self.measured[i], self.interval.1[i]].map(|end| (x.at(self.abscissae[i]), y.at(end)))
        });
        let lines = lines.chain(whiskers.map(|whisker| whisker.to_vec()));
        let drawn: Vec<(f64, f64)> = lines.flat_map(|line| label::along(&scaled(line))).collect();
        for (curve, (right, above)) in self.curves.iter().zip(label::places(&named, &drawn, (width, height))) {
            let at = (x.low + right / width * (x.high - x.low), y.low + above / height * (y.high - y.low));
            layer.formula(at, HPos::Center, &curve.name)?;
        }
        Ok(())
    }
}
