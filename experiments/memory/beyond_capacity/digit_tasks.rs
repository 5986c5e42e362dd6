//! Real digits, then the same kind of digits with some of their pixels permuted: how much the second task disturbs the first.

use anyhow::Result;
use lawbook_core::Key;
use lawbook_memory::{
    DenseMemory, Patterns, Separation, State, capacity,
    population::{Disturbance, Population},
};

use super::dataset::{load, shuffled};
use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// One-step error of the first task's digits.
pub struct DigitTasks;

params! {
    /// A rectified memory of two tasks of K digits each; those of the second have m of their 64 pixels permuted.
    pub struct Params {
        /// Order n.
        n: integer = 3, 2..=20;
        /// Digits K of each task.
        K: integer = 100, 2..=800;
        /// Pixels m that change places, always the same way.
        m: integer = 32, 0..=64;
        /// Memories drawn per cell.
        memories: integer = 100, 1..=1_000_000;
    }
}

/// Orders and loads of the claims, and the pixels that change places.
const CURVES: [(i64, i64); 3] = [(2, 100), (3, 30), (5, 100)];
const MOVED: [i64; 4] = [0, 16, 32, 64];

/// The map, at K = 100.
const ORDERS: [i64; 6] = [2, 3, 4, 5, 6, 8];
const PIXELS: [i64; 7] = [0, 8, 16, 24, 32, 48, 64];

impl Study for DigitTasks {
    const NAME: &'static str = "digit-tasks";
    const ABOUT: &'static str = "Stores K of the 8×8 digits, then K others with m pixels permuted (data permutation), and updates once \
        at the digits of the first task. Records their error, and that error over the one before the second task (added).";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let digits = match profile {
            Profile::Smoke => 1500,
            Profile::Quick => 12_000,
            Profile::Full => 600_000,
        };
        let curves =
            CURVES.iter().flat_map(|&(n, count)| MOVED.map(|m| Params { n, K: count, m, memories: digits / count }));
        if profile == Profile::Smoke {
            return curves.take(MOVED.len()).collect();
        }
        let claimed: Vec<Params> = curves.collect();
        let map = ORDERS.iter().flat_map(|&n| PIXELS.map(|m| Params { n, m, memories: digits / 2000, ..Params::default() }));
        let new = map.filter(|p| !claimed.iter().any(|q| (p.n, p.K, p.m) == (q.n, q.K, q.m)));
        let new: Vec<Params> = new.collect();
        claimed.into_iter().chain(new).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (n, count) in CURVES {
            let at = |&m: &i64| points.iter().find(|p| (p.n, p.K, p.m) == (n, count, m));
            let curve: Vec<&Params> = MOVED.iter().filter_map(at).collect();
            if curve.len() == MOVED.len() {
                let claim = error(&curve)?;
                claims.push(if n == 2 { claim.phase_diagram(map(points)) } else { claim });
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("tasks");
        let (count, separation) = (p.K as usize, Separation::Rectified(p.n as u32));
        let [first, second] = tasks(p.m as usize)?;
        let (mut before, mut after) = (0.0, 0.0);
        for _ in 0..p.memories {
            let mut some = |of: &[State]| -> Vec<State> {
                shuffled(of.len(), &mut stream)[..count].iter().map(|&i| of[i].clone()).collect()
            };
            let (learned, mut stored) = (some(&first), some(&second));
            let error = |stored: &[State]| -> Result<f64> {
                let errors = DenseMemory::new(Patterns::from_states(stored)?, separation)?.one_step_errors(&learned)?;
                Ok(errors.iter().sum::<f64>() / (count as f64 * p.memories as f64))
            };
            before += error(&learned)?;
            stored.extend_from_slice(&learned);
            after += error(&stored)?;
        }
        cell.record("error", after);
        cell.record("added", after / f64::max(before, 1e-6));
        Ok(())
    }
}

/// Digits of the first task, and those of the second with `moved` pixels permuted: every other digit each.
fn tasks(moved: usize) -> Result<[Vec<State>; 2]> {
    let data = &load()?.0;
    let mut pixels: Vec<usize> = (0..64).collect();
    Key::new(["digit-tasks"]).stream("pixels", 0).shuffle(&mut pixels);
    let permuted = |state: &State| {
        let (signs, mut moved_signs) = (state.signs(), state.signs());
        for (place, &pixel) in pixels[..moved].iter().enumerate() {
            moved_signs[pixels[(place + 1) % moved]] = signs[pixel];
        }
        State::from_signs(&moved_signs)
    };
    let second: Result<Vec<State>, _> = data.iter().skip(1).step_by(2).map(permuted).collect();
    Ok([data.iter().step_by(2).cloned().collect(), second?])
}

/// Gaussian crosstalk of the data's own mean and variance at each site of each digit. Its third moment would change the errors by
/// less than 0.1 %; the margin leaves room for what `quick` resolves.
fn error(points: &[&Params]) -> Result<Claim> {
    let (n, count) = (points[0].n, points[0].K as usize);
    let separation = Separation::Rectified(n as u32);
    let mut law = Vec::new();
    for p in points {
        let [first, second] = tasks(p.m as usize)?;
        let (first, second) = (Population::new(first, separation)?, Population::new(second, separation)?);
        // Every third digit stands for all.
        let probes: Vec<usize> = (0..first.states().len()).step_by(3).collect();
        let error = |&probe: &usize| -> Result<f64> {
            let digit = &first.states()[probe];
            let kinds: [Disturbance; 2] = [first.disturbance(digit, Some(probe))?, second.disturbance(digit, None)?];
            Ok(first.one_step_error(&[(&kinds[0], count - 1), (&kinds[1], count)])?)
        };
        law.push(probes.iter().map(error).sum::<Result<f64>>()? / probes.len() as f64);
    }
    let independent = capacity::one_step_error(separation, 64, 2.0 * count as f64)?;
    let alike = law[0];
    let sites = points.iter().zip(law).map(|(p, error)| (p.m as f64, DigitTasks::at(p).site("error"), error));
    Ok(Claim::curve(&format!("digit-similarity-{n}"), sites)
        .within(Margin::Relative(0.05))
        .rival("independent", "two tasks of independent patterns", points.iter().map(|_| independent))
        .rival("any-task", "permuted digits disturb as much as digits do, by their number", points.iter().map(|_| alike))
        .axes("pixels m that change places in the second task", "one-step error of the first task's digits")
        .source("derived here: Q((S + (K − 1) μ + K μ')/√((K − 1) v + K v')) over digits and sites"))
}

/// What the second task adds, over order and permuted pixels.
fn map(points: &[Params]) -> PhaseDiagram {
    let cells = points.iter().filter(|p| p.K == 100).map(|p| (p.m as f64, p.n as f64, DigitTasks::at(p).site("added")));
    PhaseDiagram::new("pixels m that change places", "order n", "first task's error, after over before").cells(cells)
}
