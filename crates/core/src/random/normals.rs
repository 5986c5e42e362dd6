//! Normals in f64 from the words of a stream, three to a pair: three blocks make eight of them.

use crate::{
    random::{
        double,
        philox::{Begun, Rounds, philox_begun, philox_wide},
    },
    simd::{LANES, Wide, WideKernel},
};

/// Normals of three blocks.
pub(super) const NORMALS: usize = 8;

/// The streams of the first and of the second vector.
const HALVES: [[u64; 8]; 2] = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15]];

/// Normals of sixteen streams from block 3 `third` on.
pub(super) struct Thirds<'a> {
    pub(super) key: [u32; 2],
    pub(super) first: u64,
    pub(super) third: u64,
    pub(super) into: &'a mut [[[f64; LANES]; NORMALS]],
}

impl WideKernel for Thirds<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let base = like.splat(self.first);
        let indices = [like.load(&HALVES[0]).add(base), like.load(&HALVES[1]).add(base)];
        let (mut block, mut into) = (self.third.wrapping_mul(3), self.into);
        while !into.is_empty() {
            // Threes of blocks until the high half of a block's number changes.
            let alike =
                usize::try_from(((1 << 32) - (block & 0xFFFF_FFFF)) / 3).map_or(into.len(), |alike| alike.min(into.len()));
            let (now, later) = into.split_at_mut(alike.max(1));
            if alike == 0 {
                across(indices, block, self.key, &mut now[0]);
            } else {
                let high = (block >> 32) as u32;
                let begun = [Begun::new(indices[0], high, self.key), Begun::new(indices[1], high, self.key)];
                fill::<V>(begun, block as u32, self.key, now);
            }
            block = block.wrapping_add(3 * now.len() as u64);
            into = later;
        }
    }
}

/// Normals of three blocks whose numbers need not have the same high half.
#[inline(always)]
fn across<V: Wide>(indices: [V; 2], block: u64, key: [u32; 2], numbers: &mut [[f64; LANES]; NORMALS]) {
    for (half, indices) in indices.into_iter().enumerate() {
        let words = philox_wide(counters(indices.splat(block), [indices, indices.shift_right::<32>()]), key);
        put_all(numbers, half, words);
    }
}

/// Counters of three blocks that follow one another.
#[inline(always)]
fn counters<V: Wide>(block: V, [low, high]: [V; 2]) -> [[V; 4]; 3] {
    let [second, third] = [block.add(block.splat(1)), block.add(block.splat(2))];
    [
        [block, block.shift_right::<32>(), low, high],
        [second, second.shift_right::<32>(), low, high],
        [third, third.shift_right::<32>(), low, high],
    ]
}

#[inline(always)]
fn fill<V: Wide>(begun: [Begun<V>; 2], mut block: u32, key: [u32; 2], into: &mut [[[f64; LANES]; NORMALS]]) {
    let mut words = philox_begun(blocks([begun[0]; 3], block), key);
    let last = into.len().saturating_sub(1);
    for (third, numbers) in into.iter_mut().enumerate() {
        for half in 0..2 {
            if third == last && half == 1 {
                put_all(numbers, half, words);
                return;
            }
            if half == 1 {
                block = block.wrapping_add(3);
            }
            // Those of the next half, which are ready when these ones are used up.
            let mut next = Rounds::begin(blocks([begun[1 - half]; 3], block), key);
            // Written out: as a loop it would stay one, with all words in memory.
            let [first, second, third, last] = threes(words);
            if V::REGISTERS == 1 {
                let [first, second] = double::pairs([first, second], &mut next);
                put(numbers, 0, half, first);
                put(numbers, 1, half, second);
                let [third, last] = double::pairs([third, last], &mut next);
                put(numbers, 2, half, third);
                put(numbers, 3, half, last);
            } else {
                let [first] = double::pairs([first], &mut next);
                put(numbers, 0, half, first);
                let [second] = double::pairs([second], &mut next);
                put(numbers, 1, half, second);
                let [third] = double::pairs([third], &mut next);
                put(numbers, 2, half, third);
                let [last] = double::pairs([last], &mut next);
                put(numbers, 3, half, last);
            }
            words = next.words();
        }
    }
}

