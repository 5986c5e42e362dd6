//! Figures: drawn by plotters, coloured by the page.
//!
//! Each part of a figure has a [`Role`]. Plotters gets one sentinel colour per role, which becomes a class of the SVG, so that
//! the style sheet can draw the same figure in light, in dark and on paper.

mod axis;
mod curve;
mod diagram;
mod exact;
mod exponent;
mod forest;
mod label;
mod plot;
mod text;
mod threshold;

use std::ops::Range;

use anyhow::Result;
use lawbook_claims::{Claim, Evidence, Judgement, Kind, Margin, Prediction, Rival, Statistic, judge};
use maud::{Markup, PreEscaped, html};
use plotters::{
    backend::SVGBackend,
    coord::{cartesian::Cartesian2d, types::RangedCoordf64},
    drawing::{DrawingArea, IntoDrawingArea},
    element::{Circle, PathElement, Polygon, Text},
    style::{
        Color, IntoTextStyle, RGBColor,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::outcome::{ClaimOutcome, LawOutcome};

/// Plotters rounds to whole pixels, so figures are drawn larger by this factor and shown smaller.
const FINENESS: f64 = 10.0;

/// Width of every figure in its own units; about that of a phone, so that text stays legible there.
const WIDTH: f64 = 380.0;

/// Height of text in the same units.
const TEXT: f64 = 12.5;

/// Mean width of a character, generous since the page's font is not known here.
const CHARACTER: f64 = 7.2;

/// What a part of a figure stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// What holds: the prediction with its margin.
    Band,
    Prediction,
    /// The rivals, in their order; each has its own dashes.
    Rival(usize),
    /// An estimate.
    Evidence,
    /// Its interval.
    Interval,
    /// A line through estimates, to guide the eye.
    Trace,
    /// The level that a threshold crosses.
    Level,
    /// Where a crossing has been located.
    Bracket,
    /// Behind a line that runs over shades.
    Halo,
    /// A measured value as a shade, from the lowest to the highest.
    Shade(usize),
    Frame,
    Grid,
    Text,
}

impl Role {
    /// Number of shades.
    const SHADES: usize = 9;

    const ALL: [(Self, &'static str); 15 + Self::SHADES] = [
        (Self::Band, "band"),
        (Self::Prediction, "prediction"),
        (Self::Rival(0), "rival0"),
        (Self::Rival(1), "rival1"),
        (Self::Rival(2), "rival2"),
        (Self::Rival(3), "rival3"),
        (Self::Evidence, "evidence"),
        (Self::Interval, "interval"),
        (Self::Trace, "trace"),
        (Self::Level, "level"),
        (Self::Bracket, "bracket"),
        (Self::Frame, "frame"),
        (Self::Grid, "grid"),
        (Self::Text, "text"),
        (Self::Halo, "halo"),
        (Self::Shade(0), "shade0"),
        (Self::Shade(1), "shade1"),
        (Self::Shade(2), "shade2"),
        (Self::Shade(3), "shade3"),
        (Self::Shade(4), "shade4"),
        (Self::Shade(5), "shade5"),
        (Self::Shade(6), "shade6"),
        (Self::Shade(7), "shade7"),
        (Self::Shade(8), "shade8"),
    ];

    /// The colour that plotters is told.
    fn sentinel(self) -> RGBColor {
        let role = if let Self::Rival(i) = self { Self::Rival(i % 4) } else { self };
        let index = Self::ALL.iter().position(|(other, _)| *other == role).unwrap_or(0);
        RGBColor(index as u8, 0x5E, 0xED)
    }
}

/// Something to draw on, with coordinates of its own.
struct Layer<'a> {
    area: DrawingArea<SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
}

impl<'a> Layer<'a> {
    /// A layer of a size in the figure's units, whose edges are these ranges; `y` runs from top to bottom.
    fn new(svg: &'a mut String, (width, height): (f64, f64), x: Range<f64>, y: Range<f64>) -> Self {
        let pixels = |length: f64| (length * FINENESS).round() as i32;
        let root = SVGBackend::with_string(svg, (pixels(width) as u32, pixels(height) as u32)).into_drawing_area();
        let area = root.apply_coord_spec(Cartesian2d::new(x, y, (0..pixels(width), 0..pixels(height))));
        Self { area }
    }

    fn line(&self, role: Role, width: f64, points: impl IntoIterator<Item = (f64, f64)>) -> Result<()> {
        let style = role.sentinel().stroke_width((width * FINENESS) as u32);
        Ok(self.area.draw(&PathElement::new(points.into_iter().collect::<Vec<_>>(), style))?)
    }

    fn fill(&self, role: Role, corners: impl IntoIterator<Item = (f64, f64)>) -> Result<()> {
        Ok(self.area.draw(&Polygon::new(corners.into_iter().collect::<Vec<_>>(), role.sentinel().filled()))?)
    }

    fn rectangle(&self, role: Role, x: Range<f64>, y: Range<f64>) -> Result<()> {
        self.fill(role, [(x.start, y.start), (x.end, y.start), (x.end, y.end), (x.start, y.end)])
    }

    fn dot(&self, role: Role, centre: (f64, f64), radius: f64) -> Result<()> {
        Ok(self.area.draw(&Circle::new(centre, (radius * FINENESS) as i32, role.sentinel().filled()))?)
    }

    fn text(&self, at: (f64, f64), anchor: HPos, text: &str) -> Result<()> {
        // Plotters takes the height of a line and hands on 1/1.24 of it as the size of the font.
        let style = ("sans-serif", TEXT * FINENESS * 1.24).into_text_style(&self.area.strip_coord_spec());
        let colour = Role::Text.sentinel();
        let style = style.color(&colour).pos(Pos::new(anchor, VPos::Center));
        Ok(self.area.draw(&Text::new(text.to_owned(), at, style))?)
    }

    /// Text with exponents and indices.
    fn formula(&self, at: (f64, f64), anchor: HPos, text: &str) -> Result<()> {
        self.text(at, anchor, &text::marked(text))
    }

    /// Its size in the figure's units.
    fn size(&self) -> (f64, f64) {
        let (width, height) = self.area.dim_in_pixel();
        (f64::from(width) / FINENESS, f64::from(height) / FINENESS)
    }

    fn finish(self) -> Result<()> {
        Ok(self.area.present()?)
    }
}

/// The compact figures of a law: what has one number each, side by side in units of the margin; and its identities.
pub(super) fn of_law(law: &LawOutcome) -> Result<[Option<Markup>; 2]> {
    Ok([forest::draw(law)?, exact::draw(law)?])
}

/// The figure of one claim, if it has one of its own and there is something to draw. `level` is the chance of error that the
/// run allows each of its intervals.
pub(super) fn of_claim(law: &LawOutcome, outcome: &ClaimOutcome, level: f64) -> Result<Option<Markup>> {
    if outcome.judgement.measured.is_empty() {
        return Ok(None);
    }
    let id = format!("{}/{}", law.card.id, outcome.claim.id);
    match outcome.claim.kind {
        _ if is_one_number(&outcome.claim) => Ok(None),
        Kind::Curve | Kind::Distribution => curve::draw(&id, outcome).map(Some),
        Kind::Exponent => exponent::draw(&id, outcome, level),
        Kind::Threshold { level: crossed } => threshold::draw(&id, outcome, crossed, level),
        Kind::Value | Kind::Bound | Kind::Exact => Ok(None),
    }
}

/// Whether a claim is a row of the law's compact figure: also a curve of which this grid has a single point.
fn is_one_number(claim: &Claim) -> bool {
    match claim.kind {
        Kind::Value | Kind::Bound => true,
        Kind::Curve | Kind::Distribution => claim.components() == 1,
        Kind::Exponent | Kind::Threshold { .. } | Kind::Exact => false,
    }
}

/// The phase diagram of a claim, if it has one.
pub(super) fn phase_diagram(law: &LawOutcome, outcome: &ClaimOutcome) -> Result<Option<Markup>> {
    diagram::draw(&format!("{}/{}/phases", law.card.id, outcome.claim.id), outcome)
}

/// The estimates and intervals of the sites themselves, where the claim is about something derived from them.
fn site_intervals(claim: &Claim, evidence: &Evidence, level: f64) -> Judgement {
    let sites = claim.sites.len();
    let anything = Rival { name: String::new(), because: String::new(), predicted: vec![1.0; sites], residual: Vec::new() };
    let each = Claim {
        kind: Kind::Curve,
        statistic: Statistic::Each,
        predicted: Prediction::Equal(vec![0.0; sites]),
        // Any: only the intervals are asked for.
        margin: Margin::Absolute(0.5),
        rivals: vec![anything],
        ..claim.clone()
    };
    judge(&each, evidence, level)
}

/// Turns what plotters wrote into an element of the page, with a title and a description for those who do not see it.
fn svg(id: &str, title: &str, description: &str, drawn: &str) -> Markup {
    let coloured = text::typeset(&recoloured(drawn));
    let (opening, rest) = coloured.split_once('>').unwrap_or_default();
    let view = opening.split_once("viewBox=").map_or("", |(_, view)| view.trim());
    html! {
        (PreEscaped(format!("<svg class=\"figure\" role=\"img\" aria-labelledby=\"{id}/title {id}/about\" viewBox={view}>")))
        title id={ (id) "/title" } { (title) }
        desc id={ (id) "/about" } { (description) }
        (PreEscaped(rest.trim()))
    }
}

/// Sentinel colours become classes; what says nothing goes.
fn recoloured(drawn: &str) -> String {
    let noise =
        [" opacity=\"1\"", " stroke=\"none\"", " font-family=\"sans-serif\"", " xmlns=\"http://www.w3.org/2000/svg\""];
    let quiet = noise.iter().fold(drawn.to_owned(), |svg, noise| svg.replace(noise, ""));
    // Once over the text for all roles: a report has hundreds of figures.
    let mut pieces = quiet.split("=\"#");
    let mut svg = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let colour = piece.split_once('"').and_then(|(digits, rest)| Some((class(digits)?, rest)));
        let kind = [("fill", "fill"), ("stroke", "line")].into_iter().find(|(attribute, _)| svg.ends_with(attribute));
        match (colour, kind) {
            (Some((class, rest)), Some((attribute, kind))) => {
                svg.truncate(svg.len() - attribute.len());
                svg.extend(["class=\"", kind, " ", class, "\"", rest]);
            }
            _ => svg.extend(["=\"#", piece]),
        }
    }
    svg
}

/// The class of the role whose sentinel has these digits.
fn class(digits: &str) -> Option<&'static str> {
    let index = u8::from_str_radix(digits.strip_suffix("5EED")?, 16).ok()?;
    Role::ALL.get(usize::from(index)).map(|(_, class)| *class)
}
