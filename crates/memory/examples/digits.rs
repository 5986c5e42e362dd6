//! Draws the pictures of the crate's page: one corrupted digit among fifty stored ones, as it comes back at order 10 and is lost
//! at order 2. Writes SVG to the standard output:
//!
//! `cargo run -p lawbook-memory --example digits > crates/memory/docs/digits.svg`

use std::{error::Error, fmt::Write};

use lawbook_core::{Key, Stream};
use lawbook_memory::{DenseMemory, Descent, Patterns, Separation, State, digits};

/// Digits stored, the one that is looked for, and its pixels turned over in the cue.
const STORED: usize = 50;
const WANTED: usize = 13;
const FLIPS: usize = 10;

/// Pixels to a side, size of a pixel, and distance from picture to picture.
const SIDE: usize = 8;
const PIXEL: usize = 9;
const PITCH: usize = 112;

/// Height of a row with its captions, and room for its title.
const ROW: usize = 134;
const TITLE: usize = 64;

/// Pictures in a row: the stored digit, and moments of the descent from the cue to the end.
const MOMENTS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let states = &digits::distinct()?.0[..STORED];
    let patterns = Patterns::from_states(states)?;
    let wanted = &states[WANTED];
    let cue = wanted.corrupted(FLIPS, &mut Key::new(["digits"]).stream("cue", 0))?;
    let rows = [10, 2].map(|order| -> Result<String, Box<dyn Error>> {
        let memory = DenseMemory::new(patterns.clone(), Separation::Rectified(order))?;
        let steps = descend(&memory, &cue, &mut Key::new(["digits"]).stream("order", 0))?;
        row(&memory, wanted, &steps, order)
    });
    let (width, height) = (TITLE + MOMENTS * PITCH + PIXEL * SIDE + 10, 2 * ROW - 12);
    println!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"A corrupted digit comes back at order 10 and is lost at order 2\" style=\"max-width:100%;height:auto\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"currentColor\">"
    );
    for (i, row) in rows.into_iter().enumerate() {
        println!("<g transform=\"translate(0 {})\">\n{}</g>", i * ROW, row?);
    }
    println!("</svg>");
    Ok(())
}

/// All states from the cue to the fixed point, one flip apart.
fn descend(memory: &DenseMemory, cue: &State, stream: &mut Stream) -> Result<Vec<State>, Box<dyn Error>> {
    let mut descent = Descent::new(memory, cue)?;
    let mut steps = vec![cue.clone()];
    let mut order: Vec<usize> = (0..cue.sites()).collect();
    loop {
        stream.shuffle(&mut order);
        let before = steps.len();
        for &site in &order {
            if descent.visit(site) {
                steps.push(descent.state().clone());
            }
        }
        if steps.len() == before {
            return Ok(steps);
        }
    }
}

/// The stored digit and the moments of a descent, each with the energy in units of the stored digit's.
fn row(memory: &DenseMemory, wanted: &State, steps: &[State], order: u32) -> Result<String, Box<dyn Error>> {
    let last = steps.len() - 1;
    let unit = memory.energy(wanted)?.abs();
    let mut svg = format!("<text x=\"0\" y=\"40\" font-size=\"14\">n = {order}</text>\n");
    let mut column = 0;
    let mut add = |state: &State, caption: &str| -> Result<(), Box<dyn Error>> {
        let energy = memory.energy(state)? / unit;
        let middle = SIDE * PIXEL / 2;
        writeln!(svg, "<g transform=\"translate({} 4)\">\n{}", TITLE + column * PITCH, picture(state, wanted)?)?;
        writeln!(svg, "<g text-anchor=\"middle\"><text x=\"{middle}\" y=\"90\">{caption}</text>")?;
        writeln!(svg, "<text x=\"{middle}\" y=\"106\" opacity=\".65\">energy {energy:.2}</text></g>\n</g>")?;
        column += 1;
        Ok(())
    };
    add(wanted, "stored")?;
    for moment in 0..MOMENTS {
        let flips = moment * last / (MOMENTS - 1);
        let caption = match flips {
            0 => format!("cue, {FLIPS} turned"),
            _ if flips == last => format!("{flips} flips: at rest"),
            _ => format!("{flips} flips"),
        };
        add(&steps[flips], &caption)?;
    }
    Ok(svg.replace("energy -", "energy −"))
}

/// The pixels of a state: ink in the colour of the text, what differs from the stored digit in orange.
fn picture(state: &State, wanted: &State) -> Result<String, Box<dyn Error>> {
    let (mut right, mut surplus, mut missing) = (String::new(), String::new(), String::new());
    for (site, (ink, stored)) in state.signs().into_iter().zip(wanted.signs()).enumerate() {
        let into = match (ink > 0.0, stored > 0.0) {
            (true, true) => &mut right,
            (true, false) => &mut surplus,
            (false, true) => &mut missing,
            (false, false) => continue,
        };
        write!(into, "M{} {}h1v1h-1z", site % SIDE, site / SIDE)?;
    }
    Ok(format!(
        "<g transform=\"scale({PIXEL})\"><path d=\"M-.3-.3h8.6v8.6h-8.6z\" fill=\"none\" stroke=\"currentColor\" \
         stroke-width=\".08\" opacity=\".4\"/><path d=\"{right}\"/><path d=\"{surplus}\" fill=\"#e8590c\"/><path \
         d=\"{missing}\" fill=\"#e8590c\" opacity=\".3\"/></g>"
    ))
}
