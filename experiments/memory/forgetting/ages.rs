//! One-step error by age, for summed, decaying and bounded couplings.

use std::collections::VecDeque;

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::{Palimpsest, Patterns, State, Storage, palimpsest::theory::one_step_error};

use super::storage;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// One-step error by age.
pub struct Ages;

params! {
    /// A network that stores pattern after pattern.
    pub struct Params {
        /// What storing a pattern does to the couplings.
        storage: choice = "decay", ["hebb", "decay", "bounded"];
        /// Rate of decay λ.
        lambda: real = 0.04, 1e-6..=0.999;
        /// Bound B of a coupling, in steps of one pattern.
        B: integer = 6, 1..=10_000;
        /// Neurons N.
        N: integer = 200, 10..=10_000;
        /// Patterns K: of each network (Hebb), or before the first look.
        K: integer = 300, 2..=1_000_000;
        /// Looks at the network: one for each network (Hebb), or after every third further pattern.
        looks: integer = 1000, 1..=100_000_000;
    }
}

/// Ages at which the error is between 1 % and 30 %: at λ = 0.04, and at B = 6.
const DECAY_AGES: [usize; 4] = [15, 20, 30, 45];
const BOUNDED_AGES: [usize; 4] = [10, 20, 35, 50];

/// Patterns between two looks.
const STRIDE: usize = 3;

/// Patterns looked at around each age of a network that forgets none.
const GROUP: usize = 10;

impl Study for Ages {
    const NAME: &'static str = "ages";
    const ABOUT: &'static str = "Stores patterns one after the other and counts the sites of stored patterns that one update \
        turns over, by the pattern's age.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (looks, networks) = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => (3000, 80),
            Profile::Full => (50_000, 2000),
        };
        let at =
            |storage: &str, patterns, looks| Params { storage: storage.into(), K: patterns, looks, ..Params::default() };
        vec![at("decay", 300, looks), at("bounded", 300, looks), at("hebb", 80, networks)]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().map(by_age).collect()
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let ages = ages(p);
        let rule = storage(&p.storage, p.lambda, p.B);
        let (sites, first) = (p.N as usize, p.K as usize);
        let oldest = ages.iter().max().copied().unwrap_or(0) + GROUP;
        let mut errors = vec![0.0; ages.len()];
        let mut memory = Palimpsest::new(sites, rule)?;
        let mut latest: VecDeque<State> = VecDeque::new();
        for look in 0..p.looks {
            let fresh = look == 0 || rule == Storage::Hebb;
            if fresh {
                memory = Palimpsest::new(sites, rule)?;
            }
            let more = Patterns::random(if fresh { first } else { STRIDE }, sites, &mut stream)?;
            for mu in 0..more.count() {
                memory.store(&more.state(mu))?;
                latest.push_front(more.state(mu));
            }
            latest.truncate(oldest.min(first));
            for (error, &age) in errors.iter_mut().zip(&ages) {
                // Where all ages are alike, neighbours of an age do for it.
                let group = if rule == Storage::Hebb { GROUP } else { 1 };
                let start = age.min(latest.len() - group);
                for state in latest.range(start..start + group) {
                    *error += memory.one_step_error(state)? / group as f64;
                }
            }
        }
        for (error, age) in errors.into_iter().zip(ages) {
            cell.record_at("error", age as f64, error / p.looks as f64);
        }
        Ok(())
    }
}

fn ages(p: &Params) -> Vec<usize> {
    match storage(&p.storage, p.lambda, p.B) {
        Storage::Hebb => vec![0, p.K as usize / 2, p.K as usize - 1],
        Storage::Decay(_) => DECAY_AGES.to_vec(),
        Storage::Bounded(_) => BOUNDED_AGES.to_vec(),
    }
}

/// The error from the exact moments of a coupling. Fields are sums of N − 1 independent couplings; their excess kurtosis, at
/// most 2/N, moves the error by less than 1 %. The margin is what `quick` resolves.
fn by_age(p: &Params) -> Result<Claim> {
    let rule = storage(&p.storage, p.lambda, p.B);
    let (sites, stored) = (p.N as usize, p.K as usize);
    let curve = |rule: Storage| -> Result<Vec<f64>> {
        Ok(ages(p).into_iter().map(|age| one_step_error(rule, sites, age, stored)).collect::<Result<_, _>>()?)
    };
    let points = ages(p).into_iter().zip(curve(rule)?);
    let points = points.map(|(age, error)| (age as f64, Ages::at(p).site("error").at(age as f64), error));
    let claim = Claim::curve(&format!("age-{}", p.storage), points)
        .within(Margin::Relative(0.08))
        .axes("age k", "one-step error")
        .source("field of N − 1 independent couplings; for decay P(k) = Q((1−λ)^k √(2λN))");
    Ok(match rule {
        Storage::Hebb => {
            let faded = curve(Storage::Decay(2.0 / p.K as f64))?;
            claim.rival("recency", "later patterns are known better, as if each storage weakened the others by 2/K", faded)
        }
        Storage::Decay(rate) => claim
            .rival("blackout", "couplings add up, and all ages are alike", curve(Storage::Hebb)?)
            .rival("steady-noise", "decay leaves the signal and thins out the noise", {
                let z = (2.0 * rate * p.N as f64).sqrt();
                ages(p).iter().map(|_| normal_tail(z)).collect::<Vec<_>>()
            }),
        Storage::Bounded(bound) => {
            // The same variance of couplings, B(B+1)/3 = 1/(2λ − λ²), from exponential forgetting.
            let inverse = f64::from(bound) * (f64::from(bound) + 1.0) / 3.0;
            let rate = 1.0 - (1.0 - 1.0 / inverse).sqrt();
            claim
                .rival("decay", "a bound acts as the decay that makes couplings as large", curve(Storage::Decay(rate))?)
                .rival("blackout", "couplings add up, and all ages are alike", curve(Storage::Hebb)?)
        }
    })
}
