//! Adam's step in one pass over the numbers of a tensor: as a dozen tensor operations it takes longer than the gradient of a
//! small network.

use crate::{Device, Kind, Tensor};

/// The constants of a step.
pub(super) struct Adam {
    /// η.
    pub(super) eta: f64,
    /// Decay rates of the moments.
    pub(super) betas: [f64; 2],
    /// 1 − βᵗ.
    pub(super) corrections: [f64; 2],
    /// Added to the root of the second moment.
    pub(super) epsilon: f64,
    /// λ of decay that is added to the gradient.
    pub(super) coupled: f64,
    /// 1 − ηλ of decay beside the step.
    pub(super) shrink: f64,
}

impl Adam {
    /// Takes the step for `[parameter, first moment, second moment]` if all four tensors are plain arrays of f32 or f64 on the CPU, and
    /// tells whether it did.
    pub(super) fn step(&self, tensors: [&mut Tensor; 3], slopes: &Tensor) -> bool {
        let [w, m, v] = tensors;
        let kind = w.kind();
        let plain = |tensor: &Tensor| {
            tensor.device() == Device::Cpu && tensor.kind() == kind && tensor.is_contiguous() && tensor.size() == w.size()
        };
        // The gradient of a matrix often is the transpose of what was computed.
        let slopes = &slopes.contiguous();
        if ![&*w, &*m, &*v, slopes].into_iter().all(plain) || !matches!(kind, Kind::Float | Kind::Double) {
            return false;
        }
        // Moments that were cloned shallowly, from each other or by the caller, and views that share numbers are not written to.
        let pointers = [w.data_ptr(), m.data_ptr(), v.data_ptr(), slopes.data_ptr()];
        let bytes = w.numel() * if kind == Kind::Float { size_of::<f32>() } else { size_of::<f64>() };
        if (0..4).any(|i| pointers[..i].iter().any(|other| pointers[i].addr().abs_diff(other.addr()) < bytes)) {
            return false;
        }
        let (n, [w, m, v, g]) = (slopes.numel(), pointers);
        // SAFETY: contiguous tensors of `n` numbers of this kind in the CPU's memory, which live until the end of this call, lie
        // apart, and are changed by nobody else meanwhile: three are borrowed mutably, the gradient is only read.
        unsafe {
            if kind == Kind::Float {
                let [w, m, v] = [w, m, v].map(|at| std::slice::from_raw_parts_mut(at.cast::<f32>(), n));
                self.single(w, m, v, std::slice::from_raw_parts(g.cast(), n));
            } else {
                let [w, m, v] = [w, m, v].map(|at| std::slice::from_raw_parts_mut(at.cast::<f64>(), n));
                self.double(w, m, v, std::slice::from_raw_parts(g.cast(), n));
            }
        }
        true
    }

    fn single(&self, w: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) {
        let [shrink, coupled, epsilon] = [self.shrink, self.coupled, self.epsilon].map(|x| x as f32);
        let [[b1, b2], [c1, c2]] = [self.betas, self.corrections].map(|pair| pair.map(|x| x as f32));
        let [d1, d2] = self.betas.map(|beta| (1.0 - beta) as f32);
        let eta = self.eta as f32;
        for (((w, m), v), g) in w.iter_mut().zip(m).zip(v).zip(g) {
            let g = g + coupled * *w;
            *m = *m * b1 + g * d1;
            *v = *v * b2 + g * g * d2;
            *w = *w * shrink - *m / c1 / ((*v / c2).sqrt() + epsilon) * eta;
        }
    }

    fn double(&self, w: &mut [f64], m: &mut [f64], v: &mut [f64], g: &[f64]) {
        let ([b1, b2], [c1, c2]) = (self.betas, self.corrections);
        for (((w, m), v), g) in w.iter_mut().zip(m).zip(v).zip(g) {
            let g = g + self.coupled * *w;
            *m = *m * b1 + g * (1.0 - b1);
            *v = *v * b2 + g * g * (1.0 - b2);
            *w = *w * self.shrink - *m / c1 / ((*v / c2).sqrt() + self.epsilon) * self.eta;
        }
    }
}
