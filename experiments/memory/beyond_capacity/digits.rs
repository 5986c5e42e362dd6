//! Real handwritten digits: the same calculus with the overlaps of the data in place of a model of them.

use anyhow::Result;
use lawbook_memory::{
    AsynchronousUpdate, DenseMemory, Patterns, Separation, State, capacity, concepts::ConceptModel, population::Population,
};

use super::dataset::{held, load, probes, shuffled};
use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// One-step error of stored digits, and what fresh ones descend to.
pub struct DigitLoad;

params! {
    /// A rectified memory of K digits drawn from the data.
    pub struct Params {
        /// Order n.
        n: integer = 3, 2..=20;
        /// Stored digits K.
        K: integer = 100, 2..=1500;
        /// Memories drawn per cell.
        memories: integer = 20, 1..=100_000;
    }
}

/// Digits looked at in one memory, and fresh ones.
const PROBES: usize = 10;

/// Orders and loads of the claims: with the mean overlap of digits the crosstalk reaches the signal at about 4 and 8 patterns.
const CURVES: [(i64, [i64; 2]); 2] = [(2, [50, 200]), (3, [50, 200])];

/// The map.
const ORDERS: [i64; 6] = [2, 3, 4, 6, 10, 20];
const LOADS: [i64; 5] = [10, 30, 100, 300, 1000];

/// Order that keeps digits apart, against the Hopfield network, at a load where both are filled.
const COEXISTENCE: (i64, i64) = (20, 300);

impl Study for DigitLoad {
    const NAME: &'static str = "digits";
    const ABOUT: &'static str = "Stores K of the 8×8 digits (pixels of at least half the full ink are +1), updates once at stored \
        ones, and descends from digits that were not stored. Records the error, and how often the stored digit nearest to the \
        fixed point shows the same numeral (labelled).";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let memories = match profile {
            Profile::Smoke => 4,
            Profile::Quick => 20,
            Profile::Full => 500,
        };
        let curves = CURVES.iter().flat_map(|&(n, loads)| loads.map(|count| Params { n, K: count, memories }));
        if profile == Profile::Smoke {
            return curves.skip(1).take(1).collect();
        }
        let map = ORDERS.iter().flat_map(|&n| {
            let share = |count| if count == COEXISTENCE.1 && (n == 2 || n == COEXISTENCE.0) { 1 } else { 10 };
            LOADS.map(|count| Params { n, K: count, memories: memories / share(count) })
        });
        curves.chain(map).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let (data, mut claims) = (&load()?.0, Vec::new());
        for (n, loads) in CURVES {
            let curve: Vec<&Params> = loads.iter().filter_map(|&k| points.iter().find(|p| p.n == n && p.K == k)).collect();
            if !curve.is_empty() {
                let claim = error(n, data, &curve)?;
                claims.push(if n == 3 { claim.phase_diagram(error_map(points)?) } else { claim });
            }
        }
        let at =
            |n: i64| points.iter().find(|p| p.n == n && p.K == COEXISTENCE.1).map(|p| DigitLoad::at(p).site("labelled"));
        if let (Some(steep), Some(flat)) = (at(COEXISTENCE.0), at(2)) {
            claims.push(
                Claim::ratio_at_least("generalisation-by-order", steep, flat, 2.0)
                    .rival("order-is-idle", "the order makes no difference to what fresh digits are taken for", [1.0])
                    .axes("", "fraction of fresh digits labelled rightly at n = 20 over n = 2")
                    .source("expected here: at n = 2 the pull of the shared part outgrows what tells digits apart")
                    .phase_diagram(map("fraction of fresh digits labelled rightly", "labelled", points)),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("digits");
        let (data, labels) = load()?;
        let (count, separation) = (p.K as usize, Separation::Rectified(p.n as u32));
        let (mut error, mut labelled) = (0.0, 0.0);
        for _ in 0..p.memories {
            let order = shuffled(data.len(), &mut stream);
            let stored: Vec<State> = order[..count].iter().map(|&i| data[i].clone()).collect();
            let memory = DenseMemory::new(Patterns::from_states(&stored)?, separation)?;
            for (probe, &fresh) in order[count..].iter().enumerate().take(PROBES) {
                error += memory.one_step_error(probe % count)?;
                let end = memory.retrieve(&data[fresh], &mut stream)?.state;
                let overlaps = memory.patterns().overlaps(&end)?;
                let nearest = (0..count).max_by_key(|&mu| overlaps[mu]).unwrap_or(0);
                labelled += f64::from(labels[order[nearest]] == labels[fresh]);
            }
        }
        let looked = (p.memories as usize * PROBES) as f64;
        cell.record("error", error / looked);
        cell.record("labelled", labelled / looked);
        Ok(())
    }
}

