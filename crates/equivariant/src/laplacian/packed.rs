//! A symmetric matrix as the tiles of its lower triangle, and its product with a vector in one pass over them.

use std::ops::{Neg, Range};

use lawbook_core::{
    pages::reserve,
    simd::{Level, Wide, WideKernel},
};
use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::rounded::{Round, RoundedTile};

/// Rows and columns of a tile: its 128 KiB in f64 lie in the second cache while it is used twice.
pub const TILE: usize = 128;

/// Vectors of eight numbers in a row of a tile.
const ROW: usize = TILE / 8;

/// A square tile, row by row.
pub type Tile<T> = [[[T; 8]; ROW]; TILE];

/// A tile as it is stored: four rows at a time, vector by vector, so that a product reads it from end to end.
pub type Stored<T> = [[[[T; 8]; 4]; ROW]; TILE / 4];

/// A stretch of a vector as long as a tile.
pub type Stretch = [[f64; 8]; ROW];

/// Tiles per chunk, at least: smaller matrices are multiplied by one thread.
const CHUNK: usize = 64;

/// Chunks, at most. Each sums into a vector of its own, and the vectors are added in order: the product has the same bits on
/// any number of threads.
const CHUNKS: usize = 16;

/// A symmetric linear map, of which only products are needed.
pub trait Symmetric: Sync {
    /// Rows and columns n.
    fn order(&self) -> usize;

    /// `product` = A `x`, both of n entries.
    fn multiply(&self, x: &[f64], product: &mut [f64]);
}

/// Numbers that matrices are stored in; arithmetic is done in f64.
pub trait Entry: Copy + Send + Sync + Default + Neg<Output = Self> + 'static {
    /// Rounded to this type.
    fn narrow(value: f64) -> Self;

    /// Eight of them as f64.
    fn widen(values: &[Self; 8]) -> [f64; 8];

    /// Adds A `right` to `direct` and Aᵀ `left` to `mirrored`, A a tile. Here and not in a generic function, so that it is
    /// compiled in this crate, without the checks that other crates put into vector instructions.
    fn multiply_tile(tile: &Stored<Self>, left: &Stretch, right: &Stretch, direct: &mut Stretch, mirrored: &mut Stretch);

    /// The tile in 16 bits. Here for the same reason.
    fn round_tile(tile: &Stored<Self>) -> RoundedTile;
}

impl Entry for f64 {
    #[inline(always)]
    fn narrow(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn widen(values: &[Self; 8]) -> [f64; 8] {
        *values
    }

    #[inline(never)]
    fn multiply_tile(tile: &Stored<Self>, left: &Stretch, right: &Stretch, direct: &mut Stretch, mirrored: &mut Stretch) {
        Level::widest().run(Both { tile, left, right, direct, mirrored });
    }

    #[inline(never)]
    fn round_tile(tile: &Stored<Self>) -> RoundedTile {
        Level::widest().run(Round(tile))
    }
}

impl Entry for f32 {
    #[inline(always)]
    fn narrow(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn widen(values: &[Self; 8]) -> [f64; 8] {
        [0, 1, 2, 3, 4, 5, 6, 7].map(|i| f64::from(values[i]))
    }

    #[inline(never)]
    fn multiply_tile(tile: &Stored<Self>, left: &Stretch, right: &Stretch, direct: &mut Stretch, mirrored: &mut Stretch) {
        Level::widest().run(Both { tile, left, right, direct, mirrored });
    }

    #[inline(never)]
    fn round_tile(tile: &Stored<Self>) -> RoundedTile {
        Level::widest().run(Round(tile))
    }
}

/// A symmetric matrix of order n: (n/128)(n/128 + 1)/2 tiles, those on the diagonal whole, rows and columns beyond n zero.
/// At n = 10⁴ that is 1.02 times the bytes of the bare triangle.
#[derive(Debug, Clone)]
pub struct Packed<T> {
    order: usize,
    tiles: Vec<Stored<T>>,
}

impl<T: Entry> Packed<T> {
    /// From its tiles: `fill` writes the tile of block row and block column (at most the row) with entries of the lower
    /// triangle; what it writes above the diagonal or beyond n is dropped.
    pub fn from_tiles(order: usize, fill: impl Fn(usize, usize, &mut Tile<T>) + Sync) -> Self {
        let blocks = order.div_ceil(TILE);
        let tile = |at: usize| {
            let (row, column) = place(at);
            let mut tile = [[[T::default(); 8]; ROW]; TILE];
            fill(row, column, &mut tile);
            let (rows, columns) = (TILE.min(order - row * TILE), TILE.min(order - column * TILE));
            for (i, line) in tile.iter_mut().enumerate() {
                let kept = if i < rows { columns } else { 0 };
                line.as_flattened_mut()[kept..].fill(T::default());
            }
            if row == column {
                for i in 0..TILE {
                    for j in 0..i {
                        tile[j][i / 8][i % 8] = tile[i][j / 8][j % 8];
                    }
                }
            }
            let mut stored = [[[[T::default(); 8]; 4]; ROW]; TILE / 4];
            for (i, line) in tile.iter().enumerate() {
                stored[i / 4].iter_mut().zip(line).for_each(|(four, eight)| four[i % 4] = *eight);
            }
            stored
        };
        Self { order, tiles: on_large_pages((0..blocks * (blocks + 1) / 2).into_par_iter().map(tile)) }
    }

