//! Phase diagrams: an observable in shades over two parameters, and the boundaries that are predicted.

use anyhow::Result;
use lawbook_claims::PhaseDiagram;
use maud::Markup;

use super::super::number;
use super::{
    Layer, Role,
    axis::Axis,
    plot::{HEIGHT, Panel, Plot, line_width},
};
use crate::outcome::ClaimOutcome;

pub(super) fn draw(id: &str, outcome: &ClaimOutcome) -> Result<Option<Markup>> {
    let Some(diagram) = &outcome.claim.diagram else { return Ok(None) };
    let cells = measured(diagram, &outcome.diagram);
    let (low, high) =
        cells.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), cell| (low.min(cell.2), high.max(cell.2)));
    if cells.is_empty() {
        return Ok(None);
    }
    let shade = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.0 };
        Role::Shade(((share * Role::SHADES as f64) as usize).min(Role::SHADES - 1))
    };
    let across = Strips::of(cells.iter().map(|cell| cell.0), diagram.log_across);
    let upwards = Strips::of(cells.iter().map(|cell| cell.1), diagram.log_upwards);
    let x = Axis::filled(&diagram.across, diagram.log_across, across.ends());
    let y = Axis::filled(&diagram.upwards, diagram.log_upwards, upwards.ends());

    let named = |value: f64| (shade(value), number::beside(value, 0.02 * (high - low)));
    let mut legend = vec![(Role::Text, format!("{}:", diagram.observable)), named(low)];
    if high > low {
        legend.extend([0.5 * (low + high), high].map(named));
    }
    let lines = || diagram.boundaries.iter().enumerate().map(|(i, line)| (boundary(i), line));
    legend.extend(lines().map(|(role, (name, _))| (role, name.clone())));
    let plot = Plot {
        title: format!("{}: {} over {} and {}", outcome.claim.id, diagram.observable, diagram.across, diagram.upwards),
        description: described(diagram, &cells),
        x,
        legend,
    };
    let data = |layer: &Layer<'_>| {
        for &(right, up, value) in &cells {
            let ((left, right), (down, up)) = (across.around(right), upwards.around(up));
            layer.rectangle(shade(value), plot.x.at(left)..plot.x.at(right), y.at(down)..y.at(up))?;
        }
        for (role, (_, points)) in lines() {
            let line = || points.iter().map(|(right, up)| (plot.x.at(*right), y.at(*up)));
            layer.line(Role::Halo, 3.0 * line_width(role), line())?;
            layer.line(role, line_width(role), line())?;
        }
        Ok(())
    };
    plot.draw(id, &[Panel { y: &y, height: HEIGHT, data: &data }]).map(Some)
}

/// The cells that have a number.
fn measured(diagram: &PhaseDiagram, means: &[Option<f64>]) -> Vec<(f64, f64, f64)> {
    let cells = diagram.cells.iter().zip(means);
    cells.filter_map(|((x, y, _), mean)| mean.map(|mean| (*x, *y, mean))).collect()
}

/// The first boundary is the law's; others are drawn as rivals are.
fn boundary(index: usize) -> Role {
    if index == 0 { Role::Prediction } else { Role::Rival(index - 1) }
}

/// The diagram in words, row by row.
fn described(diagram: &PhaseDiagram, cells: &[(f64, f64, f64)]) -> String {
    let mut text = format!("Measured {}. ", diagram.observable);
    for (x, y, value) in cells {
        let [x, y, value] = [x, y, value].map(|number| number::significant(*number, 3));
        text.push_str(&format!("{} at {} {x} and {} {y}. ", value, diagram.across, diagram.upwards));
    }
    text
}

/// The values of one parameter, each with the strip that it stands for: half way to its neighbours.
struct Strips {
    values: Vec<f64>,
    edges: Vec<f64>,
}

impl Strips {
    fn of(values: impl Iterator<Item = f64>, log: bool) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let log = log && values[0] > 0.0;
        let place = |value: f64| if log { value.ln() } else { value };
        let back = |place: f64| if log { place.exp() } else { place };
        let places: Vec<f64> = values.iter().map(|value| place(*value)).collect();
        let mut edges: Vec<f64> = places.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
        // The outermost strips are as wide on their free side; a single value gets some width.
        let (first, last) = (places[0], places[places.len() - 1]);
        let half = |edge: Option<&f64>, end: f64| edge.map_or(0.5, |edge| (end - edge).abs());
        let (before, after) = (first - half(edges.first(), first), last + half(edges.last(), last));
        edges.insert(0, before);
        edges.push(after);
        Self { values, edges: edges.into_iter().map(back).collect() }
    }

    /// The strip around a value.
    fn around(&self, value: f64) -> (f64, f64) {
        let i = self.values.partition_point(|other| *other < value);
        (self.edges[i], self.edges[i + 1])
    }

    fn ends(&self) -> (f64, f64) {
        (self.edges[0], self.edges[self.edges.len() - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_meet_half_way_and_end_as_wide_as_they_began() {
        let strips = Strips::of([3.0, 1.0, 2.0, 1.0].into_iter(), false);
        assert_eq!((strips.around(1.0), strips.around(3.0), strips.ends()), ((0.5, 1.5), (2.5, 3.5), (0.5, 3.5)));
        let (low, high) = Strips::of([10.0, 1000.0].into_iter(), true).around(10.0);
        assert!((low - 1.0).abs() < 1e-9 && (high - 100.0).abs() < 1e-9, "{low} {high}");
        assert_eq!(Strips::of([4.0].into_iter(), false).ends(), (3.5, 4.5));
    }
}
