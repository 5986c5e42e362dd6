//! Predictions and descents at the sizes of papers, against simulations in plain loops and NumPy (X-Val). The programs next to this
//! file, `descents.py`, `ensembles.py`, `sizes.py` and `probability_flow.py`, print every number that stands here with its standard error.

#![allow(clippy::unwrap_used)]

mod agreement;
mod associations;
mod cliques;
mod couplings;
mod dense;
mod ensembles;
mod exponential;
mod simplicial;
mod two_layers;

use lawbook_memory::State;

fn overlap(a: &State, b: &State) -> f64 {
    a.overlap(b).unwrap() as f64 / a.sites() as f64
}