    /// From entries (i, j) with i ≥ j.
    pub fn from_fn(order: usize, entry: impl Fn(usize, usize) -> f64 + Sync) -> Self {
        Self::from_tiles(order, |row, column, tile| {
            for (i, line) in tile.iter_mut().enumerate().take(order - (row * TILE).min(order)) {
                let width = if row == column { i + 1 } else { TILE };
                for (j, place) in line.as_flattened_mut().iter_mut().enumerate().take(width) {
                    *place = T::narrow(entry(row * TILE + i, column * TILE + j));
                }
            }
        })
    }

    /// Entry (i, j); panics beyond the order.
    pub fn entry(&self, i: usize, j: usize) -> f64 {
        assert!(i < self.order && j < self.order, "entry ({i}, {j}) of order {}", self.order);
        let (i, j) = (i.max(j), i.min(j));
        T::widen(&self.tiles[index(i / TILE, j / TILE)][i % TILE / 4][j % TILE / 8][i % 4])[j % 8]
    }

    /// Adds `value` to the entries (i, j) and (j, i), once where they are the same.
    pub fn add(&mut self, i: usize, j: usize, value: f64) {
        let sum = T::narrow(self.entry(i, j) + value);
        let (i, j) = (i.max(j), i.min(j));
        let tile = &mut self.tiles[index(i / TILE, j / TILE)];
        tile[i % TILE / 4][j % TILE / 8][i % 4][j % 8] = sum;
        if i / TILE == j / TILE {
            tile[j % TILE / 4][i % TILE / 8][j % 4][i % 8] = sum;
        }
    }

    /// −A.
    #[must_use]
    pub fn negated(&self) -> Self {
        let mut tiles = self.tiles.clone();
        tiles.as_flattened_mut().as_flattened_mut().as_flattened_mut().as_flattened_mut().iter_mut().for_each(|x| *x = -*x);
        Self { order: self.order, tiles }
    }

    /// The tiles of the lower triangle, row by row.
    pub fn tiles(&self) -> &[Stored<T>] {
        &self.tiles
    }
}

impl<T: Entry> Symmetric for Packed<T> {
    fn order(&self) -> usize {
        self.order
    }

    fn multiply(&self, x: &[f64], product: &mut [f64]) {
        let mut padded = vec![[[0.0; 8]; ROW]; self.order.div_ceil(TILE)];
        padded.as_flattened_mut().as_flattened_mut()[..self.order].copy_from_slice(x);
        sum_of_tiles(self.tiles.len(), product, |tiles, sums: &mut [Stretch]| {
            for at in tiles {
                let (row, column) = place(at);
                let mut mirrored = sums[column];
                let mut direct = if row == column { [[0.0; 8]; ROW] } else { sums[row] };
                let (left, right) = (&padded[row], &padded[column]);
                T::multiply_tile(&self.tiles[at], left, right, &mut direct, &mut mirrored);
                sums[column] = mirrored;
                // A diagonal tile is whole: its mirrored half of the work is all of it.
                if row != column {
                    sums[row] = direct;
                }
            }
        });
    }
}

/// What an iterator gives, on large pages: it is read from end to end in every product.
pub(super) fn on_large_pages<T: Send>(values: impl IndexedParallelIterator<Item = T>) -> Vec<T> {
    let mut collected = Vec::new();
    // Where there is no room, collecting says so.
    let _ = reserve(&mut collected, values.len());
    values.collect_into_vec(&mut collected);
    collected
}

/// Sums what `add` adds to zeros for each of some ranges of tiles, which are all tiles together.
pub(super) fn sum_of_tiles(tiles: usize, product: &mut [f64], add: impl Fn(Range<usize>, &mut [Stretch]) + Sync) {
    let chunks = (tiles / CHUNK).clamp(1, CHUNKS);
    let bound = |chunk: usize| chunk * tiles / chunks;
    let partial = |chunk: usize| {
        let mut sums = vec![[[0.0; 8]; ROW]; product.len().div_ceil(TILE)];
        add(bound(chunk)..bound(chunk + 1), &mut sums);
        sums
    };
    let partials: Vec<Vec<Stretch>> = (0..chunks).into_par_iter().map(partial).collect();
    product.fill(0.0);
    for sums in &partials {
        let sums = sums.as_flattened().as_flattened();
        product.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    }
}

/// One tile A of rows I and columns J, read once: y_I += A x_J and y_J += Aᵀ x_I.
struct Both<'a, T> {
    tile: &'a Stored<T>,
    left: &'a Stretch,
    right: &'a Stretch,
    direct: &'a mut Stretch,
    mirrored: &'a mut Stretch,
}

impl<T: Entry> WideKernel for Both<'_, T> {
    type Output = ();

