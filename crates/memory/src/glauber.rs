//! Networks at a temperature: Glauber's heat bath.

use lawbook_core::Stream;

use crate::{CouplingError, Couplings, State, couplings::add_scaled};

/// A network that is kept at a temperature T, in the units of the energy. Each visited site forgets its sign and takes +1 with
/// probability `1/(1 + exp(−2h/T))`, h the field of all other sites (Glauber, *Time-dependent statistics of the Ising model*,
/// J. Math. Phys. 4, 294, 1963). Its stationary distribution is Boltzmann's, `exp(−E/T)`; at T = 0 it is the descent, but for
/// ties, which are broken at random.
#[derive(Debug, Clone)]
pub struct Glauber<'a> {
    couplings: &'a Couplings,
    state: State,
    /// In the units of the couplings, self-couplings included.
    fields: Vec<f64>,
    temperature: f64,
}

/// The probability that a site in this field is +1, at a temperature of at least 0.
pub fn heat_bath(field: f64, temperature: f64) -> f64 {
    if field == 0.0 { 0.5 } else { 1.0 / (1.0 + (-2.0 * field / temperature).exp()) }
}

impl<'a> Glauber<'a> {
    /// Starts at `state`; couplings must be symmetric.
    pub fn new(couplings: &'a Couplings, state: &State, temperature: f64) -> Result<Self, CouplingError> {
        couplings.check_symmetric()?;
        if !(temperature.is_finite() && temperature >= 0.0) {
            return Err(CouplingError::Temperature(temperature));
        }
        Ok(Self { couplings, state: state.clone(), fields: couplings.raw_fields(state)?, temperature })
    }

    /// Where it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Visits one site. Says whether it was turned over.
    ///
    /// # Panics
    /// If `site` is not below the number of sites.
    pub fn visit(&mut self, site: usize, stream: &mut Stream) -> bool {
        let row = self.couplings.row(site);
        let up = self.state.bit(site) == 1;
        let own = if up { row[site] } else { -row[site] };
        let turned =
            up != (stream.uniform() < heat_bath(self.couplings.unit() * (self.fields[site] - own), self.temperature));
        if turned {
            self.state.flip(site);
            add_scaled(&mut self.fields, if up { -2.0 } else { 2.0 }, row);
        }
        turned
    }

    /// Visits every site once, in order. (Every visit leaves Boltzmann's distribution as it is, so any order does.)
    pub fn sweep(&mut self, stream: &mut Stream) -> usize {
        (0..self.state.sites()).filter(|&site| self.visit(site, stream)).count()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::{AsynchronousUpdate, Patterns};

    fn stream(name: &str) -> Stream {
        Key::new(["glauber"]).stream(name, 0)
    }

    /// All states of a network with self-couplings, and Boltzmann's weight of each.
    fn enumerated(couplings: &Couplings, temperature: f64) -> Vec<(State, f64)> {
        let sites = couplings.sites();
        let sign = |word: usize, site: usize| if (word >> site) & 1 == 1 { 1.0 } else { -1.0 };
        let states =
            (0..1 << sites).map(|word| State::from_signs(&(0..sites).map(|i| sign(word, i)).collect::<Vec<_>>()).unwrap());
        let weighed: Vec<_> = states
            .map(|s| {
                let e = couplings.energy(&s).unwrap();
                (s, (-e / temperature).exp())
            })
            .collect();
        let total: f64 = weighed.iter().map(|(_, weight)| weight).sum();
        weighed.into_iter().map(|(state, weight)| (state, weight / total)).collect()
    }

    fn network() -> Couplings {
        let mut stream = stream("network");
        let mut weights = vec![0.0; 25];
        for i in 0..5 {
            for j in 0..=i {
                let weight = stream.normal();
                (weights[5 * i + j], weights[5 * j + i]) = (weight, weight);
            }
        }
        Couplings::new(5, weights).unwrap()
    }

    /// π(s) p(s → s') = π(s') p(s' → s) for every state and site, against Boltzmann's weights by enumeration.
    #[test]
    fn detailed_balance_holds_exactly() {
        let (in_field, temperature) = (network().with_external_field(&[0.3, -1.0, 0.0, 2.0, -0.4]).unwrap(), 0.7);
        for couplings in [network(), in_field] {
            let weights = enumerated(&couplings, temperature);
            for (state, weight) in &weights {
                let fields = couplings.fields(state).unwrap();
                for (site, total) in fields.iter().enumerate() {
                    let mut other = state.clone();
                    other.flip(site);
                    let reverse = weights.iter().find(|(s, _)| *s == other).unwrap().1;
                    let sign = state.signs()[site];
                    let field = total - couplings.weight(site, site) * sign;
                    let (leave, come) = (heat_bath(-sign * field, temperature), heat_bath(sign * field, temperature));
                    assert!((weight * leave - reverse * come).abs() < 1e-15);
                    assert!((leave + come - 1.0).abs() < 1e-15);
                }
            }
        }
    }

    /// Frequencies of all 32 states over a long run, against Boltzmann's weights: within 5 standard errors of a correlated run.
    #[test]
    fn the_run_visits_states_as_boltzmann_says() {
        let (couplings, temperature) = (network(), 2.0);
        let weights = enumerated(&couplings, temperature);
        let mut stream = stream("run");
        let mut bath = Glauber::new(&couplings, &weights[0].0, temperature).unwrap();
        let (sweeps, mut counts) = (60_000, vec![0.0; weights.len()]);
        for _ in 0..sweeps {
            bath.sweep(&mut stream);
            counts[weights.iter().position(|(state, _)| state == bath.state()).unwrap()] += 1.0 / f64::from(sweeps);
        }
        for ((_, weight), count) in weights.iter().zip(counts) {
            let error = (3.0 * weight / f64::from(sweeps)).sqrt();
            assert!((weight - count).abs() < 5.0 * error, "{weight} {count} {error}");
        }
    }

    #[test]
    fn at_zero_temperature_nothing_leaves_a_fixed_point() {
        let mut stream = stream("zero");
        let couplings = Couplings::hebb(&Patterns::random(3, 101, &mut stream).unwrap()).unwrap();
        let start = Patterns::random(1, 101, &mut stream).unwrap().state(0);
        let fixed = couplings.retrieve(&start, &mut stream).unwrap().state;
        assert_eq!(Glauber::new(&couplings, &fixed, 0.0).unwrap().sweep(&mut stream), 0);
        assert!(matches!(Glauber::new(&couplings, &fixed, -1.0), Err(CouplingError::Temperature(_))));
        assert_eq!((heat_bath(1.0, 0.0), heat_bath(-1.0, 0.0), heat_bath(0.0, 0.0)), (1.0, 0.0, 0.5));
    }
}
