//! One step from a noisy clique: the error falls with the size of the graph, at the same noise.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::CliqueMemory;

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// One-step error of a noisy clique.
pub struct Noise;

params! {
    /// A clique of half of the vertices, whose edges are flipped at random, in the robust network for that noise.
    pub struct Params {
        /// Vertices v; cliques have half as many.
        v: integer = 64, 8..=512;
        /// Probability p that an edge is flipped.
        p: real = 0.2, 0.001..=0.499;
        /// Noisy graphs per cell.
        trials: integer = 3000, 1..=1_000_000;
    }
}

const SIZES: [i64; 3] = [16, 32, 64];
const NOISES: [f64; 3] = [0.15, 0.2, 0.3];

impl Study for Noise {
    const NAME: &'static str = "one-step";
    const ABOUT: &'static str = "Flips edges of a clique at random and updates all edges once.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let edges = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 6_000_000_i32,
            Profile::Full => 200_000_000,
        };
        // Wrong edges come together at unlucky vertices, the fewer the noise: more graphs where errors are rare.
        let share = |v: i64, p: f64| {
            if p < 0.2 {
                2.5
            } else if p > 0.2 {
                0.5
            } else {
                v as f64 / 64.0
            }
        };
        let at = |v: i64, p: f64| Params { v, p, trials: (share(v, p) * f64::from(edges)) as i64 / (v * (v - 1) / 2) };
        let sizes = SIZES.map(|v| at(v, 0.2));
        sizes.into_iter().chain(NOISES.into_iter().filter(|p| *p != 0.2).map(|p| at(64, p))).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sizes: Vec<&Params> = points.iter().filter(|p| p.p == 0.2).collect();
        let noises: Vec<&Params> = points.iter().filter(|p| p.v == 64).collect();
        let mut claims = Vec::new();
        if let Some(smallest) = sizes.first().filter(|_| sizes.len() > 1) {
            let same = exact(smallest)?;
            claims.push(curve("error-by-size", &sizes, |p| p.v as f64)?.rival(
                "size-free",
                "the same noise makes the same errors in graphs of any size",
                sizes.iter().map(|_| same),
            ));
        }
        if !noises.is_empty() {
            claims.push(curve("error-by-noise", &noises, |p| p.p)?);
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("noise");
        let memory = memory(p)?;
        let mut wrong = 0.0;
        for _ in 0..p.trials {
            let clique = memory.random_clique(&mut stream)?;
            let next = memory.synchronous_step(&clique.noisy(p.p, &mut stream)?)?;
            wrong += 0.5 * (1.0 - next.overlap(&clique)? as f64 / memory.edges() as f64);
        }
        cell.record("error", wrong / p.trials as f64);
        Ok(())
    }
}

fn memory(p: &Params) -> Result<CliqueMemory> {
    Ok(CliqueMemory::robust_at(p.v as usize, p.v as usize / 2, p.p)?)
}

fn exact(p: &Params) -> Result<f64> {
    Ok(memory(p)?.one_step_error(p.p)?)
}

/// The exact sum over the binomials of each class of edges. It has no error; the margin is what `quick` resolves, for wrong
/// edges come together at unlucky vertices.
fn curve(id: &str, points: &[&Params], abscissa: fn(&Params) -> f64) -> Result<Claim> {
    let (mut exact_curve, mut alike) = (Vec::new(), Vec::new());
    for p in points {
        exact_curve.push((abscissa(p), Noise::at(p).site("error"), exact(p)?));
        alike.push(normal_tail(memory(p)?.margin(p.p)?));
    }
    let unmatched = points.iter().map(|p| for_clean_cues(p)).collect::<Result<Vec<f64>>>()?;
    Ok(Claim::curve(id, exact_curve)
        .within(Margin::Relative(0.1))
        .rival("unmatched", "the threshold for clean cues, whatever the noise", unmatched)
        .rival("one-class", "every edge stands as close to the threshold as those of the clique: Q(margin)", alike)
        .axes(if id == "error-by-size" { "vertices v" } else { "noise p" }, "fraction of wrong edges after one step")
        .log_y()
        .source("sum over independent flips; no approximation"))
}

fn for_clean_cues(p: &Params) -> Result<f64> {
    Ok(CliqueMemory::robust(p.v as usize, p.v as usize / 2)?.one_step_error(p.p)?)
}
