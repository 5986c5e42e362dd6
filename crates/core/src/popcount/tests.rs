use proptest::prelude::{any, prop, proptest};

use super::*;
use crate::Key;

fn planes(words: usize, count: usize, seed: u64) -> Vec<u64> {
    let mut stream = Key::new(["popcount"]).stream("bits", seed);
    (0..words * count).map(|_| stream.next_u64()).collect()
}

fn narrow_sum(sums: &[Sums], site: usize) -> u32 {
    u32::from(sums[site / SITES].0[site % SITES])
}

fn tiled(numbers: &[u16]) -> Vec<Numbers> {
    numbers.as_chunks::<TILE>().0.iter().map(|&numbers| Numbers(numbers)).collect()
}

proptest! {
    /// Rows of a matrix of bits become its columns.
    #[test]
    fn transposed_twice_is_itself(rows in prop::array::uniform32(any::<u64>())) {
        let mut all = [0; 64];
        all[..32].copy_from_slice(&rows);
        let mut turned = all;
        plain::transpose(&mut turned);
        for (i, j) in [(0, 0), (3, 60), (31, 5), (17, 17), (2, 33)] {
            assert_eq!(turned[j] >> i & 1, all[i] >> j & 1);
        }
        plain::transpose(&mut turned);
        assert_eq!(turned, all);
    }

    /// Counts and sums of a tile are those of loops over single bits, at every level.
    #[test]
    fn every_level_counts_and_adds_single_bits(seed in any::<u64>(), words in 1usize..40, count in 1usize..150) {
        let planes = planes(words, count, seed);
        let query: Vec<u64> = planes.iter().step_by(count).map(|bits| bits.rotate_left(7)).collect();
        let mut stream = Key::new(["popcount"]).stream("weights", seed);
        let from = stream.below(count as u64) as usize;
        let weights = Numbers(std::array::from_fn(|_| stream.below(1 << 16) as u16));
        for level in Level::all() {
            let mut tile = Tile::new(level, words);
            tile.load(&planes, count, from);
            tile.turn();
            let mut counts = Numbers::default();
            tile.differing(&query, &mut counts);
            let mut sums = vec![Sums([5; SITES]); words * 64 / SITES];
            let mut lifted = (sums.clone(), vec![Sums([3; SITES]); sums.len()]);
            lifted.0.iter_mut().for_each(|Sums(sums)| sums.iter_mut().for_each(|sum| *sum += 7 << REST));
            tile.add_weights(&weights, &mut lifted.0, Some(&mut lifted.1));
            tile.add_weights(&weights, &mut sums, None);
            assert_eq!(lifted, (sums.clone(), vec![Sums([10; SITES]); sums.len()]), "{level:?}");
            let before = sums.clone();
            let held = TILE.min(count - from);
            for (mu, &count_of) in counts.0.iter().enumerate().take(held) {
                let differing: u32 = (0..words).map(|w| (planes[w * count + from + mu] ^ query[w]).count_ones()).sum();
                assert_eq!(u32::from(count_of), differing, "{level:?}");
            }
            for site in 0..words * 64 {
                let has = |mu: usize| planes[site / 64 * count + from + mu] >> (site % 64) & 1 == 1;
                let has = (0..held).filter(|&mu| has(mu)).map(|mu| weights.0[mu]);
                assert_eq!(narrow_sum(&sums, site), u32::from(has.fold(5, u16::wrapping_add)), "{level:?}, site {site}");
            }
            let mut upper = vec![Sums([3; SITES]); sums.len()];
            lift(level, &mut sums, &mut upper);
            for site in 0..words * 64 {
                assert!(narrow_sum(&sums, site) < 1 << REST);
                assert_eq!(narrow_sum(&sums, site) + ((narrow_sum(&upper, site) - 3) << REST), narrow_sum(&before, site));
            }
        }
    }

    /// Rows add and follow as loops over single bits do, at every level.
    #[test]
    fn every_level_follows_single_bits(seed in any::<u64>(), count in 1usize..400, sign in 0u64..2, bits in 8..16) {
        let largest = 1_u64 << bits;
        let planes = planes(2, count, seed);
        let mut stream = Key::new(["popcount"]).stream("rows", seed);
        let site = stream.below(128) as usize;
        let values: Vec<u16> = (0..200).map(|_| stream.below(largest) as u16).collect();
        let span = Span::new(30, &values).unwrap();
        let room = count.next_multiple_of(TILE);
        let before: Vec<u16> = (0..room).map(|_| stream.below(280) as u16).collect();
        let bit = |mu: usize| if mu < count { planes[site / 64 * count + mu] >> (site % 64) & 1 } else { 0 };
        let after: Vec<u16> =
            (0..room).map(|mu| before[mu].wrapping_add(if bit(mu) == sign { u16::MAX } else { 1 })).collect();
        let expected: Vec<u16> = after.iter().map(|&number| span.at(number).unwrap_or(0)).collect();
        let beyond: Vec<u32> = (0..room as u32).filter(|&mu| span.at(after[mu as usize]).is_none()).collect();
        for level in Level::all() {
            let rows = Rows::new(level, &planes, count);
            let (mut numbers, mut weights, mut outside) = (tiled(&before), vec![Numbers::default(); room / TILE], Vec::new());
            let to = Followed { span: &span, weights: &mut weights, outside: &mut outside };
            rows.follow(site, sign, &mut numbers, to);
            assert_eq!((&numbers, &weights, &outside), (&tiled(&after), &tiled(&expected), &beyond), "{level:?}");
            let sum: u64 = (0..room).filter(|&mu| bit(mu) == 1).map(|mu| u64::from(expected[mu])).sum();
            let (total, fit) = rows.total(&weights);
            assert_eq!(rows.sum(site, &weights, fit), sum, "{level:?}");
            assert_eq!(rows.sum(site, &weights, Fit::Pairs), sum, "{level:?}");
            let sites = [site, 0, 127, site];
            assert_eq!(rows.sums(sites, &weights, fit), sites.map(|site| rows.sum(site, &weights, Fit::Pairs)), "{level:?}");
            assert_eq!(total, expected.iter().map(|&weight| u64::from(weight)).sum::<u64>(), "{level:?}");
            let (numbers, mut values) = (tiled(&after)[0], Numbers([1; TILE]));
            let looked = span.look(level, &numbers, &mut values);
            assert_eq!(values.0[..], expected[..TILE], "{level:?}");
            let outside = (0..TILE).filter(|&mu| span.at(numbers.0[mu]).is_none()).fold(0, |all, mu| all | 1 << mu);
            assert_eq!(looked, Looked { sum: values.0.iter().map(|&value| u32::from(value)).sum(), outside }, "{level:?}");
            assert_eq!(u64::from(rows.ones(site)), (0..count).map(bit).sum::<u64>());
        }
    }
}

#[test]
fn a_span_refuses_what_does_not_fit() {
    assert!(Span::new(0, &[1; 257]).is_none());
    assert!(Span::new(0, &[1 << 15]).is_none());
    let span = Span::new(9, &[4, 5]).unwrap();
    assert_eq!([8, 9, 10, 11].map(|number| span.at(number)), [None, Some(4), Some(5), None]);
}
