//! A dense memory whose memories have weights: what is written one after another fades.
//!
//! `E(σ) = −Σ_μ w_μ F(ξ^μ·σ)`. With `w = λ^age` every new memory first shrinks all earlier ones by λ: for n = 2 that is the
//! palimpsest of Nadal, Toulouse, Changeux & Dehaene (*Networks of formal neurons and memory palimpsests*, Europhysics Letters
//! 1, 1986) and Parisi (*A memory which forgets*, J. Phys. A 19, 1986), and for any n the same trace in the energy.

use std::f64::consts::E;

use lawbook_analysis::gaussian::{normal_tail, odd_factorial};

use crate::{
    AsynchronousUpdate, MemoryError, Patterns, Separation, State,
    bits::{WORD, agreeing_sum},
    crosstalk::{Crosstalk, edgeworth_tail},
};

/// A network with energy `−Σ_μ w_μ F(ξ^μ·σ)`. Differences of energy below the rounding of the sum are ties; a tie keeps the state.
#[derive(Debug, Clone)]
pub struct WeightedMemory {
    patterns: Patterns,
    separation: Separation,
    weights: Vec<f64>,
    /// F(x) by number of agreeing sites.
    values: Vec<f64>,
}

/// What a flip decides about in some state.
struct Stakes {
    /// What each pattern loses by a site that turns away from it, and wins besides by one that turns towards it.
    each: Vec<f64>,
    /// What all patterns win by sites that turn towards them.
    gain: f64,
    /// A bound on the rounding of a difference of energies.
    rounding: f64,
}

impl WeightedMemory {
    /// Stores `patterns`, each with its weight: finite, one per pattern.
    pub fn new(patterns: Patterns, weights: Vec<f64>, separation: Separation) -> Result<Self, MemoryError> {
        let (sites, count) = (patterns.sites(), patterns.count());
        separation.check(sites, count)?;
        if weights.len() != count {
            return Err(MemoryError::Weights { expected: count, found: weights.len() });
        }
        if let Some(&value) = weights.iter().find(|weight| weight.is_nan() || weight.abs() > 1e6) {
            return Err(MemoryError::Range { what: "a weight", value, low: -1e6, high: 1e6 });
        }
        let values = (0..=sites).map(|agreeing| separation.at(2.0 * agreeing as f64 - sites as f64)).collect();
        let most = 2.0 * separation.at(sites as f64) * weights.iter().map(|weight| weight.abs()).sum::<f64>();
        if !most.is_finite() {
            return Err(MemoryError::Overflow { separation, sites, patterns: count });
        }
        Ok(Self { patterns, separation, weights, values })
    }

    /// Patterns written one after another, the last one with weight 1, each earlier one with `decay` times the weight of its
    /// successor. `decay` lies between 0 and 1.
    pub fn fading(patterns: Patterns, decay: f64, separation: Separation) -> Result<Self, MemoryError> {
        MemoryError::check("the decay", decay, 0.0, 1.0)?;
        let last = patterns.count() as i32 - 1;
        let weights = (0..patterns.count()).map(|mu| decay.powi(last - mu as i32)).collect();
        Self::new(patterns, weights, separation)
    }

    /// What is stored.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// The weight of each pattern.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The separation function.
    pub fn separation(&self) -> Separation {
        self.separation
    }

    /// The energy of a state.
    pub fn energy(&self, state: &State) -> Result<f64, MemoryError> {
        let agreements = self.patterns.agreements(state)?;
        Ok(-agreements.iter().zip(&self.weights).map(|(&agreeing, w)| w * self.values[agreeing as usize]).sum::<f64>())
    }

    /// What each single flip would change the energy by, and the rounding of such a number.
    pub fn flip_costs(&self, state: &State) -> Result<(Vec<f64>, f64), MemoryError> {
        let stakes = self.stakes(&self.patterns.agreements(state)?);
        Ok(((0..state.sites()).map(|site| self.flip_cost(&stakes, state, site)).collect(), stakes.rounding))
    }

