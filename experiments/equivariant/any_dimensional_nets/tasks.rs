//! Trace, diagonal and symmetric part of a matrix, learned at size 4 by least squares and tested at every size.

use anyhow::{Context, Result};
use lawbook_core::{
    Kind,
    tensor::{from_slice, to_vec},
};
use lawbook_equivariant::bases::{Layer, Sequence, modes};

use super::published::{self, SIZES};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// One task of the paper.
    pub struct Task {
        /// Trace, diag(diag x), or (x + xᵀ)/2.
        task: choice = "trace", ["trace", "diagonal", "symmetric"];
        /// The training size.
        n_tr: integer = 4, 4..=6;
        /// The largest test size.
        largest: integer = 15, 8..=15;
        /// Training inputs.
        samples: integer = 100, 20..=100_000;
    }
}

/// The published test sizes, and the training size if it is another.
fn sizes(params: &Task) -> Vec<usize> {
    let mut sizes: Vec<usize> = SIZES.into_iter().filter(|n| *n <= params.largest as usize).collect();
    sizes.push(params.n_tr as usize);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// Linear tasks.
pub struct Tasks;

impl Study for Tasks {
    const NAME: &'static str = "tasks";
    const ABOUT: &'static str = "Least squares over the compatible layers at the training size on standard normal matrices; the \
        layer is restricted to smaller sizes and extended to larger ones; the largest error of an entry on a random test matrix. \
        The same layer extended under duplication, and its matrix padded \
        with zeros, at twice the training size.";
    type Params = Task;

    fn grid(profile: Profile) -> Vec<Task> {
        let largest = if profile == Profile::Smoke { 10 } else { 15 };
        ["trace", "diagonal", "symmetric"].map(|task| Task { task: task.to_owned(), largest, ..Task::default() }).to_vec()
    }

    fn predict(points: &[Task]) -> Result<Vec<Claim>> {
        let claim = |params: &Task| {
            let at = Self::at(params);
            let sites = sizes(params).into_iter().map(|n| (n as f64, at.site("error").at(n as f64), 0.0));
            let site = |networks: &str, d: usize| {
                (networks == "compatible" && sizes(params).contains(&d)).then(|| at.site("error").at(d as f64))
            };
            let measured = "the largest error of an entry, of one compatible layer by least squares";
            let padded = [at.site("padded")];
            // Least squares over 2 to 5 unknowns, well conditioned: some thousand roundings.
            let claim = Claim::exact(&format!("{}-at-every-size", params.task), sites)
                .within(Margin::Absolute(1e-10))
                .rival_residual("padded-weights", "the fitted matrix padded with zeros, at twice the size", padded);
            // The symmetric part extends to itself under either embedding.
            let claim = if params.task == "symmetric" {
                claim
            } else {
                let because = "the layer extended by the other embedding, at twice the training size";
                claim.rival_residual("duplication", because, [at.site("duplicated")])
            };
            claim
                .axes("n", "largest error of an entry")
                .source("experiments of arXiv 2306.06327")
                .published(published::table(&params.task, measured, site))
        };
        Ok(points.iter().filter(|params| params.n_tr == 4).map(claim).collect())
    }

    fn measure(params: &Task, cell: &mut Cell) -> Result<()> {
        let n = params.n_tr as usize;
        let output = if params.task == "trace" { 0 } else { 2 };
        let layer = Layer { sequence: Sequence::PaddedPermutations, input: 2, output };
        let basis = layer.basis(n)?;
        let compatible = layer.compatible(n, &(1..n).collect::<Vec<_>>())?;
        let maps: Vec<Vec<f64>> = compatible.iter().map(|weights| basis.combine(weights)).collect();
        let mut stream = cell.stream("matrices");
        let mut matrix = |n: usize| (0..n * n).map(|_| stream.normal()).collect::<Vec<f64>>();
        let (mut features, mut labels) = (Vec::new(), Vec::new());
        for _ in 0..params.samples {
            let x = matrix(n);
            features.push(maps.iter().map(|map| apply(map, &x)).collect::<Vec<_>>());
            labels.extend(target(&params.task, &x, n));
        }
        // One row per sample and output entry.
        let row =
            |sample: &Vec<Vec<f64>>| (0..sample[0].len()).flat_map(|i| sample.iter().map(move |y| y[i])).collect::<Vec<_>>();
        let design: Vec<f64> = features.iter().flat_map(row).collect();
        let rows = labels.len() as i64;
        let design = from_slice(&design, &[rows, maps.len() as i64], Kind::Double, cell.device());
        let labels = from_slice(&labels, &[rows, 1], Kind::Double, cell.device());
        let fitted = to_vec(&design.linalg_pinv(1e-12, false).matmul(&labels));
        let weights = compatible.iter().zip(&fitted).fold(vec![0.0; basis.dimension()], |sum, (column, weight)| {
            sum.iter().zip(column).map(|(s, c)| s + weight * c).collect()
        });
        for m in sizes(params) {
            let w = if m <= n {
                layer.restrict(&basis.combine(&weights), n, m)?
            } else {
                layer.basis(m)?.combine(&extended(layer, n, m, &weights)?)
            };
            cell.record_at("error", m as f64, error(&params.task, &w, &matrix(m), m));
        }
        let (embed, _) = layer.sequence.embedding(n, 2 * n)?;
        let padded = modes::apply(&vec![&embed; output + 2], &basis.combine(&weights));
        cell.record("padded", error(&params.task, &padded, &matrix(2 * n), 2 * n));
        let doubled = Layer { sequence: Sequence::DuplicatedPermutations, ..layer };
        let w = doubled.basis(2 * n)?.combine(&doubled.restriction(n, 2 * n)?.least_norm(&weights)?);
        cell.record("duplicated", error(&params.task, &w, &matrix(2 * n), 2 * n));
        Ok(())
    }
}

fn extended(layer: Layer, from: usize, to: usize, weights: &[f64]) -> Result<Vec<f64>> {
    layer.restriction(from, to)?.extend(weights).with_context(|| format!("from size {from} to {to}"))
}

fn apply(w: &[f64], x: &[f64]) -> Vec<f64> {
    w.chunks_exact(x.len()).map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect()
}

fn error(task: &str, w: &[f64], x: &[f64], n: usize) -> f64 {
    apply(w, x).iter().zip(target(task, x, n)).map(|(y, label)| (y - label).abs()).fold(0.0, f64::max)
}

fn target(task: &str, x: &[f64], n: usize) -> Vec<f64> {
    let entry = |at: usize| match (task, at / n, at % n) {
        ("diagonal", i, j) => {
            if i == j {
                x[at]
            } else {
                0.0
            }
        }
        (_, i, j) => 0.5 * (x[i * n + j] + x[j * n + i]),
    };
    if task == "trace" { vec![(0..n).map(|i| x[i * n + i]).sum()] } else { (0..n * n).map(entry).collect() }
}
