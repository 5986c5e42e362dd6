//! Vector operations on 512 bits at a time.

use super::Choice;

/// Which of `n` places a random word chooses, at most 2³² − 1 of them: each with equal chance up to 2⁻³², being ⌊word n/2³²⌋.
#[inline(always)]
pub fn place(word: u32, n: usize) -> usize {
    ((u64::from(word) * n as u64) >> 32) as usize
}

/// Eight numbers of 64 bits or sixteen of 32, each of the latter in the low (even) or high (odd) half of one of the former.
pub trait Wide: Copy + Send + Sync {
    /// The registers that it takes: with one, there is room for several independent chains of operations at a time.
    const REGISTERS: usize;

    /// Zeros, and a witness that the machine has the instructions, on which all other operations rely.
    ///
    /// # Safety
    /// Only inside of [`WideKernel::run`](super::WideKernel::run) for the same type.
    unsafe fn zero() -> Self;
    /// Eight numbers.
    fn load(self, numbers: &[u64; 8]) -> Self;
    /// The eight numbers.
    fn store(self) -> [u64; 8];
    /// Eight numbers.
    fn load_f64(self, numbers: &[f64; 8]) -> Self;
    /// The eight numbers.
    fn store_f64(self) -> [f64; 8];
    /// Sixteen numbers.
    fn load_f32(self, numbers: &[f32; 16]) -> Self;
    /// The sixteen numbers.
    fn store_f32(self) -> [f32; 16];
    /// The same number eight times.
    fn splat(self, x: u64) -> Self;
    /// Products of the low halves.
    fn mul_low(self, other: Self) -> Self;
    /// Sums modulo 2⁶⁴.
    fn add(self, other: Self) -> Self;
    /// Bits that differ.
    fn xor(self, other: Self) -> Self;
    /// Bits of either.
    fn or(self, other: Self) -> Self;
    /// Bits of both.
    fn and(self, other: Self) -> Self;
    /// Bits moved down, zeros above.
    fn shift_right<const N: u32>(self) -> Self;
    /// Bits moved up, zeros below.
    fn shift_left<const N: u32>(self) -> Self;
    /// Sums.
    fn add_f64(self, other: Self) -> Self;
    /// Differences.
    fn sub_f64(self, other: Self) -> Self;
    /// Products.
    fn mul_f64(self, other: Self) -> Self;
    /// Quotients.
    fn div_f64(self, other: Self) -> Self;
    /// `self × by + to`, rounded once.
    fn fma_f64(self, by: Self, to: Self) -> Self;
    /// `to − self × by`, rounded once.
    fn fnma_f64(self, by: Self, to: Self) -> Self;
    /// Square roots.
    fn sqrt_f64(self) -> Self;
    /// Sums modulo 2³².
    fn add_u32(self, other: Self) -> Self;
    /// Bits of each half moved down.
    fn shift_right_u32<const N: u32>(self) -> Self;
    /// Bits of each half moved up.
    fn shift_left_u32<const N: u32>(self) -> Self;
    /// The nearest f32 of signed numbers.
    fn i32_to_f32(self) -> Self;
    /// The larger of two numbers, the second if either is NaN.
    fn max_f64(self, other: Self) -> Self;
    /// The smaller of two numbers, the second if either is NaN.
    fn min_f64(self, other: Self) -> Self;
    /// `then` where `self < bound`, `otherwise` elsewhere.
    fn select_f64(self, bound: Self, then: Self, otherwise: Self) -> Self;
    /// Sums.
    fn add_f32(self, other: Self) -> Self;
    /// Products.
    fn mul_f32(self, other: Self) -> Self;
    /// `self × by + to`, rounded once.
    fn fma_f32(self, by: Self, to: Self) -> Self;
    /// Square roots.
    fn sqrt_f32(self) -> Self;
    /// Differences.
    fn sub_f32(self, other: Self) -> Self;
    /// Quotients.
    fn div_f32(self, other: Self) -> Self;
    /// The larger of two numbers, the second if either is NaN.
    fn max_f32(self, other: Self) -> Self;
    /// The smaller of two numbers, the second if either is NaN.
    fn min_f32(self, other: Self) -> Self;
    /// `then` where `self < bound`, `otherwise` elsewhere.
    fn select_f32(self, bound: Self, then: Self, otherwise: Self) -> Self;

    /// The same numbers, made at this place of the program: what is pinned stays in its order, for processors that would wait for
    /// work further on than they look.
    #[inline(always)]
    fn pinned(self) -> Self {
        self
    }