    fn flip_cost(&self, stakes: &Stakes, state: &State, site: usize) -> f64 {
        agreeing_sum(self.patterns.plane(site / WORD), site % WORD, state.bit(site), &stakes.each) - stakes.gain
    }

    fn stakes(&self, agreements: &[u32]) -> Stakes {
        let (sites, mut gain, mut magnitude) = (self.patterns.sites(), 0.0, 0.0);
        let value = |agreeing: usize| self.values[agreeing.min(sites)];
        let each: Vec<f64> = agreements
            .iter()
            .zip(&self.weights)
            .map(|(&agreeing, weight)| {
                let agreeing = agreeing as usize;
                let won = if agreeing < sites { value(agreeing + 1) - value(agreeing) } else { 0.0 };
                let lost = if agreeing > 0 { value(agreeing) - value(agreeing - 1) } else { 0.0 };
                gain += weight * won;
                magnitude += (weight * (won + lost)).abs() + (weight * won).abs();
                weight * (won + lost)
            })
            .collect();
        // Each of K terms rounds a few times, and each of K additions once, by half of ε of what has been added up.
        Stakes { each, gain, rounding: 4.0 * agreements.len() as f64 * f64::EPSILON * magnitude }
    }

    /// Every site at once takes the value of lower energy, the others held.
    pub fn synchronous_step(&self, state: &State) -> Result<State, MemoryError> {
        let (costs, rounding) = self.flip_costs(state)?;
        let mut next = state.clone();
        costs.iter().enumerate().filter(|(_, cost)| **cost < -rounding).for_each(|(site, _)| next.flip(site));
        Ok(next)
    }

    /// The fraction of sites of stored pattern `mu` that one update would turn over.
    pub fn one_step_error(&self, mu: usize) -> Result<f64, MemoryError> {
        let count = self.patterns.count();
        if mu >= count {
            return Err(MemoryError::Index { what: "pattern", index: mu, count });
        }
        let state = self.patterns.state(mu);
        let overlap = self.synchronous_step(&state)?.overlap(&state)?;
        Ok(0.5 - 0.5 * overlap as f64 / state.sites() as f64)
    }
}

/// The overlaps are carried along.
impl AsynchronousUpdate for WeightedMemory {
    type Error = MemoryError;

    fn visits(&self, cue: &State) -> Result<impl FnMut(&State, usize) -> bool, MemoryError> {
        let mut agreements = self.patterns.agreements(cue)?;
        let mut stakes = self.stakes(&agreements);
        Ok(move |state: &State, site: usize| {
            let turned = self.flip_cost(&stakes, state, site) < -stakes.rounding;
            if turned {
                for (agreeing, word) in agreements.iter_mut().zip(self.patterns.plane(site / WORD)) {
                    let agrees = (word >> (site % WORD)) & 1 == state.bit(site);
                    *agreeing = if agrees { *agreeing - 1 } else { *agreeing + 1 };
                }
                stakes = self.stakes(&agreements);
            }
            turned
        })
    }
}

/// The capacity scale `A = N^(n−1)/(2n − 3)!!`: squared signal over the crosstalk's variance per memory of weight 1, for large N.
/// For orders n from 2 on.
pub fn capacity_scale(order: u32, sites: usize) -> f64 {
    (sites as f64).powi(order as i32 - 1) / odd_factorial(2 * i64::from(order) - 3)
}

/// One-step error of the pattern that is `age` patterns old in an endless stream of them, `Q(λ^age √((1 − λ²) A))`, for large N:
/// signal λ^age against crosstalk of variance `Σ λ^(2 age')/A`. Derived here; n = 2 is the known palimpsest. For λ from 0 to 1 and
/// an age of at least 0; NaN for a larger λ.
pub fn fading_error(order: u32, sites: usize, decay: f64, age: f64) -> f64 {
    normal_tail(decay.powf(age) * ((1.0 - decay * decay) * capacity_scale(order, sites)).sqrt())
}

