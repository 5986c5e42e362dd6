//! Linear associative memory of tokens: `W = Σ_x q(x) u_{f(x)} e_xᵀ` over random embeddings, recall `argmax_y u_yᵀ W e_x`
//! (V. Cabannes, E. Dohmatob & A. Bietti, *Scaling Laws for Associative Memories*, ICLR 2024, arXiv 2310.02984).
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::association::{Association, Embeddings, frequency_weights, zipf};
//!
//! let mut stream = Key::new(["example"]).stream("embeddings", 0);
//! let frequencies = zipf(200, 2.0)?;
//! let targets: Vec<usize> = (0..200).map(|token| token % 5).collect();
//! let weights = frequency_weights(&frequencies, 0.0, 16, &mut stream);
//! let memory = Association::store(Embeddings::gaussian(200, 5, 128, &mut stream)?, &targets, &weights)?;
//! assert_eq!(memory.recall(3), 3);
//! assert!(memory.error(&frequencies, &targets)? < 0.1);
//! # Ok::<(), lawbook_memory::OutOfRange>(())
//! ```

pub mod strangers;
pub mod theory;
pub mod training;

use lawbook_core::Stream;

use crate::{
    OutOfRange,
    slices::{add_scaled, dot},
};

/// Numbers in all embeddings together: 8 GB.
const MOST_NUMBERS: f64 = 1e9;

/// Embeddings `e_x` of input tokens and `u_y` of outputs, in the same number of dimensions.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    dimension: usize,
    tokens: Vec<f64>,
    outputs: Vec<f64>,
}

/// A memory: embeddings and what each output reads from an input, `Wᵀ u_y`.
#[derive(Debug, Clone, PartialEq)]
pub struct Association {
    embeddings: Embeddings,
    readout: Vec<f64>,
}

impl Embeddings {
    /// Independent Gaussian vectors of unit mean square: the paper's embeddings.
    pub fn gaussian(tokens: usize, outputs: usize, dimension: usize, stream: &mut Stream) -> Result<Self, OutOfRange> {
        check_sizes(tokens, outputs, dimension, 1)?;
        let mut draw = |count: usize| {
            let mut values = vec![0.0; count * dimension];
            stream.fill_normal(&mut values);
            let scale = (dimension as f64).sqrt().recip();
            values.iter_mut().for_each(|value| *value *= scale);
            values
        };
        Ok(Self { dimension, tokens: draw(tokens), outputs: draw(outputs) })
    }

    /// Orthonormal tokens and orthonormal outputs, the unit vectors of the coordinate axes: no interference at all.
    pub fn orthonormal(tokens: usize, outputs: usize, dimension: usize) -> Result<Self, OutOfRange> {
        check_sizes(tokens, outputs, dimension, tokens.max(outputs))?;
        let axes = |count: usize| (0..count * dimension).map(|i| f64::from(i / dimension == i % dimension)).collect();
        Ok(Self { dimension, tokens: axes(tokens), outputs: axes(outputs) })
    }

    /// The dimension d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of input tokens.
    pub fn token_count(&self) -> usize {
        self.tokens.len() / self.dimension
    }

    /// Number of outputs.
    pub fn output_count(&self) -> usize {
        self.outputs.len() / self.dimension
    }

    /// The embedding `e_x`.
    ///
    /// # Panics
    /// If there is no such token.
    pub fn token(&self, token: usize) -> &[f64] {
        &self.tokens[token * self.dimension..][..self.dimension]
    }

    /// The embedding `u_y`.
    ///
    /// # Panics
    /// If there is no such output.
    pub fn output(&self, output: usize) -> &[f64] {
        &self.outputs[output * self.dimension..][..self.dimension]
    }

    fn check_targets(&self, targets: &[usize]) -> Result<(), OutOfRange> {
        OutOfRange::check_length("the number of targets", targets.len(), self.token_count())?;
        let most = (self.output_count() - 1) as f64;
        targets.iter().try_for_each(|&target| OutOfRange::check("a target", target as f64, 0.0, most))
    }
}

impl Association {
    /// Stores `W = Σ_x q(x) u_{f(x)} e_xᵀ` for `targets` f and `weights` q, one of each per token.
    pub fn store(embeddings: Embeddings, targets: &[usize], weights: &[f64]) -> Result<Self, OutOfRange> {
        embeddings.check_targets(targets)?;
        OutOfRange::check_length("the number of weights", weights.len(), embeddings.token_count())?;
        weights.iter().try_for_each(|&weight| OutOfRange::check("a weight", weight, f64::MIN, f64::MAX))?;
        let (d, outputs) = (embeddings.dimension, embeddings.output_count());
        let mut sums = vec![0.0; outputs * d];
        for (token, (&target, &weight)) in targets.iter().zip(weights).enumerate().filter(|(_, (_, weight))| **weight != 0.0)
        {
            add_scaled(&mut sums[target * d..][..d], weight, embeddings.token(token));
        }
        let mut readout = vec![0.0; outputs * d];
        for y in 0..outputs {
            for stored in 0..outputs {
                let overlap = dot(embeddings.output(y), embeddings.output(stored));
                add_scaled(&mut readout[y * d..][..d], overlap, &sums[stored * d..][..d]);
            }
        }
        Ok(Self { embeddings, readout })
    }

