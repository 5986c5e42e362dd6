//! Simplicial networks: errors of one update, and where descents end.

use lawbook_core::{Key, Stream};
use lawbook_memory::{AsynchronousUpdate, Dilution, Patterns, SimplicialMemory, simplicial::coordination::Coordination};

use crate::{agreement::simulated, overlap};

fn stream(name: &str, index: u64) -> Stream {
    Key::new(["descents"]).stream(name, index)
}

/// All edges and triangles of a hundred neurons: overlaps after descents from twenty patterns of each of three networks, whole or with
/// a tenth of wrong sites.
#[test]
fn full_skeletons_hold_hundreds_of_patterns() {
    for (count, flips, mean, error) in
        [(400, 0, 0.999_440, 0.000_091), (800, 10, 0.9737, 0.0012), (1600, 0, 0.8689, 0.0021), (1600, 10, 0.7547, 0.0034)]
    {
        let mut stream = stream("skeleton", count as u64 + flips as u64);
        let network = |_| {
            let stored = Patterns::random(count, 100, &mut stream).unwrap();
            let memory = SimplicialMemory::new(&stored, &Dilution::Skeleton(2), &mut stream).unwrap();
            let end = |mu: usize| {
                let cue = stored.state(mu).corrupted(flips, &mut stream).unwrap();
                overlap(&memory.retrieve(&cue, &mut stream).unwrap().state, &stored.state(mu))
            };
            (0..20).map(end).sum::<f64>() / 20.0
        };
        let ends: Vec<f64> = (0..3).map(network).collect();
        simulated(mean, error, 100).agrees_with_samples(&ends, format!("{count} {flips}"));
    }
}

/// Mean overlaps after descents from all patterns of each of 36 networks of a hundred neurons, `flips` of which are wrong at first.
fn simplicial(dilution: &Dilution, patterns: usize, flips: usize) -> Vec<f64> {
    let mut stream = stream("simplices", (patterns + 1000 * flips) as u64);
    let network = |_| {
        let stored = Patterns::random(patterns, 100, &mut stream).unwrap();
        let memory = SimplicialMemory::new(&stored, dilution, &mut stream).unwrap();
        let end = |mu: usize| {
            let cue = stored.state(mu).corrupted(flips, &mut stream).unwrap();
            overlap(&memory.retrieve(&cue, &mut stream).unwrap().state, &stored.state(mu))
        };
        (0..patterns).map(end).sum::<f64>() / patterns as f64
    };
    (0..36).map(network).collect()
}

/// Share of weights on triangles 0, ¼, ½, ¾, 1 and loads P/N of .05, .10, .15, .20, .30, from the patterns themselves.
#[test]
fn triangles_are_retrieved_at_loads_where_pairs_are_lost() {
    for (triangles, rows) in [
        (0.0, [(1.0, 0.0), (0.996_41, 0.000_90), (0.9670, 0.0028), (0.8759, 0.0046), (0.5968, 0.0057)]),
        (0.25, [(1.0, 0.0), (0.999_570, 0.000_068), (0.994_05, 0.000_27), (0.977_94, 0.000_68), (0.8978, 0.0021)]),
        (0.5, [(1.0, 0.0), (0.999_690, 0.000_057), (0.996_94, 0.000_15), (0.988_50, 0.000_28), (0.951_42, 0.000_55)]),
        (0.75, [(1.0, 0.0), (0.999_930, 0.000_026), (0.998_07, 0.000_11), (0.991_97, 0.000_21), (0.966_14, 0.000_35)]),
        (1.0, [(1.0, 0.0), (0.999_960, 0.000_020), (0.998_847, 0.000_086), (0.994_82, 0.000_17), (0.974_88, 0.000_34)]),
    ] {
        for (patterns, (mean, error)) in [5, 10, 15, 20, 30].into_iter().zip(rows) {
            let measured = simplicial(&Dilution::SameBudget { triangles }, patterns, 0);
            simulated(mean, error, 200).agrees_with_samples(&measured, format!("{triangles} {patterns}"));
        }
    }
}

/// A tenth of the cue wrong, at equal budget; and none, a tenth and a quarter, at the coordination number of all pairs.
#[test]
fn simplicial_networks_repair_cues() {
    for (triangles, patterns, mean, error) in [
        (0.0, 20, 0.7965, 0.0057),
        (0.0, 30, 0.5199, 0.0048),
        (0.5, 20, 0.984_19, 0.000_53),
        (0.5, 30, 0.927_59, 0.000_92),
        (1.0, 20, 0.993_96, 0.000_20),
        (1.0, 30, 0.963_00, 0.000_53),
    ] {
        let measured = simplicial(&Dilution::SameBudget { triangles }, patterns, 10);
        simulated(mean, error, 200).agrees_with_samples(&measured, format!("{triangles} {patterns}"));
    }
    for (triangles, flips, mean, error) in [
        (0.5, 0, 0.918_52, 0.000_77),
        (1.0, 0, 0.925_64, 0.000_61),
        (0.5, 10, 0.8713, 0.0012),
        (1.0, 10, 0.8679, 0.0012),
        (0.0, 25, 0.3737, 0.0034),
        (0.5, 25, 0.6358, 0.0030),
        (1.0, 25, 0.4654, 0.0030),
    ] {
        let measured = simplicial(&Dilution::SameCoordination { triangles }, 30, flips);
        simulated(mean, error, 200).agrees_with_samples(&measured, format!("{triangles} {flips}"));
    }
}

/// The coordination law at a hundred neurons: wrong sites after one step, by the share of weights on triangles.
#[test]
fn simplicial_networks_err_by_their_coordination() {
    let check = |dilution: Dilution, patterns: usize, mean: f64, error: f64| {
        let counts = dilution.counts(100).unwrap();
        let overlap = Coordination::new(100, &counts, patterns).unwrap().step_overlap(0);
        simulated(mean, error, 400).agrees_with(0.5 * (1.0 - overlap), format!("{dilution:?} {patterns}"));
    };
    for (triangles, patterns, mean, error) in [
        (0.0, 30, 0.031_22, 0.000_25),
        (0.25, 30, 0.024_30, 0.000_16),
        (0.5, 30, 0.019_05, 0.000_13),
        (0.75, 30, 0.014_94, 0.000_11),
        (1.0, 30, 0.011_66, 0.000_10),
        (0.0, 20, 0.010_85, 0.000_19),
        (0.5, 20, 0.005_389, 0.000_085),
        (1.0, 20, 0.002_586, 0.000_056),
    ] {
        check(Dilution::SameBudget { triangles }, patterns, mean, error);
    }
    // As many terms to a site as pairs have: triangles err as pairs do.
    for (patterns, mean, error) in [(20, 0.010_93, 0.000_12), (30, 0.031_64, 0.000_16)] {
        check(Dilution::SameCoordination { triangles: 1.0 }, patterns, mean, error);
    }
}
