//! Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror & Shaw (*Parallel random numbers: as easy as 1, 2, 3*,
//! SC 2011).

use crate::simd::Wide;

/// One block of four words.
#[inline(always)]
pub(super) fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let ([mut c0, mut c1, mut c2, mut c3], [mut k0, mut k1]) = (counter, key);
    for _ in 0..ROUNDS {
        let left = u64::from(c0) * u64::from(M0);
        let right = u64::from(c2) * u64::from(M1);
        (c0, c1, c2, c3) = ((right >> 32) as u32 ^ c1 ^ k0, right as u32, (left >> 32) as u32 ^ c3 ^ k1, left as u32);
        (k0, k1) = (k0.wrapping_add(W0), k1.wrapping_add(W1));
    }
    [c0, c1, c2, c3]
}

const ROUNDS: usize = 10;
const M0: u32 = 0xD251_1F53;
const M1: u32 = 0xCD9E_8D57;
const W0: u32 = 0x9E37_79B9;
const W1: u32 = 0xBB67_AE85;

/// Eight blocks of four words for each of `M` vectors of counters, each in the low half of a number. The high halves, of
/// counters and of words, mean nothing: a product of low halves is one instruction and takes no notice of them.
///
/// Rounds depend on each other, vectors do not: with several of them the processor need not wait.
#[inline(always)]
pub(super) fn philox_wide<V: Wide, const M: usize>(counters: [[V; 4]; M], key: [u32; 2]) -> [[V; 4]; M] {
    remaining(round(round(counters, key, 0), key, 1), key)
}

/// What eight streams have from the first two rounds as long as their blocks differ in the low half of their numbers alone.
#[derive(Clone, Copy)]
pub(super) struct Begun<V> {
    /// The high half of the index with the first key.
    third: V,
    /// Products and keys of the second round, of which nothing depends on the low half.
    first_after: V,
    third_after: V,
    fourth_after: V,
}

impl<V: Wide> Begun<V> {
    /// For streams of some indices and blocks of which the high half is given.
    #[inline(always)]
    pub(super) fn new(indices: V, high: u32, key: [u32; 2]) -> Self {
        let nothing = indices.xor(indices);
        let counter = [nothing, indices.splat(u64::from(high)), indices, indices.shift_right::<32>()];
        let [[first, second, third, _]] = round([counter], key, 0);
        let [key0, key1] = key_of_round(key, 1);
        let left = first.mul_low(first.splat(u64::from(M0)));
        let first_after = second.xor(second.splat(u64::from(key0)));
        let third_after = left.shift_right::<32>().xor(left.splat(u64::from(key1)));
        Self { third, first_after, third_after, fourth_after: left }
    }
}

/// Blocks as from [`philox_wide`], for each of `M` vectors of streams the block with a number whose low half is given.
#[inline(always)]
pub(super) fn philox_begun<V: Wide, const M: usize>(begun: [(Begun<V>, u32); M], key: [u32; 2]) -> [[V; 4]; M] {
    remaining(Rounds::begin(begun, key).words, key)
}

/// Blocks on their way, which other work may go in between with.
#[derive(Clone, Copy)]
pub(super) struct Rounds<V, const M: usize> {
    words: [[V; 4]; M],
    key: [u32; 2],
    /// Rounds of each block.
    done: [u32; M],
}

impl<V: Wide, const M: usize> Rounds<V, M> {
    /// Two of the ten rounds of the blocks that [`philox_begun`] gives.
    #[inline(always)]
    pub(super) fn begin(begun: [(Begun<V>, u32); M], key: [u32; 2]) -> Self {
        let mut words = [[begun[0].0.third; 4]; M];
        for (words, (begun, block)) in words.iter_mut().zip(begun) {
            let left = u64::from(block) * u64::from(M0);
            let third = begun.third.xor(begun.third.splat(left >> 32));
            let right = third.mul_low(third.splat(u64::from(M1)));
            let first = right.shift_right::<32>().xor(begun.first_after);
            *words = [first, right, begun.third_after.xor(right.splat(left & 0xFFFF_FFFF)), begun.fourth_after];
        }
        Self { words, key, done: [2; M] }
    }

    /// One more round of a block.
    #[inline(always)]
    pub(super) fn next(&mut self, block: usize) {
        let [[a, b, c, d]] = round([self.words[block]], self.key, self.done[block]);
        self.words[block] = [a.pinned(), b, c.pinned(), d];
        self.done[block] += 1;
    }

    /// The words as they are: random after eight more rounds.
    #[inline(always)]
    pub(super) fn words(self) -> [[V; 4]; M] {
        self.words
    }
}

impl<V> Rounds<V, 0> {
    /// No blocks.
    #[inline(always)]
    pub(super) fn none() -> Self {
        Self { words: [], key: [0; 2], done: [] }
    }
}

/// All rounds but the first two, written out: as a loop they spend a seventh of the time on copies.
#[inline(always)]
fn remaining<V: Wide, const M: usize>(mut words: [[V; 4]; M], key: [u32; 2]) -> [[V; 4]; M] {
    words = round(words, key, 2);
    words = round(words, key, 3);
    words = round(words, key, 4);
    words = round(words, key, 5);
    words = round(words, key, 6);
    words = round(words, key, 7);
    words = round(words, key, 8);
    round(words, key, 9)
}

#[inline(always)]
fn round<V: Wide, const M: usize>(mut words: [[V; 4]; M], key: [u32; 2], number: u32) -> [[V; 4]; M] {
    let [k0, k1] = key_of_round(key, number);
    for [c0, c1, c2, c3] in &mut words {
        let left = c0.mul_low(c0.splat(u64::from(M0)));
        let right = c2.mul_low(c2.splat(u64::from(M1)));
        (*c0, *c1) = (right.shift_right::<32>().xor(*c1).xor(right.splat(u64::from(k0))), right);
        (*c2, *c3) = (left.shift_right::<32>().xor(*c3).xor(left.splat(u64::from(k1))), left);
    }
    words
}

#[inline(always)]
fn key_of_round([k0, k1]: [u32; 2], number: u32) -> [u32; 2] {
    [k0.wrapping_add(W0.wrapping_mul(number)), k1.wrapping_add(W1.wrapping_mul(number))]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: Random123 1.14, `tests/kat_vectors`, lines `philox4x32 10`.
    #[test]
    fn philox_gives_the_published_vectors() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let (pi, key) = ([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]);
        assert_eq!(philox(pi, key), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }
}
