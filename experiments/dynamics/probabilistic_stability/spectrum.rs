//! All Lyapunov exponents of SGD on isotropic least squares, by repeated orthogonalisation.

use anyhow::Result;
use lawbook_dynamics::{estimators::lyapunov_spectrum::lyapunov_spectrum, systems::isotropic::largest_exponents};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Least squares with isotropic normal inputs at batch size 1.
    pub struct Params {
        /// Dimension d.
        d: integer = 3, 1..=20;
        /// Learning rate λ.
        lambda: real = 0.5, 0.001..=100.0;
        /// Number of steps.
        steps: integer = 300_000, 1..=1_000_000_000;
    }
}

/// The spectrum.
pub struct Spectrum;

impl Study for Spectrum {
    const NAME: &'static str = "spectrum";
    const ABOUT: &'static str = "Maps a frame by the matrices of SGD steps, orthogonalises it after each, and records the mean growth of \
        the logarithms of its lengths.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 300_000,
            Profile::Full => 10_000_000,
        };
        vec![Params { steps, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let sum = |k: i64| if k == 0 { 0.0 } else { largest_exponents(k as u32, p.d as u32, p.lambda) };
            let exact: Vec<f64> = (1..=p.d).map(|k| sum(k) - sum(k - 1)).collect();
            let sites = exact
                .iter()
                .zip(1..)
                .map(|(value, k)| (f64::from(k), Self::at(p).site("exponent").at(f64::from(k)), *value));
            // Exact; a fifth of the distance of the first two exponents.
            Claim::curve("spectrum", sites)
                .within(Margin::Absolute(0.02))
                .rival(
                    "mean-matrix",
                    "ln|1 − λ|, of the mean of the matrices, in every direction",
                    exact.iter().map(|_| (1.0 - p.lambda).abs().ln()),
                )
                .rival("equal", "isotropic matrices treat all directions alike", exact.iter().map(|_| sum(p.d) / p.d as f64))
                .axes("k", "Lyapunov exponent k")
                .source("theorem 3; exact for isotropic matrices (Newman 1986)")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut noise = cell.stream("inputs");
        let mut input = vec![0.0; p.d as usize];
        let exponents = lyapunov_spectrum(p.d as usize, p.steps as usize, |frame| {
            input.iter_mut().for_each(|x| *x = noise.normal());
            for vector in frame {
                let overlap: f64 = vector.iter().zip(&input).map(|(v, x)| v * x).sum();
                vector.iter_mut().zip(&input).for_each(|(v, x)| *v -= p.lambda * overlap * x);
            }
        })?;
        exponents.iter().zip(1..).for_each(|(exponent, k)| cell.record_at("exponent", f64::from(k), *exponent));
        Ok(())
    }
}
