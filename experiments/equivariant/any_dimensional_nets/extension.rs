//! Extending a layer from one size to a larger one, and what padding does to free and to compatible networks.

use anyhow::Result;
use lawbook_equivariant::bases::{Layer, Sequence};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Layers of S_n under zero padding.
    pub struct Levels {
        /// The size at which the layer is given.
        small: integer = 4, 4..=6;
        /// The size to which it is extended.
        large: integer = 6, 5..=8;
    }
}

/// Sums of a thousand terms of order one in double precision, with room.
const ROUNDING: Margin = Margin::Absolute(1e-10);
const MATRICES: Layer = Layer { sequence: Sequence::PaddedPermutations, input: 2, output: 2 };
const VECTORS: Layer = Layer { sequence: Sequence::PaddedPermutations, input: 2, output: 1 };

/// Unique extension; exact compatibility.
pub struct Extension;

impl Study for Extension {
    const NAME: &'static str = "extension";
    const ABOUT: &'static str = "A random layer T_2 → T_2 at the large size, restricted to the small one and extended back by least \
        squares: the largest error of an entry. The same from size 3, below the stable range. A network T_2 → T_2 → T_1 with ReLU \
        on a padded input: the largest change of the output against its padding, for compatible and for free layers.";
    type Params = Levels;

    fn grid(_: Profile) -> Vec<Levels> {
        vec![Levels::default()]
    }

    fn predict(points: &[Levels]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        Ok(vec![
            Claim::exact("unique-in-the-stable-range", [(0.0, at.site("extended"), 0.0)])
                .within(ROUNDING)
                .rival_residual("from-below", "the extension of least norm from size 3", [at.site("extended from 3")])
                .axes("", "largest error of an entry")
                .source("representation stability; presentation degree 4"),
            Claim::exact("restriction-undoes-extension", [(0.0, at.site("restricted"), 0.0)])
                .within(ROUNDING)
                .rival_residual("padded-weights", "padding W with zeros in the place of extending it", [at.site("padded")])
                .axes("", "largest change of an entry")
                .source("definition of the free extension"),
            Claim::exact("padding-commutes", [(0.0, at.site("compatible network"), 0.0)])
                .within(ROUNDING)
                .rival_residual("free", "a network of free layers", [at.site("free network")])
                .axes("", "largest change of the output under padding")
                .source("definition of a compatible network"),
        ])
    }

    fn measure(params: &Levels, cell: &mut Cell) -> Result<()> {
        let (small, large) = (params.small as usize, params.large as usize);
        let mut stream = cell.stream("weights");
        let mut normal = |count: usize| (0..count).map(|_| stream.normal()).collect::<Vec<f64>>();
        let (above, below) = (MATRICES.basis(large)?, MATRICES.basis(small)?);
        let w = above.combine(&normal(above.dimension()));
        let restricted = MATRICES.restrict(&w, large, small)?;
        let extended = MATRICES.restriction(small, large)?.extend(&below.coordinates(&restricted))?;
        cell.record("extended", distance(&w, &above.combine(&extended)));
        let back = MATRICES.restrict(&above.combine(&extended), large, small)?;
        cell.record("restricted", distance(&restricted, &back));
        let three = MATRICES.basis(3)?.coordinates(&MATRICES.restrict(&w, large, 3)?);
        let guessed = MATRICES.restriction(3, large)?.least_norm(&three)?;
        cell.record("extended from 3", distance(&w, &above.combine(&guessed)));
        // A layer that is zero outside the small block is no equivariant layer; its projection is another layer.
        let padded = above.project(&pad(&restricted, small, large, 4));
        cell.record("padded", distance(&restricted, &MATRICES.restrict(&padded, large, small)?));

        let x = normal(small * small);
        for (name, kind) in [("compatible network", Weights::Compatible), ("free network", Weights::Free)] {
            let mut layers = Vec::new();
            for layer in [MATRICES, VECTORS] {
                let basis = layer.basis(large)?;
                layers.push(match kind {
                    Weights::Free => basis.combine(&normal(basis.dimension())),
                    Weights::Compatible => {
                        let columns = layer.compatible(large, &(1..large).collect::<Vec<_>>())?;
                        let weights = columns.iter().zip(normal(columns.len()));
                        basis.combine(&weights.fold(vec![0.0; basis.dimension()], |sum, (column, weight)| {
                            sum.iter().zip(column).map(|(s, c)| s + weight * c).collect()
                        }))
                    }
                });
            }
            let at_large = network(&layers[0], &layers[1], &pad(&x, small, large, 2));
            let lower = [MATRICES.restrict(&layers[0], large, small)?, VECTORS.restrict(&layers[1], large, small)?];
            let at_small = network(&lower[0], &lower[1], &x);
            cell.record(name, distance(&at_large, &pad(&at_small, small, large, 1)));
        }
        Ok(())
    }
}

enum Weights {
    Compatible,
    Free,
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

/// W_2 ReLU(W_1 x).
fn network(first: &[f64], second: &[f64], x: &[f64]) -> Vec<f64> {
    let apply = |w: &[f64], x: &[f64]| -> Vec<f64> {
        w.chunks_exact(x.len()).map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect()
    };
    let hidden: Vec<f64> = apply(first, x).into_iter().map(|h| h.max(0.0)).collect();
    apply(second, &hidden)
}

/// A tensor of this order with zeros at all indices from `small` on.
fn pad(x: &[f64], small: usize, large: usize, order: u32) -> Vec<f64> {
    let mut padded = vec![0.0; large.pow(order)];
    for (code, value) in x.iter().enumerate() {
        let at = (0..order).rev().fold(0, |at, axis| at * large + code / small.pow(axis) % small);
        padded[at] = *value;
    }
    padded
}
