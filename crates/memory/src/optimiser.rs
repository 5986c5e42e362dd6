//! The rules of [`lawbook_core::optim`] over slices: for parameters that are few, where a tensor per operation costs more than the
//! operation.

use lawbook_core::{
    optim::Rule,
    simd::{Level, Wide, WideKernel},
};

/// A rule and its state.
#[derive(Debug, Clone)]
pub(crate) struct Optimiser {
    rule: Rule,
    learning_rate: f64,
    first: Vec<f64>,
    second: Vec<f64>,
    largest: Vec<f64>,
    steps: i32,
}

impl Optimiser {
    /// A fresh one for so many parameters.
    pub(crate) fn new(rule: Rule, learning_rate: f64, count: usize) -> Self {
        let zeros = || vec![0.0; count];
        Self { rule, learning_rate, first: zeros(), second: zeros(), largest: zeros(), steps: 0 }
    }

    /// One step along the gradient.
    pub(crate) fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        self.steps += 1;
        Level::widest().run(Step { optimiser: self, parameters, gradient });
    }
}

struct Step<'a> {
    optimiser: &'a mut Optimiser,
    parameters: &'a mut [f64],
    gradient: &'a [f64],
}

impl WideKernel for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, _: V) {
        let Optimiser { rule, learning_rate: eta, first, second, largest, steps } = self.optimiser;
        let (eta, along) = (*eta, self.parameters.iter_mut().zip(self.gradient).zip(first));
        match *rule {
            Rule::Sgd { momentum } => {
                for ((w, g), v) in along {
                    *v = *v * momentum + g;
                    *w -= *v * eta;
                }
            }
            Rule::Nesterov { momentum } => {
                for ((w, g), v) in along {
                    *v = *v * momentum + g;
                    *w -= (g + *v * momentum) * eta;
                }
            }
            Rule::Adam { beta1, beta2, epsilon } => {
                let (mean_share, square_share) = (1.0 - beta1.powi(*steps), 1.0 - beta2.powi(*steps));
                for (((w, g), mean), square) in along.zip(second) {
                    *mean = *mean * beta1 + g * (1.0 - beta1);
                    *square = *square * beta2 + g * g * (1.0 - beta2);
                    *w -= (*mean / mean_share) / ((*square / square_share).sqrt() + epsilon) * eta;
                }
            }
            Rule::AmsGrad { beta1, beta2, epsilon } => {
                let (mean_share, square_share) = (1.0 - beta1.powi(*steps), 1.0 - beta2.powi(*steps));
                for ((((w, g), mean), square), most) in along.zip(second).zip(largest) {
                    *mean = *mean * beta1 + g * (1.0 - beta1);
                    *square = *square * beta2 + g * g * (1.0 - beta2);
                    *most = f64::max(*most, *square);
                    *w -= (*mean / mean_share) / ((*most / square_share).sqrt() + epsilon) * eta;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::{
        Device, Key, Kind, Tensor, optim,
        tensor::{from_slice, to_vec},
    };

    use super::*;

    /// Each rule takes the steps of the same rule over tensors.
    #[test]
    fn slices_step_as_tensors_do() {
        let adaptive = (0.7, 0.8, 1e-3);
        let rules = [
            Rule::GRADIENT_DESCENT,
            Rule::Sgd { momentum: 0.9 },
            Rule::Nesterov { momentum: 0.8 },
            Rule::ADAM,
            Rule::AmsGrad { beta1: adaptive.0, beta2: adaptive.1, epsilon: adaptive.2 },
        ];
        for rule in rules {
            let mut stream = Key::new(["optimiser"]).stream("gradients", 0);
            let mut slice = vec![0.5; 11];
            let tensor = |values: &[f64]| -> Tensor { from_slice(values, &[11], Kind::Double, Device::Cpu) };
            let mut tensors = [tensor(&slice)];
            let (mut here, mut there) = (Optimiser::new(rule, 0.1, 11), optim::Optimiser::new(rule, 0.1, &tensors));
            for _ in 0..20 {
                let mut gradient = vec![0.0; 11];
                stream.fill_normal(&mut gradient);
                here.step(&mut slice, &gradient);
                there.step(&mut tensors, &[tensor(&gradient)]);
            }
            for (a, b) in slice.iter().zip(to_vec(&tensors[0])) {
                assert!((a - b).abs() < 1e-14, "{rule:?}: {a} {b}");
            }
        }
    }
}
