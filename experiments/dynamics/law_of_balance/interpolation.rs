//! Without label noise, `y = k x`: the noise vanishes where the data are fitted, and ergodicity breaks.
//!
//! Above `T_c` both `v = 0` and `v = k` stop the diffusion, and the start decides with which odds. Weight decay lifts this: then a
//! stationary law lies between the two for `θ₂ > 1/2`. SGD at batch size 1 itself never falls to 0 on such data, since `xy ≥ 0`.

use anyhow::{Result, ensure};
use lawbook_analysis::{density::Density, gaussian::Normal, quadrature::integral, quantiles::WeightedSample};
use lawbook_dynamics::{
    Ensemble,
    systems::interpolation::Interpolation,
    systems::two_layer::{Sgd, Weights, finite_snapshots},
    theory::moments::NoisyLine,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, Verdict, params};

params! {
    /// A two-layer unit on data without label noise, x ~ N(0, E x²), y = k x.
    pub struct Params {
        /// What is watched: where the diffusion ends, where it stays under weight decay, or how SGD leaves 0.
        watch: choice = "ends", ["ends", "decay", "sgd"];
        /// Temperature T over b₁/(a₁ k), the critical one without weight decay.
        T_over_T_c: real = 2.0, 0.001..=100.0;
        /// Weight decay γ over b₁ k.
        gamma: real = 0.0, 0.0..=0.99;
        /// Second moment b₁ of the inputs.
        b1: real = 1.0, 0.001..=100.0;
        /// Slope k of the labels.
        k: real = 1.0, 0.001..=100.0;
        /// Number of replicas, at every start.
        replicas: integer = 500, 2..=1_000_000;
    }
}

impl Params {
    fn data(&self) -> Result<Interpolation> {
        let (a1, decay) = (2.0 * self.b1 * self.b1, self.gamma * self.b1 * self.k);
        let temperature = self.T_over_T_c * self.b1 / (a1 * self.k);
        Ok(Interpolation::new(self.k, a1, self.b1, temperature, decay)?)
    }

    fn check(&self) -> Result<()> {
        let moves = self.watches("ends") && self.gamma > 0.0;
        ensure!(!moves, "gamma = {}: nothing ends at v = k under weight decay; give gamma = 0, or watch decay", self.gamma);
        if self.watches("decay") {
            drop(self.data()?.log_density()?);
        }
        Ok(())
    }

    fn watches(&self, what: &str) -> bool {
        self.watch == what
    }
}

/// Starts z = v/k.
const STARTS: [f64; 4] = [0.005, 0.05, 0.2, 0.6];
/// Values of v/k at which the distribution function is measured.
const GRID: [f64; 6] = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9];
/// SGD on x ~ N(0, 1) and y = x at this learning rate, 1.5 times the critical temperature, from this v, for so many steps.
const RATE: f64 = 0.75;
const TINY: f64 = 1e-120;
const STEPS: u64 = 100;

/// Broken ergodicity, and what weight decay makes of it.
pub struct Interpolating;

impl Study for Interpolating {
    const NAME: &'static str = "interpolation";
    const ABOUT: &'static str = "Follows the two-layer unit on data that a line fits exactly: at which of the two noiseless points the \
        diffusion ends from several starts, its stationary law under weight decay, and the growth of v near 0 in SGD.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let sgd = Params { watch: "sgd".into(), replicas: 2000, ..Params::default() };
        let replicas = match profile {
            Profile::Smoke => return vec![sgd],
            Profile::Quick => 1500,
            Profile::Full => 10_000,
        };
        let ends = Params { replicas, ..Params::default() };
        let decay =
            Params { watch: "decay".into(), T_over_T_c: 0.3, gamma: 0.2, b1: 2.0, replicas: replicas / 6, ..ends.clone() };
        vec![ends, decay, sgd]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            p.check()?;
            match p.watch.as_str() {
                "ends" => claims.push(ends(p)?),
                "decay" => claims.push(distribution(p)?),
                _ => claims.extend(growth(p)),
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (data, step, count) = (p.data()?, 0.002, p.replicas as u64);
        p.check()?;
        // Training time is measured in units of 1/(b₁ k).
        let step = step / (p.b1 * p.k);
        if p.watches("ends") {
            let at = |replica: u64| [Interpolation::logit(STARTS[(replica / count) as usize]), 0.0];
            let mut ensemble = Ensemble::<_, f64>::new(data.diffusion(step)?, count * STARTS.len() as u64, &cell.key(), at);
            // Then 40 ± 18 away from the middle on the way to 0, farther on the way to k.
            ensemble.advance(5000);
            for (i, start) in STARTS.into_iter().enumerate() {
                let states = ensemble.states().skip(i * count as usize).take(count as usize);
                cell.record_at("arrived", start, states.filter(|[y, _]| *y > 0.0).count() as f64 / count as f64);
            }
        } else if p.watches("decay") {
            let mut ensemble = Ensemble::<_, f64>::new(data.diffusion(step)?, count, &cell.key(), |_| [0.0; 2]);
            ensemble.advance(5000);
            let mut values = Vec::new();
            for _ in 0..400 {
                ensemble.advance(100);
                values.extend(ensemble.states().map(|[y, _]| data.value(y) / p.k));
            }
            let sample = WeightedSample::equal(values)?;
            GRID.iter().for_each(|&z| cell.record_at("cdf", z, sample.cdf(z)));
        } else {
            let sgd = Sgd { data: NoisyLine { slope: 1.0, noise: 0.0 }, rate: RATE, batch: 1 };
            let ends = finite_snapshots(sgd, Weights::balanced(TINY), count, &cell.key(), [STEPS])?;
            let logs = ends[0].iter().map(|end| (end.product() / TINY).abs().ln());
            cell.record("growth", logs.sum::<f64>() / (count * STEPS) as f64 / RATE);
        }
        Ok(())
    }
}

