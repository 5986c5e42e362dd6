//! Losses with an exponential symmetry, `ℓ(e^{cA} θ, x) = ℓ(θ, x)` for all real `c` and every sample `x`.
//!
//! Its Noether charge `θᵀAθ` changes in a step of SGD by exactly `η² gᵀAg`. Along an orbit the noise pushes with
//! `Tr[e^{−2cA} A Σ]`, which falls with `c`: it has one zero, the noise equilibrium, if `A` takes both signs where there is
//! noise, and none if `A` is definite, as for scale invariance, where the norm grows for ever.
//!
//! Ziyin, Wang, Li & Wu, *Parameter Symmetry and Noise Equilibrium of Stochastic Gradient Descent*, NeurIPS 2024,
//! arXiv 2402.07193.

use lawbook_analysis::root::{NoBracket, bisect};

use crate::{Noise, Number, Process};

/// Why an orbit has no noise equilibrium.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoEquilibrium {
    /// All charges that feel noise have one sign.
    #[error(
        "all charges that feel noise have one sign ({positive} positive, {negative} negative): the charge grows for ever and \
         there is no equilibrium; weight decay makes one"
    )]
    SignDefinite {
        /// Number of positive charges with noise.
        positive: usize,
        /// Number of negative ones.
        negative: usize,
    },
    /// The lists do not fit, or a noise strength is no variance.
    #[error(
        "{charges} charges and {noise} noise strengths: give a finite charge and a variance of at least 0 per direction"
    )]
    Input {
        /// How many charges.
        charges: usize,
        /// How many noise strengths.
        noise: usize,
    },
    /// The root could not be bracketed.
    #[error(transparent)]
    Root(#[from] NoBracket),
}

/// The `c*` of the noise equilibrium on the orbit `e^{cA} θ`, at which `Σ aᵢ sᵢ e^{−2 c aᵢ} = 0`, from the eigenvalues `a` of `A`
/// and the variances `s` of the gradient along its eigenvectors at `c = 0`.
pub fn orbit_equilibrium(charges: &[f64], noise: &[f64]) -> Result<f64, NoEquilibrium> {
    let valid = charges.iter().all(|a| a.is_finite()) && noise.iter().all(|s| *s >= 0.0 && s.is_finite());
    if charges.len() != noise.len() || !valid {
        return Err(NoEquilibrium::Input { charges: charges.len(), noise: noise.len() });
    }
    let pairs: Vec<(f64, f64)> =
        charges.iter().copied().zip(noise.iter().copied()).filter(|(a, s)| *a != 0.0 && *s > 0.0).collect();
    let positive = pairs.iter().filter(|(a, _)| *a > 0.0).count();
    let negative = pairs.len() - positive;
    if positive == 0 || negative == 0 {
        return Err(NoEquilibrium::SignDefinite { positive, negative });
    }
    // The push of either sign, which fall and grow with c: their logarithms differ by a monotone function of c.
    let log_push = |sign: f64, c: f64| {
        let terms = pairs.iter().filter(|(a, _)| a * sign > 0.0).map(|(a, s)| (a.abs() * s).ln() - 2.0 * c * a);
        let largest = terms.clone().fold(f64::NEG_INFINITY, f64::max);
        largest + terms.map(|term| (term - largest).exp()).sum::<f64>().ln()
    };
    let push = |c: f64| log_push(1.0, c) - log_push(-1.0, c);
    // The slope is at least twice the sum of the smallest charges of both signs.
    let smallest = |sign: f64| pairs.iter().map(|(a, _)| a * sign).filter(|a| *a > 0.0).fold(f64::INFINITY, f64::min);
    let reach = push(0.0).abs() / (2.0 * (smallest(1.0) + smallest(-1.0))) + 1e-9;
    Ok(bisect(push, -reach, reach)?)
}

/// SGD at batch size 1 on `ℓ = (x·w/|w| − y)²`, which knows only the direction of `w`: inputs `x ~ N(0, I)`, labels
/// `y ~ N(0, s²)` that no direction explains. The gradient is orthogonal to `w`, and `E|g|² = G/|w|²` with
/// `G = 4 (1 + s²)(D − 1)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleInvariant<const D: usize> {
    /// Learning rate `η`.
    pub rate: f64,
    /// Weight decay `γ`, the factor of `|w|²` in the loss.
    pub decay: f64,
    /// Standard deviation `s` of the labels.
    pub noise: f64,
}

impl<const D: usize> ScaleInvariant<D> {
    /// `G = |w|² E|g|²`.
    pub fn gradient_strength(&self) -> f64 {
        4.0 * (1.0 + self.noise * self.noise) * (D as f64 - 1.0)
    }

