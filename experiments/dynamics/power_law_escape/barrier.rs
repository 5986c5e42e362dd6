//! Escape over a barrier: the diffusion with noise proportional to the loss in a cubic well, at several losses of the minimum.

use anyhow::{Result, ensure};
use lawbook_dynamics::{
    Ensemble,
    estimators::renewals::Renewals,
    integrators::sde::TimeChanged,
    systems::cubic_well::CubicWell,
    theory::escape::{Barrier, EscapeError},
};

use crate::framework::{Cell, Claim, Margin, Profile, Site, Study, params};

params! {
    /// The well L = L_* + h (θ²/2 − θ³/(3 s)), with its saddle at s = 2/3.
    pub struct Params {
        /// L_*, the loss at the minimum.
        L_star: real = 0.1, 0.0..=10.0;
        /// h, the curvature at the minimum; that at the saddle is −h.
        h: real = 1.0, 0.01..=100.0;
        /// η/B, learning rate over batch size.
        eta_over_B: real = 0.2, 0.0..=10.0;
        /// Where an escape counts, over the saddle's distance.
        target: real = 1.45, 0.1..=2.0;
        /// Steps of each of 64 replicas.
        steps: integer = 400_000, 1..=1_000_000_000;
    }
}

/// Where the saddle is.
const SADDLE: f64 = 2.0 / 3.0;
const REPLICAS: u64 = 64;
/// Step of τ over L_s: it is then the longest time step, where the loss is least, up to the ratio of losses.
const STEP: f64 = 0.01;

impl Params {
    fn well(&self) -> CubicWell {
        CubicWell { minimum_loss: self.L_star, curvature: self.h, saddle: SADDLE, ratio: self.eta_over_B }
    }

    fn ratio(&self) -> f64 {
        let barrier = self.well().barrier();
        barrier.saddle_loss / barrier.minimum_loss
    }
}

/// Escape from a cubic well.
pub struct BarrierCrossing;

impl Study for BarrierCrossing {
    const NAME: &'static str = "barrier";
    const ABOUT: &'static str = "Integrates the Itô diffusion with noise (2ηL/B) h in a cubic well, in the time dτ = L dt, from \
        the minimum to beyond the saddle, again and again, and records escapes per unit of time.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let losses: &[f64] = if profile == Profile::Smoke { &[0.15] } else { &[0.15, 0.1, 0.08] };
        let steps = match profile {
            Profile::Smoke => 100_000,
            Profile::Quick => Params::default().steps,
            Profile::Full => 20_000_000,
        };
        let mut points: Vec<Params> =
            losses.iter().map(|&loss| Params { L_star: loss, steps, ..Params::default() }).collect();
        if profile == Profile::Full {
            points.extend([0.15, 0.1].map(|loss| Params { L_star: loss, eta_over_B: 0.1, steps, ..Params::default() }));
        }
        points
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let mut left: Vec<&Params> = points.iter().collect();
        while let Some(first) = left.first().copied() {
            let (group, others) = left.into_iter().partition(|p| (p.eta_over_B, p.h) == (first.eta_over_B, first.h));
            left = others;
            claims.extend(of_one_noise(&group)?);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let diffusion = p.well();
        let out = diffusion.exit(p.target)?;
        let step = STEP * diffusion.barrier().saddle_loss;
        let process = Renewals { process: TimeChanged::<_, 1> { diffusion, step }, out };
        let mut ensemble = Ensemble::<_, f64>::new(process, REPLICAS, &cell.key(), |_| (([0.0], [0.0]), [0.0]));
        ensemble.advance(p.steps as u64);
        let (time, exits) = ensemble.states().fold((0.0, 0.0), |(time, exits), ((_, [t]), [n])| (time + t, exits + n));
        ensure!(
            exits > 0.0,
            "no escape in a time of {time:.3e}, where one takes {:.3e} in the mean; give more steps, a larger η/B or a larger L_*",
            diffusion.mean_time(out)?
        );
        cell.record("rate", exits / time);
        Ok(())
    }
}

/// A rate of a barrier.
type Rate = fn(&Barrier) -> Result<f64, EscapeError>;

/// The claims of wells that differ in their L_* alone.
fn of_one_noise(group: &[&Params]) -> Result<Vec<Claim>> {
    let first = group[0];
    let exponent = (first.eta_over_B * first.h).recip();
    let site = |p: &Params| -> Site { BarrierCrossing::at(p).site("rate") };
    let rates = |rate: Rate| group.iter().map(|p| rate(&p.well().barrier())).collect::<Result<Vec<_>, _>>();
    let exact =
        group.iter().map(|p| Ok(p.well().mean_time(p.well().exit(p.target)?)?.recip())).collect::<Result<Vec<_>>>()?;
    let without_half =
        group.iter().map(|p| Ok(p.well().barrier().rate()? * p.ratio().sqrt())).collect::<Result<Vec<_>>>()?;
    let suffix = if exponent == 5.0 { String::new() } else { format!("-{exponent:.0}") };
    let curve = |id: &str, rates: Vec<f64>| {
        Claim::curve(&format!("{id}{suffix}"), group.iter().zip(rates).map(|(p, rate)| (p.ratio(), site(p), rate)))
            .axes("L_s/L_*", "escape rate κ")
            .log_x()
            .log_y()
    };
    let arrhenius = rates(Barrier::arrhenius_rate)?;
    let mut claims = vec![
        // Kramers' method neglects corrections of order ηh*/B over the height ln(L_s/L_*) of the barrier to some power: a few per cent.
        curve("escape-rate", rates(Barrier::rate)?)
            .within(Margin::Relative(0.1))
            .rival("arrhenius", "noise as strong everywhere as at the minimum", arrhenius.clone())
            .rival("without-the-half", "forgets that the saddle's time runs faster: exponent B/ηh*", without_half.clone())
            .assuming("the barrier is high: (L_s/L_*)^(B/ηh*) > 5", group.iter().all(|p| p.ratio().powf(exponent) > 5.0))
            .source("equation 16"),
        // No approximation but steps of time, whose error is of their order, 1 %, and exits between them.
        curve("escape-rate-from-quadrature", exact)
            .within(Margin::Relative(0.08))
            .rival("arrhenius", "noise as strong everywhere as at the minimum", arrhenius)
            .rival("without-the-half", "exponent B/ηh*", without_half)
            .source("scale function and speed measure: Karlin & Taylor 1981, section 15.3"),
    ];
    if group.len() > 2 {
        let (low, high) = (first.ratio(), group[group.len() - 1].ratio());
        let slope = |rate: Rate| -> Result<f64> {
            let last = group[group.len() - 1];
            Ok((rate(&last.well().barrier())? / rate(&first.well().barrier())?).ln() / (high / low).ln())
        };
        let claim = Claim::exponent(
            &format!("escape-exponent{suffix}"),
            group.iter().map(|p| (p.ratio(), site(p))),
            -0.5 - exponent,
        )
        // The curve's margin of a few per cent over a range of 0.25 in ln(L_s/L_*).
        .within(Margin::Absolute(0.4))
        .rival("arrhenius", "an exponential has a steeper local slope", [slope(Barrier::arrhenius_rate)?])
        .rival("without-the-half", "exponent B/ηh*", [-exponent])
        .rival("density", "the exponent φ of the stationary density", [-1.0 - exponent])
        .axes("L_s/L_*", "escape rate κ")
        .source("equation 16");
        claims.push(claim);
    }
    Ok(claims)
}
