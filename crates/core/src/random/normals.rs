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
            // Until the high half of a block's number changes, and across where it does.
            let alike =
                usize::try_from(((1 << 32) - (block & 0xFFFF_FFFF)) / 3).map_or(into.len(), |alike| alike.min(into.len()));
            let (now, later) = into.split_at_mut(alike.max(1));
            let high = [0, 1, 2].map(|after| (block.wrapping_add(after) >> 32) as u32);
            let mut begun = [[Begun::new(indices[0], high[0], self.key); 3]; 2];
            for (begun, indices) in begun.iter_mut().zip(indices) {
                for (begun, high) in begun.iter_mut().zip(high) {
                    *begun = Begun::new(indices, high, self.key);
                }
            }
            fill::<V>(begun, block as u32, self.key, now);
            block = block.wrapping_add(3 * now.len() as u64);
            into = later;
        }
    }
}

#[inline(always)]
fn fill<V: Wide>(begun: [[Begun<V>; 3]; 2], mut block: u32, key: [u32; 2], into: &mut [[[f64; LANES]; NORMALS]]) {
    let mut words = philox_begun(blocks(begun[0], block), key);
    for numbers in into {
        for half in 0..2 {
            block = block.wrapping_add(3 * half as u32);
            // Those of the next half, which are ready when these ones are used up.
            let mut next = Rounds::begin(blocks(begun[1 - half], block), key);
            for (pair, words) in threes(words).into_iter().enumerate() {
                let [cosine, sine] = double::pairs(words, &mut next);
                numbers[2 * pair].as_chunks_mut::<8>().0[half] = cosine.store_f64();
                numbers[2 * pair + 1].as_chunks_mut::<8>().0[half] = sine.store_f64();
            }
            words = next.words();
        }
    }
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
            let [second, third] = [block.add(like.splat(1)), block.add(like.splat(2))];
            let words = philox_wide(
                [
                    [block, block.shift_right::<32>(), low, high],
                    [second, second.shift_right::<32>(), low, high],
                    [third, third.shift_right::<32>(), low, high],
                ],
                self.key,
            );
            for (pair, words) in threes(words).into_iter().enumerate() {
                let [cosine, sine] = double::pairs(words, &mut Rounds::none());
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
        let [cosine, sine] = double::pairs(words, &mut Rounds::none());
        [cosine.store_f64()[0], sine.store_f64()[0]]
    }
}