    /// The highest bits of eight numbers, that of the first one lowest: of an f64, its sign.
    #[inline(always)]
    fn signs(self) -> u8 {
        let mut signs = 0;
        for (lane, number) in self.store().into_iter().enumerate() {
            signs |= ((number >> 63) as u8) << lane;
        }
        signs
    }

    /// Low halves, and above them those of other numbers.
    #[inline(always)]
    fn below(self, high: Self) -> Self {
        self.and(self.splat(0xFFFF_FFFF)).or(high.shift_left::<32>())
    }

    /// The high halves of eight numbers, below those of eight others.
    #[inline(always)]
    fn high_below(self, high: Self) -> Self {
        self.shift_right::<32>().or(high.and(high.splat(0xFFFF_FFFF << 32)))
    }

    /// Bits where a mask has them, those of other numbers elsewhere.
    #[inline(always)]
    fn where_bits(self, mask: u64, elsewhere: Self) -> Self {
        elsewhere.xor(elsewhere.xor(self).and(self.splat(mask)))
    }

    /// Bits where a mask has them, and set ones.
    #[inline(always)]
    fn and_or(self, mask: u64, set: u64) -> Self {
        self.and(self.splat(mask)).or(self.splat(set))
    }

    /// The bits of a mask, read as numbers, less 2⁶³. The mask has none of the lowest twelve.
    #[inline(always)]
    fn centred_f64(self, mask: u64) -> Self {
        // From 2⁶⁴ to 2⁶⁵ a float holds them in its mantissa.
        self.shift_right::<12>().and_or(mask >> 12, 1087 << 52).sub_f64(self.splat(1087 << 52 | 1 << 51))
    }

    /// The exponents of positive normal numbers.
    #[inline(always)]
    fn exponent_f64(self) -> Self {
        // An integer below 2^52 becomes a float by its bits alone.
        self.shift_right::<52>().or(self.splat(1075 << 52)).sub_f64(self.splat_f64(4_503_599_627_370_496.0 + 1023.0))
    }

    /// The mantissas of positive normal numbers, from 1 to 2.
    #[inline(always)]
    fn mantissa_f64(self) -> Self {
        self.and(self.splat((1 << 52) - 1)).or(self.splat_f64(1.0))
    }

    /// Of a table, the first and the second numbers of the pairs that the lowest four bits choose.
    #[inline(always)]
    fn choose(self, table: &Choice) -> [Self; 2] {
        let rows = self.store().map(|row| table.rows[(row & 15) as usize]);
        [self.load_f64(&rows.map(|[first, _]| first)), self.load_f64(&rows.map(|[_, second]| second))]
    }

    /// The [`place`] among `n` that each of sixteen words of 32 bits chooses, which are the low halves of eight numbers and, as every
    /// other word, of eight more.
    #[inline(always)]
    fn places(self, odd: Self, n: u32) -> Self {
        let count = self.splat(u64::from(n));
        self.mul_low(count).high_below(odd.mul_low(count))
    }

    /// Of a table, the numbers at sixteen places, two to a word, the first in its low half; all have to lie in the table.
    ///
    /// The places should have been in memory for a while: they are read one by one, which waits for what was stored as a vector
    /// a moment ago.
    #[inline(always)]
    fn gather(self, table: &[u64], places: &[u64; 8]) -> [Self; 2] {
        [
            self.load(&std::array::from_fn(|i| number(table, places, i))),
            self.load(&std::array::from_fn(|i| number(table, places, 8 + i))),
        ]
    }

    /// As [`gather`](Self::gather), of a table of pairs of 32 bits: the low halves and the high halves.
    #[inline(always)]
    fn gather_pairs(self, table: &[u64], places: &[u64; 8]) -> [Self; 2] {
        let pairs: [u64; 16] = std::array::from_fn(|i| number(table, places, i));
        [self.load_u32(&pairs.map(|pair| pair as u32)), self.load_u32(&pairs.map(|pair| (pair >> 32) as u32))]
    }

    /// Sixteen numbers.
    #[inline(always)]
    fn load_u32(self, numbers: &[u32; 16]) -> Self {
        self.load_f32(&numbers.map(f32::from_bits))
    }

    /// The sixteen numbers.
    #[inline(always)]
    fn store_u32(self) -> [u32; 16] {
        self.store_f32().map(f32::to_bits)
    }

    /// The same f64 eight times.
    #[inline(always)]
    fn splat_f64(self, x: f64) -> Self {
        self.splat(x.to_bits())
    }

    /// The same 32 bits sixteen times.
    #[inline(always)]
    fn splat_u32(self, x: u32) -> Self {
        self.splat(u64::from(x) << 32 | u64::from(x))
    }

