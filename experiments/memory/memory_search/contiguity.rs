//! Transitions by lag: recall moves to neighbours in time, forward rather than backward.

use anyhow::Result;
use lawbook_memory::context::{
    Choice, TemporalContext,
    lags::{LagCounts, expected_lags},
    orthonormal_list, random_list,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Conditional response probabilities by lag.
pub struct Contiguity;

params! {
    /// A list studied and recalled in any order.
    pub struct Params {
        /// Items of the list: expectations take a time that grows as its factorial.
        items: integer = 8, 3..=9;
        /// Drift β.
        beta: real = 0.6, 0.01..=0.99;
        /// Share γ of retrieved context in what a recalled item brings back.
        gamma: real = 0.5, 0.0..=1.0;
        /// Dimensions of random items, nearly orthogonal; 0 for orthonormal ones.
        dimensions: integer = 0, 0..=100_000;
        /// Lists per cell.
        lists: integer = 20_000, 1..=10_000_000;
    }
}

/// Shares of retrieved context: none, where only the item itself moves the context, to all.
const SHARES: [f64; 3] = [0.0, 0.5, 1.0];

const LAGS: [i32; 4] = [-2, -1, 1, 2];

/// Random items share a list for so many recalls, for studying costs more than recalling.
const RECALLS: usize = 20;

impl Study for Contiguity {
    const NAME: &'static str = "contiguity";
    const ABOUT: &'static str = "Recalls lists by temporal context and counts transitions by lag, of those that were still open; \
        recall stops before output number k with probability 0.04 k.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let lists = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 40_000,
            Profile::Full => 400_000,
        };
        let shares = SHARES.into_iter().map(|gamma| Params { gamma, lists, ..Params::default() });
        shares.chain([Params { dimensions: 400, lists, ..Params::default() }]).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let expected = expected(p)?;
            let sites = LAGS.iter().zip(&expected);
            let sites = sites.map(|(&lag, chance)| (f64::from(lag), Self::at(p).site("crp").at(f64::from(lag)), *chance));
            // Exact for orthonormal items, with a margin that `quick` resolves. Activations of random items scatter by 1/√n =
            // 0.05, which lends the weak ones, third powers of 0.3 and less, up to a tenth more, 0.02.
            let (id, margin) =
                if p.dimensions > 0 { ("random-items".to_owned(), 0.03) } else { (format!("lags-{}", p.gamma), 0.015) };
            let mut claim = Claim::curve(&id, sites)
                .within(Margin::Absolute(margin))
                .axes("lag", "conditional response probability")
                .source("sum over all orders of recall; Howard & Kahana 2002, section 4");
            if p.gamma < 1.0 {
                let symmetric = self::expected(&Params { gamma: 1.0, ..p.clone() })?;
                claim = claim.rival("context-only", "a recalled item brings back its context of study alone", symmetric);
                claim =
                    claim.rival("backward", "contiguity is as strong, but the other way", expected.iter().rev().copied());
            }
            if p.gamma > 0.0 {
                let forward = self::expected(&Params { gamma: 0.0, ..p.clone() })?;
                claim = claim.rival("item-only", "a recalled item brings back nothing of its context", forward);
            }
            claims.push(claim);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (model, items) = (model(p), p.items as usize);
        let (mut vectors, mut recall) = (cell.stream("items"), cell.stream("recall"));
        let mut counts = LagCounts::new(items);
        let mut trace = model.study(&orthonormal_list(items, 0, 0))?;
        for list in 0..p.lists as usize {
            if p.dimensions > 0 && list % RECALLS == 0 {
                trace = model.study(&random_list(items, 0, 0, p.dimensions as usize, &mut vectors))?;
            }
            counts.count(&model.recall(&trace, &mut recall));
        }
        for lag in LAGS {
            cell.record_at("crp", f64::from(lag), counts.probability(lag));
        }
        Ok(())
    }
}

fn model(p: &Params) -> TemporalContext {
    TemporalContext { drift: p.beta, retrieval: p.gamma, choice: Choice::Power(3.0), stop: 0.04 }
}

/// The probabilities at the lags, for orthonormal items.
fn expected(p: &Params) -> Result<Vec<f64>> {
    let model = model(p);
    let counts = expected_lags(&model, &model.study(&orthonormal_list(p.items as usize, 0, 0))?);
    Ok(LAGS.map(|lag| counts.probability(lag)).to_vec())
}
