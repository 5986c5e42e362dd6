//! Lemma 3.8: without a signal, the spectrum of L_σ is the free convolution of the semicircle with the law of σ(g).

use anyhow::Result;
use lawbook_analysis::gaussian::normal_rule;
use lawbook_core::{Key, Kind, tensor};
use lawbook_equivariant::laplacian::{Bulk, Prior, SigmaLaplacian, Theory, observation::goe};

use super::draws::SUBMATRIX_TANH;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// GOE matrices without a signal.
    pub struct Noise {
        /// Order n.
        n: integer = 4000, 16..=20_000;
        /// Matrices per seed.
        draws: integer = 4, 1..=1000;
    }
}

/// Where the share of eigenvalues below is taken.
const PLACES: [f64; 5] = [-2.0, -1.0, 0.0, 1.0, 2.0];

/// The bulk of a σ-Laplacian.
pub struct FreeConvolution;

/// The distribution function of the semicircle on [−2, 2].
fn semicircle(x: f64) -> f64 {
    let x = x.clamp(-2.0, 2.0);
    0.5 + (x * (4.0 - x * x).sqrt() / 4.0 + (0.5 * x).asin()) / std::f64::consts::PI
}

impl Study for FreeConvolution {
    const NAME: &'static str = "bulk";
    const ABOUT: &'static str = "All eigenvalues of the σ-Laplacian of GOE matrices, with the published best tanh: the share of \
        them below some places, and the smallest and the largest.";
    type Params = Noise;

    fn grid(profile: Profile) -> Vec<Noise> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Noise { n: 800, draws: 2 }],
            Profile::Full => vec![Noise::default()],
        }
    }

    fn predict(points: &[Noise]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let theory = Theory::new(Prior::Constant, &SUBMATRIX_TANH)?;
        let bulk = Bulk::new(&theory, -theory.edge(), 400);
        let edge = theory.bulk_edge();
        let classical = |x: f64| {
            normal_rule(1001).into_iter().map(|(g, weight)| weight * semicircle(x - SUBMATRIX_TANH.value(g))).sum::<f64>()
        };
        Ok(vec![
            // n samples of σ(g) alone depart from their law by 0.5/√n, 0.018 at n = 800.
            Claim::distribution("free-convolution", PLACES.map(|x| (x, at.site("share below").at(x), bulk.cdf(x))))
                .within(Margin::Absolute(0.02))
                .rival("semicircle", "the diagonal changes nothing", PLACES.map(semicircle))
                .rival("classical", "the sum of independent numbers with both laws", PLACES.map(classical))
                .axes("x", "share of eigenvalues below x")
                .source("Lemma 3.8"),
            // The law of the largest eigenvalue of the GOE is centred 1.2 n^{−2/3} below the edge, 0.014 at n = 800, and here the
            // density at the edge is lower, so that eigenvalues lie further apart.
            Claim::curve("edges", [(-1.0, at.site("smallest"), -edge), (1.0, at.site("largest"), edge)])
                .within(Margin::Absolute(0.06))
                .rival("semicircle", "the edges of Ŷ itself", [-2.0, 2.0])
                .rival("sum", "the edges of Ŷ and of σ added", [-2.0 - theory.edge(), 2.0 + theory.edge()])
                .axes("side", "extreme eigenvalue")
                .source("Theorem 3.3, case without an outlier"),
        ])
    }

    fn measure(params: &Noise, cell: &mut Cell) -> Result<()> {
        let n = params.n as usize;
        let (mut shares, mut smallest, mut largest) = ([0.0; PLACES.len()], 0.0, 0.0);
        let mut seeds = cell.stream("matrices");
        for _ in 0..params.draws {
            let key = Key::new(["bulk", &seeds.next_u64().to_string()]);
            let noise = goe::<f64>(n, &key);
            let diagonal = SigmaLaplacian::new(&noise, &SUBMATRIX_TANH).diagonal().to_vec();
            let mut entries: Vec<f64> = (0..n * n).map(|at| noise.entry(at / n, at % n)).collect();
            entries.iter_mut().step_by(n + 1).zip(&diagonal).for_each(|(entry, d)| *entry += d);
            let matrix = tensor::from_slice(&entries, &[params.n; 2], Kind::Double, cell.device());
            let values = tensor::to_vec(&matrix.linalg_eigvalsh("L"));
            for (share, place) in shares.iter_mut().zip(PLACES) {
                *share += values.iter().filter(|value| **value <= place).count() as f64 / n as f64;
            }
            smallest += values[0];
            largest += values[n - 1];
        }
        let draws = params.draws as f64;
        shares.iter().zip(PLACES).for_each(|(share, place)| cell.record_at("share below", place, share / draws));
        cell.record("smallest", smallest / draws);
        cell.record("largest", largest / draws);
        Ok(())
    }
}
