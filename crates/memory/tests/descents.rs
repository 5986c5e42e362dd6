//! Where descents end, against earlier simulations in NumPy (X-Val): each number with the tolerance that it came with, three
//! standard errors or so of both simulations.

#![allow(clippy::unwrap_used)]

use lawbook_core::{Device, Key, Kind, Stream, Tensor, tensor::to_vec};
use lawbook_memory::{
    AsynchronousUpdate, CliqueMemory, DenseMemory, Dilution, FlowDescent, Palimpsest, Patterns, Separation,
    SimplicialMemory, State, Storage,
    biological::{Lagrangian, TwoLayerMemory},
    concepts::ConceptModel,
};

fn stream(name: &str, index: u64) -> Stream {
    Key::new(["descents"]).stream(name, index)
}

fn overlap(a: &State, b: &State) -> f64 {
    a.overlap(b).unwrap() as f64 / a.sites() as f64
}

/// Overlaps, with the stored example and with its prototype, of where a descent from a stored example ends; 12 memories of five
/// prototypes of a hundred sites, flips of a fifth.
fn from_stored_examples(separation: Separation, examples: usize) -> (f64, f64) {
    let model = ConceptModel { separation, sites: 100, concepts: 5, examples, flips: 0.2 };
    let (mut stream, mut sums, draws) = (stream("concepts", examples as u64), (0.0, 0.0), 12);
    for _ in 0..draws {
        let drawn = model.draw(&mut stream).unwrap();
        let memory = DenseMemory::new(drawn.examples, separation).unwrap();
        for concept in 0..5 {
            let example = memory.patterns().state(concept * examples);
            let end = memory.retrieve(&example, &mut stream).unwrap().state;
            sums.0 += overlap(&end, &example) / 5.0 / f64::from(draws);
            sums.1 += overlap(&end, &drawn.prototypes.state(concept)) / 5.0 / f64::from(draws);
        }
    }
    sums
}

#[test]
fn stored_examples_merge_later_at_higher_order() {
    for (separation, examples, simulated) in [
        (Separation::Power(2), 1, 1.0),
        (Separation::Power(2), 3, 0.64),
        (Separation::Rectified(3), 5, 0.93),
        (Separation::Rectified(5), 20, 0.98),
        (Separation::Rectified(10), 200, 1.0),
    ] {
        let (kept, _) = from_stored_examples(separation, examples);
        assert!((kept - simulated).abs() < 0.08, "{separation} {examples}: {kept} with the example for {simulated}");
    }
    for (separation, examples, simulated) in [
        (Separation::Power(2), 10, 0.92),
        (Separation::Power(2), 20, 0.98),
        (Separation::Rectified(3), 20, 0.99),
        (Separation::Rectified(5), 100, 1.0),
    ] {
        let (_, merged) = from_stored_examples(separation, examples);
        assert!((merged - simulated).abs() < 0.08, "{separation} {examples}: {merged} with the prototype for {simulated}");
    }
}

/// Beyond the critical load, N = 2000: what is left of the pattern after a descent from it.
#[test]
fn hopfield_networks_collapse_beyond_their_load() {
    for (load, simulated) in [(0.18, 0.32), (0.20, 0.31)] {
        let mut stream = stream("collapse", (1000.0 * load) as u64);
        let stored = Patterns::random((2000.0 * load) as usize, 2000, &mut stream).unwrap();
        let memory = DenseMemory::new(stored, Separation::Power(2)).unwrap();
        let ends: Vec<f64> = (0..15)
            .map(|mu| memory.patterns().state(mu))
            .map(|state| overlap(&memory.retrieve(&state, &mut stream).unwrap().state, &state))
            .collect();
        assert!(ends.iter().filter(|&&end| end > 0.9).count() <= 1, "{ends:?}");
        let mean = ends.iter().sum::<f64>() / 15.0;
        assert!((mean - simulated).abs() < 0.06, "{load}: {mean} for {simulated}");
    }
}

