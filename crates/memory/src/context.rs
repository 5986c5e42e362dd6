//! The temporal context model of free recall (M. W. Howard & M. J. Kahana, *A distributed representation of temporal context*,
//! J. Math. Psychol. 46, 2002; P. B. Sederberg, M. W. Howard & M. J. Kahana, *A context-based theory of recency and contiguity
//! in free recall*, Psychol. Rev. 115, 2008).
//!
//! A context vector drifts with every item, `t ← ρ t + β c` with ρ such that its length stays 1. Items are bound to the context
//! they were studied in; recall is cued by the present context, and a recalled item brings back part of its own.
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::context::{Choice, TemporalContext, orthonormal_list};
//!
//! let model = TemporalContext { drift: 0.6, retrieval: 0.5, choice: Choice::Power(3.0), stop: 0.04 };
//! let trace = model.study(&orthonormal_list(12, 0, 0))?;
//! let recalled = model.recall(&trace, &mut Key::new(["example"]).stream("recall", 0));
//! assert!(recalled.len() <= 12);
//! # Ok::<(), lawbook_memory::OutOfRange>(())
//! ```

pub mod lags;

use lawbook_core::Stream;

use crate::OutOfRange;

/// How far from 1 the length of an event may be, for rounding.
const UNIT: f64 = 1e-6;

/// The parameters of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TemporalContext {
    /// β, from 0 to 1: how much of what is studied or recalled enters the context.
    pub drift: f64,
    /// γ, from 0 to 1: how much of that, at recall, is the context of study (symmetric in time) rather than the item itself,
    /// which is part of the contexts after it alone.
    pub retrieval: f64,
    /// How activations become choices.
    pub choice: Choice,
    /// Recall ends before output number k (from 0) with probability `stop·k`.
    pub stop: f64,
}

/// The rule of choice among items not yet recalled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice {
    /// In proportion to `a^τ`, negative activations counting as 0: only ratios of activations matter.
    Power(f64),
    /// In proportion to `e^(a/τ)`, as Howard & Kahana 2002 choose: differences of activations matter.
    Exponential(f64),
}

/// What happens at one moment of study; vectors of unit length.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An item of the list.
    Item(Vec<f64>),
    /// A distractor: it moves the context and is never recalled.
    Distractor(Vec<f64>),
}

/// What is left of study: items, the contexts they are bound to, and the context at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    items: Vec<Vec<f64>>,
    contexts: Vec<Vec<f64>>,
    end: Vec<f64>,
}

impl TemporalContext {
    /// Studies a list, starting in a context of its own: the first axis, to which events should be orthogonal.
    pub fn study(&self, events: &[Event]) -> Result<Trace, OutOfRange> {
        OutOfRange::check("the drift", self.drift, 0.0, 1.0)?;
        OutOfRange::check("the share of retrieved context", self.retrieval, 0.0, 1.0)?;
        OutOfRange::check("the rise of the chance to stop", self.stop, 0.0, 1.0)?;
        let (Choice::Power(sharpness) | Choice::Exponential(sharpness)) = self.choice;
        OutOfRange::check("the parameter τ of choice", sharpness, f64::MIN_POSITIVE, f64::MAX)?;
        let dimension = events.first().map_or(0, |event| event.vector().len());
        OutOfRange::check("the dimension of an event", dimension as f64, 1.0, 1e9)?;
        let mut context = vec![0.0; dimension];
        context[0] = 1.0;
        let (mut items, mut contexts) = (Vec::new(), Vec::new());
        for event in events {
            OutOfRange::check_length("the dimension of an event", event.vector().len(), dimension)?;
            OutOfRange::check("the length of an event", dot(event.vector(), event.vector()).sqrt(), 1.0 - UNIT, 1.0 + UNIT)?;
            self.follow(&mut context, event.vector());
            if let Event::Item(item) = event {
                items.push(item.clone());
                contexts.push(context.clone());
            }
        }
        OutOfRange::check("the number of items", items.len() as f64, 1.0, 1e9)?;
        Ok(Trace { items, contexts, end: context })
    }

