//! Widening weights and optimiser state.

use lawbook_core::{
    Tensor, no_grad,
    optim::{Optimiser, parameter},
    tensor::scalar,
};

use super::{Channels, Class, Network, Scaling, WidthError};

/// The step from a narrow network to a wide one, each neuron in k adjacent copies, k for each width by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upscaling {
    narrow: Network,
    wide: Network,
}

impl Upscaling {
    /// From a network to the same at these widths: each a multiple of the width that it grows from.
    pub fn new(narrow: &Network, widths: &[i64]) -> Result<Self, WidthError> {
        if widths.len() != narrow.widths.len() {
            return Err(WidthError::Count { given: widths.len(), expected: narrow.widths.len() });
        }
        for (index, (&narrow, &wide)) in narrow.widths.iter().zip(widths).enumerate() {
            if wide % narrow != 0 {
                return Err(WidthError::NotMultiple { index, narrow, wide });
            }
        }
        Ok(Self { narrow: narrow.clone(), wide: narrow.at_widths(widths)? })
    }

    /// The wide network.
    pub fn wide(&self) -> &Network {
        &self.wide
    }

    /// k, the copies of each channel.
    pub fn copies(&self, channels: Channels) -> i64 {
        self.wide.channels(channels) / self.narrow.channels(channels)
    }

    /// The classes of the parameters, with the factors k.
    pub fn classes(&self) -> Vec<Class> {
        self.narrow.parameters().iter().map(|p| p.class(|axis| self.copies(axis) as f64)).collect()
    }

    /// The widened parameters, with gradients: the wide network computes what the narrow one does.
    pub fn parameters(&self, parameters: &[Tensor]) -> Vec<Tensor> {
        let wide = self.repeated(parameters, Class::weight);
        wide.iter().map(|w| parameter(w, w.kind())).collect()
    }

    /// The optimiser of the widened parameters: moments as the gradients scale, second moments as their squares, the step counter
    /// as it is, and multipliers by `scaling`. Without noise and with [`Scaling::Exact`] on both sides the wide network then
    /// stays the widened narrow one under training.
    pub fn optimiser(&self, optimiser: &Optimiser, scaling: Scaling) -> Optimiser {
        let square = |class: Class| class.gradient().powi(2);
        Optimiser {
            first: self.repeated(&optimiser.first, Class::gradient),
            second: self.repeated(&optimiser.second, square),
            largest: self.repeated(&optimiser.largest, square),
            multipliers: self.wide.multipliers(optimiser.rule, optimiser.decay, scaling),
            ..*optimiser
        }
    }

    /// The largest difference between entries of the wide parameters that are copies of one entry.
    pub fn spread(&self, parameters: &[Tensor]) -> f64 {
        let spread = |(w, p): (&Tensor, &super::Parameter)| {
            let representative = p.axes.iter().enumerate().fold(w.detach(), |w, (axis, &channels)| {
                let k = self.copies(channels);
                let first =
                    Tensor::arange_start_step(0, self.wide.channels(channels), k, (lawbook_core::Kind::Int64, w.device()));
                w.index_select(axis as i64, &first).repeat_interleave_self_int(k, axis as i64, None)
            });
            scalar(&(representative - w).abs().max())
        };
        parameters.iter().zip(&self.narrow.parameters()).map(spread).fold(0.0, f64::max)
    }

    fn repeated(&self, tensors: &[Tensor], factor: impl Fn(Class) -> f64) -> Vec<Tensor> {
        let (classes, parameters) = (self.classes(), self.narrow.parameters());
        let widen = |((t, p), class): ((&Tensor, &super::Parameter), &Class)| {
            let repeat = |t: Tensor, (axis, channels): (usize, &Channels)| {
                t.repeat_interleave_self_int(self.copies(*channels), axis as i64, None)
            };
            no_grad(|| p.axes.iter().enumerate().fold(t.detach() * factor(*class), repeat))
        };
        tensors.iter().zip(&parameters).zip(&classes).map(widen).collect()
    }
}
