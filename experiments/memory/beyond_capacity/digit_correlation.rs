//! Real digits made less alike by noise: the load that a memory holds, against their correlation.

use anyhow::{Context, Result};
use lawbook_core::Key;
use lawbook_memory::{DenseMemory, Patterns, Separation, State};

use super::dataset::{held, load, probes_of, shuffled};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

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
        NOISES.map(|r| Params { r, memories, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let Some(p) = points.first().filter(|_| points.len() == NOISES.len()) else { return Ok(Vec::new()) };
        let (n, mut sites, mut logs) = (p.n as f64, Vec::new(), Vec::new());
        for p in points {
            let digits = noisy(p.r)?;
            let c = correlation(&digits);
            sites.push((c, DigitCorrelation::at(p).site("K")));
            logs.push((c.ln(), held(&probes_of(digits, separation(p))?, LEVEL)?.ln()));
        }
        // The crosstalk of few digits is skewed, and its error off by up to 2 %, which is 0.07 in ln K where digits are most alike.
        Ok(vec![
            Claim::exponent("digit-correlation", sites, slope(&logs))
                .within(Margin::Absolute(0.2))
                .rival("one-correlation", "all pairs alike: c^−(n−½), as of synthetic patterns", [0.5 - n])
                .rival("mean-crosstalk", "the signal must beat the mean crosstalk (K − 1) cⁿ: K ∝ c^−n", [-n])
                .axes("mean correlation c of the digits", "digits K at an error of 10 %, n = 4")
                .log_x()
                .log_y()
                .source(
                    "derived here: least squares through the loads at which Q((S + (K − 1) μ)/√((K − 1) v)) over digits and sites \
                     is 10 %",
                ),
        ])
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
        let (mut count, mut below) = (20, None::<(f64, f64)>);
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

/// The slope of the line of least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let mean = |value: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / points.len() as f64;
    let (x, y) = (mean(&|p| p.0), mean(&|p| p.1));
    mean(&|p| (p.0 - x) * (p.1 - y)) / mean(&|p| (p.0 - x).powi(2))
}
