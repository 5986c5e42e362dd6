//! Real digits made less alike by noise: the load that a memory holds, against their correlation.

use anyhow::{Context, Result};
use lawbook_analysis::line::slope;
use lawbook_core::Key;
use lawbook_memory::{DenseMemory, Patterns, Separation, State};

use super::dataset::{held, load, probes_of, shuffled};
use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// Load at an error of 10 %, by correlation.
pub struct DigitCorrelation;

params! {
    /// A rectified memory that is filled with digits, each of their pixels turned over with probability r, once and for all.
    pub struct Params {
        /// Order n.
        n: integer = 4, 2..=20;
        /// Probability r of a wrong pixel. The correlation is 0.47 (1 − 2r)².
        r: real = 0.1, 0.0..=0.3;
        /// Memories drawn for each load tried.
        memories: integer = 60, 1..=1_000_000;
    }
}

/// The error at which a memory counts as full.
const LEVEL: f64 = 0.1;

/// Probabilities of a wrong pixel: correlations of 0.47, 0.30 and 0.17.
const NOISES: [f64; 3] = [0.0, 0.1, 0.2];

/// At lower orders too few digits fill a memory for a Gaussian, at higher ones the data do not.
const ORDERS: [i64; 3] = [3, 4, 5];

/// The loads of the map, and its order.
const LOADS: [usize; 5] = [10, 30, 100, 300, 1000];
const MAPPED: i64 = 4;

/// Digits looked at in one memory.
const PROBES: usize = 40;

impl Study for DigitCorrelation {
    const NAME: &'static str = "digit-correlation";
    const ABOUT: &'static str = "Fills a memory with noisy digits until one update turns over 10 % of their pixels. Records the \
        number of digits then.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let memories = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 60,
            Profile::Full => 5000,
        };
        ORDERS.iter().flat_map(|&n| NOISES.map(|r| Params { n, r, memories })).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for n in ORDERS {
            let curve: Vec<&Params> = points.iter().filter(|p| p.n == n).collect();
            if curve.len() == NOISES.len() {
                claims.push(claim(n, &curve)?);
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (mut stream, digits) = (cell.stream("digits"), noisy(p.r)?);
        let mut error = |count: usize| -> Result<f64> {
            let (mut error, looked) = (0.0, PROBES.min(count));
            for _ in 0..p.memories {
                let order = shuffled(digits.len(), &mut stream);
                let stored: Vec<State> = order[..count].iter().map(|&i| digits[i].clone()).collect();
                let memory = DenseMemory::new(Patterns::from_states(&stored)?, separation(p))?;
                error += memory.one_step_errors(&stored[..looked])?.iter().sum::<f64>();
            }
            Ok(error / (p.memories as usize * looked) as f64)
        };
        if p.n == MAPPED {
            for load in LOADS {
                cell.record_at("error", load as f64, error(load)?);
            }
        }
        let (mut count, mut below) = (10, None::<(f64, f64)>);
        while count < digits.len() {
            let (here, log) = (error(count)?, (count as f64).ln());
            if let (true, Some((lower, under))) = (here > LEVEL, below) {
                cell.record("K", (lower + (log - lower) * (LEVEL - under) / (here - under)).exp());
                return Ok(());
            }
            below = Some((log, here));
            count = (1.25 * count as f64) as usize;
        }
        None.context("no load at which 10 % of the pixels are unstable; give a lower order")
    }
}

fn claim(n: i64, points: &[&Params]) -> Result<Claim> {
    let (mut sites, mut logs, mut cells, mut line) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for p in points {
        let digits = noisy(p.r)?;
        let (c, at) = (correlation(&digits), DigitCorrelation::at(p));
        let load = held(&probes_of(digits, separation(p))?, LEVEL)?;
        cells.extend(LOADS.map(|load| (load as f64, c, at.site("error").at(load as f64))));
        line.push((load, c));
        sites.push((c, at.site("K")));
        logs.push((c.ln(), load.ln()));
    }
    let order = n as f64;
    // At n = 4 the crosstalk of few digits is skewed, and its error off by up to 2 %, which is 0.07 in ln K where digits are most alike.
    // The orders beside it are held to the same.
    let claim = Claim::exponent(&format!("digit-correlation-{n}"), sites, slope(&logs))
        .within(Margin::Absolute(0.2))
        .rival("one-correlation", "all pairs alike: c^−(n−½), as of synthetic patterns", [0.5 - order])
        .rival("mean-crosstalk", "the signal must beat the mean crosstalk (K − 1) cⁿ: K ∝ c^−n", [-order])
        .axes("mean correlation c of the digits", &format!("digits K at an error of 10 %, n = {n}"))
        .log_x()
        .log_y()
        .source(
            "derived here: least squares through the loads at which Q((S + (K − 1) μ)/√((K − 1) v)) over digits and sites is 10 %",
        );
    let map = PhaseDiagram::new("digits K", "mean correlation c of the digits", "one-step error, n = 4").cells(cells);
    let diagram = || map.boundary("error of 10 % predicted", line).log_across();
    Ok(if n == MAPPED { claim.phase_diagram(diagram()) } else { claim })
}

fn separation(p: &Params) -> Separation {
    Separation::Rectified(p.n as u32)
}

/// The digits with noise, the same in every cell.
fn noisy(r: f64) -> Result<Vec<State>> {
    let mut stream = Key::new(["digit-correlation"]).stream("noise", 0);
    Ok(load()?.0.iter().map(|digit| digit.noisy(r, &mut stream)).collect::<Result<_, _>>()?)
}

/// The mean product of the sites of two digits.
fn correlation(digits: &[State]) -> f64 {
    let (count, sites) = (digits.len() as f64, digits[0].sites());
    let mut sums = vec![0.0; sites];
    digits.iter().for_each(|digit| sums.iter_mut().zip(digit.signs()).for_each(|(sum, sign)| *sum += sign));
    let squares = sums.iter().map(|sum| sum * sum).sum::<f64>() / sites as f64;
    (squares - count) / (count * (count - 1.0))
}
