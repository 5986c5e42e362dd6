//! The training rule of Krotov & Hopfield 2016 (arXiv 1606.01164, eqs. 12 to 14), with the constants of the authors' notebook.

use lawbook_core::{
    Stream,
    simd::{Level, Wide, WideKernel},
};

use super::{Classifier, ClassifierError, Response, error::out_of_range};
use crate::slices::add_scaled;

/// A labelled input.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The input sites v, from −1 to 1.
    pub input: Vec<f64>,
    /// The class, from 0.
    pub label: usize,
}

/// How memories learn: `V ← p V − ∂C/∂ξ`, `ξ^μ ← ξ^μ + ε V^μ/max_I |V_I^μ|`, then each site is cut off at −1 and 1. The loss is
/// `C = Σ (c_α − t_α)^{2m}`, with targets `t` of 1 for the class and −1 for the others.
///
/// The step of every memory has the same largest entry ε, however little the memory takes part: without that, at large n only
/// the few memories that decide would ever learn.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// Passes over all examples.
    pub epochs: usize,
    /// ε in the first epoch, the largest change of a site per step.
    pub rate: f64,
    /// What ε is multiplied by after each epoch.
    pub decay: f64,
    /// p, from 0 to below 1.
    pub momentum: f64,
    /// m, half the power of the loss. Large m looks only at the examples that are furthest off.
    pub power: u32,
    /// Examples per step.
    pub batch: usize,
    /// Temperature in the first epoch and from the end of the ramp on, linear between.
    pub temperatures: (f64, f64),
    /// Epochs in which the temperature changes.
    pub ramp: usize,
}

impl Default for Training {
    /// The authors' settings for MNIST with n = 20 and 100 memories: 300 epochs, ε = 0.04 · 0.998^epoch, p = 0.6, m = 30,
    /// batches of 1000, T = 540.
    fn default() -> Self {
        let temperatures = (540.0, 540.0);
        Self { epochs: 300, rate: 0.04, decay: 0.998, momentum: 0.6, power: 30, batch: 1000, temperatures, ramp: 200 }
    }
}

impl Training {
    /// The temperature in an epoch, from 0.
    pub fn temperature(&self, epoch: usize) -> f64 {
        let (first, last) = self.temperatures;
        if epoch >= self.ramp { last } else { first + (last - first) * epoch as f64 / self.ramp as f64 }
    }

    fn check(&self) -> Result<(), ClassifierError> {
        let positive = |what, value: f64| {
            if value > 0.0 && value.is_finite() { Ok(()) } else { Err(out_of_range(what, value, "positive and finite")) }
        };
        positive("rate", self.rate)?;
        positive("decay", self.decay)?;
        positive("batch", self.batch as f64)?;
        positive("power m", f64::from(self.power))?;
        if (0.0..1.0).contains(&self.momentum) {
            Ok(())
        } else {
            Err(out_of_range("momentum p", self.momentum, "at least 0 and below 1"))
        }
    }
}

impl Classifier {
    /// Trains on `examples`, in a fresh random order each epoch, and leaves the classifier at the last temperature.
    pub fn train(&mut self, examples: &[Example], rule: &Training, stream: &mut Stream) -> Result<(), ClassifierError> {
        rule.check()?;
        self.check_temperature(rule.temperatures.0)?;
        self.check_temperature(rule.temperatures.1)?;
        examples.iter().try_for_each(|example| self.check_example(example))?;
        let mut order: Vec<&Example> = examples.iter().collect();
        let mut velocity = vec![0.0; self.sites.len()];
        let mut gradient = velocity.clone();
        let mut response = self.response();
        for epoch in 0..rule.epochs {
            self.temperature = rule.temperature(epoch);
            let rate = rule.rate * rule.decay.powi(epoch as i32);
            stream.shuffle(&mut order);
            for batch in order.chunks(rule.batch) {
                gradient.fill(0.0);
                batch.iter().for_each(|example| self.add_gradient(example, rule.power, &mut response, &mut gradient));
                velocity.iter_mut().zip(&gradient).for_each(|(v, g)| *v = rule.momentum * *v - g);
                self.follow(&velocity, rate);
            }
        }
        Ok(())
    }

    /// The loss `C = Σ (c_α − t_α)^{2m}` over examples and classes (eq. 14).
    pub fn loss(&self, examples: &[Example], power: u32) -> Result<f64, ClassifierError> {
        let mut loss = 0.0;
        for example in examples {
            self.check_example(example)?;
            let outputs = self.outputs(&example.input)?;
            let miss = |(class, output): (usize, &f64)| (output - target(example, class)).powi(2 * power as i32);
            loss += outputs.iter().enumerate().map(miss).sum::<f64>();
        }
        Ok(loss)
    }

