//! The judge judged: rates of false *holds* and false *fails* on synthetic replicates, with a look after every batch of seeds
//! as the laboratory takes them.
//!
//! A verdict is false if the claim *holds* although the truth lies outside the margin, or *fails* although it lies inside. The
//! hardest truth is the edge of the margin, so that is where it is put: just outside for false holds, just inside for false
//! fails. Rates must stay under the declared level for Gaussian, skewed and heavy-tailed replicates with a variance; for those
//! without (tail index below 2) the test shows what happens instead.

use lawbook_claims::{Claim, Evidence, Margin, Point, Verdict, judge};

/// Seeds after which a session looks: six at first, then half as many again, up to 64.
const LOOKS: [usize; 7] = [6, 9, 13, 19, 28, 42, 64];
const LEVEL: f64 = 0.05;
const TRIALS: usize = 4000;
const MARGIN: f64 = 0.5;

/// A small generator of its own, so that the judge is not tested with the laboratory's streams: SplitMix64 (Steele, Lea &
/// Flood 2014).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in (0, 1].
    fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 1.0) * 2f64.powi(-53)
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Student's t with three degrees of freedom: a variance, no kurtosis.
    fn student3(&mut self) -> f64 {
        let chi: f64 = (0..3).map(|_| self.normal().powi(2)).sum();
        self.normal() / (chi / 3.0).sqrt()
    }

    /// Pareto with tail index 1.5: a mean of 3, no variance.
    fn pareto(&mut self) -> f64 {
        self.uniform().powf(-1.0 / 1.5)
    }
}

/// The first decision over the looks on replicates `draw(…)` whose mean is `truth`, for a claim of 0 within the margin.
fn decide(random: &mut Random, level: f64, truth: f64, draw: fn(&mut Random) -> f64) -> Verdict {
    let claim = Claim::value("zero", Point::default().site("x"), 0.0).within(Margin::Absolute(MARGIN)).rival(
        "far",
        "a rival that is always refuted",
        [1e6],
    );
    let mut rows: Vec<(u64, Vec<f64>)> = Vec::new();
    for look in LOOKS {
        while rows.len() < look {
            rows.push((rows.len() as u64, vec![truth + draw(random)]));
        }
        let verdict = judge(&claim, &Evidence::from_rows(rows.iter().cloned()), level).verdict;
        if verdict != Verdict::Undecided {
            return verdict;
        }
    }
    Verdict::Undecided
}

/// Rates of *holds* and *fails* for a truth, over many trials.
fn rates(level: f64, truth: f64, draw: fn(&mut Random) -> f64) -> (f64, f64) {
    let mut random = Random(20_260_101);
    let verdicts: Vec<Verdict> = (0..TRIALS).map(|_| decide(&mut random, level, truth, draw)).collect();
    let rate = |wanted: Verdict| verdicts.iter().filter(|&&v| v == wanted).count() as f64 / TRIALS as f64;
    (rate(Verdict::Holds), rate(Verdict::Fails))
}

fn false_rates(level: f64, draw: fn(&mut Random) -> f64) -> [f64; 2] {
    let edge = MARGIN * (1.0 + 1e-9);
    let holds = rates(level, edge, draw).0.max(rates(level, -edge, draw).0);
    let inside = MARGIN * (1.0 - 1e-9);
    let fails = rates(level, inside, draw).1.max(rates(level, -inside, draw).1);
    [holds, fails]
}

/// The rate allowed: the level, and three standard errors of a rate measured over so many trials.
fn allowed(level: f64) -> f64 {
    level + 3.0 * (level * (1.0 - level) / TRIALS as f64).sqrt()
}

fn check(name: &str, draw: fn(&mut Random) -> f64) {
    for level in [LEVEL, LEVEL / 50.0] {
        let [holds, fails] = false_rates(level, draw);
        println!("{name:<24} level {level:<8} false holds {holds:.5}, false fails {fails:.5}");
        assert!(holds <= allowed(level) && fails <= allowed(level), "{name}: {holds} {fails} at {level}");
    }
}

#[test]
fn gaussian_replicates_stay_under_the_level() {
    check("normal, s = 0.2", |r| 0.2 * r.normal());
    check("normal, s = 1", Random::normal);
}

#[test]
fn skewed_replicates_stay_under_the_level() {
    check("exponential, s = 0.2", |r| 0.2 * (-r.uniform().ln() - 1.0));
    check("exponential, s = 1", |r| -r.uniform().ln() - 1.0);
    check("minus exponential", |r| 1.0 + r.uniform().ln());
    // Mean e^(1/8), skewness 1.75.
    check("log-normal(0, 1/2)", |r| (0.5 * r.normal()).exp() - (0.125f64).exp());
}

#[test]
fn heavy_tails_with_a_variance_stay_under_the_level() {
    check("Student t3, s = 0.35", |r| 0.2 * r.student3());
    check("Student t3, s = 1.7", Random::student3);
}

