//! What the classifier learns from: noisy copies of random prototypes, and handwritten digits.

use anyhow::Result;
use lawbook_core::{Key, Stream, data::Digits};
use lawbook_memory::{Patterns, classifier::Example};

/// Classes of both kinds of data.
pub const CLASSES: usize = 10;

/// Random prototypes of the synthetic examples.
pub const PROTOTYPES: usize = 30;

/// Sites of a synthetic example, and the share of them turned over.
const SITES: usize = 100;
const NOISE: f64 = 0.25;

/// Error of the rule that takes the class with the nearest mean of its three prototypes, on synthetic examples: a simulation in
/// NumPy, 400 sets of prototypes, standard error 0.0007. (Taking the nearest prototype errs on one in 80 000.)
pub const SYNTHETIC_MEAN_ERROR: f64 = 0.0758;

/// An example and the prototype behind it.
pub type Pair = (Example, usize);

/// Pearson's correlation.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - ma, y - mb)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt().max(f64::MIN_POSITIVE)
}

/// Noisy copies of random prototypes, which take turns as classes do.
pub fn synthetic(count: usize, stream: &mut Stream) -> Result<(Vec<Pair>, Vec<Vec<f64>>)> {
    let prototypes = Patterns::random(PROTOTYPES, SITES, stream)?;
    let pair = |i: usize| -> Result<Pair> {
        let prototype = i % PROTOTYPES;
        let copy = prototypes.state(prototype).corrupted((NOISE * SITES as f64) as usize, stream)?;
        Ok((Example { input: copy.signs(), label: prototype % CLASSES }, prototype))
    };
    let pairs = (0..count).map(pair).collect::<Result<_>>()?;
    Ok((pairs, (0..PROTOTYPES).map(|mu| prototypes.state(mu).signs()).collect()))
}

/// Handwritten digits in random order, with ink from −1 to 1; the prototype of a class is its mean image.
pub fn digits(stream: &mut Stream) -> Result<(Vec<Pair>, Vec<Vec<f64>>)> {
    let Digits { pixels, labels } = Digits::load()?;
    let mut means = vec![vec![0.0; 64]; CLASSES];
    let mut pairs: Vec<Pair> = Vec::new();
    for (image, label) in pixels.iter().zip(labels) {
        let (input, label): (Vec<f64>, _) = (image.iter().map(|ink| ink / 8.0 - 1.0).collect(), usize::from(label));
        means[label].iter_mut().zip(&input).for_each(|(mean, value)| *mean += value);
        pairs.push((Example { input, label }, label));
    }
    for (class, mean) in means.iter_mut().enumerate() {
        let count = pairs.iter().filter(|(_, label)| *label == class).count() as f64;
        mean.iter_mut().for_each(|value| *value /= count);
    }
    stream.shuffle(&mut pairs);
    Ok((pairs, means))
}

/// Error of the rule that takes the class with the nearest mean image, on the digits that the means were taken of.
pub fn nearest_mean_error() -> Result<f64> {
    let (pairs, means) = digits(&mut Key::new(["nearest-mean"]).stream("order", 0))?;
    let distance = |class: usize, input: &[f64]| means[class].iter().zip(input).map(|(m, v)| (m - v).powi(2)).sum::<f64>();
    let wrong = pairs.iter().filter(|(Example { input, label }, _)| {
        let nearest = (0..CLASSES).min_by(|&a, &b| distance(a, input).total_cmp(&distance(b, input)));
        nearest != Some(*label)
    });
    Ok(wrong.count() as f64 / pairs.len() as f64)
}