fn ends(p: &Params) -> Result<Claim> {
    let data = p.data()?;
    let sites = STARTS.iter().map(|&z| Ok((z, Interpolating::at(p).site("arrived").at(z), data.reaches_slope(z)?)));
    // The time step moves the odds by some 0.01.
    Ok(Claim::curve("end-depends-on-start", sites.collect::<Result<Vec<_>>>()?)
        .within(Margin::Absolute(0.05))
        .out_of(p.replicas as u64)
        .rival("ergodic", "the end forgets the start", [0.5; 4])
        .rival("gradient-flow", "without noise every v > 0 ends at k", [1.0; 4])
        .rival("martingale", "the odds are those of a fair game in v, which the mean conserves", STARTS)
        .axes("v/k at the start", "P(end at k)")
        .log_x()
        .source("section 4: point masses at 0 and k; the odds I_z(½ − θ₂, 1 + θ₂) follow from the scale function"))
}

fn distribution(p: &Params) -> Result<Claim> {
    let (data, k) = (p.data()?, p.k);
    let law = |log_density: Box<dyn Fn(f64) -> f64>| Density::linear(log_density, 1e-9 * k, (1.0 - 1e-9) * k, 4000);
    let exact = law(Box::new(data.log_density()?))?;
    // One more factor b₁ in the exponential is as much as a second barrier of its kind.
    let (density, extra) =
        (data.log_density()?, p.gamma * p.b1 * k * (p.b1 - 1.0) * data.signal() / (p.b1 * (1.0 - p.gamma)));
    let printed = law(Box::new(move |v| density(v) - extra / (k - v)))?;
    let matched = Normal { mean: exact.mean(|v| v), deviation: exact.variance().sqrt() };
    // The time step matters by 0.002.
    let sites = GRID.map(|z| (z, Interpolating::at(p).site("cdf").at(z), exact.cdf(z * k)));
    Ok(Claim::distribution("interpolation-with-decay", sites)
        .within(Margin::Absolute(0.012))
        .rival(
            "matched-gaussian",
            "a Gaussian with the mean and variance of the law itself",
            GRID.map(|z| matched.cdf(z * k)),
        )
        .rival(
            "extra-factor",
            "exp{−b₁γ/[2Ta₁k(k − v)]} as in table 1, right where E x² = 1",
            GRID.map(|z| printed.cdf(z * k)),
        )
        .rival("soft-threshold", "all mass at the minimum k − γ/b₁", GRID.map(|z| f64::from(u8::from(z >= 1.0 - p.gamma))))
        .axes("v/k", "P(≤ v)")
        .source("table 1 and equation 107, with the exponential derived again"))
}

fn growth(p: &Params) -> [Claim; 2] {
    let site = || Interpolating::at(p).site("growth");
    // a₃ = 2 and b₂ = 1: d E ln v/dt = 4 b₂ − 4 T a₃. That of SGD is exact, its margin what the replicas resolve.
    let diffusion = 4.0 - 8.0 * RATE;
    let density = |x: f64| (-0.5 * x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2;
    let exact = 2.0 * integral(|x| density(x) * (2.0 * RATE * x * x).ln_1p(), 0.0, 9.0, 60) / RATE;
    [
        Claim::at_most("sgd-falls-to-zero-at-interpolation", site(), 0.0)
            .rival("gradient-flow", "4 b₂ without noise", [4.0])
            .finding(
                Verdict::Fails,
                "Without label noise SGD at batch size 1 leaves 0 at every learning rate: xy = k x² is never negative, so that every \
                 step multiplies u + w by more than 1. The point mass at 0 above T_c is one of the diffusion alone.",
            )
            .axes("", "growth of ln |v| per unit of time at 1.5 T_c")
            .source("section 4: above T_c = b₂/a₃ all mass is at 0"),
        Claim::value("sgd-growth-at-interpolation", site(), exact)
            .within(Margin::Relative(0.03))
            .rival("diffusion", "4 b₂ − 4 T a₃ of the stochastic differential equation", [diffusion])
            .rival("gradient-flow", "4 b₂ without noise", [4.0])
            .axes("", "growth of ln |v| per unit of time at 1.5 T_c")
            .source("E ln|1 + 2ηxy|: Ziyin, Li, Galanti & Ueda 2023, arXiv 2303.13093, theorem 1"),
    ]
}
