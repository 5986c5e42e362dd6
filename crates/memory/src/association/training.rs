//! Associations learned by gradient descent on the cross-entropy `−ln softmax(u_yᵀ W e_x)`, W from 0.
//!
//! With orthonormal embeddings each occurrence of a token raises its own association alone. Its margin `m`, the right score
//! minus any other, follows `m ← m + γ M/(M − 1)/(1 + e^m/(M − 1))`. The paper's map `q ← q + γ/(1 + e^q/M)` for the weight
//! of the right output (Cabannes, Dohmatob & Bietti 2024, arXiv 2310.02984, section 4) neglects what the others lose, a
//! share 1/M.

use lawbook_core::{
    Device, Kind, Tensor,
    optim::{Optimiser, Rule, parameter},
    tensor::{from_slice, to_vec},
    training,
};

use super::{Association, Embeddings};
use crate::OutOfRange;

/// One step's data: tokens and their weights in the loss.
pub type Batch = Vec<(usize, f64)>;

/// Trains W with one step per batch on the weighted sum of cross-entropies of its tokens.
pub fn trained(
    embeddings: Embeddings,
    targets: &[usize],
    rule: Rule,
    learning_rate: f64,
    batches: &[Batch],
    device: Device,
) -> Result<Association, OutOfRange> {
    embeddings.check_targets(targets)?;
    let most = (targets.len() - 1) as f64;
    let tokens = || batches.iter().flatten();
    tokens().try_for_each(|&(token, _)| OutOfRange::check("a token", token as f64, 0.0, most))?;
    let least = batches.iter().map(Vec::len).min().unwrap_or(1);
    OutOfRange::check("the size of a batch", least as f64, 1.0, f64::MAX)?;
    let d = embeddings.dimension() as i64;
    let outputs = from_slice(&embeddings.outputs, &[embeddings.output_count() as i64, d], Kind::Double, device);
    let inputs = from_slice(&embeddings.tokens, &[targets.len() as i64, d], Kind::Double, device);
    let mut weights = [parameter(&Tensor::zeros([d, d], (Kind::Double, device)), Kind::Double)];
    let mut optimiser = Optimiser::new(rule, learning_rate, &weights);
    let loss = |step: usize, weights: &[Tensor]| {
        let batch = &batches[step - 1];
        let index = |values: Vec<i64>| Tensor::from_slice(&values).to_device(device);
        let tokens = index(batch.iter().map(|&(token, _)| token as i64).collect());
        let right = index(batch.iter().map(|&(token, _)| targets[token] as i64).collect());
        let share: Vec<f64> = batch.iter().map(|&(_, share)| share).collect();
        let share = from_slice(&share, &[batch.len() as i64], Kind::Double, device);
        let scores = inputs.index_select(0, &tokens).matmul(&weights[0].tr()).matmul(&outputs.tr());
        let log_odds = scores.log_softmax(-1, Kind::Double).gather(1, &right.unsqueeze(1), false).squeeze_dim(1);
        -(log_odds * share).sum(Kind::Double)
    };
    training::train(&mut weights, &mut optimiser, batches.len(), loss, training::unobserved);
    Association::from_matrix(embeddings, &to_vec(&weights[0]))
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
    use super::*;

    /// Autograd follows the closed-form map of the margin to rounding, whatever the order of tokens; the map without the
    /// others' loss does not.
    #[test]
    fn gradient_descent_on_orthonormal_embeddings_follows_its_map() {
        let targets = [0, 1, 2, 3, 0, 1];
        let batches: Vec<Batch> = (0..40).map(|step| vec![([0, 3, 0, 5, 1][step % 5], 1.0)]).collect();
        let embeddings = Embeddings::orthonormal(6, 4, 6).unwrap();
        let memory = trained(embeddings, &targets, Rule::GRADIENT_DESCENT, 0.7, &batches, Device::Cpu).unwrap();
        for (token, hits) in [(0, 16), (1, 8), (2, 0), (3, 8), (4, 0), (5, 8)] {
            let margin = memory.margin(token, targets[token]);
            assert!((margin - margin_after(hits, 0.7, 4)).abs() < 1e-12, "{token}: {margin}");
        }
        assert!((-memory.energy(0, 0) - weight_after(16, 0.7, 4)).abs() > 0.1);
    }

    #[test]
    fn bad_batches_are_refused() {
        let embeddings = Embeddings::orthonormal(3, 2, 3).unwrap();
        let run = |batch: Batch| trained(embeddings.clone(), &[0, 1, 0], Rule::ADAM, 0.1, &[batch], Device::Cpu);
        assert!(run(vec![(3, 1.0)]).is_err() && run(Vec::new()).is_err() && run(vec![(2, 1.0)]).is_ok());
    }
}
