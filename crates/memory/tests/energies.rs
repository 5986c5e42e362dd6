//! An observer on every network that descends an energy: no energy of the way is above the one before. The energies are computed
//! afresh from each state, the updates carry fields or overlaps along.

#![allow(clippy::unwrap_used)]

use lawbook_core::{Device, Key, Kind, Stream, Tensor, tensor::scalar};
use lawbook_memory::{
    AsynchronousUpdate, BinaryNetwork, CliqueMemory, Couplings, DenseMemory, Dilution, EnergyWatch, FlowDescent,
    MemoryError, Palimpsest, Patterns, Retrieved, Separation, SimplicialMemory, State, Storage,
    biological::{Lagrangian, TwoLayerMemory},
    clique::pairs,
    energy_transformer::{EnergyTransformer, Keys, Sizes},
    modern::ModernMemory,
    threshold_linear::ThresholdLinear,
    weighted::WeightedMemory,
};

type Look<'a> = &'a mut dyn FnMut(&State) -> Result<(), MemoryError>;

fn stream(name: &str, index: u64) -> Stream {
    Key::new(["energies"]).stream(name, index)
}

fn patterns(count: usize, sites: usize, stream: &mut Stream) -> Patterns {
    Patterns::random(count, sites, stream).unwrap()
}

