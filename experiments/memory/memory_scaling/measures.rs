//! The same memories under a smooth and under a sharp measure: the sharp one makes a steady gain look sudden.

use anyhow::Result;
use lawbook_memory::{
    DenseMemory, Separation,
    association::{Association, Embeddings, frequency_weights, theory::recall_error, zipf},
    crosstalk::Crosstalk,
    metrics::{edit_distance, exact_match},
};

use super::{OUTPUTS, targets};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Strings of tokens recalled by a growing memory.
pub struct Strings;

params! {
    /// A memory of the d/8 most frequent tokens that is asked for strings.
    pub struct StringParams {
        /// Dimension d.
        d: integer = 128, 16..=100_000;
        /// Tokens of a string, L.
        L: integer = 20, 1..=1000;
        /// Memories per cell.
        memories: integer = 4, 1..=100_000;
    }
}

/// Tokens, Zipf-distributed with α = 2, and strings asked of each memory.
const TOKENS: usize = 2000;
const STRINGS: usize = 500;

impl Study for Strings {
    const NAME: &'static str = "strings";
    const ABOUT: &'static str = "Asks memories of growing dimension for strings of L independent tokens: how many strings are \
        right as a whole, and how many tokens of a string are wrong.";
    type Params = StringParams;

    fn grid(profile: Profile) -> Vec<StringParams> {
        let memories = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 4,
            Profile::Full => 200,
        };
        [32, 64, 128, 256, 512].map(|d| StringParams { d, memories: memories * 512 / d, ..StringParams::default() }).to_vec()
    }

    fn predict(points: &[StringParams]) -> Result<Vec<Claim>> {
        let frequencies = zipf(TOKENS, 2.0)?;
        let (mut exact, mut distance) = (Vec::new(), Vec::new());
        let (mut accuracies, mut lone) = (Vec::new(), Vec::new());
        for p in points {
            let weights: Vec<f64> = (0..TOKENS).map(|x| f64::from((x as i64) < p.d / 8)).collect();
            let accuracy = 1.0 - recall_error(&frequencies, &targets(TOKENS), OUTPUTS, &weights, p.d as usize)?;
            let site = |observable: &str| Self::at(p).site(observable);
            exact.push((p.d as f64, site("exact-match"), exact_match(accuracy, p.L as f64)));
            distance.push((p.d as f64, site("edit-distance"), edit_distance(accuracy, p.L as f64)));
            accuracies.push(accuracy);
            lone.push(1.0 - exact_match(accuracy, p.L as f64));
        }
        // The error's constant is good to 6 %, as in the study of the dimension (10 % at d = 32), and L E (1−E)^L is at most
        // 1/e: 0.03 together.
        Ok(vec![
            Claim::curve("exact-match", exact)
                .within(Margin::Absolute(0.03))
                .rival("smooth", "what holds for tokens holds for strings", accuracies)
                .axes("dimension d", "fraction of strings without an error")
                .log_x()
                .source("Schaeffer et al. 2023, section 2: p^L"),
            Claim::curve("edit-distance", distance)
                .within(Margin::Relative(0.1))
                .rival("sharp", "a string is wrong or right as a whole", lone)
                .axes("dimension d", "wrong tokens per string")
                .log_x()
                .log_y()
                .source("Schaeffer et al. 2023, section 2: L (1 − p)"),
        ])
    }

    fn measure(p: &StringParams, cell: &mut Cell) -> Result<()> {
        let (frequencies, targets) = (zipf(TOKENS, 2.0)?, targets(TOKENS));
        let (mut stream, mut strings) = (cell.stream("embeddings"), cell.stream("strings"));
        let weights = frequency_weights(&frequencies, 0.0, (p.d / 8) as usize, &mut stream);
        let (mut right, mut wrong_tokens) = (0.0, 0.0);
        for _ in 0..p.memories {
            let embeddings = Embeddings::gaussian(TOKENS, OUTPUTS, p.d as usize, &mut stream)?;
            let memory = Association::store(embeddings, &targets, &weights)?;
            // A token of a string is wrong with the memory's own error, whichever tokens make it up.
            let error = memory.error(&frequencies, &targets)?;
            for _ in 0..STRINGS {
                let wrong = (0..p.L).filter(|_| strings.bernoulli(error)).count();
                right += f64::from(wrong == 0);
                wrong_tokens += wrong as f64;
            }
        }
        let asked = (p.memories as usize * STRINGS) as f64;
        cell.record("exact-match", right / asked);
        cell.record("edit-distance", wrong_tokens / asked);
        Ok(())
    }
}

/// Patterns recalled by a Hopfield network that fills up.
pub struct Patterns;

params! {
    /// A Hopfield network asked for its own patterns.
    pub struct PatternParams {
        /// Neurons N.
        N: integer = 1000, 8..=10_000;
        /// Stored patterns K.
        K: integer = 95, 2..=10_000;
        /// Memories per cell, four patterns of each.
        memories: integer = 250, 1..=1_000_000;
    }
}

impl Study for Patterns {
    const NAME: &'static str = "patterns";
    const ABOUT: &'static str = "Fills a Hopfield network: the fraction of patterns that one update leaves as they are.";
    type Params = PatternParams;

    fn grid(profile: Profile) -> Vec<PatternParams> {
        let memories = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 250,
            Profile::Full => 10_000,
        };
        [73, 95, 125].map(|patterns| PatternParams { K: patterns, memories, ..PatternParams::default() }).to_vec()
    }

    fn predict(points: &[PatternParams]) -> Result<Vec<Claim>> {
        let (mut fixed, mut bits) = (Vec::new(), Vec::new());
        for p in points {
            let crosstalk = Crosstalk::new(Separation::Power(2), p.N as usize, p.K as usize)?;
            let error = crosstalk.exact_error()?;
            fixed.push((p.K as f64, Self::at(p).site("fixed"), crosstalk.fixed_fraction(error)));
            bits.push(1.0 - error);
        }
        // The model of the noise that sites share errs by 0.015 at twice the error-free load (K = 145), less below.
        let claim = Claim::curve("whole-patterns", fixed)
            .within(Margin::Absolute(0.03))
            .out_of(points.iter().map(|p| 4 * p.memories as u64).min().unwrap_or(0))
            .rival("smooth", "what holds for bits holds for patterns", bits)
            .axes("patterns K", "fraction of patterns without an error")
            .source("Schaeffer et al. 2023, section 2, for the bits of a pattern");
        Ok(vec![claim])
    }

    fn measure(p: &PatternParams, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let (mut fixed, mut probes) = (0.0, 0.0);
        for _ in 0..p.memories {
            let patterns = lawbook_memory::Patterns::random(p.K as usize, p.N as usize, &mut stream)?;
            let memory = DenseMemory::new(patterns, Separation::Power(2))?;
            for mu in 0..4.min(p.K as usize) {
                fixed += f64::from(memory.one_step_error(mu)? == 0.0);
                probes += 1.0;
            }
        }
        cell.record("fixed", fixed / probes);
        Ok(())
    }
}
