//! The two-layer network of feature and memory neurons that contains the other associative memories.
//!
//! ```
//! use lawbook_core::{Device, Key, Kind};
//! use lawbook_memory::biological::{Lagrangian, TwoLayerMemory};
//!
//! let patterns = Key::new(["example"]).stream("patterns", 0).normal_tensor(&[25, 40], Kind::Double, Device::Cpu);
//! let memory = TwoLayerMemory::new(patterns.shallow_clone(), Lagrangian::Quadratic, Lagrangian::Softmax(1.0))?;
//! let cue = memory.settled(&(patterns.get(7) * 0.6))?;
//! let (before, after) = (memory.energy(&cue)?, memory.energy(&memory.run(&cue, 0.05, 200)?)?);
//! assert!(after.double_value(&[]) < before.double_value(&[]));
//! # Ok::<(), lawbook_memory::modern::ContinuousError>(())
//! ```

use lawbook_core::Tensor;

mod lagrangian;

pub use lagrangian::Lagrangian;

pub use crate::continuous::ContinuousError;
use crate::continuous::{finite, floating, last_dimension, positive, same_kind};

/// The network of Krotov & Hopfield, *Large Associative Memory Problem in Neurobiology and Machine Learning*, ICLR 2021, arXiv
/// 2008.06996: feature neurons v and memory neurons h, with symmetric synapses ξ between the layers and none within,
///
/// `τ_f dv/dt = ξᵀ f(h) − v + I`, `τ_h dh/dt = ξ g(v) − h`,
///
/// where the activations `g = ∇L_v` and `f = ∇L_h` are gradients of Lagrangians. Where these are convex the energy never
/// increases, whatever the time constants.
#[derive(Debug)]
pub struct TwoLayerMemory {
    weights: Tensor,
    feedback: Tensor,
    features: Lagrangian,
    memories: Lagrangian,
    feature_time: f64,
    memory_time: f64,
    input: Option<Tensor>,
}

/// What both layers do, or how fast they change: feature neurons `[…, N_f]`, memory neurons `[…, N_h]`.
#[derive(Debug)]
pub struct Layers {
    /// Feature neurons v.
    pub features: Tensor,
    /// Memory neurons h.
    pub memories: Tensor,
}

impl TwoLayerMemory {
    /// A network with synapses `weights` (memory μ in row μ: shape `[N_h, N_f]`), both time constants 1, and no input.
    pub fn new(weights: Tensor, features: Lagrangian, memories: Lagrangian) -> Result<Self, ContinuousError> {
        let shape = weights.size();
        if shape.len() != 2 || shape.contains(&0) {
            let expected = "one memory of at least one feature per row".to_owned();
            return Err(ContinuousError::Shape { what: "weights", found: shape, expected });
        }
        floating("weights", &weights)?;
        finite("weights", &weights)?;
        features.check()?;
        memories.check()?;
        let feedback = weights.shallow_clone();
        Ok(Self { weights, feedback, features, memories, feature_time: 1.0, memory_time: 1.0, input: None })
    }

    /// The same with time constants τ_f and τ_h.
    pub fn with_times(self, feature_time: f64, memory_time: f64) -> Result<Self, ContinuousError> {
        positive("feature time constant", feature_time)?;
        positive("memory time constant", memory_time)?;
        Ok(Self { feature_time, memory_time, ..self })
    }

    /// The time constants τ_f and τ_h.
    pub fn times(&self) -> (f64, f64) {
        (self.feature_time, self.memory_time)
    }

    /// The same with a constant input I to the feature neurons: shape `[N_f]`.
    pub fn with_input(self, input: Tensor) -> Result<Self, ContinuousError> {
        last_dimension("inputs", &input, self.weights.size()[1])?;
        same_kind("inputs", &input, &self.weights)?;
        finite("inputs", &input)?;
        Ok(Self { input: Some(input), ..self })
    }

    /// The same with synapses from memory to feature neurons of their own: a control, for then nothing makes the energy fall.
    pub fn with_feedback(self, feedback: Tensor) -> Result<Self, ContinuousError> {
        if feedback.size() != self.weights.size() {
            let expected = format!("{:?}, as the weights", self.weights.size());
            return Err(ContinuousError::Shape { what: "feedback", found: feedback.size(), expected });
        }
        same_kind("feedback", &feedback, &self.weights)?;
        finite("feedback", &feedback)?;
        Ok(Self { feedback, ..self })
    }

    /// The energy `Σ (v − I)·g − L_v + Σ h·f − L_h − f·ξ g`, one number per state.
    pub fn energy(&self, state: &Layers) -> Result<Tensor, ContinuousError> {
        self.check(state)?;
        let (g, f) = (self.features.activation(&state.features), self.memories.activation(&state.memories));
        let synapses = dot(&f, &g.matmul(&self.weights.tr()));
        let driven = dot(&self.above_input(&state.features), &g) - self.features.value(&state.features);
        Ok(driven + dot(&state.memories, &f) - self.memories.value(&state.memories) - synapses)
    }

