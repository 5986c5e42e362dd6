//! Memories with the exponential separation function.

use lawbook_memory::exponential;

use crate::agreement::{share_agrees, simulated};

/// One step at shares of wrong sites and loads α = (ln M)/N on both sides of half the rate function, which is 0.184 at a tenth
/// wrong and 0.096 at a fifth; and M = 2^(N/2) without wrong sites. Ten cues of each network.
#[test]
fn exponential_memories_repair_below_their_rate() {
    let at = |sites: usize, alpha: f64, flips: usize| {
        exponential::repaired(sites, 1.0 + (alpha * sites as f64).exp(), flips).unwrap()
    };
    let growing = [(30, 6), (40, 8), (60, 12)].map(|(sites, flips)| at(sites, 0.1, flips));
    assert!(growing[0] < growing[1] && growing[1] < growing[2] && growing[2] > 0.97, "{growing:?}");
    assert!([(30, 6), (40, 8)].into_iter().all(|(sites, flips)| at(sites, 0.25, flips) < 0.03));
    assert!([(30, 3), (40, 4), (60, 6)].into_iter().all(|(sites, flips)| at(sites, 0.18, flips) > 0.95));
    for (sites, patterns, flips, mean, error) in [
        (30, 21, 6, 0.9545, 0.0048),
        (40, 56, 8, 0.9800, 0.0031),
        (60, 404, 12, 0.9975, 0.0011),
        (30, 1809, 6, 0.0075, 0.0019),
        (40, 22027, 8, 0.000_50, 0.000_50),
        (30, 222, 3, 0.9935, 0.0019),
        (40, 1340, 4, 0.9975, 0.0011),
        (16, 256, 0, 0.9715, 0.0038),
        (20, 1024, 0, 0.9920, 0.0019),
        (24, 4096, 0, 0.999_00, 0.000_71),
        (28, 16384, 0, 0.999_50, 0.000_50),
    ] {
        let repaired = exponential::repaired(sites, f64::from(patterns), flips).unwrap();
        simulated(mean, error, 200).agrees_with(repaired, format!("{sites} {patterns} {flips}"));
    }
    share_agrees(exponential::repaired(60, 49_022.0, 6).unwrap(), (2000, 2000), 60);
}