    /// The same f32 sixteen times.
    #[inline(always)]
    fn splat_f32(self, x: f32) -> Self {
        self.splat_u32(x.to_bits())
    }
}

/// The number at place `i` of sixteen.
#[inline(always)]
fn number(table: &[u64], places: &[u64; 8], i: usize) -> u64 {
    table[(places[i / 2] >> (i % 2 * 32)) as u32 as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, WideKernel};

    struct Chosen<'a>(&'a [u64], [u32; 16]);

    impl WideKernel for Chosen<'_> {
        type Output = [[[u64; 8]; 2]; 2];

        #[inline(always)]
        fn run<V: Wide>(self, like: V) -> Self::Output {
            let words = like.load_u32(&self.1);
            let places = words.places(words.shift_right::<32>(), self.0.len() as u32).store();
            let [[first, last], [low, high]] = [like.gather(self.0, &places), like.gather_pairs(self.0, &places)];
            [[first.store(), last.store()], [low.store(), high.store()]]
        }
    }

    #[test]
    fn words_choose_places_of_which_numbers_are_gathered() {
        let words = std::array::from_fn(|i| (i as u32).wrapping_mul(0x9E37_79B9) ^ if i % 5 == 0 { u32::MAX } else { 0 });
        for count in [1, 2, 7, 1000] {
            let table: Vec<u64> = (0..count).map(|i| (i << 40) | (3 * i)).collect();
            let exact = words.map(|word| table[place(word, table.len())]);
            for level in Level::all() {
                let [[first, last], [low, high]] = level.run(Chosen(&table, words));
                assert_eq!([first, last].concat(), exact, "{level:?}");
                let halves = |words: [u64; 8]| words.into_iter().flat_map(|word| [word as u32, (word >> 32) as u32]);
                let pairs = halves(low).zip(halves(high)).map(|(low, high)| u64::from(high) << 32 | u64::from(low));
                assert!(pairs.eq(exact), "{level:?}");
            }
        }
    }

    struct Bits([u64; 8], [u64; 8]);

    impl WideKernel for Bits {
        type Output = ([[u64; 8]; 4], [f64; 8], u8);

        #[inline(always)]
        fn run<V: Wide>(self, like: V) -> Self::Output {
            let (a, b) = (like.load(&self.0), like.load(&self.1));
            let mixed = [a.below(b).pinned(), a.high_below(b), a.where_bits(MASK, b), a.and_or(MASK, 5)];
            (mixed.map(V::store), a.centred_f64(MASK).store_f64(), a.signs())
        }
    }

    const MASK: u64 = 0x0FFF_0FFF_0000_F000;

    #[test]
    fn bits_are_mixed_and_centred() {
        let (a, b) =
            ([0, 1, u64::MAX, 1 << 63, 0xF000, !0 << 12, 0x1234_5678_9ABC_DEF0, 42], [!0, 7, 0, 3 << 32, 1, 2, 3, 4]);
        for level in Level::all() {
            let ([below, high_below, mixed, set], centred, signs) = level.run(Bits(a, b));
            for i in 0..8 {
                assert_eq!(below[i], a[i] & 0xFFFF_FFFF | b[i] << 32, "{level:?}");
                assert_eq!(high_below[i], a[i] >> 32 | b[i] & !0 << 32, "{level:?}");
                assert_eq!(mixed[i], a[i] & MASK | b[i] & !MASK, "{level:?}");
                assert_eq!(set[i], a[i] & MASK | 5, "{level:?}");
                assert_eq!(u64::from(signs >> i & 1), a[i] >> 63, "{level:?}");
                assert_eq!(centred[i], (i128::from(a[i] & MASK) - (1 << 63)) as f64, "{level:?}");
            }
        }
    }

    struct Gathered<'a>(&'a [u64], [u64; 8]);

    impl WideKernel for Gathered<'_> {
        type Output = [u64; 8];

        #[inline(always)]
        fn run<V: Wide>(self, like: V) -> [u64; 8] {
            like.gather_pairs(self.0, &self.1)[0].store()
        }
    }

    #[test]
    fn places_outside_of_a_table_are_not_read() {
        for level in Level::all() {
            for (at, outside) in [(0, 5), (3, 5 << 32), (7, u64::MAX), (6, u64::from(u32::MAX) << 32)] {
                let mut places = [(4 << 32) | 4; 8];
                assert_eq!(level.run(Gathered(&[9; 5], places)), [(9 << 32) | 9; 8]);
                places[at] = outside;
                assert!(std::panic::catch_unwind(|| level.run(Gathered(&[9; 5], places))).is_err(), "{level:?} {outside:x}");
            }
        }
    }
}