/// Retrieves under an observer who forgives nothing: what a flip wins is far above the rounding of the energies, where they are not
/// whole numbers in some unit.
fn descends(energy: impl Fn(&State) -> Result<f64, MemoryError>, retrieve: impl FnOnce(Look<'_>) -> Retrieved) -> Retrieved {
    let mut watch = EnergyWatch::new(0.0);
    let end = retrieve(&mut |state| watch.see(energy(state)?));
    assert_eq!(watch.seen(), end.flips + 1);
    assert!(end.flips > 0, "the cue was a fixed point");
    end
}

/// Every separation function; what is watched is the retrieval itself.
#[test]
fn dense_memories_descend() {
    for (index, separation) in [2, 3, 4, 7]
        .map(Separation::Power)
        .into_iter()
        .chain([2, 3, 5, 40].map(Separation::Rectified))
        .chain([Separation::Exponential])
        .enumerate()
    {
        let mut stream = stream("dense", index as u64);
        let memory = DenseMemory::new(patterns(30, 70, &mut stream), separation).unwrap();
        let cue = memory.patterns().state(4).corrupted(20, &mut stream).unwrap();
        let mut again = stream.clone();
        let end = descends(|s| memory.energy(s), |look| memory.retrieve_watched(&cue, &mut stream, look).unwrap());
        assert_eq!(end, memory.retrieve(&cue, &mut again).unwrap());
        assert!(memory.is_fixed_point(&end.state).unwrap());
    }
}

#[test]
fn fading_dense_memories_descend() {
    for separation in [Separation::Power(3), Separation::Rectified(5), Separation::Exponential] {
        let mut stream = stream("weighted", 0);
        let memory = WeightedMemory::fading(patterns(40, 50, &mut stream), 0.9, separation).unwrap();
        let cue = patterns(1, 50, &mut stream).state(0);
        let end = descends(|s| memory.energy(s), |look| memory.retrieve_watched(&cue, &mut stream, look).unwrap());
        assert_eq!(memory.synchronous_step(&end.state).unwrap(), end.state);
    }
}

#[test]
fn networks_of_couplings_descend_whatever_rule_stored_the_patterns() {
    let mut stream = stream("couplings", 0);
    let stored = patterns(25, 80, &mut stream);
    let cue = patterns(1, 80, &mut stream).state(0);
    let projection = Couplings::projection(&stored).unwrap();
    for network in [Couplings::hebb(&stored).unwrap(), projection.clone(), projection.without_self_coupling()] {
        let end = descends(|s| network.energy(s), |look| network.retrieve_watched(&cue, &mut stream, look).unwrap());
        assert!(network.is_fixed_point(&end.state).unwrap());
    }
    let learned = FlowDescent { gradient_norm: 1e-3, ..FlowDescent::default() }.fit(&stored).unwrap();
    let end = descends(|s| learned.energy(s), |look| learned.retrieve_watched(&cue, &mut stream, look).unwrap());
    assert!(learned.is_fixed_point(&end.state).unwrap());
}

#[test]
fn networks_that_forget_descend() {
    for storage in [Storage::Hebb, Storage::Decay(0.1), Storage::Bounded(3)] {
        let mut stream = stream("palimpsest", 0);
        let stored = patterns(60, 90, &mut stream);
        let mut network = Palimpsest::new(90, storage).unwrap();
        (0..60).for_each(|mu| network.store(&stored.state(mu)).unwrap());
        let cue = patterns(1, 90, &mut stream).state(0);
        let end = descends(|s| network.energy(s), |look| network.retrieve_watched(&cue, &mut stream, look).unwrap());
        assert_eq!(network.one_step_error(&end.state).unwrap(), 0.0);
    }
}

/// Every rule of dilution.
#[test]
fn simplicial_networks_descend() {
    for (index, dilution) in [
        Dilution::Skeleton(1),
        Dilution::Skeleton(2),
        Dilution::SameBudget { triangles: 0.25 },
        Dilution::SameBudget { triangles: 1.0 },
        Dilution::SameCoordination { triangles: 0.75 },
        Dilution::Counts(vec![50, 60, 70, 20]),
    ]
    .into_iter()
    .enumerate()
    {
        let mut stream = stream("simplices", index as u64);
        let network = SimplicialMemory::new(&patterns(12, 30, &mut stream), &dilution, &mut stream).unwrap();
        let cue = patterns(1, 30, &mut stream).state(0);
        let end = descends(|s| network.energy(s), |look| network.retrieve_watched(&cue, &mut stream, look).unwrap());
        assert!(network.is_fixed_point(&end.state).unwrap());
    }
}

/// The three numbers of a clique network as a matrix of couplings: the same energy, which single updates descend.
#[test]
fn clique_networks_descend() {
    let memory = CliqueMemory::robust(9, 5).unwrap();
    let [sharing, disjoint, threshold] = memory.parameters();
    let edges: Vec<(usize, usize)> = pairs(9).collect();
    let shared = |(a, b): (usize, usize), (c, d): (usize, usize)| [a, b].iter().filter(|&&v| v == c || v == d).count();
    let coupling = |e: usize, f: usize| [disjoint, sharing, 0.0][shared(edges[e], edges[f])];
    let couplings = (0..36 * 36).map(|at| coupling(at / 36, at % 36)).collect();
    let network = BinaryNetwork::new(couplings, vec![threshold; 36]).unwrap();
    let mut stream = stream("cliques", 0);
    for _ in 0..10 {
        let cue = patterns(1, 36, &mut stream).state(0);
        let end = descends(|s| memory.energy(s), |look| network.retrieve_watched(&cue, &mut stream, look).unwrap());
        assert!(memory.is_fixed_point(&end.state).unwrap());
        assert!((memory.energy(&cue).unwrap() - network.energy(&cue).unwrap()).abs() < 1e-9);
    }
}

fn normals(name: &str, shape: &[i64]) -> Tensor {
    stream(name, 0).normal_tensor(shape, Kind::Double, Device::Cpu)
}

/// The energies of states of which each is made from the one before. At rest they only round: at most 132 terms, six tokens' overlaps
/// with twenty memories and twelve sums of attention, that add up to less than 1000 in size.
fn along(
    steps: usize,
    mut state: Tensor,
    energy: impl Fn(&Tensor) -> Tensor,
    update: impl Fn(&Tensor) -> Tensor,
) -> Result<(), MemoryError> {
    let mut watch = EnergyWatch::new(132.0 * 1000.0 * f64::EPSILON);
    for _ in 0..steps {
        watch.see(scalar(&energy(&state)))?;
        state = update(&state);
    }
    Ok(())
}

#[test]
fn modern_networks_and_energy_transformers_descend() {
    let modern = ModernMemory::new(normals("modern", &[40, 10]), 1.5).unwrap();
    let energy = |x: &Tensor| modern.energy(x).unwrap();
    along(50, normals("start", &[10]), energy, |x| modern.update(x).unwrap()).unwrap();
    // Overshooting five times, it does not.
    let overshoot = |x: &Tensor| x + (modern.update(x).unwrap() - x) * 5.0;
    assert!(along(50, normals("start", &[10]), energy, overshoot).is_err());

    let sizes = Sizes { features: 12, heads: 2, head_features: 4, memories: 20 };
    for keys in [Keys::Others, Keys::All] {
        let block = EnergyTransformer::random(sizes, 0.3, keys, &mut stream("block", 0)).unwrap();
        let (tokens, energy) = (normals("tokens", &[6, 12]), |x: &Tensor| block.energy(x).unwrap());
        along(100, tokens.shallow_clone(), energy, |x| block.step(x, 0.05).unwrap()).unwrap();
        // Attention with values of its own and nothing else, as transformers have it, descends no energy.
        let values = normals("values", &[2, 4, 12]);
        let plain = |x: &Tensor| block.attention_with(&values, &block.normalisation.normalised(x)).unwrap() * 0.05 + x;
        assert!(along(100, tokens, energy, plain).is_err());
    }
}

/// Models A, B and C with memory neurons slower, as fast and faster than feature neurons; with synapses of their own on the way back
/// nothing makes the energy fall.
#[test]
fn two_layers_descend_whatever_their_time_constants() {
    let (weights, start) = (normals("weights", &[15, 20]) / 20f64.sqrt(), normals("features", &[20]));
    let mut rose = 0;
    for (features, memories) in [
        (Lagrangian::SoftSign(2.0), Lagrangian::Rectified(3)),
        (Lagrangian::Quadratic, Lagrangian::Softmax(5.0)),
        (Lagrangian::Spherical, Lagrangian::Rectified(5)),
    ] {
        for memory_time in [0.2, 1.0, 5.0] {
            let make = || TwoLayerMemory::new(weights.shallow_clone(), features, memories).unwrap();
            let watched = |network: TwoLayerMemory| {
                // Far from rest every fall is above rounding.
                let mut watch = EnergyWatch::new(0.0);
                let mut state = network.settled(&start).unwrap();
                for _ in 0..60 {
                    watch.see(scalar(&network.energy(&state).unwrap()))?;
                    state = network.run(&state, 0.02, 3).unwrap();
                }
                Ok::<(), MemoryError>(())
            };
            watched(make().with_times(1.0, memory_time).unwrap()).unwrap();
            let foreign = make().with_feedback(normals("feedback", &[15, 20]) / 20f64.sqrt()).unwrap();
            rose += usize::from(watched(foreign.with_times(1.0, memory_time).unwrap()).is_err());
        }
    }
    assert!(rose > 4, "{rose} of 9 controls rose");
}

/// Symmetric threshold-linear networks descend; one with a cycle does not.
#[test]
fn symmetric_threshold_linear_networks_descend() {
    let watched = |weights: Vec<f64>| {
        let network = ThresholdLinear::new(weights, vec![1.0; 3]).unwrap();
        // It comes to rest, where the products of three numbers below 1 round, nine of them and six sums.
        let (mut watch, mut rise) = (EnergyWatch::new(15.0 * f64::EPSILON), Ok(()));
        let mut activity = [0.1, 0.5, 0.2];
        let look = |x: &[f64]| {
            if rise.is_ok() {
                rise = watch.see(network.energy(x).unwrap());
            }
        };
        network.integrate(&mut activity, 0.05, 800, look).unwrap();
        rise
    };
    watched(vec![0.0, -0.75, -1.5, -0.75, 0.0, -0.75, -1.5, -0.75, 0.0]).unwrap();
    assert!(watched(vec![0.0, -1.5, -0.75, -0.75, 0.0, -1.5, -1.5, -0.75, 0.0]).is_err());
}

/// All sites at once may climb: the observer tells.
#[test]
fn synchronous_steps_are_caught_climbing() {
    let mut stream = stream("together", 0);
    let memory = DenseMemory::new(patterns(20, 100, &mut stream), Separation::Power(2)).unwrap();
    let caught = (0..50).filter(|_| {
        // Whole numbers do not round.
        let (mut state, mut watch) = (patterns(1, 100, &mut stream).state(0), EnergyWatch::new(0.0));
        let mut step = || {
            let seen = watch.see(memory.energy(&state).unwrap());
            state = memory.synchronous_step(&state).unwrap();
            seen
        };
        (0..10).any(|_| step().is_err())
    });
    assert!(caught.count() > 0);
}