    /// One step of drift: `t ← ρ t + β c`, `ρ = √(1 + β²((t·c)² − 1)) − β t·c`, for unit vectors t and c.
    pub fn follow(&self, context: &mut [f64], input: &[f64]) {
        let overlap = dot(context, input);
        let rho = (1.0 + self.drift.powi(2) * (overlap * overlap - 1.0)).max(0.0).sqrt() - self.drift * overlap;
        context.iter_mut().zip(input).for_each(|(t, c)| *t = rho * *t + self.drift * c);
    }

    /// The context after recall of an item: a step of drift towards `(1 − γ) f + γ t_item`, brought to unit length.
    pub fn recalled(&self, trace: &Trace, context: &[f64], item: usize) -> Vec<f64> {
        let pairs = trace.items[item].iter().zip(&trace.contexts[item]);
        let mut input: Vec<f64> = pairs.map(|(f, t)| (1.0 - self.retrieval) * f + self.retrieval * t).collect();
        let length = dot(&input, &input).sqrt();
        input.iter_mut().for_each(|value| *value /= length);
        let mut next = context.to_vec();
        self.follow(&mut next, &input);
        next
    }

    /// Probabilities of the items to be recalled next in a context, those in `done` excluded; all 0 if no item has a chance.
    pub fn choices(&self, trace: &Trace, context: &[f64], done: &[bool]) -> Vec<f64> {
        let strength = |(item, bound): (usize, &Vec<f64>)| match self.choice {
            _ if done[item] => 0.0,
            Choice::Power(tau) => dot(bound, context).max(0.0).powf(tau),
            // Activations are at most 1.
            Choice::Exponential(tau) => ((dot(bound, context) - 1.0) / tau).exp(),
        };
        let strengths: Vec<f64> = trace.contexts.iter().enumerate().map(strength).collect();
        let sum: f64 = strengths.iter().sum();
        if sum > 0.0 { strengths.into_iter().map(|strength| strength / sum).collect() } else { strengths }
    }

    /// Probabilities of the items, in the order of study, to be recalled first.
    pub fn first_recall(&self, trace: &Trace) -> Vec<f64> {
        self.choices(trace, &trace.end, &vec![false; trace.items.len()])
    }

    /// Recalls until it stops or has recalled all: indices of items in the order of recall.
    pub fn recall(&self, trace: &Trace, stream: &mut Stream) -> Vec<usize> {
        let mut done = vec![false; trace.items.len()];
        let (mut context, mut order) = (trace.end.clone(), Vec::new());
        while order.len() < done.len() && stream.uniform() >= self.stop * order.len() as f64 {
            let chances = self.choices(trace, &context, &done);
            let mut left = stream.uniform();
            let chosen = chances.iter().position(|&chance| {
                left -= chance;
                chance > 0.0 && left < 0.0
            });
            let Some(item) = chosen.or_else(|| chances.iter().rposition(|&chance| chance > 0.0)) else { break };
            done[item] = true;
            order.push(item);
            context = self.recalled(trace, &context, item);
        }
        order
    }
}

impl Event {
    fn vector(&self) -> &[f64] {
        match self {
            Self::Item(vector) | Self::Distractor(vector) => vector,
        }
    }
}

impl Trace {
    /// Number of items.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// The context that an item is bound to.
    ///
    /// # Panics
    /// If there is no such item.
    pub fn context(&self, item: usize) -> &[f64] {
        &self.contexts[item]
    }

    /// The context at the end of study.
    pub fn end(&self) -> &[f64] {
        &self.end
    }

    /// The overlap `t_i·t_j` of the contexts of two items.
    ///
    /// # Panics
    /// If there is no such item.
    pub fn overlap(&self, i: usize, j: usize) -> f64 {
        dot(&self.contexts[i], &self.contexts[j])
    }
}

/// A list of orthonormal items, with `between` distractors before each item but the first and `after` at the end.
pub fn orthonormal_list(items: usize, between: usize, after: usize) -> Vec<Event> {
    let kinds = distracted(items, between, after);
    let dimension = kinds.len() + 1;
    let axis = |i: usize| (0..dimension).map(|j| f64::from(i == j)).collect::<Vec<f64>>();
    kinds.into_iter().enumerate().map(|(i, event)| event(axis(i + 1))).collect()
}

