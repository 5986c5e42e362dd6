//! Where self-couplings begin to hold errors: the projection rule corrects a single wrong site as long as W_ii < ½.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_cdf;
use lawbook_memory::{Couplings, Patterns, projection};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Correction of single errors against load.
pub struct SelfCoupling;

params! {
    /// Patterns stored by the projection rule with self-couplings; each site of one of them is turned over, alone.
    pub struct Params {
        /// Sites N.
        N: integer = 200, 10..=2000;
        /// Patterns K.
        K: integer = 100, 1..=1999;
        /// Networks per cell.
        draws: integer = 12, 1..=10_000;
    }
}

/// Loads around one half.
const LOADS: [f64; 3] = [0.45, 0.5, 0.55];

impl Study for SelfCoupling {
    const NAME: &'static str = "self-coupling";
    const ABOUT: &'static str = "Turns over one site of a stored pattern and updates, for every site.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (neurons, draws) = match profile {
            Profile::Smoke => return vec![Params { N: 100, K: 42, draws: 30 }],
            Profile::Quick => (200, 12),
            // Larger networks are further from the scatter of W_ii at these loads.
            Profile::Full => (400, 40),
        };
        LOADS.map(|load| Params { N: neurons, K: (load * neurons as f64).round() as i64, draws }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let load = |p: &Params| p.K as f64 / p.N as f64;
        let law = |p: &Params| projection::single_error_corrected(load(p), p.N as usize);
        let gaussian = |p: &Params| normal_cdf((0.5 - load(p)) / (2.0 * load(p) * (1.0 - load(p)) / p.N as f64).sqrt());
        // The first neglected orders: the skewness of W_ii, about 0.3 at N = 200, over 6; and 1/N in the variance.
        Ok(vec![
            Claim::curve("single-errors", points.iter().map(|p| (load(p), SelfCoupling::at(p).site("corrected"), law(p))))
                .within(Margin::Absolute(0.03))
                .rival("gaussian-patterns", "W_ii scatters as for Gaussian patterns", points.iter().map(gaussian))
                .rival("all", "a fixed pattern attracts its neighbours", points.iter().map(|_| 1.0))
                .axes("load K/N", "fraction of single errors corrected")
                .source("field ξ_i (1 − 2 W_ii) of the wrong site; scatter of W_ii derived at `single_error_corrected`"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let mut corrected = 0;
        for _ in 0..p.draws {
            let stored = Patterns::random(p.K as usize, p.N as usize, &mut stream)?;
            let couplings = Couplings::projection(&stored)?;
            let pattern = stored.state(0);
            for site in 0..p.N as usize {
                let mut cue = pattern.clone();
                cue.flip(site);
                corrected += usize::from(couplings.synchronous_step(&cue)?.signs()[site] == pattern.signs()[site]);
            }
        }
        cell.record("corrected", corrected as f64 / (p.draws * p.N) as f64);
        Ok(())
    }
}
