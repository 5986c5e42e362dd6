//! Text of figures: its room, and its exponents and indices.
//!
//! Plotters knows text as letters only. What is raised or lowered is handed to it between letters of the private use area,
//! and these become elements afterwards.

use super::super::prose::{Level, pieces};
use super::{CHARACTER, FINENESS, TEXT};

/// The letter that ends a text with raised or lowered parts.
const END: char = '\u{E000}';

/// The height of exponents and indices, as a share of that of the line.
const SMALL: f64 = 0.75;

/// How many characters wide a text is, once exponents and indices are set.
pub(super) fn length(text: &str) -> usize {
    pieces(text).iter().map(|(_, piece)| piece.chars().count()).sum()
}

/// Text in lines of at most so many characters.
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Text that fits a width.
pub(super) fn shortened(text: &str, width: f64) -> String {
    let most = (width / CHARACTER) as usize;
    if length(text) <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

/// Text for plotters, with marks where its level changes.
pub(super) fn marked(text: &str) -> String {
    let pieces = pieces(text);
    if pieces.iter().all(|(level, _)| *level == Level::Line) {
        return text.to_owned();
    }
    pieces
        .iter()
        .flat_map(|(level, piece)| [mark(*level).to_string(), (*piece).to_owned()])
        .chain([END.to_string()])
        .collect()
}

fn mark(level: Level) -> char {
    match level {
        Level::Line => '\u{E001}',
        Level::Raised => '\u{E002}',
        Level::Lowered => '\u{E003}',
    }
}

/// What plotters wrote, with the marks as elements.
pub(super) fn typeset(drawn: &str) -> String {
    let mut svg = String::with_capacity(drawn.len());
    // How far below the line the text stands, in which element if in any.
    let (mut done, mut below, mut opened) = (0, 0.0, false);
    for (at, letter) in drawn.match_indices(|c| (END..=mark(Level::Lowered)).contains(&c)) {
        svg.push_str(&drawn[done..at]);
        done = at + letter.len();
        if opened {
            svg.push_str("</tspan>");
        }
        opened = !letter.starts_with(END);
        if !opened {
            below = 0.0;
            continue;
        }
        let to = match () {
            () if letter.starts_with(mark(Level::Raised)) => -0.36 * TEXT,
            () if letter.starts_with(mark(Level::Lowered)) => 0.24 * TEXT,
            () => 0.0,
        };
        let size = if to == 0.0 { String::new() } else { format!(" font-size=\"{}\"", (SMALL * TEXT * FINENESS).round()) };
        svg.push_str(&format!("<tspan dy=\"{}\"{size}>", ((to - below) * FINENESS).round()));
        below = to;
    }
    svg.push_str(&drawn[done..]);
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_and_exponents_are_elements_and_the_line_is_found_again() {
        let set = |text| typeset(&marked(text));
        assert_eq!(set("load K/N & more"), "load K/N & more");
        assert_eq!(set("T/T_c"), r#"<tspan dy="0">T/T</tspan><tspan dy="30" font-size="94">c</tspan>"#);
        let both = set("L_s N^(n−1) a");
        assert_eq!(both.matches("<tspan").count(), both.matches("</tspan>").count());
        let shifts: Vec<f64> = both.split("dy=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
        assert_eq!(shifts, [0.0, 30.0, -30.0, -45.0, 45.0]);
        assert_eq!((length("N^(n−1)"), length("T_c")), (4, 2));
    }
}
