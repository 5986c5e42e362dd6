//! Errors, capacities and recoveries at the sizes of papers, against earlier simulations in NumPy (X-Val): each number with the
//! tolerance of three standard errors that it came with.

#![allow(clippy::unwrap_used)]

use lawbook_core::{Key, Stream};
use lawbook_memory::{
    AsynchronousUpdate, CliqueMemory, Couplings, Patterns, Separation,
    association::{
        theory::{recall_error, sample_exponent, unseen_mass},
        zipf,
    },
    capacity,
    concepts::{ConceptModel, hebbian_prototype_error},
    crosstalk::Crosstalk,
    exponential,
    simplicial::coordination::Coordination,
};

fn stream(name: &str, index: u64) -> Stream {
    Key::new(["sizes"]).stream(name, index)
}

fn close(measured: f64, expected: f64, relative: f64) {
    assert!((measured / expected - 1.0).abs() < relative, "{measured} against {expected}");
}

/// N = 1000 sites, all patterns of six networks; and Q(√(N/K)).
#[test]
fn hopfield_networks_err_in_one_step() {
    for (patterns, leading, simulated, relative) in [
        (100, 0.000_78, 0.000_70, 0.12),
        (138, 0.003_55, 0.003_40, 0.06),
        (185, 0.010_04, 0.009_99, 0.04),
        (300, 0.033_94, 0.033_43, 0.03),
    ] {
        let exact = Crosstalk::new(Separation::Power(2), 1000, patterns).unwrap().exact_error().unwrap();
        close(exact, simulated, relative);
        close(capacity::one_step_error(Separation::Power(2), 1000, patterns as f64).unwrap(), leading, 0.01);
    }
}

/// Load r = (2n − 3)!! K/N^(n−1) of 0.30, full and rectified; and of 0.14.
#[test]
fn dense_memories_err_in_one_step_by_their_load() {
    let sizes = [(2, 400, 120), (3, 100, 1000), (4, 50, 2500)];
    let check = |form: fn(u32) -> Separation, simulated: [f64; 3], relative: f64| {
        for ((order, sites, patterns), simulated) in sizes.into_iter().zip(simulated) {
            close(Crosstalk::new(form(order), sites, patterns).unwrap().exact_error().unwrap(), simulated, relative);
        }
    };
    check(Separation::Power, [0.0337, 0.0348, 0.0344], 0.08);
    check(Separation::Rectified, [0.0053, 0.0055, 0.0055], 0.12);
    for ((order, sites, patterns), simulated) in
        [(2, 400, 56), (3, 100, 466), (4, 50, 1166)].into_iter().zip([0.0040, 0.0042, 0.0039])
    {
        let exact = Crosstalk::new(Separation::Power(order), sites, patterns).unwrap().exact_error().unwrap();
        close(exact, simulated, 0.2);
    }
}

/// Five prototypes of 200 sites with examples that are wrong at a tenth or at three tenths of their sites, n = 2.
#[test]
fn prototypes_err_by_flips_and_examples() {
    for (flips, examples, gaussian, simulated) in
        [(0.1, 5, 0.0124, 0.0118), (0.1, 10, 0.0015, 0.0012), (0.3, 20, 0.0428, 0.0437), (0.3, 50, 0.0046, 0.0054)]
    {
        let model = ConceptModel { separation: Separation::Power(2), sites: 200, concepts: 5, examples, flips };
        // One error in a thousand was counted to a quarter.
        close(model.prototype_error().unwrap(), simulated, if simulated < 0.002 { 0.25 } else { 0.2 });
        close(hebbian_prototype_error(200, 5, examples, flips), gaussian, 0.04);
    }
}

/// N = 500: at K = N/(4 ln N) all patterns are fixed, at N/(2 ln N) most but seldom all of them.
#[test]
fn hopfield_networks_fix_all_patterns_at_half_the_load_of_most() {
    let fixed = |patterns: usize| {
        let crosstalk = Crosstalk::new(Separation::Power(2), 500, patterns).unwrap();
        crosstalk.fixed_fraction(crosstalk.exact_error().unwrap())
    };
    assert!(fixed(20).powi(20) > 0.98, "{}", fixed(20));
    assert!((0.9..0.94).contains(&fixed(40)) && fixed(40).powi(40) < 0.15, "{}", fixed(40));
}

