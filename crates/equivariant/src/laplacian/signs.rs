//! A symmetric matrix of signs with one bit per entry of its lower triangle: planted cliques of a hundred thousand vertices.

use lawbook_core::Key;
use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::{LaplacianError, Symmetric, packed::place};

/// Rows and columns of a block of bits. Per eight columns the sums over 256 patterns take as many additions, a quarter of the
/// rows that use them.
const BLOCK: usize = 1024;

/// Groups of eight columns in a block.
const GROUPS: usize = BLOCK / 8;

/// Per group, the bits of all rows: `block[group][row]`.
type Block = [[u8; BLOCK]; GROUPS];

/// Chunks of blocks, at most; see [`Packed`](super::Packed).
const CHUNKS: usize = 16;

/// The signed adjacency matrix of a graph over √n: ±1/√n off the diagonal, 0 on it.
///
/// A bit per entry makes n = 10⁵ fit into 0.63 GB, and a product costs one look-up and one addition per eight entries on
/// either side: for each group of eight columns the 256 possible sums of ±x are tabulated, and the x of the rows are summed by
/// pattern, which the eight columns share out afterwards. The bits are drawn once and kept.
#[derive(Debug, Clone)]
pub struct SignMatrix {
    order: usize,
    blocks: Vec<Block>,
    signal: Vec<usize>,
}

impl SignMatrix {
    /// A graph with fair edges and a clique of k = β√n random vertices.
    pub fn planted_clique(order: usize, beta: f64, key: &Key) -> Result<Self, LaplacianError> {
        let planted = super::observation::subset(order, beta, key)?;
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); order.div_ceil(BLOCK)];
        planted.iter().for_each(|&i| rows[i / BLOCK].push(i % BLOCK));
        let count = order.div_ceil(BLOCK);
        let mut blocks = vec![[[0; BLOCK]; GROUPS]; count * (count + 1) / 2];
        blocks.par_iter_mut().enumerate().for_each(|(at, block): (usize, &mut Block)| {
            let mut stream = key.stream("edges", at as u64);
            for eight in block.as_flattened_mut().as_chunks_mut().0 {
                *eight = stream.next_u64().to_le_bytes();
            }
            let (row, column) = place(at);
            for &i in &rows[row] {
                rows[column].iter().for_each(|&j| block[j / 8][i] |= 1 << (j % 8));
            }
            if row == column {
                for i in 0..BLOCK {
                    for j in 0..i {
                        let bit = block[j / 8][i] >> (j % 8) & 1;
                        block[i / 8][j] = block[i / 8][j] & !(1 << (i % 8)) | bit << (i % 8);
                    }
                }
            }
        });
        Ok(Self { order, blocks, signal: planted })
    }

    /// The clique.
    pub fn planted(&self) -> &[usize] {
        &self.signal
    }

    /// The sign of the edge between two different vertices.
    pub fn sign(&self, i: usize, j: usize) -> f64 {
        let (i, j) = (i.max(j), i.min(j));
        let block = &self.blocks[i / BLOCK * (i / BLOCK + 1) / 2 + j / BLOCK];
        if block[j % BLOCK / 8][i % BLOCK] >> (j % 8) & 1 == 0 { -1.0 } else { 1.0 }
    }
}

impl Symmetric for SignMatrix {
    fn order(&self) -> usize {
        self.order
    }

    fn multiply(&self, x: &[f64], product: &mut [f64]) {
        let padded_order = self.order.next_multiple_of(BLOCK);
        let mut padded = vec![0.0; padded_order];
        padded[..self.order].copy_from_slice(x);
        let chunks = self.blocks.len().min(CHUNKS);
        let bound = |chunk: usize| chunk * self.blocks.len() / chunks;
        let partial = |chunk: usize| {
            let mut sums = vec![0.0; padded_order];
            for at in bound(chunk)..bound(chunk + 1) {
                let (row, column) = place(at);
                let (left, right) = (&padded[row * BLOCK..][..BLOCK], &padded[column * BLOCK..][..BLOCK]);
                let (direct, mirrored) = both(&self.blocks[at], left, right);
                let rows = &mut sums[row * BLOCK..][..BLOCK];
                rows.iter_mut().zip(direct).for_each(|(sum, part)| *sum += part);
                // A block on the diagonal is whole.
                if row != column {
                    let columns = &mut sums[column * BLOCK..][..BLOCK];
                    columns.iter_mut().zip(mirrored).for_each(|(sum, part)| *sum += part);
                }
            }
            sums
        };
        let partials: Vec<Vec<f64>> = (0..chunks).into_par_iter().map(partial).collect();
        let unit = (self.order as f64).sqrt().recip();
        for (i, entry) in product.iter_mut().enumerate() {
            // The bits of the diagonal are random; the matrix has none.
            let sum: f64 = partials.iter().map(|sums| sums[i]).sum();
            let block = &self.blocks[i / BLOCK * (i / BLOCK + 3) / 2];
            let bit = block[i % BLOCK / 8][i % BLOCK] >> (i % 8) & 1;
            *entry = unit * (sum - if bit == 0 { -x[i] } else { x[i] });
        }
    }
}

