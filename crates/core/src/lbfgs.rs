//! L-BFGS (Nocedal 1980; Liu & Nocedal 1989): minimises smooth functions to rounding error, where gradient descent would take
//! millions of steps. For closed-form losses; a noisy gradient needs [`crate::optim`].

use std::collections::VecDeque;

use crate::{Device, Kind, Tensor, optim::gradients, tensor::to_vec};

/// When to stop, and how much to remember.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lbfgs {
    /// Number of past steps that shape the metric.
    pub memory: usize,
    /// Stop once the Euclidean norm of the gradient is at most this.
    pub gradient_norm: f64,
    /// Stop after this many steps.
    pub steps: usize,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self { memory: 20, gradient_norm: 1e-8, steps: 10_000 }
    }
}

/// Why a minimisation stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The gradient is as small as asked for.
    Converged,
    /// No step along the gradient lowers the function any more: rounding error, or a function that is not smooth.
    Stalled,
    /// All steps were taken.
    OutOfSteps,
    /// The function is not finite at the start.
    NotFinite,
}

/// Where a minimisation stopped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    /// Why.
    pub ending: Ending,
    /// The value of the function there.
    pub value: f64,
    /// The Euclidean norm of the gradient there.
    pub gradient_norm: f64,
    /// Steps taken.
    pub steps: usize,
}

/// Minimises in place over a list of parameters, from where they are. Works in f64, whatever their kind was.
pub fn minimise_parameters(parameters: &mut [Tensor], options: Lbfgs, loss: impl Fn(&[Tensor]) -> Tensor) -> Stop {
    let shapes: Vec<(Vec<i64>, Device)> = parameters.iter().map(|p| (p.size(), p.device())).collect();
    let unflatten = |x: &[f64]| -> Vec<Tensor> {
        let mut start = 0;
        let mut next = |(shape, device): &(Vec<i64>, Device)| {
            let end = start + shape.iter().product::<i64>() as usize;
            let piece = Tensor::from_slice(&x[start..end]).reshape(shape).to_device(*device);
            start = end;
            piece.set_requires_grad(true)
        };
        shapes.iter().map(&mut next).collect()
    };
    let mut x: Vec<f64> = parameters.iter().flat_map(to_vec).collect();
    let stop = minimise(&mut x, options, |x, slope| {
        let here = unflatten(x);
        let value = loss(&here);
        let slopes: Vec<Tensor> = gradients(&value, &here).iter().map(|g| g.reshape([-1])).collect();
        slope.copy_from_slice(&to_vec(&Tensor::cat(&slopes, 0).to_kind(Kind::Double)));
        crate::tensor::scalar(&value)
    });
    parameters.iter_mut().zip(unflatten(&x)).for_each(|(parameter, value)| *parameter = value);
    stop
}

/// Minimises `f` in place, from `x`. `f(x, gradient)` gives the value at `x` and writes the gradient.
pub fn minimise(x: &mut [f64], options: Lbfgs, mut f: impl FnMut(&[f64], &mut [f64]) -> f64) -> Stop {
    let mut slope = vec![0.0; x.len()];
    let mut value = f(x, &mut slope);
    let mut history = History { pairs: VecDeque::new(), memory: options.memory };
    let stop = |ending, value, slope: &[f64], steps| Stop { ending, value, gradient_norm: norm(slope), steps };
    if !value.is_finite() {
        return stop(Ending::NotFinite, value, &slope, 0);
    }
    for step in 0..options.steps {
        if norm(&slope) <= options.gradient_norm {
            return stop(Ending::Converged, value, &slope, step);
        }
        let mut direction = history.direction(&slope);
        // A fresh metric knows no scale: the first step moves by at most one unit.
        let mut first = if history.pairs.is_empty() { 1.0 / norm(&slope).max(1.0) } else { 1.0 };
        let mut found = search(&mut f, x, value, &slope, &direction, first);
        if found.is_none() && !history.pairs.is_empty() {
            history.pairs.clear();
            direction = history.direction(&slope);
            first = 1.0 / norm(&slope).max(1.0);
            found = search(&mut f, x, value, &slope, &direction, first);
        }
        let Some(next) = found else { return stop(Ending::Stalled, value, &slope, step) };
        let moved: Vec<f64> = next.x.iter().zip(&*x).map(|(new, old)| new - old).collect();
        let turned: Vec<f64> = next.slope.iter().zip(&slope).map(|(new, old)| new - old).collect();
        history.remember(moved, turned);
        x.copy_from_slice(&next.x);
        (value, slope) = (next.value, next.slope);
    }
    let ending = if norm(&slope) <= options.gradient_norm { Ending::Converged } else { Ending::OutOfSteps };
    stop(ending, value, &slope, options.steps)
}

/// A trial point.
struct Trial {
    x: Vec<f64>,
    value: f64,
    slope: Vec<f64>,
}

