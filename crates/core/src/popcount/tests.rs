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
            let (mut tile, mut turned) = (Tile::new(level, words), Turned::new(level, words));
            let mut strip = Strip::new(level, &Queries::new(level, query.clone(), words));
            tile.load(&planes, count, from);
            strip.load(&planes, count, from);
            strip.turn(0, &mut turned);
            let mut counts = Numbers::default();
            tile.differing(&query, &mut counts);
            let mut sums = vec![Sums([5; SITES]); words * 64 / SITES];
            let mut lifted = (sums.clone(), vec![Sums([3; SITES]); sums.len()]);
            lifted.0.iter_mut().for_each(|Sums(sums)| sums.iter_mut().for_each(|sum| *sum += 7 << REST));
            for slab in turned.slabs() {
                let of_slab = slab.start * 64 / SITES..slab.end * 64 / SITES;
                strip.pack(0, slab, &mut turned);
                let (upper, weights) = (Some(&mut lifted.1[of_slab.clone()]), &weights);
                let lifted = Adding { weights, sums: &mut lifted.0[of_slab.clone()], upper };
                turned.add_weights(&mut [lifted, Adding { weights, sums: &mut sums[of_slab], upper: None }]);
            }
            let (mut ones, mut of_odd) = (vec![1; words * 64], vec![2; words * 64]);
            let odd_patterns = turned.add_ones(&mut ones, &mut of_odd);
            let is_odd = |mu: &usize| (0..words).fold(0, |bits, w| bits ^ planes[w * count + from + mu]).count_ones() % 2;
            let odd = (0..TILE.min(count - from)).fold(0_u64, |odd, mu| odd | u64::from(is_odd(&mu)) << mu);
            assert_eq!(odd_patterns, odd.count_ones());
            for (site, bits) in turned.sites().iter().enumerate() {
                assert_eq!([ones[site], of_odd[site]], [1 + bits.count_ones(), 2 + (bits & odd).count_ones()], "{level:?}");
            }
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
            let (lifted, mut wide) = (upper.clone(), vec![[7; SITES]; upper.len()]);
            widen(level, &mut upper, &mut wide);
            assert!((0..words * 64).all(|site| wide.as_flattened()[site] == 7 + narrow_sum(&lifted, site)), "{level:?}");
            assert!(upper.iter().all(|Sums(upper)| *upper == [0; SITES]), "{level:?}");
        }
    }

    /// Rows add and follow as loops over single bits do, at every level.
    #[test]
    fn every_level_follows_single_bits(seed in any::<u64>(), count in 1usize..400, sign in 0u64..2, shape in 0usize..3) {
        let planes = planes(2, count, seed);
        let mut stream = Key::new(["popcount"]).stream("rows", seed);
        let site = stream.below(128) as usize;
        let value = |number: i64, stream: &mut crate::Stream| match shape {
            0 => (number - 100).pow(2) as u16,
            1 => ((number - 100) * (number - 99)) as u16,
            _ => stream.below(u64::from(Factors::LARGEST) + 1) as u16,
        };
        let values: Vec<u16> = (0..200).map(|number| value(number, &mut stream)).collect();
        let factors = Factors::new(30, &values).unwrap();
        assert_eq!(factors.form(), [Form::Square, Form::Product, Form::Digits][shape]);
        let before: Vec<u32> = (0..count).map(|_| 29 + stream.below(202) as u32).collect();
        let bit = |mu: usize, site: usize| planes[site / 64 * count + mu] >> (site % 64) & 1;
        let step = |mu: usize| if bit(mu, site) == sign { before[mu] - 1 } else { before[mu] + 1 };
        let after: Vec<u32> = (0..count).map(step).collect();
        let at = |number: u32| values.get((number as usize).wrapping_sub(30)).copied();
        let beyond = |numbers: &[u32]| (0..count).filter(|&mu| at(numbers[mu]).is_none()).collect::<Vec<_>>();
        let sum = |numbers: &[u32], site: usize| -> u64 {
            (0..count).map(|mu| bit(mu, site) * u64::from(at(numbers[mu]).unwrap_or(0))).sum()
        };
        let all = |numbers: &[u32]| numbers.iter().map(|&number| u64::from(at(number).unwrap_or(0))).sum::<u64>();
        for level in Level::all() {
            let rows = Rows::new(level, &planes, count);
            let (mut carried, total) = rows.carry(&factors, &before);
            assert_eq!((total, carried.outside().collect()), (all(&before), beyond(&before)), "{level:?}");
            let sites = [site, 0, 127, site];
            assert_eq!(rows.sums(sites, &carried), sites.map(|site| sum(&before, site)), "{level:?}");
            let followed = rows.follow(site, sign, &factors, &mut carried);
            assert_eq!(followed, Followed { total: all(&after), ones: sum(&after, site) }, "{level:?}");
            assert_eq!(carried.outside().collect::<Vec<_>>(), beyond(&after), "{level:?}");
            assert_eq!(rows.sums([site, 5], &carried), [site, 5].map(|site| sum(&after, site)), "{level:?}");
            assert!((0..count).all(|mu| carried.byte(mu) == factors.byte(after[mu] as u16)), "{level:?}");
            let silenced = carried.silence(count - 1);
            assert_eq!(silenced, u64::from(at(after[count - 1]).unwrap_or(0)), "{level:?}");
            assert_eq!(rows.sums([site], &carried), [sum(&after, site) - silenced * bit(count - 1, site)], "{level:?}");
            assert_eq!(u64::from(rows.ones(site)), (0..count).map(|mu| bit(mu, site)).sum::<u64>());
        }
    }

    /// Values are found as a loop finds them, at every level.
    #[test]
    fn every_level_looks_up_single_values(seed in any::<u64>(), bits in 8u32..16) {
        let mut stream = Key::new(["popcount"]).stream("span", seed);
        let [one, other] = [(); 2].map(|()| -> Vec<u16> { (0..200).map(|_| stream.below(1_u64 << bits) as u16).collect() });
        let span = Span::new(30, [&one, &other]).unwrap();
        let numbers = Numbers(std::array::from_fn(|_| stream.below(280) as u16));
        let expected = numbers.0.map(|number| span.at(number).unwrap_or_default());
        let outside = (0..TILE).filter(|&mu| span.at(numbers.0[mu]).is_none()).fold(0, |all, mu| all | 1 << mu);
        let sums = [0, 1].map(|function| expected.iter().map(|values| u64::from(values[function])).sum());
        for level in Level::all() {
            let (mut values, mut looked) = ([Numbers([1; TILE])], [Looked { sums: [0; 2], outside: 0 }]);
            span.look(level, &[numbers], &mut values, &mut looked);
            assert_eq!(values[0].0, expected.map(|[value, _]| value), "{level:?}");
            assert_eq!(looked, [Looked { sums, outside }], "{level:?}");
        }
    }

    /// Values of polynomials and of other functions are found alike, several queries at a time, at every level.
    #[test]
    fn many_numbers_are_looked_up_as_one_is(seed in any::<u64>(), length in 3u16..200) {
        let mut stream = Key::new(["popcount"]).stream("numbers", seed);
        let numbers = [(); 3].map(|()| Numbers(std::array::from_fn(|_| 40 + stream.below(u64::from(length) + 10) as u16)));
        let values = |of: fn(u16) -> u16| -> Vec<u16> { (0..length).map(of).collect() };
        // Whole coefficients; those of squares that are halved or quartered; and no polynomial.
        let squares = values(|number| 1300 + number * number / 2 * 2 - 70 * number + number % 2);
        let triangles = values(|number| number * (number + 1) / 2);
        let quarters = values(|number| (number * number + 2) / 4);
        let others = values(|number| number * number % 997);
        for (pair, shift) in [
            ([&squares, &triangles], Some(0)),
            ([&triangles, &squares], Some(0)),
            ([&quarters, &triangles], Some(2)),
            ([&others, &squares], None),
        ] {
            let span = Span::new(45, pair.map(|values| &values[..])).unwrap();
            // Three values of any function lie on a parabola, and few more on one that is rounded.
            if length > 60 {
                assert_eq!(span.squares().map(|[first, _]| first.shift), shift);
            }
            for level in Level::all() {
                let (mut found, mut looked) = ([Numbers([1; TILE]); 3], [Looked { sums: [0; 2], outside: 0 }; 3]);
                span.look(level, &numbers, &mut found, &mut looked);
                for (numbers, (values, looked)) in numbers.iter().zip(found.into_iter().zip(looked)) {
                    let all = numbers.0.map(|number| span.at(number));
                    let sum = |of: usize| all.iter().flatten().map(|values| u64::from(values[of])).sum();
                    let outside = all.iter().rev().fold(0, |bits, found| bits << 1 | u64::from(found.is_none()));
                    assert_eq!(looked, Looked { sums: [sum(0), sum(1)], outside }, "{level:?}");
                    assert_eq!(values.0, all.map(|found| found.map_or(0, |of| of[0])), "{level:?}");
                }
            }
        }
    }

    /// Queries that share their additions count single bits too, at every level, however alike they are.
    #[test]
    fn queries_count_together_as_each_does_alone(seed in any::<u64>(), words in 1usize..40, count in 1usize..1100, alike in 0u64..3) {
        let planes = planes(words, count, seed);
        let mut stream = Key::new(["popcount"]).stream("queries", seed);
        let queries = 1 + stream.below(40) as usize;
        let from = stream.below(count as u64) as usize;
        // Of random bits; with few bits 0, so that some classes are large and others empty; and patterns themselves.
        let mut word = |number: usize| match alike {
            0 => stream.next_u64(),
            1 => stream.next_u64() | stream.next_u64() | stream.next_u64() | stream.next_u64(),
            _ => planes[number % words * count + number / words % count],
        };
        let bits: Vec<u64> = (0..queries * words).map(&mut word).collect();
        for level in Level::all() {
            let all = Queries::new(level, bits.clone(), words);
            let mut strip = Strip::new(level, &all);
            strip.load(&planes, count, from);
            let mut numbers = vec![Numbers([9; TILE]); all.tiles() * queries];
            strip.differing(&all, &mut numbers);
            for mu in (0..all.tiles() * TILE).step_by(13) {
                for (number, query) in all.iter().enumerate() {
                    let bits = |w: usize| if from + mu < count { planes[w * count + from + mu] } else { 0 };
                    let differing: u32 = (0..words).map(|w| (bits(w) ^ query[w]).count_ones()).sum();
                    let found = numbers[mu / TILE * queries + number].0[mu % TILE];
                    assert_eq!(u32::from(found), differing, "{level:?}, pattern {mu}, query {number}");
                }
            }
        }
    }
}

