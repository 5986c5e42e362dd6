//! The streams of neighbouring indices side by side, for kernels.

use crate::{
    random::{
        normal,
        normals::{NORMALS, Thirds},
        philox::{Begun, philox_begun},
    },
    simd::{LANES, Level, Wide, WideKernel},
};

/// The streams of one purpose and of any index; see [`crate::Key::lanes`].
#[derive(Debug, Clone, Copy)]
pub struct Lanes {
    key: [u32; 2],
}

impl Lanes {
    pub(super) fn new(key: [u32; 2]) -> Self {
        Self { key }
    }

    /// Words number `from`, `from` + 1, … of 64 random bits of the streams `first`, `first` + 1, …: those of
    /// [`Stream::next_u64`](crate::Stream::next_u64).
    pub fn fill_words(&self, level: Level, first: u64, from: u64, into: &mut [[u64; LANES]]) {
        by_blocks(from, into, [[0; LANES]; 2], |block, into| {
            level.run(Blocks { draw: Words, key: self.key, first, block, into })
        });
    }

    /// Words of 32 random bits: those of [`Stream::next_u32`](crate::Stream::next_u32), in half the time.
    pub fn fill_halves(&self, level: Level, first: u64, from: u64, into: &mut [[u32; LANES]]) {
        by_blocks(from, into, [[0; LANES]; 4], |block, into| {
            level.run(Blocks { draw: Halves, key: self.key, first, block, into })
        });
    }

    /// The [`place`](crate::simd::place)s that words of 32 bits choose, two to a word, the first in its low half: word number `i`
    /// of a stream chooses among `among[i % among.len()]` of them. Nothing is drawn from nothing: `among` has a number if `into` has.
    pub fn fill_places(&self, level: Level, first: u64, from: u64, among: &[u32], into: &mut [[u64; LANES / 2]]) {
        if into.is_empty() {
            return;
        }
        let of_block =
            |block: u64| std::array::from_fn(|i| among[((WORDS as u64 * block + i as u64) % among.len() as u64) as usize]);
        let alike = WORDS.is_multiple_of(among.len()) || among.iter().all(|count| *count == among[0]);
        by_blocks(from, into, [[0; LANES / 2]; WORDS], |block, into| {
            let at_once = if alike { into.len().max(1) } else { 1 };
            for (block, into) in (block..).step_by(at_once).zip(into.chunks_mut(at_once)) {
                level.run(Blocks { draw: Places(of_block(block)), key: self.key, first, block, into });
            }
        });
    }
}

/// Words of 32 bits in a block.
const WORDS: usize = 4;

/// Numbers of which kernels draw standard normals: f32 and f64.
pub trait NormalLanes: Copy {
    /// Draws number `from`, `from` + 1, … of standard normals of the streams `first`, `first` + 1, …, in the order in which a
    /// stream gives them. In f64 they are those of [`Stream::normal`](crate::Stream::normal).
    fn fill_normals(streams: &Lanes, level: Level, first: u64, from: u64, into: &mut [[Self; LANES]]);
}

impl NormalLanes for f64 {
    fn fill_normals(streams: &Lanes, level: Level, first: u64, from: u64, into: &mut [[f64; LANES]]) {
        by_blocks(from, into, [[0.0; LANES]; NORMALS], |third, into| {
            level.run(Thirds { key: streams.key, first, third, into })
        });
    }
}

impl NormalLanes for f32 {
    fn fill_normals(streams: &Lanes, level: Level, first: u64, from: u64, into: &mut [[f32; LANES]]) {
        by_blocks(from, into, [[0.0; LANES]; 4], |block, into| {
            level.run(Blocks { draw: Singles, key: streams.key, first, block, into })
        });
    }
}

/// Fills whole blocks in place, and what is left of the first and the last one by way of a spare block.
fn by_blocks<T: Copy, const P: usize>(from: u64, into: &mut [T], mut spare: [T; P], fill: impl Fn(u64, &mut [[T; P]])) {
    // Most steps draw one kind of number and ask for none of the others.
    if into.is_empty() {
        return;
    }
    let (mut block, skip) = (from / P as u64, (from % P as u64) as usize);
    let head = if skip == 0 { 0 } else { (P - skip).min(into.len()) };
    let (head, rest) = into.split_at_mut(head);
    if !head.is_empty() {
        fill(block, std::slice::from_mut(&mut spare));
        head.copy_from_slice(&spare[skip..skip + head.len()]);
        block += 1;
    }
    let (blocks, tail) = rest.as_chunks_mut::<P>();
    fill(block, blocks);
    if !tail.is_empty() {
        fill(block + blocks.len() as u64, std::slice::from_mut(&mut spare));
        tail.copy_from_slice(&spare[..tail.len()]);
    }
}

