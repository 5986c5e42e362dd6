//! Values of functions in tables that fit into registers.

use super::Numbers;
#[cfg(target_arch = "x86_64")]
use super::x86;
use crate::simd::Level;

/// `F` functions of small whole numbers: their values from some number on, each below 2¹⁵.
#[derive(Debug, Clone)]
pub struct Span<const F: usize> {
    first: u16,
    values: [[u16; LENGTH]; F],
    length: u16,
    squares: Option<[Square; F]>,
}

/// The whole part of `P(k)/2ˢ`, where P is a polynomial of degree two, and what is left out is the same at all even k, and at all odd
/// ones.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Square {
    /// `[a, b, c]` of `P(k) = a + b k + c k²` modulo 2¹⁶, if they are whole.
    pub(super) coefficients: Option<[u16; 3]>,
    pub(super) shift: u32,
    /// Of `2 P(k)`: the constant without what is left out at even and at odd k, and the other two coefficients.
    twice: [i64; 4],
}

impl Square {
    /// The one with these values at 0, 1 and so on, if there is.
    fn through(values: &[u16]) -> Option<Self> {
        let mut shifts = (0..=2).flat_map(|shift| (0..1_i64 << (2 * shift)).map(move |left_out| (shift, left_out)));
        shifts.find_map(|(shift, left_out)| {
            let left_out = [left_out >> shift, left_out & ((1 << shift) - 1)];
            let polynomial = |k: usize| (i64::from(values[k]) << shift) + left_out[k % 2];
            let [a, after, later] = if values.len() < 3 { return None } else { [0, 1, 2].map(polynomial) };
            let (slope, curvature) = (after - a, later - 2 * after + a);
            let fits = |k: usize| {
                let (at, value) = (k as i64, polynomial(k));
                a + slope * at + curvature * (at * (at - 1) / 2) == value && value <= i64::from(u16::MAX)
            };
            let coefficients = || [a, slope - curvature / 2, curvature / 2].map(|number| number as u16);
            let square = || Self {
                coefficients: (curvature % 2 == 0).then(coefficients),
                shift,
                twice: [2 * (a - left_out[0]), 2 * (a - left_out[1]), 2 * slope - curvature, curvature],
            };
            (0..values.len()).all(fits).then(square)
        })
    }

    /// The sum of its values at so many even and odd numbers, from the sums of these and of their squares.
    #[inline(always)]
    pub(super) fn sum(&self, even: u64, odd: u64, numbers: u64, squares: u64) -> u64 {
        let ([at_even, at_odd, slope, curvature], of) = (self.twice, |number: u64| number as i64);
        let twice = at_even * of(even) + at_odd * of(odd) + slope * of(numbers) + curvature * of(squares);
        (twice >> (self.shift + 1)) as u64
    }
}

/// The most values of a function.
const LENGTH: usize = 256;

impl<const F: usize> Span<F> {
    /// The most values of a function.
    pub const LENGTH: usize = LENGTH;

    /// The values at `first`, `first + 1` and so on, as many of each function; none if they are too many or too large.
    pub fn new(first: u16, values: [&[u16]; F]) -> Option<Self> {
        let length = values.first()?.len();
        let fits = |values: &&[u16]| values.len() == length && values.iter().all(|&value| value <= i16::MAX as u16);
        if length > LENGTH || !values.iter().all(fits) {
            return None;
        }
        let mut all = [[0; LENGTH]; F];
        all.iter_mut().zip(values).for_each(|(all, values)| all[..length].copy_from_slice(values));
        let squares = values.map(Square::through);
        let squares = squares.iter().all(Option::is_some).then(|| squares.map(Option::unwrap_or_default));
        Some(Self { first, values: all, length: length as u16, squares })
    }

    /// The values, or none if the number lies outside.
    #[inline(always)]
    pub fn at(&self, number: u16) -> Option<[u16; F]> {
        let from = number.wrapping_sub(self.first);
        let value = |function: usize| self.values[function][usize::from(from)];
        if from < self.length { Some(std::array::from_fn(value)) } else { None }
    }

    /// The values of the first function at several numbers, 0 where a number lies outside, and what is looked up with them.
    ///
    /// # Panics
    /// If there are not as many values and as much that was looked up.
    pub fn look(&self, level: Level, numbers: &[Numbers], values: &mut [Numbers], looked: &mut [Looked<F>]) {
        assert!(
            numbers.len() == values.len() && values.len() == looked.len(),
            "values of {} times 64 numbers",
            numbers.len()
        );
        #[cfg(target_arch = "x86_64")]
        if level.min(Level::widest()) == Level::Avx512 {
            // SAFETY: the machine has the level.
            return unsafe { x86::look_avx512(self, numbers, values, looked) };
        }
        for ((numbers, values), looked) in numbers.iter().zip(values).zip(looked) {
            *looked = self.look_one_by_one(numbers, values);
        }
    }

    fn look_one_by_one(&self, Numbers(numbers): &Numbers, Numbers(values): &mut Numbers) -> Looked<F> {
        let mut looked = Looked { sums: [0; F], outside: 0 };
        for (at, (number, value)) in numbers.iter().zip(values).enumerate() {
            let found = self.at(*number).unwrap_or_else(|| {
                looked.outside |= 1 << at;
                [0; F]
            });
            *value = found[0];
            looked.sums.iter_mut().zip(found).for_each(|(sum, found)| *sum += u64::from(found));
        }
        looked
    }

    /// The functions, if all of them are polynomials of degree two.
    pub(super) fn squares(&self) -> Option<&[Square; F]> {
        self.squares.as_ref()
    }

    pub(super) fn parts(&self) -> (u16, &[[u16; LENGTH]; F], u16) {
        (self.first, &self.values, self.length)
    }
}

/// What was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked<const F: usize> {
    /// The sums of the values of each function.
    pub sums: [u64; F],
    /// The numbers, as bits, that lie outside.
    pub outside: u64,
}
