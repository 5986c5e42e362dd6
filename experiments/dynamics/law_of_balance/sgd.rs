//! The depth-1 stationary law on real SGD: batch size 1, fresh samples, labels with a weak signal, so that `T = η` is small
//! against the curvature and the diffusion may stand for SGD.

use anyhow::Result;
use lawbook_analysis::{density::Density, gaussian::Normal, quantiles::WeightedSample};
use lawbook_dynamics::{
    moments::NoisyLine,
    stationary::{critical_temperature, depth_one_density, depth_one_second_order, depth_zero_variance, tangent_variance},
    two_layer::{Sgd, Weights, snapshots},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, Verdict, params};

params! {
    /// The two-layer unit trained by SGD.
    pub struct Params {
        /// Slope k of the labels.
        k: real = 0.1, 0.001..=10.0;
        /// Standard deviation s of the label noise.
        s: real = 3.0, 0.01..=100.0;
        /// Temperature T = η/S over the critical one.
        T_over_T_c: real = 0.3, 0.001..=100.0;
        /// Batch size S.
        S: integer = 1, 1..=1000;
        /// Sign of v at the start.
        start: choice = "right", ["right", "wrong"];
        /// Number of replicas.
        replicas: integer = 100, 2..=1_000_000;
    }
}

impl Params {
    fn data(&self) -> NoisyLine {
        NoisyLine { slope: self.k, noise: self.s }
    }

    fn temperature(&self) -> f64 {
        self.T_over_T_c * critical_temperature(&self.data().moments(), 0.0)
    }

    /// Training time in which the slowest mode, the return of ln v from small v, relaxes once; above the critical temperature,
    /// in which it falls by its own scatter.
    fn relaxation_time(&self) -> f64 {
        let m = self.data().moments();
        let t = self.temperature();
        (2.0 * t * m.a3 / (m.b2 - t * m.a3).powi(2)).max(1.0 / m.b2)
    }
}

/// Values of v at which the distribution function is measured, over the minimum of the loss.
const GRID: [f64; 6] = [0.1, 0.3, 0.6, 1.0, 1.5, 2.5];
/// Below this |v| a replica counts as collapsed; beyond minus ten times it, as having learned the wrong sign.
const COLLAPSED: f64 = 1e-3;
/// Factor by which the replicas are unbalanced at the start.
const IMBALANCE: f64 = 1.2;
/// Relaxation times before the first sample, and between samples.
const BURN: f64 = 6.0;
const SPACING: f64 = 0.5;
const SAMPLES: usize = 30;

/// Slope below which the signal-to-noise ratio is small enough for the diffusion to stand for SGD.
const WEAK: f64 = 0.15;

/// Real SGD in its stationary state.
pub struct RealSgd;

impl Study for RealSgd {
    const NAME: &'static str = "sgd";
    const ABOUT: &'static str = "Trains replicas of a two-layer linear unit by SGD at batch size 1 from slightly unbalanced \
        weights until they are stationary, and records the distribution of v = u w, its sign, collapse, and the imbalance.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let replicas = match profile {
            Profile::Smoke => 80,
            Profile::Quick => 100,
            Profile::Full => 10_000,
        };
        let at = |temperature: f64| Params { T_over_T_c: temperature, replicas, ..Params::default() };
        let many = |temperature: f64| Params { replicas: 5 * replicas, ..at(temperature) };
        let wrong = Params { start: "wrong".into(), replicas: 2 * replicas, ..at(0.3) };
        let strong = Params { k: 0.3, s: 2.0, replicas: 20 * replicas, ..at(0.5) };
        let hot = [many(0.5), Params { replicas: 96, ..at(0.8) }, Params { replicas: 64, ..at(1.2) }];
        // A distribution takes more samples than a smoke test has time for.
        if profile == Profile::Smoke {
            vec![at(2.0)]
        } else {
            vec![many(0.15), many(0.3), at(2.0), wrong, strong].into_iter().chain(hot).collect()
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut all = points.iter().map(claims).collect::<Result<Vec<_>>>()?.concat();
        all.extend(order_parameter(points)?);
        Ok(all)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let temperature = p.temperature();
        let sgd = Sgd { data: p.data(), rate: temperature * p.S as f64, batch: p.S as u32 };
        let minimum = p.data().moments().minimum();
        let balanced = Weights::balanced(if p.start == "right" { minimum } else { -minimum });
        let start = Weights { u: IMBALANCE * balanced.u, w: balanced.w / IMBALANCE };
        // While it collapses, eight of the times in which ln v falls by its scatter are enough.
        let pace = if p.T_over_T_c > 1.0 { 0.4 } else { 1.0 };
        let steps = (0..SAMPLES).map(|i| pace * (BURN + SPACING * i as f64) * p.relaxation_time() / sgd.rate);
        let states = snapshots(sgd, start, p.replicas as u64, &cell.key(), steps.map(|steps| steps.ceil() as u64));
        let count = (SAMPLES * p.replicas as usize) as f64;
        let fraction = |which: &dyn Fn(f64) -> bool| {
            states.iter().flatten().filter(|state| which(state.product())).count() as f64 / count
        };
        // A replica that diverged lies below no value of v.
        GRID.iter().for_each(|x| cell.record_at("cdf", *x, fraction(&|v| v <= x * minimum)));
        cell.record("near-zero", fraction(&|v| v.abs() < COLLAPSED));
        cell.record("diverged", fraction(&|v| !v.is_finite()));
        let last = &states[SAMPLES - 1];
        let of_last = |which: &dyn Fn(f64) -> bool| {
            last.iter().filter(|state| which(state.product())).count() as f64 / last.len() as f64
        };
        cell.record("collapsed", of_last(&|v| v.abs() < COLLAPSED));
        cell.record("wrong-sign", of_last(&|v| v < -10.0 * COLLAPSED));
        let finite = last.iter().map(|state| state.imbalance().abs()).filter(|imbalance| imbalance.is_finite());
        cell.record("median-imbalance", WeightedSample::equal(finite)?.quantile(0.5));
        Ok(())
    }
}

/// The fraction close to zero against temperature: the order parameter of the transition.
fn order_parameter(points: &[Params]) -> Result<Option<Claim>> {
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

fn claims(p: &Params) -> Result<Vec<Claim>> {
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
