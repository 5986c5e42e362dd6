//! Every update lowers the energy (convergence of the update), and one update errs by no more than Theorem 5 allows.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::to_vec};
use lawbook_memory::{EnergyWatch, modern::ModernMemory};

use super::{along_unit, on_sphere};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Descent and retrieval error.
pub struct Retrieval;

params! {
    /// Random patterns on a sphere of radius √(d − 1), and cues moved towards the pattern that is most like the stored one.
    pub struct Params {
        /// Features d.
        d: integer = 20, 2..=1000;
        /// Patterns N.
        N: integer = 100, 2..=10_000;
        /// Inverse temperature β.
        beta: real = 4.0, 0.001..=1000.0;
        /// Starts whose energy is followed.
        starts: integer = 50, 1..=10_000;
    }
}

/// Distances of cues from their pattern, in units of the radius.
const DISTANCES: [f64; 4] = [0.0, 0.05, 0.1, 0.15];

/// Relaxed updates `ξ + η (f(ξ) − ξ)` that must descend, and one that must not.
const STEPS: [f64; 2] = [1.0, 1.9];
const TOO_LONG: f64 = 2.2;

/// Updates followed.
const UPDATES: usize = 20;

impl Study for Retrieval {
    const NAME: &'static str = "retrieval";
    const ABOUT: &'static str = "Counts the updates that raise the energy, and the patterns whose retrieval errs by more than \
        the bounds allow, after one update from cues in the worst direction and at the fixed point.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let large = Params { d: 64, N: 1000, beta: 1.0, ..Params::default() };
        if profile == Profile::Full { vec![Params::default(), large] } else { vec![Params::default()] }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |observable: &str| Retrieval::at(p).site(observable);
            let counts = [(1.0, site("beyond-update"), 0.0), (2.0, site("beyond-fixed-point"), 0.0)];
            claims.push(
                Claim::exact(&format!("retrieval-error-{}", p.d), counts)
                    .within(Margin::Absolute(0.0))
                    .rival_residual(
                        "any-cue",
                        "the error at the pattern itself, exp(−β Δ), for cues at a distance too",
                        [site("beyond-without-distance")],
                    )
                    .axes("after one update (1), at the fixed point (2)", "cues that err by more than the bound")
                    .source("Theorem 5"),
            );
            let rises = STEPS.map(|eta| (eta, site("rises").at(eta), 0.0));
            // E is ½ξ² minus a convex function, so that its curvature is at most 1: steps shorter than 2 descend.
            claims.push(
                Claim::exact(&format!("descent-{}", p.d), rises)
                    .within(Margin::Absolute(0.0))
                    .rival_residual("any-step", "relaxed updates of any length descend", [site("rises").at(TOO_LONG)])
                    .axes("length of the relaxed update", "updates that raise the energy")
                    .source("convergence of the update, and the curvature of the energy"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let radius = (p.d as f64 - 1.0).sqrt();
        let patterns = on_sphere(&[p.N, p.d], radius, &mut cell.stream("patterns"), cell.device());
        let memory = ModernMemory::new(patterns.shallow_clone(), p.beta)?;
        errors(&memory, &patterns, radius, cell)?;
        let starts = on_sphere(&[p.starts, p.d], radius, &mut cell.stream("starts"), cell.device());
        for eta in STEPS.into_iter().chain([TOO_LONG]) {
            cell.record_at("rises", eta, rises(&memory, &starts, eta)?);
        }
        Ok(())
    }
}

/// What rounding leaves of a state of length about 1 to 10.
const ROUNDING: f64 = 1e-12;

/// Counts errors beyond each bound.
fn errors(memory: &ModernMemory, patterns: &Tensor, radius: f64, cell: &mut Cell) -> Result<()> {
    let (bounds, separations) = (memory.bounds(), to_vec(&memory.separations()));
    let excluded = Tensor::full([memory.count()], f64::NEG_INFINITY, (Kind::Double, patterns.device())).diag(0);
    let nearest = (patterns.matmul(&patterns.tr()) + excluded).argmax(1, false);
    let towards = along_unit(&(patterns.index_select(0, &nearest) - patterns));
    let missed = |found: &Tensor| to_vec(&(found - patterns).norm_scalaropt_dim(2.0, [1i64].as_slice(), false));
    let beyond = |errors: &[f64], bound: &dyn Fn(f64) -> f64| {
        errors.iter().zip(&separations).filter(|&(error, &separation)| *error > bound(separation) + ROUNDING).count() as f64
    };
    let fixed = missed(&memory.retrieve(patterns, 1e-13)?.state);
    let near = 1.0 / (2.0 * bounds.beta * bounds.longest);
    let premise =
        |(error, separation): (&f64, &f64)| *error <= near && *error > bounds.fixed_point_distance(*separation) + ROUNDING;
    cell.record("beyond-fixed-point", fixed.iter().zip(&separations).filter(|&pair| premise(pair)).count() as f64);

    let (mut with, mut without) = (0.0, 0.0);
    for distance in DISTANCES.map(|share| share * radius) {
        let errors = missed(&memory.update(&(patterns + &towards * distance))?);
        with += beyond(&errors, &|separation| bounds.retrieval_error(separation, distance));
        without += beyond(&errors, &|separation| bounds.retrieval_error(separation, 0.0));
    }
    cell.record("beyond-update", with);
    cell.record("beyond-without-distance", without);
    Ok(())
}

/// Updates that raise the energy of a start by more than rounding.
fn rises(memory: &ModernMemory, starts: &Tensor, eta: f64) -> Result<f64> {
    let mut watches = vec![EnergyWatch::new(1e-12 * memory.bounds().longest.powi(2)); starts.size()[0] as usize];
    let mut state = starts.shallow_clone();
    for _ in 0..=UPDATES {
        watches.iter_mut().zip(to_vec(&memory.energy(&state)?)).for_each(|(watch, energy)| watch.note(energy));
        state = (memory.update(&state)? - &state) * eta + &state;
    }
    Ok(watches.iter().map(EnergyWatch::rises).sum::<usize>() as f64)
}
