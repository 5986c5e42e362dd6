//! The number of equivariant layers T_k → T_l of S_n by size, and the rank of the restriction from one size to the one below.

use anyhow::Result;
use lawbook_equivariant::bases::{Layer, Sequence, partitions};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Layers (R^n)^{⊗k} → (R^n)^{⊗l} of S_n for n from 1 to a largest size.
    pub struct Sizes {
        /// Order of the input.
        k: integer = 2, 0..=3;
        /// Order of the output.
        l: integer = 2, 0..=3;
        /// The largest size.
        largest: integer = 6, 2..=8;
    }
}

/// Dimensions and ranks.
pub struct Stability;

impl Study for Stability {
    const NAME: &'static str = "stability";
    const ABOUT: &'static str =
        "Dimensions of Hom(T_k, T_l) of S_n at n = 1, 2, …, and the rank of W ↦ ψ⁺ W φ from n + 1 to n.";
    type Params = Sizes;

    fn grid(_: Profile) -> Vec<Sizes> {
        [(1, 1), (2, 1), (2, 2)].map(|(k, l)| Sizes { k, l, largest: k + l + 2 }).to_vec()
    }

    fn predict(points: &[Sizes]) -> Result<Vec<Claim>> {
        let claims = points.iter().flat_map(|params| {
            let (at, order) = (Self::at(params), (params.k + params.l) as usize);
            let sizes = || 1..=params.largest as usize;
            let constant = || vec![partitions::bell(order) as f64; params.largest as usize];
            let curve = |observable: &str, sizes: std::ops::Range<usize>| -> Vec<_> {
                let point = |n: usize| (n as f64, at.site(observable).at(n as f64), partitions::orbits(order, n) as f64);
                sizes.map(point).collect()
            };
            let name = format!("T{}-to-T{}", params.k, params.l);
            let dimensions = Claim::exact(&format!("dimensions-{name}"), curve("dimension", 1..params.largest as usize + 1))
                .within(Margin::Absolute(0.0))
                .rival("always-stable", "Bell(k + l) at every size", constant())
                .rival("all-maps", "n^(k + l)", sizes().map(|n| (n as f64).powi(order as i32)))
                .axes("n", "independent equivariant layers")
                .source("arXiv 1812.09902, Theorem 1; stability: arXiv 2306.06327");
            // The restriction is onto: every layer at n is that of some layer at n + 1, and of one alone once dimensions agree.
            let ranks = Claim::exact(&format!("ranks-{name}"), curve("rank", 1..params.largest as usize))
                .within(Margin::Absolute(0.0))
                .rival("one-to-one", "the larger dimension, as if extensions were unique at every size", {
                    (1..params.largest as usize).map(|n| partitions::orbits(order, n + 1) as f64)
                })
                .axes("n", "rank of the restriction from n + 1")
                .source("arXiv 2306.06327");
            [dimensions, ranks]
        });
        Ok(claims.collect())
    }

    fn measure(params: &Sizes, cell: &mut Cell) -> Result<()> {
        let layer = Layer { sequence: Sequence::PaddedPermutations, input: params.k as usize, output: params.l as usize };
        for n in 1..=params.largest as usize {
            cell.record_at("dimension", n as f64, layer.basis(n)?.dimension() as f64);
            if n < params.largest as usize {
                cell.record_at("rank", n as f64, layer.restriction(n, n + 1)?.rank() as f64);
            }
        }
        Ok(())
    }
}