/// All edges and triangles of a hundred neurons: overlaps after descents from patterns and from a tenth of wrong sites.
#[test]
fn full_skeletons_hold_hundreds_of_patterns() {
    for (count, flips, simulated, tolerance) in
        [(400, 0, 0.999, 0.01), (800, 10, 0.984, 0.01), (1600, 0, 0.861, 0.05), (1600, 10, 0.727, 0.08)]
    {
        let mut stream = stream("skeleton", count as u64 + flips as u64);
        let stored = Patterns::random(count, 100, &mut stream).unwrap();
        let memory = SimplicialMemory::new(&stored, &Dilution::Skeleton(2), &mut stream).unwrap();
        let cues = 40;
        let end = |mu: usize| {
            let cue = stored.state(mu).corrupted(flips, &mut stream).unwrap();
            overlap(&memory.retrieve(&cue, &mut stream).unwrap().state, &stored.state(mu))
        };
        let mean = (0..cues).map(end).sum::<f64>() / cues as f64;
        assert!((mean - simulated).abs() < tolerance, "{count} {flips}: {mean} for {simulated}");
    }
}

/// Mean overlap after descents from all patterns of six networks of a hundred neurons, `flips` of which are wrong at first.
fn simplicial(dilution: &Dilution, patterns: usize, flips: usize) -> f64 {
    let (mut stream, mut total, draws) = (stream("simplices", (patterns + 1000 * flips) as u64), 0.0, 6);
    for _ in 0..draws {
        let stored = Patterns::random(patterns, 100, &mut stream).unwrap();
        let memory = SimplicialMemory::new(&stored, dilution, &mut stream).unwrap();
        for mu in 0..patterns {
            let cue = stored.state(mu).corrupted(flips, &mut stream).unwrap();
            total += overlap(&memory.retrieve(&cue, &mut stream).unwrap().state, &stored.state(mu));
        }
    }
    total / (draws * patterns) as f64
}

/// Share of weights on triangles 0, ¼, ½, ¾, 1 and loads P/N of .05, .10, .15, .20, .30, from the patterns themselves.
#[test]
fn triangles_are_retrieved_at_loads_where_pairs_are_lost() {
    for (triangles, simulated) in [
        (0.0, [1.0, 1.0, 0.98, 0.87, 0.60]),
        (0.25, [1.0, 1.0, 0.995, 0.975, 0.87]),
        (0.5, [1.0, 1.0, 0.996, 0.989, 0.955]),
        (0.75, [1.0, 1.0, 0.997, 0.986, 0.974]),
        (1.0, [1.0, 1.0, 0.997, 0.993, 0.975]),
    ] {
        for (patterns, simulated) in [5, 10, 15, 20, 30].into_iter().zip(simulated) {
            let measured = simplicial(&Dilution::SameBudget { triangles }, patterns, 0);
            let tolerance = if triangles == 0.0 && patterns >= 20 { 0.1 } else { 0.03 };
            assert!((measured - simulated).abs() < tolerance, "{triangles} {patterns}: {measured} for {simulated}");
        }
    }
}

/// A tenth of the cue wrong, at equal budget; and none, a tenth and a quarter, at the coordination number of all pairs.
#[test]
fn simplicial_networks_repair_cues() {
    for (triangles, patterns, simulated, tolerance) in [
        (0.0, 20, 0.79, 0.1),
        (0.0, 30, 0.49, 0.1),
        (0.5, 20, 0.98, 0.05),
        (0.5, 30, 0.925, 0.05),
        (1.0, 20, 0.995, 0.05),
        (1.0, 30, 0.968, 0.05),
    ] {
        let measured = simplicial(&Dilution::SameBudget { triangles }, patterns, 10);
        assert!((measured - simulated).abs() < tolerance, "{triangles} {patterns}: {measured} for {simulated}");
    }
    for (triangles, flips, simulated, tolerance) in [
        (0.5, 0, 0.922, 0.03),
        (1.0, 0, 0.923, 0.03),
        (0.5, 10, 0.869, 0.04),
        (1.0, 10, 0.868, 0.04),
        (0.0, 25, 0.354, 0.06),
        (0.5, 25, 0.668, 0.06),
        (1.0, 25, 0.505, 0.06),
    ] {
        let measured = simplicial(&Dilution::SameCoordination { triangles }, 30, flips);
        assert!((measured - simulated).abs() < tolerance, "{triangles} {flips}: {measured} for {simulated}");
    }
}

