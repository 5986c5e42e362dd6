//! Parameter classes by the number of axes that grow with width, and the multipliers that follow from them.

use lawbook_core::optim::{Decay, Multipliers, Rule};

/// How many axes of a parameter grow with width, and by which factors.
///
/// When every neuron is repeated k times, the function is kept by weights that are multiplied by [`weight`](Self::weight), and the
/// gradients of the same loss are then multiplied by [`gradient`](Self::gradient). All else follows from the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Class {
    /// No axis: the bias of the output.
    Fixed,
    /// One axis, by k: input weights, biases, gains, embeddings, and output weights, whose layer divides by the width.
    Vector {
        /// k.
        k: f64,
    },
    /// Two axes: hidden weights.
    Hidden {
        /// k of the axis of outputs.
        out: f64,
        /// k of the axis of inputs.
        into: f64,
    },
}

/// Which multipliers an optimiser gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaling {
    /// Those under which widening commutes with training.
    Exact,
    /// Those of the `mup` package: its Adam leaves ε unscaled, leaves the decay of vectors unscaled, and multiplies the decay of
    /// hidden weights by the factor of the inputs even where decay is coupled. Its SGD is exact.
    Package,
    /// None: the optimiser of the standard parametrisation.
    None,
}

impl Class {
    /// What the weights are multiplied by: hidden weights see k times as many inputs, and are divided by it.
    pub fn weight(self) -> f64 {
        match self {
            Self::Fixed | Self::Vector { .. } => 1.0,
            Self::Hidden { into, .. } => into.recip(),
        }
    }

    /// What the gradients are multiplied by.
    pub fn gradient(self) -> f64 {
        match self {
            Self::Fixed => 1.0,
            Self::Vector { k } => k.recip(),
            Self::Hidden { out, .. } => out.recip(),
        }
    }

    /// The multipliers for a rule, from the demand that a step multiplies by [`weight`](Self::weight) what the weights are:
    ///
    /// - SGD steps by η g: η gets weight/gradient. Adam's step has no unit: η gets weight, and ε, compared with the root of g²,
    ///   gets gradient.
    /// - Coupled decay adds λ w to g: λ gets gradient/weight. Decoupled decay multiplies w by 1 − η λ: λ undoes what η got.
    pub fn multipliers(self, rule: Rule, decay: Decay, scaling: Scaling) -> Multipliers {
        let (weight, gradient) = (self.weight(), self.gradient());
        let adam = matches!(rule, Rule::Adam { .. } | Rule::AmsGrad { .. });
        let learning_rate = if adam { weight } else { weight / gradient };
        let exact = Multipliers {
            learning_rate,
            epsilon: gradient,
            decay: match decay {
                Decay::Coupled(_) => gradient / weight,
                Decay::Decoupled(_) => learning_rate.recip(),
            },
        };
        match scaling {
            Scaling::Exact => exact,
            Scaling::Package if adam => Multipliers { epsilon: 1.0, decay: weight.recip(), ..exact },
            Scaling::Package => exact,
            Scaling::None => Multipliers::ONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: the table of multipliers (η, ε, λ) in the released optimisers of arXiv 2602.10545, with m = 2 for vectors and
    /// m_out = 6, m_in = 3 for hidden weights.
    #[test]
    fn multipliers_are_those_of_the_released_optimisers() {
        let (vector, hidden) = (Class::Vector { k: 2.0 }, Class::Hidden { out: 6.0, into: 3.0 });
        let (coupled, decoupled) = (Decay::Coupled(0.1), Decay::Decoupled(0.1));
        let check = |class: Class, rule, decay, expected: [f64; 3]| {
            let m = class.multipliers(rule, decay, Scaling::Exact);
            let close = [m.learning_rate, m.epsilon, m.decay].iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15);
            assert!(close, "{class:?} {rule:?} {decay:?}: {m:?}");
        };
        let sgd = Rule::Sgd { momentum: 0.9 };
        check(vector, sgd, coupled, [2.0, 0.5, 0.5]);
        check(hidden, sgd, coupled, [2.0, 1.0 / 6.0, 0.5]);
        check(vector, Rule::ADAM, coupled, [1.0, 0.5, 0.5]);
        check(hidden, Rule::ADAM, coupled, [1.0 / 3.0, 1.0 / 6.0, 0.5]);
        check(vector, Rule::ADAM, decoupled, [1.0, 0.5, 1.0]);
        check(hidden, Rule::ADAM, decoupled, [1.0 / 3.0, 1.0 / 6.0, 3.0]);
        check(Class::Fixed, Rule::ADAM, coupled, [1.0; 3]);
    }
}