/// At the load without errors, and at half of it, n = 3.
#[test]
fn patterns_are_fixed_up_to_the_load_without_errors() {
    for (sites, patterns, simulated) in [(100, 361, 0.907), (100, 180, 1.0), (60, 146, 0.873), (60, 73, 0.997)] {
        let crosstalk = Crosstalk::new(Separation::Power(3), sites, patterns).unwrap();
        let fixed = crosstalk.fixed_fraction(crosstalk.exact_error().unwrap());
        assert!((fixed - simulated).abs() < 0.03, "{sites} {patterns}: {fixed}");
    }
    // Whole patterns of 1000 sites are lost between K = 72.8 and 124.5, while single sites hardly change.
    for (patterns, whole, site) in [(72.8, 0.9, 0.9999), (124.5, 0.1, 0.9977)] {
        let error = capacity::one_step_error(Separation::Power(2), 1000, patterns).unwrap();
        assert!((capacity::fixed_fraction(error, 1000) - whole).abs() < 0.003);
        assert!((1.0 - error - site).abs() < 1e-4);
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

/// N = 200: the projection rule fixes 190 patterns; from 5 % wrong sites it recovers where self-couplings K/N are small, or are
/// taken out and K ≤ N/2.
#[test]
fn projection_recovers_where_self_couplings_let_it() {
    for (count, with, without) in [(50, 1.0, 1.0), (100, 0.0, 1.0), (150, 0.0, 0.0), (190, 0.0, 0.0)] {
        let mut stream = stream("projection", count as u64);
        let stored = Patterns::random(count, 200, &mut stream).unwrap();
        let kept = Couplings::projection(&stored).unwrap();
        for (couplings, expected) in [(kept.clone(), with), (kept.without_self_coupling(), without)] {
            let mut recovered = 0.0;
            for mu in 0..20 {
                let pattern = stored.state(mu);
                assert!(couplings.is_fixed_point(&pattern).unwrap());
                let cue = pattern.corrupted(10, &mut stream).unwrap();
                recovered += f64::from(u8::from(couplings.retrieve(&cue, &mut stream).unwrap().state == pattern)) / 20.0;
            }
            assert!((recovered - expected).abs() <= 0.15, "{count}: {recovered} for {expected}");
        }
    }
}

/// One step at shares of wrong sites and loads α = (ln M)/N on both sides of half the rate function, which is 0.184 at a tenth
/// wrong and 0.096 at a fifth; and M = 2^(N/2) without wrong sites.
#[test]
fn exponential_memories_repair_below_their_rate() {
    let at = |sites: usize, alpha: f64, flips: usize| {
        exponential::repaired(sites, 1.0 + (alpha * sites as f64).exp(), flips).unwrap()
    };
    let growing = [(30, 6), (40, 8), (60, 12)].map(|(sites, flips)| at(sites, 0.1, flips));
    assert!(growing[0] < growing[1] && growing[1] < growing[2] && growing[2] > 0.97, "{growing:?}");
    assert!([(30, 6), (40, 8)].into_iter().all(|(sites, flips)| at(sites, 0.25, flips) < 0.03));
    assert!([(30, 3), (40, 4), (60, 6)].into_iter().all(|(sites, flips)| at(sites, 0.18, flips) > 0.95));
    for (sites, stable) in [(16, 0.975), (20, 0.995), (24, 1.0), (28, 1.0)] {
        let half = exponential::repaired(sites, 2f64.powi(sites as i32 / 2), 0).unwrap();
        assert!((half - stable).abs() < 0.02, "{sites}: {half}");
    }
}

/// The coordination law at a hundred neurons: share of weights on triangles 0, ¼, ½, ¾, 1.
#[test]
fn simplicial_networks_err_by_their_coordination() {
    let error = |triangles: f64, patterns| {
        let counts = lawbook_memory::Dilution::SameBudget { triangles }.counts(100).unwrap();
        Coordination::new(100, &counts, patterns).unwrap().step_overlap(0)
    };
    let simulated = [(0.0, 0.0315), (0.25, 0.0252), (0.5, 0.0192), (0.75, 0.0150), (1.0, 0.0123)];
    for (triangles, simulated) in simulated {
        close(0.5 * (1.0 - error(triangles, 30)), simulated, 0.08);
    }
    for (triangles, simulated) in [(0.0, 0.0113), (0.5, 0.0063), (1.0, 0.0028)] {
        close(0.5 * (1.0 - error(triangles, 20)), simulated, 0.2);
    }
    // As many terms to a site as pairs have: triangles err as pairs do.
    for (patterns, simulated) in [(20, 0.0115), (30, 0.0355)] {
        let counts = lawbook_memory::Dilution::SameCoordination { triangles: 1.0 }.counts(100).unwrap();
        let overlap = Coordination::new(100, &counts, patterns).unwrap().step_overlap(0);
        close(0.5 * (1.0 - overlap), simulated, 0.15);
    }
}

/// Cliques of half of the vertices: the first step's error.
#[test]
fn noisy_cliques_err_in_one_step() {
    for (noise, simulated) in [(0.1, 0.0003), (0.15, 0.0036), (0.2, 0.0178)] {
        let error = CliqueMemory::robust_at(64, 32, noise).unwrap().one_step_error(noise).unwrap();
        assert!(error < 1.5 * simulated && error > simulated / 1.5, "{noise}: {error}");
    }
}

/// Associations of 4000 tokens with 16 outputs, α = 2: the error where the d/4 most frequent tokens are stored alike.
#[test]
fn associations_err_by_dimension() {
    let (p, targets): (_, Vec<usize>) = (zipf(4000, 2.0).unwrap(), (0..4000).map(|x| x % 16).collect());
    for (d, simulated) in [(64, 0.034), (128, 0.0174), (256, 0.0087), (512, 0.0043)] {
        let weights: Vec<f64> = (0..4000).map(|x| f64::from(u8::from(x < d / 4))).collect();
        close(recall_error(&p, &targets, 16, &weights, d).unwrap(), simulated, if d > 64 { 0.05 } else { 0.15 });
    }
}

/// 4000 tokens, 16 outputs, tokens stored alike: slopes of the error over d = 64…512 where d/8 or d/4 are stored. Where all are,
/// it stays at 0.6, the error of any one token, whatever α (drawn once it scatters by the share of the first few: 0.59 at α = 2,
/// 0.74 at α = 1.5).
#[test]
fn storing_the_most_frequent_sets_the_exponent_and_storing_all_leaves_none() {
    let targets: Vec<usize> = (0..4000).map(|x| x % 16).collect();
    for (alpha, [eighth, quarter]) in [(2.0, [-0.994, -0.993]), (1.5, [-0.533, -0.560])] {
        let p = zipf(4000, alpha).unwrap();
        let error = |kept: usize, d: usize| {
            let weights: Vec<f64> = (0..4000).map(|x| f64::from(u8::from(x < kept))).collect();
            recall_error(&p, &targets, 16, &weights, d).unwrap()
        };
        for (share, simulated) in [(8, eighth), (4, quarter)] {
            let slope = (error(512 / share, 512) / error(64 / share, 64)).ln() / 8f64.ln();
            assert!((slope - simulated).abs() < 0.08, "{alpha} {share}: {slope} for {simulated}");
        }
        assert!([16, 64, 512].into_iter().all(|d| error(4000, d) > 0.6), "{alpha}: {}", error(4000, 512));
    }
}

/// Associations of 500 tokens: the slope of the error over d = 64…512 for weights p^ρ.
#[test]
fn weights_set_the_exponent_of_associations() {
    for (alpha, rho, simulated, tolerance) in
        [(2.0, 1.0, -0.27, 0.08), (2.0, 0.5, -0.57, 0.1), (1.5, 1.0, -0.20, 0.08), (1.5, 0.5, -0.44, 0.1)]
    {
        let (p, targets): (_, Vec<usize>) = (zipf(500, alpha).unwrap(), (0..500).map(|x| x % 16).collect());
        let weights: Vec<f64> = p.iter().map(|p| p.powf(rho)).collect();
        let error = |d: usize| recall_error(&p, &targets, 16, &weights, d).unwrap();
        let slope = (error(512) / error(64)).ln() / 8f64.ln();
        assert!((slope - simulated).abs() < tolerance, "{alpha} {rho}: {slope}");
    }
}

/// A million tokens: the slope of the unseen mass over T = 1000…10 000, summed exactly.
#[test]
fn a_million_tokens_are_seen_by_their_exponent() {
    for (alpha, slope) in [(1.5, -0.337), (2.0, -0.4999), (3.0, -0.666)] {
        let p = zipf(1_000_000, alpha).unwrap();
        let measured = (unseen_mass(&p, 1e4) / unseen_mass(&p, 1e3)).log10();
        assert!((measured - slope).abs() < 0.001 && (measured + sample_exponent(alpha)).abs() < 0.01, "{alpha}: {measured}");
    }
}
