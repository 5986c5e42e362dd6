//! First passage of the loss of linear regression: the paper's figure 3b.

use anyhow::{Result, ensure};
use lawbook_analysis::line::slope;
use lawbook_dynamics::{
    Ensemble,
    estimators::regression_passage::{diffusion_time, mean_steps},
    estimators::renewals::Renewals,
    systems::regression_sgd::RegressionSgd,
};

use crate::framework::{Cell, Claim, Margin, Profile, Site, Study, Verdict, params};

params! {
    /// Regression of pure noise in d dimensions: all d curvatures are 1.
    pub struct Params {
        /// d, the dimension, here the number n of outliers: 1, 2 or 4.
        d: integer = 1, 1..=4;
        /// η, the learning rate.
        eta: real = 0.1, 0.001..=1.0;
        /// c, the loss that is reached over that at the minimum.
        c: real = 1.5, 1.0..=10.0;
        /// Steps of each of 64 replicas.
        steps: integer = 100_000, 1..=1_000_000_000;
    }
}

impl Params {
    fn check(&self) -> Result<()> {
        ensure!(self.c > 1.0, "c = {}: the loss is at its minimum at c = 1; give a level above", self.c);
        ensure!([1, 2, 4].contains(&self.d), "d = {}: measured in 1, 2 and 4 dimensions", self.d);
        Ok(())
    }
}

const REPLICAS: u64 = 64;
/// Levels c of the loss.
const LEVELS: [f64; 4] = [1.3, 1.5, 1.7, 1.9];
/// Cells of the chain that predicts.
const CELLS: usize = 100;

/// First passage of SGD.
pub struct Regression;

impl Study for Regression {
    const NAME: &'static str = "regression";
    const ABOUT: &'static str = "Runs SGD at batch size 1 on linear regression of pure noise from the minimum until the loss \
        exceeds c times its minimum, again and again, and records the mean time, η times steps.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        if profile == Profile::Smoke {
            return vec![Params { c: 1.3, steps: 20_000, ..Params::default() }];
        }
        let effort = if profile == Profile::Quick { 1 } else { 50 };
        let steps = [(1, [20_000, 100_000, 250_000, 700_000]), (2, [10_000, 20_000, 60_000, 150_000]), (4, [10_000; 4])];
        let of = |(d, steps): (i64, [i64; 4])| {
            LEVELS.into_iter().zip(steps).map(move |(c, steps)| Params { d, c, steps: effort * steps, ..Params::default() })
        };
        steps.into_iter().flat_map(of).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().try_for_each(Params::check)?;
        let mut claims = Vec::new();
        for d in [1, 2, 4] {
            let group: Vec<&Params> = points.iter().filter(|p| p.d == d && p.eta == points[0].eta).collect();
            if group.len() > 2 {
                claims.push(exponent(d, &group)?);
            }
            if d == 1 && !group.is_empty() {
                claims.push(passage(&group)?);
            }
        }
        let at = |d: i64| points.iter().find(|p| p.d == d && p.c == LEVELS[2] && p.eta == points[0].eta);
        for (low, high) in [(1, 2), (2, 4)] {
            if let (Some(low), Some(high)) = (at(low), at(high)) {
                let (below, above) = (Self::at(low).site("time"), Self::at(high).site("time"));
                let bound = low.c.powf(0.5 * (low.d - high.d) as f64);
                // The factor of the power alone: the prefactors, too, shorten the time in more dimensions.
                let claim = Claim::ratio_at_most(&format!("dimensions-{}-to-{}", low.d, high.d), above, below, bound)
                    .within(Margin::Relative(0.05))
                    .rival("one-dimensional", "the way out is one-dimensional, and so is the rate", [1.0])
                    .axes("", &format!("first-passage time in {} dimensions over that in {}", high.d, low.d))
                    .source("equation 18 and figure 3b");
                claims.push(claim);
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        p.check()?;
        let time = match p.d {
            1 => passage_time(RegressionSgd::<1> { rate: p.eta, batch: 1 }, p, cell),
            2 => passage_time(RegressionSgd::<2> { rate: p.eta, batch: 1 }, p, cell),
            _ => passage_time(RegressionSgd::<4> { rate: p.eta, batch: 1 }, p, cell),
        };
        ensure!(
            time.is_finite(),
            "the loss never reached {} times its minimum; give more steps, a larger η or a lower c",
            p.c
        );
        cell.record("time", time);
        Ok(())
    }
}

