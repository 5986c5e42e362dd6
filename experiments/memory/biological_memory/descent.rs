//! The energy falls at the rate that the Lagrangians' curvatures give, and never rises, for any ratio of the time constants.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor,
    optim::gradients,
    tensor::{scalar, to_vec},
};
use lawbook_memory::{
    EnergyWatch,
    biological::{Layers, TwoLayerMemory},
};

use super::{MODELS, network};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Descent in energy.
pub struct Descent;

params! {
    /// A model of the paper with random patterns of ±1, each layer started at another memory.
    pub struct Params {
        /// Model: A (dense memory), B (modern Hopfield network), C (memory on the sphere).
        model: choice = "B", ["A", "B", "C"];
        /// Time constant of the memory neurons, in units of that of the feature neurons.
        ratio: real = 0.2, 0.05..=100.0;
        /// Feature neurons.
        features: integer = 40, 2..=1000;
        /// Memory neurons.
        memories: integer = 25, 2..=1000;
        /// Steps of length 0.01.
        steps: integer = 400, 1..=100_000;
    }
}

const RATIOS: [f64; 2] = [0.2, 5.0];

/// Starts side by side.
const STARTS: i64 = 8;

impl Study for Descent {
    const NAME: &'static str = "descent";
    const ABOUT: &'static str = "Starts feature neurons at one memory and memory neurons at another, counts the steps in which an \
        energy rises, and compares the energy's rate with the curvatures of the Lagrangians.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let at = |model: &str, ratio, steps| Params { model: model.to_owned(), ratio, steps, ..Params::default() };
        let all = |steps| MODELS.iter().flat_map(|model| RATIOS.map(|ratio| at(model, ratio, steps))).collect();
        match profile {
            Profile::Smoke => vec![at("B", RATIOS[0], 50)],
            Profile::Quick => all(300),
            Profile::Full => all(3000),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sites = |observable: &str| points.iter().map(|p| Descent::at(p).site(observable)).collect::<Vec<_>>();
        let zeros =
            |observable: &str| (1..).zip(sites(observable)).map(|(i, site)| (f64::from(i), site, 0.0)).collect::<Vec<_>>();
        Ok(vec![
            Claim::exact("descent", zeros("rises"))
                .within(Margin::Absolute(0.0))
                .rival_residual(
                    "any-synapses",
                    "synapses back of their own do as well as symmetric ones",
                    sites("rises-asymmetric"),
                )
                .rival_residual(
                    "reduced-energy",
                    "the energy of feature neurons alone falls too, however slow the memory neurons",
                    sites("rises-reduced"),
                )
                .axes("network", "steps in which the energy rises")
                .source("the energy's rate, which is never positive, whatever the time constants"),
            // Rounding of the sums over neurons, relative to the rate.
            Claim::exact("rate", zeros("rate-error"))
                .within(Margin::Absolute(1e-9))
                .rival_residual(
                    "euclidean",
                    "the squared velocities, without the Lagrangians' curvatures",
                    sites("rate-error-euclidean"),
                )
                .axes("network", "relative error of the energy's rate")
                .source("dE/dt = −τ_f v'ᵀ ∇²L_v v' − τ_h h'ᵀ ∇²L_h h'"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let mut normals = |rows: i64, columns: i64| stream.normal_tensor(&[rows, columns], Kind::Double, cell.device());
        let patterns = normals(p.memories, p.features).sign();
        let back = normals(p.memories, p.features).sign() / (p.features as f64).sqrt();
        let anywhere = Layers { features: normals(STARTS, p.features), memories: normals(STARTS, p.memories) };
        let times = |memory: TwoLayerMemory| memory.with_times(1.0, p.ratio);
        let memory = times(network(&p.model, &patterns)?)?;
        rate_errors(&memory, &anywhere, cell)?;

        // Fixed points of the feature neurons with infinitely fast memory neurons.
        let starts = STARTS.min(p.memories);
        let mut features = patterns.narrow(0, 0, starts) / (p.features as f64).sqrt();
        for _ in 0..UPDATES {
            features = memory.update(&features)?;
        }
        let settled = memory.settled(&features)?;
        let memories = settled.memories.roll([1i64].as_slice(), [0i64].as_slice());
        let both = Layers {
            features: Tensor::cat(&[features, anywhere.features], 0),
            memories: Tensor::cat(&[memories, anywhere.memories], 0),
        };
        let [risen, reduced] = rises(&memory, &both, p.steps)?;
        cell.record("rises", risen);
        cell.record("rises-reduced", reduced);
        let asymmetric = times(network(&p.model, &patterns)?)?.with_feedback(back)?;
        let [asymmetric, _] = rises(&asymmetric, &settled, p.steps)?;
        cell.record("rises-asymmetric", asymmetric);
        Ok(())
    }
}

/// Updates by which the starts settle.
const UPDATES: usize = 200;

/// Length of a time step, in units of τ_f.
const STEP: f64 = 0.01;

/// Steps in which the energy, and that of the feature neurons alone, rises by more than rounding.
fn rises(memory: &TwoLayerMemory, start: &Layers, steps: i64) -> Result<[f64; 2]> {
    let energies = |state: &Layers| -> Result<[Vec<f64>; 2]> {
        Ok([to_vec(&memory.energy(state)?), to_vec(&memory.reduced_energy(&state.features)?)])
    };
    let mut state = memory.run(start, STEP, 0)?;
    let mut watches = energies(&state)?.map(|starts| vec![EnergyWatch::relative(1e-12); starts.len()]);
    for _ in 0..=steps {
        for (watches, energies) in watches.iter_mut().zip(energies(&state)?) {
            watches.iter_mut().zip(energies).for_each(|(watch, energy)| watch.note(energy));
        }
        state = memory.run(&state, STEP, 1)?;
    }
    Ok(watches.map(|watches| watches.iter().map(EnergyWatch::rises).sum::<usize>() as f64))
}

/// The energy's rate by autograd along the velocity, against the curvatures and against the squared velocities.
fn rate_errors(memory: &TwoLayerMemory, start: &Layers, cell: &mut Cell) -> Result<()> {
    let leaf = |x: &Tensor| x.copy().set_requires_grad(true);
    let state = Layers { features: leaf(&start.features), memories: leaf(&start.memories) };
    let energy = memory.energy(&state)?.sum(Kind::Double);
    let slopes = gradients(&energy, &[state.features.shallow_clone(), state.memories.shallow_clone()]);
    let velocity = memory.velocity(start)?;
    let along = |a: &Tensor, b: &Tensor| scalar(&(a * b).sum(Kind::Double));
    let rate = along(&slopes[0], &velocity.features) + along(&slopes[1], &velocity.memories);
    let (_, memory_time) = memory.times();
    let squares =
        along(&velocity.features, &velocity.features) + memory_time * along(&velocity.memories, &velocity.memories);
    let curved = scalar(&memory.dissipation(start)?.sum(Kind::Double));
    cell.record("rate-error", (rate + curved) / curved);
    cell.record("rate-error-euclidean", (rate + squares) / curved);
    Ok(())
}
