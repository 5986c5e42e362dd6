//! Means over replicas and time.

use crate::{
    engine::ensemble::Ensemble,
    engine::lanes::Element,
    engine::process::Process,
    estimators::divergence::{Diverged, all_finite},
};

/// When to look: after how many steps first, every how many steps, how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// Steps before the first look.
    pub burn: u64,
    /// Steps between looks, at least 1.
    pub thin: u64,
    /// Number of looks, at least 1.
    pub count: u64,
}

/// Why there is no mean.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum AverageError {
    /// Nothing is looked at, or the same again and again.
    #[error("{count} looks every {thin} steps: give at least 1 of both")]
    Looks {
        /// Number of looks.
        count: u64,
        /// Steps between them.
        thin: u64,
    },
    /// Some replicas have overflowed.
    #[error(transparent)]
    Diverged(#[from] Diverged),
}

/// The mean of each observable over all replicas at all looks; an error with the step if any of them has diverged by the last.
pub fn time_average<P: Process, T: Element, const M: usize>(
    ensemble: &mut Ensemble<P, T>,
    looks: Looks,
    observables: impl Fn(P::State<f64>) -> [f64; M],
) -> Result<[f64; M], AverageError> {
    let Looks { count, thin, .. } = looks;
    if count == 0 || thin == 0 {
        return Err(AverageError::Looks { count, thin });
    }
    ensemble.advance(looks.burn);
    let mut sums = [0.0; M];
    for _ in 0..looks.count {
        ensemble.advance(looks.thin);
        // One sum per look first, so that long runs lose no digits.
        let mut sum = [0.0; M];
        for state in ensemble.states() {
            sum.iter_mut().zip(observables(state)).for_each(|(sum, value)| *sum += value);
        }
        sums.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum);
    }
    all_finite(ensemble)?;
    Ok(sums.map(|sum| sum / (looks.count * ensemble.replicas()) as f64))
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::engine::process::tests::Square;

    /// ½ squares to 2^−8 and 2^−16 after three and four steps; 2 overflows at the tenth, before or between looks.
    #[test]
    fn means_over_what_is_finite_only() {
        let start = |with: f64| move |i| [if i == 0 { with } else { 0.5 }];
        let ensemble = |with: f64| Ensemble::<_, f64>::new(Square, 2, &Key::new(["mean"]), start(with));
        let looks = Looks { burn: 2, thin: 1, count: 2 };
        let mean = 0.5 * (2f64.powi(-8) + 2f64.powi(-16));
        assert_eq!(time_average(&mut ensemble(0.5), looks, |[w]| [w]), Ok([mean]));
        for looks in [Looks { burn: 20, thin: 1, count: 1 }, Looks { burn: 1, thin: 5, count: 3 }] {
            let ended = time_average(&mut ensemble(2.0), looks, |[w]| [w.min(1.0)]);
            assert_eq!(ended, Err(Diverged { count: 1, replicas: 2, step: 10 }.into()));
        }
    }
}
