//! Bad input to every network: an error that names the numbers, before any work is done. A refusal that were a crash, a silent
//! answer or a message without its numbers fails here.

#![allow(clippy::unwrap_used)]

use std::fmt::Display;

use lawbook_core::{Key, Stream};
use lawbook_memory::{Patterns, State};

mod associations;
mod classifiers;
mod concepts;
mod context;
mod continuous;
mod couplings;
mod dense;
mod forgetting;
mod patterns;
mod simplices;
mod threshold_linear;

fn stream() -> Stream {
    Key::new(["refusals"]).stream("patterns", 0)
}

fn patterns(count: usize, sites: usize) -> Patterns {
    Patterns::random(count, sites, &mut stream()).unwrap()
}

/// A state of another size than ten.
fn wrong() -> State {
    patterns(1, 7).state(0)
}

/// Refused, in a sentence with these numbers or words.
#[track_caller]
fn refused<T, E: Display>(result: Result<T, E>, numbers: &[&str]) {
    let message = match result {
        Ok(_) => panic!("taken without an error that names {numbers:?}"),
        Err(error) => error.to_string(),
    };
    for number in numbers {
        assert!(message.contains(number), "{number} is not in: {message}");
    }
}