/// A point along `direction` that satisfies the weak Wolfe conditions, by bisection (Lewis & Overton 2013). Sufficient
/// decrease may be replaced by the approximate condition of Hager & Zhang (2005, eq. 4.1), which compares slopes instead of
/// values: values differ by less than their rounding error long before the gradient does.
fn search(
    f: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
    x: &[f64],
    value: f64,
    slope: &[f64],
    direction: &[f64],
    first: f64,
) -> Option<Trial> {
    const DECREASE: f64 = 1e-4;
    const CURVATURE: f64 = 0.9;
    const ROUNDING: f64 = 1e-14;
    let descent = dot(slope, direction);
    if descent >= 0.0 || descent.is_nan() {
        return None;
    }
    let (mut low, mut high, mut length) = (0.0, f64::INFINITY, first);
    for _ in 0..60 {
        let there: Vec<f64> = x.iter().zip(direction).map(|(x, d)| x + length * d).collect();
        let mut slope_there = vec![0.0; x.len()];
        let value_there = f(&there, &mut slope_there);
        let along = dot(&slope_there, direction);
        let decreased = value_there <= value + DECREASE * length * descent;
        let approximately = value_there <= value + ROUNDING * value.abs() && along <= (2.0 * DECREASE - 1.0) * descent;
        if !(decreased || approximately) {
            high = length;
        } else if along < CURVATURE * descent {
            low = length;
        } else {
            return Some(Trial { x: there, value: value_there, slope: slope_there });
        }
        length = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * length };
    }
    None
}

/// The last steps and the changes of gradient over them, newest last.
struct History {
    pairs: VecDeque<(Vec<f64>, Vec<f64>, f64)>,
    memory: usize,
}

impl History {
    fn remember(&mut self, moved: Vec<f64>, turned: Vec<f64>) {
        let curvature = dot(&moved, &turned);
        // A pair without positive curvature would make the metric indefinite.
        if curvature <= 1e-16 * norm(&moved) * norm(&turned) {
            return;
        }
        if self.pairs.len() == self.memory {
            self.pairs.pop_front();
        }
        self.pairs.push_back((moved, turned, 1.0 / curvature));
    }

    /// Minus the metric times the slope, by the two-loop recursion.
    fn direction(&self, slope: &[f64]) -> Vec<f64> {
        let mut q: Vec<f64> = slope.iter().map(|g| -g).collect();
        let mut weights = Vec::with_capacity(self.pairs.len());
        for (moved, turned, inverse) in self.pairs.iter().rev() {
            let weight = inverse * dot(moved, &q);
            add(&mut q, -weight, turned);
            weights.push(weight);
        }
        if let Some((_, turned, inverse)) = self.pairs.back() {
            let scale = 1.0 / (inverse * dot(turned, turned));
            q.iter_mut().for_each(|value| *value *= scale);
        }
        for ((moved, turned, inverse), weight) in self.pairs.iter().zip(weights.iter().rev()) {
            let correction = weight - inverse * dot(turned, &q);
            add(&mut q, correction, moved);
        }
        q
    }
}

/// In eight interleaved sums, which the compiler turns into vector instructions.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (a, b) in a_chunks.zip(b_chunks) {
        (0..LANES).for_each(|i| sums[i] += a[i] * b[i]);
    }
    sums.iter().sum::<f64>() + rest
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: `scipy.optimize.rosen` and its minimum (1, …, 1); `scipy.optimize.minimize(rosen, [-1.2, 1]*5, jac=rosen_der,
    /// method="L-BFGS-B")` of SciPy 1.17 ends there too.
    #[test]
    fn the_valley_of_rosenbrock_is_followed_to_its_end() {
        let rosenbrock = |x: &[f64], g: &mut [f64]| {
            g.fill(0.0);
            let mut value = 0.0;
            for i in 0..x.len() - 1 {
                let (bend, gap) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
                value += 100.0 * bend * bend + gap * gap;
                g[i] += -400.0 * bend * x[i] - 2.0 * gap;
                g[i + 1] += 200.0 * bend;
            }
            value
        };
        let mut x = [-1.2, 1.0].repeat(5);
        let stop = minimise(&mut x, Lbfgs::default(), rosenbrock);
        assert_eq!(stop.ending, Ending::Converged, "{stop:?}");
        assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-7), "{x:?}");
        assert!(stop.steps < 300, "{stop:?}");
    }

    /// On a quadratic with eigenvalues from 1e-4 to 1e4 the gradient falls to 1e-8 although the values stop changing sooner.
    #[test]
    fn rounding_of_the_value_does_not_stop_the_gradient() {
        let curvatures: Vec<f64> = (-8..=8).map(|k| 10f64.powf(f64::from(k) / 2.0)).collect();
        let mut x = vec![1.0; curvatures.len()];
        let stop = minimise(&mut x, Lbfgs::default(), |x, g| {
            g.iter_mut().zip(x.iter().zip(&curvatures)).for_each(|(g, (x, c))| *g = c * x);
            1e3 + 0.5 * x.iter().zip(&curvatures).map(|(x, c)| c * x * x).sum::<f64>()
        });
        assert_eq!(stop.ending, Ending::Converged, "{stop:?}");
    }

    #[test]
    fn tensors_of_several_shapes_are_minimised_together() {
        let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Double, Device::Cpu));
        let mut parameters = [zeros(&[2, 3]), zeros(&[]), zeros(&[4])];
        let stop = minimise_parameters(&mut parameters, Lbfgs::default(), |p| {
            (&p[0] - 1.0).square().sum(Kind::Double)
                + (&p[1] - 2.0).pow_tensor_scalar(4)
                + (&p[2] + &p[1]).square().sum(Kind::Double)
        });
        assert_eq!(stop.ending, Ending::Converged, "{stop:?}");
        assert!(to_vec(&parameters[0]).iter().all(|x| (x - 1.0).abs() < 1e-7));
        assert!(to_vec(&parameters[2]).iter().all(|x| (x + 2.0).abs() < 1e-2));
    }

    #[test]
    fn a_value_that_is_not_finite_is_said() {
        let stop = minimise(&mut [0.0], Lbfgs::default(), |_, _| f64::NAN);
        assert_eq!(stop.ending, Ending::NotFinite);
    }
}
