//! The judge: a claim and its evidence in, a judgement out. A pure function.
//!
//! *Holds* needs the whole interval inside the margin and every rival outside the interval: equivalence, not "no difference
//! found". *Fails* needs the interval outside the margin. Anything else is *undecided*, and more seeds may tell.
//!
//! # When this is valid
//! The interval over seeds allows for replicates as skewed as an exponential; what one cell records is as a rule a mean over
//! thousands, and closer to Gaussian. `tests/calibration.rs` measures the rates of false verdicts under repeated looks for
//! normal, skewed and heavy-tailed replicates. The interval is *not* valid for replicates more skewed than that, nor where
//! they have no variance (tail index below 2). Such tails cannot be seen in a handful of seeds; from 22 on, one replicate that
//! lies further out than Gaussian scatter can reach (`OUTLIER_ODDS`) turns any verdict into *undecided* with a note. A law of
//! heavy tails therefore records quantiles or proportions, whose replicates are bounded.

use crate::{
    claim::{Claim, Kind, Statistic},
    evidence::Evidence,
    judgement::{Judgement, RivalOutcome},
    rival::Rival,
    sequence::{Interval, proportion_interval, replicate_interval},
    verdict::Verdict,
};

/// The chance of any wrong *holds* or *fails* in a whole run; each interval gets an equal share.
pub const OVERALL_LEVEL: f64 = 0.05;

/// The share of [`OVERALL_LEVEL`] that each of all intervals of a run gets.
pub fn level_of_each(intervals: usize) -> f64 {
    OVERALL_LEVEL / intervals.max(1) as f64
}

/// Chance, for Gaussian replicates, of one being called an outlier.
const OUTLIER_ODDS: f64 = 1e-3;

/// Judges a claim on its evidence. `level` is the chance of error allowed to each interval: the overall level of a run divided
/// by the number of intervals in it.
pub fn judge(claim: &Claim, evidence: &Evidence, level: f64) -> Judgement {
    if let Err(error) = claim.check() {
        return Judgement::without_data(claim, Verdict::Error, error.to_string());
    }
    if let Some(assumption) = claim.assumptions.iter().find(|assumption| !assumption.satisfied) {
        return Judgement::without_data(
            claim,
            Verdict::OutOfRegime,
            format!("what it assumes is not so here: {}", assumption.text),
        );
    }
    if let Some(failure) = evidence.failures.first() {
        let others = match evidence.failures.len() - 1 {
            0 => String::new(),
            others => format!(" (of its other cells {others} failed too)"),
        };
        return Judgement::without_data(claim, Verdict::Error, format!("{failure}{others}"));
    }
    if evidence.rows.is_empty() {
        return Judgement::without_data(claim, Verdict::Undecided, "no seed has been measured".to_owned());
    }
    let components = match components(claim, evidence) {
        Ok(components) => components,
        Err(reason) => return Judgement::without_data(claim, Verdict::Error, reason),
    };
    match claim.kind {
        Kind::Exact => judge_exact(claim, evidence, &components),
        Kind::Threshold { level: crossed } => {
            let intervals: Vec<Interval> = components.iter().map(|values| interval(claim, values, level)).collect();
            let abscissae: Vec<f64> = claim.sites.iter().map(|(x, _)| *x).collect();
            let bracket = bracket(&abscissae, &intervals, crossed);
            judge_intervals(claim, evidence, &[bracket], None)
        }
        Kind::Value | Kind::Curve | Kind::Exponent | Kind::Distribution | Kind::Bound => {
            let intervals: Vec<Interval> = components.iter().map(|values| interval(claim, values, level)).collect();
            let outlier = components.iter().any(|values| has_outlier(values)).then(|| {
                "one seed lies further out than Gaussian scatter reaches, so the interval cannot be trusted; record a \
                 bounded observable such as a quantile or a proportion"
                    .to_owned()
            });
            let judgement = judge_intervals(claim, evidence, &intervals, outlier);
            if judgement.verdict == Verdict::Undecided && components.iter().any(|values| has_no_scatter(claim, values)) {
                return Judgement { note: Some(NO_SCATTER.to_owned()), ..judgement };
            }
            judgement
        }
    }
}