/// What becomes of the four words of a block, for sixteen streams in two vectors.
trait Draw: Copy {
    type Numbers;

    /// The streams of the first and of the second vector.
    const STREAMS: [[u64; 8]; 2];

    fn draw<V: Wide>(self, first: [V; 4], second: [V; 4]) -> Self::Numbers;
}

const HALVES: [[u64; 8]; 2] = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15]];
/// So that numbers of 32 bits, joined, lie as their streams do.
const INTERLEAVED: [[u64; 8]; 2] = [[0, 2, 4, 6, 8, 10, 12, 14], [1, 3, 5, 7, 9, 11, 13, 15]];

#[derive(Clone, Copy)]
struct Words;

impl Draw for Words {
    type Numbers = [[u64; LANES]; 2];

    const STREAMS: [[u64; 8]; 2] = HALVES;

    #[inline(always)]
    fn draw<V: Wide>(self, first: [V; 4], second: [V; 4]) -> Self::Numbers {
        let ([low0, low1], [high0, high1]) = (doubles(first), doubles(second));
        [words(low0, high0), words(low1, high1)]
    }
}

#[derive(Clone, Copy)]
struct Halves;

impl Draw for Halves {
    type Numbers = [[u32; LANES]; 4];

    const STREAMS: [[u64; 8]; 2] = INTERLEAVED;

    #[inline(always)]
    fn draw<V: Wide>(self, even: [V; 4], odd: [V; 4]) -> Self::Numbers {
        let [w0, w1] = [even[0].below(odd[0]).store_u32(), even[1].below(odd[1]).store_u32()];
        [w0, w1, even[2].below(odd[2]).store_u32(), even[3].below(odd[3]).store_u32()]
    }
}

/// Among how many places the words of a block choose.
#[derive(Clone, Copy)]
struct Places([u32; WORDS]);

impl Draw for Places {
    type Numbers = [[u64; LANES / 2]; WORDS];

    const STREAMS: [[u64; 8]; 2] = INTERLEAVED;

    #[inline(always)]
    fn draw<V: Wide>(self, even: [V; 4], odd: [V; 4]) -> Self::Numbers {
        let Self([n0, n1, n2, n3]) = self;
        let [p0, p1] = [even[0].places(odd[0], n0).store(), even[1].places(odd[1], n1).store()];
        [p0, p1, even[2].places(odd[2], n2).store(), even[3].places(odd[3], n3).store()]
    }
}

#[derive(Clone, Copy)]
struct Singles;

impl Draw for Singles {
    type Numbers = [[f32; LANES]; 4];

    const STREAMS: [[u64; 8]; 2] = INTERLEAVED;

    #[inline(always)]
    fn draw<V: Wide>(self, even: [V; 4], odd: [V; 4]) -> Self::Numbers {
        let [n0, n1] = normal::pairs_single(even[0].below(odd[0]), even[1].below(odd[1]));
        let [n2, n3] = normal::pairs_single(even[2].below(odd[2]), even[3].below(odd[3]));
        [n0.store_f32(), n1.store_f32(), n2.store_f32(), n3.store_f32()]
    }
}

/// The two 64-bit words of a block.
#[inline(always)]
fn doubles<V: Wide>([a, b, c, d]: [V; 4]) -> [V; 2] {
    [a.below(b), c.below(d)]
}

#[inline(always)]
fn words<V: Wide>(low: V, high: V) -> [u64; LANES] {
    let mut numbers = [0; LANES];
    numbers[..8].copy_from_slice(&low.store());
    numbers[8..].copy_from_slice(&high.store());
    numbers
}

/// Blocks number `block`, `block` + 1, … of sixteen streams.
struct Blocks<'a, D: Draw> {
    draw: D,
    key: [u32; 2],
    first: u64,
    block: u64,
    into: &'a mut [D::Numbers],
}

