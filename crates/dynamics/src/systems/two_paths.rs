//! A deep linear net of width 2 on noisy labels: `f(x) = (v₁ + v₂) x`, each `vᵢ` a product of `F = D + 1` weights.
//!
//! Its two terms compete for one signal. With two factors the ratio of two terms of equal sign is conserved; with more they
//! become equal; terms of opposite sign do not survive together (Ziyin, Li & Ueda, *Law of Balance and Stationary Distribution of
//! Stochastic Gradient Descent*, 2023, arXiv 2308.06671, section 4).

use crate::{engine::noise::Noise, engine::number::Number, engine::process::Process, theory::moments::NoisyLine};

/// SGD at batch size 1 on `((v₁ + v₂) x − y)²`; the state is the factors of either term, then the clock `∫ T Q(v) (r₁r₂)^{D−1} dt`,
/// `r₁`, `r₂` being the first factors and `T Q` a quarter of the variance that the noise gives to the gradient in `v`.
///
/// On it two balanced terms compare: with equal signs `dr = −g r^D dt` makes `1/r₁ − 1/r₂` fall as `exp(−4·clock)` at `D = 2`, and
/// leaves `r₁/r₂` as it is at `D = 1`, where with opposite signs `v₁ v₂` falls as `exp(−8·clock)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoPaths<const F: usize> {
    /// Where samples come from.
    pub data: NoisyLine,
    /// Learning rate `η`.
    pub rate: f64,
}

/// The product of all factors but one.
#[inline(always)]
fn others<X: Number, const F: usize>(factors: &[X; F], without: usize) -> X {
    let mut product = X::constant(1.0);
    for (i, &factor) in factors.iter().enumerate() {
        if i != without {
            product = product * factor;
        }
    }
    product
}

impl<const F: usize> Process for TwoPaths<F> {
    type State<X: Number> = (([X; F], [X; F]), [X; 1]);

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, ((first, second), [clock]): Self::State<X>, noise: &mut N) -> Self::State<X> {
        let (x, y) = self.data.draw(noise);
        let v = first[0] * others(&first, 0) + second[0] * others(&second, 0);
        let pull = (v * x - y) * x * (2.0 * self.rate);
        let mut pace = self.data.moments().noise(v) * (self.rate * self.rate);
        for _ in 2..F {
            pace = pace * first[0] * second[0];
        }
        let (mut one, mut two) = (first, second);
        for i in 0..F {
            one[i] = first[i] - pull * others(&first, i);
            two[i] = second[i] - pull * others(&second, i);
        }
        ((one, two), [clock + pace])
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Ensemble, systems::two_layer::Sgd};

    /// A net whose second term is zero is the net of width 1, bit for bit.
    #[test]
    fn a_dead_term_changes_nothing() {
        let (data, rate, key) = (NoisyLine { slope: 0.5, noise: 1.0 }, 0.01, Key::new(["paths"]));
        let mut single = Ensemble::<_, f64>::new(Sgd { data, rate, batch: 1 }, 5, &key, |_| [0.7, 0.4]);
        let mut double = Ensemble::<_, f64>::new(TwoPaths::<2> { data, rate }, 5, &key, |_| (([0.7, 0.4], [0.0; 2]), [0.0]));
        single.advance(300);
        double.advance(300);
        for ([u, w], ((one, two), _)) in single.states().zip(double.states()) {
            assert!((u - one[0]).abs() < 1e-13 && (w - one[1]).abs() < 1e-13 && two == [0.0; 2]);
        }
    }

    /// A term of three equal factors stays so, and follows r' = r − η g r².
    #[test]
    fn equal_factors_stay_equal() {
        let (data, rate, key) = (NoisyLine { slope: 0.5, noise: 1.0 }, 0.01, Key::new(["paths"]));
        let start = |_| (([0.5; 3], [0.8; 3]), [0.0]);
        let mut net = Ensemble::<_, f64>::new(TwoPaths::<3> { data, rate }, 5, &key, start);
        net.advance(300);
        assert!(net.states().all(|((one, two), _)| one[0] == one[2] && two[0] == two[2]));
    }
}
