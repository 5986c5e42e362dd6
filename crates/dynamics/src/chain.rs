//! Ensembles of discrete stochastic processes.

use lawbook_core::{Key, Stream};

/// A discrete-time stochastic process: what one step makes of a state.
pub trait Chain {
    /// The state of one replica.
    type State: Copy;

    /// The state after one step, which draws what it needs from `noise`.
    fn step(&self, state: Self::State, noise: &mut Stream) -> Self::State;
}

/// The states of `replicas` independent replicas after each number of steps in `times` (ascending): one vector per time, in the
/// order of the replicas. Replica `i` draws from stream `i` alone, so it does not depend on how many there are. A trajectory
/// that diverges keeps its infinite state: count it, do not average over it.
pub fn snapshots<C: Chain>(chain: &C, start: C::State, replicas: u64, times: &[usize], key: &Key) -> Vec<Vec<C::State>> {
    let mut record: Vec<Vec<C::State>> = times.iter().map(|_| Vec::with_capacity(replicas as usize)).collect();
    for replica in 0..replicas {
        let mut noise = key.stream("replica", replica);
        let (mut state, mut now) = (start, 0);
        for (&time, states) in times.iter().zip(&mut record) {
            while now < time {
                state = chain.step(state, &mut noise);
                now += 1;
            }
            states.push(state);
        }
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Walk;

    impl Chain for Walk {
        type State = f64;

        fn step(&self, state: f64, noise: &mut Stream) -> f64 {
            state + noise.sign()
        }
    }

    #[test]
    fn a_walk_spreads_as_the_root_of_time_and_replicas_do_not_depend_on_their_number() {
        let key = Key::new(["walk"]);
        let many = snapshots(&Walk, 0.0, 4000, &[0, 9, 100], &key);
        let few = snapshots(&Walk, 0.0, 10, &[0, 9, 100], &key);
        assert_eq!(few[2][..], many[2][..10]);
        for (states, time) in many.iter().zip([0.0, 9.0, 100.0]) {
            let square = states.iter().map(|x| x * x).sum::<f64>() / states.len() as f64;
            // The variance of x² is below 2 t²; five standard errors.
            assert!((square - time).abs() <= 5.0 * time * (2.0 / 4000f64).sqrt(), "{square} at {time}");
        }
    }
}
