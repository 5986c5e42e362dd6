//! The dense memory against things not written here: the Hebb network, the definition of the energy, solvable tables,
//! published numbers, and a simulation in NumPy.
#![allow(clippy::unwrap_used)]

use lawbook_core::{Key, Stream};
use lawbook_memory::{
    AsynchronousUpdate, DenseMemory, Descent, MemoryError, Patterns, Separation, State, crosstalk::Crosstalk,
};
use libm::erf;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

fn stream(name: &str, index: u64) -> Stream {
    Key::new(["oracles"]).stream(name, index)
}

fn random_memory(separation: Separation, count: usize, sites: usize, stream: &mut Stream) -> DenseMemory {
    DenseMemory::new(Patterns::random(count, sites, stream).unwrap(), separation).unwrap()
}

fn random_state(sites: usize, stream: &mut Stream) -> State {
    Patterns::random(1, sites, stream).unwrap().state(0)
}

/// Hopfield 1982: couplings W = Σ ξ ξᵀ with zero diagonal, s_i ← sign(Σ_j W_ij s_j), ties keep. Turning site i over costs
/// 4 s_i h_i in the units of −Σ (ξ·s)².
#[test]
fn order_two_is_the_hebb_network_without_self_coupling() {
    let mut stream = stream("hebb", 0);
    for (sites, count) in [(37, 9), (64, 3), (130, 40)] {
        let memory = random_memory(Separation::Power(2), count, sites, &mut stream);
        let patterns: Vec<Vec<f64>> = (0..count).map(|mu| memory.patterns().state(mu).signs()).collect();
        let state = random_state(sites, &mut stream);
        let s = state.signs();
        let field = |i: usize| -> f64 {
            let coupling = |j: usize| -> f64 { patterns.iter().map(|xi| xi[i] * xi[j]).sum() };
            (0..sites).filter(|&j| j != i).map(|j| coupling(j) * s[j]).sum()
        };
        let fields: Vec<f64> = (0..sites).map(field).collect();
        let costs: Vec<f64> = fields.iter().zip(&s).map(|(h, s)| 4.0 * s * h).collect();
        assert_eq!(memory.flip_costs(&state).unwrap(), costs);
        let updated: Vec<f64> = fields.iter().zip(&s).map(|(h, s)| if *h == 0.0 { *s } else { h.signum() }).collect();
        assert_eq!(memory.synchronous_step(&state).unwrap().signs(), updated);
    }
}

/// Krotov & Hopfield 2016, section 3: the table z = x XOR y of three neurons is no ground for any decision at n = 2 and is
/// solved at n = 3.
#[test]
fn exclusive_or_needs_order_three() {
    let row = |x: f64, y: f64, z: f64| State::from_signs(&[x, y, z]).unwrap();
    let inputs = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)];
    let table: Vec<State> = inputs.iter().map(|&(x, y)| row(x, y, -x * y)).collect();
    let memory = |n| DenseMemory::new(Patterns::from_states(&table).unwrap(), Separation::Power(n)).unwrap();
    for (x, y) in inputs {
        let (right, wrong) = (row(x, y, -x * y), row(x, y, x * y));
        assert_eq!(memory(2).flip_costs(&right).unwrap()[2], 0.0);
        assert_eq!(memory(3).flip_costs(&right).unwrap()[2], 48.0);
        assert_eq!(memory(3).flip_costs(&wrong).unwrap()[2], -48.0);
    }
}

/// For even n the energy difference of z is odd in (x, y) whatever the memories, and the table is even: its share in the decision
/// vanishes. For n = 3 it is 12 Σ ξ_1 ξ_2 ξ_3 per row, Walsh's coefficient.
#[test]
fn no_memories_make_an_even_power_prefer_exclusive_or() {
    let mut stream = stream("exclusive-or", 0);
    for count in [1, 4, 7, 31] {
        let patterns = Patterns::random(count, 3, &mut stream).unwrap();
        let product: f64 = (0..count).map(|mu| patterns.state(mu).signs().iter().product::<f64>()).sum();
        for (order, share) in [(2, 0.0), (3, -12.0 * product), (4, 0.0), (6, 0.0)] {
            let memory = DenseMemory::new(patterns.clone(), Separation::Power(order)).unwrap();
            let inputs = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)];
            let won =
                inputs.map(|(x, y): (f64, f64)| memory.flip_costs(&State::from_signs(&[x, y, -x * y]).unwrap()).unwrap()[2]);
            assert_eq!(won.iter().sum::<f64>(), 4.0 * share);
        }
    }
}

