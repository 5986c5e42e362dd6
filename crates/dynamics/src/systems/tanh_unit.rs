//! One hidden unit with a nonlinearity on noisy labels: `tanh(v x)` with one weight, `w tanh(u x)` with two. The second has a
//! rescaling symmetry only near the origin, which is enough for the origin to keep it from crossing.

use crate::{engine::noise::Noise, engine::number::Number, engine::process::Process, theory::moments::NoisyLine};

/// SGD at batch size 1 on `(tanh(v x) − y)²`; the state is `[v]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneLayerTanh {
    /// Where samples come from.
    pub data: NoisyLine,
    /// Learning rate.
    pub rate: f64,
}

impl Process for OneLayerTanh {
    type State<X: Number> = [X; 1];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [v]: [X; 1], noise: &mut N) -> [X; 1] {
        let (x, y) = self.data.draw(noise);
        let f = (v * x).tanh();
        let residual = (f - y) * (2.0 * self.rate);
        [v - residual * x * (-f.squared() + 1.0)]
    }
}

/// SGD at batch size 1 on `(w tanh(u x) − y)²`; the state is `[u, w]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoLayerTanh {
    /// Where samples come from.
    pub data: NoisyLine,
    /// Learning rate.
    pub rate: f64,
}

impl Process for TwoLayerTanh {
    type State<X: Number> = [X; 2];

    #[inline(always)]
    fn step<X: Number, N: Noise<X>>(&self, [u, w]: [X; 2], noise: &mut N) -> [X; 2] {
        let (x, y) = self.data.draw(noise);
        let h = (u * x).tanh();
        let residual = (w * h - y) * (2.0 * self.rate);
        [u - residual * w * x * (-h.squared() + 1.0), w - residual * h]
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{Ensemble, systems::two_layer::Sgd};

    /// Small weights see no nonlinearity: the same noise moves both nets alike, up to the cube of the weights.
    #[test]
    fn small_weights_are_linear() {
        let (data, rate, key) = (NoisyLine { slope: 0.5, noise: 1.0 }, 0.01, Key::new(["tanh"]));
        let mut linear = Ensemble::<_, f64>::new(Sgd { data, rate, batch: 1 }, 5, &key, |_| [1e-3, 2e-3]);
        let mut tanh = Ensemble::<_, f64>::new(TwoLayerTanh { data, rate }, 5, &key, |_| [1e-3, 2e-3]);
        linear.advance(50);
        tanh.advance(50);
        for ([u, w], [a, b]) in linear.states().zip(tanh.states()) {
            assert!((u - a).abs() < 1e-7 && (w - b).abs() < 1e-7);
        }
    }
}
