//! A plot: two axes, a legend below that covers no data, and a clipped layer on which the data are drawn.

use anyhow::Result;
use maud::Markup;
use plotters::style::text_anchor::HPos;

use super::super::number;
use super::{CHARACTER, Layer, Role, TEXT, WIDTH, axis::Axis, svg, wrapped};

/// Height of the frame.
const HEIGHT: f64 = 210.0;

/// Height of a line of text.
const LINE: f64 = 17.0;

/// Width of a sample in the legend, and the gap after an entry.
const SAMPLE: f64 = 26.0;
const GAP: f64 = 16.0;

/// A plot without its data.
pub(super) struct Plot {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) legend: Vec<(Role, String)>,
}

/// Where things stand.
struct Layout {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Plot {
    /// Draws the plot; `data` draws on a layer whose coordinates are the positions on the axes.
    pub(super) fn draw(&self, id: &str, data: impl FnOnce(&Layer<'_>) -> Result<()>) -> Result<Markup> {
        let (y_ticks, y_power) = self.y.ticks();
        let (x_ticks, x_power) = self.x.ticks();
        let longest = y_ticks.iter().map(|tick| tick.name.chars().count()).max().unwrap_or(1);
        let left = (longest as f64 * CHARACTER + 12.0).max(30.0);
        let above = titled(&self.y.label, y_power, WIDTH - 8.0);
        let below = titled(&self.x.label, x_power, WIDTH - left);
        let top = above.len() as f64 * LINE + 6.0;
        let layout = Layout { left, right: WIDTH - 10.0, top, bottom: top + HEIGHT };
        let legend = self.legend_rows();
        let legend_top = layout.bottom + LINE * (1.0 + below.len() as f64) + 12.0;
        let height = legend_top + LINE * legend.len() as f64 + 2.0;

        let mut drawn = String::new();
        let page = Layer::new(&mut drawn, (WIDTH, height), 0.0..WIDTH, 0.0..height);
        for (i, line) in above.iter().enumerate() {
            page.text((2.0, LINE * (i as f64 + 0.5)), HPos::Left, line)?;
        }
        let x_at = |position: f64| layout.left + (position - self.x.low) / (self.x.high - self.x.low) * layout.width();
        let y_at = |position: f64| layout.bottom - (position - self.y.low) / (self.y.high - self.y.low) * HEIGHT;
        for tick in &y_ticks {
            let y = y_at(tick.position);
            page.line(Role::Grid, 0.7, [(layout.left, y), (layout.right, y)])?;
            page.text((layout.left - 6.0, y), HPos::Right, &tick.name)?;
        }
        for tick in &spaced(&x_ticks.iter().map(|t| (x_at(t.position), t.name.as_str())).collect::<Vec<_>>()) {
            page.line(Role::Grid, 0.7, [(tick.0, layout.top), (tick.0, layout.bottom)])?;
            page.text((tick.0, layout.bottom + 12.0), HPos::Center, tick.1)?;
        }
        for x in self.x.minor_ticks().into_iter().map(x_at) {
            page.line(Role::Frame, 0.7, [(x, layout.bottom), (x, layout.bottom - 3.0)])?;
        }
        for y in self.y.minor_ticks().into_iter().map(y_at) {
            page.line(Role::Frame, 0.7, [(layout.left, y), (layout.left + 3.0, y)])?;
        }
        for (i, line) in below.iter().enumerate() {
            page.text((0.5 * (layout.left + layout.right), layout.bottom + LINE * (1.7 + i as f64)), HPos::Center, line)?;
        }
        for (i, row) in legend.iter().enumerate() {
            let y = legend_top + LINE * (i as f64 + 0.5);
            for (x, role, name) in row {
                sample(&page, *role, (*x, y))?;
                page.text((x + SAMPLE + 5.0, y), HPos::Left, name)?;
            }
        }
        let corners = [(layout.left, layout.top), (layout.left, layout.bottom), (layout.right, layout.bottom)];
        page.line(Role::Frame, 1.0, corners)?;
        page.finish()?;

        let mut inner = String::new();
        let size = (layout.width(), HEIGHT);
        let layer = Layer::new(&mut inner, size, self.x.low..self.x.high, self.y.high..self.y.low);
        data(&layer)?;
        layer.finish()?;
        let place = format!("<svg x=\"{}\" y=\"{}\"", super::FINENESS * layout.left, super::FINENESS * layout.top);
        let whole = drawn.replacen("</svg>", &format!("{}</svg>\n", inner.replacen("<svg", &place, 1)), 1);
        Ok(svg(id, &self.title, &self.description, &whole))
    }

    /// The entries of the legend in rows, each with its abscissa.
    fn legend_rows(&self) -> Vec<Vec<(f64, Role, &str)>> {
        let mut rows = vec![Vec::new()];
        let mut x = 0.0;
        for (role, name) in &self.legend {
            let width = SAMPLE + 5.0 + name.chars().count() as f64 * CHARACTER;
            if x > 0.0 && x + width > WIDTH {
                rows.push(Vec::new());
                x = 0.0;
            }
            if let Some(row) = rows.last_mut() {
                row.push((x, *role, name.as_str()));
            }
            x += width + GAP;
        }
        rows
    }
}

impl Layout {
    fn width(&self) -> f64 {
        self.right - self.left
    }
}

/// A label with the power of ten that its ticks leave out, in lines.
fn titled(label: &str, power: Option<i32>, width: f64) -> Vec<String> {
    let power = power.map(|power| format!(" (in units of {})", number::power_of_ten(power)));
    wrapped(&format!("{label}{}", power.unwrap_or_default()), (width / CHARACTER) as usize)
}

/// The ticks whose names do not touch the one before.
fn spaced<'a>(ticks: &[(f64, &'a str)]) -> Vec<(f64, &'a str)> {
    let mut end = f64::NEG_INFINITY;
    let mut kept = Vec::new();
    for (x, name) in ticks {
        let half = 0.5 * name.chars().count() as f64 * CHARACTER;
        if x - half > end + 4.0 && x + half < WIDTH {
            kept.push((*x, *name));
            end = x + half;
        }
    }
    kept
}

/// What the legend shows for a role.
pub(super) fn sample(page: &Layer<'_>, role: Role, (x, y): (f64, f64)) -> Result<()> {
    match role {
        Role::Band | Role::Bracket => page.rectangle(role, x..x + SAMPLE, y - 0.4 * TEXT..y + 0.4 * TEXT),
        Role::Evidence => {
            let middle = x + 0.5 * SAMPLE;
            whisker(page, (middle, y - 7.0, y + 7.0), 3.0)?;
            page.dot(role, (middle, y), 3.2)
        }
        _ => page.line(role, line_width(role), [(x, y), (x + SAMPLE, y)]),
    }
}

/// An upright interval from `low` to `high` with caps of this half-width.
pub(super) fn whisker(layer: &Layer<'_>, (x, low, high): (f64, f64, f64), cap: f64) -> Result<()> {
    layer.line(Role::Interval, 1.4, [(x, low), (x, high)])?;
    for end in [low, high] {
        layer.line(Role::Interval, 1.4, [(x - cap, end), (x + cap, end)])?;
    }
    Ok(())
}

pub(super) fn line_width(role: Role) -> f64 {
    match role {
        Role::Prediction => 2.0,
        Role::Rival(_) => 1.8,
        Role::Trace => 1.0,
        _ => 1.4,
    }
}
