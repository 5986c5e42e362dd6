//! A symmetric matrix rounded to 16 bits: a quarter of the memory to read, for the products that need no more digits.

use lawbook_core::simd::{Level, Wide, WideKernel};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::{
    Packed, Symmetric,
    packed::{Entry, Stored, Stretch, TILE, on_large_pages, place, sum_of_tiles},
};

/// Columns of a row that lie in one vector.
const COLUMNS: usize = 32;

/// Vectors in a row of a tile.
const ROW: usize = TILE / COLUMNS;

/// A tile, four rows at a time, vector by vector.
type Words = [[[[u64; 8]; 4]; ROW]; TILE / 4];

/// A stretch of a vector as long as a tile, in single precision and in the order of [`PLACES`].
type Single = [[f32; 16]; TILE / 16];

/// The largest whole number that an entry becomes.
const MOST: f64 = 32767.0;

/// What arithmetic in single precision adds to the distance, in units of the matrix: some roundings of 2⁻²⁴ each.
const ARITHMETIC: f64 = 1e-7;

/// The nearest multiples of a 32767th of each tile's largest entry. Products are done in single precision.
#[derive(Debug, Clone)]
pub struct Rounded {
    order: usize,
    tiles: Vec<RoundedTile>,
    apart: f64,
}

impl Rounded {
    /// Reads the matrix once.
    pub fn new<T: Entry>(matrix: &Packed<T>) -> Self {
        let rounded = on_large_pages(matrix.tiles().par_iter().map(T::round_tile));
        let square = |(at, tile): (usize, &RoundedTile)| {
            let (row, column) = place(at);
            // A tile off the diagonal stands for its mirror image too.
            let times = if row == column { 1.0 } else { 2.0 };
            times * (tile.lost + ARITHMETIC.powi(2) * tile.whole)
        };
        let square: f64 = rounded.iter().enumerate().map(square).sum();
        Self { order: matrix.order(), tiles: rounded, apart: (square / matrix.order() as f64).sqrt() }
    }

    /// How far products are from those with the matrix: ‖(A − B)v‖, root mean square over vectors v of norm 1.
    pub fn apart(&self) -> f64 {
        self.apart
    }
}

impl Symmetric for Rounded {
    fn order(&self) -> usize {
        self.order
    }

    fn multiply(&self, x: &[f64], product: &mut [f64]) {
        let mut padded = vec![[0.0; TILE]; self.order.div_ceil(TILE)];
        padded.as_flattened_mut()[..self.order].copy_from_slice(x);
        sum_of_tiles(self.tiles.len(), product, |tiles, sums: &mut [Stretch]| {
            let mut direct = [[0.0; 16]; TILE];
            for at in tiles.clone() {
                let (row, column) = place(at);
                let RoundedTile { unit, words, .. } = &self.tiles[at];
                let (left, plain) = (scaled(&padded[row], *unit), scaled(&padded[column], *unit));
                let (mut right, mut mirrored) = ([[0.0; 16]; TILE / 16], [[0.0; 16]; TILE / 16]);
                (0..TILE).for_each(|j| right.as_flattened_mut()[PLACES[j]] = plain[j]);
                let direct_here = &mut direct;
                Level::widest().run(Both {
                    words,
                    left: &left,
                    right: &right,
                    direct: direct_here,
                    mirrored: &mut mirrored,
                });
                let sum = sums[column].as_flattened_mut();
                (0..TILE).for_each(|j| sum[j] += f64::from(mirrored.as_flattened()[PLACES[j]]));
                // A diagonal tile is whole: its mirrored half of the work is all of it.
                if row == column {
                    direct.fill([0.0; 16]);
                } else if column + 1 == row || at + 1 == tiles.end {
                    let row_sums = sums[row].as_flattened_mut().iter_mut();
                    row_sums.zip(&direct).for_each(|(sum, lanes)| *sum += lanes.iter().map(|x| f64::from(*x)).sum::<f64>());
                    direct.fill([0.0; 16]);
                }
            }
        });
    }
}

/// `unit` · x. Entries stand in the upper halves of words: 2¹⁶ times too large.
fn scaled(x: &[f64; TILE], unit: f64) -> [f32; TILE] {
    let unit = unit / 65536.0;
    x.map(|x| (unit * x) as f32)
}

/// In which place of the vectors of a row each column is: four numbers of 16 bits in each of eight words of 64 bits, the first and the
/// third of them in one vector of single precision, the other two in the next.
const fn places() -> [usize; TILE] {
    let (mut places, mut column) = ([0; TILE], 0);
    while column < TILE {
        let (vector, number, word) = (column / COLUMNS, column / 8 % 4, column % 8);
        places[column] = vector * COLUMNS + number % 2 * 16 + 2 * word + number / 2;
        column += 1;
    }
    places
}

const PLACES: [usize; TILE] = places();

/// A tile in 16 bits, the sum of squares of what is lost, and that of the entries.
#[derive(Debug, Clone)]
pub struct RoundedTile {
    unit: f64,
    words: Words,
    lost: f64,
    whole: f64,
}

/// Rounds a tile; [`Entry::round_tile`] says why this is not called here.
pub(super) struct Round<'a, T>(pub(super) &'a Stored<T>);

