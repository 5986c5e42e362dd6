//! Networks with a coupling between every two sites: the projection rule, and networks that forget.

use lawbook_core::Key;
use lawbook_memory::{AsynchronousUpdate, Couplings, Palimpsest, Patterns, Storage};

use crate::{
    agreement::{shares_agree, simulated},
    overlap,
};

/// N = 200: the projection rule fixes 190 patterns; from 5 % wrong sites it recovers where self-couplings K/N are small, or are
/// taken out and K ≤ N/2. Of 400 cues there, 20 for each network, and of 20 here.
#[test]
fn projection_recovers_where_self_couplings_let_it() {
    for (count, with, without) in [(50, 400, 400), (100, 2, 400), (150, 0, 9), (190, 0, 0)] {
        let mut stream = Key::new(["sizes"]).stream("projection", count as u64);
        let stored = Patterns::random(count, 200, &mut stream).unwrap();
        let kept = Couplings::projection(&stored).unwrap();
        for (couplings, simulated) in [(kept.clone(), with), (kept.without_self_coupling(), without)] {
            let recovered = (0..20).filter(|&mu| {
                let pattern = stored.state(mu);
                assert!(couplings.is_fixed_point(&pattern).unwrap());
                let cue = pattern.corrupted(10, &mut stream).unwrap();
                couplings.retrieve(&cue, &mut stream).unwrap().state == pattern
            });
            shares_agree((recovered.count(), 20), (simulated, 400), count);
        }
    }
}

/// Two hundred neurons that forget: how many of K patterns stay above an overlap of 0.9, and the mean overlaps of the last and of
/// the first ten; 24 networks.
#[test]
fn fading_networks_retain_the_latest() {
    let retained = |storage: Storage, count: usize| {
        let mut samples = [const { Vec::new() }; 3];
        for index in 0..24 {
            let mut stream = Key::new(["descents"]).stream("retained", index);
            let patterns = Patterns::random(count, 200, &mut stream).unwrap();
            let mut memory = Palimpsest::new(200, storage).unwrap();
            (0..count).for_each(|mu| memory.store(&patterns.state(mu)).unwrap());
            let mut sums = [0.0; 3];
            for mu in 0..count {
                let state = patterns.state(mu);
                let end = overlap(&memory.retrieve(&state, &mut stream).unwrap().state, &state);
                sums[0] += f64::from(u8::from(end > 0.9));
                sums[1] += if mu + 10 >= count { 0.1 * end } else { 0.0 };
                sums[2] += if mu < 10 { 0.1 * end } else { 0.0 };
            }
            samples.iter_mut().zip(sums).for_each(|(samples, sum)| samples.push(sum));
        }
        samples
    };
    for (storage, rows) in [
        (
            Storage::Hebb,
            [
                (20, [(19.854, 0.033), (0.996_92, 0.000_49), (0.996_53, 0.000_73)]),
                (60, [(1.188, 0.079), (0.4571, 0.0047), (0.4514, 0.0046)]),
                (120, [(0.0, 0.0), (0.3575, 0.0028), (0.3551, 0.0027)]),
            ],
        ),
        (
            Storage::Decay(0.05),
            [
                (20, [(14.117, 0.085), (0.995_99, 0.000_98), (0.4934, 0.0070)]),
                (60, [(12.800, 0.077), (0.9909, 0.0015), (0.0901, 0.0012)]),
                (120, [(13.117, 0.081), (0.9893, 0.0016), (0.0867, 0.0010)]),
            ],
        ),
        (
            Storage::Decay(0.15),
            [
                (20, [(8.067, 0.057), (0.8202, 0.0048), (0.0948, 0.0019)]),
                (60, [(7.987, 0.060), (0.8162, 0.0052), (0.0860, 0.0010)]),
                (120, [(8.062, 0.061), (0.8223, 0.0051), (0.0857, 0.0010)]),
            ],
        ),
    ] {
        for (count, row) in rows {
            for (samples, (mean, error)) in retained(storage, count).iter().zip(row) {
                simulated(mean, error, 240).agrees_with_samples(samples, format!("{storage:?} {count}"));
            }
        }
    }
}
