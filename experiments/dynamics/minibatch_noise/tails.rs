//! Tails: the weight on a line has `P(|w| > x) ∝ x^{−β}`. The paper gives `β = 2S/(λ a) − S`, the index of the Student law with
//! the right variance (section 6.6); for normal inputs the recursion has Kesten's index, `E|1 − λ h|^β = 1`. They agree
//! where the index is 2.

use anyhow::{Result, ensure};
use lawbook_analysis::tails::hill;
use lawbook_dynamics::{
    Ensemble,
    estimators::divergence::all_finite,
    systems::regression::Regression,
    theory::kesten::{continuous_tail_index, student_tail_index, tail_index},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, Verdict, params};

params! {
    /// A regression on a line with noisy labels.
    pub struct Params {
        /// Learning rate times curvature, λ a.
        x: real = 1.0, 0.001..=4.0;
        /// Batch size S.
        S: integer = 2, 1..=1000;
        /// Samples, in thousands.
        kilosamples: integer = 10_000, 100..=100_000_000;
    }
}

/// The share of the samples that counts as the tail.
const SHARE: f64 = 0.002;
/// Thinner tails begin further out: at this index the largest 0.2 per cent of a Student law begin where its local exponent is a
/// tenth below.
const THINNEST: f64 = 4.5;

impl Params {
    /// The index of the tail, where that can be seen.
    fn tail_index(&self) -> Result<f64> {
        let index = tail_index(self.x, self.S as u32)?;
        ensure!(
            index < THINNEST,
            "λ a = {} and S = {}: the tail index is {index:.1}, and the largest 0.2 % of samples show up to {THINNEST}; give a larger \
             learning rate or a smaller batch",
            self.x,
            self.S
        );
        Ok(index)
    }
}

/// Tail index of the weight.
pub struct Tails;

impl Study for Tails {
    const NAME: &'static str = "tails";
    const ABOUT: &'static str = "Runs SGD on a line with noisy labels until it is stationary, and records Hill's estimate of \
        the tail index from the largest 0.2 per cent of the moduli of the weight.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let at =
            |pairs: &[(f64, i64)], kilosamples| pairs.iter().map(|&(x, size)| Params { x, S: size, kilosamples }).collect();
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => at(&[(1.0, 2), (1.6, 16)], 10_000),
            Profile::Full => at(&[(1.0, 2), (1.0, 4), (1.5, 10), (1.6, 16)], 100_000),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        Ok(points.iter().map(claims).collect::<Result<Vec<_>>>()?.concat())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (rate, batch) = (p.x, p.S as u32);
        // Refuses what has no stationary law.
        p.tail_index()?;
        let regression =
            Regression { curvatures: [1.0], teacher: [0.0], label_noise: 1.0, decay: 0.0, rate, momentum: 0.0, batch };
        let replicas = 16_384;
        let mut ensemble = Ensemble::<_, f64>::new(regression, replicas, &cell.key(), |_| ([0.0], [0.0]));
        ensemble.advance(200);
        // The tail is ten times thinner than what lies beyond the largest fiftieth of a first look.
        let mut first: Vec<f64> = ensemble.states().map(|(w, _)| w[0].abs()).collect();
        let (_, floor, _) = first.select_nth_unstable_by(replicas as usize / 50, |left, right| right.total_cmp(left));
        let floor = *floor;
        let rounds = (1000 * p.kilosamples as u64).div_ceil(replicas);
        let mut values = Vec::new();
        for _ in 0..rounds {
            ensemble.advance(2);
            values.extend(ensemble.states().map(|(w, _)| w[0].abs()).filter(|x| *x > floor));
        }
        all_finite(&ensemble)?;
        let count = SHARE * (rounds * replicas) as f64;
        cell.record("tail-index", hill(&mut values, count as usize)?.index);
        Ok(())
    }
}

fn claims(p: &Params) -> Result<Vec<Claim>> {
    let batch = p.S as u32;
    let (kesten, student, continuous) = (p.tail_index()?, student_tail_index(p.x, batch), continuous_tail_index(p.x, batch));
    let name = format!("rate-{}-batch-{}", p.x, p.S);
    let site = Tails::at(p).site("tail-index");
    // At the largest 0.2 % the tail still bends: its exponent is off by some per cent there.
    let margin = Margin::Relative(0.06);
    let because = "2S/(lambda a) + 1: continuous time";
    let paper = Claim::value(&format!("tail-student-{name}"), site.clone(), student)
        .within(margin)
        .rival("continuous-time", because, [continuous])
        .axes("", "tail index of |w|")
        .source("section 6.6: beta = 2S/(lambda a) - S");
    if (kesten / student - 1.0).abs() < 1e-6 {
        return Ok(vec![paper]);
    }
    let found = "The tail is fatter: its index is Kesten's root of E|1 − λh|^β = 1. The Student law of the paper has the \
                 right variance, not the right tail, except where its index is 2.";
    let corrected = Claim::value(&format!("tail-kesten-{name}"), site, kesten)
        .within(margin)
        .rival("continuous-time", because, [continuous])
        .rival("student", "2S/(lambda a) - S: the Student law with the right variance", [student])
        .axes("", "tail index of |w|")
        .source("Kesten 1973; corrects section 6.6");
    Ok(vec![paper.finding(Verdict::Fails, found), corrected])
}
