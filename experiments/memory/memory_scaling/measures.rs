//! A Hopfield network under a smooth and under a sharp measure: bits fade slowly, whole patterns all at once. (For strings of
//! tokens see the study of the dimension.)

use anyhow::Result;
use lawbook_memory::{DenseMemory, Separation, State, crosstalk::Crosstalk};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Patterns recalled by a Hopfield network that fills up.
pub struct Patterns;

params! {
    /// A Hopfield network asked for its own patterns.
    pub struct PatternParams {
        /// Neurons N.
        N: integer = 300, 8..=10_000;
        /// Stored patterns K.
        K: integer = 38, 2..=10_000;
        /// Memories per cell, four patterns of each.
        memories: integer = 1000, 1..=1_000_000;
    }
}

impl Study for Patterns {
    const NAME: &'static str = "patterns";
    const ABOUT: &'static str = "Fills a Hopfield network: the fraction of patterns that one update leaves as they are.";
    type Params = PatternParams;

    fn grid(profile: Profile) -> Vec<PatternParams> {
        let memories = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 1000,
            Profile::Full => 40_000,
        };
        [26, 38, 51].map(|patterns| PatternParams { K: patterns, memories, ..PatternParams::default() }).to_vec()
    }

    fn predict(points: &[PatternParams]) -> Result<Vec<Claim>> {
        let (mut fixed, mut bits) = (Vec::new(), Vec::new());
        for p in points {
            let crosstalk = Crosstalk::new(Separation::Power(2), p.N as usize, p.K as usize)?;
            let error = crosstalk.exact_error()?;
            fixed.push((p.K as f64, Self::at(p).site("fixed"), crosstalk.fixed_fraction(error)));
            bits.push(1.0 - error);
        }
        // The model of the noise that sites share errs by 0.015 at twice the error-free load (K = 53), less below.
        let claim = Claim::curve("whole-patterns", fixed)
            .within(Margin::Absolute(0.03))
            .out_of(points.iter().map(|p| 4 * p.memories as u64).min().unwrap_or(0))
            .rival("smooth", "what holds for bits holds for patterns", bits)
            .axes("patterns K", "fraction of patterns without an error")
            .source("Schaeffer et al. 2023, p^L for the bits of a pattern");
        Ok(vec![claim])
    }

    fn measure(p: &PatternParams, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let (mut fixed, mut probes) = (0.0, 0.0);
        for _ in 0..p.memories {
            let patterns = lawbook_memory::Patterns::random(p.K as usize, p.N as usize, &mut stream)?;
            let memory = DenseMemory::new(patterns, Separation::Power(2))?;
            let asked: Vec<State> = (0..4.min(p.K as usize)).map(|mu| memory.patterns().state(mu)).collect();
            let errors = memory.one_step_errors(&asked)?;
            fixed += errors.iter().filter(|&&error| error == 0.0).count() as f64;
            probes += errors.len() as f64;
        }
        cell.record("fixed", fixed / probes);
        Ok(())
    }
}
