//! Section 5.3: which invariants are unchanged by duplication.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::scalar};
use lawbook_equivariant::{
    clouds::{CloudModel, DsCi, OiDs, Pairs, PointClouds, Surface, SvdDs},
    sets::Aggregation,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A random cloud on an ellipsoid away from the origin, and random networks.
    pub struct Random {
        /// Points n of the small cloud.
        n: integer = 100, 2..=1000;
        /// N/n.
        copies: integer = 2, 2..=20;
        /// Hidden widths and outputs.
        width: integer = 16, 1..=100;
    }
}

/// Rounding of f64 sums over some ten thousand terms of order one, with room.
const ROUNDING: Margin = Margin::Absolute(1e-10);

/// Exact compatibility of random networks, in double precision.
pub struct Compatibility;

impl Study for Compatibility {
    const NAME: &'static str = "compatibility";
    const ABOUT: &'static str = "Random SVD-DS (sum, mean), DS-CI (distinct pairs, all pairs) and OI-DS (centroids, first points) on points \
        of an ellipsoid and on their duplication: the largest change of the output.";
    type Params = Random;

    fn grid(_: Profile) -> Vec<Random> {
        vec![Random::default()]
    }

    fn predict(points: &[Random]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let unchanged = |id: &str, observable: &str| {
            let claim = Claim::exact(id, [(0.0, at.site(observable), 0.0)]).within(ROUNDING);
            claim.axes("", "largest change under duplication").source("Section 5.3")
        };
        Ok(vec![
            unchanged("svd-ds", "mean SVD-DS").rival_residual(
                "sum",
                "every point is counted again",
                [at.site("sum SVD-DS")],
            ),
            unchanged("compatible-ds-ci", "DS-CI all").rival_residual(
                "normalised",
                "duplication brings the diagonal of G among the pairs",
                [at.site("DS-CI distinct")],
            ),
            unchanged("oi-ds", "OI-DS").rival_residual(
                "first-points",
                "inner products with the first three points, which duplication makes one",
                [at.site("OI-DS first points")],
            ),
        ])
    }

    fn measure(params: &Random, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("networks and cloud"));
        let surface = Surface::Ellipsoid([3.0, 2.0, 1.0]);
        let points = surface.sample(params.n as usize, [2.0, 1.5, 1.0], &mut stream)?;
        let clouds = PointClouds::new(points.unsqueeze(0).to_device(device))?;
        let twice = clouds.duplicate(params.copies)?;
        let change = |small: Tensor, large: Tensor| scalar(&(small - large).abs().max());
        for (name, aggregation) in [("sum SVD-DS", Aggregation::Sum), ("mean SVD-DS", Aggregation::Mean)] {
            let model = SvdDs::new(aggregation, 3, params.width)?;
            let parameters = model.init(&mut stream, Kind::Double, device);
            cell.record(name, change(model.forward(&parameters, &clouds)?, model.forward(&parameters, &twice)?));
        }
        for (name, pairs) in [("DS-CI distinct", Pairs::Distinct), ("DS-CI all", Pairs::All)] {
            let model = DsCi::new(pairs, params.width)?;
            let parameters = model.init(&mut stream, Kind::Double, device);
            cell.record(name, change(model.forward(&parameters, &clouds)?, model.forward(&parameters, &twice)?));
        }
        let model = OiDs::new(3, params.width)?;
        let parameters = model.init(&mut stream, Kind::Double, device);
        cell.record("OI-DS", change(model.forward(&parameters, &clouds)?, model.forward(&parameters, &twice)?));
        let by_first = |clouds: &PointClouds| model.forward_with(&parameters, clouds, &clouds.points().narrow(1, 0, 3));
        cell.record("OI-DS first points", change(by_first(&clouds), by_first(&twice)));
        Ok(())
    }
}
