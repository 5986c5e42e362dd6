//! Memories written one after another into a memory that fades: the error by age, the longest span, and the blackout.

mod spans;

use std::f64::consts::E;

use anyhow::Result;
use lawbook_analysis::{
    crossings::first_above,
    gaussian::{normal_tail, normal_tail_inverse},
};
use lawbook_memory::{
    Patterns, Separation,
    weighted::{WeightedMemory, best_decay, capacity_scale, fading_error},
};

use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// One-step error by age.
pub struct Fading;

params! {
    /// A stream of patterns, each written with weight 1 after all earlier ones have faded by λ.
    pub struct Params {
        /// Order n of F(x) = xⁿ.
        n: integer = 2, 2..=6;
        /// Neurons N.
        N: integer = 300, 8..=2000;
        /// Fading per pattern 1 − λ, in units of the one that remembers longest, e z²/2A.
        ratio: real = 1.0, 0.05..=20.0;
        /// Sites looked at per age.
        bits: integer = 60_000, 1000..=1_000_000_000;
    }
}

/// The error up to which a pattern counts as remembered.
const ERROR: f64 = 0.02;

/// Ages at which the error is looked at, in units of 1/(2(1 − λ)), which is the longest span where the ratio is 1.
const AGES: [f64; 6] = [0.0, 0.5, 1.0, 1.3, 2.0, 3.0];

/// Ages of the curves.
const CURVE: [f64; 3] = [1.3, 2.0, 3.0];

/// Orders and sizes; the scale A is 300, 1200, 3110.
const SIZES: [(i64, i64); 3] = [(2, 300), (3, 60), (4, 36)];

/// Ratios at n = 3; below 1/e nothing is remembered at this error.
const RATIOS: [f64; 5] = [0.2, 0.7, 1.0, 3.0, 6.0];

impl Study for Fading {
    const NAME: &'static str = "fading";
    const ABOUT: &'static str = "Writes patterns until the oldest have faded away, and updates once at patterns of several ages, in \
        units of 1/(2(1 − λ)). Records the errors and the span: the age at which the error passes 2 %.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let bits = match profile {
            Profile::Smoke => 8_000,
            Profile::Quick => 24_000,
            Profile::Full => 3_000_000,
        };
        // Where only common errors or slopes are claimed, fewer sites do.
        let share = |neurons, ratio: f64| match (neurons, !(0.3..=5.0).contains(&ratio)) {
            (_, true) => 4,
            (40 | 90, _) => 2,
            _ => 1,
        };
        let point = |n, neurons, ratio| Params { n, N: neurons, ratio, bits: bits / share(neurons, ratio) };
        let orders = SIZES.iter().map(|&(n, neurons)| point(n, neurons, 1.0));
        if profile == Profile::Smoke {
            return orders.take(1).collect();
        }
        let ratios = RATIOS.iter().filter(|&&ratio| ratio != 1.0).map(|&ratio| point(3, 60, ratio));
        orders.chain(ratios).chain([40, 90].map(|neurons| point(3, neurons, 1.0))).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (n, neurons) in SIZES {
            claims.extend(points.iter().find(|p| p.n == n && p.N == neurons && p.ratio == 1.0).map(by_age));
        }
        let cubic = |ratio: f64| points.iter().find(|p| p.n == 3 && p.N == 60 && p.ratio == ratio);
        if let Some(p) = cubic(0.2) {
            // Below a ratio of 1/e the stream has filled the memory: even the newest pattern is lost.
            // The margin is that of the error by age.
            let law = fading_error(3, 60, 1.0 - fade(p), 0.0);
            claims.push(
                Claim::value("blackout", Fading::at(p).site("error").at(0.0), law)
                    .within(Margin::Relative(0.15))
                    .rival("newest-safe", "the pattern written last is always remembered", [ERROR])
                    .axes("", "one-step error of the newest pattern")
                    .source("derived here: Q(√((1 − λ²) A)) at age 0"),
            );
        }
        claims.extend(spans::best_fading(points));
        claims.extend(spans::by_order(points));
        claims.extend(spans::by_size(points));
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let (fade, sites) = (fade(p), p.N as usize);
        // The oldest pattern has faded by e⁻⁴: its share of the noise is e⁻⁸.
        let count = (4.0 / fade).ceil() as usize;
        let side_by_side = 4.min((0.05 / fade).ceil() as usize).max(1);
        let mut errors = [0.0; AGES.len()];
        let memories = (p.bits as usize / sites).div_ceil(side_by_side);
        for _ in 0..memories {
            let patterns = Patterns::random(count, sites, &mut stream)?;
            let memory = WeightedMemory::fading(patterns, 1.0 - fade, Separation::Power(p.n as u32))?;
            for (error, age) in errors.iter_mut().zip(AGES) {
                // Ages on both sides of the one meant, so that their mean is that one's.
                let first = (0.5 * age / fade).round() as usize - if age > 0.0 { side_by_side / 2 } else { 0 };
                for step in 0..side_by_side {
                    *error += memory.one_step_error(count - 1 - first - step)? / (memories * side_by_side) as f64;
                }
            }
        }
        AGES.iter().zip(errors).for_each(|(&age, error)| cell.record_at("error", age, error));
        cell.record("span", 0.5 / fade * span(&errors));
        Ok(())
    }
}

