//! Stored handwritten digits, retrieved from corrupted cues by a descent in energy.

use anyhow::{Result, ensure};
use lawbook_core::Stream;
use lawbook_memory::{
    AsynchronousUpdate, DenseMemory, EnergyWatch, MemoryError, Patterns, Separation, State, capacity, digits,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Retrieval of stored digits from corrupted cues.
pub struct DigitRetrieval;

params! {
    /// Rectified memories of several orders that store the same real digits and get the same cues.
    pub struct Params {
        /// Stored digits K, distinct after binarising.
        K: integer = 50, 2..=1700;
        /// Pixels turned over in a cue.
        flips: integer = 6, 0..=32;
        /// Cues per cell.
        cues: integer = 200, 1..=100_000;
    }
}

/// A parallel update.
type Step = fn(&DenseMemory, &State) -> Result<State, MemoryError>;

const ORDERS: [u32; 6] = [2, 3, 4, 6, 10, 20];

/// Loads and orders at which real digits, whose mean overlap is about half, are far below or far above what fits. Their
/// crosstalk does not cancel: it reaches the signal at about K = 1/E m^(n−1), m the overlap of two digits, which is 2, 8, 21,
/// 100, 900 for n = 2, 4, 6, 10, 20. Factors of at least two below, and six above.
const BELOW: [(i64, u32); 3] = [(10, 6), (50, 10), (200, 20)];
const ABOVE: [(i64, u32); 3] = [(50, 4), (200, 6), (1000, 10)];

/// Load and order at which the rival that updates all sites at once must be seen to fail. (At order 20 most cues are retrieved in
/// one step, and few are left to show it.)
const FOLLOWED: (i64, u32) = (200, 10);

impl Study for DigitRetrieval {
    const NAME: &'static str = "digits";
    const ABOUT: &'static str = "Stores 8×8 digits (pixels of at least half the full ink are +1) and descends from cues with \
        10 % of the pixels turned over, one site at a time, to a fixed point.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let cues = match profile {
            Profile::Smoke => 80,
            Profile::Quick => 200,
            Profile::Full => 2000,
        };
        let loads: &[i64] = if profile == Profile::Smoke { &[10, 50, 200] } else { &[10, 50, 200, 1000] };
        loads.iter().map(|&patterns| Params { K: patterns, cues, ..Params::default() }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |observable: &str, order: u32| DigitRetrieval::at(p).site(observable).at(f64::from(order));
            for &(_, order) in BELOW.iter().filter(|(patterns, _)| *patterns == p.K) {
                claims.push(
                    Claim::at_least(&format!("gain-{}-digits", p.K), site("gain", order), 0.3)
                        .rival("order-is-idle", "the order of the energy makes no difference to retrieval", [0.0])
                        .axes("", "fraction of cues retrieved above that at n = 2")
                        .source("section 2: steeper F separates memories better; bound from the digits' overlaps"),
                );
            }
            for &(_, order) in ABOVE.iter().filter(|(patterns, _)| *patterns == p.K) {
                let error = capacity::one_step_error(Separation::Rectified(order), 64, p.K as f64)?;
                let random = capacity::fixed_fraction(error, 64);
                claims.push(
                    Claim::at_most(&format!("collapse-{}-digits", p.K), site("retrieved", order), 0.1)
                        .out_of(p.cues as u64)
                        .rival(
                            "random-patterns",
                            "the capacity for independent patterns, at which nearly all are stable",
                            [random],
                        )
                        .axes("", "fraction of cues retrieved")
                        .source("section 2, assumption of independent patterns; bound from the digits' overlaps"),
                );
            }
        }
        claims.extend(energy(points, "energy-falls", "rise", "eq. 3: an update takes the state of lower energy"));
        // Convex F: F(x') ≥ F(x) + F'(x)(x' − x), so that even all sites at once cannot raise −ΣF along their gradients' signs.
        claims.extend(energy(points, "gradient-falls", "rise-gradient", "convexity of the rectified power"));
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let stored = choose(p.K as usize, &mut cell.stream("digits"))?;
        let patterns = Patterns::from_states(&stored)?;
        let mut stream = cell.stream("cues");
        let targets: Vec<usize> = (0..p.cues).map(|_| stream.below(stored.len() as u64) as usize).collect();
        let cues = targets.iter().map(|&mu| stored[mu].corrupted(p.flips as usize, &mut stream));
        let cues: Vec<State> = cues.collect::<Result<_, _>>()?;
        let mut baseline = None;
        for order in ORDERS {
            let memory = DenseMemory::new(patterns.clone(), Separation::Rectified(order))?;
            let (mut hits, mut rise, mut synchronous, mut gradient) = (0, 0.0, 0.0, 0.0);
            for (cue, &mu) in cues.iter().zip(&targets) {
                let mut watch = EnergyWatch::relative(0.0);
                let found = memory.retrieve_watched(cue, &mut stream, |state| {
                    watch.note(memory.energy(state)?);
                    Ok(())
                })?;
                hits += usize::from(found.state == stored[mu]);
                rise = f64::max(rise, watch.largest_relative_rise());
                synchronous = f64::max(synchronous, largest_step(&memory, cue, DenseMemory::synchronous_step)?);
                gradient = f64::max(gradient, largest_step(&memory, cue, DenseMemory::gradient_step)?);
            }
            let retrieved = hits as f64 / p.cues as f64;
            let at = f64::from(order);
            cell.record_at("retrieved", at, retrieved);
            cell.record_at("gain", at, retrieved - *baseline.get_or_insert(retrieved));
            cell.record_at("rise", at, rise);
            cell.record_at("rise-synchronous", at, synchronous);
            cell.record_at("rise-gradient", at, gradient);
        }
        Ok(())
    }
}

/// The largest rise of the energy over all updates, relative to the energy, is 0 up to the rounding of a sum of 1000 terms.
fn energy(points: &[Params], id: &str, observable: &str, source: &str) -> Option<Claim> {
    let site = |p: &Params, order: u32, observable: &str| DigitRetrieval::at(p).site(observable).at(f64::from(order));
    let sites: Vec<_> =
        points.iter().flat_map(|p| ORDERS.map(|order| (f64::from(order), site(p, order, observable), 0.0))).collect();
    let rival = points.iter().find(|p| p.K == FOLLOWED.0).map(|p| site(p, FOLLOWED.1, "rise-synchronous"));
    rival.map(|rival| {
        Claim::exact(id, sites)
            .within(Margin::Absolute(1e-12))
            .rival_residual(
                "synchronous",
                "all sites take the state of lower energy at once, each unaware of the others",
                [rival],
            )
            .axes("order n", "largest relative rise of the energy")
            .source(source)
    })
}

/// Distinct binarised digits, in random order.
fn choose(count: usize, stream: &mut Stream) -> Result<Vec<State>> {
    let (mut states, _) = digits::distinct()?;
    let known = states.len();
    ensure!(count <= known, "{count} distinct digits: there are {known} after binarising");
    stream.shuffle(&mut states);
    states.truncate(count);
    Ok(states)
}

/// The largest relative rise of the energy over ten parallel steps from `cue`, or until one changes nothing.
fn largest_step(memory: &DenseMemory, cue: &State, step: Step) -> Result<f64> {
    let (mut state, mut watch) = (cue.clone(), EnergyWatch::relative(0.0));
    watch.note(memory.energy(cue)?);
    for _ in 0..10 {
        let next = step(memory, &state)?;
        if next == state {
            break;
        }
        watch.note(memory.energy(&next)?);
        state = next;
    }
    Ok(watch.largest_relative_rise())
}
