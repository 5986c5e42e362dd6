//! Real digits written one after another into a memory that fades: which ages are kept, by order and by rate of fading.

mod law;

use std::{f64::consts::E, ops::RangeInclusive};

use anyhow::{Context, Result};
use law::law;
use lawbook_analysis::crossings::first_above;
use lawbook_memory::{
    Patterns, Separation, State,
    weighted::{WeightedMemory, fading_error, span_fraction},
};

use super::dataset::{held, load, probes, shuffled};
use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// One-step error of digits by age.
pub struct DigitFading;

params! {
    /// A stream of digits, each written into a rectified memory with weight 1 after all earlier ones have faded.
    pub struct Params {
        /// Order n.
        n: integer = 5, 2..=20;
        /// Fading per digit, 1 − λ.
        fade: real = 0.05, 0.003..=0.3;
        /// Memories drawn per cell.
        memories: integer = 250, 1..=1_000_000;
    }
}

/// Ages looked at; each stands for itself and two on either side.
const AGES: [usize; 7] = [0, 10, 20, 30, 40, 60, 80];

/// The error up to which a digit counts as remembered.
const LEVEL: f64 = 0.1;

/// Orders compared at one rate, and the age at which they are.
const ORDERS: [i64; 5] = [2, 3, 4, 5, 6];
const RATE: f64 = 0.05;
const AGE: usize = 20;

/// Rates whose spans are claimed at n = 5: 0.7, 1 and 3 times e/K, where K = 105 digits are what an unfading memory holds.
const SPANS: [f64; 3] = [0.018, 0.026, 0.078];

/// More of the maps.
const MORE_ORDERS: [i64; 2] = [8, 12];
const MORE_RATES: [f64; 3] = [0.008, 0.012, 0.15];

impl Study for DigitFading {
    const NAME: &'static str = "digit-fading";
    const ABOUT: &'static str = "Writes the 8×8 digits one after another into a memory that fades, and updates once at digits of \
        several ages. Records the errors by age, and the span: the age at which the error passes 10 %.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let memories = match profile {
            Profile::Smoke => 60,
            Profile::Quick => 250,
            Profile::Full => 40_000,
        };
        let at = |n, fade, memories| Params { n, fade, memories };
        let orders = ORDERS.map(|n| at(n, RATE, memories));
        if profile == Profile::Smoke {
            return orders.into();
        }
        let spans = SPANS.map(|fade| at(5, fade, 2 * memories));
        let map = MORE_ORDERS.map(|n| at(n, RATE, memories / 8)).into_iter();
        orders.into_iter().chain(spans).chain(map).chain(MORE_RATES.map(|fade| at(5, fade, memories / 8))).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let by_order: Vec<&Params> = points.iter().filter(|p| p.fade == RATE).collect();
        let claimed: Vec<&Params> = by_order.iter().copied().filter(|p| ORDERS.contains(&p.n)).collect();
        if claimed.len() == ORDERS.len() {
            let map = map("order n", &by_order, |p| p.n as f64)?.log_upwards();
            claims.push(orders(&claimed)?.phase_diagram(map));
        }
        let by_rate: Vec<&Params> = points.iter().filter(|p| p.n == 5).collect();
        let claimed: Vec<&Params> = by_rate.iter().copied().filter(|p| SPANS.contains(&p.fade)).collect();
        if claimed.len() == SPANS.len() {
            let map = map("fading 1 − λ", &by_rate, |p| p.fade)?.log_upwards();
            claims.push(spans(&claimed)?.phase_diagram(map));
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("digits");
        let (data, count) = (&load()?.0, count(p));
        let mut errors = [0.0; AGES.len()];
        for _ in 0..p.memories {
            let written: Vec<State> = shuffled(data.len(), &mut stream)[..count].iter().map(|&i| data[i].clone()).collect();
            let memory = WeightedMemory::fading(Patterns::from_states(&written)?, 1.0 - p.fade, separation(p))?;
            for (error, age) in errors.iter_mut().zip(AGES) {
                let ages = around(age);
                let share = ages.clone().count() as f64 * p.memories as f64;
                for age in ages {
                    *error += memory.one_step_error(count - 1 - age)? / share;
                }
            }
        }
        AGES.iter().zip(errors).for_each(|(&age, error)| cell.record_at("error", age as f64, error));
        cell.record("span", span(&errors));
        Ok(())
    }
}

fn separation(p: &Params) -> Separation {
    Separation::Rectified(p.n as u32)
}

