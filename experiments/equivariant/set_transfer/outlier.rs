//! Table 2, continuity: moving one of n points to a far place moves the empirical measure by O(1/n) in W_1 and by O(1) in W_∞.
//! The normalised DeepSet, Lipschitz in W_1, forgets the outlier as 1/n; PointNet, Lipschitz in W_∞ alone, never does.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, no_grad, tensor::from_slice};
use lawbook_equivariant::sets::{Aggregation, SetModel};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Points uniform in [−1, 1], the first of them replaced.
    pub struct Outlier {
        /// Where the outlier lies.
        place: real = 3.0, 1.0..=1000.0;
        /// Random networks averaged over.
        networks: integer = 20, 1..=10_000;
        /// Width of ρ and σ.
        width: integer = 50, 1..=1000;
    }
}

// From 30 points on, where the supremum over the sample is within 1/n of that over [−1, 1].
const SIZES: [i64; 4] = [30, 100, 300, 1000];

/// The effect of one far point among n.
pub struct SingleOutlier;

impl Study for SingleOutlier {
    const NAME: &'static str = "outlier";
    const ABOUT: &'static str = "Untrained models on n points of [−1, 1]: the mean absolute change of the output when one point \
        is moved far outside.";
    type Params = Outlier;

    fn grid(_: Profile) -> Vec<Outlier> {
        vec![Outlier::default()]
    }

    fn predict(points: &[Outlier]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let slope = |id: &str, observable: &str, predicted: f64, margin: f64| {
            let sites = SIZES.map(|n| (n as f64, at.site(observable).at(n as f64)));
            let claim = Claim::exponent(id, sites, predicted).within(Margin::Absolute(margin)).source("Table 2");
            claim.axes("n", "change of the output").log_x().log_y()
        };
        Ok(vec![
            // The slope of σ is taken at means that differ by n^(-1/2) between sizes; the change itself is O(1/n).
            slope("mean-forgets-outlier", "mean", -1.0, 0.05)
                .rival("W-infinity", "Lipschitz in W_∞ only, as PointNet", [0.0])
                .rival("W-2", "proportional to W_2, which the outlier moves by n^(-1/2)", [-0.5]),
            // The supremum of ρ over the other points still rises, by O(1/n) relative: some hundredths of slope.
            slope("max-keeps-outlier", "max", 0.0, 0.1)
                .rival("W-1", "Lipschitz in W_1, as the normalised DeepSet", [-1.0])
                .rival("W-2", "Lipschitz in W_2", [-0.5]),
        ])
    }

    fn measure(params: &Outlier, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("networks and points"));
        let mut changes = [("mean", [0.0; SIZES.len()]), ("max", [0.0; SIZES.len()])];
        for _ in 0..params.networks {
            let set = stream.uniform_tensor(&[1, SIZES[SIZES.len() - 1], 1], Kind::Double, device) * 2.0 - 1.0;
            let far = from_slice(&[params.place], &[1, 1, 1], Kind::Double, device);
            for (name, totals) in &mut changes {
                let aggregation = if *name == "mean" { Aggregation::Mean } else { Aggregation::Max };
                let model = SetModel::three_layers(aggregation, 1, params.width)?;
                let parameters = model.init(&mut stream, Kind::Double, device);
                let output = |set: &Tensor| no_grad(|| model.forward(&parameters, set)).double_value(&[0, 0]);
                for (total, n) in totals.iter_mut().zip(SIZES) {
                    let moved = Tensor::cat(&[&far, &set.narrow(1, 1, n - 1)], 1);
                    *total += (output(&moved) - output(&set.narrow(1, 0, n))).abs();
                }
            }
        }
        for (name, totals) in changes {
            for (total, n) in totals.iter().zip(SIZES) {
                cell.record_at(name, n as f64, total / params.networks as f64);
            }
        }
        Ok(())
    }
}