/// Normals of the words of three blocks.
#[inline(always)]
fn put_all<V: Wide>(numbers: &mut [[f64; LANES]; NORMALS], half: usize, words: [[V; 4]; 3]) {
    for (pair, normals) in double::pairs(threes(words), &mut Rounds::none()).into_iter().enumerate() {
        put(numbers, pair, half, normals);
    }
}

/// Puts pairs of eight streams where they belong.
#[inline(always)]
fn put<V: Wide>(numbers: &mut [[f64; LANES]; NORMALS], pair: usize, half: usize, [cosine, sine]: [V; 2]) {
    numbers[2 * pair].as_chunks_mut::<8>().0[half] = cosine.store_f64();
    numbers[2 * pair + 1].as_chunks_mut::<8>().0[half] = sine.store_f64();
}

#[inline(always)]
fn blocks<V: Wide>([first, second, third]: [Begun<V>; 3], block: u32) -> [(Begun<V>, u32); 3] {
    [(first, block), (second, block.wrapping_add(1)), (third, block.wrapping_add(2))]
}

/// The words of three blocks, three by three.
#[inline(always)]
fn threes<T>([[a, b, c, d], [e, f, g, h], [i, j, k, l]]: [[T; 4]; 3]) -> [[T; 3]; 4] {
    [[a, b, c], [d, e, f], [g, h, i], [j, k, l]]
}

/// Normals of one stream from a block on.
pub(super) struct Consecutive<'a> {
    pub(super) key: [u32; 2],
    pub(super) index: u64,
    pub(super) block: u64,
    pub(super) into: &'a mut [[[f64; NORMALS]; 8]],
}

impl WideKernel for Consecutive<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let (low, high) = (like.splat(self.index), like.splat(self.index >> 32));
        let mut block = like.load(&[0, 3, 6, 9, 12, 15, 18, 21]).add(like.splat(self.block));
        for numbers in self.into {
            let words = philox_wide(counters(block, [low, high]), self.key);
            let normals = double::pairs(threes(words), &mut Rounds::none());
            for (pair, [cosine, sine]) in normals.into_iter().enumerate() {
                let (cosine, sine) = (cosine.store_f64(), sine.store_f64());
                for lane in 0..8 {
                    [numbers[lane][2 * pair], numbers[lane][2 * pair + 1]] = [cosine[lane], sine[lane]];
                }
            }
            block = block.add(like.splat(24));
        }
    }
}

/// Two normals of three words.
pub(super) struct Pair(pub(super) [u32; 3]);

impl WideKernel for Pair {
    type Output = [f64; 2];

    #[inline(always)]
    fn run<V: Wide>(self, like: V) -> [f64; 2] {
        let [a, b, c] = self.0;
        let words = [like.splat(u64::from(a)), like.splat(u64::from(b)), like.splat(u64::from(c))];
        let [[cosine, sine]] = double::pairs([words], &mut Rounds::none());
        [cosine.store_f64()[0], sine.store_f64()[0]]
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Key,
        random::{NormalLanes, normals::Pair, philox::philox},
        simd::{LANES, Level},
    };

    /// Where the low half of a block's number overflows, which no stream reaches by drawing one by one.
    #[test]
    fn normals_go_on_beyond_the_low_half_of_a_blocks_number() {
        // The third with this number has blocks 2³² − 1, 2³² and 2³² + 1.
        let (overflow, first) = (((1 << 32) - 1) / 3, (7 << 32) - 3);
        let (key, lanes) = (Key::new(["far"]).words("normals"), Key::new(["far"]).lanes("normals"));
        let from = 8 * (overflow - 1) + 3;
        for level in Level::all() {
            let mut rows = [[0.0; LANES]; 21];
            f64::fill_normals(&lanes, level, first, from, &mut rows);
            for (row, normals) in (from..).zip(rows) {
                for (lane, normal) in normals.into_iter().enumerate() {
                    let index = first + lane as u64;
                    let word = |number: u64| {
                        let block = number / 4;
                        let counter = [block as u32, (block >> 32) as u32, index as u32, (index >> 32) as u32];
                        philox(counter, key)[(number % 4) as usize]
                    };
                    let pair = level.run(Pair([0, 1, 2].map(|i| word(row / 2 * 3 + i))));
                    assert_eq!(normal, pair[(row % 2) as usize], "{level:?}: row {row}, lane {lane}");
                }
            }
        }
    }
}
