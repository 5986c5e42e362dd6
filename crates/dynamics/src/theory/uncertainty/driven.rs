//! Markov chains whose every move has a known reverse, and the fluctuations of their currents, exactly.

use lawbook_core::Stream;

use super::{Fluctuations, Outcome, UncertaintyError, compare, probability, sums_to_one};

/// Most paths that are enumerated.
const MOST_PATHS: f64 = (1 << 22) as f64;
/// Largest relative error of a mean that is estimated by sampling.
const SAMPLING_ERROR: f64 = 0.1;

/// A way from one state to another in one step: along one of several channels, perhaps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Move {
    /// The state before.
    pub from: usize,
    /// The state after.
    pub to: usize,
    /// Probability of this move out of `from`.
    pub forward: f64,
    /// Probability of the reverse move out of `to` under the reversed dynamics.
    pub backward: f64,
    /// What it adds to the observable.
    pub current: f64,
}

/// A Markov chain with moves of known reverse, for any number of steps. The reversed process starts where this one ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Driven {
    initial: Vec<f64>,
    moves: Vec<Move>,
    steps: u32,
}

impl Driven {
    /// From the initial distribution over states, the moves, and the number of steps. Moves of probability 0 are needed
    /// where their reverse is possible.
    pub fn new(initial: Vec<f64>, moves: Vec<Move>, steps: u32) -> Result<Self, UncertaintyError> {
        let states = initial.len();
        initial.iter().try_for_each(|&p| probability("an initial probability", p))?;
        sums_to_one("the initial probabilities", initial.iter().sum())?;
        for &Move { from, to, forward, backward, .. } in &moves {
            if from.max(to) >= states {
                return Err(UncertaintyError::State { from, to, states });
            }
            probability("the probability of a move", forward)?;
            probability("the probability of a reverse move", backward)?;
        }
        for state in 0..states {
            let forward = moves.iter().filter(|step| step.from == state).map(|step| step.forward).sum();
            sums_to_one(&format!("the moves out of state {state}"), forward)?;
            let backward = moves.iter().filter(|step| step.to == state).map(|step| step.backward).sum();
            sums_to_one(&format!("the reverse moves out of state {state}"), backward)?;
        }
        Ok(Self { initial, moves, steps })
    }

    /// The distribution over states at the end.
    pub fn last(&self) -> Vec<f64> {
        (0..self.steps).fold(self.initial.clone(), |before, _| {
            let mut after = vec![0.0; before.len()];
            self.moves.iter().for_each(|step| after[step.to] += before[step.from] * step.forward);
            after
        })
    }

    /// Every path that the process can take, with the sum of its currents.
    pub fn paths(&self) -> Result<Vec<Outcome>, UncertaintyError> {
        let most = (0..self.initial.len()).map(|state| self.possible(state).count()).max().unwrap_or(0);
        let paths = self.initial.len() as f64 * (most as f64).powi(self.steps as i32);
        if paths > MOST_PATHS {
            return Err(UncertaintyError::Paths(paths));
        }
        let started = self.initial.iter().enumerate().filter(|(_, p)| **p > 0.0);
        let mut paths: Vec<(usize, Outcome)> = started.map(|(state, &p)| (state, Outcome { p, q: 1.0, f: 0.0 })).collect();
        for _ in 0..self.steps {
            let longer = paths.iter().flat_map(|&(state, Outcome { p, q, f })| {
                self.possible(state)
                    .map(move |step| (step.to, Outcome { p: p * step.forward, q: q * step.backward, f: f + step.current }))
            });
            paths = longer.collect();
        }
        let last = self.last();
        Ok(paths.into_iter().map(|(state, path)| Outcome { q: path.q * last[state], ..path }).collect())
    }