    /// The gradient of [`loss`](Self::loss), memory after memory in the layout of [`memory`](Self::memory).
    pub fn gradient(&self, examples: &[Example], power: u32) -> Result<Vec<Vec<f64>>, ClassifierError> {
        examples.iter().try_for_each(|example| self.check_example(example))?;
        let mut gradient = vec![0.0; self.sites.len()];
        let mut response = self.response();
        examples.iter().for_each(|example| self.add_gradient(example, power, &mut response, &mut gradient));
        let memories = self.shape.memories;
        Ok((0..memories).map(|mu| gradient.chunks_exact(memories).map(|site| site[mu]).collect()).collect())
    }

    /// The fraction of examples that are put into a wrong class.
    pub fn error_rate(&self, examples: &[Example]) -> Result<f64, ClassifierError> {
        let mut wrong = 0;
        for example in examples {
            wrong += usize::from(self.classify(&example.input)? != example.label);
        }
        Ok(wrong as f64 / examples.len().max(1) as f64)
    }

    fn check_example(&self, example: &Example) -> Result<(), ClassifierError> {
        self.check_input(&example.input)?;
        let (label, classes) = (example.label, self.shape.classes);
        if label < classes { Ok(()) } else { Err(ClassifierError::Label { label, classes }) }
    }

    /// Adds the gradient of one example, in the layout of `sites`.
    ///
    /// Every site of memory μ enters all of its overlaps with its own value; class site α enters the overlap in which α has
    /// turned with +1 in place of −1.
    fn add_gradient(&self, example: &Example, power: u32, response: &mut Response, gradient: &mut [f64]) {
        self.respond(&example.input, 1.0, response);
        Level::widest().run(Slopes { classifier: self, example, power, response, gradient });
    }

    /// One step of every memory along its velocity, of largest entry `rate`; a memory without velocity stays.
    fn follow(&mut self, velocity: &[f64], rate: f64) {
        let memories = self.shape.memories;
        let mut largest = vec![0.0; memories];
        for site in velocity.chunks_exact(memories) {
            largest.iter_mut().zip(site).for_each(|(largest, v)| *largest = f64::max(*largest, v.abs()));
        }
        let factors: Vec<f64> =
            largest.iter().map(|&most| if most > f64::MIN_POSITIVE { rate / most } else { 0.0 }).collect();
        for (site, velocity) in self.sites.chunks_exact_mut(memories).zip(velocity.chunks_exact(memories)) {
            for ((xi, v), factor) in site.iter_mut().zip(velocity).zip(&factors) {
                *xi = (*xi + factor * v).clamp(-1.0, 1.0);
            }
        }
    }
}

struct Slopes<'a> {
    classifier: &'a Classifier,
    example: &'a Example,
    power: u32,
    response: &'a mut Response,
    gradient: &'a mut [f64],
}

impl WideKernel for Slopes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, _: V) {
        let Self { classifier: Classifier { shape, order, temperature, .. }, example, power, response, gradient } = self;
        let memories = shape.memories;
        let (inputs, classes) = gradient.split_at_mut(shape.inputs * memories);
        let scale = f64::from(*order) / temperature * 2.0 * f64::from(power);
        // Σ_α ∂C/∂a_α (f(h_μ + 2ξ_α^μ) − f(h_μ)), f = F'; the room of `base` is free by now.
        let pull = &mut response.base;
        pull.fill(0.0);
        for (class, &vote) in response.votes.iter().enumerate() {
            let output = vote.tanh();
            let off = (output - target(example, class)).powi(2 * power as i32 - 1);
            let slope = scale * off * (1.0 - output * output);
            let turned = &response.turned_slope[class * memories..(class + 1) * memories];
            add_scaled(pull, slope, turned);
            add_scaled(pull, -slope, &response.base_slope);
            add_scaled(&mut classes[class * memories..(class + 1) * memories], 2.0 * slope, turned);
        }
        for (site, value) in inputs.chunks_exact_mut(memories).zip(&example.input) {
            add_scaled(site, *value, pull);
        }
        for site in classes.chunks_exact_mut(memories) {
            add_scaled(site, -1.0, pull);
        }
    }
}

fn target(example: &Example, class: usize) -> f64 {
    if class == example.label { 1.0 } else { -1.0 }
}