/// `1 − λ`.
fn fade(p: &Params) -> f64 {
    p.ratio * best_decay(p.n as u32, p.N as usize, normal_tail_inverse(ERROR)).0
}

/// The age at which the error passes 2 %, between two of the ages looked at; the logarithm of the error's quantile is linear in
/// it. The first age above if it is passed at once, the last if never.
fn span(errors: &[f64]) -> f64 {
    let points: Vec<(f64, f64)> = AGES.into_iter().zip(errors.iter().copied()).collect();
    let log = |error: f64| normal_tail_inverse(error.clamp(1e-9, 0.49)).ln();
    first_above(&points, ERROR, log).unwrap_or(AGES[AGES.len() - 1])
}

/// The error by age, at leading order. Neglected, relative to the error at x = 2: 5 (n − 1)|n − 5|/6N from signal and variance (7 %
/// at n = 4, N = 36), (x⁴ − 3x²) κ/24 from the kurtosis (1 %), ages and decay as small steps (2 %).
fn by_age(p: &Params) -> Claim {
    let (order, sites, fade) = (p.n as u32, p.N as usize, fade(p));
    let at = |age: f64| 0.5 * age / fade;
    let curve = CURVE.map(|age| (age, Fading::at(p).site("error").at(age), fading_error(order, sites, 1.0 - fade, at(age))));
    let noise = ((1.0 - (1.0 - fade).powi(2)) * capacity_scale(order, sites)).sqrt();
    Claim::curve(&format!("by-age-{order}"), curve)
        .within(Margin::Relative(0.15))
        .rival(
            "fading-overlaps",
            "λ multiplies the patterns and not their energy: signal λ^(n a)",
            CURVE.map(|age| normal_tail(noise * (1.0 - fade).powf(f64::from(order) * at(age)))),
        )
        .rival(
            "any-age",
            "all patterns are remembered alike, with the error of the newest",
            CURVE.map(|_| normal_tail(noise)),
        )
        .axes("age, in units of 1/(2(1 − λ))", "one-step error")
        .log_y()
        .source("derived here: Q(λ^a √((1 − λ²) A)); n = 2 is the palimpsest of Nadal et al. 1986")
}

/// The error at n = 3 over age and fading: the span A/(e z²) (1 + ln ratio)/ratio is 1 + ln ratio in units of 1/(2(1 − λ)).
fn map(points: &[Params]) -> PhaseDiagram {
    let row = |p: &Params| AGES.map(|age| (age, p.ratio, Fading::at(p).site("error").at(age)));
    let cells = points.iter().filter(|p| p.n == 3 && p.N == 60).flat_map(row);
    PhaseDiagram::new("age in units of 1/(2(1 − λ))", "fading 1 − λ over e z²/2A", "one-step error")
        .cells(cells)
        .boundary("error of 2 %: age 1 + ln ratio", [E.recip(), 1.0, 3.0, 6.0].map(|ratio: f64| (1.0 + ratio.ln(), ratio)))
        .log_upwards()
}
