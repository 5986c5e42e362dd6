//! The top right singular vector of a matrix of uniform entries is nearly constant, so that a network that always answers 1/√n
//! looks as if it had transferred.

use anyhow::Result;
use lawbook_analysis::singular::top_right_singular_vector;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Matrices with entries uniform on [0, 1].
    pub struct Uniform {
        /// Matrices per size.
        draws: integer = 20_000, 100..=10_000_000;
    }
}

const SIZES: [usize; 4] = [4, 6, 8, 10];

/// The constant predictor.
pub struct SingularVector;

impl Study for SingularVector {
    const NAME: &'static str = "singular-vector";
    const ABOUT: &'static str = "Mean squared sine of the angle between the top right singular vector of an n × n matrix with \
        entries uniform on [0, 1] and the constant vector.";
    type Params = Uniform;

    fn grid(profile: Profile) -> Vec<Uniform> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Uniform { draws: 60_000 }],
            Profile::Full => vec![Uniform { draws: 1_000_000 }],
        }
    }

    fn predict(points: &[Uniform]) -> Result<Vec<Claim>> {
        let claim = |params: &Uniform| {
            let at = Self::at(params);
            // To first order in the noise E of A = 11ᵀ/2 + E, v = 1/√n + (1 − 11ᵀ/n) Eᵀu/(n/2), with entries of variance 1/12.
            let first_order = |n: usize| (n as f64 - 1.0) / (3.0 * (n * n) as f64);
            let curve = SIZES.map(|n| (n as f64, at.site("sine").at(n as f64), first_order(n)));
            Claim::curve("constant-predictor", curve)
                // Neglected: the second order, a fraction of order 1/(3n) with cancelling signs, and the scatter of σ_1.
                .within(Margin::Relative(0.05))
                .rival("random-direction", "a singular vector without a preferred direction", SIZES.map(|n| 1.0 - 1.0 / n as f64))
                .rival("no-projection", "the error along the constant vector counted too, 1/(3n)", SIZES.map(|n| 1.0 / (3 * n) as f64))
                .axes("n", "mean squared sine")
                .log_x()
                .log_y()
                .source("own derivation; the published networks' test errors are 0.0677 (free), 0.0472, 0.0359, 0.0303 at these n")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(params: &Uniform, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("matrices");
        for n in SIZES {
            let mut a = vec![0.0; n * n];
            let mut total = 0.0;
            for _ in 0..params.draws {
                a.iter_mut().for_each(|x| *x = stream.uniform());
                let v = top_right_singular_vector(&a, &vec![1.0; n])?;
                total += 1.0 - v.iter().sum::<f64>().powi(2) / n as f64;
            }
            cell.record_at("sine", n as f64, total / params.draws as f64);
        }
        Ok(())
    }
}