/// The values of every component, over seeds.
fn components(claim: &Claim, evidence: &Evidence) -> Result<Vec<Vec<f64>>, String> {
    let columns = claim.sites.len();
    let column = |i: usize| evidence.rows.iter().map(|row| row[i]).collect::<Vec<f64>>();
    let values = match claim.statistic {
        Statistic::Each => (0..columns).map(column).collect(),
        Statistic::Ratio => vec![evidence.rows.iter().map(|row| row[0] / row[1]).collect()],
        Statistic::Slope => {
            let abscissae: Vec<f64> = claim.sites.iter().map(|(x, _)| *x).collect();
            vec![evidence.rows.iter().map(|row| log_slope(&abscissae, &row[..columns])).collect()]
        }
    };
    match values.iter().flatten().find(|value: &&f64| !value.is_finite()) {
        None => Ok(values),
        Some(_) => Err(match claim.statistic {
            Statistic::Slope => "a fit needs positive numbers, but a seed recorded 0 or less; measure more trials per cell",
            Statistic::Ratio => "a ratio is not finite: a seed recorded 0 below; measure more trials per cell",
            Statistic::Each => "a number is not finite; record divergence as its own observable",
        }
        .to_owned()),
    }
}

/// Least-squares slope of ln y against ln x.
fn log_slope(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (lx, ly): (Vec<f64>, Vec<f64>) = x.iter().zip(y).map(|(x, y)| (x.ln(), y.ln())).unzip();
    let (mx, my) = (lx.iter().sum::<f64>() / n, ly.iter().sum::<f64>() / n);
    let covariance: f64 = lx.iter().zip(&ly).map(|(x, y)| (x - mx) * (y - my)).sum();
    covariance / lx.iter().map(|x| (x - mx).powi(2)).sum::<f64>()
}

/// The confidence sequence of one component. Proportions out of counted trials get the hull of both: seeds may share what
/// their trials have in common, and seeds that all agree still leave room.
fn interval(claim: &Claim, values: &[f64], level: f64) -> Interval {
    let replicates = replicate_interval(values, level);
    if claim.trials == 0 {
        return replicates;
    }
    let trials = claim.trials as f64 * values.len() as f64;
    let successes = (values.iter().sum::<f64>() * claim.trials as f64).round().clamp(0.0, trials);
    let counted = proportion_interval(successes, trials, level);
    let equal = values.iter().all(|value| *value == values[0]);
    if equal {
        return Interval { estimate: values[0], ..counted };
    }
    let hull = replicates.hull(counted);
    if claim.statistic != Statistic::Each {
        return hull;
    }
    // The interval of what scatters knows nothing of the ends of a proportion.
    Interval { low: hull.low.max(0.0), high: hull.high.min(1.0), ..hull }
}

const NO_SCATTER: &str = "all seeds gave the same number, which tells nothing of their scatter, and more of them would not either; a \
                          number without chance is claimed with `exact`, a proportion says `out_of`";

/// Whether values over seeds that are no counted proportion are all the same.
fn has_no_scatter(claim: &Claim, values: &[f64]) -> bool {
    claim.trials == 0 && values.len() > 1 && values.iter().all(|value| *value == values[0])
}

/// Whether one value lies further from the mean than Gaussian scatter reaches; impossible with fewer than 22 values.
fn has_outlier(values: &[f64]) -> bool {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let furthest = values.iter().map(|x| (x - mean).powi(2)).fold(0.0, f64::max);
    variance > 0.0 && furthest / variance > 2.0 * (n / OUTLIER_ODDS).ln()
}

/// The abscissae between which a curve crosses a level: every point up to the lower end lies decidedly on the first point's
/// side, every point from the upper end on decidedly on the last point's.
fn bracket(x: &[f64], intervals: &[Interval], level: f64) -> Interval {
    let side = |interval: &Interval| i8::from(interval.low > level) - i8::from(interval.high < level);
    let sides: Vec<i8> = intervals.iter().map(side).collect();
    let (Some(&first), Some(&last)) = (sides.first(), sides.last()) else { return Interval::unbounded(f64::NAN) };
    if first == 0 || last == 0 || first == last {
        return Interval::unbounded(0.5 * (x[0] + x[x.len() - 1]));
    }
    let before = sides.iter().take_while(|&&side| side == first).count();
    let after = sides.iter().rev().take_while(|&&side| side == last).count();
    let (low, high) = (x[before - 1], x[x.len() - after]);
    Interval { estimate: 0.5 * (low + high), low, high }
}