/// Every value up to the largest is that of its bytes.
#[test]
fn factors_make_every_value() {
    for first in (0..=Factors::LARGEST).step_by(Factors::LENGTH) {
        let values: Vec<u16> = (first..=Factors::LARGEST.min(first + Factors::LENGTH as u16 - 1)).collect();
        let factors = Factors::new(7, &values).unwrap();
        assert_eq!(factors.form(), Form::Digits);
        for (at, &value) in values.iter().enumerate() {
            let byte = factors.byte(7 + at as u16);
            assert_eq!(factors.number(byte), 7 + at as u16);
            let (left, right) = factors.at(byte).unwrap();
            assert_eq!(factors.form().value(left, right), u32::from(value));
        }
    }
    let triangles: Vec<u16> = (0..120).map(|m| m * (m + 1) / 2).collect();
    let factors = Factors::new(0, &triangles).unwrap();
    assert_eq!(factors.form(), Form::Product);
    let pairs = (0..120).map(|number| factors.at(factors.byte(number)).unwrap());
    assert!(pairs.zip(&triangles).all(|((left, right), &value)| u16::from(left) * u16::from(right) == value));
    assert!(factors.at(factors.byte(120)).is_none() && factors.at(0).is_none() && !factors.has(120) && factors.has(119));
    assert!(Factors::new(0, &[1; 255]).is_none() && Factors::new(0, &[127 * 127 + 1]).is_none());
}

