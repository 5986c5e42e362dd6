//! The top eigenpair of a nonlinear Laplacian with a planted clique.

use std::{hint::black_box, path::Path};

use anyhow::{Context, Result};
use lawbook_core::Key;
use lawbook_equivariant::laplacian::{
    Eigenpair, Nonlinearity, Packed, Rounded, Search, SigmaLaplacian, Symmetric, observation::planted_clique,
    refined_top_eigenpair,
};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload, npy};

pub(crate) const BENCH: Bench = Bench {
    name: "laplacian-top",
    work: "top eigenpair of the tanh-Laplacian of a planted clique, n = 10 000, β = 1.2, f64, to a residual of 1e-8",
    floor: "one pass over the packed triangle in f64 for every product that the search takes, adding its entries; ours takes most \
            of them on a copy rounded to 16 bits, and computes the residual in f64",
    threads: Threads::All,
    peers: &["scipy", "scipy-symv"],
    script: "laplacian",
    eager: None,
    prepare: || Ok(Box::new(Laplacian::new(10_000)?)),
};

const SIGMA: Nonlinearity = Nonlinearity::Tanh { height: 1.709_745_34, slope: 0.583_841_17 };
const BETA: f64 = 1.2;
const SEARCH: Search = Search { tolerance: 1e-8, basis: 64, products: 2000 };

struct Laplacian {
    matrix: Packed<f64>,
    start: Vec<f64>,
    found: Option<Eigenpair>,
}

impl Laplacian {
    fn new(order: usize) -> Result<Self> {
        let key = Key::new(["bench", "laplacian"]);
        let mut start = vec![0.0; order];
        key.stream("start", 0).fill_normal(&mut start);
        Ok(Self { matrix: planted_clique(order, BETA, &key)?.matrix, start, found: None })
    }

    fn pair(&self) -> Result<&Eigenpair> {
        self.found.as_ref().context("nothing found yet: ask for work first")
    }
}

impl Workload for Laplacian {
    /// The matrix is ±1/√n but for its diagonal: peers get the signs and zeros, and the start vector.
    fn share(&self, folder: &Path) -> Result<serde_json::Value> {
        let order = self.matrix.order();
        let signs = (0..order * order).map(|at| match self.matrix.entry(at / order, at % order) {
            entry if entry > 0.0 => 1,
            entry if entry < 0.0 => -1,
            _ => 0,
        });
        npy::write_i8(&folder.join("signs.npy"), &[order, order], signs)?;
        npy::write_f64(&folder.join("start.npy"), &[order], self.start.iter().copied())?;
        Ok(json!({"height": 1.709_745_34, "slope": 0.583_841_17, "tolerance": SEARCH.tolerance}))
    }

    fn work(&mut self) -> Result<()> {
        let laplacian = SigmaLaplacian::new(&self.matrix, &SIGMA);
        let rounded = Rounded::new(&self.matrix);
        self.found =
            Some(refined_top_eigenpair(&laplacian, &laplacian.on(&rounded), rounded.apart(), &self.start, &SEARCH)?);
        Ok(())
    }

    /// The row sums take one product more.
    fn floor(&mut self) -> Result<()> {
        for _ in 0..=self.pair()?.products {
            let sums = self.matrix.tiles().par_iter().map(|tile| {
                let mut sums = [[0.0; 8]; 4];
                for row in tile {
                    for eights in row {
                        for (sum, eight) in sums.iter_mut().zip(eights) {
                            sum.iter_mut().zip(eight).for_each(|(sum, entry)| *sum += entry);
                        }
                    }
                }
                sums.as_flattened().iter().sum::<f64>()
            });
            black_box(sums.sum::<f64>());
        }
        Ok(())
    }

    /// The eigenvalue to the square of the residual over the gap, and the largest entry of the eigenvector to the residual
    /// over it.
    fn statistics(&self) -> Vec<Statistic> {
        let Ok(pair) = self.pair() else { return Vec::new() };
        let largest = pair.vector.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
        vec![
            Statistic { name: "eigenvalue".to_owned(), value: pair.value, error: 1e-12 },
            Statistic { name: "largest entry".to_owned(), value: largest, error: 1e-7 },
        ]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// What is found solves the equation of an eigenpair.
    #[test]
    fn the_residual_is_what_it_is_said_to_be() {
        let mut bench = Laplacian::new(900).unwrap();
        bench.work().unwrap();
        bench.floor().unwrap();
        let pair = bench.pair().unwrap();
        let mut image = vec![0.0; 900];
        SigmaLaplacian::new(&bench.matrix, &SIGMA).multiply(&pair.vector, &mut image);
        let square: f64 = image.iter().zip(&pair.vector).map(|(y, x)| (y - pair.value * x).powi(2)).sum();
        assert!(square.sqrt() < 2.0 * SEARCH.tolerance, "{}", square.sqrt());
    }
}