    /// `E|w|⁴` after a training time of `steps` without decay, up to relative corrections `η² G/|w|⁴`.
    pub fn fourth_power(&self, initial: f64, steps: u64) -> f64 {
        initial.powi(4) + 2.0 * self.rate * self.rate * self.gradient_strength() * steps as f64
    }

    /// `|w|⁴ = η G/(4γ)` at which decay and noise balance; infinite without decay.
    pub fn stationary_fourth_power(&self) -> f64 {
        self.rate * self.gradient_strength() / (4.0 * self.decay)
    }
}

impl<const D: usize> Process for ScaleInvariant<D> {
    type State<X: Number> = [X; D];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, w: [X; D], noise: &mut N) -> [X; D] {
        let mut x = w;
        let (mut square, mut product) = (X::constant(0.0), X::constant(0.0));
        for i in 0..D {
            x[i] = noise.normal();
            square = square + w[i] * w[i];
            product = product + w[i] * x[i];
        }
        let norm = square.sqrt();
        let factor = (product / norm - noise.normal() * self.noise) / norm * (2.0 * self.rate);
        let along = product / square;
        let mut next = w;
        for i in 0..D {
            next[i] = w[i] * (1.0 - 2.0 * self.rate * self.decay) - factor * (x[i] - w[i] * along);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::Ensemble;

    /// For A = diag(1, −1) the noise is equal in both directions at c = ln(s₁/s₂)/4.
    #[test]
    fn two_opposite_charges_by_hand() {
        for (s1, s2) in [(3.0, 0.5), (1.0, 1.0), (1e-6, 40.0)] {
            let c = orbit_equilibrium(&[1.0, -1.0], &[s1, s2]).unwrap();
            assert!((c - 0.25 * f64::ln(s1 / s2)).abs() < 1e-12, "{c}");
        }
        let (a, s) = ([2.0, 0.5, -1.0, -3.0], [0.3, 2.0, 0.7, 0.1]);
        let c = orbit_equilibrium(&a, &s).unwrap();
        let push: f64 = a.iter().zip(s).map(|(a, s)| a * s * (-2.0 * c * a).exp()).sum();
        assert!(push.abs() < 1e-10, "{c} {push}");
    }

    #[test]
    fn charges_of_one_sign_have_no_equilibrium_and_say_so() {
        for (charges, noise) in [([1.0, 2.0], [1.0, 1.0]), ([1.0, -1.0], [1.0, 0.0])] {
            let refused = orbit_equilibrium(&charges, &noise);
            assert!(matches!(refused, Err(NoEquilibrium::SignDefinite { negative: 0, .. })), "{refused:?}");
        }
        assert!(matches!(orbit_equilibrium(&[1.0], &[1.0, 2.0]), Err(NoEquilibrium::Input { charges: 1, noise: 2 })));
        assert!(matches!(orbit_equilibrium(&[1.0, -1.0], &[1.0, -2.0]), Err(NoEquilibrium::Input { .. })));
    }

    /// Every step is orthogonal to w, so that the norm only grows; decay sets it to the same value from any start.
    #[test]
    fn the_norm_grows_without_decay_only() {
        let free = ScaleInvariant::<5> { rate: 0.1, decay: 0.0, noise: 1.0 };
        let mut ensemble = Ensemble::<_, f64>::new(free, 400, &Key::new(["free"]), |_| [1.0, 0.0, 0.0, 0.0, 0.0]);
        let square = |w: [f64; 5]| w.iter().map(|x| x * x).sum::<f64>();
        let mut before: Vec<f64> = ensemble.states().map(square).collect();
        for _ in 0..20 {
            ensemble.advance(1);
            let after: Vec<f64> = ensemble.states().map(square).collect();
            assert!(after.iter().zip(&before).all(|(after, before)| *after > before * (1.0 - 1e-15)));
            before = after;
        }
        let decaying = ScaleInvariant::<5> { decay: 0.01, ..free };
        for start in [0.5, 20.0] {
            let start = |_| [start, 0.0, 0.0, 0.0, 0.0];
            let mut ensemble = Ensemble::<_, f64>::new(decaying, 400, &Key::new(["decaying"]), start);
            ensemble.advance(3000);
            let mean = ensemble.states().map(|w| square(w).powi(2)).sum::<f64>() / 400.0;
            assert!((mean / decaying.stationary_fourth_power() - 1.0).abs() < 0.05, "{mean}");
        }
    }
}