/// Digits written: the first has faded to a twelfth. The prediction is for as many.
fn count(p: &Params) -> usize {
    ((2.5 / p.fade).ceil() as usize).max(AGES[AGES.len() - 1] + 3)
}

fn around(age: usize) -> RangeInclusive<usize> {
    age.saturating_sub(2)..=age + 2
}

/// The age at which the error passes the level, between two that were looked at; the last one if never.
fn span(errors: &[f64]) -> f64 {
    let points: Vec<(f64, f64)> = AGES.iter().map(|&age| age as f64).zip(errors.iter().copied()).collect();
    first_above(&points, LEVEL, |error| error).unwrap_or(AGES[AGES.len() - 1] as f64)
}

/// By order, at one age. The crosstalk's skewness takes 4 % off the error at n = 6, less elsewhere (Edgeworth).
fn orders(points: &[&Params]) -> Result<Claim> {
    let place = AGES.iter().position(|&age| age == AGE).context("an age that is looked at")?;
    let laws = points.iter().map(|p| law(p, &probes(separation(p))?)).collect::<Result<Vec<_>>>()?;
    let site = |p: &Params| DigitFading::at(p).site("error").at(AGE as f64);
    let curve = points.iter().zip(&laws).map(|(p, law)| (p.n as f64, site(p), law[place]));
    let independent = points.iter().map(|p| fading_error(p.n as u32, 64, 1.0 - p.fade, AGE as f64));
    Ok(Claim::curve("digit-age-by-order", curve)
        .within(Margin::Relative(0.1))
        .rival("independent", "digits fade as independent patterns do", independent)
        .rival("any-age", "all are remembered alike, with the error of the newest", laws.iter().map(|law| law[0]))
        .rival("order-is-idle", "the order makes no difference", points.iter().map(|_| laws[1][place]))
        .axes("order n", "one-step error of the digit written twenty digits ago")
        .source("derived here: Q((λ^a S + W₁ μ)/√(W₂ v)) over digits and sites, W₁ and W₂ the sums of λ^a' and λ^2a'"))
}

/// By rate. Where crosstalk is a pull, noise or both, an unfading memory of K patterns keeps K/e once it fades, at best at
/// `1 − λ = e/K` for a pull and half of that for noise; digits lie between. Skewness takes up to 1.5 % off the errors (Edgeworth),
/// which moves spans by 2 to 4 %.
fn spans(points: &[&Params]) -> Result<Claim> {
    let population = probes(Separation::Rectified(5))?;
    let held = held(&population, LEVEL)?;
    let keeps = |p: &Params, times: f64| held / E * span_fraction(times * p.fade * held / E);
    let law = |p: &Params| Ok((p.fade, DigitFading::at(p).site("span"), span(&law(p, &population)?)));
    let curve = points.iter().map(|p| law(p)).collect::<Result<Vec<_>>>()?;
    Ok(Claim::curve("digit-span", curve)
        .within(Margin::Relative(0.1))
        .rival("filled-once", "what a memory holds that does not fade", points.iter().map(|_| held))
        .rival("noise-alone", "crosstalk without a mean, as of independent patterns", points.iter().map(|p| keeps(p, 2.0)))
        .rival("pull-alone", "crosstalk without fluctuation", points.iter().map(|p| keeps(p, 1.0)))
        .axes("fading per digit 1 − λ", "age at which the error passes 10 %, n = 5")
        .log_x()
        .source("derived here: Q((λ^a S + W₁ μ)/√(W₂ v)) over digits and sites"))
}

/// The error over age and another parameter, with the line on which the formula gives the level.
fn map(upwards: &str, points: &[&Params], parameter: fn(&Params) -> f64) -> Result<PhaseDiagram> {
    let cell = |p: &Params, age: usize| (age as f64, parameter(p), DigitFading::at(p).site("error").at(age as f64));
    let cells = points.iter().flat_map(|p| AGES.map(|age| cell(p, age)));
    let mut line = Vec::new();
    for p in points {
        line.push((span(&law(p, &probes(separation(p))?)?), parameter(p)));
    }
    line.retain(|(age, _)| *age > 0.0 && *age < AGES[AGES.len() - 1] as f64);
    line.sort_by(|a, b| a.1.total_cmp(&b.1));
    Ok(PhaseDiagram::new("age in digits", upwards, "one-step error").cells(cells).boundary("error of 10 % predicted", line))
}
