//! Memories of a few among many random tokens: those that are not stored need no embedding.

use lawbook_core::Stream;

use super::{Association, Embeddings};
use crate::{OutOfRange, slices::dot};

/// The scores of tokens that are not stored, whose embeddings are Gaussian vectors of unit mean square: given the memory they are
/// Gaussian numbers with the covariance `R Rᵀ/d` of its readout `R = U W`, whatever the dimension d.
#[derive(Debug, Clone, PartialEq)]
pub struct Strangers {
    outputs: usize,
    /// L with `L Lᵀ = R Rᵀ/d`, row-major.
    factor: Vec<f64>,
}

impl Strangers {
    /// Those of a memory.
    pub fn of(memory: &Association) -> Self {
        let (d, outputs) = (memory.embeddings.dimension, memory.embeddings.output_count());
        let row = |output: usize| &memory.readout[output * d..][..d];
        let mut factor = vec![0.0; outputs * outputs];
        for i in 0..outputs {
            for j in 0..=i {
                let covariance = dot(row(i), row(j)) / d as f64;
                let left = covariance - (0..j).map(|k| factor[i * outputs + k] * factor[j * outputs + k]).sum::<f64>();
                let pivot = factor[j * outputs + j];
                // Readouts that depend on earlier ones leave nothing but rounding.
                factor[i * outputs + j] = match i == j {
                    true if left > 1e-12 * covariance => left.sqrt(),
                    false if pivot > 0.0 => left / pivot,
                    _ => 0.0,
                };
            }
        }
        Self { outputs, factor }
    }

    /// The output that a stranger recalls; of equal scores the first.
    fn recall(&self, normals: &[f64]) -> usize {
        let mut best = (f64::NEG_INFINITY, 0);
        for (output, row) in self.factor.chunks_exact(self.outputs).enumerate() {
            let score = row[..=output].iter().zip(normals).map(|(l, z)| l * z).sum::<f64>();
            if score > best.0 {
                best = (score, output);
            }
        }
        best.1
    }

    /// What `count` strangers recall.
    pub fn recalls(&self, count: usize, stream: &mut Stream) -> Vec<usize> {
        let mut normals = vec![0.0; count * self.outputs];
        stream.fill_normal(&mut normals);
        normals.chunks_exact(self.outputs).map(|normals| self.recall(normals)).collect()
    }
}

/// The generalisation error over token probabilities `frequencies` of a memory that stores tokens with `weights` and `targets`, in
/// fresh Gaussian embeddings: as [`Association::store`] and [`Association::error`] give it in [`Embeddings::gaussian`], in
/// distribution, but embeddings are drawn only for tokens whose weight is not 0.
pub fn gaussian_error(
    frequencies: &[f64],
    targets: &[usize],
    weights: &[f64],
    (outputs, dimension): (usize, usize),
    stream: &mut Stream,
) -> Result<f64, OutOfRange> {
    OutOfRange::check_length("the number of targets", targets.len(), frequencies.len())?;
    OutOfRange::check_length("the number of weights", weights.len(), frequencies.len())?;
    let (stored, strange): (Vec<usize>, Vec<usize>) = (0..weights.len()).partition(|&token| weights[token] != 0.0);
    if stored.is_empty() {
        // Nothing is known, all scores are 0, and the first output is recalled.
        return Ok(targets.iter().zip(frequencies).filter(|(target, _)| **target != 0).map(|(_, p)| p).sum());
    }
    let of = |values: &[f64]| stored.iter().map(|&token| values[token]).collect::<Vec<_>>();
    let stored_targets: Vec<usize> = stored.iter().map(|&token| targets[token]).collect();
    let embeddings = Embeddings::gaussian(stored.len(), outputs, dimension, stream)?;
    let memory = Association::store(embeddings, &stored_targets, &of(weights))?;
    let lost = memory.error(&of(frequencies), &stored_targets)?;
    let recalls = Strangers::of(&memory).recalls(strange.len(), stream);
    let wrong = strange.iter().zip(recalls).filter(|(token, recalled)| targets[**token] != *recalled);
    Ok(lost + wrong.map(|(token, _)| frequencies[*token]).sum::<f64>())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::association::{frequency_weights, zipf};

    /// Errors of memories that embed every token and of memories that embed the stored ones have the same mean and variance, with
    /// fewer dimensions than outputs too.
    #[test]
    fn strangers_err_as_tokens_with_embeddings_do() {
        for (tokens, kept, dimension) in [(40, 8, 16), (30, 2, 8), (20, 6, 3)] {
            let frequencies = zipf(tokens, 1.2).unwrap();
            let targets: Vec<usize> = (0..tokens).map(|token| token % 4).collect();
            let mut stream = Key::new(["strangers"]).stream("embeddings", tokens as u64);
            let weights = frequency_weights(&frequencies, 0.0, kept, &mut stream);
            let draws = 6000;
            let mut moments = [[0.0; 2]; 2];
            for _ in 0..draws {
                let embeddings = Embeddings::gaussian(tokens, 4, dimension, &mut stream).unwrap();
                let all = Association::store(embeddings, &targets, &weights).unwrap().error(&frequencies, &targets).unwrap();
                let few = gaussian_error(&frequencies, &targets, &weights, (4, dimension), &mut stream).unwrap();
                for (moments, error) in moments.iter_mut().zip([all, few]) {
                    moments[0] += error / f64::from(draws);
                    moments[1] += error * error / f64::from(draws);
                }
            }
            let [all, few] = moments.map(|[mean, square]| (mean, square - mean * mean));
            let error = ((all.1 + few.1) / f64::from(draws)).sqrt();
            assert!((all.0 - few.0).abs() < 4.0 * error, "{tokens}: {all:?} {few:?}");
            assert!((all.1 / few.1 - 1.0).abs() < 0.1, "{tokens}: {all:?} {few:?}");
        }
    }

    #[test]
    fn a_memory_of_nothing_recalls_the_first_output() {
        let mut stream = Key::new(["strangers"]).stream("nothing", 0);
        let error = gaussian_error(&[0.5, 0.3, 0.2], &[0, 1, 0], &[0.0; 3], (2, 8), &mut stream).unwrap();
        assert!((error - 0.3).abs() < 1e-15);
        assert!(gaussian_error(&[1.0], &[0, 1], &[0.0], (2, 8), &mut stream).is_err());
        assert!(gaussian_error(&[1.0], &[5], &[1.0], (2, 8), &mut stream).is_err());
    }
}
