//! Smooth and sharp measures of the same memory: what looks like a sudden ability may be the measure's doing
//! (R. Schaeffer, B. Miranda & S. Koyejo, *Are Emergent Abilities of Large Language Models a Mirage?*, NeurIPS 2023,
//! arXiv 2304.15004).

/// Accuracy per token of a model of `size` parameters whose loss is a power law: `exp(−(size/scale)^exponent)`, exponent < 0.
pub fn token_accuracy(size: f64, scale: f64, exponent: f64) -> f64 {
    (-(size / scale).powf(exponent)).exp()
}

/// The sharp measure: the chance that all of `length` independent tokens are right.
pub fn exact_match(token_accuracy: f64, length: f64) -> f64 {
    token_accuracy.powf(length)
}

/// The smooth measure: the mean number of wrong tokens among `length`.
pub fn edit_distance(token_accuracy: f64, length: f64) -> f64 {
    length * (1.0 - token_accuracy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: numpy, exponent −0.3 and scale 10⁴, as in the figures of Schaeffer et al.
    #[test]
    fn the_same_models_look_sudden_or_steady() {
        let rows = [
            (1e4, 0.367_879, 6.738e-3, 2.061e-9, 12.642),
            (1e6, 0.777_876, 0.284_807, 6.5797e-3, 4.442_49),
            (1e8, 0.938_854, 0.729_440, 0.283_111, 1.222_93),
        ];
        for (size, accuracy, five, twenty, distance) in rows {
            let p = token_accuracy(size, 1e4, -0.3);
            let pairs = [
                (p, accuracy),
                (exact_match(p, 5.0), five),
                (exact_match(p, 20.0), twenty),
                (edit_distance(p, 20.0), distance),
            ];
            for (measured, expected) in pairs {
                assert!((measured / expected - 1.0_f64).abs() < 1e-4, "{size}: {measured} {expected}");
            }
        }
    }
}
