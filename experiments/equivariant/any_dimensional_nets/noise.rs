//! Noise in the labels at the training size, amplified by the extension to larger sizes.

use anyhow::Result;
use lawbook_analysis::matrix::Matrix;
use lawbook_core::{
    Kind,
    tensor::{from_slice, to_vec},
};
use lawbook_equivariant::bases::{Layer, Sequence, partitions};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Layers T_2 → T_2 of S_n fitted to noisy labels of the n_tr² unit matrices.
    pub struct Labels {
        /// Free or compatible layers.
        layers: choice = "free", ["free", "compatible"];
        /// The training size.
        n_tr: integer = 4, 4..=6;
        /// Independent fits.
        replicas: integer = 40_000, 100..=10_000_000;
    }
}

const SIZES: [usize; 4] = [4, 6, 8, 12];
const LAYER: Layer = Layer { sequence: Sequence::PaddedPermutations, input: 2, output: 2 };

/// Errors of free and of compatible layers by size.
pub struct Noise;

impl Study for Noise {
    const NAME: &'static str = "noise";
    const ABOUT: &'static str = "The labels of all unit matrices at the training size get standard normal noise; the layer is fitted \
        by least squares and extended. Mean squared error of an output entry on standard normal matrices of size n, which is \
        ‖W_n − W_n*‖²/n², over independent fits.";
    type Params = Labels;

    fn grid(profile: Profile) -> Vec<Labels> {
        let replicas = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 40_000,
            Profile::Full => 1_000_000,
        };
        ["free", "compatible"].map(|layers| Labels { layers: layers.to_owned(), replicas, ..Labels::default() }).to_vec()
    }

    fn predict(points: &[Labels]) -> Result<Vec<Claim>> {
        let claim = |params: &Labels| {
            let at = Self::at(params);
            let curve = |layers: &str| {
                SIZES.map(|n| predicted(layers, params.n_tr as usize, n)).into_iter().collect::<Result<Vec<_>>>()
            };
            let (own, other) = (curve(&params.layers)?, curve(if params.layers == "free" { "compatible" } else { "free" })?);
            let sites = SIZES.iter().zip(&own).map(|(&n, &error)| (n as f64, at.site("mse").at(n as f64), error));
            // The formula is exact; the margin is what some ten thousand squares, dominated by a few normal weights, can resolve.
            let claim = Claim::curve(&format!("{}-error-by-size", params.layers), sites);
            let claim = match params.layers.as_str() {
                "free" => {
                    claim.rival("as-trained", "the error per entry does not depend on the size", vec![own[0]; SIZES.len()])
                }
                _ => claim.rival(
                    "all-weights",
                    "as many weights as all equivariant layers have",
                    vec![15.0 / 16.0; SIZES.len()],
                ),
            };
            Ok(claim
                .within(Margin::Relative(0.06))
                .rival("other-layers", "the error of the other kind of layers", other)
                .axes("n", "mean squared error of an entry")
                .log_x()
                .log_y()
                .source("own derivation; the growth of free networks' errors in the experiments of arXiv 2306.06327"))
        };
        points.iter().map(claim).collect()
    }

    fn measure(params: &Labels, cell: &mut Cell) -> Result<()> {
        let n = params.n_tr as usize;
        let basis = LAYER.basis(n)?;
        let count = basis.dimension();
        let identity = |j: usize| (0..count).map(|i| f64::from(u8::from(i == j))).collect();
        let columns: Vec<Vec<f64>> = match params.layers.as_str() {
            "free" => (0..count).map(identity).collect(),
            _ => LAYER.compatible(n, &(1..n).collect::<Vec<_>>())?,
        };
        // Rows are the unit weights at the training size, extended to size m in an orthonormal basis there.
        let mut extended = Vec::new();
        for m in SIZES {
            let restriction = LAYER.restriction(n, m)?;
            let rows = columns.iter().map(|weights| restriction.extend(weights)).collect::<Result<Vec<_>, _>>()?;
            extended.push(from_slice(&rows.concat(), &[columns.len() as i64, -1], Kind::Double, cell.device()));
        }
        let flat: Vec<f64> = columns.iter().flat_map(|weights| basis.combine(weights)).collect();
        let maps = from_slice(&flat, &[columns.len() as i64, -1], Kind::Double, cell.device()).transpose(0, 1).contiguous();
        let mut stream = cell.stream("noise");
        let mut sums = [0.0; SIZES.len()];
        let (mut left, batch) = (params.replicas, 2000);
        while left > 0 {
            let fits = left.min(batch);
            left -= fits;
            // Least squares on the unit matrices is the projection of the noisy labels onto the layers.
            let noise = stream.normal_tensor(&[fits, (n * n * n * n) as i64], Kind::Double, cell.device());
            let errors = noise.matmul(&maps);
            for (sum, rows) in sums.iter_mut().zip(&extended) {
                *sum += to_vec(&errors.matmul(rows).square().sum(Kind::Double))[0];
            }
        }
        for (m, sum) in SIZES.iter().zip(sums) {
            cell.record_at("mse", *m as f64, sum / params.replicas as f64 / (m * m) as f64);
        }
        Ok(())
    }
}

/// tr(G_n G_{n_tr}^{−1})/n² over the partitions of these layers: weights over the partitions' indicator tensors have covariance
/// G_{n_tr}^{−1}, and extending keeps them.
fn predicted(layers: &str, n_tr: usize, n: usize) -> Result<f64> {
    let mut partitions = partitions::set_partitions(4, 4);
    if layers == "compatible" {
        // Places 0 and 1 are the output's: each must share a block with an input's.
        partitions.retain(|p| (0..2).all(|output| p[2..].contains(&p[output])));
    }
    let count = partitions.len();
    let gram = |n: usize| {
        let entry = |i: usize, j: usize| (n as f64).powi(partitions::join_blocks(&partitions[i], &partitions[j]) as i32);
        Matrix::from_fn(count, count, entry)
    };
    Ok((&gram(n) * &gram(n_tr).inverse()?).trace() / (n * n) as f64)
}
