//! The colours of the style sheet against their backgrounds, by the formula of WCAG 2.2.

use std::collections::HashMap;

use super::super::STYLE;

type Colour = [f64; 3];

/// The opaque colours of the light and the dark page by name.
fn palettes() -> [HashMap<&'static str, Colour>; 2] {
    let mut blocks = STYLE.split(":root {").skip(1).map(|block| block.split('}').next().unwrap_or_default());
    let mut palette = || {
        let declarations = blocks.next().into_iter().flat_map(|block| block.split(';'));
        let named = declarations.filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
        named.filter(|(_, digits)| digits.len() == 6).map(|(name, digits)| (name, channels(digits))).collect()
    };
    [palette(), palette()]
}

fn channels(digits: &str) -> Colour {
    [0, 2, 4].map(|i| f64::from(u8::from_str_radix(&digits[i..i + 2], 16).expect("a hexadecimal colour")) / 255.0)
}

fn luminance(colour: Colour) -> f64 {
    let [r, g, b] = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn mixed(over: Colour, under: Colour, share: f64) -> Colour {
    [0, 1, 2].map(|i| share * over[i] + (1.0 - share) * under[i])
}

#[test]
fn contrast_is_that_of_wcag() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-12);
    // X-Val: WebAIM's contrast checker gives 4.54 for #767676 on white.
    assert!((contrast(channels("767676"), [1.0; 3]) - 4.54).abs() < 0.005);
}

#[test]
fn everything_can_be_read_on_its_background() {
    for palette in palettes() {
        let page = palette["page"];
        let texts = ["text", "quiet", "link", "holds", "fails", "undecided", "aside"];
        // Rows of the table are tinted with 8 % of the colour of their verdict.
        let tints = ["fails", "undecided"].map(|verdict| mixed(palette[verdict], page, 0.08));
        let backgrounds = [page, palette["raised"], palette["found"]].into_iter().chain(tints);
        for background in backgrounds {
            for name in texts {
                let reached = contrast(palette[name], background);
                assert!(reached >= 4.5, "--{name} reaches {reached:.2} on {background:?}");
            }
        }
        for name in ["prediction", "rival", "evidence", "found-line"] {
            let background = if name == "found-line" { palette["found"] } else { page };
            // The rule beside a finding is decoration.
            let least = if name == "found-line" { 1.5 } else { 3.0 };
            assert!(contrast(palette[name], background) >= least, "--{name}");
        }
    }
}
