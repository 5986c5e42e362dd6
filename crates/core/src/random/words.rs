//! Words of one stream, many blocks at a time.

use crate::{
    random::philox::philox_wide,
    simd::{Wide, WideKernel},
};

/// Blocks of four words that are made at a time.
pub(super) const BLOCKS: usize = 16;

/// Numbers of 64 bits of one stream from a block on, two of each block.
pub(super) struct Words<'a> {
    pub(super) key: [u32; 2],
    pub(super) index: u64,
    pub(super) block: u64,
    pub(super) into: &'a mut [[u64; 2 * BLOCKS]],
}

impl WideKernel for Words<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let (low, high, lower) = (like.splat(self.index), like.splat(self.index >> 32), like.splat(0xFFFF_FFFF));
        let mut block = like.load(&[0, 1, 2, 3, 4, 5, 6, 7]).add(like.splat(self.block));
        for numbers in self.into {
            let next = block.add(like.splat(8));
            let counters = [block, next].map(|block| [block, block.shift_right::<32>(), low, high]);
            for (numbers, [a, b, c, d]) in
                numbers.as_chunks_mut::<BLOCKS>().0.iter_mut().zip(philox_wide(counters, self.key))
            {
                let (even, odd) = (a.and(lower).or(b.shift_left::<32>()), c.and(lower).or(d.shift_left::<32>()));
                let (even, odd) = (even.store(), odd.store());
                for lane in 0..8 {
                    (numbers[2 * lane], numbers[2 * lane + 1]) = (even[lane], odd[lane]);
                }
            }
            block = next.add(like.splat(8));
        }
    }
}
