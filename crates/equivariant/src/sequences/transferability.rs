//! Do the maps f_n share one Lipschitz constant, and do their values settle on samples of one limit object? Both are evidence: a
//! finite number of inputs and sizes proves neither.

use lawbook_core::{Key, Stream, no_grad};

use super::{
    ConsistentSequence, Probed,
    probe::{CheckError, Probe, exponent, of_input, of_output, output},
};

/// The largest ratio ‖f_n(x') − f_n(x)‖/‖x' − x‖ found at every size: a lower bound of the Lipschitz constant of f_n.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// n and the ratio.
    pub constants: Vec<(i64, f64)>,
    /// Its exponent in n, by least squares in logarithms.
    pub exponent: f64,
    /// What was moved in the input where the ratio at the largest size was found.
    pub perturbation: &'static str,
}

/// How far the outputs on two independent samples of one limit object lie apart, the one of a size and the other of the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Convergence {
    /// n and the mean distance between the outputs at n and at the next size.
    pub gaps: Vec<(i64, f64)>,
    /// Its exponent in n: −½ for functions of averages over independent points.
    pub exponent: f64,
}

/// Moves random inputs of every size and takes the largest ratio of changes, in the norms of the two sequences.
pub fn lipschitz<I: Probed, O: ConsistentSequence>(
    inputs: &I,
    outputs: &O,
    model: impl Fn(&I::Vector) -> O::Vector,
    probe: &Probe,
    stream: &mut Stream,
) -> Result<Growth, CheckError> {
    probe.checked()?;
    // The same random numbers at every size: where points are drawn one by one, larger inputs continue smaller ones and are moved
    // alike, so that chance leaves the comparison between sizes.
    let keys: Vec<Key> = (0..probe.draws).map(|_| Key::new(["lipschitz", &stream.next_u64().to_string()])).collect();
    let (mut constants, mut perturbation) = (Vec::new(), "nothing");
    for &n in &probe.sizes {
        let mut largest = 0.0_f64;
        perturbation = "nothing";
        for key in &keys {
            let input = inputs.random(n, &mut key.stream("input", 0));
            let before = no_grad(|| output(outputs, &model, &input, n))?;
            for (name, moved) in inputs.perturbations(&input, &mut key.stream("moves", 0)) {
                let after = no_grad(|| output(outputs, &model, &moved, n))?;
                let change = outputs.difference(&after, &before).and_then(|change| outputs.norm(&change));
                let step = inputs.difference(&moved, &input).and_then(|step| inputs.norm(&step));
                let ratio = change.map_err(of_output(n))? / step.map_err(of_input(n))?;
                if ratio > largest {
                    (largest, perturbation) = (ratio, name);
                }
            }
        }
        constants.push((n, largest));
    }
    Ok(Growth { exponent: exponent(&constants), constants, perturbation })
}

/// Compares the outputs on samples of one limit object between sizes that follow each other.
pub fn convergence<I: Probed, O: ConsistentSequence>(
    inputs: &I,
    outputs: &O,
    model: impl Fn(&I::Vector) -> O::Vector,
    probe: &Probe,
    stream: &mut Stream,
) -> Result<Convergence, CheckError> {
    probe.checked()?;
    let mut sample = |n: i64| no_grad(|| output(outputs, &model, &inputs.sample(n, stream), n));
    let mut gaps: Vec<(i64, f64)> = probe.sizes[..probe.sizes.len() - 1].iter().map(|&n| (n, 0.0)).collect();
    let draws = SAMPLES_PER_DRAW * probe.draws;
    for _ in 0..draws {
        let mut smaller = sample(probe.sizes[0])?;
        for (gap, &n) in gaps.iter_mut().zip(&probe.sizes[1..]) {
            let larger = sample(n)?;
            gap.1 += outputs.gap(&smaller, &larger).map_err(of_output(n))? / draws as f64;
            smaller = larger;
        }
    }
    Ok(Convergence { exponent: exponent(&gaps), gaps })
}

/// The distance of two samples scatters as much as its mean, so that a trend in n takes more of them than a largest ratio does.
const SAMPLES_PER_DRAW: usize = 10;