/// The same list with independent random vectors of unit length in `dimension` dimensions, only nearly orthogonal.
pub fn random_list(items: usize, between: usize, after: usize, dimension: usize, stream: &mut Stream) -> Vec<Event> {
    let mut vector = || {
        let mut vector = vec![0.0; dimension];
        stream.fill_normal(&mut vector);
        let length = dot(&vector, &vector).sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
        vector
    };
    distracted(items, between, after).into_iter().map(|event| event(vector())).collect()
}

fn distracted(items: usize, between: usize, after: usize) -> Vec<fn(Vec<f64>) -> Event> {
    let mut kinds: Vec<fn(Vec<f64>) -> Event> = Vec::new();
    for item in 0..items {
        kinds.extend(std::iter::repeat_n(Event::Distractor as fn(Vec<f64>) -> Event, if item > 0 { between } else { 0 }));
        kinds.push(Event::Item);
    }
    kinds.extend(std::iter::repeat_n(Event::Distractor as fn(Vec<f64>) -> Event, after));
    kinds
}

/// The overlap of contexts `lag` events apart, for orthonormal events: `(1 − β²)^(lag/2)`. For a drift from 0 to 1 and a
/// lag of at least 0.
pub fn context_overlap(drift: f64, lag: f64) -> f64 {
    (1.0 - drift * drift).powf(0.5 * lag)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;
    use proptest::prelude::proptest;

    use super::*;

    fn model(drift: f64, retrieval: f64) -> TemporalContext {
        TemporalContext { drift, retrieval, choice: Choice::Power(3.0), stop: 0.04 }
    }

    proptest! {
        /// Contexts keep their length, whatever is studied and recalled.
        #[test]
        fn contexts_have_unit_length(drift in 0.0..1.0f64, retrieval in 0.0..1.0f64, seed in 0u64..1000) {
            let mut stream = Key::new(["context"]).stream("items", seed);
            let model = model(drift, retrieval);
            let trace = model.study(&random_list(6, 1, 2, 30, &mut stream)).unwrap();
            let mut context = trace.end().to_vec();
            for item in [3, 0, 5] {
                context = model.recalled(&trace, &context, item);
                assert!((dot(&context, &context) - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn contexts_of_orthonormal_events_decay_geometrically() {
        let trace = model(0.6, 0.5).study(&orthonormal_list(6, 2, 1)).unwrap();
        for (i, j) in [(0, 0), (0, 1), (1, 5), (4, 2)] {
            let lag = 3 * i32::abs(i - j);
            let overlap = trace.overlap(i as usize, j as usize);
            assert!((overlap - context_overlap(0.6, f64::from(lag))).abs() < 1e-12);
        }
    }

    /// The geometric sum `1/Σ_k ρ^(kτ)`; by hand 0.2406, 0.4882 and 0.7840 for a list of 12 and τ = 3.
    #[test]
    fn recency_grows_with_drift() {
        for (drift, expected) in [(0.4, 0.2406), (0.6, 0.4882), (0.8, 0.7840)] {
            let model = model(drift, 0.5);
            let first = model.first_recall(&model.study(&orthonormal_list(12, 0, 0)).unwrap());
            let ratio = context_overlap(drift, 3.0);
            assert!((first[11] - (1.0 - ratio) / (1.0 - ratio.powi(12))).abs() < 1e-12);
            assert!((first[11] - expected).abs() < 1e-4, "{}", first[11]);
        }
    }

    #[test]
    fn recall_never_repeats_and_bad_parameters_are_refused() {
        let mut stream = Key::new(["context"]).stream("recall", 0);
        let model = TemporalContext { stop: 0.0, ..model(0.6, 0.5) };
        let mut order = model.recall(&model.study(&orthonormal_list(9, 0, 0)).unwrap(), &mut stream);
        order.sort_unstable();
        assert_eq!(order, (0..9).collect::<Vec<_>>());
        assert!(TemporalContext { drift: 1.5, ..model }.study(&orthonormal_list(3, 0, 0)).is_err());
        assert!(model.study(&[]).is_err());
    }
}
