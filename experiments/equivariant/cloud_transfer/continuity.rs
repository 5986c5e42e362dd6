//! Section 5.3: SVD-DS is locally Lipschitz where singular values are distinct, and jumps where they coincide: as two of them pass
//! each other, so do the axes of the frame.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::scalar};
use lawbook_equivariant::{
    clouds::{CloudModel, DsCi, Pairs, PointClouds, SvdDs},
    sets::Aggregation,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Pairs of clouds at distance of order ε.
    pub struct Perturbed {
        /// Points.
        n: integer = 50, 4..=1000;
        /// Clouds, each with networks of its own.
        clouds: integer = 10, 1..=1000;
        /// Hidden widths and outputs.
        width: integer = 16, 1..=100;
    }
}

const EPSILONS: [f64; 3] = [1e-4, 1e-3, 1e-2];

/// Continuity at clouds with equal and with distinct singular values.
pub struct Continuity;

impl Study for Continuity {
    const NAME: &'static str = "continuity";
    const ABOUT: &'static str = "Random clouds with equal or with distinct singular values, stretched along the first axis by 1 ± ε and \
        along the third by 1 ∓ ε: the distance between the outputs for both signs.";
    type Params = Perturbed;

    fn grid(profile: Profile) -> Vec<Perturbed> {
        let clouds = if profile == Profile::Smoke { 5 } else { 10 };
        vec![Perturbed { clouds, ..Perturbed::default() }]
    }

    fn predict(points: &[Perturbed]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let exponent = |id: &str, observable: &str, predicted: f64, rival: (&str, &str, f64)| {
            let sites = EPSILONS.map(|epsilon| (epsilon, at.site(observable).at(epsilon)));
            // Neglected: kinks of ReLU networks and second order in ε, some per cent at the largest.
            Claim::exponent(id, sites, predicted)
                .within(Margin::Absolute(0.05))
                .rival(rival.0, rival.1, [rival.2])
                .axes("ε", "distance of outputs")
                .log_x()
                .log_y()
                .source("Section 5.3")
        };
        let smooth = ("jumps", "the output depends on a frame that jumps", 0.0);
        Ok(vec![
            exponent("svd-ds-distinct", "SVD-DS distinct", 1.0, smooth),
            exponent("svd-ds-equal", "SVD-DS equal", 0.0, ("lipschitz", "locally Lipschitz everywhere", 1.0)),
            exponent("ds-ci-equal", "DS-CI equal", 1.0, smooth),
        ])
    }

    fn measure(params: &Perturbed, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("clouds and networks"));
        let (svd, ds_ci) = (SvdDs::new(Aggregation::Mean, 3, params.width)?, DsCi::new(Pairs::All, params.width)?);
        let mut totals = [[0.0; 3]; EPSILONS.len()];
        for _ in 0..params.clouds {
            let raw = stream.normal_tensor(&[params.n, 3], Kind::Double, device);
            // Orthonormal columns: all singular values of the cloud are equal. Not centred, so that third moments do not vanish.
            let white = Tensor::linalg_qr(&(raw + 0.5), "reduced").0 * (params.n as f64).sqrt();
            let distinct = &white * Tensor::from_slice(&[2.0, 1.5, 1.0]).to_device(device);
            let of_svd = svd.init(&mut stream, Kind::Double, device);
            let of_ds_ci = ds_ci.init(&mut stream, Kind::Double, device);
            for (epsilon, totals) in EPSILONS.iter().zip(&mut totals) {
                let stretched = |cloud: &Tensor, epsilon: f64| {
                    let stretch = Tensor::from_slice(&[1.0 + epsilon, 1.0, 1.0 - epsilon]).to_device(device);
                    PointClouds::new((cloud * stretch).unsqueeze(0))
                };
                let pair = |cloud: &Tensor| anyhow::Ok([stretched(cloud, *epsilon)?, stretched(cloud, -epsilon)?]);
                let apart = |first: Tensor, second: Tensor| scalar(&(first - second).square().sum(Kind::Double)).sqrt();
                let [first, second] = pair(&distinct)?;
                totals[0] += apart(svd.forward(&of_svd, &first)?, svd.forward(&of_svd, &second)?);
                let [first, second] = pair(&white)?;
                totals[1] += apart(svd.forward(&of_svd, &first)?, svd.forward(&of_svd, &second)?);
                totals[2] += apart(ds_ci.forward(&of_ds_ci, &first)?, ds_ci.forward(&of_ds_ci, &second)?);
            }
        }
        for (epsilon, totals) in EPSILONS.iter().zip(totals) {
            for (name, total) in ["SVD-DS distinct", "SVD-DS equal", "DS-CI equal"].iter().zip(totals) {
                cell.record_at(name, *epsilon, total / params.clouds as f64);
            }
        }
        Ok(())
    }
}
