//! Gradient descent on the mean loss of the same factors: the charge stays, up to the learning rate.

use anyhow::Result;
use lawbook_core::Key;
use lawbook_dynamics::systems::matrix_factorization::{Data, Factors};

use super::factors::{Net, TEACHER, random_start};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Gradient descent on two factors.
    pub struct Params {
        /// Training time: learning rate times number of steps.
        t: real = 20.0, 0.1..=1000.0;
        /// Largest learning rate; three more, each half the last, follow.
        eta: real = 0.008, 0.00001..=0.02;
        /// Number of random starts.
        starts: integer = 4, 1..=1000;
    }
}

/// Gradient descent on the mean loss.
pub struct Descent;

impl Descent {
    fn rates(p: &Params) -> [f64; 4] {
        [1.0, 0.5, 0.25, 0.125].map(|part| part * p.eta)
    }
}

impl Study for Descent {
    const NAME: &'static str = "descent";
    const ABOUT: &'static str = "Trains two matrix factors by gradient descent on their mean loss at four learning rates for the \
        same time and records how far the matrix of charges has moved, relative to the squared norm.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let starts = if profile == Profile::Full { 64 } else { 4 };
        vec![Params { starts, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        // The mean size of the charge at the start, from starts of our own.
        let mut stream = Key::new(["noise-equilibrium", "starts"]).stream("start", 0);
        let starts = (0..256).map(|_| random_start(1.0, &mut stream));
        let forgotten = starts.map(|start| distance(&charge(&start), &[[0.0; 6]; 6]) / norm(&start)).sum::<f64>() / 256.0;
        for p in points {
            let site = |rate: f64| Self::at(p).site("drift").at(rate);
            // A step changes the charge by η² g²: over a fixed time by η times ∫g², which itself has corrections of order η.
            claims.push(
                Claim::exponent("descent-drifts-with-the-rate", Self::rates(p).map(|rate| (rate, site(rate))), 1.0)
                    .within(Margin::Absolute(0.1))
                    .rival("noise", "a change that does not vanish for small steps", [0.0])
                    .rival("second-order", "a scheme that conserves quadratic forms to second order", [2.0])
                    .axes("learning rate η", "change of UᵀU − W Wᵀ over |U|² + |W|²")
                    .log_x()
                    .log_y()
                    .source("conservation of Noether's charge by gradient flow"),
            );
            // The drift is of the order of η times the integral of the squared gradient, the charge itself of order one.
            claims.push(
                Claim::at_most("descent-stays", site(p.eta), 0.05)
                    .rival("sgd", "SGD forgets the charge of its start, which is of this size", [forgotten])
                    .axes("", "change of UᵀU − W Wᵀ over |U|² + |W|²")
                    .source("figure of the trajectories of SGD and gradient descent"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let data = Data { teacher: TEACHER, inputs: [0.4, 0.8, 1.2, 1.6], labels: [0.2, 0.5, 0.8] };
        for rate in Self::rates(p) {
            let net = Net::new(data, rate)?;
            let mut total = 0.0;
            let mut stream = cell.stream("start");
            for _ in 0..p.starts {
                let start = random_start(1.0, &mut stream);
                let end = (0..(p.t / rate).round() as u64).fold(start, |state, _| net.descend(state));
                total += distance(&charge(&end), &charge(&start)) / norm(&start);
            }
            cell.record_at("drift", rate, total / p.starts as f64);
        }
        Ok(())
    }
}

/// `UᵀU − W Wᵀ`.
fn charge((u, w): &Factors<f64, 18, 24>) -> [[f64; 6]; 6] {
    let outputs = |i: usize, j: usize| (0..3).map(|o| u[o * 6 + i] * u[o * 6 + j]).sum::<f64>();
    let inputs = |i: usize, j: usize| (0..4).map(|x| w[i * 4 + x] * w[j * 4 + x]).sum::<f64>();
    std::array::from_fn(|i| std::array::from_fn(|j| outputs(i, j) - inputs(i, j)))
}

fn distance(a: &[[f64; 6]; 6], b: &[[f64; 6]; 6]) -> f64 {
    a.as_flattened().iter().zip(b.as_flattened()).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

fn norm((u, w): &Factors<f64, 18, 24>) -> f64 {
    u.iter().chain(w).map(|x| x * x).sum()
}