    /// A memory with a given matrix W, row-major, d by d.
    pub fn from_matrix(embeddings: Embeddings, matrix: &[f64]) -> Result<Self, OutOfRange> {
        let d = embeddings.dimension;
        OutOfRange::check_length("the number of entries of W", matrix.len(), d * d)?;
        matrix.iter().try_for_each(|&entry| OutOfRange::check("an entry of W", entry, f64::MIN, f64::MAX))?;
        let mut readout = vec![0.0; embeddings.output_count() * d];
        for (y, row) in readout.chunks_exact_mut(d).enumerate() {
            embeddings.output(y).iter().zip(matrix.chunks_exact(d)).for_each(|(&u, w)| add_scaled(row, u, w));
        }
        Ok(Self { embeddings, readout })
    }

    /// The embeddings.
    pub fn embeddings(&self) -> &Embeddings {
        &self.embeddings
    }

    /// The energy of a pair, `−u_yᵀ W e_x`: recall takes the output of lowest energy.
    ///
    /// # Panics
    /// If there is no such token or output.
    pub fn energy(&self, token: usize, output: usize) -> f64 {
        let d = self.embeddings.dimension;
        -dot(&self.readout[output * d..][..d], self.embeddings.token(token))
    }

    /// The scores `u_yᵀ W e_x` of all outputs y.
    ///
    /// # Panics
    /// If there is no such token.
    pub fn scores(&self, token: usize) -> Vec<f64> {
        (0..self.embeddings.output_count()).map(|output| -self.energy(token, output)).collect()
    }

    /// The output of highest score; of equal ones the first.
    ///
    /// # Panics
    /// If there is no such token.
    pub fn recall(&self, token: usize) -> usize {
        let mut best = (f64::NEG_INFINITY, 0);
        for output in 0..self.embeddings.output_count() {
            let score = -self.energy(token, output);
            if score > best.0 {
                best = (score, output);
            }
        }
        best.1
    }

    /// The generalisation error `Σ_x p(x) 1{recall(x) ≠ f(x)}` over token probabilities `frequencies`.
    pub fn error(&self, frequencies: &[f64], targets: &[usize]) -> Result<f64, OutOfRange> {
        self.embeddings.check_targets(targets)?;
        OutOfRange::check_length("the number of frequencies", frequencies.len(), targets.len())?;
        let wrong = |(token, (p, target)): (usize, (&f64, &usize))| if self.recall(token) == *target { 0.0 } else { *p };
        Ok(frequencies.iter().zip(targets).enumerate().map(wrong).sum())
    }
}

/// Token probabilities `p(x) ∝ x^(−α)`, x = 1, …, `tokens`; `alpha` from 0.
pub fn zipf(tokens: usize, alpha: f64) -> Result<Vec<f64>, OutOfRange> {
    OutOfRange::check("the number of tokens", tokens as f64, 1.0, 1e9)?;
    OutOfRange::check("the Zipf exponent", alpha, 0.0, 100.0)?;
    let powers: Vec<f64> = (1..=tokens).map(|x| (x as f64).powf(-alpha)).collect();
    let sum: f64 = powers.iter().rev().sum();
    Ok(powers.into_iter().map(|power| power / sum).collect())
}

/// Empirical frequencies of `samples` independent tokens drawn from `probabilities`; none of no tokens.
pub fn sampled_frequencies(probabilities: &[f64], samples: usize, stream: &mut Stream) -> Vec<f64> {
    let mut cumulative = Vec::with_capacity(probabilities.len());
    let total = probabilities.iter().fold(0.0, |sum, p| {
        cumulative.push(sum + p);
        sum + p
    });
    let mut frequencies = vec![0.0; probabilities.len()];
    let Some(last) = probabilities.len().checked_sub(1) else { return frequencies };
    for _ in 0..samples {
        let u = stream.uniform() * total;
        let token = cumulative.partition_point(|&sum| sum <= u).min(last);
        frequencies[token] += 1.0 / samples as f64;
    }
    frequencies
}

