//! How two terms `v = v₁ + v₂` share one signal: with two factors each their ratio is conserved, with three they become equal, and
//! two terms of opposite sign do not last together.

use anyhow::Result;
use lawbook_dynamics::{
    Ensemble, estimators::divergence::all_finite, systems::two_paths::TwoPaths, theory::moments::NoisyLine,
    theory::stationary::critical_temperature,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A deep linear net of width 2 from balanced layers, trained by SGD at batch size 1.
    pub struct Params {
        /// Signs of the two terms.
        signs: choice = "equal", ["equal", "opposite"];
        /// Depth D: one less than the number of factors.
        D: integer = 1, 1..=2;
        /// Slope k of the labels.
        k: real = 0.1, 0.001..=10.0;
        /// Standard deviation s of the label noise.
        s: real = 3.0, 0.01..=100.0;
        /// Learning rate η over b₂/a₃.
        eta_over_T_c: real = 0.3, 0.001..=0.9;
        /// Training time t.
        t: real = 30.0, 0.1..=100_000.0;
        /// Number of replicas.
        replicas: integer = 64, 2..=1_000_000;
    }
}

impl Params {
    fn data(&self) -> NoisyLine {
        NoisyLine { slope: self.k, noise: self.s }
    }

    fn eta(&self) -> f64 {
        self.eta_over_T_c * critical_temperature(&self.data().moments(), 0.0)
    }
}

/// Moduli of the factors of the two terms at the start.
const FACTORS: [f64; 2] = [0.5, 0.3];

/// The structure of wide nets.
pub struct Width;

impl Study for Width {
    const NAME: &'static str = "width";
    const ABOUT: &'static str = "Trains linear nets of width 2 with two or three factors per term by SGD at batch size 1, and compares \
        how the terms approach each other or vanish with the clock that the noise of the gradient sets.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        // A short time takes more replicas for the same error.
        let (replicas, many, t) = match profile {
            Profile::Smoke => (64, 400, 30.0),
            Profile::Quick => (64, 64, 120.0),
            Profile::Full => (1000, 1000, 120.0),
        };
        let equal = Params { replicas, ..Params::default() };
        vec![
            equal.clone(),
            Params { D: 2, t, replicas: many, ..equal.clone() },
            Params { signs: "opposite".into(), ..equal },
        ]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let deep = points.iter().find(|p| p.D == 2 && p.signs == "equal");
        let shallow = |signs: &str| points.iter().find(|p| p.D == 1 && p.signs == signs);
        if let (Some(p), Some(deep)) = (shallow("equal"), deep) {
            // Rounding of a few ten thousand steps.
            claims.push(
                Claim::exact("depth-one-keeps-ratio", [(0.0, Self::at(p).site("ratio-change"), 0.0)])
                    .within(Margin::Absolute(1e-10))
                    .rival_residual(
                        "equal-terms",
                        "terms become equal, as those of three factors",
                        [Self::at(deep).site("ratio-change")],
                    )
                    .axes("", "largest change of ln(v₁/v₂)")
                    .source("section 4, structure theorem: log|vᵢ| − log|vⱼ| is conserved at D = 1"),
            );
        }
        let shrinks = |id: &str, p: &Params| {
            let site = |name: &str| Self::at(p).site(name);
            // SGD shrinks with E g², larger than its variance by (b₁v − b₂)²/Q, below 0.3 % here; the rest is for sampling.
            Claim::ratio(id, site("shrinkage"), site("clock"), 1.0).within(Margin::Relative(0.03)).rival(
                "conservation",
                "gradient flow with noise that averages out",
                [0.0],
            )
        };
        if let Some(p) = deep {
            claims.push(
                shrinks("depth-two-equalises", p)
                    .rival("halved", "only one of the two terms feels the noise", [0.5])
                    .axes("", "decay of |1/r₁ − 1/r₂| over 4 ∫ T Q r₁ r₂ dt")
                    .source("section 4, structure theorem: |vᵢ| = |vⱼ| at D > 1; the rate by Itô's formula"),
            );
        }
        if let Some(p) = shallow("opposite") {
            claims.push(
                shrinks("opposite-signs-vanish", p)
                    .rival("one-term", "the decay of one imbalance, half of it", [0.5])
                    .axes("", "decay of |v₁ v₂| over 8 ∫ T Q dt")
                    .source("section 4, structure theorem: of two terms of opposite sign one vanishes"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        p.data().moments().weak_signal()?;
        if p.D == 1 { watch::<2>(p, cell) } else { watch::<3>(p, cell) }
    }
}

fn watch<const F: usize>(p: &Params, cell: &mut Cell) -> Result<()> {
    let net = TwoPaths::<F> { data: p.data(), rate: p.eta() };
    let [one, two] = FACTORS.map(|size| [size; F]);
    let mut start = ((one, two), [0.0]);
    if p.signs == "opposite" {
        start.0.1[0] = -FACTORS[1];
    }
    let mut ensemble = Ensemble::<_, f64>::new(net, p.replicas as u64, &cell.key(), |_| start);
    ensemble.advance((p.t / p.eta()).round() as u64);
    all_finite(&ensemble)?;
    let ratio = |a: [f64; F], b: [f64; F]| a.iter().zip(b).map(|(a, b)| (a / b).abs().ln()).sum::<f64>();
    let product = |a: [f64; F], b: [f64; F]| a.iter().zip(b).map(|(a, b)| (a * b).abs().ln()).sum::<f64>();
    let gap = |a: [f64; F], b: [f64; F]| (1.0 / a[F - 1] - 1.0 / b[F - 1]).abs().ln();
    let mean = |f: &dyn Fn([f64; F], [f64; F], f64) -> f64| {
        ensemble.states().map(|((a, b), [clock])| f(a, b, clock)).sum::<f64>() / ensemble.replicas() as f64
    };
    if p.signs == "opposite" {
        cell.record("shrinkage", product(one, two) - mean(&|a, b, _| product(a, b)));
        cell.record("clock", 8.0 * mean(&|_, _, clock| clock));
    } else {
        let change = |a, b| (ratio(a, b) - ratio(one, two)).abs();
        cell.record("ratio-change", ensemble.states().map(|((a, b), _)| change(a, b)).fold(0.0, f64::max));
        cell.record("shrinkage", gap(one, two) - mean(&|a, b, _| gap(a, b)));
        cell.record("clock", 4.0 * mean(&|_, _, clock| clock));
    }
    Ok(())
}
