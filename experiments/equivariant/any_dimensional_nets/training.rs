//! Networks trained by gradient descent at one size and run at others: of all equivariant layers, and of compatible ones.

use anyhow::Result;
use lawbook_core::{
    Kind, Stream, Tensor, no_grad,
    optim::{Optimiser, Rule},
    tensor::scalar,
    training::{Outcome, train, unobserved},
};
use lawbook_equivariant::bases::{AnySizeNetwork, Sequence, Weights};

use super::published;
use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// A free and a compatible network, trained on the same matrices.
    pub struct Trained {
        /// Trace, diag(diag x), or (x + xᵀ)/2.
        task: choice = "trace", ["trace", "diagonal", "symmetric"];
        /// The training size.
        n_tr: integer = 4, 4..=6;
        /// Training matrices.
        samples: integer = 3000, 1..=1_000_000;
        /// Steps of Adam.
        steps: integer = 1800, 1..=1_000_000;
        /// Matrices per step.
        batch: integer = 500, 1..=100_000;
        /// Learning rate.
        eta: real = 0.008, 0.0..=1.0;
    }
}

/// The largest test size; the published ones go to 15.
const LARGEST: usize = 10;

const TESTS: i64 = 500;

/// Free against compatible networks.
pub struct Training;

impl Study for Training {
    const NAME: &'static str = "training";
    const ABOUT: &'static str = "Networks with two hidden levels of tensors and ReLU, of all equivariant layers or of compatible ones, \
        trained by Adam on standard normal matrices: the mean squared test error of an entry at sizes 2 to 10.";
    const UNCLAIMED: &'static [&'static str] = &["compatible diverged", "compatible ln growth", "free diverged"];
    type Params = Trained;

    fn grid(profile: Profile) -> Vec<Trained> {
        let task = |task: &str| Trained { task: task.to_owned(), ..Trained::default() };
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Trained { samples: 1000, steps: 500, batch: 100, ..task("trace") }],
            Profile::Full => ["trace", "diagonal", "symmetric"].map(task).to_vec(),
        }
    }

    fn predict(points: &[Trained]) -> Result<Vec<Claim>> {
        let claims = points.iter().flat_map(|params| {
            let (at, task) = (Self::at(params), &params.task);
            let measured = format!("{} steps, linear layers alone, double precision", params.steps);
            let site = |networks: &str, d: usize| (d <= LARGEST).then(|| at.site(&format!("{networks} mse")).at(d as f64));
            [
                // A single layer amplifies its mean squared error per entry some fivefold from size 4 to size 10 (the law of noise), three
                // in a row about its cube; the published networks, with bilinear layers, 6e8-fold and more.
                Claim::at_least(&format!("{task}-trained-free-loses"), at.site("free ln growth"), 100f64.ln())
                    .rival("transfers", "a small error where it is trained is one everywhere", [0.0])
                    .axes("", "ln of MSE at size 10 over MSE at the training size, free network")
                    .source("experiments of arXiv 2306.06327")
                    .published(published::table(task, &measured, site)),
                // Published: 7e-11 (trace) to 1e-9.
                Claim::at_most(&format!("{task}-trained-compatible-wins"), at.site("ln compatible over free"), 0.01f64.ln())
                    .rival("equal", "both are equivariant, and as good", [0.0])
                    .axes("", "ln of MSE of the compatible network over that of the free one, at size 10")
                    .source("experiments of arXiv 2306.06327"),
            ]
        });
        Ok(claims.collect())
    }

    fn measure(params: &Trained, cell: &mut Cell) -> Result<()> {
        let (n, mut stream) = (params.n_tr as usize, cell.stream("matrices"));
        let (inputs, labels) = draw(&params.task, n, params.samples, &mut stream);
        let output = if params.task == "trace" { 0 } else { 2 };
        let hidden: &[usize] = if output == 0 { &[1, 1, 2, 2] } else { &[1, 1, 1, 1, 2, 2, 2, 2] };
        let tests: Vec<_> = [2, n, 6, LARGEST].iter().map(|&d| (d, draw(&params.task, d, TESTS, &mut stream))).collect();
        let mut at_largest = [0.0; 2];
        for ((name, weights), last) in
            [("free", Weights::Free), ("compatible", Weights::Compatible)].into_iter().zip(&mut at_largest)
        {
            let network = AnySizeNetwork::new(Sequence::PaddedPermutations, weights, &[&[2], hidden, hidden, &[output]], n)?;
            let mut parameters = network.init(&mut cell.stream("initial parameters"));
            let mut adam = Optimiser::new(Rule::ADAM, params.eta, &parameters);
            let (run, mut batches) = (network.at(n)?, cell.stream("batches"));
            let mut next = || {
                let rows: Vec<i64> = (0..params.batch).map(|_| batches.below(params.samples as u64) as i64).collect();
                let rows = Tensor::from_slice(&rows);
                (inputs.index_select(0, &rows), labels.index_select(0, &rows))
            };
            let loss = |_, parameters: &[Tensor]| {
                let (x, y) = next();
                (run.forward(parameters, &x) - y).square().mean(Kind::Double)
            };
            let outcome = train(&mut parameters, &mut adam, params.steps as usize, loss, unobserved);
            cell.record(&format!("{name} diverged"), f64::from(matches!(outcome, Outcome::Diverged { .. })));
            let mut trained = f64::NAN;
            for (d, (x, y)) in &tests {
                let run = network.at(*d)?;
                let error = scalar(&no_grad(|| (run.forward(&parameters, x) - y).square().mean(Kind::Double)));
                cell.record_at(&format!("{name} mse"), *d as f64, error);
                if *d == n {
                    trained = error;
                }
                *last = error;
            }
            cell.record(&format!("{name} ln growth"), (*last / trained).ln());
        }
        cell.record("ln compatible over free", (at_largest[1] / at_largest[0]).ln());
        Ok(())
    }
}

/// Standard normal matrices of order d as rows, and their labels.
fn draw(task: &str, d: usize, count: i64, stream: &mut Stream) -> (Tensor, Tensor) {
    let x = stream.normal_tensor(&[count, d as i64, d as i64], Kind::Double, lawbook_core::Device::Cpu);
    let y = match task {
        "trace" => x.diagonal(0, 1, 2).sum_dim_intlist([1i64].as_slice(), true, Kind::Double),
        "diagonal" => x.diagonal(0, 1, 2).diag_embed(0, 1, 2),
        _ => (&x + x.transpose(1, 2)) * 0.5,
    };
    (x.flatten(1, 2), y.reshape([count, -1]))
}
