//! What tuning on the narrow network saves: the ratio of training costs, as the released notebook prints it.

use anyhow::Result;
use lawbook_equivariant::width::flops;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// The wide networks.
    pub struct Wide {
        /// Hidden width of the perceptron 54-n-n-n-7.
        mlp: integer = 2000, 64..=1_000_000;
        /// Width of the GPT with 12 blocks.
        gpt: integer = 768, 16..=1_000_000;
        /// Channels of the stem of the residual network of 18 layers.
        resnet: integer = 64, 4..=1_000_000;
    }
}

/// Published to three digits: rounding is at most 0.05 in 15.3.
const DIGITS: Margin = Margin::Relative(0.004);

/// The published ratios of costs, each after the ratio of widths.
const MLP: [(f64, f64); 6] = [(2.0, 3.94), (4.0, 15.3), (5.0, 23.6), (8.0, 57.9), (16.0, 208.9), (32.0, 708.0)];
const GPT: [(f64, f64); 3] = [(4.0, 7.23), (8.0, 16.7), (16.0, 36.3)];
// A width of four times costs 15.8: the stem and the readout are linear in the width. Rounding alone tells it from 16.
const RESNET: [(f64, f64); 1] = [(4.0, 15.8)];

/// Ratios of costs.
pub struct Costs;

impl Study for Costs {
    const NAME: &'static str = "costs";
    const ABOUT: &'static str = "Floating-point operations per training sample of a wide network over those of a narrow one, by \
        counting weights and their uses.";
    type Params = Wide;

    fn grid(_: Profile) -> Vec<Wide> {
        vec![Wide::default()]
    }

    fn predict(points: &[Wide]) -> Result<Vec<Claim>> {
        let Some(params) = points.iter().find(|params| **params == Wide::default()) else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let tables: [(&str, &[(f64, f64)]); 3] = [("mlp", &MLP), ("gpt", &GPT), ("resnet", &RESNET)];
        let claim = |(name, rows): (&str, &[(f64, f64)])| {
            let curve = rows.iter().map(|&(ratio, cost)| (ratio, at.site(name).at(ratio), cost));
            Claim::exact(&format!("cost-{name}"), curve)
                .within(DIGITS)
                .rival("quadratic", "the square of the ratio of widths", rows.iter().map(|(ratio, _)| ratio * ratio))
                .axes("ratio of widths", "ratio of costs")
                .source("released notebook on operations")
        };
        Ok(tables.into_iter().map(claim).collect())
    }

    fn measure(params: &Wide, cell: &mut Cell) -> Result<()> {
        let mlp = |n: i64| flops::mlp(&[54, n, n, n, 7]);
        for ratio in [2, 4, 5, 8, 16, 32] {
            cell.record_at("mlp", ratio as f64, mlp(params.mlp) / mlp(params.mlp / ratio));
        }
        let gpt = |width: i64| flops::Transformer { width, ..flops::Transformer::GPT2_SMALL }.flops();
        for ratio in [2, 4, 8, 16] {
            cell.record_at("gpt", ratio as f64, gpt(params.gpt) / gpt(params.gpt / ratio));
        }
        let resnet = |channels: i64| flops::resnet18(channels, 100);
        cell.record_at("resnet", 4.0, resnet(params.resnet) / resnet(params.resnet / 4));
        Ok(())
    }
}