/// The error from the data's own crosstalk, taken as Gaussian: at K = 50 the skewness of steep terms moves errors of 0.1 to 0.5 by
/// up to a tenth.
fn error(n: i64, data: &[State], points: &[&Params]) -> Result<Claim> {
    let separation = Separation::Rectified(n as u32);
    let population = Population::new(data.to_vec(), separation)?;
    let (mut predicted, mut correlation) = (vec![0.0; points.len()], 0.0);
    // Every third digit stands for all: their errors scatter by less than 0.01.
    let probes: Vec<usize> = (0..data.len()).step_by(3).collect();
    for &probe in &probes {
        let others = population.disturbance(&data[probe], Some(probe))?;
        for (error, p) in predicted.iter_mut().zip(points) {
            *error += population.one_step_error(&[(&others, p.K as usize - 1)])? / probes.len() as f64;
        }
        for other in data.iter().filter(|other| **other != data[probe]) {
            correlation += data[probe].overlap(other)? as f64 / (64 * (data.len() - 1) * probes.len()) as f64;
        }
    }
    let independent = points.iter().map(|p| Ok(capacity::one_step_error(separation, 64, p.K as f64)?));
    let homogeneous = points.iter().map(|p| {
        let flips = 0.5 * (1.0 - correlation.sqrt());
        Ok(ConceptModel { separation, sites: 64, concepts: 1, examples: p.K as usize, flips }.example_error()?)
    });
    let (independent, homogeneous) =
        (independent.collect::<Result<Vec<f64>>>()?, homogeneous.collect::<Result<Vec<f64>>>()?);
    let sites = points.iter().zip(predicted).map(|(p, error)| (p.K as f64, DigitLoad::at(p).site("error"), error));
    Ok(Claim::curve(&format!("digits-{n}"), sites)
        .within(Margin::Relative(0.1))
        .rival("independent", "the formula for independent patterns", independent)
        .rival("one-correlation", "all pairs and sites alike, with the mean correlation of the digits", homogeneous)
        .axes("stored digits K", "one-step error")
        .log_x()
        .source("derived here: Q((S + (K − 1) μ)/√((K − 1) v)) over digits and sites"))
}

/// An observable over stored digits and order.
fn map(name: &str, observable: &str, points: &[Params]) -> PhaseDiagram {
    let cells = points.iter().filter(|p| LOADS.contains(&p.K));
    let cells = cells.map(|p| (p.K as f64, p.n as f64, DigitLoad::at(p).site(observable)));
    PhaseDiagram::new("stored digits K", "order n", name).cells(cells).log_across().log_upwards()
}

/// The error, with the loads at which the formula gives 10 %.
fn error_map(points: &[Params]) -> Result<PhaseDiagram> {
    let load = |n: i64| Ok((held(&probes(Separation::Rectified(n as u32))?, 0.1)?, n as f64));
    let line = ORDERS.into_iter().map(load).collect::<Result<Vec<_>>>()?;
    let (first, last) = (LOADS[0] as f64, LOADS[LOADS.len() - 1] as f64);
    let inside = line.into_iter().filter(|(load, _)| (first..=last).contains(load));
    Ok(map("one-step error", "error", points).boundary("error of 10 % predicted", inside))
}
