//! The matrix equation against the chain: for random Hessians, noise and preconditioners, the covariance of the chain (w, m), by
//! its discrete Lyapunov equation, solves the equation of the law, and none of the equations that might be mistaken for it.

use anyhow::Result;
use lawbook_analysis::{lyapunov_equation::stationary_covariance, matrix::Matrix};
use lawbook_core::Stream;
use lawbook_dynamics::theory::covariance::Valley;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A random valley.
    pub struct Params {
        /// Momentum μ.
        mu: real = 0.9, 0.0..=0.99;
        /// Dimensions.
        n: integer = 4, 1..=12;
        /// Largest eigenvalue of ΛK over its limit 2(1 + μ).
        part: real = 0.6, 0.01..=0.99;
    }
}

/// The matrix equation.
pub struct Identity;

impl Study for Identity {
    const NAME: &'static str = "identity";
    const ABOUT: &'static str = "Draws Hessian, noise covariance and preconditioner that do not commute, and compares solutions \
        of the matrix equation and of its rivals with the covariance of the chain of weights and momenta.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let sizes: &[i64] = if profile == Profile::Full { &[2, 4, 8, 12] } else { &[2, 4] };
        let at = |&n: &i64| [0.0, 0.5, 0.9].map(|mu| Params { n, mu, ..Params::default() });
        sizes.iter().flat_map(at).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let site = |name: &str| Self::at(p).site(name);
            // Rounding, times the condition of a system of n² equations.
            let claim = Claim::exact(&format!("matrix-equation-{}-{}", p.n, p.mu), [(0.0, site("law"), 0.0)])
                .within(Margin::Absolute(1e-9))
                .rival_residual("continuous-time", "ΛKΣ + ΣKΛ = ΛCΛ/(1 − μ)", [site("continuous-time")])
                .rival_residual("commuting", "as if Hessian, noise and rate shared their axes", [site("commuting")])
                .axes("", "largest deviation from the covariance of the chain, relative")
                .source("theorem 1");
            if p.mu > 0.0 {
                let because = "PyTorch's other momentum has the same long-time drift";
                return claim.rival_residual("nesterov", because, [site("nesterov")]);
            }
            claim
        };
        Ok(points.iter().filter(|p| p.n > 1).map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("matrices");
        let size = p.n as usize;
        let [hessian, noise, shape] = [(); 3].map(|()| random_covariance(size, &mut stream));
        let scale = p.part * 2.0 * (1.0 + p.mu) / (&shape * &hessian).spectral_radius();
        let valley = Valley::new(hessian, noise, &shape * scale, p.mu)?;
        let chain = valley.chain_covariance()?;
        let deviation = |other: &Matrix| (other - &chain).largest() / chain.largest();
        cell.record("law", deviation(&valley.covariance()?));
        cell.record("continuous-time", deviation(&valley.continuous_time_covariance()?));
        cell.record("commuting", deviation(&commuting(&valley)?));
        // Nesterov at half the rate, where it is stable too, against the law at half the rate.
        let half = &shape * (0.5 * scale / (1.0 + 2.0 * p.mu));
        let slow = Valley::new(valley.hessian().clone(), valley.noise().clone(), half, p.mu)?;
        let law = slow.covariance()?;
        cell.record("nesterov", (&nesterov(&slow)? - &law).largest() / law.largest());
        Ok(())
    }
}

/// With eigenvalues of at least 1/5.
fn random_covariance(size: usize, stream: &mut Stream) -> Matrix {
    let values: Vec<f64> = (0..size * size).map(|_| stream.normal()).collect();
    let factor = Matrix::from_fn(size, size, |i, j| values[size * i + j]);
    &(&factor * &factor.transposed()) + &(&Matrix::identity(size) * 0.2)
}

/// `{K(1 − μ)[2 − ΛK/(1 + μ)]}⁻¹ΛC`, symmetrised.
fn commuting(valley: &Valley) -> Result<Matrix> {
    let (k, mu) = (valley.hessian(), valley.momentum());
    let bracket = &(&Matrix::identity(k.rows()) * 2.0) - &(&(valley.preconditioner() * k) * (1.0 / (1.0 + mu)));
    let product = (&(k * &bracket) * (1.0 - mu)).solve(&(valley.preconditioner() * valley.noise()))?;
    Ok(&(&product + &product.transposed()) * 0.5)
}

/// The covariance of the chain under `m ← μ m + g`, `w ← w − Λ(g + μ m)`.
fn nesterov(valley: &Valley) -> Result<Matrix> {
    let (k, rate, mu) = (valley.hessian(), valley.preconditioner(), valley.momentum());
    let (size, one) = (k.rows(), Matrix::identity(k.rows()));
    let ahead = rate * (1.0 + mu);
    let step = Matrix::from_blocks(&(&one - &(&ahead * k)), &(rate * (-mu * mu)), k, &(&one * mu));
    let nothing = Matrix::from_fn(size, 0, |_, _| 0.0);
    let kick = Matrix::from_blocks(&(&ahead * -1.0), &nothing, &one, &nothing);
    let noise = &(&kick * valley.noise()) * &kick.transposed();
    Ok(stationary_covariance(&step, &noise)?.corner(size, size))
}
