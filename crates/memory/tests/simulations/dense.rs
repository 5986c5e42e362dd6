//! Dense memories: errors of one update, and where descents end.

use lawbook_core::{Key, Stream};
use lawbook_memory::{
    AsynchronousUpdate, DenseMemory, Patterns, Separation, capacity,
    concepts::{ConceptModel, hebbian_prototype_error},
    crosstalk::Crosstalk,
};

use crate::{
    agreement::{share_agrees, simulated},
    overlap,
};

fn stream(name: &str, index: u64) -> Stream {
    Key::new(["descents"]).stream(name, index)
}

/// Overlaps, with the stored example and with its prototype, of where a descent from a stored example ends: means over the five
/// prototypes of each of sixty memories, a hundred sites, flips of a fifth.
fn from_stored_examples(separation: Separation, examples: usize) -> [Vec<f64>; 2] {
    let model = ConceptModel { separation, sites: 100, concepts: 5, examples, flips: 0.2 };
    let mut stream = stream("concepts", examples as u64);
    let mut overlaps = [Vec::new(), Vec::new()];
    for _ in 0..60 {
        let drawn = model.draw(&mut stream).unwrap();
        let memory = DenseMemory::new(drawn.examples, separation).unwrap();
        let mut sums = [0.0; 2];
        for concept in 0..5 {
            let example = memory.patterns().state(concept * examples);
            let end = memory.retrieve(&example, &mut stream).unwrap().state;
            sums[0] += overlap(&end, &example) / 5.0;
            sums[1] += overlap(&end, &drawn.prototypes.state(concept)) / 5.0;
        }
        overlaps.iter_mut().zip(sums).for_each(|(overlaps, sum)| overlaps.push(sum));
    }
    overlaps
}

#[test]
fn stored_examples_merge_later_at_higher_order() {
    for (separation, examples, mean, error) in [
        (Separation::Power(2), 1, 1.0, 0.0),
        (Separation::Power(2), 3, 0.649, 0.013),
        (Separation::Rectified(3), 5, 0.9836, 0.0031),
        (Separation::Rectified(5), 20, 0.9963, 0.0016),
        (Separation::Rectified(10), 200, 1.0, 0.0),
    ] {
        let [kept, _] = from_stored_examples(separation, examples);
        simulated(mean, error, 60).agrees_with_samples(&kept, format!("with the example, {separation} {examples}"));
    }
    for (separation, examples, mean, error) in [
        (Separation::Power(2), 10, 0.859, 0.012),
        (Separation::Power(2), 20, 0.9701, 0.0056),
        (Separation::Rectified(3), 20, 0.996_13, 0.000_53),
        (Separation::Rectified(5), 100, 0.942, 0.010),
    ] {
        let [_, merged] = from_stored_examples(separation, examples);
        simulated(mean, error, 60).agrees_with_samples(&merged, format!("with the prototype, {separation} {examples}"));
    }
}

/// Beyond the critical load, N = 2000: what is left of three patterns of each of 32 networks after descents from them.
#[test]
fn hopfield_networks_collapse_beyond_their_load() {
    for (load, mean, error) in [(0.18, 0.3310, 0.0068), (0.20, 0.3016, 0.0034)] {
        let mut stream = stream("collapse", (1000.0 * load) as u64);
        let mut retained = 0;
        let network = |_| {
            let stored = Patterns::random((2000.0 * load) as usize, 2000, &mut stream).unwrap();
            let memory = DenseMemory::new(stored, Separation::Power(2)).unwrap();
            let ends = [0, 1, 2].map(|mu| {
                let state = memory.patterns().state(mu);
                overlap(&memory.retrieve(&state, &mut stream).unwrap().state, &state)
            });
            retained += ends.iter().filter(|&&end| end > 0.9).count();
            ends.iter().sum::<f64>() / 3.0
        };
        let ends: Vec<f64> = (0..32).map(network).collect();
        assert!(retained <= 96 / 15, "{retained} of 96");
        simulated(mean, error, 120).agrees_with_samples(&ends, load);
    }
}

/// N = 1000 sites, wrong sites of all patterns; and Q(√(N/K)) with SciPy.
#[test]
fn hopfield_networks_err_in_one_step() {
    for (patterns, leading, mean, error) in [
        (100, 0.000_782_701_129, 0.000_742, 0.000_020),
        (138, 0.003_552_210_928, 0.003_421, 0.000_034),
        (185, 0.010_037_242_772, 0.009_943, 0.000_059),
        (300, 0.033_944_577_431, 0.033_675, 0.000_096),
    ] {
        let exact = Crosstalk::new(Separation::Power(2), 1000, patterns).unwrap().exact_error().unwrap();
        simulated(mean, error, 40).agrees_with(exact, patterns);
        let gaussian = capacity::one_step_error(Separation::Power(2), 1000, patterns as f64).unwrap();
        // Half of the last digit, and the rounding of a few operations.
        assert!((gaussian - leading).abs() < 1e-12, "{gaussian} for {leading}");
    }
}

