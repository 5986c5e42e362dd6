//! Real handwritten digits as patterns, and what they do to one another.

use std::sync::OnceLock;

use anyhow::Result;
use lawbook_core::Stream;
use lawbook_memory::{
    Separation, State, digits,
    population::{Disturbance, Population},
};

/// Distinct binarised digits and what they show, read once.
pub(super) fn load() -> Result<&'static (Vec<State>, Vec<u8>)> {
    static DATA: OnceLock<(Vec<State>, Vec<u8>)> = OnceLock::new();
    match DATA.get() {
        Some(data) => Ok(data),
        None => {
            let data = digits::distinct()?;
            Ok(DATA.get_or_init(|| data))
        }
    }
}

/// The digits that show one numeral, and the sign of most of them at each pixel.
pub(super) struct Numeral {
    pub(super) digits: Vec<State>,
    pub(super) prototype: State,
}

pub(super) fn numerals() -> Result<Vec<Numeral>> {
    let (states, labels) = load()?;
    let numeral = |label: u8| {
        let digits: Vec<State> =
            states.iter().zip(labels).filter(|(_, of)| **of == label).map(|(digit, _)| digit.clone()).collect();
        let mut sums = vec![0.0; states[0].sites()];
        digits.iter().for_each(|digit| sums.iter_mut().zip(digit.signs()).for_each(|(sum, sign)| *sum += sign));
        let majority: Vec<f64> = sums.iter().map(|sum| if *sum >= 0.0 { 1.0 } else { -1.0 }).collect();
        Ok(Numeral { digits, prototype: State::from_signs(&majority)? })
    };
    (0..10).map(numeral).collect()
}

pub(super) fn shuffled(count: usize, stream: &mut Stream) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    stream.shuffle(&mut order);
    order
}

/// A data set, and what all others do to some of its members.
pub(super) type Probed = (Population, Vec<Disturbance>);

/// [`probes_of`] the digits.
pub(super) fn probes(separation: Separation) -> Result<Probed> {
    probes_of(load()?.0.clone(), separation)
}

/// These states, distinct. A twelfth of them stands for all: for digits, errors scatter by less than 0.01.
pub(super) fn probes_of(states: Vec<State>, separation: Separation) -> Result<Probed> {
    let population = Population::new(states, separation)?;
    let every = (0..population.states().len()).step_by(12);
    let kinds = every.map(|mu| population.disturbance(&population.states()[mu], Some(mu))).collect::<Result<_, _>>()?;
    Ok((population, kinds))
}

/// The number of digits at which a memory errs at `level`.
pub(super) fn held((population, kinds): &Probed, level: f64) -> Result<f64> {
    let error = |count: usize| -> Result<f64> {
        let errors = kinds.iter().map(|kind| population.one_step_error(&[(kind, count - 1)]));
        Ok(errors.sum::<Result<f64, _>>()? / kinds.len() as f64)
    };
    let (mut low, mut high) = (2, population.states().len());
    while high - low > 1 {
        let middle = (low + high) / 2;
        *(if error(middle)? > level { &mut high } else { &mut low }) = middle;
    }
    Ok(low as f64)
}
