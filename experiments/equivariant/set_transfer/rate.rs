//! Corollary F.9 and Figure 2d: the normalised DeepSet on samples of μ approaches σ(∫ρ dμ) as n^{−1/2}, in every dimension,
//! although its Lipschitz constant in W_1 would only promise n^{−1/d} for d > 2.
//!
//! The delta method gives the constant as well: E|f_n − f_∞| √n → √(2/π) √Var_μ(∇σ(∫ρ dμ)·ρ).

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use anyhow::Result;
use lawbook_analysis::gaussian::normal_rule;
use lawbook_core::{Kind, Tensor, no_grad, tensor::to_vec};
use lawbook_equivariant::sets::{Aggregation, SetModel, limit};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Random normalised DeepSets on samples of N(0, I_d).
    pub struct Untrained {
        /// Dimension of the points.
        d: integer = 1, 1..=100;
        /// Random networks. One alone may lie near a kink at its limit, where the first order is small or absent.
        networks: integer = 16, 1..=1000;
        /// Samples per size and network.
        draws: integer = 20, 2..=100_000;
        /// Largest sample size n.
        largest: integer = 10_000, 30..=1_000_000;
        /// Width of ρ and σ.
        width: integer = 50, 1..=1000;
    }
}

/// The rate of approach to the limit.
pub struct Rate;

// From 30 on, where the second order of the delta method, smaller by n^(-1/2), no longer bends a log-log fit by the margin.
fn sizes(largest: i64) -> Vec<i64> {
    [30, 100, 300, 1000, 3000, 10_000].into_iter().filter(|n| *n <= largest).collect()
}

impl Study for Rate {
    const NAME: &'static str = "rate";
    const ABOUT: &'static str = "Untrained normalised DeepSets on n independent draws from N(0, I): the mean absolute \
        difference to their limits (by quadrature, in one dimension) and between two independent samples.";
    type Params = Untrained;

    fn grid(profile: Profile) -> Vec<Untrained> {
        let base = match profile {
            // Narrower networks are at times dead at the limit, where there is no first order.
            Profile::Smoke => Untrained { width: 16, draws: 25, largest: 3000, ..Untrained::default() },
            Profile::Quick => Untrained { largest: 3000, ..Untrained::default() },
            Profile::Full => Untrained::default(),
        };
        let spatial = Untrained { d: 5, ..base.clone() };
        if profile == Profile::Smoke { vec![base] } else { vec![base, spatial] }
    }

    fn predict(points: &[Untrained]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for params in points {
            let (at, sizes) = (Self::at(params), sizes(params.largest));
            let along = |observable: &str| {
                let site = at.site(observable);
                sizes.iter().map(|&n| (n as f64, site.clone().at(n as f64))).collect::<Vec<_>>()
            };
            // Corrections of relative order 1/n in the variance and n^(-1/2) at kinks bend the fit by less than this.
            let slope = |id: String, observable: &str, ordinate: &str| {
                let claim = Claim::exponent(&id, along(observable), -0.5).within(Margin::Absolute(0.05));
                claim.rival("grid", "n^(-1), as for evenly spaced points", [-1.0]).axes("n", ordinate).log_x().log_y()
            };
            let bound = -1.0 / params.d as f64;
            let gap =
                slope(format!("gap-exponent-d{}", params.d), "gap", "E|f_n − f_n'| of two samples").source("Corollary F.9");
            claims.push(if params.d > 2 {
                gap.rival(
                    "wasserstein-bound",
                    "W_1 of samples in d dimensions falls as n^(-1/d), and f is Lipschitz",
                    [bound],
                )
            } else {
                gap
            });
            if params.d == 1 {
                claims.push(
                    slope("limit-exponent".to_owned(), "error", "E|f_n − f_∞|")
                        .rival("second-moment-bound", "n^(-1/(2p)) at p = 2, the general rate of W_p", [-0.25])
                        .source("Figure 2d, Corollary F.9"),
                );
                claims.push(
                    // The neglected terms are of relative order n^(-1/2) at the smallest size averaged over, n = 100.
                    Claim::value("limit-constant", at.site("error over delta method"), 1.0)
                        .within(Margin::Absolute(0.1))
                        .rival(
                            "root-mean-square",
                            "the standard deviation in the place of the mean modulus",
                            [FRAC_PI_2.sqrt()],
                        )
                        .rival("two-samples", "both ends fluctuate, as between two samples", [2f64.sqrt()])
                        .axes("", "E|f_n − f_∞| over its value by the delta method")
                        .source("delta method on Corollary F.9"),
                );
            }
        }
        Ok(claims)
    }

    fn measure(params: &Untrained, cell: &mut Cell) -> Result<()> {
        let device = cell.device();
        let (mut networks, mut samples) = (cell.stream("networks"), cell.stream("samples"));
        let model = SetModel::three_layers(Aggregation::Mean, params.d, params.width)?;
        let sizes = sizes(params.largest);
        let (mut gaps, mut errors, mut scale) = (vec![0.0; sizes.len()], vec![0.0; sizes.len()], 0.0);
        for _ in 0..params.networks {
            let parameters = model.init(&mut networks, Kind::Double, device);
            // Rounding of single precision, 1e-7, is far below n^(-1/2).
            let single: Vec<Tensor> = parameters.iter().map(|tensor| tensor.to_kind(Kind::Float)).collect();
            let limit = (params.d == 1).then(|| {
                let (nodes, weights): (Vec<f64>, Vec<f64>) = normal_rule(20_001).into_iter().unzip();
                let (nodes, weights) = (Tensor::from_slice(&nodes).unsqueeze(1), Tensor::from_slice(&weights));
                limit(&model, &parameters, &nodes.to_device(device), &weights.to_device(device))
            });
            scale += limit.as_ref().map_or(0.0, |limit| limit.deviation);
            for (i, &n) in sizes.iter().enumerate() {
                // A few thousand points at a time stay in the cache.
                let at_once = (4096 / n).clamp(1, params.draws);
                let mut values = Vec::new();
                while values.len() < params.draws as usize {
                    let sets = at_once.min(params.draws - values.len() as i64);
                    let x = samples.normal_tensor(&[sets, n, params.d], Kind::Float, device);
                    values.extend(to_vec(&no_grad(|| model.forward(&single, &x))));
                }
                gaps[i] += mean_difference(&values);
                if let Some(limit) = &limit {
                    errors[i] += values.iter().map(|f| (f - limit.output).abs()).sum::<f64>() / values.len() as f64;
                }
            }
        }
        let mut relative = Vec::new();
        for (i, &n) in sizes.iter().enumerate() {
            cell.record_at("gap", n as f64, gaps[i] / params.networks as f64);
            if params.d == 1 {
                cell.record_at("error", n as f64, errors[i] / params.networks as f64);
                if n >= 100 {
                    relative.push(errors[i] * (n as f64).sqrt() / (FRAC_2_PI.sqrt() * scale));
                }
            }
        }
        if params.d == 1 {
            cell.record("error over delta method", relative.iter().sum::<f64>() / relative.len() as f64);
        }
        Ok(())
    }
}

/// The mean of |a − b| over all pairs.
fn mean_difference(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let total: f64 = sorted.iter().enumerate().map(|(i, value)| (2.0 * i as f64 + 1.0 - count) * value).sum();
    2.0 * total / (count * (count - 1.0))
}