/// Load r = (2n − 3)!! K/N^(n−1) of 0.30, full and rectified; and of 0.14.
#[test]
fn dense_memories_err_in_one_step_by_their_load() {
    for (separation, sites, patterns, mean, error, samples) in [
        (Separation::Power(2), 400, 120, 0.033_26, 0.000_16, 60),
        (Separation::Power(3), 100, 1000, 0.034_02, 0.000_42, 60),
        (Separation::Power(4), 50, 2500, 0.036_00, 0.000_27, 60),
        (Separation::Rectified(2), 400, 120, 0.004_911, 0.000_082, 120),
        (Separation::Rectified(3), 100, 1000, 0.005_372, 0.000_065, 120),
        (Separation::Rectified(4), 50, 2500, 0.005_647, 0.000_082, 120),
        (Separation::Power(2), 400, 56, 0.003_508, 0.000_055, 120),
        (Separation::Power(3), 100, 466, 0.003_960, 0.000_079, 120),
        (Separation::Power(4), 50, 1166, 0.004_341, 0.000_074, 120),
    ] {
        let exact = Crosstalk::new(separation, sites, patterns).unwrap().exact_error().unwrap();
        simulated(mean, error, samples).agrees_with(exact, format!("{separation} {sites} {patterns}"));
    }
}

/// Five prototypes of 200 sites with examples that are wrong at a tenth or at three tenths of their sites, n = 2; and the sum of
/// Gaussian tails over the number of examples that are wrong at a site, with SciPy.
#[test]
fn prototypes_err_by_flips_and_examples() {
    for (flips, examples, gaussian, mean, error) in [
        (0.1, 5, 0.012_427_717_809, 0.012_537, 0.000_089),
        (0.1, 10, 0.001_460_507_365, 0.001_476, 0.000_029),
        (0.3, 20, 0.042_798_381_777, 0.044_46, 0.000_15),
        (0.3, 50, 0.004_622_953_013, 0.005_058, 0.000_054),
    ] {
        let model = ConceptModel { separation: Separation::Power(2), sites: 200, concepts: 5, examples, flips };
        simulated(mean, error, 2000).agrees_with(model.prototype_error().unwrap(), format!("{flips} {examples}"));
        // Half of the last digit, and the rounding of a few operations.
        assert!((hebbian_prototype_error(200, 5, examples, flips) - gaussian).abs() < 1e-12, "{flips} {examples}");
    }
}

/// The share of fixed patterns, N = 500, n = 2, at K = N/(4 ln N) and N/(2 ln N); and n = 3 at the load without errors and at half
/// of it.
#[test]
fn patterns_are_fixed_up_to_the_load_without_errors() {
    let fixed = |order, sites, patterns| {
        let crosstalk = Crosstalk::new(Separation::Power(order), sites, patterns).unwrap();
        crosstalk.fixed_fraction(crosstalk.exact_error().unwrap())
    };
    share_agrees(fixed(2, 500, 20), (8000, 8000), 20);
    for (order, sites, patterns, mean, error, samples) in [
        (2, 500, 40, 0.9238, 0.0022, 400),
        (3, 100, 361, 0.8804, 0.0040, 60),
        (3, 100, 180, 0.998_33, 0.000_40, 60),
        (3, 60, 146, 0.8768, 0.0043, 60),
        (3, 60, 73, 0.997_03, 0.000_73, 60),
    ] {
        simulated(mean, error, samples).agrees_with(fixed(order, sites, patterns), format!("{order} {sites} {patterns}"));
    }
}

/// N = 500: at K = N/(4 ln N) all patterns of a network are fixed, at N/(2 ln N) seldom all of them, as if they were independent.
#[test]
fn hopfield_networks_fix_all_patterns_at_half_the_load_of_most() {
    let all = |patterns: usize| {
        let crosstalk = Crosstalk::new(Separation::Power(2), 500, patterns).unwrap();
        crosstalk.fixed_fraction(crosstalk.exact_error().unwrap()).powi(patterns as i32)
    };
    share_agrees(all(20), (400, 400), 20);
    simulated(0.052, 0.011, 400).agrees_with(all(40), 40);
}

/// Whole patterns of 1000 sites are lost between K = 72.8 and 124.5, while single sites hardly change; Q(√(N/K)) and its power with
/// SciPy.
#[test]
fn whole_patterns_are_lost_where_single_sites_hardly_change() {
    for (patterns, whole, site) in [(72.8, 0.900_160_422, 0.999_894_823), (124.5, 0.100_220_345, 0.997_702_260)] {
        let error = capacity::one_step_error(Separation::Power(2), 1000, patterns).unwrap();
        // Half of the last digit.
        assert!((capacity::fixed_fraction(error, 1000) - whole).abs() < 5.1e-10);
        assert!((1.0 - error - site).abs() < 5.1e-10);
    }
    // Over loads K/N of 0.05 to 2 the logarithm of the sites' accuracy has slopes of a fraction of 1 in ln K, that of the
    // patterns' falls by hundreds.
    let error = |patterns: f64| capacity::one_step_error(Separation::Power(2), 1000, patterns).unwrap();
    let slopes = (0..74).map(|step| 50.0 * 1.05f64.powi(step)).map(|patterns| {
        let (here, next) = (error(patterns), error(1.05 * patterns));
        let slope = |from: f64, to: f64| (to / from).ln() / 1.05f64.ln();
        (slope(1.0 - here, 1.0 - next), (1000.0 * ((-next).ln_1p() - (-here).ln_1p())) / 1.05f64.ln())
    });
    let steepest = slopes.fold((0.0, 0.0), |(a, b): (f64, f64), (site, whole)| (a.min(site), b.min(whole)));
    assert!(steepest.0 > -1.2 && steepest.1 < -100.0, "{steepest:?}");
}