/// The square of a normal is more skewed (2.8) than the allowance, and dense without bound at its edge: at small levels it is
/// not covered. This is the limit that the documentation states.
#[test]
fn replicates_more_skewed_than_an_exponential_are_not_covered() {
    let [holds, fails] = false_rates(LEVEL / 50.0, |r| 0.2 * (r.normal().powi(2) - 1.0));
    println!("squared normal: false holds {holds:.5}, false fails {fails:.5}");
    assert!(holds.max(fails) > allowed(LEVEL / 50.0), "if this were covered, the documentation would be wrong");
}

/// Without a variance the mean is not what a handful of seeds show, and the interval is not valid: it misses a long tail that
/// has not come yet. What the judge then does: as soon as the tail shows, it withdraws to *undecided*.
#[test]
fn tails_without_a_variance_are_not_covered_and_end_undecided_once_seen() {
    let draw: fn(&mut Random) -> f64 = |r| 0.2 * (r.pareto() - 3.0);
    let [holds, fails] = false_rates(LEVEL, draw);
    println!("Pareto 1.5: false holds {holds:.4}, false fails {fails:.4}");
    assert!(holds.max(fails) > allowed(LEVEL), "if this were covered, the documentation would be wrong");
    let mut random = Random(7);
    let claim = Claim::value("zero", Point::default().site("x"), 0.0).within(Margin::Absolute(MARGIN)).rival(
        "far",
        "a rival that is always refuted",
        [1e6],
    );
    // 64 quiet seeds and one that the tail has reached.
    let rows = (0..64).map(|seed| (seed, vec![0.01 * random.normal() + if seed == 40 { 5.0 } else { 0.0 }]));
    let judgement = judge(&claim, &Evidence::from_rows(rows), LEVEL);
    assert_eq!(judgement.verdict, Verdict::Undecided);
    assert!(judgement.note.is_some_and(|note| note.contains("further out")));
}

/// A measurement without chance, claimed as if it had some: no seed would ever tell, and the note says what to do.
#[test]
fn seeds_that_all_agree_are_told_what_to_claim() {
    let claim = Claim::value("v", Point::default().site("x"), 1.0).within(Margin::Absolute(0.1)).rival("r", "", [2.0]);
    let agree = Evidence::from_rows((0..6).map(|seed| (seed, vec![1.0])));
    let judgement = judge(&claim, &agree, LEVEL);
    assert_eq!(judgement.verdict, Verdict::Undecided);
    assert!(judgement.note.is_some_and(|note| note.contains("claimed with `exact`")));
    assert_eq!(judge(&claim.out_of(1000), &agree, LEVEL).verdict, Verdict::Holds);
}

/// Few seeds of few trials each near the end of what a proportion can be.
#[test]
fn the_interval_of_a_proportion_is_one_of_proportions() {
    let claim = Claim::at_least("p", Point::default().site("x"), 0.5).rival("r", "", [0.1]).out_of(50);
    let rows = [1.0, 0.98, 1.0, 0.9, 1.0, 0.96].into_iter().enumerate().map(|(seed, value)| (seed as u64, vec![value]));
    let judgement = judge(&claim, &Evidence::from_rows(rows.clone()), LEVEL);
    assert_eq!(judgement.high, [1.0]);
    assert!(judgement.low[0] > 0.5 && judgement.low[0] < 0.9, "{judgement:?}");
    // Negative control: without trials it is a number like others.
    let free = judge(&Claim { trials: 0, ..claim }, &Evidence::from_rows(rows), LEVEL);
    assert!(free.high[0] > 1.0, "{free:?}");
}

/// Honest claims are decided, and soon: power, without which the rates above would be cheap.
#[test]
fn true_claims_hold_and_false_ones_fail() {
    let quiet: fn(&mut Random) -> f64 = |r| 0.1 * r.normal();
    assert!(rates(LEVEL / 50.0, 0.0, quiet).0 > 0.99);
    assert!(rates(LEVEL / 50.0, 1.0, quiet).1 > 0.99);
}

/// All points of a curve at once: the level of a claim is shared by its intervals.
#[test]
fn curves_are_covered_simultaneously() {
    let points = 20;
    let sites = (0..points).map(|i| (f64::from(i), Point::default().site("y").at(f64::from(i)), 0.0));
    let claim = Claim::curve("flat", sites).within(Margin::Absolute(MARGIN)).rival(
        "far",
        "a rival that is always refuted",
        (0..points).map(|_| 1e6),
    );
    let level = LEVEL / claim.intervals() as f64;
    let mut random = Random(11);
    let trials = 1000;
    let mut fails = 0;
    for _ in 0..trials {
        let rows = (0..12).map(|seed| (seed, (0..points).map(|_| MARGIN * 0.999_999 + 0.3 * random.normal()).collect()));
        fails += usize::from(judge(&claim, &Evidence::from_rows(rows), level).verdict == Verdict::Fails);
    }
    assert!(fails as f64 / f64::from(trials) <= allowed(LEVEL), "{fails} of {trials}");
}
