//! Associations learned by gradient descent on the cross-entropy `−ln softmax(u_yᵀ W e_x)`, W from 0.
//!
//! With orthonormal embeddings each occurrence of a token raises its own association alone. Its margin `m`, the right score
//! minus any other, follows `m ← m + γ M/(M − 1)/(1 + e^m/(M − 1))`. The paper's map `q ← q + γ/(1 + e^q/M)` for the weight
//! of the right output (Cabannes, Dohmatob & Bietti 2024, arXiv 2310.02984) neglects what the others lose, a
//! share 1/M.

use lawbook_core::{
    optim::Rule,
    simd::{Level, Wide, WideKernel},
};

use super::{Association, Embeddings};
use crate::{
    OutOfRange,
    optimiser::Optimiser,
    slices::{add_scaled, dot},
};

/// One step's data: tokens and their weights in the loss.
pub type Batch = Vec<(usize, f64)>;

/// Trains W with one step per batch on the weighted sum of cross-entropies of its tokens.
pub fn trained(
    embeddings: Embeddings,
    targets: &[usize],
    rule: Rule,
    learning_rate: f64,
    batches: &[Batch],
) -> Result<Association, OutOfRange> {
    embeddings.check_targets(targets)?;
    let most = (targets.len() - 1) as f64;
    let tokens = || batches.iter().flatten();
    tokens().try_for_each(|&(token, _)| OutOfRange::check("a token", token as f64, 0.0, most))?;
    let least = batches.iter().map(Vec::len).min().unwrap_or(1);
    OutOfRange::check("the size of a batch", least as f64, 1.0, f64::MAX)?;
    let d = embeddings.dimension;
    let (mut weights, mut gradient) = (vec![0.0; d * d], vec![0.0; d * d]);
    let mut readout = vec![0.0; embeddings.outputs.len()];
    let mut optimiser = Optimiser::new(rule, learning_rate, d * d);
    for batch in batches {
        let slopes = Slopes {
            embeddings: &embeddings,
            targets,
            batch,
            weights: &weights,
            readout: &mut readout,
            gradient: &mut gradient,
        };
        Level::widest().run(slopes);
        optimiser.step(&mut weights, &gradient);
    }
    Association::from_matrix(embeddings, &weights)
}

/// The gradient `Σ_y u_y v_yᵀ` of a batch's loss, `v_y = Σ_x q(x) (softmax_y(R e_x) − δ_{y,f(x)}) e_x`, with the readout R = U W.
struct Slopes<'a> {
    embeddings: &'a Embeddings,
    targets: &'a [usize],
    batch: &'a [(usize, f64)],
    weights: &'a [f64],
    readout: &'a mut [f64],
    gradient: &'a mut [f64],
}

impl WideKernel for Slopes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, _: V) {
        let Self { embeddings, targets, batch, weights, readout, gradient } = self;
        let d = embeddings.dimension;
        readout.fill(0.0);
        for (readout, output) in readout.chunks_exact_mut(d).zip(embeddings.outputs.chunks_exact(d)) {
            for (&u, row) in output.iter().zip(weights.chunks_exact(d)) {
                add_scaled(readout, u, row);
            }
        }
        let mut scores = vec![0.0; readout.len() / d];
        let mut pulls = vec![0.0; readout.len()];
        for &(token, share) in batch {
            let embedding = &embeddings.tokens[token * d..][..d];
            let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
            for (score, readout) in scores.iter_mut().zip(readout.chunks_exact(d)) {
                *score = dot(readout, embedding);
                largest = f64::max(largest, *score);
            }
            for score in &mut scores {
                *score = (*score - largest).exp();
                sum += *score;
            }
            for (output, (score, pull)) in scores.iter().zip(pulls.chunks_exact_mut(d)).enumerate() {
                add_scaled(pull, share * (score / sum - f64::from(output == targets[token])), embedding);
            }
        }
        gradient.fill(0.0);
        for (output, pull) in embeddings.outputs.chunks_exact(d).zip(pulls.chunks_exact(d)) {
            for (&u, row) in output.iter().zip(gradient.chunks_exact_mut(d)) {
                add_scaled(row, u, pull);
            }
        }
    }
}

/// The margin after `hits` occurrences of a token among `outputs` outputs, exactly, for orthonormal embeddings.
pub fn margin_after(hits: usize, gamma: f64, outputs: usize) -> f64 {
    let others = outputs as f64 - 1.0;
    (0..hits).fold(0.0, |m: f64, _| m + gamma * (others + 1.0) / others / (1.0 + m.exp() / others))
}