/// The paper's exponent in one dimension count, over the levels of a group.
fn exponent(d: i64, group: &[&Params]) -> Result<Claim> {
    let eta = group[0].eta;
    let slope = |times: Vec<f64>| slope(&group.iter().zip(times).map(|(p, time)| (p.c.ln(), time.ln())).collect::<Vec<_>>());
    let sgd = RegressionSgd::<1> { rate: eta, batch: 1 };
    let diffusion = group.iter().map(|p| diffusion_time(&sgd, d as u32, p.c)).collect::<Result<Vec<_>, _>>()?;
    let arrhenius = group.iter().map(|p| ((p.c - 1.0) / eta).exp()).collect();
    let sites = group.iter().map(|p| -> (f64, Site) { (p.c, Regression::at(p).site("time")) });
    let claim = Claim::exponent(&format!("passage-exponent-{d}"), sites, 1.0 / eta + 1.0 - 0.5 * d as f64)
        // Of relative order η.
        .within(Margin::Relative(0.1))
        .rival("diffusion", "the diffusion with the exact covariance of the noise", [slope(diffusion)])
        .rival("arrhenius", "constant noise, without its prefactor", [slope(arrhenius)])
        .axes("c = L/L_*", "mean first-passage time")
        .source("figure 3b: t_p ∝ c^(B/η + 1 − n/2)");
    Ok(if d == 2 {
        claim
    } else {
        claim.finding(
            Verdict::Fails,
            "No power law: local slopes rise with c, since ln t_p is linear in c. To climb is a large deviation, to which the whole \
             distribution of the gradient matters; for Gaussian data it gives ln t_p → (B/η)(c − 1) as η → 0. The fitted slope is \
             about 12.3 in one dimension and 7 in four; in two it is near the prediction.",
        )
    })
}

/// The chain itself, in one dimension.
fn passage(group: &[&Params]) -> Result<Claim> {
    let sgd = RegressionSgd::<1> { rate: group[0].eta, batch: 1 };
    let times = group.iter().map(|p| Ok(p.eta * mean_steps(p.eta, p.c, CELLS)?)).collect::<Result<Vec<_>>>()?;
    let diffusion = group.iter().map(|p| diffusion_time(&sgd, 1, p.c)).collect::<Result<Vec<_>, _>>()?;
    let sites = group.iter().zip(times).map(|(p, time)| (p.c, Regression::at(p).site("time"), time));
    // Nothing neglected but the width of the cells, 1 %.
    Ok(Claim::curve("passage-time", sites)
        .within(Margin::Relative(0.08))
        .rival("diffusion", "the diffusion with the exact covariance of the noise", diffusion)
        .axes("c = L/L_*", "mean first-passage time")
        .log_y()
        .source("the mean first-passage time of a Markov chain: (1 − P) T = η"))
}

fn passage_time<const D: usize>(process: RegressionSgd<D>, p: &Params, cell: &Cell) -> f64 {
    let process = Renewals { process, out: p.c };
    let mut ensemble = Ensemble::<_, f64>::new(process, REPLICAS, &cell.key(), |_| ([0.0; D], [0.0]));
    ensemble.advance(p.steps as u64);
    let exits: f64 = ensemble.states().map(|(_, [exits])| exits).sum();
    p.eta * (REPLICAS * p.steps as u64) as f64 / exits
}
