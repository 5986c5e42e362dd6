//! The network that a metanetwork reads.

use lawbook_core::{Device, Kind, Stream, Tensor};

use crate::width::spectral_norm;

/// The weights of a perceptron with ReLU between its layers, in double precision.
#[derive(Debug)]
pub struct Weights {
    /// W_l `[n_l, n_{l−1}]`, first layer first.
    pub matrices: Vec<Tensor>,
    /// b_l `[n_l]`.
    pub biases: Vec<Tensor>,
}

impl Weights {
    /// Weights N(0, 2/n_{l−1}) and biases N(0, 1/n_{l−1}) of layers of these widths, input first (He et al. 2015).
    pub fn random(widths: &[i64], stream: &mut Stream, device: Device) -> Self {
        let deviation = |n: i64, variance: f64| (variance / n as f64).sqrt();
        let matrices = widths
            .windows(2)
            .map(|n| stream.normal_tensor(&[n[1], n[0]], Kind::Double, device) * deviation(n[0], 2.0))
            .collect();
        let biases =
            widths.windows(2).map(|n| stream.normal_tensor(&[n[1]], Kind::Double, device) * deviation(n[0], 1.0)).collect();
        Self { matrices, biases }
    }

    /// The same in maximal-update parametrisation relative to a base width n₀: the readout, N(0, 2/n₀), divides by m = n/n₀. The
    /// weights given are effective ones, the division included.
    #[must_use]
    pub fn with_maximal_readout(mut self, base: i64) -> Self {
        if let Some(readout) = self.matrices.pop() {
            let m = readout.size()[1] as f64 / base as f64;
            // N(0, 2/n) is √m too small before the division by m.
            self.matrices.push(readout / m.sqrt());
        }
        self
    }

    /// n_0, n_1, …, n_L.
    pub fn widths(&self) -> Vec<i64> {
        let inputs = self.matrices.first().map(|w| w.size()[1]);
        inputs.into_iter().chain(self.matrices.iter().map(|w| w.size()[0])).collect()
    }

    /// The function, for inputs `[batch, n_0]`.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let mut layers = self.matrices.iter().zip(&self.biases);
        let Some((w, b)) = layers.next() else { return x.shallow_clone() };
        layers.fold(x.linear(w, Some(b)), |h, (w, b)| h.relu().linear(w, Some(b)))
    }

    /// √(n_{l−1}/n_l) ‖W_l‖₂, layer by layer.
    pub fn layer_norms(&self) -> Vec<f64> {
        let layer = |w: &Tensor| {
            let size = w.size();
            (size[1] as f64 / size[0] as f64).sqrt() * spectral_norm(w)
        };
        self.matrices.iter().map(layer).collect()
    }

    /// ‖w‖ = Σ_l √(n_{l−1}/n_l) ‖W_l‖₂: the same after duplication of neurons.
    pub fn norm(&self) -> f64 {
        self.layer_norms().iter().sum()
    }

    /// The same function with hidden neurons rescaled: W_l ← Λ_l W_l Λ_{l−1}⁻¹, b_l ← Λ_l b_l, for positive λ of each hidden layer,
    /// log-uniform in [1/most, most].
    #[must_use]
    pub fn rescaled(&self, most: f64, stream: &mut Stream) -> Self {
        let layers = self.matrices.len();
        let mut before: Option<Tensor> = None;
        let (mut matrices, mut biases) = (Vec::new(), Vec::new());
        for (l, (w, b)) in self.matrices.iter().zip(&self.biases).enumerate() {
            let exponents = stream.uniform_tensor(&b.size(), Kind::Double, b.device()) * 2.0 - 1.0;
            let lambda = if l + 1 < layers { (exponents * most.ln()).exp() } else { b.ones_like() };
            let w = before.map_or_else(|| w.shallow_clone(), |before| w / before);
            matrices.push(w * lambda.unsqueeze(1));
            biases.push(b * &lambda);
            before = Some(lambda);
        }
        Self { matrices, biases }
    }
}