    fn possible(&self, state: usize) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(move |step| step.from == state && step.forward > 0.0)
    }

    /// The fluctuations of the sum of currents against the reversed process, path by path.
    pub fn by_enumeration(&self) -> Result<Fluctuations, UncertaintyError> {
        compare(&self.paths()?)
    }

    /// The same by transfer matrices, for any number of steps.
    pub fn by_transfer(&self) -> Fluctuations {
        let [_, mean, square] = self.tilted(0);
        let [gamma, reference, _] = self.tilted(1);
        let [second, ..] = self.tilted(2);
        Fluctuations {
            mean,
            variance: square - mean * mean,
            gamma,
            covariance: reference - gamma * mean,
            spread: second - gamma * gamma,
            entropy: self.entropy(),
        }
    }

    /// Sums of `P (P*/P)^k` over all paths with `P > 0`: alone, times the current, times its square.
    fn tilted(&self, k: i32) -> [f64; 3] {
        let weight = |p: f64, q: f64| if p > 0.0 { p * (q / p).powi(k) } else { 0.0 };
        let mut sums: Vec<[f64; 3]> = self.initial.iter().map(|&p| [weight(p, 1.0), 0.0, 0.0]).collect();
        for _ in 0..self.steps {
            let mut next = vec![[0.0; 3]; sums.len()];
            for step in &self.moves {
                let (w, c, [one, f, square]) = (weight(step.forward, step.backward), step.current, sums[step.from]);
                next[step.to][0] += w * one;
                next[step.to][1] += w * (f + c * one);
                next[step.to][2] += w * (square + 2.0 * c * f + c * c * one);
            }
            sums = next;
        }
        let last = self.last();
        std::array::from_fn(|i| sums.iter().zip(&last).map(|(sum, p)| sum[i] * p.powi(k)).sum())
    }

    fn entropy(&self) -> f64 {
        let surprise = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
        let mut here = self.initial.clone();
        let mut total = -here.iter().map(|&p| surprise(p)).sum::<f64>();
        for _ in 0..self.steps {
            let mut next = vec![0.0; here.len()];
            for step in self.moves.iter().filter(|step| here[step.from] > 0.0 && step.forward > 0.0) {
                let flow = here[step.from] * step.forward;
                next[step.to] += flow;
                total += flow * (step.forward / step.backward).ln();
            }
            here = next;
        }
        total + here.iter().map(|&p| surprise(p)).sum::<f64>()
    }

    /// `⟨e^{−2σ}⟩` as the mean over sampled paths; refused where the sample would not contain the paths that make it up, by
    /// its exact relative error.
    pub fn sampled_second_moment(&self, paths: u64, stream: &mut Stream) -> Result<f64, UncertaintyError> {
        let ([second, ..], [fourth, ..]) = (self.tilted(2), self.tilted(4));
        let relative_variance = fourth / (second * second) - 1.0;
        let error = (relative_variance / paths as f64).sqrt();
        if paths == 0 || error > SAMPLING_ERROR {
            return Err(UncertaintyError::RarePaths { paths, error, needed: relative_variance / SAMPLING_ERROR.powi(2) });
        }
        let last = self.last();
        let mut total = 0.0;
        for _ in 0..paths {
            let mut state = choose(self.initial.iter().copied().enumerate(), stream);
            let mut ratio = 1.0 / self.initial[state];
            for _ in 0..self.steps {
                let possible = || self.possible(state);
                let chosen = choose(possible().map(|step| step.forward).enumerate(), stream);
                let Some(step) = possible().nth(chosen) else { break };
                ratio *= step.backward / step.forward;
                state = step.to;
            }
            total += (ratio * last[state]).powi(2);
        }
        Ok(total / paths as f64)
    }
}

/// A step of a walker that goes right with probability `p` and left otherwise; the current is its displacement.
pub fn walk(p: f64) -> Vec<Move> {
    let step = |forward: f64, current: f64| Move { from: 0, to: 0, forward, backward: 1.0 - forward, current };
    vec![step(p, 1.0), step(1.0 - p, -1.0)]
}

/// A step of a system of two states that exchanges with two reservoirs: probabilities of going up, and down, through either.
/// The current is what has come from the first reservoir.
pub fn two_reservoirs(up: [f64; 2], down: [f64; 2]) -> Vec<Move> {
    let exchange = |i: usize| {
        let current = if i == 0 { 1.0 } else { 0.0 };
        [
            Move { from: 0, to: 1, forward: up[i], backward: down[i], current },
            Move { from: 1, to: 0, forward: down[i], backward: up[i], current: -current },
        ]
    };
    let stay = |state: usize, leave: [f64; 2]| {
        // Where nothing is left, rounding may leave less.
        let left = 1.0 - leave[0] - leave[1];
        let forward = if left.abs() < 1e-15 { 0.0 } else { left };
        Move { from: state, to: state, forward, backward: forward, current: 0.0 }
    };
    exchange(0).into_iter().chain(exchange(1)).chain([stay(0, up), stay(1, down)]).collect()
}

/// The stationary distribution of [`two_reservoirs`].
pub fn two_reservoirs_stationary(up: [f64; 2], down: [f64; 2]) -> Vec<f64> {
    let (up, down) = (up[0] + up[1], down[0] + down[1]);
    vec![down / (up + down), up / (up + down)]
}

fn choose(choices: impl Iterator<Item = (usize, f64)>, stream: &mut Stream) -> usize {
    let mut left = stream.uniform();
    let mut chosen = 0;
    for (i, p) in choices.filter(|(_, p)| *p > 0.0) {
        chosen = i;
        left -= p;
        if left < 0.0 {
            break;
        }
    }
    chosen
}