/// Cliques of half of the vertices in noise are recovered completely: in a hundred trials, forty at 256 vertices.
#[test]
fn noisy_cliques_are_recovered() {
    for (vertices, noise, simulated, trials) in [
        (32, 0.05, 1.0, 150),
        (32, 0.1, 0.97, 150),
        (32, 0.15, 0.46, 150),
        (64, 0.1, 1.0, 150),
        (64, 0.15, 0.96, 150),
        (64, 0.2, 0.33, 150),
        (128, 0.15, 1.0, 60),
        (128, 0.2, 0.95, 60),
        (128, 0.25, 0.43, 60),
        (256, 0.25, 1.0, 20),
        (256, 0.3, 0.23, 40),
    ] {
        let memory = CliqueMemory::robust_at(vertices, vertices / 2, noise).unwrap();
        let (mut stream, mut recovered) = (stream("cliques", vertices as u64), 0.0);
        for _ in 0..trials {
            let clique = memory.random_clique(&mut stream).unwrap();
            let cue = clique.noisy(noise, &mut stream).unwrap();
            recovered += f64::from(u8::from(memory.retrieve(&cue).unwrap().state == clique)) / f64::from(trials);
        }
        let others = if vertices == 256 { 40.0 } else { 100.0 };
        let scatter = f64::max(simulated * (1.0 - simulated), 0.01) * (1.0 / others + 1.0 / f64::from(trials));
        assert!((recovered - simulated).abs() < 0.02 + 3.0 * scatter.sqrt(), "{vertices} {noise}: {recovered}");
    }
}

/// Two hundred neurons that forget: how many of K patterns stay above an overlap of 0.9, and the mean overlaps of the last and of
/// the first ten.
#[test]
fn fading_networks_retain_the_latest() {
    let retained = |storage: Storage, count: usize| {
        let networks = 10;
        let mut sums = [0.0; 3];
        for index in 0..networks {
            let mut stream = stream("retained", index);
            let patterns = Patterns::random(count, 200, &mut stream).unwrap();
            let mut memory = Palimpsest::new(200, storage).unwrap();
            (0..count).for_each(|mu| memory.store(&patterns.state(mu)).unwrap());
            for mu in 0..count {
                let state = patterns.state(mu);
                let end = overlap(&memory.retrieve(&state, &mut stream).unwrap().state, &state);
                sums[0] += f64::from(u8::from(end > 0.9));
                sums[1] += if mu + 10 >= count { 0.1 * end } else { 0.0 };
                sums[2] += if mu < 10 { 0.1 * end } else { 0.0 };
            }
        }
        sums.map(|sum| sum / networks as f64)
    };
    // 30 networks there (15 for 120 patterns), ten here; three deviations of their difference.
    for (storage, rows) in [
        (Storage::Hebb, [(20, [19.8, 0.996, 0.996]), (60, [0.8, 0.430, 0.429]), (120, [0.0, 0.365, 0.337])]),
        (Storage::Decay(0.05), [(20, [14.3, 0.994, 0.505]), (60, [13.0, 0.991, 0.090]), (120, [13.5, 0.999, 0.081])]),
        (Storage::Decay(0.15), [(20, [8.0, 0.810, 0.096]), (60, [8.1, 0.822, 0.091]), (120, [8.1, 0.826, 0.085])]),
    ] {
        for (count, simulated) in rows {
            let measured = retained(storage, count);
            for ((measured, simulated), tolerance) in measured.iter().zip(simulated).zip([1.5, 0.08, 0.12]) {
                assert!((measured - simulated).abs() <= tolerance, "{storage:?} {count}: {measured} for {simulated}");
            }
        }
    }
}