/// The same at finite size, after `count` patterns: exact signal and variance, and the crosstalk's kurtosis (Edgeworth). λ lies
/// between 0 and 1, `age` below `count`; a pattern alone errs nowhere.
pub fn fading_error_finite(order: u32, sites: usize, decay: f64, age: usize, count: usize) -> Result<f64, MemoryError> {
    MemoryError::check("the decay", decay, 0.0, 1.0)?;
    if age >= count {
        return Err(MemoryError::Index { what: "pattern of age", index: age, count });
    }
    let one = Crosstalk::new(Separation::Power(order), sites, 2)?;
    let sum = |power: i32| (0..count).filter(|&a| a != age).map(|a| decay.powi(power * a as i32)).sum::<f64>();
    let (signal, squares) = (decay.powi(age as i32) * one.signal(), sum(2));
    if squares == 0.0 {
        // Nothing else is there, or nothing is left of it.
        return Ok(0.0);
    }
    let kurtosis = one.excess_kurtosis() * sum(4) / squares.powi(2);
    Ok(edgeworth_tail(signal / (one.variance() * squares).sqrt(), kurtosis))
}

/// The decay per pattern `1 − λ` that keeps patterns below an error of `Q(z)` for longest, `e z²/2A`, and how long: the span
/// `A/(e z²)` patterns. Without decay the memory holds `A/z²` at that error, once: forgetting costs a factor e, whatever n.
pub fn best_decay(order: u32, sites: usize, z: f64) -> (f64, f64) {
    let scale = capacity_scale(order, sites);
    (E * z * z / (2.0 * scale), scale / (E * z * z))
}