/// Weights `q(x) = frequency(x)^ρ` for the `kept` most frequent tokens, 0 for the others and for those never seen.
///
/// Which of equally frequent tokens are kept is drawn at random.
pub fn frequency_weights(frequencies: &[f64], rho: f64, kept: usize, stream: &mut Stream) -> Vec<f64> {
    let mut order: Vec<usize> = (0..frequencies.len()).filter(|&token| frequencies[token] > 0.0).collect();
    if kept < order.len() {
        stream.shuffle(&mut order);
        order.sort_by(|&a, &b| frequencies[b].total_cmp(&frequencies[a]));
    }
    let mut weights = vec![0.0; frequencies.len()];
    order.into_iter().take(kept).for_each(|token| weights[token] = frequencies[token].powf(rho));
    weights
}

fn check_sizes(tokens: usize, outputs: usize, dimension: usize, least: usize) -> Result<(), OutOfRange> {
    OutOfRange::check("the number of tokens", tokens as f64, 1.0, 1e9)?;
    OutOfRange::check("the number of outputs", outputs as f64, 1.0, 1e9)?;
    OutOfRange::check("the dimension", dimension as f64, least as f64, 1e9)?;
    OutOfRange::check(
        "the number of numbers in all embeddings",
        (tokens + outputs) as f64 * dimension as f64,
        1.0,
        MOST_NUMBERS,
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    fn matrix(embeddings: &Embeddings, targets: &[usize], weights: &[f64]) -> Vec<f64> {
        let d = embeddings.dimension();
        let mut matrix = vec![0.0; d * d];
        for (token, (&y, &q)) in targets.iter().zip(weights).enumerate() {
            for row in 0..d {
                add_scaled(&mut matrix[row * d..][..d], q * embeddings.output(y)[row], embeddings.token(token));
            }
        }
        matrix
    }

    /// The scores of the factored memory are those of the matrix W itself, and energies are their negatives.
    #[test]
    fn factored_and_explicit_memory_agree() {
        let mut stream = Key::new(["association"]).stream("embeddings", 0);
        let embeddings = Embeddings::gaussian(30, 7, 19, &mut stream).unwrap();
        let targets: Vec<usize> = (0..30).map(|x| (3 * x + 1) % 7).collect();
        let weights = zipf(30, 1.5).unwrap();
        let explicit = Association::from_matrix(embeddings.clone(), &matrix(&embeddings, &targets, &weights)).unwrap();
        let factored = Association::store(embeddings, &targets, &weights).unwrap();
        for x in 0..30 {
            for (a, b) in factored.scores(x).iter().zip(explicit.scores(x)) {
                assert!((a - b).abs() < 1e-12);
            }
            assert_eq!(factored.scores(x)[2], -factored.energy(x, 2));
        }
    }

    #[test]
    fn orthonormal_embeddings_never_err_where_stored_and_unstored_tokens_do() {
        let embeddings = Embeddings::orthonormal(10, 3, 10).unwrap();
        let targets = [0, 1, 2, 0, 1, 2, 0, 1, 2, 1];
        let frequencies = zipf(10, 1.0).unwrap();
        let mut stream = Key::new(["association"]).stream("ties", 0);
        let memory = |kept, stream: &mut Stream| {
            let weights = frequency_weights(&frequencies, 0.5, kept, stream);
            Association::store(embeddings.clone(), &targets, &weights).unwrap()
        };
        assert_eq!(memory(10, &mut stream).error(&frequencies, &targets).unwrap(), 0.0);
        assert!(memory(4, &mut stream).error(&frequencies, &targets).unwrap() > 0.1);
    }

    #[test]
    fn sampled_frequencies_follow_the_probabilities() {
        let mut stream = Key::new(["association"]).stream("samples", 0);
        let p = zipf(50, 1.5).unwrap();
        let found = sampled_frequencies(&p, 100_000, &mut stream);
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(p.iter().zip(&found).all(|(p, f)| (p - f).abs() < 5.0 * (p / 1e5).sqrt()));
    }

    #[test]
    fn bad_input_is_refused_with_its_numbers() {
        let mut stream = Key::new(["association"]).stream("bad", 0);
        assert!(Embeddings::orthonormal(10, 3, 9).is_err());
        let embeddings = Embeddings::gaussian(4, 2, 8, &mut stream).unwrap();
        let error = Association::store(embeddings.clone(), &[0, 1, 2, 0], &[1.0; 4]).unwrap_err();
        assert_eq!(error, OutOfRange { what: "a target", value: 2.0, low: 0.0, high: 1.0 });
        assert!(Association::store(embeddings, &[0, 1, 1], &[1.0; 4]).is_err());
        assert!(zipf(3, f64::NAN).is_err());
    }
}
