//! Noise that tells the copies apart. Without it all copies of a neuron stay equal for ever, and width is wasted.

use lawbook_core::{Kind, Stream, Tensor, no_grad, optim::parameter, tensor::scalar};

use super::{Channels, Class, Parameter, Role, Upscaling, WidthError};

/// How the widened weights W are perturbed, with N of standard normals. Biases, the readout and norm layers stay as they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// W + σ/√fan-in N, for hidden weights divided by k: the copies are added to an initialised wide network before the division.
    Additive {
        /// σ.
        scale: f64,
    },
    /// W + t N ‖W‖₂/‖N‖₂, in spectral norms, of kernels in Frobenius norms.
    Spectral {
        /// t.
        t: f64,
    },
    /// √(1 − t) W + √t N ‖W‖₂/‖N‖₂.
    Interpolated {
        /// t, at most 1.
        t: f64,
    },
    /// W (1 + t N), entry by entry.
    Hadamard {
        /// t.
        t: f64,
    },
}

impl Noise {
    fn check(self) -> Result<(), WidthError> {
        let (scale, most) = match self {
            Self::Additive { scale } => (scale, f64::MAX),
            Self::Spectral { t } | Self::Hadamard { t } => (t, f64::MAX),
            Self::Interpolated { t } => (t, 1.0),
        };
        if (0.0..=most).contains(&scale) { Ok(()) } else { Err(WidthError::Noise(scale.to_string())) }
    }
}

impl Upscaling {
    /// The widened parameters with noise, with gradients.
    pub fn noisy_parameters(
        &self,
        parameters: &[Tensor],
        noise: Noise,
        stream: &mut Stream,
    ) -> Result<Vec<Tensor>, WidthError> {
        noise.check()?;
        let wide = self.parameters(parameters);
        let perturb = |((w, p), class): ((Tensor, &Parameter), &Class)| {
            if p.role != Role::Weight {
                return w;
            }
            let n = stream.normal_tensor(&w.size(), w.kind(), w.device());
            no_grad(|| parameter(&perturbed(&w, &n, noise, *class, self.fan_in(p)), w.kind()))
        };
        Ok(wide.into_iter().zip(&self.wide().parameters()).zip(&self.classes()).map(perturb).collect())
    }

    fn fan_in(&self, parameter: &Parameter) -> f64 {
        let fan_in: Channels = parameter.fan_in;
        self.wide().channels(fan_in) as f64
    }
}

fn perturbed(w: &Tensor, n: &Tensor, noise: Noise, class: Class, fan_in: f64) -> Tensor {
    let sized = || n * (spectral_norm(w) / spectral_norm(n));
    match noise {
        Noise::Additive { scale } => w + n * (scale / fan_in.sqrt() * class.weight()),
        Noise::Spectral { t } => w + sized() * t,
        Noise::Interpolated { t } => w * (1.0 - t).sqrt() + sized() * t.sqrt(),
        Noise::Hadamard { t } => w * (n * t + 1.0),
    }
}

/// The largest singular value of a matrix.
pub(crate) fn spectral_norm(w: &Tensor) -> f64 {
    let w = w.detach().to_kind(Kind::Double);
    // The smaller Gram matrix has the same largest eigenvalue.
    let [rows, columns] = w.size()[..] else { return scalar(&w.norm()) };
    let gram = if rows < columns { w.matmul(&w.transpose(0, 1)) } else { w.transpose(0, 1).matmul(&w) };
    scalar(&gram.linalg_eigvalsh("L").max()).max(0.0).sqrt()
}
