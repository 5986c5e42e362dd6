//! Patterns and states.

use lawbook_memory::{Couplings, Patterns, Separation, State, population::Population};

use crate::{patterns, refused, stream, wrong};

#[test]
fn patterns_are_binary_and_of_one_length() {
    for (entry, named) in [(0.0, "0"), (0.5, "0.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        refused(State::from_signs(&[1.0, -1.0, entry]), &["site 2", named]);
    }
    refused(Patterns::from_states(&[patterns(1, 10).state(0), wrong()]), &["7", "10"]);
    refused(Patterns::from_states(&[]), &["0 patterns"]);
    refused(Patterns::random(0, 10, &mut stream()), &["0 patterns of 10 sites"]);
    refused(Patterns::random(3, 0, &mut stream()), &["3 patterns of 0 sites"]);
    refused(Patterns::random(1 << 50, 640, &mut stream()), &["1125899906842624", "640"]);
    refused(patterns(1, 10).state(0).noisy(f64::NAN, &mut stream()), &["NaN", "0", "1"]);
}

#[test]
fn duplicates_are_named() {
    let state = patterns(1, 10).state(0);
    let twice = Patterns::from_states(&[state.clone(), state.negated(), state.clone()]).unwrap();
    refused(twice.clone().distinct(), &["pattern 2 of 3 is pattern 0"]);
    refused(Couplings::projection(&twice), &["pattern 2 of 3 is pattern 0"]);
    refused(Population::new(vec![state.clone(), state], Separation::Power(2)), &["pattern 1 of 2 is pattern 0"]);
}
