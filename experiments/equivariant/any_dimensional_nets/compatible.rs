//! How many equivariant layers commute with the embedding of small sizes into large ones.

use anyhow::Result;
use lawbook_equivariant::bases::{Layer, Sequence, partitions};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A consistent sequence at one size.
    pub struct Embedded {
        /// Groups and embeddings: S_n or O(n) with zero padding, S_n with duplication.
        sequence: choice = "permutations", ["permutations", "rotations", "duplication"];
        /// The size n; under duplication embedded are inputs of size n/2.
        n: integer = 5, 2..=8;
    }
}

/// The tensor orders of inputs and outputs.
const ORDERS: [(usize, usize); 9] = [(0, 1), (0, 2), (1, 0), (2, 0), (1, 1), (2, 1), (1, 2), (2, 2), (3, 1)];

/// Dimensions of compatible layers.
pub struct Compatible;

impl Study for Compatible {
    const NAME: &'static str = "compatible";
    const ABOUT: &'static str = "Dimensions of the equivariant layers T_k → T_l with W φ = ψ ψ⁺ W φ, by nullity; the coordinate \
        is 10 k + l.";
    type Params = Embedded;

    fn grid(_: Profile) -> Vec<Embedded> {
        let point = |(sequence, n): (&str, i64)| Embedded { sequence: sequence.to_owned(), n };
        [("permutations", 4), ("permutations", 5), ("rotations", 3), ("rotations", 4), ("duplication", 8)]
            .map(point)
            .to_vec()
    }

    fn predict(points: &[Embedded]) -> Result<Vec<Claim>> {
        let claim = |params: &Embedded| {
            let (at, sequence) = (Self::at(params), params.sequence.as_str());
            let sites = ORDERS.map(|(k, l)| {
                let x = coordinate(k, l);
                (x, at.site("compatible").at(x), diagrams(sequence, k, l))
            });
            let all = ORDERS.map(|(k, l)| match sequence {
                "rotations" => pairings(k + l),
                _ => partitions::orbits(k + l, params.n as usize) as f64,
            });
            let other = if sequence == "duplication" { "permutations" } else { "duplication" };
            Claim::exact(&format!("{sequence}-{}", params.n), sites)
                .within(Margin::Absolute(0.0))
                .rival("all", "every equivariant layer is compatible", all)
                .rival("other-embedding", "the count of the other embedding", ORDERS.map(|(k, l)| diagrams(other, k, l)))
                .axes("10 k + l", "independent compatible layers")
                .source("arXiv 2306.06327, compatible networks; arXiv 2505.23599 for duplication")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(params: &Embedded, cell: &mut Cell) -> Result<()> {
        let n = params.n as usize;
        let (sequence, from): (_, Vec<usize>) = match params.sequence.as_str() {
            "rotations" => (Sequence::PaddedRotations, (1..n).collect()),
            "duplication" => (Sequence::DuplicatedPermutations, vec![n / 2]),
            _ => (Sequence::PaddedPermutations, (1..n).collect()),
        };
        for (input, output) in ORDERS {
            let compatible = Layer { sequence, input, output }.compatible(n, &from)?;
            cell.record_at("compatible", coordinate(input, output), compatible.len() as f64);
        }
        Ok(())
    }
}

fn coordinate(k: usize, l: usize) -> f64 {
    (10 * k + l) as f64
}

/// The diagrams of compatible layers.
fn diagrams(sequence: &str, k: usize, l: usize) -> f64 {
    let blocks = |of: &dyn Fn(usize) -> f64| (0..=k).map(|j| partitions::stirling_second(k, j) as f64 * of(j)).sum();
    let falling = |j: usize, i: usize| (0..i).map(|m| j as f64 - m as f64).product::<f64>();
    let choose = |i: usize| falling(l, i) / falling(i, i);
    match sequence {
        // Every output is tied to an input of its own, the other inputs are paired.
        "rotations" => {
            if k >= l {
                falling(k, l) * pairings(k - l)
            } else {
                0.0
            }
        }
        // Some outputs are tied to distinct blocks of inputs, the others are alone.
        "duplication" => blocks(&|j| (0..=l).map(|i| choose(i) * falling(j, i)).sum()),
        // Every output is tied to some block of inputs.
        _ => blocks(&|j| (j as f64).powi(l as i32)),
    }
}

fn pairings(r: usize) -> f64 {
    if r.is_multiple_of(2) { (1..r).step_by(2).map(|k| k as f64).product() } else { 0.0 }
}
