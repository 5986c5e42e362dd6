//! A plot: panels over one abscissa, a legend below that covers no data, and clipped layers on which the data are drawn.

use anyhow::Result;
use maud::Markup;
use plotters::style::text_anchor::HPos;

use super::super::number;
use super::{
    CHARACTER, FINENESS, Layer, Role, TEXT, WIDTH,
    axis::{Axis, OVERDRAW, Tick},
    svg,
    text::{length, shortened, wrapped},
};

/// Height of a panel that shows the measurement.
pub(super) const HEIGHT: f64 = 195.0;

/// Height of a line of text.
const LINE: f64 = 17.0;

/// Width of a sample in the legend, and the gap after an entry.
const SAMPLE: f64 = 26.0;
const GAP: f64 = 16.0;

/// A plot: panels one above the other over one abscissa.
pub(super) struct Plot {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) x: Axis,
    pub(super) legend: Vec<(Role, String)>,
}

/// An ordinate and what is drawn over it, on a layer whose coordinates are positions on the axes.
pub(super) struct Panel<'a> {
    pub(super) y: &'a Axis,
    pub(super) height: f64,
    pub(super) data: &'a dyn Fn(&Layer<'_>) -> Result<()>,
}

impl Panel<'_> {
    fn ticks(&self) -> (Vec<Tick>, Option<i32>) {
        self.y.ticks((self.height / 26.0).clamp(2.0, 6.0) as u8)
    }
}

/// Where a panel's frame stands.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Plot {
    pub(super) fn draw(&self, id: &str, panels: &[Panel<'_>]) -> Result<Markup> {
        let (x_ticks, x_power) = self.x.ticks(6);
        let names = panels.iter().flat_map(|panel| panel.ticks().0).map(|tick| tick.name.chars().count());
        let left = (names.max().unwrap_or(1) as f64 * CHARACTER + 12.0).max(30.0);
        let (mut frames, mut labels, mut end) = (Vec::new(), Vec::new(), 0.0);
        for panel in panels {
            let label = titled(&panel.y.label, panel.ticks().1, WIDTH - 8.0);
            let top = end + label.len() as f64 * LINE + 6.0;
            labels.extend(label.into_iter().enumerate().map(|(i, line)| (end + LINE * (i as f64 + 0.5), line)));
            frames.push(Frame { left, right: WIDTH - 10.0, top, bottom: top + panel.height });
            end = top + panel.height + 8.0;
        }
        let below = titled(&self.x.label, x_power, WIDTH - left);
        let bottom = end - 8.0;
        let legend = self.legend_rows();
        let legend_top = bottom + LINE * (1.0 + below.len() as f64) + 12.0;
        let height = legend_top + LINE * legend.len() as f64 + 2.0;

        let mut drawn = String::new();
        let page = Layer::new(&mut drawn, (WIDTH, height), 0.0..WIDTH, 0.0..height);
        for (y, line) in labels {
            page.formula((2.0, y), HPos::Left, &line)?;
        }
        let named: Vec<_> =
            x_ticks.iter().map(|tick| (frames[0].x_at(&self.x, tick.position), tick.name.as_str())).collect();
        for (x, name) in spaced(&named) {
            for frame in &frames {
                page.line(Role::Grid, 0.7, [(x, frame.top), (x, frame.bottom)])?;
            }
            page.text((x, bottom + 12.0), HPos::Center, name)?;
        }
        for (i, line) in below.iter().enumerate() {
            page.formula((0.5 * (left + WIDTH - 10.0), bottom + LINE * (1.7 + i as f64)), HPos::Center, line)?;
        }
        for (panel, frame) in panels.iter().zip(&frames) {
            frame.draw(&page, &self.x, panel)?;
        }
        for (i, row) in legend.iter().enumerate() {
            let y = legend_top + LINE * (i as f64 + 0.5);
            for (x, role, name) in row {
                if *role != Role::Text {
                    sample(&page, *role, (*x, y))?;
                }
                page.formula((x + indent(*role), y), HPos::Left, name)?;
            }
        }
        page.finish()?;
        let data =
            panels.iter().zip(&frames).map(|(panel, frame)| frame.data(&self.x, panel)).collect::<Result<String>>()?;
        Ok(svg(id, &self.title, &self.description, &drawn.replacen("</svg>", &format!("{data}</svg>"), 1)))
    }

    /// The entries of the legend in rows, each with its abscissa.
    fn legend_rows(&self) -> Vec<Vec<(f64, Role, String)>> {
        let mut rows = vec![Vec::new()];
        let mut x = 0.0;
        for (role, name) in &self.legend {
            let name = shortened(name, WIDTH - indent(*role));
            let width = indent(*role) + length(&name) as f64 * CHARACTER;
            if x > 0.0 && x + width > WIDTH {
                rows.push(Vec::new());
                x = 0.0;
            }
            if let Some(row) = rows.last_mut() {
                row.push((x, *role, name));
            }
            // What follows words stands together below them.
            x = if *role == Role::Text { WIDTH } else { x + width + GAP };
        }
        rows
    }
}