impl<D: Draw> WideKernel for Blocks<'_, D> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let [first, second] = D::STREAMS;
        let base = like.splat(self.first);
        let indices = [like.load(&first).add(base), like.load(&second).add(base)];
        let (mut block, mut into) = (self.block, self.into);
        while !into.is_empty() {
            // Blocks until the high half of their number changes.
            let alike = usize::try_from((1 << 32) - (block & 0xFFFF_FFFF)).map_or(into.len(), |alike| alike.min(into.len()));
            let (now, later) = into.split_at_mut(alike);
            let high = (block >> 32) as u32;
            let begun = [Begun::new(indices[0], high, self.key), Begun::new(indices[1], high, self.key)];
            fill::<V, D>(self.draw, begun, block as u32, self.key, now);
            block += alike as u64;
            into = later;
        }
    }
}

#[inline(always)]
fn fill<V: Wide, D: Draw>(draw: D, [low, high]: [Begun<V>; 2], mut block: u32, key: [u32; 2], into: &mut [D::Numbers]) {
    let (twos, rest) = into.as_chunks_mut::<2>();
    for [numbers, next] in twos {
        if V::REGISTERS > 1 {
            for numbers in [numbers, next] {
                let ([a], [b]) = (philox_begun([(low, block)], key), philox_begun([(high, block)], key));
                *numbers = draw.draw(a, b);
                block = block.wrapping_add(1);
            }
            continue;
        }
        let after = block.wrapping_add(1);
        let [a, b, c, d] = philox_begun([(low, block), (high, block), (low, after), (high, after)], key);
        *numbers = draw.draw(a, b);
        *next = draw.draw(c, d);
        block = block.wrapping_add(2);
    }
    for numbers in rest {
        let [a, b] = philox_begun([(low, block), (high, block)], key);
        *numbers = draw.draw(a, b);
        block = block.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, random::philox::philox, simd::place};

    #[test]
    fn words_side_by_side_are_those_of_the_streams() {
        let (key, first, from) = (Key::new(["words"]), 40, 7);
        for level in Level::all() {
            let (mut words, mut halves) = ([[0; LANES]; 9], [[0; LANES]; 9]);
            key.lanes("words").fill_words(level, first, from, &mut words);
            key.lanes("words").fill_halves(level, first, from, &mut halves);
            for lane in 0..LANES {
                let stream = || key.stream("words", first + lane as u64);
                let (mut long, mut short) = (stream(), stream());
                (0..from).for_each(|_| _ = (long.next_u64(), short.next_u32()));
                assert!(words.iter().all(|word| word[lane] == long.next_u64()), "{level:?} {lane}");
                assert!(halves.iter().all(|word| word[lane] == short.next_u32()), "{level:?} {lane}");
            }
        }
    }

    #[test]
    fn places_are_those_that_the_words_choose() {
        let (lanes, first, from) = (Key::new(["places"]).lanes("words"), 40, 7);
        for (level, among) in
            Level::all().flat_map(|level| [&[1000][..], &[7, 2], &[5; 3], &[3, 2, 10]].map(|among| (level, among)))
        {
            let (mut halves, mut places) = ([[0; LANES]; 19], [[0; LANES / 2]; 19]);
            lanes.fill_halves(level, first, from, &mut halves);
            lanes.fill_places(level, first, from, among, &mut places);
            for (i, (words, places)) in halves.into_iter().zip(places).enumerate() {
                let count = among[(from as usize + i) % among.len()] as usize;
                for (lane, word) in words.into_iter().enumerate() {
                    let found = (places[lane / 2] >> (lane % 2 * 32)) as u32 as usize;
                    assert_eq!(found, place(word, count), "{level:?}, {among:?}: word {i}, lane {lane}");
                }
            }
        }
        lanes.fill_places(Level::widest(), first, from, &[], &mut []);
    }

    /// Where the low half of a block's number overflows, which no stream reaches by drawing one by one.
    #[test]
    fn blocks_go_on_beyond_the_low_half_of_their_number() {
        let (lanes, first, block) = (Key::new(["far"]).lanes("words"), (7 << 32) - 3, (5 << 32) - 3);
        for level in Level::all() {
            let mut halves = [[0; LANES]; 28];
            lanes.fill_halves(level, first, 4 * block, &mut halves);
            for (row, words) in halves.into_iter().enumerate() {
                for (lane, word) in words.into_iter().enumerate() {
                    let [block, index] = [block + row as u64 / 4, first + lane as u64];
                    let counter = [block as u32, (block >> 32) as u32, index as u32, (index >> 32) as u32];
                    assert_eq!(word, philox(counter, lanes.key)[row % 4], "{level:?}: row {row}, lane {lane}");
                }
            }
        }
    }
}