impl<T: Entry> WideKernel for Round<'_, T> {
    type Output = RoundedTile;

    #[inline(always)]
    fn run<V: Wide>(self, like: V) -> RoundedTile {
        let (mut largest, magnitude) = (like.splat_f64(0.0), like.splat(u64::MAX >> 1));
        for eight in self.0.as_flattened().as_flattened() {
            largest = like.load_f64(&T::widen(eight)).and(magnitude).max_f64(largest);
        }
        let largest = largest.store_f64().into_iter().fold(0.0, f64::max);
        let unit = if largest > 0.0 { largest / MOST } else { 1.0 };
        // Whole numbers stand in the last bits of what they are added to.
        let (inverse, shift) = (like.splat_f64(unit.recip()), like.splat_f64(1.5 * 2.0_f64.powi(52)));
        let (step, last) = (like.splat_f64(-unit), like.splat(0xffff));
        let (mut lost, mut whole) = (like.splat_f64(0.0), like.splat_f64(0.0));
        let mut words = [[[[0; 8]; 4]; ROW]; TILE / 4];
        for (rows, words) in self.0.iter().zip(words.iter_mut()) {
            for (four, words) in rows.as_chunks::<4>().0.iter().zip(words.iter_mut()) {
                for k in 0..4 {
                    let mut bits = [last; 4];
                    for i in 0..4 {
                        let entries = like.load_f64(&T::widen(&four[i][k]));
                        let shifted = entries.fma_f64(inverse, shift);
                        let difference = shifted.sub_f64(shift).fma_f64(step, entries);
                        bits[i] = shifted.and(last);
                        lost = difference.fma_f64(difference, lost);
                        whole = entries.fma_f64(entries, whole);
                    }
                    let low = bits[0].or(bits[1].shift_left::<16>());
                    let high = bits[2].shift_left::<32>().or(bits[3].shift_left::<48>());
                    words[k] = low.or(high).store();
                }
            }
        }
        let [lost, whole] = [lost, whole].map(|sums| sums.store_f64().into_iter().sum());
        RoundedTile { unit, words, lost, whole }
    }
}

/// One tile A of rows I and columns J, read once: y_I += A x_J, in lanes that are yet to be summed, and y_J += Aᵀ x_I.
struct Both<'a> {
    words: &'a Words,
    left: &'a [f32; TILE],
    right: &'a Single,
    direct: &'a mut [[f32; 16]; TILE],
    mirrored: &'a mut Single,
}

impl WideKernel for Both<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let upper = like.splat_u32(0xffff_0000);
        let mut y = [like; TILE / 16];
        for (y, numbers) in y.iter_mut().zip(self.mirrored.iter()) {
            *y = like.load_f32(numbers);
        }
        for (four, rows) in self.words.iter().enumerate() {
            let (mut factors, mut sums) = ([like; 4], [like; 4]);
            for k in 0..4 {
                factors[k] = like.splat_f32(self.left[4 * four + k]);
                sums[k] = like.load_f32(&self.direct[4 * four + k]);
            }
            for v in 0..ROW {
                let (x_low, x_high) = (like.load_f32(&self.right[2 * v]), like.load_f32(&self.right[2 * v + 1]));
                for k in 0..4 {
                    let word = like.load(&rows[v][k]);
                    let low = word.shift_left_u32::<16>().i32_to_f32();
                    let high = word.and(upper).i32_to_f32();
                    sums[k] = high.fma_f32(x_high, low.fma_f32(x_low, sums[k]));
                    y[2 * v] = low.fma_f32(factors[k], y[2 * v]);
                    y[2 * v + 1] = high.fma_f32(factors[k], y[2 * v + 1]);
                }
            }
            self.direct[4 * four..][..4].iter_mut().zip(sums).for_each(|(lanes, sum)| *lanes = sum.store_f32());
        }
        for (numbers, y) in self.mirrored.iter_mut().zip(y) {
            *numbers = y.store_f32();
        }
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::Key;

    use super::*;
    use crate::laplacian::{observation::goe, vectors::norm};

    /// On either side of a tile's order, and with more tiles than a chunk has.
    #[test]
    fn products_are_as_far_apart_as_is_said() {
        for order in [1, 127, 300, 2000] {
            let key = Key::new(["rounded"]);
            let matrix: Packed<f64> = goe(order, &key);
            let rounded = Rounded::new(&matrix);
            let mut x = vec![0.0; order];
            key.stream("x", 0).fill_normal(&mut x);
            let (mut exact, mut found) = (vec![0.0; order], vec![f64::NAN; order]);
            matrix.multiply(&x, &mut exact);
            rounded.multiply(&x, &mut found);
            let difference: Vec<f64> = exact.iter().zip(&found).map(|(a, b)| a - b).collect();
            let ratio = norm(&difference) / norm(&x);
            // Entries of up to five deviations in steps of a 32767th of them, each of 1/√12 steps' error.
            assert!(rounded.apart() < 1e-4 && ratio < 2.0 * rounded.apart(), "{order}: {ratio} {}", rounded.apart());
            assert!(order < 100 || ratio > 0.5 * rounded.apart(), "{order}: {ratio} {}", rounded.apart());
        }
    }

    #[test]
    fn the_bits_do_not_depend_on_the_threads() {
        let rounded = Rounded::new(&Packed::<f32>::from_fn(2100, |i, j| ((i * 31 + j * 17) as f64).sin()));
        let x: Vec<f64> = (0..2100).map(|i| (i as f64).cos()).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let mut product = vec![0.0; 2100];
            pool.install(|| rounded.multiply(&x, &mut product));
            product
        };
        assert_eq!(with(1), with(3));
    }
}