impl Frame {
    fn x_at(&self, axis: &Axis, position: f64) -> f64 {
        self.left + (position - axis.low) / (axis.high - axis.low) * (self.right - self.left)
    }

    fn y_at(&self, axis: &Axis, position: f64) -> f64 {
        self.bottom - (position - axis.low) / (axis.high - axis.low) * (self.bottom - self.top)
    }

    /// Its lines, and the ticks of the ordinate.
    fn draw(&self, page: &Layer<'_>, x: &Axis, panel: &Panel<'_>) -> Result<()> {
        for tick in panel.ticks().0 {
            let height = self.y_at(panel.y, tick.position);
            page.line(Role::Grid, 0.7, [(self.left, height), (self.right, height)])?;
            page.text((self.left - 6.0, height), HPos::Right, &tick.name)?;
        }
        for x in x.minor_ticks().into_iter().map(|position| self.x_at(x, position)) {
            page.line(Role::Frame, 0.7, [(x, self.bottom), (x, self.bottom - 3.0)])?;
        }
        for y in panel.y.minor_ticks().into_iter().map(|position| self.y_at(panel.y, position)) {
            page.line(Role::Frame, 0.7, [(self.left, y), (self.left + 3.0, y)])?;
        }
        page.line(Role::Frame, 1.0, [(self.left, self.top), (self.left, self.bottom), (self.right, self.bottom)])
    }

    /// The data, clipped to the frame. Plotters would bend what leaves a drawing area along its edge, so the area is larger
    /// than the frame and a nested image shows the middle of it.
    fn data(&self, x: &Axis, panel: &Panel<'_>) -> Result<String> {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        let times = 1.0 + 2.0 * OVERDRAW;
        let (x_room, y_room) = (OVERDRAW * (x.high - x.low), OVERDRAW * (panel.y.high - panel.y.low));
        let (across, down) = (x.low - x_room..x.high + x_room, panel.y.high + y_room..panel.y.low - y_room);
        let mut drawn = String::new();
        let layer = Layer::new(&mut drawn, (width * times, height * times), across, down);
        (panel.data)(&layer)?;
        layer.finish()?;
        let (_, elements) = drawn.split_once('>').unwrap_or_default();
        let lengths = [self.left, self.top, width, height, OVERDRAW * width, OVERDRAW * height];
        let [left, top, width, height, x, y] = lengths.map(|length| (FINENESS * length).round());
        let place = format!("x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"");
        Ok(format!("<svg {place} viewBox=\"{x} {y} {width} {height}\">{elements}"))
    }
}

/// Where the name of an entry of the legend begins: after its sample. Words over the entries that follow have none.
fn indent(role: Role) -> f64 {
    if role == Role::Text { 0.0 } else { SAMPLE + 5.0 }
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
        Role::Band | Role::Bracket | Role::Shade(_) => page.rectangle(role, x..x + SAMPLE, y - 0.4 * TEXT..y + 0.4 * TEXT),
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

/// Many dots are small ones, so that the prediction is seen between them.
pub(super) fn dot_radius(dots: usize) -> f64 {
    if dots > 20 { 2.2 } else { 3.0 }
}
