//! The decoupling approximation `⟨ℓ ∇f ∇fᵀ⟩ ≈ L ⟨∇f ∇fᵀ⟩` in a trained network: traces, largest eigenvalues and spectra of both.

use anyhow::{Result, ensure};
use lawbook_core::{
    Kind, Tensor,
    optim::{Optimiser, Rule},
    tensor::to_vec,
};
use lawbook_dynamics::systems::{digits::DigitSample, multilayer::Multilayer};

use crate::framework::{Cell, Claim, Margin, Profile, Study, Verdict, params};

params! {
    /// A tanh network with two hidden layers on the parity of some of the 8×8 digits, ±1, and half the squared error.
    pub struct Params {
        /// Number of digits N.
        N: integer = 300, 20..=1797;
        /// Neurons in each hidden layer.
        width: integer = 100, 1..=10_000;
        /// Batch size B.
        B: integer = 30, 1..=1797;
        /// Learning rate η.
        eta: real = 0.05, 0.0001..=10.0;
        /// Passes over the digits.
        epochs: integer = 150, 1..=1_000_000;
    }
}

impl Params {
    /// Epochs at which the sides are compared: the start, a tenth of the training, as in the paper, and its end.
    fn looks(&self) -> [f64; 3] {
        [0.0, (0.1 * self.epochs as f64).ceil(), self.epochs as f64]
    }
}

/// Eigenvalues below this are not looked at.
const FLOOR: f64 = 1e-6;

/// Both sides of the approximation.
pub struct Decoupling;

impl Study for Decoupling {
    const NAME: &'static str = "decoupling";
    const ABOUT: &'static str = "Trains a network by SGD and compares the spectra of ⟨ℓ ∇f∇fᵀ⟩ and L⟨∇f∇fᵀ⟩: the ratio of traces and of \
        largest eigenvalues, and the Kolmogorov distance of eigenvalues above 10⁻⁶, also with the loss at the start in place of L.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Params::default()],
            // The paper's time, 500 epochs of 100 batches at η = 0.01, in the 15 batches that there are: at a fifth of it the loss
            // is still so near to its start that the spectra cannot tell the two apart.
            Profile::Full => vec![Params { N: 1500, B: 100, epochs: 500, ..Params::default() }],
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            // An approximation without a stated error. One normal input without label noise couples as strongly as any Gaussian
            // regression can: there the ratio is 3, and 0.3 is a seventh of the way.
            claims.push(
                Claim::curve("decoupled-trace", p.looks().map(|at| (at, Self::at(p).site("trace").at(at), 1.0)))
                    .within(Margin::Absolute(0.3))
                    .rival("coupled", "⟨x⁴⟩ = 3⟨x²⟩², as for one Gaussian input without label noise", [3.0; 3])
                    .axes("epoch", "Tr⟨ℓ ∇f∇fᵀ⟩ over L Tr⟨∇f∇fᵀ⟩")
                    .source("decoupling approximation and figure 1, on real digits at smaller size"),
            );
            // The margin was 0.3 here as well until 1.33 [1.17, 1.48] was measured, which no number of seeds would have decided:
            // narrower, so that the deviation is judged.
            claims.push(
                Claim::value("decoupled-outlier", Self::at(p).site("outlier"), 1.0)
                    .within(Margin::Absolute(0.1))
                    .rival("coupled", "⟨x⁴⟩ = 3⟨x²⟩², as for one Gaussian input without label noise", [3.0])
                    .axes("", "largest eigenvalue of ⟨ℓ ∇f∇fᵀ⟩ over that of L⟨∇f∇fᵀ⟩")
                    .source("decoupling approximation and figure 1, on real digits at smaller size")
                    .finding(
                        Verdict::Fails,
                        "The largest eigenvalue is above that of the approximation, though the traces agree: weighted by the \
                         squares of gradients along that direction, losses are larger than their mean.",
                    ),
            );
            // Eigenvalues of a few hundred samples scatter by themselves, so against what the factor L explains.
            claims.push(
                Claim::ratio_at_most(
                    "decoupled-spectrum",
                    Self::at(p).site("distance"),
                    Self::at(p).site("distance-blind"),
                    0.5,
                )
                .rival("constant", "a loss that stays as it was at the start explains the spectrum as well", [1.0])
                .axes("", "distance of the spectra over that with the loss at the start")
                .source("figure 1: histograms of eigenvalues at the start and late in training"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let digits = DigitSample::draw(p.N as usize, &mut cell.stream("digits"), cell.device())?;
        let (x, y) = (&digits.x, &digits.parity);
        let net = Multilayer { widths: vec![64, p.width, p.width, 1] };
        let mut parameters = net.glorot(&mut cell.stream("parameters"), cell.device());
        let (first, _) = net.loss_and_gradient(&parameters, x, y);
        let mut sgd = Optimiser::new(Rule::GRADIENT_DESCENT, p.eta, &parameters);
        let mut batches = cell.stream("batches");
        // With as many samples as rows the nonzero eigenvalues of JᵀDJ are those of √D JJᵀ √D.
        let spectrum = |matrix: &Tensor| to_vec(&matrix.linalg_eigvalsh("L"));
        let mut epoch = 0;
        let (mut loss, mut weighted, mut plain) = (first, Vec::new(), Vec::new());
        for at in p.looks() {
            while (epoch as f64) < at {
                net.epoch(&mut parameters, &mut sgd, (x, y), p.B, &mut batches);
                epoch += 1;
            }
            let (losses, _) = net.losses_and_gradient_squares(&parameters, x, y);
            loss = losses.mean(Kind::Double).double_value(&[]);
            ensure!(loss.is_finite(), "diverged by epoch {epoch}; lower the learning rate η = {}", p.eta);
            let (kernel, roots) = (net.tangent_kernel(&parameters, x) / p.N as f64, losses.sqrt());
            (weighted, plain) = (spectrum(&(&kernel * roots.unsqueeze(1) * &roots)), spectrum(&kernel));
            cell.record_at("trace", at, weighted.iter().sum::<f64>() / (loss * plain.iter().sum::<f64>()));
        }
        let scaled = |factor: f64| -> Vec<f64> { plain.iter().map(|value| factor * value).collect() };
        let last = plain.len() - 1;
        cell.record("outlier", weighted[last] / (loss * plain[last]));
        cell.record("distance", distance(&weighted, &scaled(loss)));
        cell.record("distance-blind", distance(&weighted, &scaled(first)));
        Ok(())
    }
}

/// The largest difference of the distribution functions of the values above the floor. Both in ascending order.
fn distance(left: &[f64], right: &[f64]) -> f64 {
    let above = |values: &[f64]| -> Vec<f64> { values.iter().copied().filter(|value| *value > FLOOR).collect() };
    let (left, right) = (above(left), above(right));
    let share = |values: &[f64], at: f64| values.partition_point(|value| *value <= at) as f64 / values.len().max(1) as f64;
    left.iter().chain(&right).map(|&at| (share(&left, at) - share(&right, at)).abs()).fold(0.0, f64::max)
}
