//! Any two distributions, any observable: the general bound, its γ, and equality for observables affine in `e^R`.

use anyhow::Result;
use lawbook_core::Stream;
use lawbook_dynamics::theory::uncertainty::{Fluctuations, Outcome, compare};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Random distributions over finitely many outcomes.
    pub struct Params {
        /// Number of outcomes; the process cannot reach the last quarter of them.
        outcomes: integer = 8, 4..=1000;
        /// Number of random distributions and observables.
        draws: integer = 10_000, 1..=10_000_000;
    }
}

/// Random distributions and observables.
pub struct Observables;

impl Study for Observables {
    const NAME: &'static str = "observables";
    const ABOUT: &'static str = "Draws pairs of distributions, one of them not on all outcomes, and observables at random, and \
        records the worst violation of the bound and how far from equality observables affine in exp(R) are.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let draws = if profile == Profile::Full { 1_000_000 } else { 10_000 };
        vec![Params { draws, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sites = |name: &'static str| points.iter().map(move |p| Self::at(p).site(name));
        let zeros = |name| (0..).map(f64::from).zip(sites(name)).map(|(i, site)| (i, site, 0.0));
        // Theorems on finite sums: rounding is left, which ratios of small variances enlarge.
        Ok(vec![
            Claim::exact("any-observable-obeys", zeros("violation"))
                .within(Margin::Absolute(1e-9))
                .rival_residual("gamma-is-one", "the bound without γ, as if P reached all of Q", sites("gamma-violation"))
                .rival_residual("twice-the-bound", "a bound that is not tight leaves room above", sites("double-violation"))
                .axes("setting", "bound over Var f, less 1, at worst")
                .source("general bound, equation 2"),
            Claim::exact("affine-observables-saturate", zeros("distance-from-equality"))
                .within(Margin::Absolute(1e-9))
                .rival_residual("affine-in-R", "observables affine in R = −σ instead of e^R", sites("distance-of-R"))
                .axes("setting", "1 less bound over Var f, at worst")
                .source("equality in Cauchy and Schwarz's inequality"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("distributions");
        let mut worst = [0f64; 5];
        for _ in 0..p.draws {
            let outcomes = draw(p.outcomes as usize, &mut stream);
            let (a, b) = (stream.normal(), stream.normal());
            let with = |f: &dyn Fn(&Outcome) -> f64| {
                compare(&outcomes.iter().map(|o| Outcome { f: f(o), ..*o }).collect::<Vec<_>>())
            };
            let tightness = |fluctuations: &Fluctuations| fluctuations.least_variance() / fluctuations.variance;
            let any = compare(&outcomes)?;
            let shifted = any.covariance + (any.gamma - 1.0) * any.mean;
            let found = [
                tightness(&any) - 1.0,
                shifted * shifted / any.spread / any.variance - 1.0,
                2.0 * tightness(&any) - 1.0,
                (1.0 - tightness(&with(&|o| if o.p > 0.0 { a + b * o.q / o.p } else { 0.0 })?)).abs(),
                (1.0 - tightness(&with(&|o| if o.p > 0.0 { a + b * (o.q / o.p).ln() } else { 0.0 })?)).abs(),
            ];
            worst = std::array::from_fn(|i| worst[i].max(found[i]));
        }
        let names = ["violation", "gamma-violation", "double-violation", "distance-from-equality", "distance-of-R"];
        names.into_iter().zip(worst).for_each(|(name, value)| cell.record(name, value));
        Ok(())
    }
}

/// Two distributions with uniform weights up to normalisation, the process on the first three quarters of the outcomes, and a
/// normal observable with a mean of 1.
fn draw(count: usize, stream: &mut Stream) -> Vec<Outcome> {
    let reached = count - count / 4;
    let weights: Vec<[f64; 2]> =
        (0..count).map(|i| [if i < reached { 0.05 + stream.uniform() } else { 0.0 }, 0.05 + stream.uniform()]).collect();
    let [p, q]: [f64; 2] = std::array::from_fn(|which| weights.iter().map(|weight| weight[which]).sum());
    weights.iter().map(|weight| Outcome { p: weight[0] / p, q: weight[1] / q, f: 1.0 + stream.normal() }).collect()
}
