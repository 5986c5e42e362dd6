//! One update at patterns drawn from a data set: crosstalk by the data's own moments, in place of a model of them.
//!
//! At site i of a stored pattern ξ another member ξ' of the data set adds `ξ_i ξ'_i G(R_i)` to the aligned field, with
//! `G(R) = F(R + 1) − F(R − 1)` and R_i the overlap of both over the other N − 1 sites. Members are drawn without replacement,
//! so that the sum over K of them has mean `K μ_i` and variance `K v_i (D − K)/(D − 1)`, with the mean and variance over all D.
//! Taken as Gaussian. Derived here.

use lawbook_analysis::gaussian::normal_tail;

use crate::{MemoryError, Patterns, Separation, State, patterns::same_sites, room};

/// A data set of states, and what its members do to a stored pattern.
#[derive(Debug, Clone)]
pub struct Population {
    states: Vec<State>,
    /// State after state.
    signs: Vec<f64>,
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
        let mut signs = room::signs(states.len(), sites)?;
        signs.extend(states.iter().flat_map(State::signs));
        let swing = |rest: f64| separation.at(rest + 1.0) - separation.at(rest - 1.0);
        let overlap = |agreeing: usize| 2.0 * agreeing as f64 - sites as f64;
        Ok(Self {
            signs,
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

    /// What the members other than number `except`, at least one, do to `pattern`.
    pub fn disturbance(&self, pattern: &State, except: Option<usize>) -> Result<Disturbance, MemoryError> {
        let (own, sites) = (pattern.signs(), self.sites());
        same_sites(sites, pattern.sites())?;
        let (mut mean, mut variance) = (vec![0.0; sites], vec![0.0; sites]);
        let members =
            self.states.iter().zip(self.signs.chunks_exact(sites)).enumerate().filter(|(index, _)| Some(*index) != except);
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
        if count == 0.0 {
            return Err(MemoryError::Empty { patterns: 0, sites });
        }
        for (first, second) in mean.iter_mut().zip(&mut variance) {
            *first /= count;
            *second = *second / count - *first * *first;
        }
        Ok(Disturbance { members: count, mean, variance })
    }

    /// The fraction of sites of a stored pattern that one update turns over, expected if beside it the memory holds so many
    /// draws of each kind, independent from kind to kind.
    ///
    /// At most as many draws as there are members, of kinds with as many sites as the population.
    pub fn one_step_error(&self, drawn: &[(&Disturbance, usize)]) -> Result<f64, MemoryError> {
        let sums = drawn.iter().map(|&(kind, count)| (kind, count, count as f64, count as f64));
        self.error(1.0, &sums.collect::<Vec<_>>())
    }

    /// The same in a [`WeightedMemory`](crate::weighted::WeightedMemory): the pattern has weight `own`, and the draws of each
    /// kind have these weights, in whatever order. Weights are from −10⁶ to 10⁶.
    pub fn weighted_error(&self, own: f64, drawn: &[(&Disturbance, &[f64])]) -> Result<f64, MemoryError> {
        for &weight in drawn.iter().flat_map(|(_, weights)| *weights).chain([&own]) {
            MemoryError::check("a weight", weight, -1e6, 1e6)?;
        }
        let squares = |weights: &[f64]| weights.iter().map(|weight| weight * weight).sum::<f64>();
        let sums = drawn.iter().map(|&(kind, weights)| (kind, weights.len(), weights.iter().sum::<f64>(), squares(weights)));
        self.error(own, &sums.collect::<Vec<_>>())
    }

    fn sites(&self) -> usize {
        self.agreeing.len() - 1
    }

    /// From the number of draws of each kind, the sum of their weights, and that of the squares. Two draws without replacement
    /// have covariance `−v/(D − 1)`.
    fn error(&self, own: f64, drawn: &[(&Disturbance, usize, f64, f64)]) -> Result<f64, MemoryError> {
        let sites = self.sites();
        for &(kind, drawn, ..) in drawn {
            same_sites(sites, kind.mean.len())?;
            if drawn as f64 > kind.members {
                return Err(MemoryError::Draws { drawn, members: kind.members as usize });
            }
        }
        let error = |site: usize| {
            let (mut mean, mut variance) = (own * self.signal, 0.0);
            for (kind, _, sum, squares) in drawn {
                mean += sum * kind.mean[site];
                variance += kind.variance[site] * (squares - (sum * sum - squares) / (kind.members - 1.0).max(1.0));
            }
            let deviation = variance.max(0.0).sqrt();
            // A field that is always 0 turns nothing over.
            if mean == 0.0 && deviation == 0.0 { 0.0 } else { normal_tail(mean / deviation) }
        };
        Ok((0..sites).map(error).sum::<f64>() / sites as f64)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{DenseMemory, capacity, weighted::WeightedMemory};

    fn random(count: usize, sites: usize, index: u64) -> Vec<State> {
        let patterns = Patterns::random(count, sites, &mut Key::new(["population"]).stream("states", index)).unwrap();
        patterns.states().collect()
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
            population.one_step_error(&[(&kind, load - 1)]).unwrap()
        };
        let mean = (0..60).map(error).sum::<f64>() / 60.0;
        // Without replacement the variance is smaller by the share drawn.
        let load = load as f64 * (1200.0 - load as f64) / 1200.0;
        let expected = capacity::one_step_error(separation, 90, load).unwrap();
        assert!((mean / expected - 1.0).abs() < 0.08, "{mean} {expected}");
    }

    /// All ordered pairs out of six members, with weights of 0.7 and 0.4 beside the pattern's 0.3: the error is that of a normal
    /// field with the mean and variance counted.
    #[test]
    fn weighted_draws_have_these_moments() {
        let (states, separation) = (random(7, 9, 4), Separation::Rectified(2));
        let population = Population::new(states.clone(), separation).unwrap();
        let kind = population.disturbance(&states[0], Some(0)).unwrap();
        let field = |a: usize, b: usize| {
            let stored = Patterns::from_states(&[0, a, b].map(|mu| states[mu].clone())).unwrap();
            WeightedMemory::new(stored, vec![0.3, 0.7, 0.4], separation).unwrap().flip_costs(&states[0]).unwrap().0
        };
        let pairs = (1..7).flat_map(|a| (1..7).map(move |b| (a, b))).filter(|(a, b)| a != b);
        let fields: Vec<Vec<f64>> = pairs.map(|(a, b)| field(a, b)).collect();
        let error = |site: usize| {
            let mean = fields.iter().map(|field| field[site]).sum::<f64>() / 30.0;
            let variance = fields.iter().map(|field| (field[site] - mean).powi(2)).sum::<f64>() / 30.0;
            normal_tail(mean / variance.sqrt())
        };
        let counted = (0..9).map(error).sum::<f64>() / 9.0;
        let predicted = population.weighted_error(0.3, &[(&kind, &[0.7, 0.4])]).unwrap();
        assert!(predicted > 1e-3 && (predicted / counted - 1.0).abs() < 1e-9, "{predicted} {counted}");
    }

    /// Drawn memories of correlated states, rectified: they err as the formula says, alike and with weights that fade. Negative
    /// control: the full power, in which memories that point away disturb too, errs more.
    #[test]
    fn rectified_errors_are_those_of_drawn_memories() {
        let (separation, load, decay) = (Separation::Rectified(3), 120, 0.97_f64);
        let mut stream = Key::new(["population"]).stream("rectified", 0);
        let centre = random(1, 45, 5).remove(0);
        let states: Vec<State> = (0..900).map(|_| centre.noisy(0.4, &mut stream).unwrap()).collect();
        let (age, weight) = (50, |age: usize| decay.powi(age as i32));
        let others: Vec<f64> = (0..load).filter(|&other| other != age).map(weight).collect();
        let predicted = |separation: Separation| {
            let population = Population::new(states.clone(), separation).unwrap();
            let of = |mu: usize| {
                let kind = population.disturbance(&states[mu], Some(mu)).unwrap();
                [
                    population.one_step_error(&[(&kind, load - 1)]).unwrap(),
                    population.weighted_error(weight(age), &[(&kind, &others)]).unwrap(),
                ]
            };
            (0..150).map(of).fold([0.0; 2], |sum, errors| [sum[0] + errors[0] / 150.0, sum[1] + errors[1] / 150.0])
        };
        let (mut alike, mut fading) = (0.0, 0.0);
        for _ in 0..600 {
            let drawn: Vec<State> = {
                let mut order: Vec<usize> = (0..states.len()).collect();
                stream.shuffle(&mut order);
                order[..load].iter().map(|&mu| states[mu].clone()).collect()
            };
            let patterns = Patterns::from_states(&drawn).unwrap();
            let memory = DenseMemory::new(patterns.clone(), separation).unwrap();
            alike += memory.one_step_errors(&drawn[..20]).unwrap().iter().sum::<f64>() / 12_000.0;
            fading +=
                WeightedMemory::fading(patterns, decay, separation).unwrap().one_step_error(load - 1 - age).unwrap() / 600.0;
        }
        let law = predicted(separation);
        assert!((alike / law[0] - 1.0).abs() < 0.05, "{alike} {law:?}");
        assert!((fading / law[1] - 1.0).abs() < 0.15, "{fading} {law:?}");
        assert!(predicted(Separation::Power(3))[0] > 1.2 * law[0]);
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
        let kind = population.disturbance(&random(3, 9, 3)[0], Some(0)).unwrap();
        assert_eq!(population.one_step_error(&[(&kind, 3)]), Err(MemoryError::Draws { drawn: 3, members: 2 }));
        assert!(population.weighted_error(1.0, &[(&kind, &[0.5; 3])]).is_err());
        // Of a population with fewer sites, and of one with more.
        for sites in [8, 10] {
            let others = Population::new(random(3, sites, 3), Separation::Power(2)).unwrap();
            let kind = others.disturbance(&others.states()[0], Some(0)).unwrap();
            let refused = MemoryError::Sites { expected: 9, found: sites };
            assert_eq!(population.one_step_error(&[(&kind, 1)]), Err(refused.clone()));
            assert_eq!(population.weighted_error(1.0, &[(&kind, &[0.5])]), Err(refused));
        }
        for weight in [f64::NAN, f64::INFINITY, 1e200] {
            assert!(matches!(population.weighted_error(1.0, &[(&kind, &[weight])]), Err(MemoryError::Range { .. })));
            assert!(matches!(population.weighted_error(weight, &[(&kind, &[0.5])]), Err(MemoryError::Range { .. })));
        }
        assert_eq!(population.weighted_error(0.0, &[]), Ok(0.0));
        let alone = Population::new(random(1, 9, 3), Separation::Power(2)).unwrap();
        assert_eq!(alone.disturbance(&alone.states()[0], Some(0)), Err(MemoryError::Empty { patterns: 0, sites: 9 }));
        let twice = [random(3, 9, 3), random(1, 9, 3)].concat();
        let duplicate = MemoryError::Duplicate { first: 0, second: 3, count: 4 };
        assert_eq!(Population::new(twice, Separation::Power(2)).unwrap_err(), duplicate);
    }
}
