//! Expected errors of a memory of digits of all numerals: those that the moments of the data's own overlaps make.

use anyhow::Result;
use lawbook_memory::{
    Separation, State,
    population::{Disturbance, Population},
};

use super::super::dataset::Numeral;

/// What the digits of each numeral do to the prototypes, and to some of the digits.
pub(super) struct Errors {
    any: Population,
    prototypes: Vec<Vec<Disturbance>>,
    /// With the numeral of the digit.
    examples: Vec<(usize, Vec<Disturbance>)>,
}

/// Every so many digits one stands for all.
const EVERY: usize = 12;

impl Errors {
    pub(super) fn new(numerals: &[Numeral], separation: Separation) -> Result<Self> {
        let populations = numerals.iter().map(|numeral| Population::new(numeral.digits.clone(), separation));
        let mut populations = populations.collect::<Result<Vec<_>, _>>()?;
        let all = |state: &State, except: Option<(usize, usize)>| -> Result<Vec<Disturbance>> {
            let of = |(q, population): (usize, &Population)| {
                Ok(population.disturbance(state, except.filter(|(own, _)| *own == q).map(|(_, index)| index))?)
            };
            populations.iter().enumerate().map(of).collect()
        };
        let prototypes = numerals.iter().map(|numeral| all(&numeral.prototype, None)).collect::<Result<_>>()?;
        let mut examples = Vec::new();
        for (q, numeral) in numerals.iter().enumerate() {
            for (index, digit) in numeral.digits.iter().enumerate().step_by(EVERY) {
                examples.push((q, all(digit, Some((q, index)))?));
            }
        }
        Ok(Self { any: populations.swap_remove(0), prototypes, examples })
    }

    /// The mean of `Q(Σ M μ/√(Σ M v))` over prototypes and sites: nothing of them is stored.
    pub(super) fn prototype_error(&self, examples: usize) -> Result<f64> {
        let weights = vec![1.0; examples];
        let error = |kinds: &Vec<Disturbance>| {
            self.any.weighted_error(0.0, &kinds.iter().map(|kind| (kind, &weights[..])).collect::<Vec<_>>())
        };
        let errors = self.prototypes.iter().map(error);
        Ok(errors.sum::<Result<f64, _>>()? / self.prototypes.len() as f64)
    }

    /// The same at stored digits, with their own part.
    pub(super) fn example_error(&self, examples: usize) -> Result<f64> {
        let error = |(own, kinds): &(usize, Vec<Disturbance>)| {
            let drawn = |(q, kind)| (kind, examples - usize::from(q == *own));
            self.any.one_step_error(&kinds.iter().enumerate().map(drawn).collect::<Vec<_>>())
        };
        let errors = self.examples.iter().map(error);
        Ok(errors.sum::<Result<f64, _>>()? / self.examples.len() as f64)
    }
}