/// X-Val: Amit, Gutfreund & Sompolinsky 1985 (Phys. Rev. Lett. 55, 1530): the retrieval overlap at zero temperature solves
/// erf(y) = y (√(2α) + (2/√π) exp(−y²)), m = erf(y), until α_c = 0.138.
#[test]
fn order_two_relaxes_to_the_overlap_of_amit_gutfreund_and_sompolinsky() {
    let load = |y: f64| 0.5 * (erf(y) / y - 2.0 / std::f64::consts::PI.sqrt() * (-y * y).exp()).powi(2);
    let grid = || (1000..4000).map(|k| f64::from(k) * 1e-3);
    let critical = grid().map(load).fold(0.0, f64::max);
    assert!((critical - 0.1379).abs() < 1e-4, "{critical}");
    let overlap = |alpha: f64| grid().rev().find(|&y| load(y) > alpha).map(erf).unwrap();
    let sites = 1000;
    let measured = |alpha: f64, index: u64| {
        let mut stream = stream("ags", index);
        let memory = random_memory(Separation::Power(2), (alpha * sites as f64) as usize, sites, &mut stream);
        let starts = (0..20).map(|mu| memory.patterns().state(mu));
        let m = starts.map(|start| memory.retrieve(&start, &mut stream).unwrap().state.overlap(&start).unwrap() as f64);
        m.sum::<f64>() / (20 * sites) as f64
    };
    assert!((measured(0.05, 0) - overlap(0.05)).abs() < 1e-3);
    assert!((measured(0.10, 1) - overlap(0.10)).abs() < 3e-3);
    assert!(measured(0.20, 2) < 0.6, "beyond the critical load memory is lost");
}

/// X-Val: NumPy 2 simulation of the update of eq. 3 written with dense arrays: fraction of unstable sites, its number of sites.
#[test]
fn exact_error_is_that_of_a_numpy_simulation() {
    for (separation, sites, patterns, simulated, looked_at) in SIMULATED {
        let exact = Crosstalk::new(separation, sites, patterns).unwrap().exact_error().unwrap();
        // Sites of one memory share its noise, which doubles the counting error; four of those.
        let tolerance = 8.0 * (exact / looked_at).sqrt();
        assert!((exact - simulated).abs() < tolerance, "{separation} {sites} {patterns}: {exact} {simulated} ± {tolerance}");
    }
}

const SIMULATED: [(Separation, usize, usize, f64, f64); 2] =
    [(Separation::Power(2), 400, 56, 0.003_404_7, 3_200_000.0), (Separation::Power(3), 100, 466, 0.004_015, 800_000.0)];

fn separations() -> impl Strategy<Value = Separation> {
    prop_oneof![
        (2u32..7).prop_map(Separation::Power),
        (2u32..7).prop_map(Separation::Rectified),
        Just(Separation::Exponential),
        Just(Separation::Rectified(40)),
    ]
}

proptest! {
    /// Each flip of a descent lowers the energy, the overlaps carried along stay right, and the end is a fixed point.
    #[test]
    fn descents_lower_the_energy(seed in any::<u64>(), separation in separations(), count in 1usize..40, sites in 1usize..90) {
        let mut stream = stream("descent", seed);
        let memory = random_memory(separation, count, sites, &mut stream);
        let cue = random_state(sites, &mut stream);
        let mut descent = Descent::new(&memory, &cue).unwrap();
        let mut energy = memory.energy(&cue).unwrap();
        for visit in 0..4 * sites {
            let before = descent.state().clone();
            if descent.visit(visit % sites) {
                let next = memory.energy(descent.state()).unwrap();
                assert_eq!(next, descent.energy());
                assert!(next < energy, "{energy} -> {next}");
                energy = next;
            } else {
                assert_eq!(descent.state(), &before);
            }
        }
        let end = memory.retrieve(&cue, &mut stream).unwrap();
        assert!(memory.is_fixed_point(&end.state).unwrap());
        assert_eq!(memory.synchronous_step(&end.state).unwrap(), end.state);
    }

    /// The cost of a flip is the difference of two energies.
    #[test]
    fn flip_costs_are_energy_differences(seed in any::<u64>(), separation in separations(), sites in 1usize..80) {
        let mut stream = stream("costs", seed);
        let memory = random_memory(separation, 7, sites, &mut stream);
        let state = random_state(sites, &mut stream);
        let energy = memory.energy(&state).unwrap();
        // What enters a cost: the values two overlaps further on either side.
        let at = |overlap: f64| separation.at(overlap).abs();
        let overlaps = memory.patterns().overlaps(&state).unwrap();
        let scale: f64 = overlaps.iter().map(|&o| at(o as f64 + 2.0) + at(o as f64 - 2.0) + at(o as f64)).sum();
        for (site, cost) in memory.flip_costs(&state).unwrap().into_iter().enumerate() {
            let mut turned = state.clone();
            turned.flip(site);
            let other = memory.energy(&turned).unwrap();
            assert!((cost - (other - energy)).abs() <= 1e-13 * scale, "{cost} {}", other - energy);
        }
    }

    /// Even powers store a pattern and its negative alike; odd ones store the negative as a maximum.
    #[test]
    fn even_powers_are_blind_to_the_sign(seed in any::<u64>(), n in 2u32..8, sites in 1usize..80) {
        let mut stream = stream("sign", seed);
        let memory = random_memory(Separation::Power(n), 5, sites, &mut stream);
        let state = random_state(sites, &mut stream);
        let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
        assert_eq!(memory.energy(&state.negated()).unwrap(), sign * memory.energy(&state).unwrap());
    }

    /// F(x') ≥ F(x) + F'(x)(x' − x) for convex F: steps along the gradient's signs never raise the energy, all sites at once.
    #[test]
    fn gradient_steps_of_convex_separations_lower_the_energy(seed in any::<u64>(), half in 1u32..4, sites in 1usize..80) {
        let mut stream = stream("convex", seed);
        for separation in [Separation::Power(2 * half), Separation::Rectified(half + 1)] {
            let memory = random_memory(separation, 20, sites, &mut stream);
            let state = random_state(sites, &mut stream);
            let next = memory.gradient_step(&state).unwrap();
            assert!(memory.energy(&next).unwrap() <= memory.energy(&state).unwrap());
        }
    }
}

