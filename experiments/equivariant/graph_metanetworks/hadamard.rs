//! The Hadamard test: W_2 = H_n/n, with entries ±1/n and spectral norm n^{−1/2}, and all other weights zero. The norm of the weights vanishes,
//! so that a continuous metanetwork approaches its answer for no weights at all.
//!
//! H_n 1 = n e_1: only one of n neurons receives anything by the matrix product, and a mean over neurons forgets it as 1/n. Along
//! single weights every neuron sees features n W_ij = ±1 at every n.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, no_grad, tensor::scalar};
use lawbook_equivariant::metanetworks::{Direction, EdgeNetwork, ProductNetwork, Weights};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Untrained metanetworks on Hadamard matrices.
    pub struct Untrained {
        /// Metanetworks averaged over.
        networks: integer = 64, 1..=10_000;
        /// log₂ of the largest n; the smallest is 16.
        largest: integer = 7, 5..=12;
        /// Channels of the metanetworks.
        channels: integer = 8, 1..=1000;
        /// Their rounds of messages.
        rounds: integer = 2, 1..=100;
    }
}

const LAYERS: i64 = 3;

fn sizes(params: &Untrained) -> Vec<i64> {
    (4..=params.largest).map(|power| 1 << power).collect()
}

/// Continuity in the norm.
pub struct Hadamard;

impl Study for Hadamard {
    const NAME: &'static str = "hadamard";
    const ABOUT: &'static str = "Untrained metanetworks read a perceptron whose only weights are a Hadamard matrix over n: the mean \
        absolute difference to their answer for zero weights.";
    type Params = Untrained;

    fn grid(profile: Profile) -> Vec<Untrained> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Untrained::default()],
            Profile::Full => vec![Untrained { largest: 8, channels: 128, rounds: 4, ..Untrained::default() }],
        }
    }

    fn predict(points: &[Untrained]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let slope = |id: &str, observable: &str, predicted: f64| {
            let sites = sizes(params).into_iter().map(|n| (n as f64, at.site(observable).at(n as f64)));
            // Neglected: second order of the head in the shift of size 1/n of its input, at n = 16 some per cent.
            Claim::exponent(id, sites, predicted)
                .within(Margin::Absolute(0.1))
                .axes("width n", "|f − f(0)|")
                .log_x()
                .log_y()
                .source("continuity in the normalised spectral norm")
        };
        Ok(vec![
            slope("products-forget", "products", -1.0).rival("norm", "in proportion to the norm, n^(-1/2)", [-0.5]).rival(
                "edges",
                "as messages along single weights",
                [0.0],
            ),
            slope("edges-never-forget", "edges", 0.0).rival("continuous", "in proportion to the norm, n^(-1/2)", [-0.5]),
        ])
    }

    fn measure(params: &Untrained, cell: &mut Cell) -> Result<()> {
        let (device, rounds) = (cell.device(), params.rounds as usize);
        let products = ProductNetwork::new(Direction::Forward, params.channels, rounds, LAYERS)?;
        let edges = EdgeNetwork::duplication_compatible(params.channels, rounds, LAYERS)?;
        let mut stream = cell.stream("parameters");
        let drawn: Vec<_> = (0..params.networks)
            .map(|_| (products.init(LAYERS, &mut stream, device), edges.init(LAYERS, &mut stream, device)))
            .collect();
        for n in sizes(params) {
            let hadamard = only_hidden(&(hadamard(n).to_device(device) / n as f64));
            let zero = only_hidden(&hadamard.matrices[1].zeros_like());
            let change = |answer: &dyn Fn(&Weights) -> Tensor| (scalar(&answer(&hadamard)) - scalar(&answer(&zero))).abs();
            let (mut by_products, mut by_edges) = (0.0, 0.0);
            for (product_parameters, edge_parameters) in &drawn {
                by_products += no_grad(|| change(&|w| products.forward(product_parameters, w)));
                by_edges += no_grad(|| change(&|w| edges.forward(edge_parameters, w)));
            }
            cell.record_at("products", n as f64, by_products / params.networks as f64);
            cell.record_at("edges", n as f64, by_edges / params.networks as f64);
        }
        Ok(())
    }
}

/// The perceptron 2-n-n-1 with this hidden matrix and zeros else.
fn only_hidden(w: &Tensor) -> Weights {
    let n = w.size()[0];
    let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Double, w.device()));
    Weights {
        matrices: vec![zeros(&[n, 2]), w.shallow_clone(), zeros(&[1, n])],
        biases: vec![zeros(&[n]), zeros(&[n]), zeros(&[1])],
    }
}

/// H_n for a power of two (Sylvester): entry (i, j) is −1 to the number of binary ones in i and j.
fn hadamard(n: i64) -> Tensor {
    let sign = |i: i64, j: i64| if (i & j).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    let entries: Vec<f64> = (0..n).flat_map(|i| (0..n).map(move |j| sign(i, j))).collect();
    Tensor::from_slice(&entries).reshape([n, n])
}