    /// Four rows at a time, so that y_J is loaded and stored once for every four vectors of the tile.
    #[inline(always)]
    fn run<V: Wide>(self, like: V) {
        let zero = like.splat(0);
        for (four, rows) in self.tile.iter().enumerate() {
            let (group, first) = (four / 2, four % 2 * 4);
            let mut factors = [zero; 4];
            let mut sums = [zero; 4];
            for (k, factor) in factors.iter_mut().enumerate() {
                *factor = like.splat(self.left[group][first + k].to_bits());
            }
            for ((x, y_numbers), block) in self.right.iter().zip(self.mirrored.iter_mut()).zip(rows) {
                let x = like.load_f64(x);
                let mut y = like.load_f64(y_numbers);
                for k in 0..4 {
                    let a = like.load_f64(&T::widen(&block[k]));
                    sums[k] = a.fma_f64(x, sums[k]);
                    y = a.fma_f64(factors[k], y);
                }
                *y_numbers = y.store_f64();
            }
            for (k, sum) in sums.iter().enumerate() {
                let lanes = sum.store_f64();
                let halves = [lanes[0] + lanes[4], lanes[1] + lanes[5], lanes[2] + lanes[6], lanes[3] + lanes[7]];
                self.direct[group][first + k] += (halves[0] + halves[2]) + (halves[1] + halves[3]);
            }
        }
    }
}

/// Where the tile (row, column) of a lower triangle lies, row by row.
fn index(row: usize, column: usize) -> usize {
    row * (row + 1) / 2 + column
}

/// Row and column of the tile at an index.
pub(super) fn place(at: usize) -> (usize, usize) {
    let mut row = (((8 * at + 1) as f64).sqrt() as usize).saturating_sub(1) / 2;
    // The root of a large number may be rounded across an integer.
    while index(row + 1, 0) <= at {
        row += 1;
    }
    (row, at - index(row, 0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_and_indices_are_inverse() {
        for at in 0..20_000 {
            let (row, column) = place(at);
            assert!(column <= row && index(row, column) == at, "{at}: {row} {column}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        /// Against plain loops, at orders on either side of a tile's, in f64 and, with entries that f32 holds, in f32.
        #[test]
        fn the_product_is_that_of_plain_loops(order in 1..300usize, seed in 0..1000usize) {
            let entry = |i: usize, j: usize| ((i * 7919 + j * 104_729 + seed) % 257) as f64 / 64.0 - 2.0;
            let x: Vec<f64> = (0..order).map(|i| ((i * 31 + seed) % 17) as f64 - 8.0).collect();
            let exact: Vec<f64> =
                (0..order).map(|i| (0..order).map(|j| entry(i.max(j), i.min(j)) * x[j]).sum()).collect();
            let mut product = vec![f64::NAN; order];
            Packed::<f64>::from_fn(order, entry).multiply(&x, &mut product);
            prop_assert_eq!(&product, &exact);
            Packed::<f32>::from_fn(order, entry).multiply(&x, &mut product);
            prop_assert_eq!(&product, &exact);
        }
    }

    #[test]
    fn the_bits_do_not_depend_on_the_threads() {
        let matrix = Packed::<f32>::from_fn(2100, |i, j| ((i * 31 + j * 17) as f64).sin());
        let x: Vec<f64> = (0..2100).map(|i| (i as f64).cos()).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let mut product = vec![0.0; 2100];
            pool.install(|| matrix.multiply(&x, &mut product));
            product
        };
        assert_eq!(with(1), with(3));
    }

    #[test]
    fn adding_keeps_it_symmetric() {
        let mut matrix = Packed::<f64>::from_fn(200, |_, _| 1.0);
        matrix.add(3, 7, 2.0);
        matrix.add(150, 150, 4.0);
        assert_eq!(
            [matrix.entry(7, 3), matrix.entry(3, 7), matrix.entry(150, 150), matrix.entry(0, 1)],
            [3.0, 3.0, 5.0, 1.0]
        );
    }
}
