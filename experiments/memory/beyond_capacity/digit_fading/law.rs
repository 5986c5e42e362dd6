//! The errors of digits that fade, from the digits' own overlaps.

use super::{super::dataset::Probed, AGES, Params, around, count};

/// The errors at all ages, from the data's own crosstalk, taken as Gaussian.
pub(super) fn law(p: &Params, (population, kinds): &Probed) -> Vec<f64> {
    let weights: Vec<f64> = (0..count(p)).map(|age| (1.0 - p.fade).powi(age as i32)).collect();
    let at = |age: usize| {
        let others: Vec<f64> = [&weights[..age], &weights[age + 1..]].concat();
        kinds.iter().map(|kind| population.weighted_error(weights[age], &[(kind, &others)])).sum::<f64>()
    };
    let mean = |age: usize| around(age).map(at).sum::<f64>() / (around(age).count() * kinds.len()) as f64;
    AGES.map(mean).to_vec()
}
