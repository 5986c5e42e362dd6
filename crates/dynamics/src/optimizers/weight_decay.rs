//! Weight decay `γ |θ|²` on top of any process.

use crate::{engine::noise::Noise, engine::number::Number, engine::process::Process, engine::state::Columns};

/// A process whose state shrinks after every step: decoupled weight decay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightDecay<P> {
    /// What moves the weights otherwise.
    pub process: P,
    /// By which the weights are multiplied at every step: `1 − 2ηγ` for the loss `γ |θ|²`.
    pub factor: f64,
}

impl<P: Process> Process for WeightDecay<P> {
    type State<X: Number> = P::State<X>;

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, state: P::State<X>, noise: &mut N) -> P::State<X> {
        self.process.step(state, noise).map(|weight| weight * self.factor)
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{
        Ensemble,
        systems::two_layer::{GradientDescent, Weights},
        theory::moments::Moments,
    };

    /// `(v − β)² + γ (u² + w²)` has its minimum at `v = β − γ` (b₁ = 1), with `|u| = |w|`.
    #[test]
    fn the_product_is_thresholded_softly() {
        for (target, decay) in [(1.0, 0.3), (0.2, 0.3)] {
            let moments = Moments { a1: 0.0, a2: 0.0, a3: 0.0, b1: 1.0, b2: target };
            let (rate, start) = (1e-3, [1.2, 0.5]);
            let process = WeightDecay { process: GradientDescent { moments, rate }, factor: 1.0 - 2.0 * rate * decay };
            let mut ensemble = Ensemble::<_, f64>::new(process, 1, &Key::new(["decay"]), |_| start);
            ensemble.advance(40_000);
            let product = ensemble.states().map(|state| Weights::from(state).product()).sum::<f64>();
            assert!((product - (target - decay).max(0.0)).abs() < 2e-3, "{product}");
        }
    }
}