/// B `right` and Bᵀ `left` of one block of signs.
fn both(block: &Block, left: &[f64], right: &[f64]) -> ([f64; BLOCK], [f64; BLOCK]) {
    let (mut direct, mut mirrored) = ([0.0; BLOCK], [0.0; BLOCK]);
    for (group, bits) in block.iter().enumerate() {
        let mut sums = [0.0; 256];
        sums[0] = -right[8 * group..][..8].iter().sum::<f64>();
        for lane in 0..8 {
            let (set, step) = (1 << lane, 2.0 * right[8 * group + lane]);
            for pattern in 0..set {
                sums[set + pattern] = sums[pattern] + step;
            }
        }
        let mut shares = [0.0; 256];
        for ((pattern, x), sum) in bits.iter().zip(left).zip(&mut direct) {
            *sum += sums[usize::from(*pattern)];
            shares[usize::from(*pattern)] += x;
        }
        // Sum over patterns by halves: after lane b, only patterns without the bits b and above are left.
        for lane in (0..8).rev() {
            let half = 1 << lane;
            let mut difference = 0.0;
            for pattern in 0..half {
                difference += shares[half + pattern] - shares[pattern];
                shares[pattern] += shares[half + pattern];
            }
            mirrored[8 * group + lane] = difference;
        }
    }
    (direct, mirrored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_that_of_plain_loops() {
        let n = 1500;
        let matrix = SignMatrix::planted_clique(n, 1.5, &Key::new(["signs"])).expect("58 vertices");
        let x: Vec<f64> = (0..n).map(|i| (i as f64 * 0.7).sin()).collect();
        let mut product = vec![0.0; n];
        matrix.multiply(&x, &mut product);
        for i in [0, 7, 1023, 1024, 1499] {
            let sum: f64 = (0..n).filter(|j| *j != i).map(|j| matrix.sign(i, j) * x[j]).sum();
            assert!((product[i] - sum / (n as f64).sqrt()).abs() < 1e-12, "{i}");
        }
    }

    /// Theorem 3.3 of Ma & Kunisky: λ₁ = 2.7996 at β = 1.2; a draw of 1600 vertices scatters by 0.05, the mean of eight by 0.02.
    #[test]
    fn top_eigenvalues_are_near_the_limit() {
        use crate::laplacian::{Nonlinearity, Search, SigmaLaplacian, top_eigenpair};
        let sigma = Nonlinearity::Tanh { height: 1.709_745_34, slope: 0.583_841_17 };
        let top = |draw: usize| {
            let matrix =
                SignMatrix::planted_clique(1600, 1.2, &Key::new(["signs", &draw.to_string()])).expect("48 vertices");
            let laplacian = SigmaLaplacian::new(&matrix, &sigma);
            let start: Vec<f64> = laplacian.diagonal().iter().map(|d| d - sigma.infimum()).collect();
            let search = Search { tolerance: 3e-3, ..Search::default() };
            top_eigenpair(&laplacian, &start, &search).expect("convergence").value
        };
        let mean = (0..8).map(top).sum::<f64>() / 8.0;
        assert!((mean - 2.7996).abs() < 0.08, "{mean}");
    }

    #[test]
    fn the_clique_is_complete_and_the_rest_is_fair() {
        let n = 1200;
        let matrix = SignMatrix::planted_clique(n, 1.0, &Key::new(["signs"])).expect("35 vertices");
        let clique = matrix.planted();
        assert_eq!(clique.len(), 35);
        assert!(clique.iter().all(|&i| clique.iter().all(|&j| i == j || matrix.sign(i, j) == 1.0)));
        let sum: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| matrix.sign(i, j)).sum();
        // 719 400 fair signs have deviation 848; the clique adds half of its 595 pairs twice.
        assert!((sum - 595.0).abs() < 5.0 * 848.0, "{sum}");
    }
}
