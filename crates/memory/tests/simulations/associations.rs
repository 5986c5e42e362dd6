//! Linear associations: errors by dimension, and their exponents.

use lawbook_memory::association::{
    theory::{recall_error, sample_exponent, unseen_mass},
    zipf,
};

use crate::agreement::simulated;

/// What the formula neglects of an error: its expansion in outputs per dimension, of which there are 16, ends with the first order.
fn neglected(dimension: usize) -> f64 {
    (16.0 / dimension as f64).powi(2)
}

/// What it neglects of a slope between d = 64 and 512.
fn of_slope() -> f64 {
    (neglected(64) + neglected(512)) / 8f64.ln()
}

/// Associations of 4000 tokens with 16 outputs, α = 2: the error where the d/4 most frequent tokens are stored alike.
#[test]
fn associations_err_by_dimension() {
    let (p, targets): (_, Vec<usize>) = (zipf(4000, 2.0).unwrap(), (0..4000).map(|x| x % 16).collect());
    for (d, mean, error) in
        [(64, 0.034_27, 0.000_24), (128, 0.017_340, 0.000_066), (256, 0.008_688, 0.000_022), (512, 0.004_295_3, 0.000_007_4)]
    {
        let weights: Vec<f64> = (0..4000).map(|x| f64::from(u8::from(x < d / 4))).collect();
        simulated(mean, error, 60).agrees_nearly(
            recall_error(&p, &targets, 16, &weights, d).unwrap(),
            mean * neglected(d),
            d,
        );
    }
}

/// 4000 tokens, 16 outputs, tokens stored alike: slopes of the error over d = 64…512 where d/8 or d/4 are stored. Where all are,
/// it stays at 0.6, the error of any one token, whatever α (drawn once it scatters by the share of the first few: 0.59 at α = 2,
/// 0.74 at α = 1.5).
#[test]
fn storing_the_most_frequent_sets_the_exponent_and_storing_all_leaves_none() {
    let targets: Vec<usize> = (0..4000).map(|x| x % 16).collect();
    for (alpha, slopes) in
        [(2.0, [(8, -0.9918, 0.0018), (4, -0.9987, 0.0034)]), (1.5, [(8, -0.5359, 0.0016), (4, -0.5546, 0.0018)])]
    {
        let p = zipf(4000, alpha).unwrap();
        let error = |kept: usize, d: usize| {
            let weights: Vec<f64> = (0..4000).map(|x| f64::from(u8::from(x < kept))).collect();
            recall_error(&p, &targets, 16, &weights, d).unwrap()
        };
        for (share, mean, scatter) in slopes {
            let slope = (error(512 / share, 512) / error(64 / share, 64)).ln() / 8f64.ln();
            simulated(mean, scatter, 60).agrees_nearly(slope, of_slope(), format!("{alpha} {share}"));
        }
        assert!([16, 64, 512].into_iter().all(|d| error(4000, d) > 0.6), "{alpha}: {}", error(4000, 512));
    }
}

/// Associations of 500 tokens: the slope of the error over d = 64…512 for weights p^ρ.
#[test]
fn weights_set_the_exponent_of_associations() {
    for (alpha, rho, mean, scatter) in
        [(2.0, 1.0, -0.3032, 0.0104), (2.0, 0.5, -0.5419, 0.0096), (1.5, 1.0, -0.2241, 0.0046), (1.5, 0.5, -0.5075, 0.0043)]
    {
        let (p, targets): (_, Vec<usize>) = (zipf(500, alpha).unwrap(), (0..500).map(|x| x % 16).collect());
        let weights: Vec<f64> = p.iter().map(|p| p.powf(rho)).collect();
        let error = |d: usize| recall_error(&p, &targets, 16, &weights, d).unwrap();
        let slope = (error(512) / error(64)).ln() / 8f64.ln();
        simulated(mean, scatter, 400).agrees_nearly(slope, of_slope(), format!("{alpha} {rho}"));
    }
}

/// A million tokens: the slope of the unseen mass over T = 1000…10 000, summed exactly with NumPy; it nears −1 + 1/α to a hundredth.
#[test]
fn a_million_tokens_are_seen_by_their_exponent() {
    for (alpha, slope) in [(1.5, -0.337_376_553_390), (2.0, -0.499_879_603_965), (3.0, -0.666_448_365_370)] {
        let p = zipf(1_000_000, alpha).unwrap();
        let measured = (unseen_mass(&p, 1e4) / unseen_mass(&p, 1e3)).log10();
        // Half of the last digit is 5e-13; a million positive terms, summed, err by a million roundings of each at most.
        assert!((measured - slope).abs() < 1e-9, "{alpha}: {measured} for {slope}");
        assert!((measured + sample_exponent(alpha)).abs() < 0.01, "{alpha}: {measured}");
    }
}