fn judge_intervals(claim: &Claim, evidence: &Evidence, intervals: &[Interval], doubt: Option<String>) -> Judgement {
    let (band_low, band_high) = claim.band();
    let inside = intervals.iter().zip(band_low.iter().zip(&band_high)).all(|(i, (b, t))| i.low >= *b && i.high <= *t);
    let outside = intervals.iter().zip(band_low.iter().zip(&band_high)).any(|(i, (b, t))| i.high < *b || i.low > *t);
    let rivals: Vec<RivalOutcome> = claim.rivals.iter().map(|rival| outcome(rival, intervals)).collect();
    let survivor = rivals.iter().find(|rival| !rival.refuted);
    let (verdict, note) = match (inside, outside, survivor) {
        _ if doubt.is_some() => (Verdict::Undecided, doubt),
        (_, true, _) => (Verdict::Fails, None),
        (true, _, None) => (Verdict::Holds, None),
        (true, _, Some(rival)) => {
            (Verdict::Undecided, Some(format!("inside the margin, but the rival {} is not refuted", rival.name)))
        }
        (false, false, _) => (Verdict::Undecided, None),
    };
    let half = |i: &Interval| 0.5 * (i.high - i.low);
    let reach = intervals.iter().zip(claim.margins()).map(|(interval, margin)| half(interval) + margin);
    Judgement {
        verdict,
        measured: intervals.iter().map(|i| i.estimate).collect(),
        low: intervals.iter().map(|i| i.low).collect(),
        high: intervals.iter().map(|i| i.high).collect(),
        band_low,
        band_high,
        seeds: evidence.seeds.len(),
        detectable: reach.fold(0.0, f64::max),
        rivals,
        note,
    }
}

/// A rival with values is refuted if the intervals exclude one of them.
fn outcome(rival: &Rival, intervals: &[Interval]) -> RivalOutcome {
    let refuted = rival.predicted.iter().zip(intervals).any(|(value, i)| *value < i.low || *value > i.high);
    RivalOutcome { name: rival.name.clone(), predicted: rival.predicted.clone(), refuted }
}

fn judge_exact(claim: &Claim, evidence: &Evidence, components: &[Vec<f64>]) -> Judgement {
    let (band_low, band_high) = claim.band();
    let margins = claim.margins();
    let inside = components
        .iter()
        .zip(band_low.iter().zip(&band_high))
        .all(|(values, (low, high))| values.iter().all(|value| (*low..=*high).contains(value)));
    let first_residual = claim.sites.len();
    let mut next_residual = first_residual;
    let rivals: Vec<RivalOutcome> = claim
        .rivals
        .iter()
        .map(|rival| {
            let columns = next_residual..next_residual + rival.residual.len();
            next_residual = columns.end;
            if rival.residual.is_empty() {
                let excluded = |(i, value): (usize, &f64)| components[i].iter().all(|y| (y - value).abs() > margins[i]);
                let refuted = rival.predicted.iter().enumerate().any(excluded);
                return RivalOutcome { name: rival.name.clone(), predicted: rival.predicted.clone(), refuted };
            }
            let residuals = evidence.rows.iter().flat_map(|row| row[columns.clone()].iter().map(|r| r.abs()));
            let smallest = residuals.fold(f64::INFINITY, f64::min);
            RivalOutcome { name: rival.name.clone(), predicted: vec![smallest], refuted: smallest > margins[0] }
        })
        .collect();
    let survivor = rivals.iter().find(|rival| !rival.refuted);
    let (verdict, note) = match (inside, survivor) {
        (false, _) => (Verdict::Fails, None),
        (true, None) => (Verdict::Holds, None),
        (true, Some(rival)) => (Verdict::Undecided, Some(format!("exact, but the rival {} is not refuted", rival.name))),
    };
    let extreme = |pick: fn(f64, f64) -> f64, start: f64| {
        components.iter().map(|values| values.iter().copied().fold(start, pick)).collect::<Vec<f64>>()
    };
    Judgement {
        verdict,
        measured: components.iter().map(|values| values.iter().sum::<f64>() / values.len() as f64).collect(),
        low: extreme(f64::min, f64::INFINITY),
        high: extreme(f64::max, f64::NEG_INFINITY),
        band_low,
        band_high,
        seeds: evidence.seeds.len(),
        detectable: margins.iter().copied().fold(0.0, f64::max),
        rivals,
        note,
    }
}
