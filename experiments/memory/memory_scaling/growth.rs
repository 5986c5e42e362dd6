//! What gradient descent stores without interference: how a weight grows with the occurrences of its token.

use anyhow::Result;
use lawbook_analysis::line::slope;
use lawbook_core::optim::Rule;
use lawbook_memory::association::{
    Association, Embeddings,
    training::{Batch, margin_after, trained, weight_after},
    zipf,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Weights learned for orthonormal embeddings.
pub struct Growth;

params! {
    /// Cross-entropy descent from W = 0 on orthonormal embeddings.
    pub struct Params {
        /// One sample per step, or one step on all tokens by their frequency.
        data: choice = "online", ["online", "batch"];
        /// The optimiser.
        optimiser: choice = "gradient", ["gradient", "adam"];
        /// Outputs M.
        M: integer = 100, 2..=1000;
        /// Step size γ.
        gamma: real = 0.5, 1e-6..=1e3;
    }
}

/// Occurrences of the tokens that are followed.
const HITS: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// Tokens of the batch, Zipf-distributed with α = 2.
const TOKENS: usize = 20;

impl Study for Growth {
    const NAME: &'static str = "growth";
    const ABOUT: &'static str = "Trains W by cross-entropy on orthonormal embeddings, token by token or in one step on all, \
        and reads off the score margin of every token.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        let batch = |optimiser: &str| Params { data: "batch".into(), optimiser: optimiser.into(), M: 5, gamma: 0.1 };
        vec![Params::default(), batch("gradient"), batch("adam")]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points.iter().filter(|p| p.data == "online") {
            let site = |observable: &str| Self::at(p).site(observable);
            // Rounding of some hundred steps of numbers below 10.
            claims.push(
                Claim::exact(&format!("margin-map-{}", p.M), [(0.0, site("residual"), 0.0)])
                    .within(Margin::Absolute(1e-9))
                    .rival_residual("linear", "every occurrence adds γ, as in Hebb's rule", [site("linear-residual")])
                    .rival_residual("others-stay", "the scores of other outputs stay at 0", [site("paper-residual")])
                    .axes("", "largest deviation of a margin from its map")
                    .source("map of the margin: m ← m + γ M/(M−1)/(1 + e^m/(M−1))"),
            );
            // The paper's map forgets that the other outputs lose what the right one gains: a share 1/M of the weight, and
            // again 1/M in the map's 1/M for 1/(M−1).
            let curve =
                HITS.map(|hits| (hits as f64, site("weight").at(hits as f64), weight_after(hits, p.gamma, p.M as usize)));
            claims.push(
                Claim::exact(&format!("weight-map-{}", p.M), curve)
                    .within(Margin::Relative(2.0 / p.M as f64))
                    .rival("linear", "every occurrence adds γ, as in Hebb's rule", HITS.map(|hits| p.gamma * hits as f64))
                    .axes("occurrences t", "score of the right output")
                    .log_x()
                    .source("map of the weight: q ← q + γ/(1 + e^q/M)"),
            );
        }
        for p in points.iter().filter(|p| p.data == "batch") {
            let (rho, other) = if p.optimiser == "adam" { (0.0, 1.0) } else { (1.0, 0.0) };
            // Adam's ε = 1e-8 shortens the steps of the rarest token, whose gradient is p/M ~ 3e-4, by 3e-5.
            claims.push(
                Claim::exact(&format!("batch-{}", p.optimiser), [(0.0, Self::at(p).site("rho"), rho)])
                    .within(Margin::Absolute(1e-3))
                    .rival("other-optimiser", "the optimiser makes no difference to what is stored", [other])
                    .axes("", "effective ρ: slope of ln margin in ln p")
                    .source("on optimisation: one large batch stores q = p; normalised steps store q = const"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let rule = if p.optimiser == "adam" { Rule::ADAM } else { Rule::GRADIENT_DESCENT };
        let outputs = p.M as usize;
        let learn = |tokens: usize, batches: &[Batch]| -> Result<(Association, Vec<usize>)> {
            let targets: Vec<usize> = (0..tokens).map(|token| token % outputs).collect();
            let embeddings = Embeddings::orthonormal(tokens, outputs, tokens.max(outputs))?;
            Ok((trained(embeddings, &targets, rule, p.gamma, batches)?, targets))
        };
        if p.data == "batch" {
            let frequencies = zipf(TOKENS, 2.0)?;
            let (memory, targets) = learn(TOKENS, &[frequencies.iter().copied().enumerate().collect()])?;
            let points: Vec<(f64, f64)> =
                (0..TOKENS).map(|x| (frequencies[x].ln(), memory.margin(x, targets[x]).ln())).collect();
            cell.record("rho", slope(&points));
            return Ok(());
        }
        let mut batches: Vec<Batch> = HITS.iter().enumerate().flat_map(|(x, &hits)| vec![vec![(x, 1.0)]; hits]).collect();
        cell.stream("order").shuffle(&mut batches);
        let (memory, targets) = learn(HITS.len(), &batches)?;
        let (mut residual, mut paper, mut linear) = (0.0_f64, 0.0_f64, 0.0_f64);
        for (x, hits) in HITS.into_iter().enumerate() {
            let margin = memory.margin(x, targets[x]);
            residual = residual.max((margin - margin_after(hits, p.gamma, outputs)).abs());
            paper = paper.max((margin - weight_after(hits, p.gamma, outputs)).abs());
            linear = linear.max((margin - p.gamma * hits as f64).abs());
            cell.record_at("weight", hits as f64, -memory.energy(x, targets[x]));
        }
        cell.record("residual", residual);
        cell.record("paper-residual", paper);
        cell.record("linear-residual", linear);
        Ok(())
    }
}
