//! One update at patterns drawn from a data set: crosstalk by the data's own moments, in place of a model of them.
//!
//! At site i of a stored pattern ξ another member ξ' of the data set adds `ξ_i ξ'_i G(R_i)` to the aligned field, with
//! `G(R) = F(R + 1) − F(R − 1)` and R_i the overlap of both over the other N − 1 sites. Members are drawn without replacement,
//! so that the sum over K of them has mean `K μ_i` and variance `K v_i (D − K)/(D − 1)`, with the mean and variance over all D.
//! Taken as Gaussian. Derived here.

use lawbook_analysis::gaussian::normal_tail;

use crate::{MemoryError, Patterns, Separation, State};

/// A data set of states, and what its members do to a stored pattern.
#[derive(Debug, Clone)]
pub struct Population {
    states: Vec<State>,
    signs: Vec<Vec<f64>>,
    /// A member's term at a site where it agrees with the pattern, by number of agreeing sites, that one among them.
    agreeing: Vec<f64>,
    /// And where it does not.
    differing: Vec<f64>,
    signal: f64,
}

/// What members of a population do to one pattern, site by site.
#[derive(Debug, Clone, PartialEq)]
pub struct Disturbance {
    members: f64,
    mean: Vec<f64>,
    variance: Vec<f64>,
}

impl Population {
    /// These states, no two of them equal, stored with separation function `separation`. At least two sites.
    pub fn new(states: Vec<State>, separation: Separation) -> Result<Self, MemoryError> {
        let sites = states.first().map_or(0, State::sites);
        if sites < 2 {
            return Err(MemoryError::Empty { patterns: states.len(), sites });
        }
        Patterns::from_states(&states)?.distinct()?;
        separation.check(sites, states.len())?;
        let swing = |rest: f64| separation.at(rest + 1.0) - separation.at(rest - 1.0);
        let overlap = |agreeing: usize| 2.0 * agreeing as f64 - sites as f64;
        Ok(Self {
            signs: states.iter().map(State::signs).collect(),
            states,
            agreeing: (0..=sites).map(|a| swing(overlap(a) - 1.0)).collect(),
            differing: (0..=sites).map(|a| -swing(overlap(a) + 1.0)).collect(),
            signal: swing(sites as f64 - 1.0),
        })
    }

    /// The states.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// What the members other than number `except` do to `pattern`.
    pub fn disturbance(&self, pattern: &State, except: Option<usize>) -> Result<Disturbance, MemoryError> {
        let (own, sites) = (pattern.signs(), pattern.sites());
        let (mut mean, mut variance) = (vec![0.0; sites], vec![0.0; sites]);
        let members = self.states.iter().zip(&self.signs).enumerate().filter(|(index, _)| Some(*index) != except);
        let mut count = 0.0;
        for (state, signs) in members.map(|(_, member)| member) {
            let agreeing = (state.overlap(pattern)? + sites as i64) as usize / 2;
            let (with, against) = (self.agreeing[agreeing], self.differing[agreeing]);
            for ((first, second), (a, b)) in mean.iter_mut().zip(&mut variance).zip(own.iter().zip(signs)) {
                let term = if a == b { with } else { against };
                *first += term;
                *second += term * term;
            }
            count += 1.0;
        }
        for (first, second) in mean.iter_mut().zip(&mut variance) {
            *first /= count;
            *second = *second / count - *first * *first;
        }
        Ok(Disturbance { members: count, mean, variance })
    }

    /// The fraction of sites of a stored pattern that one update turns over, expected if beside it the memory holds so many
    /// draws of each kind, independent from kind to kind.
    pub fn one_step_error(&self, drawn: &[(&Disturbance, usize)]) -> f64 {
        let sites = self.agreeing.len() - 1;
        let error = |site: usize| {
            let (mut mean, mut variance) = (self.signal, 0.0);
            for (kind, count) in drawn {
                let (draws, members) = (*count as f64, kind.members);
                mean += draws * kind.mean[site];
                variance += draws * kind.variance[site] * (members - draws) / (members - 1.0);
            }
            normal_tail(mean / variance.sqrt())
        };
        (0..sites).map(error).sum::<f64>() / sites as f64
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{DenseMemory, capacity};

    fn random(count: usize, sites: usize, index: u64) -> Vec<State> {
        let patterns = Patterns::random(count, sites, &mut Key::new(["population"]).stream("states", index)).unwrap();
        (0..count).map(|mu| patterns.state(mu)).collect()
    }

    /// All pairs out of six members beside the pattern: mean and variance of the field by enumeration.
    #[test]
    fn draws_without_replacement_have_these_moments() {
        let (states, separation) = (random(7, 9, 0), Separation::Power(3));
        let population = Population::new(states.clone(), separation).unwrap();
        let kind = population.disturbance(&states[0], Some(0)).unwrap();
        let field = |stored: &[usize]| -> Vec<f64> {
            let stored: Vec<State> = stored.iter().map(|&mu| states[mu].clone()).collect();
            DenseMemory::new(Patterns::from_states(&stored).unwrap(), separation).unwrap().flip_costs(&states[0]).unwrap()
        };
        let alone = field(&[0]);
        let pairs: Vec<Vec<f64>> =
            (1..7).flat_map(|a| (a + 1..7).map(move |b| (a, b))).map(|(a, b)| field(&[0, a, b])).collect();
        for site in 0..9 {
            let others: Vec<f64> = pairs.iter().map(|costs| costs[site] - alone[site]).collect();
            let mean = others.iter().sum::<f64>() / 15.0;
            let variance = others.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 15.0;
            assert!((mean - 2.0 * kind.mean[site]).abs() < 1e-9);
            assert!((variance - 2.0 * kind.variance[site] * 4.0 / 5.0).abs() < 1e-6 * variance, "{site}");
        }
    }

    /// Of independent random states the error is the known one.
    #[test]
    fn random_members_disturb_as_independent_patterns() {
        let (states, separation, load) = (random(1200, 90, 1), Separation::Power(2), 40);
        let population = Population::new(states.clone(), separation).unwrap();
        let error = |mu: usize| {
            let kind = population.disturbance(&states[mu], Some(mu)).unwrap();
            population.one_step_error(&[(&kind, load - 1)])
        };
        let mean = (0..60).map(error).sum::<f64>() / 60.0;
        // Without replacement the variance is smaller by the share drawn.
        let load = load as f64 * (1200.0 - load as f64) / 1200.0;
        let expected = capacity::one_step_error(separation, 90, load).unwrap();
        assert!((mean / expected - 1.0).abs() < 0.08, "{mean} {expected}");
    }

    #[test]
    fn empty_and_uneven_data_are_refused() {
        assert!(matches!(
            Population::new(Vec::new(), Separation::Power(2)),
            Err(MemoryError::Empty { patterns: 0, sites: 0 })
        ));
        let uneven = vec![random(1, 9, 2).remove(0), random(1, 8, 2).remove(0)];
        assert_eq!(Population::new(uneven, Separation::Power(2)).unwrap_err(), MemoryError::Sites { expected: 9, found: 8 });
        let population = Population::new(random(3, 9, 3), Separation::Power(2)).unwrap();
        assert!(population.disturbance(&random(1, 8, 2)[0], None).is_err());
        let twice = [random(3, 9, 3), random(1, 9, 3)].concat();
        let duplicate = MemoryError::Duplicate { first: 0, second: 3, count: 4 };
        assert_eq!(Population::new(twice, Separation::Power(2)).unwrap_err(), duplicate);
    }
}