    /// The velocities of both layers.
    pub fn velocity(&self, state: &Layers) -> Result<Layers, ContinuousError> {
        self.check(state)?;
        let (g, f) = (self.features.activation(&state.features), self.memories.activation(&state.memories));
        Ok(Layers {
            features: (f.matmul(&self.feedback) - self.above_input(&state.features)) / self.feature_time,
            memories: (g.matmul(&self.weights.tr()) - &state.memories) / self.memory_time,
        })
    }

    /// How fast the energy falls, `τ_f v'ᵀ ∇²L_v v' + τ_h h'ᵀ ∇²L_h h'`, from the Lagrangians' curvatures.
    pub fn dissipation(&self, state: &Layers) -> Result<Tensor, ContinuousError> {
        let Layers { features, memories } = self.velocity(state)?;
        let of_features = dot(&features, &self.features.curvature(&state.features, &features)) * self.feature_time;
        Ok(of_features + dot(&memories, &self.memories.curvature(&state.memories, &memories)) * self.memory_time)
    }

    /// `steps` steps of length `dt` by the classical Runge–Kutta method. Steps should be short against both time constants.
    pub fn run(&self, start: &Layers, dt: f64, steps: usize) -> Result<Layers, ContinuousError> {
        positive("time step", dt)?;
        self.check(start)?;
        let mut state = start.moved(start, 0.0);
        for _ in 0..steps {
            let first = self.velocity(&state)?;
            let second = self.velocity(&state.moved(&first, 0.5 * dt))?;
            let third = self.velocity(&state.moved(&second, 0.5 * dt))?;
            let fourth = self.velocity(&state.moved(&third, dt))?;
            let sixths = [(&first, 1.0), (&second, 2.0), (&third, 2.0), (&fourth, 1.0)];
            state = sixths.into_iter().fold(state, |state, (slope, weight)| state.moved(slope, dt * weight / 6.0));
        }
        Ok(state)
    }

    /// The state whose memory neurons have already followed these feature neurons: `h = ξ g(v)`.
    pub fn settled(&self, features: &Tensor) -> Result<Layers, ContinuousError> {
        last_dimension("feature neurons", features, self.weights.size()[1])?;
        same_kind("feature neurons", features, &self.weights)?;
        finite("feature neurons", features)?;
        let memories = self.features.activation(features).matmul(&self.weights.tr());
        Ok(Layers { features: features.shallow_clone(), memories })
    }

    /// One update of the network whose memory neurons are infinitely fast, `v' = ξᵀ f(ξ g(v)) + I`: a time step `τ_f`.
    pub fn update(&self, features: &Tensor) -> Result<Tensor, ContinuousError> {
        let state = self.settled(features)?;
        let velocity = self.velocity(&state)?;
        Ok(velocity.features * self.feature_time + features)
    }

    /// The energy of feature neurons alone, the memory neurons infinitely fast: `Σ (v − I)·g − L_v − L_h(ξ g)`.
    pub fn reduced_energy(&self, features: &Tensor) -> Result<Tensor, ContinuousError> {
        self.energy(&self.settled(features)?)
    }

    fn above_input(&self, features: &Tensor) -> Tensor {
        self.input.as_ref().map_or_else(|| features.shallow_clone(), |input| features - input)
    }

    fn check(&self, state: &Layers) -> Result<(), ContinuousError> {
        last_dimension("feature neurons", &state.features, self.weights.size()[1])?;
        last_dimension("memory neurons", &state.memories, self.weights.size()[0])?;
        same_kind("feature neurons", &state.features, &self.weights)?;
        same_kind("memory neurons", &state.memories, &self.weights)?;
        let (features, memories) = (state.features.size(), state.memories.size());
        // Both end in a dimension of their own.
        let batch = &features[..features.len() - 1];
        if memories[..memories.len() - 1] == *batch {
            return Ok(());
        }
        let expected = format!("as many states as of the feature neurons, {batch:?}");
        Err(ContinuousError::Shape { what: "memory neurons", found: memories, expected })
    }
}

impl Layers {
    /// This state, moved along `velocity` for a time `dt`.
    ///
    /// # Panics
    /// If the shapes or kinds of both differ.
    #[must_use]
    pub fn moved(&self, velocity: &Self, dt: f64) -> Self {
        Self { features: &self.features + &velocity.features * dt, memories: &self.memories + &velocity.memories * dt }
    }
}

/// Scalar products along the last dimension.
fn dot(a: &Tensor, b: &Tensor) -> Tensor {
    (a * b).sum_dim_intlist([-1i64].as_slice(), false, None)
}

#[cfg(test)]
mod tests;
