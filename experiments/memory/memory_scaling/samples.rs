//! Error against the number of samples: unlimited memory, and memory and data both short.

use anyhow::Result;
use lawbook_memory::association::{
    frequency_weights, sampled_frequencies,
    strangers::gaussian_error,
    theory::{mean_error, sample_exponent, stored_probability, unseen_mass},
    zipf,
};

use super::{OUTPUTS, targets};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Error against samples.
pub struct Samples;

params! {
    /// A memory of equal weights for the tokens most often seen among T samples.
    pub struct Params {
        /// Exponent α of Zipf's law.
        alpha: real = 2.0, 1.05..=10.0;
        /// Tokens N.
        N: integer = 100, 2..=1_000_000;
        /// Tokens that are stored at most.
        kept: integer = 100, 1..=1_000_000;
        /// Dimension d.
        d: integer = 100, 2..=100_000;
        /// Samples T.
        T: integer = 1000, 1..=100_000_000;
        /// Data sets, each with a memory of its own, per cell.
        sets: integer = 20, 1..=1_000_000;
    }
}

/// Enough memory for all that is seen: α, tokens, dimension, numbers of samples, memories per cell.
const AMPLE: [(f64, i64, i64, [i64; 4], i64); 2] =
    [(3.0, 500, 512, [30, 100, 300, 1000], 600), (2.0, 4000, 1024, [30, 100, 300, 1000], 3)];

/// Both short, at α = 2: tokens, dimension, numbers of samples with memories per cell. Sixteen tokens are stored, so few that the
/// most frequent one, which has most of the mass, is hardly ever lost: such losses would decide the scatter.
const SHORT: (i64, i64, [(i64, i64); 4]) = (1000, 256, [(10, 400), (100, 160), (1000, 80), (10_000, 80)]);

impl Study for Samples {
    const NAME: &'static str = "samples";
    const ABOUT: &'static str = "Draws T tokens, stores those most often seen with equal weights, and adds up the \
        probabilities of tokens whose output is not recalled.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let work = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 1,
            Profile::Full => 20,
        };
        // Few tokens are seen of a steep distribution: that is what `quick` has time for.
        let most = if profile == Profile::Full { 2 } else { 1 };
        let ample = AMPLE.iter().take(most).flat_map(|&(alpha, tokens, d, samples, sets)| {
            samples.map(|samples| Params { alpha, N: tokens, kept: tokens, d, T: samples, sets: work * sets })
        });
        let (tokens, d, samples) = SHORT;
        let short =
            samples.map(|(samples, sets)| Params { alpha: 2.0, N: tokens, kept: d / 16, d, T: samples, sets: work * sets });
        ample.chain(short).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (alpha, tokens, d, ..) in AMPLE {
            let own = points.iter().filter(|p| (p.alpha, p.N, p.kept, p.d) == (alpha, tokens, tokens, d));
            let sites: Vec<_> = own.map(|p| (p.T as f64, Self::at(p).site("error"))).collect();
            if sites.len() > 3 {
                // Exact sums of the unseen mass have slopes within 0.01 of the limit; crosstalk of the few tokens seen adds up to
                // 2 % at the largest T.
                claims.push(
                    Claim::exponent(&format!("data-exponent-{alpha}"), sites, -sample_exponent(alpha))
                        .within(Margin::Absolute(0.04))
                        .rival("parametric", "errors fall as the inverse of the number of samples", [-1.0])
                        .axes("samples T", "generalisation error")
                        .log_x()
                        .log_y()
                        .source("unseen mass: T^(−1+1/α)"),
                );
            }
        }
        let (tokens, d, ..) = SHORT;
        let short: Vec<&Params> = points.iter().filter(|p| (p.N, p.kept, p.d) == (tokens, d / 16, d)).collect();
        if !short.is_empty() {
            claims.push(both_short(&short)?);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (frequencies, targets) = (zipf(p.N as usize, p.alpha)?, targets(p.N as usize));
        let (mut data, mut stream) = (cell.stream("samples"), cell.stream("embeddings"));
        let mut error = 0.0;
        for _ in 0..p.sets {
            let seen = sampled_frequencies(&frequencies, p.T as usize, &mut data);
            let weights = frequency_weights(&seen, 0.0, p.kept as usize, &mut data);
            error += gaussian_error(&frequencies, &targets, &weights, (OUTPUTS, p.d as usize), &mut stream)?;
        }
        cell.record("error", error / p.sets as f64);
        Ok(())
    }
}

/// Memory and data both short: a token is recalled if it is among the most frequent of the sample.
///
/// Mean field: counts are independent Poisson, and the count that fills the memory does not fluctuate. It does by about one
/// token in `kept` = 16, of the least mass among those stored; second order, 3 %. Crosstalk as in the study of the dimension.
fn both_short(points: &[&Params]) -> Result<Claim> {
    let mut sites = Vec::new();
    let (mut data, mut memory) = (Vec::new(), Vec::new());
    for p in points {
        let (frequencies, targets) = (zipf(p.N as usize, p.alpha)?, targets(p.N as usize));
        let error =
            |stored: &[f64]| mean_error(&frequencies, &targets, OUTPUTS, &vec![1.0; stored.len()], stored, p.d as usize);
        let stored = stored_probability(&frequencies, p.T as f64, p.kept as f64);
        let most_frequent: Vec<f64> = (0..p.N).map(|x| f64::from(x < p.kept)).collect();
        sites.push((p.T as f64, Samples::at(p).site("error"), error(&stored)?));
        data.push((1.0 - 1.0 / OUTPUTS as f64) * unseen_mass(&frequencies, p.T as f64));
        memory.push(error(&most_frequent)?);
    }
    Ok(Claim::curve("both-short", sites)
        .within(Margin::Relative(0.06))
        .rival("data-alone", "tokens never seen are the only ones lost", data)
        .rival("memory-alone", "tokens beyond the memory are the only ones lost", memory)
        .axes("samples T", "generalisation error")
        .log_x()
        .log_y()
        .source("finite data: d^(1−α) + T^(−1+1/α), with its constants"))
}
