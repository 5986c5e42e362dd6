//! Table 2: which aggregation commutes with which embedding, and Example 2.6: which norm is kept by which.

use anyhow::Result;
use lawbook_core::{Kind, Tensor};
use lawbook_equivariant::sets::{Aggregation, SetModel, SetSequence};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// One random set and random networks.
    pub struct Random {
        /// Points n of the small set.
        n: integer = 4, 1..=1000;
        /// N/n.
        copies: integer = 3, 2..=100;
        /// Dimension d of the points.
        d: integer = 5, 1..=1000;
        /// Width of ρ and σ.
        width: integer = 50, 1..=1000;
    }
}

/// Rounding of f64 sums over some hundred terms of order one, with room.
const ROUNDING: Margin = Margin::Absolute(1e-10);

/// Exact compatibility of random networks, in double precision.
pub struct Compatibility;

impl Study for Compatibility {
    const NAME: &'static str = "compatibility";
    const ABOUT: &'static str = "Random ReLU networks with sum, mean and maximum on a random set and on its embedding into a \
        larger size, by duplication and by zero padding: the absolute change of the output, and of the norms.";
    const UNCLAIMED: &'static [&'static str] = &["centred max padding", "centred mean padding"];
    type Params = Random;

    // Four points, so that some of the 50 channels of ρ have their maximum at the padding's ρ(0) and not at a point.
    fn grid(_: Profile) -> Vec<Random> {
        vec![Random::default()]
    }

    fn predict(points: &[Random]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let unchanged = |id: &str, observable: &str, rivals: &[(&str, &str, &str)]| {
            let claim = Claim::exact(id, [(0.0, at.site(observable), 0.0)]).within(ROUNDING);
            let claim = claim.axes("", "absolute change under the embedding").source("Table 2");
            rivals.iter().fold(claim, |claim, (name, because, site)| claim.rival_residual(name, because, [at.site(site)]))
        };
        let sum = ("sum", "a DeepSet sees every point once more", "sum duplication");
        Ok(vec![
            unchanged("mean-under-duplication", "mean duplication", &[sum]),
            unchanged("max-under-duplication", "max duplication", &[sum]),
            unchanged(
                "sum-under-padding",
                "centred sum padding",
                &[
                    ("rho-not-zero-at-zero", "the padding adds ρ(0) every time", "sum padding"),
                    ("mean", "the padding counts in the mean", "mean padding"),
                    ("max", "the padding competes in the maximum", "max padding"),
                ],
            ),
            unchanged(
                "mean-norm-under-duplication",
                "mean norm duplication",
                &[("sum-norm", "every point is counted again", "sum norm duplication")],
            )
            .source("Example 2.6"),
            unchanged(
                "sum-norm-under-padding",
                "sum norm padding",
                &[("mean-norm", "the padding counts in the mean", "mean norm padding")],
            )
            .source("Example 2.6"),
        ])
    }

    fn measure(params: &Random, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("networks and set"));
        let set = stream.normal_tensor(&[1, params.n, params.d], Kind::Double, device);
        let duplicated = SetSequence::Duplication.embed(&set, params.copies * params.n)?;
        let padded = SetSequence::ZeroPadding.embed(&set, params.copies * params.n)?;
        for (name, aggregation) in [("sum", Aggregation::Sum), ("mean", Aggregation::Mean), ("max", Aggregation::Max)] {
            let model = SetModel::three_layers(aggregation, params.d, params.width)?;
            let parameters = model.init(&mut stream, Kind::Double, device);
            let plain = |x: &_| model.forward(&parameters, x).double_value(&[0, 0]);
            let centred = |x: &_| model.forward_centred(&parameters, x).double_value(&[0, 0]);
            cell.record(&format!("{name} duplication"), (plain(&duplicated) - plain(&set)).abs());
            cell.record(&format!("{name} padding"), (plain(&padded) - plain(&set)).abs());
            cell.record(&format!("centred {name} padding"), (centred(&padded) - centred(&set)).abs());
        }
        // Of the identities the worst p, of their rivals p = 1: at p = ∞ all norms are the maximum.
        let change = |norm: SetSequence, embedded: &Tensor, p: f64| -> Result<f64> {
            Ok((norm.norm(&embedded.squeeze_dim(0), p)? - norm.norm(&set.squeeze_dim(0), p)?).abs())
        };
        let worst = |norm, embedded: &_| {
            [1.0, 2.0, f64::INFINITY]
                .into_iter()
                .try_fold(0.0, |worst, p| Ok::<f64, anyhow::Error>(f64::max(worst, change(norm, embedded, p)?)))
        };
        cell.record("mean norm duplication", worst(SetSequence::Duplication, &duplicated)?);
        cell.record("sum norm padding", worst(SetSequence::ZeroPadding, &padded)?);
        cell.record("sum norm duplication", change(SetSequence::ZeroPadding, &duplicated, 1.0)?);
        cell.record("mean norm padding", change(SetSequence::Duplication, &padded, 1.0)?);
        Ok(())
    }
}
