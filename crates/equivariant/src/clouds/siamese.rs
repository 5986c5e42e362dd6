//! A head that turns the features of two objects into a distance.

use lawbook_core::{Device, Kind, Stream, Tensor, optim::parameter};

/// a ‖W(f − f′)‖₂ + b with W `[t, t]`, a and b `[1]`, the parameters in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Siamese {
    /// t, the features compared; at least 1.
    pub features: i64,
}

impl Siamese {
    /// Fresh parameters, with gradients: W uniform in ±1/√t, a = 1, b = 0.
    pub fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let t = self.features;
        let weight = (stream.uniform_tensor(&[t, t], Kind::Double, device) * 2.0 - 1.0) / (t as f64).sqrt();
        let constant = |value: f64| parameter(&Tensor::full([1], value, (Kind::Double, device)), kind);
        vec![parameter(&weight, kind), constant(1.0), constant(0.0)]
    }

    /// The predicted distances `[...]` between features `[..., t]`. Panics if the parameters are not those of [`init`](Self::init).
    pub fn forward(&self, parameters: &[Tensor], first: &Tensor, second: &Tensor) -> Tensor {
        let difference = (first - second).linear(&parameters[0], None::<&Tensor>);
        difference.norm_scalaropt_dim(2, [-1i64], false) * &parameters[1] + &parameters[2]
    }

    /// Number of scalar parameters.
    pub fn parameter_count(&self) -> i64 {
        self.features * self.features + 2
    }
}
