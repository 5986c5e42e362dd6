//! What gradient descent stores where embeddings interfere: one large batch, small and large steps, Adam.

use anyhow::Result;
use lawbook_core::optim::Rule;
use lawbook_memory::association::{
    Embeddings, sampled_frequencies,
    theory::recall_error,
    training::{Batch, trained},
    zipf,
};

use super::{OUTPUTS, targets};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Error by optimiser.
pub struct Optimisers;

params! {
    /// Cross-entropy descent from W = 0 on random embeddings.
    pub struct Params {
        /// The optimiser: one step of gradient descent on all tokens by their frequency, or steps on samples.
        optimiser: choice = "gradient", ["batch", "gradient", "adam"];
        /// Step size γ: per sample for gradient descent, per step for Adam.
        gamma: real = 1.0, 1e-9..=1e3;
        /// Exponent α of Zipf's law.
        alpha: real = 2.0, 1.05..=10.0;
        /// Tokens N.
        N: integer = 100, 2..=100_000;
        /// Dimension d.
        d: integer = 32, 2..=4096;
        /// Steps.
        steps: integer = 200, 1..=1_000_000;
        /// Samples per step.
        samples: integer = 16, 1..=10_000;
        /// Memories per cell.
        memories: integer = 10, 1..=1_000_000;
    }
}

/// Sizes of steps, of which each is large or small in what one occurrence adds to a margin: γ|e|²|u|² ≈ γ.
const LARGE: f64 = 1.0;
const SMALL: f64 = 1e-3;
/// Adam moves every entry of W by γ, a score by about γ d.
const ADAM: f64 = 0.01;

impl Study for Optimisers {
    const NAME: &'static str = "optimisers";
    const ABOUT: &'static str = "Trains W by cross-entropy on Zipf-distributed tokens with random embeddings.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let at = |optimiser: &str, gamma, memories| {
            // The formula wants M far below d; the order of optimisers wants a memory that is short.
            let d = if optimiser == "batch" { 128 } else { 32 };
            Params { optimiser: optimiser.into(), gamma, d, memories, ..Params::default() }
        };
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => {
                vec![at("batch", 1e-3, 400), at("gradient", LARGE, 8), at("gradient", SMALL, 8), at("adam", ADAM, 8)]
            }
            Profile::Full => {
                vec![
                    at("batch", 1e-3, 20_000),
                    at("gradient", LARGE, 400),
                    at("gradient", SMALL, 400),
                    at("adam", ADAM, 400),
                ]
            }
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let at = |optimiser: &str, gamma: f64| points.iter().find(|p| p.optimiser == optimiser && p.gamma == gamma);
        if let Some(batch) = points.iter().find(|p| p.optimiser == "batch") {
            claims.push(one_batch(batch)?);
        }
        if let (Some(small), Some(large)) = (at("gradient", SMALL), at("gradient", LARGE)) {
            claims.push(order("large-steps", small, large, "an occurrence adds the same however well a token is known"));
        }
        if let (Some(small), Some(adam)) = (at("gradient", SMALL), at("adam", ADAM)) {
            claims.push(order("adam", small, adam, "the optimiser makes no difference to what is stored"));
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (tokens, frequencies) = (p.N as usize, zipf(p.N as usize, p.alpha)?);
        let (targets, mut stream) = (targets(tokens), cell.stream("embeddings"));
        let mut data = cell.stream("samples");
        let rule = if p.optimiser == "adam" { Rule::ADAM } else { Rule::GRADIENT_DESCENT };
        let mut error = 0.0;
        for _ in 0..p.memories {
            let mut sampled = || -> Batch {
                let share = sampled_frequencies(&frequencies, p.samples as usize, &mut data);
                let seen = share.into_iter().enumerate().filter(|(_, share)| *share > 0.0);
                seen.map(|(token, share)| (token, share * p.samples as f64)).collect()
            };
            let batches: Vec<Batch> = if p.optimiser == "batch" {
                vec![frequencies.iter().copied().enumerate().collect()]
            } else {
                (0..p.steps).map(|_| sampled()).collect()
            };
            let embeddings = Embeddings::gaussian(tokens, OUTPUTS, p.d as usize, &mut stream)?;
            let memory = trained(embeddings, &targets, rule, p.gamma, &batches)?;
            error += memory.error(&frequencies, &targets)?;
        }
        cell.record("error", error / p.memories as f64);
        Ok(())
    }
}

/// One step on all tokens stores ρ = 1, `W = γ Σ p(x) (u_f(x) − ū) e_xᵀ`.
///
/// The mean output ū adds to crosstalk what M/d adds (4 %, of which the formula has the leading part); what outputs share, the
/// second order of M/d, and the last token recalled, one of few, leave some per cent of the error each.
fn one_batch(p: &Params) -> Result<Claim> {
    let frequencies = zipf(p.N as usize, p.alpha)?;
    let error = |rho: f64, kept: usize| {
        let weights: Vec<f64> =
            frequencies.iter().enumerate().map(|(x, f)| if x < kept { f.powf(rho) } else { 0.0 }).collect();
        recall_error(&frequencies, &targets(frequencies.len()), OUTPUTS, &weights, p.d as usize)
    };
    Ok(Claim::value("one-batch", Optimisers::at(p).site("error"), error(1.0, frequencies.len())?)
        .within(Margin::Relative(0.1))
        .rival("equal-weights", "all tokens are stored alike", [error(0.0, frequencies.len())?])
        .rival("root-weights", "weights grow as the root of the frequency", [error(0.5, frequencies.len())?])
        .axes("", "generalisation error after one step on all tokens")
        .source("on optimisation: few steps on large batches store ρ = 1"))
}

/// Small steps leave ρ near 1 (γT p(1) ≈ 2: weights hardly saturate), which errs at least by the tokens that ρ = 1 loses; what
/// comes near to equal weights errs less. The factor that separates the exponents of ρ = 1 and ρ = 0 at d = 32 is above 2.
fn order(id: &str, small: &Params, better: &Params, because: &str) -> Claim {
    let site = |p: &Params| Optimisers::at(p).site("error");
    Claim::ratio_at_least(id, site(small), site(better), 1.5)
        .rival("no-difference", because, [1.0])
        .axes("", "error after small steps over error after these")
        .source("on optimisation: large steps and Adam come nearer to ρ = 0")
}