/// The age at which the error reaches `Q(z)`, as a fraction of the longest span, if `1 − λ` is `ratio` times the best:
/// `(1 + ln ratio)/ratio`, none below 1/e (blackout). For a ratio above 0.
pub fn span_fraction(ratio: f64) -> f64 {
    ((1.0 + ratio.ln()) / ratio).max(0.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::DenseMemory;

    fn some(count: usize, sites: usize) -> Patterns {
        Patterns::random(count, sites, &mut Key::new(["weighted"]).stream("patterns", 0)).unwrap()
    }

    /// With equal weights it is the dense memory: same energies, costs and descents.
    #[test]
    fn equal_weights_are_the_dense_memory() {
        let separation = Separation::Rectified(3);
        let (patterns, mut stream) = (some(30, 70), Key::new(["weighted"]).stream("descent", 0));
        let plain = DenseMemory::new(patterns.clone(), separation).unwrap();
        let weighted = WeightedMemory::new(patterns.clone(), vec![1.0; 30], separation).unwrap();
        let cue = patterns.state(3).corrupted(20, &mut stream).unwrap();
        assert_eq!(plain.energy(&cue).unwrap(), weighted.energy(&cue).unwrap());
        assert_eq!(plain.flip_costs(&cue).unwrap(), weighted.flip_costs(&cue).unwrap().0);
        let ends = (plain.retrieve(&cue, &mut stream.clone()).unwrap(), weighted.retrieve(&cue, &mut stream).unwrap());
        assert_eq!(ends.0.state, ends.1.state);
    }

    #[test]
    fn costs_are_differences_of_energy_and_descents_end_in_fixed_points() {
        let memory = WeightedMemory::fading(some(40, 30), 0.9, Separation::Power(3)).unwrap();
        let mut stream = Key::new(["weighted"]).stream("descent", 1);
        let cue = memory.patterns().state(39).corrupted(8, &mut stream).unwrap();
        for (site, cost) in memory.flip_costs(&cue).unwrap().0.into_iter().enumerate() {
            let mut flipped = cue.clone();
            flipped.flip(site);
            let difference = memory.energy(&flipped).unwrap() - memory.energy(&cue).unwrap();
            assert!((difference - cost).abs() < 1e-8 * difference.abs().max(1.0), "{site}: {difference} {cost}");
        }
        let end = memory.retrieve(&cue, &mut stream).unwrap();
        assert_eq!(memory.synchronous_step(&end.state).unwrap(), end.state);
        assert!(memory.energy(&end.state).unwrap() <= memory.energy(&cue).unwrap());
    }

    /// X-Val: Q(2.6989) and Q(1.6328), with scipy 1.17.1, for the palimpsest of 1000 neurons and λ = 0.99 at ages 50 and 100.
    #[test]
    fn the_classic_palimpsest() {
        for (age, exact) in PALIMPSEST {
            assert!((fading_error(2, 1000, 0.99, age) / exact - 1.0).abs() < 1e-6, "{age}");
            let finite = fading_error_finite(2, 1000, 0.99, age as usize, 2000).unwrap();
            assert!((finite / exact - 1.0).abs() < 0.03, "{finite}");
        }
    }

    const PALIMPSEST: [(f64, f64); 2] = [(50.0, 0.003_478_487_984_206_165_5), (100.0, 0.051_250_389_817_838_53)];

    /// The best decay is a maximum of the age at which the error reaches Q(z), in the exact λ and not only for small 1 − λ.
    #[test]
    fn the_best_decay_is_the_best() {
        let (z, sites) = (2.576, 4000);
        let span = |decay: f64| {
            let scale = (1.0 - decay * decay) * capacity_scale(3, sites);
            (z * z / scale).ln() / (2.0 * decay.ln())
        };
        let (fade, longest) = best_decay(3, sites, z);
        assert!((span(1.0 - fade) / longest - 1.0).abs() < 1e-3);
        for ratio in [0.5, 3.0] {
            assert!((span(1.0 - ratio * fade) / longest - span_fraction(ratio)).abs() < 1e-3);
        }
        assert_eq!(span_fraction(0.3), 0.0);
    }

    #[test]
    fn bad_weights_are_refused() {
        let refused = |weights: Vec<f64>| WeightedMemory::new(some(3, 9), weights, Separation::Power(2)).unwrap_err();
        assert_eq!(refused(vec![1.0]), MemoryError::Weights { expected: 3, found: 1 });
        assert!(matches!(refused(vec![1.0, f64::NAN, 1.0]), MemoryError::Range { .. }));
        assert!(WeightedMemory::fading(some(3, 9), 1.5, Separation::Power(2)).is_err());
    }

    #[test]
    fn errors_of_fading_memories_are_numbers_or_refused() {
        let error = |decay: f64, age: usize, count: usize| fading_error_finite(2, 100, decay, age, count);
        for decay in [f64::NAN, -0.1, 1.5] {
            assert!(matches!(error(decay, 3, 9), Err(MemoryError::Range { .. })), "{decay}");
        }
        assert_eq!(error(0.9, 9, 9), Err(MemoryError::Index { what: "pattern of age", index: 9, count: 9 }));
        // Alone, or next to memories that are gone.
        assert_eq!([error(0.9, 0, 1), error(0.0, 0, 9), error(1e-150, 0, 3)], [Ok(0.0), Ok(0.0), Ok(0.0)]);
        assert_eq!(error(0.0, 1, 9), Ok(0.5));
        assert!(fading_error(2, 100, 1.5, 3.0).is_nan());
    }

    /// 2¹⁴ patterns of weight 0.3 that lose by a flip what one of 2¹⁴ times their weight wins: a tie, but for rounding that adds
    /// up to 1.4 times what the root of their number allows for.
    #[test]
    fn what_many_additions_round_is_a_tie() {
        let (count, site) = (1 << 14, 0);
        let cue = State::from_signs(&[1.0; 3]).unwrap();
        let mut rival = cue.clone();
        rival.flip(site);
        let states: Vec<State> = std::iter::repeat_n(cue.clone(), count).chain([rival]).collect();
        let weights: Vec<f64> = std::iter::repeat_n(0.3, count).chain([count as f64 * 0.3]).collect();
        let memory = WeightedMemory::new(Patterns::from_states(&states).unwrap(), weights, Separation::Power(2)).unwrap();
        let (costs, rounding) = memory.flip_costs(&cue).unwrap();
        let terms = 2.0 * 8.0 * 0.3 * count as f64;
        assert!(
            costs[site] < -f64::EPSILON * terms * (count as f64).sqrt() && costs[site].abs() < rounding,
            "{}",
            costs[site]
        );
        assert_eq!(memory.synchronous_step(&cue).unwrap(), cue);
    }
}
