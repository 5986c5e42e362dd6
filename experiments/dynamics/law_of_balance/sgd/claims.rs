//! What the stationary laws say about SGD, temperature by temperature.

use anyhow::Result;
use lawbook_analysis::{density::Density, gaussian::Normal};
use lawbook_dynamics::theory::stationary::{
    depth_one_density, depth_one_second_order, depth_zero_variance, tangent_variance,
};

use super::{BURN, COLLAPSED, GRID, IMBALANCE, Params, RealSgd, SAMPLES, SPACING, WEAK};
use crate::framework::{Claim, Margin, Study, Verdict};

/// Distribution, sign, balance or collapse, as the temperature has it.
pub(super) fn at_one_temperature(p: &Params) -> Result<Vec<Claim>> {
    let m = p.data().moments();
    let t = p.temperature();
    let name = format!("at-{}-T_c", p.T_over_T_c);
    let site = |observable: &str| RealSgd::at(p).site(observable);
    let trials = p.replicas as u64;
    let gibbs = Normal { mean: m.minimum(), deviation: tangent_variance(&m, t).sqrt() };
    if p.T_over_T_c > 1.0 {
        let near_zero = gibbs.cdf(COLLAPSED) - gibbs.cdf(-COLLAPSED);
        return Ok(vec![
            // ln v falls by more than four times its scatter while it is watched, so that far fewer than 5 % are still above.
            Claim::at_least(&format!("collapse-{name}"), site("collapsed"), 0.95)
                .out_of(trials)
                .rival("isotropic-noise", "exp(−2L/T') of Langevin dynamics leaves 0 like any other value", [near_zero])
                .axes("", "fraction of replicas with |v| < 0.001")
                .source("section 4.2: u = w = 0 with probability 1 above T_c"),
        ]);
    }
    if p.start == "wrong" {
        let regression = Normal { mean: m.minimum(), deviation: depth_zero_variance(&m, t).sqrt() };
        let wrong = |law: Normal| law.cdf(-10.0 * COLLAPSED);
        return Ok(vec![
            Claim::at_most(&format!("wrong-sign-{name}"), site("wrong-sign"), 0.02)
                .out_of(trials)
                .rival("linear-regression", "depth 0 takes both signs, with the variance of its law", [wrong(regression)])
                .rival("isotropic-noise", "exp(−2L/T') of Langevin dynamics does not stop at 0", [wrong(gibbs)])
                .axes("", "fraction of replicas with v < −0.01")
                .source("section 4: the law of v < 0 is not normalisable, all its mass is at 0"),
        ]);
    }
    if p.T_over_T_c > 0.7 {
        // Only the order parameter: a distribution would take too many replicas so close to the transition.
        return Ok(Vec::new());
    }
    let law = depth_one_density(&m, t)?;
    let matched = Normal { mean: law.mean(|v| v), deviation: law.variance().sqrt() };
    let cdf = |law: Normal| GRID.map(|x| law.cdf(x * m.minimum()));
    if p.k > WEAK {
        return second_order(p, cdf(gibbs));
    }
    let points = GRID.map(|x| (x, site("cdf").at(x), law.cdf(x * m.minimum())));
    let mut claims = vec![
        // A finite learning rate shifts T/T_c by some b₂²/a₃, 1 % here; what is left of the start, e⁻⁶, adds to that.
        Claim::distribution(&format!("sgd-distribution-{name}"), points)
            .within(Margin::Absolute(0.02))
            .rival("matched-gaussian", "a Gaussian with the mean and variance of the law itself", cdf(matched))
            .rival(
                "isotropic-noise",
                "exp(−2L/T') of Langevin dynamics with isotropic noise as strong as that of SGD at the minimum",
                cdf(gibbs),
            )
            .axes("v b₁/b₂", "P(≤ v)")
            .source("equation 15"),
    ];
    let decay = 4.0 * t * m.a3 * p.relaxation_time() * (BURN + SPACING * (SAMPLES - 1) as f64);
    // A ten-thousandth of the imbalance at the start; claimed where e^-12 of it or less is predicted to be left, and
    // enough that not all seeds see it underflow.
    if (12.0..60.0).contains(&decay) {
        let start = m.minimum() * (IMBALANCE.powi(2) - IMBALANCE.powi(-2));
        claims.push(
            Claim::at_most(&format!("sgd-balance-{name}"), site("median-imbalance"), 1e-4 * start)
                .rival("conservation", "gradient flow keeps u² − w²", [start])
                .axes("", "median of |u² − w²|")
                .source("law of balance"),
        );
    }
    Ok(claims)
}

/// The fraction close to zero against temperature: the order parameter of the transition.
pub(super) fn order_parameter(points: &[Params]) -> Result<Option<Claim>> {
    let warm = |p: &&Params| p.start == "right" && p.k < WEAK && (0.5..1.0).contains(&p.T_over_T_c);
    let group: Vec<&Params> = points.iter().filter(warm).collect();
    if group.len() < 2 {
        return Ok(None);
    }
    let (mut sites, mut gibbs, mut matched) = (Vec::new(), Vec::new(), Vec::new());
    for p in group {
        let (m, t) = (p.data().moments(), p.temperature());
        let law = depth_one_density(&m, t)?;
        let near_zero = |law: Normal| law.cdf(COLLAPSED) - law.cdf(-COLLAPSED);
        sites.push((p.T_over_T_c, RealSgd::at(p).site("near-zero"), law.cdf(COLLAPSED)));
        gibbs.push(near_zero(Normal { mean: m.minimum(), deviation: tangent_variance(&m, t).sqrt() }));
        matched.push(near_zero(Normal { mean: law.mean(|v| v), deviation: law.variance().sqrt() }));
    }
    Ok(Some(
        // A finite learning rate lowers T_c by 1 %, which adds 0.015 at 0.8 T_c.
        Claim::curve("order-parameter", sites)
            .within(Margin::Absolute(0.05))
            .rival("isotropic-noise", "exp(−2L/T') of Langevin dynamics leaves 0 like any other value", gibbs)
            .rival("matched-gaussian", "a Gaussian with the mean and variance of the law itself", matched)
            .axes("T/T_c", "P(|v| < 0.001)")
            .source("equation 15: mass collects at 0 before the transition"),
    ))
}

/// What the second order in the learning rate says where it matters.
fn second_order(p: &Params, gibbs: [f64; 6]) -> Result<Vec<Claim>> {
    let m = p.data().moments();
    let scale = m.minimum();
    let law = Density::logarithmic(depth_one_second_order(&m, p.temperature())?, scale * 1e-290, scale * 1e20, 1600)?;
    let points = GRID.map(|x| (x, RealSgd::at(p).site("cdf").at(x), law.cdf(x * scale)));
    Ok(vec![
        // What equation 52 leaves out is, if it is the whole second order, of the order of its own correction squared, 10⁻³.
        Claim::distribution(&format!("sgd-second-order-at-{}-T_c", p.T_over_T_c), points)
            .within(Margin::Absolute(0.015))
            .rival("isotropic-noise", "exp(−2L/T') of Langevin dynamics with isotropic noise", gibbs)
            .finding(
                Verdict::Fails,
                "SGD at batch size 1 has more mass near 0 than equation 52 says: its threshold lies lower by 7 b₂²/a₃, not by b₂²/a₃ \
                 (see critical-temperature-from-lyapunov), as third and fourth moments of the gradient count at the same order as \
                 the modified loss.",
            )
            .axes("v b₁/b₂", "P(≤ v)")
            .source("equation 52"),
    ])
}
