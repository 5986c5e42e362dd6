//! Draws what a dense classifier has learned of handwritten digits, at low and at high order: for each class the memory with the
//! largest share in the energy of its digits. Writes SVG to the standard output:
//!
//! `cargo run -p lawbook-memory --example memories > crates/memory/docs/memories.svg`

use std::{error::Error, fmt::Write};

use lawbook_core::{Key, data::Digits};
use lawbook_memory::classifier::{Classifier, Example, Shape, Training};

const CLASSES: usize = 10;

/// Orders with their temperatures.
const ORDERS: [(u32, f64); 3] = [(2, 15.0), (6, 30.0), (20, 40.0)];

/// Pixels to a side, size of a pixel, distance from picture to picture, and room for a row's title.
const SIDE: usize = 8;
const PIXEL: usize = 6;
const PITCH: usize = 60;
const TITLE: usize = 52;

/// Shades of each colour.
const SHADES: i64 = 6;

fn main() -> Result<(), Box<dyn Error>> {
    let Digits { pixels, labels } = Digits::load()?;
    let example = |(image, label): (&[f64; 64], &u8)| Example {
        input: image.iter().map(|ink| ink / 8.0 - 1.0).collect(),
        label: usize::from(*label),
    };
    let examples: Vec<Example> = pixels.iter().zip(&labels).map(example).collect();
    let (width, height) = (TITLE + CLASSES * PITCH, ORDERS.len() * PITCH + 2);
    println!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"Memories learned from digits: features at n = 2, digits at n = 20\" \
         style=\"max-width:100%;height:auto\" font-family=\"sans-serif\" font-size=\"13\" fill=\"currentColor\">"
    );
    for (row, (order, temperature)) in ORDERS.into_iter().enumerate() {
        let mut stream = Key::new(["memories"]).stream("training", u64::from(order));
        let shape = Shape { memories: 60, inputs: 64, classes: CLASSES };
        let mut classifier = Classifier::random(shape, order, temperature, &mut stream)?;
        let temperatures = (temperature, temperature);
        let rule = Training { epochs: 40, power: 3, batch: 100, temperatures, ..Training::default() };
        classifier.train(&examples, &rule, &mut stream)?;
        println!("<g transform=\"translate(0 {})\"><text x=\"0\" y=\"30\">n = {order}</text>", row * PITCH + 3);
        for (class, memory) in leaders(&classifier, &examples)?.into_iter().enumerate() {
            println!("<g transform=\"translate({} 0) scale({PIXEL})\">{}</g>", TITLE + class * PITCH, picture(&memory)?);
        }
        println!("</g>");
    }
    println!("</svg>");
    Ok(())
}

/// For each class, the input sites of the memory with the largest total share in its examples.
fn leaders(classifier: &Classifier, examples: &[Example]) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let mut totals = vec![vec![0.0; classifier.shape().memories]; CLASSES];
    for Example { input, label } in examples {
        totals[*label].iter_mut().zip(classifier.shares(input)?).for_each(|(total, share)| *total += share);
    }
    let largest =
        |shares: &Vec<f64>| (0..shares.len()).fold(0, |best, mu| if shares[mu] > shares[best] { mu } else { best });
    Ok(totals.iter().map(|shares| classifier.memory(largest(shares))[..SIDE * SIDE].to_vec()).collect())
}

/// The pixels of a memory: ink wanted in orange, ink unwanted in blue.
fn picture(memory: &[f64]) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    for shade in (-SHADES..=SHADES).filter(|shade| *shade != 0) {
        let mut path = String::new();
        for (site, value) in memory.iter().enumerate() {
            if (value * SHADES as f64).round() as i64 == shade {
                write!(path, "M{} {}h1v1h-1z", site % SIDE, site / SIDE)?;
            }
        }
        let colour = if shade > 0 { "#e8590c" } else { "#1c7ed6" };
        if !path.is_empty() {
            write!(svg, "<path d=\"{path}\" fill=\"{colour}\" opacity=\"{:.2}\"/>", shade.abs() as f64 / SHADES as f64)?;
        }
    }
    Ok(svg)
}