/// The paper's approximation for the weight of the right output: `q ← q + γ/(1 + e^q/M)`.
pub fn weight_after(hits: usize, gamma: f64, outputs: usize) -> f64 {
    (0..hits).fold(0.0, |q: f64, _| q + gamma / (1.0 + q.exp() / outputs as f64))
}

impl Association {
    /// The margin of a token: the score of `target` minus the largest other; infinite if there is no other.
    ///
    /// # Panics
    /// If there is no such token or output.
    pub fn margin(&self, token: usize, target: usize) -> f64 {
        let others = (0..self.embeddings.output_count()).filter(|&output| output != target);
        others.map(|output| self.energy(token, output)).fold(f64::INFINITY, f64::min) - self.energy(token, target)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::{
        Device, Key, Kind, Tensor,
        optim::{self, gradients, parameter},
        tensor::{from_slice, to_vec},
    };

    use super::*;

    /// Two steps along autograd's slopes of the loss over tensors lead to the same memory.
    #[test]
    fn slopes_are_those_of_autograd() {
        let embeddings = Embeddings::gaussian(6, 4, 9, &mut Key::new(["training"]).stream("embeddings", 0)).unwrap();
        let targets = [0, 1, 2, 3, 0, 1];
        let batches: [Batch; 2] = [vec![(0, 1.0), (3, 2.0), (5, 0.5)], vec![(4, 1.5), (0, 1.0)]];
        let memory = trained(embeddings.clone(), &targets, Rule::GRADIENT_DESCENT, 0.7, &batches).unwrap();
        let tensor = |values: &[f64], rows: i64| from_slice(values, &[rows, 9], Kind::Double, Device::Cpu);
        let (inputs, outputs) = (tensor(&embeddings.tokens, 6), tensor(&embeddings.outputs, 4));
        let mut weights = [parameter(&Tensor::zeros([9, 9], (Kind::Double, Device::Cpu)), Kind::Double)];
        let mut optimiser = optim::Optimiser::new(Rule::GRADIENT_DESCENT, 0.7, &weights);
        for batch in &batches {
            let tokens: Vec<i64> = batch.iter().map(|&(token, _)| token as i64).collect();
            let right: Vec<i64> = batch.iter().map(|&(token, _)| targets[token] as i64).collect();
            let share: Vec<f64> = batch.iter().map(|&(_, share)| share).collect();
            let share = from_slice(&share, &[batch.len() as i64], Kind::Double, Device::Cpu);
            let scores = inputs.index_select(0, &Tensor::from_slice(&tokens)).matmul(&weights[0].tr()).matmul(&outputs.tr());
            let log_odds = scores.log_softmax(-1, Kind::Double).gather(1, &Tensor::from_slice(&right).unsqueeze(1), false);
            let slopes = gradients(&-(log_odds.squeeze_dim(1) * share).sum(Kind::Double), &weights);
            optimiser.step(&mut weights, &slopes);
        }
        let expected = Association::from_matrix(embeddings, &to_vec(&weights[0])).unwrap();
        for (a, b) in memory.readout.iter().zip(&expected.readout) {
            assert!((a - b).abs() < 1e-13, "{a} {b}");
        }
    }

    /// Descent follows the closed-form map of the margin to rounding, whatever the order of tokens; the map without the others'
    /// loss does not.
    #[test]
    fn gradient_descent_on_orthonormal_embeddings_follows_its_map() {
        let targets = [0, 1, 2, 3, 0, 1];
        let batches: Vec<Batch> = (0..40).map(|step| vec![([0, 3, 0, 5, 1][step % 5], 1.0)]).collect();
        let embeddings = Embeddings::orthonormal(6, 4, 6).unwrap();
        let memory = trained(embeddings, &targets, Rule::GRADIENT_DESCENT, 0.7, &batches).unwrap();
        for (token, hits) in [(0, 16), (1, 8), (2, 0), (3, 8), (4, 0), (5, 8)] {
            let margin = memory.margin(token, targets[token]);
            assert!((margin - margin_after(hits, 0.7, 4)).abs() < 1e-12, "{token}: {margin}");
        }
        assert!((-memory.energy(0, 0) - weight_after(16, 0.7, 4)).abs() > 0.1);
    }

    #[test]
    fn bad_batches_are_refused() {
        let embeddings = Embeddings::orthonormal(3, 2, 3).unwrap();
        let run = |batch: Batch| trained(embeddings.clone(), &[0, 1, 0], Rule::ADAM, 0.1, &[batch]);
        assert!(run(vec![(3, 1.0)]).is_err() && run(Vec::new()).is_err() && run(vec![(2, 1.0)]).is_ok());
    }
}