/// The share of cliques of half of the vertices that are fixed points after so many others were learned.
fn novel(vertices: usize, samples: usize, gradient_norm: f64) -> f64 {
    let names = CliqueMemory::robust(vertices, vertices / 2).unwrap();
    let mut stream = stream("novel", (1000 * vertices + samples) as u64);
    let learned: Vec<State> = (0..samples).map(|_| names.random_clique(&mut stream).unwrap()).collect();
    let descent = FlowDescent { gradient_norm, ..FlowDescent::default() };
    let network = descent.fit(&Patterns::from_states(&learned).unwrap()).unwrap();
    let fixed = (0..500).filter(|_| network.is_fixed_point(&names.random_clique(&mut stream).unwrap()).unwrap());
    fixed.count() as f64 / 500.0
}

/// Probability flow in 4000 steps of plain gradient descent of 0.02 learns more than an early stop on the way down, and less than
/// the minimum; a thousand cliques asked for there.
fn plain_descent_lies_between(vertices: usize, simulated: &[(usize, f64)]) {
    for &(samples, simulated) in simulated {
        let (early, late) = (novel(vertices, samples, 1e-3), novel(vertices, samples, 1e-6));
        assert!(early - 0.05 < simulated && simulated < late + 0.05, "{vertices} {samples}: {early} {simulated} {late}");
    }
}

#[test]
fn cliques_of_twelve_and_sixteen_vertices_are_learned_from_few() {
    plain_descent_lies_between(12, &[(150, 0.909), (200, 0.997)]);
    plain_descent_lies_between(16, &[(100, 0.349), (150, 0.910), (200, 0.996)]);
}

#[test]
fn cliques_of_twenty_vertices_are_learned_from_few() {
    plain_descent_lies_between(20, &[(150, 0.527), (200, 0.928)]);
}

/// Models A, B and C with 40 feature and 25 memory neurons, these five times as fast: a tenth of the cue wrong.
#[test]
fn two_layers_retrieve_whatever_their_model() {
    let normals = Key::new(["descents"]).stream("two layers", 0).normal_tensor(&[25, 40], Kind::Double, Device::Cpu);
    let patterns = normals.sign();
    let right = Tensor::from_slice(&[[1.0; 36].as_slice(), &[-1.0; 4]].concat());
    for (features, memories) in [
        (Lagrangian::SoftSign(2.0), Lagrangian::Rectified(3)),
        (Lagrangian::Quadratic, Lagrangian::Softmax(10.0)),
        (Lagrangian::Spherical, Lagrangian::Rectified(5)),
    ] {
        let memory = TwoLayerMemory::new(&patterns / 40f64.sqrt(), features, memories).unwrap();
        let memory = memory.with_times(1.0, 0.2).unwrap();
        let start = memory.settled(&(&patterns * &right / 40f64.sqrt())).unwrap();
        let end = features.activation(&memory.run(&start, 0.05, 200).unwrap().features);
        let rows = |t: &Tensor| to_vec(t).chunks(40).map(<[f64]>::to_vec).collect::<Vec<_>>();
        let cosines: Vec<f64> = rows(&end)
            .iter()
            .zip(rows(&patterns))
            .map(|(g, xi)| {
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
                dot(g, &xi) / (dot(g, g) * 40.0).sqrt()
            })
            .collect();
        let mean = cosines.iter().sum::<f64>() / 25.0;
        assert!(mean > 0.95, "{features:?} {memories:?}: {mean} {cosines:?}");
    }
}
