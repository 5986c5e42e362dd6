//! A network on real digits with an L1 penalty: subgradient descent leaves no weight at zero, the product of two factors most of them.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor,
    optim::{Optimiser, Rule},
    tensor::to_vec,
};
use lawbook_dynamics::systems::{digits::DigitSample, multilayer::Multilayer};

use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// A tanh network of one hidden layer on some of the 8×8 digits: half the squared error plus 2κ|V|₁ over all weights V.
    pub struct Params {
        /// Number of digits N.
        N: integer = 200, 20..=1797;
        /// Hidden neurons.
        width: integer = 16, 1..=10_000;
        /// Weight κ of |U|² + |W|².
        kappa: real = 0.003, 0.0..=1.0;
        /// Learning rate η.
        eta: real = 0.1, 0.0001..=10.0;
        /// Momentum.
        mu: real = 0.9, 0.0..=0.99;
        /// Number of steps.
        steps: integer = 2500, 1..=10_000_000;
    }
}

/// Below this a weight is zero: four orders below what a step of the subgradient, 2κη, makes of it.
const ZERO: f64 = 1e-8;

/// Zeros of a network.
pub struct Network;

impl Study for Network {
    const NAME: &'static str = "network";
    const ABOUT: &'static str = "Trains a network on digits with an L1 penalty, by subgradients and with every weight a product of two \
        under weight decay, and records the parts of the weights below 10⁻⁸.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Params::default()],
            Profile::Full => vec![Params { N: 1797, width: 64, steps: 40_000, ..Params::default() }],
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let weights = (p.width * (64 + 10)) as u64;
            // Qualitative: how many weights the lasso drops depends on the data. A quarter is far from none; zeros of the
            // subgradient are accidents.
            claims.push(
                Claim::at_least("network-has-zeros", Self::at(p).site("zeros"), 0.25)
                    .rival("subgradient", "weights keep jumping across zero by the learning rate times the penalty", [0.0])
                    .axes("", "part of the weights u w below 10⁻⁸")
                    .source("theorem 1; the paper's networks are larger"),
            );
            claims.push(
                Claim::at_most("subgradient-has-none", Self::at(p).site("zeros-of-subgradient"), 0.05)
                    .rival("same-minimum", "the same penalty has the same zeros, whoever minimises it", [0.25])
                    .out_of(weights)
                    .axes("", "part of the weights below 10⁻⁸ under subgradient descent")
                    .source("introduction: L1 is not solved by gradient descent"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let digits = DigitSample::draw(p.N as usize, &mut cell.stream("digits"), cell.device())?;
        let net = Multilayer { widths: vec![64, p.width, 10] };
        let start = net.glorot(&mut cell.stream("parameters"), cell.device());
        let slopes = |parameters: &[Tensor]| net.loss_and_gradient(parameters, &digits.x, &digits.one_hot).1;
        // Weights and biases take turns. Biases bear no penalty.
        let zeros = |parameters: &[Tensor]| {
            let weights: Vec<f64> = parameters.iter().step_by(2).flat_map(to_vec).collect();
            weights.iter().filter(|w| w.abs() < ZERO).count() as f64 / weights.len() as f64
        };
        let momentum = Rule::Sgd { momentum: p.mu };

        let mut direct: Vec<Tensor> = start.iter().map(Tensor::copy).collect();
        let mut descent = Optimiser::new(momentum, p.eta, &direct);
        for _ in 0..p.steps {
            let mut gradient = slopes(&direct);
            for (g, v) in gradient.iter_mut().zip(&direct).step_by(2) {
                *g += v.sign() * (2.0 * p.kappa);
            }
            descent.step(&mut direct, &gradient);
        }
        cell.record("zeros-of-subgradient", zeros(&direct));

        // V = U ∘ W with sizes that differ, as equal ones never change sign. A bias has a second factor of one, which is not trained.
        let mut stream = cell.stream("factors");
        let mut factors = Vec::new();
        for (i, v) in start.iter().enumerate() {
            let second = if i % 2 == 0 {
                v.abs().sqrt() * (stream.normal_tensor(&v.size(), Kind::Double, cell.device()) * 0.1).exp()
            } else {
                Tensor::ones_like(v)
            };
            factors.push(v / &second);
            factors.push(second);
        }
        let product =
            |factors: &[Tensor]| -> Vec<Tensor> { factors.chunks_exact(2).map(|pair| &pair[0] * &pair[1]).collect() };
        let mut descent = Optimiser::new(momentum, p.eta, &factors);
        for _ in 0..p.steps {
            let gradient = slopes(&product(&factors));
            let chained = gradient.iter().zip(factors.chunks_exact(2)).enumerate().flat_map(|(i, (g, pair))| {
                let decay = if i % 2 == 0 { 2.0 * p.kappa } else { 0.0 };
                let second = if i % 2 == 0 { g * &pair[0] + &pair[1] * decay } else { g.zeros_like() };
                [g * &pair[1] + &pair[0] * decay, second]
            });
            let chained: Vec<Tensor> = chained.collect();
            descent.step(&mut factors, &chained);
        }
        cell.record("zeros", zeros(&product(&factors)));
        Ok(())
    }
}
