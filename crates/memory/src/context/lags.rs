//! Conditional response probabilities by lag: how often recall moves by how many positions of the list, of the times that it
//! could have.

use super::{TemporalContext, Trace};

/// Transitions by lag, taken and available, of one recall or summed over many.
#[derive(Debug, Clone, PartialEq)]
pub struct LagCounts {
    items: usize,
    taken: Vec<f64>,
    available: Vec<f64>,
}

impl LagCounts {
    /// No transitions yet, of lists of so many items.
    pub fn new(items: usize) -> Self {
        Self { items, taken: vec![0.0; 2 * items], available: vec![0.0; 2 * items] }
    }

    /// Counts the transitions of one recall: items in the order of recall, each at most once, by their positions in the list.
    ///
    /// # Panics
    /// If an item is not in the list.
    pub fn count(&mut self, recalled: &[usize]) {
        for &item in recalled {
            assert!(item < self.items, "item {item} of a list of {}", self.items);
        }
        for (i, pair) in recalled.windows(2).enumerate() {
            let open = (0..self.items).filter(|item| !recalled[..=i].contains(item));
            open.for_each(|item| self.available[self.items + item - pair[0]] += 1.0);
            self.taken[self.items + pair[1] - pair[0]] += 1.0;
        }
    }

    /// The conditional response probability at a lag, from −(items − 1) to items − 1; 0 where none was available, and beyond.
    pub fn probability(&self, lag: i32) -> f64 {
        let index = usize::try_from(self.items as i64 + i64::from(lag)).unwrap_or(usize::MAX);
        let available = self.available.get(index).copied().unwrap_or(0.0);
        if available > 0.0 { self.taken[index] / available } else { 0.0 }
    }
}

/// The expected transitions, exactly: a sum over all orders of recall. Time grows as the factorial of the number of items; 8
/// take some hundredths of a second, 10 some seconds.
pub fn expected_lags(model: &TemporalContext, trace: &Trace) -> LagCounts {
    let mut counts = LagCounts::new(trace.count());
    let mut done = vec![false; trace.count()];
    descend(model, trace, trace.end(), None, 1.0, &mut done, &mut counts);
    counts
}

/// Adds all that follows a state of recall which is reached with probability `weight`.
fn descend(
    model: &TemporalContext,
    trace: &Trace,
    context: &[f64],
    last: Option<usize>,
    weight: f64,
    done: &mut [bool],
    counts: &mut LagCounts,
) {
    let recalled = done.iter().filter(|done| **done).count();
    let weight = weight * (1.0 - model.stop * recalled as f64).max(0.0);
    if weight == 0.0 || recalled == done.len() {
        return;
    }
    let chances = model.choices(trace, context, done);
    for (item, chance) in chances.into_iter().enumerate() {
        if done[item] {
            continue;
        }
        if let Some(last) = last {
            counts.available[counts.items + item - last] += weight;
            counts.taken[counts.items + item - last] += weight * chance;
        }
        if chance > 0.0 {
            done[item] = true;
            descend(model, trace, &model.recalled(trace, context, item), Some(item), weight * chance, done, counts);
            done[item] = false;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::context::{Choice, orthonormal_list};

    #[test]
    fn counts_by_hand() {
        let mut counts = LagCounts::new(4);
        counts.count(&[3, 1, 2]);
        // From 3: −1, −2, −3 open, −2 taken. From 1: −1 (item 0) and +1 (item 2) open, +1 taken.
        assert_eq!([-3, -2, -1, 1, 2].map(|lag| counts.probability(lag)), [0.0, 1.0, 0.0, 1.0, 0.0]);
    }

    fn simulated(model: &TemporalContext, items: usize, lists: usize) -> LagCounts {
        let trace = model.study(&orthonormal_list(items, 0, 0)).unwrap();
        let mut stream = Key::new(["lags"]).stream("recall", 0);
        let mut counts = LagCounts::new(items);
        (0..lists).for_each(|_| counts.count(&model.recall(&trace, &mut stream)));
        counts
    }

    /// The sum over all orders is what simulated recall tends to.
    #[test]
    fn expected_transitions_are_the_mean_of_simulated_ones() {
        let model = TemporalContext { drift: 0.6, retrieval: 0.5, choice: Choice::Power(3.0), stop: 0.04 };
        let exact = expected_lags(&model, &model.study(&orthonormal_list(6, 0, 0)).unwrap());
        let counts = simulated(&model, 6, 20_000);
        for lag in [-3, -2, -1, 1, 2, 3] {
            assert!((exact.probability(lag) - counts.probability(lag)).abs() < 0.015, "{lag}");
        }
    }

    /// X-Val: 4000 lists of 12 simulated in numpy, β = 0.6, γ = 0.5, τ = 3: lags −3 to 3, to three standard errors.
    #[test]
    fn twelve_items_have_the_shape_of_an_outside_simulation() {
        let model = TemporalContext { drift: 0.6, retrieval: 0.5, choice: Choice::Power(3.0), stop: 0.04 };
        let counts = simulated(&model, 12, 4000);
        for (lag, expected) in [(-3, 0.124), (-2, 0.197), (-1, 0.303), (1, 0.496), (2, 0.362), (3, 0.265)] {
            assert!((counts.probability(lag) - expected).abs() < 0.03, "{lag}: {}", counts.probability(lag));
        }
    }

    /// X-Val: the same lists at other shares γ: what is left of the step forward over that back, less the more of the context of
    /// study comes back.
    #[test]
    fn retrieved_context_takes_the_asymmetry_away() {
        for (retrieval, expected) in [(0.0, 2.36), (0.25, 2.02), (0.5, 1.63), (1.0, 1.03)] {
            let model = TemporalContext { drift: 0.6, retrieval, choice: Choice::Power(3.0), stop: 0.04 };
            let counts = simulated(&model, 12, 10_000);
            let ratio = counts.probability(1) / counts.probability(-1);
            assert!((ratio - expected).abs() < 0.15, "{retrieval}: {ratio}");
        }
    }
}
