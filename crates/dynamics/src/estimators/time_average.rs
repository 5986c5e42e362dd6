//! Means over replicas and time.

use crate::{engine::ensemble::Ensemble, engine::lanes::Element, engine::process::Process};

/// When to look: after how many steps first, every how many steps, how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// Steps before the first look.
    pub burn: u64,
    /// Steps between looks.
    pub thin: u64,
    /// Number of looks.
    pub count: u64,
}

/// The mean of each observable over all replicas at all looks. NaN or infinite once a replica has diverged.
pub fn time_average<P: Process, T: Element, const M: usize>(
    ensemble: &mut Ensemble<P, T>,
    looks: Looks,
    observables: impl Fn(P::State<f64>) -> [f64; M],
) -> [f64; M] {
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
    sums.map(|sum| sum / (looks.count * ensemble.replicas()) as f64)
}
