//! The errors of digits that fade, from the digits' own overlaps.

use anyhow::Result;

use super::{super::dataset::Probed, AGES, Params, around, count};

/// The errors at all ages, from the data's own crosstalk, taken as Gaussian.
pub(super) fn law(p: &Params, (population, kinds): &Probed) -> Result<Vec<f64>> {
    let weights: Vec<f64> = (0..count(p)).map(|age| (1.0 - p.fade).powi(age as i32)).collect();
    let at = |age: usize| -> Result<f64> {
        let others: Vec<f64> = [&weights[..age], &weights[age + 1..]].concat();
        Ok(kinds.iter().map(|kind| population.weighted_error(weights[age], &[(kind, &others)])).sum::<Result<f64, _>>()?)
    };
    let mean = |age: usize| -> Result<f64> {
        Ok(around(age).map(at).sum::<Result<f64>>()? / (around(age).count() * kinds.len()) as f64)
    };
    AGES.into_iter().map(mean).collect()
}