#[test]
fn a_span_refuses_what_does_not_fit() {
    assert!(Span::new(0, [&[1; 257]]).is_none());
    assert!(Span::new(0, [&[1 << 15]]).is_none());
    assert!(Span::new(0, [&[1, 2], &[3][..]]).is_none());
    let span = Span::new(9, [&[4, 5], &[6, 7]]).unwrap();
    assert_eq!([8, 9, 10, 11].map(|number| span.at(number)), [None, Some([4, 6]), Some([5, 7]), None]);
}

/// With AVX-512 the same bits are laid out with instructions that not every machine has as without them.
#[test]
#[cfg(target_arch = "x86_64")]
fn bits_are_packed_alike_with_and_without_transposing_bytes() {
    if Level::widest() != Level::Avx512 || !x86::transposes_bytes() {
        return;
    }
    let words: Vec<Words> = planes(3, TILE, 1).as_chunks().0.iter().map(|word| Words(*word)).collect();
    let (mut sites, mut turned) = (vec![0; 3 * TILE], vec![0; 3 * TILE]);
    plain::turn(words.iter(), &mut sites);
    let (mut expected, mut packed) = (layout::Packed::default(), layout::Packed::default());
    // SAFETY: the machine has the instructions.
    unsafe {
        x86::turn_gfni(words.iter(), &mut turned);
        x86::pack_avx512(&sites, &mut expected);
        x86::pack_gfni(words.iter(), &mut packed);
    }
    assert_eq!(turned, sites);
    let sixes = |packed: layout::Packed| packed.sixes.map(|six| six.map(|Sums(bits)| bits.map(|bits| bits & 63)));
    assert_eq!(sixes(packed), sixes(expected));
}