/// The couplings of (+, +) and (+, −) cancel: every site ties in every state, and nothing moves.
#[test]
fn ties_keep_the_state() {
    let state = |x: f64, y: f64| State::from_signs(&[x, y]).unwrap();
    let patterns = Patterns::from_states(&[state(1.0, 1.0), state(1.0, -1.0)]).unwrap();
    let memory = DenseMemory::new(patterns, Separation::Power(2)).unwrap();
    for tied in [state(1.0, 1.0), state(1.0, -1.0), state(-1.0, 1.0), state(-1.0, -1.0)] {
        assert_eq!(memory.flip_costs(&tied).unwrap(), [0.0, 0.0]);
        assert_eq!(memory.synchronous_step(&tied).unwrap(), tied);
        assert_eq!(memory.gradient_step(&tied).unwrap(), tied);
    }
}

/// Many states at once make the steps that each makes alone, where sums are exact and where they are rounded.
#[test]
fn many_states_step_as_each_alone() {
    let mut stream = stream("steps", 0);
    for separation in [Separation::Power(2), Separation::Rectified(3), Separation::Power(12)] {
        let memory = random_memory(separation, 200, 65, &mut stream);
        let cues: Vec<State> = (0..20).map(|mu| memory.patterns().state(mu).noisy(0.2, &mut stream).unwrap()).collect();
        let (steps, costs) = (memory.synchronous_steps(&cues).unwrap(), memory.flip_costs_of(&cues).unwrap());
        let last = memory.site_steps(&cues, 64).unwrap();
        for (((cue, step), costs), last) in cues.iter().zip(&steps).zip(costs).zip(&last) {
            assert_eq!(*step, memory.synchronous_step(cue).unwrap(), "{separation}");
            assert_eq!(costs, memory.flip_costs(cue).unwrap(), "{separation}");
            assert_eq!(*last, cue.with_sites_of(step, 64..65).unwrap(), "{separation}");
        }
        assert_eq!(memory.site_steps(&cues, 65), Err(MemoryError::Index { what: "site", index: 65, count: 65 }));
    }
}

#[test]
fn orders_and_sizes_out_of_range_are_refused() {
    let patterns = || Patterns::random(10, 1000, &mut stream("range", 0)).unwrap();
    assert_eq!(DenseMemory::new(patterns(), Separation::Power(1)).unwrap_err(), MemoryError::Order(1));
    let overflow = |separation| MemoryError::Overflow { separation, sites: 1000, patterns: 10 };
    for separation in [Separation::Rectified(103), Separation::Exponential] {
        assert_eq!(DenseMemory::new(patterns(), separation).unwrap_err(), overflow(separation));
    }
    // 784^8 overflows i64; f64 carries it.
    let mut stream = stream("range", 1);
    let memory = random_memory(Separation::Power(8), 3, 784, &mut stream);
    assert_eq!(memory.one_step_error(0), Ok(0.0));
    assert_eq!(memory.one_step_error(3), Err(MemoryError::Index { what: "pattern", index: 3, count: 3 }));
}
