//! Channels of n×n matrices as points of [`Columns`]: what invariant graph networks sum over them and spread out again.
//!
//! The rows of a matrix lie one after the other, each padded with zeros to whole blocks.

use lawbook_core::dense::Columns;

/// Numbers of a block of [`Columns`].
const BLOCK: usize = 32;

/// Where the entries of an n×n matrix lie.
#[derive(Clone, Copy)]
pub(super) struct Square {
    pub(super) n: usize,
    /// n in whole blocks.
    pub(super) width: usize,
}

impl Square {
    pub(super) fn new(n: usize) -> Self {
        Self { n, width: n.next_multiple_of(BLOCK) }
    }

    pub(super) fn row(self, i: usize) -> std::ops::Range<usize> {
        i * self.width..(i + 1) * self.width
    }

    pub(super) fn diagonal(self, i: usize) -> usize {
        i * self.width + i
    }

    /// The sums of rows and of columns, and the diagonal, of the first channels, `[3 channels, n]`.
    pub(super) fn sums(self, a: &Columns, channels: usize) -> Columns {
        let mut found = Columns::zeros(3 * channels, self.n);
        let mut columns = vec![[0.0; BLOCK]; self.width / BLOCK];
        for channel in 0..channels {
            columns.fill([0.0; BLOCK]);
            for i in 0..self.n {
                let mut lanes = [0.0; BLOCK];
                let pieces = a.pieces(channel, self.row(i).start, self.row(i).end);
                for (sums, piece) in columns.iter_mut().zip(pieces) {
                    for ((sum, lane), x) in sums.iter_mut().zip(&mut lanes).zip(piece) {
                        *sum += x;
                        *lane += x;
                    }
                }
                *found.at(channel, i) = sum(&lanes);
                *found.at(2 * channels + channel, i) = a.get(channel, self.diagonal(i));
            }
            let columns = columns.as_flattened();
            (0..self.n).for_each(|j| *found.at(channels + channel, j) = columns[j]);
        }
        found
    }

    /// diag A, r, c, t and s of the first channels, `[5 channels, n]`.
    pub(super) fn contractions(self, a: &Columns, channels: usize) -> Columns {
        let (sums, factor) = (self.sums(a, channels), (self.n as f32).recip());
        let mut found = Columns::zeros(5 * channels, self.n);
        for channel in 0..channels {
            let (mut trace, mut total) = (0.0, 0.0);
            for i in 0..self.n {
                let [row, column, diagonal] = [0, 1, 2].map(|k| sums.get(k * channels + channel, i));
                (trace, total) = (trace + diagonal, total + row);
                let numbers = [diagonal, factor * row, factor * column];
                numbers.into_iter().enumerate().for_each(|(k, x)| *found.at(k * channels + channel, i) = x);
            }
            for i in 0..self.n {
                *found.at(3 * channels + channel, i) = factor * trace;
                *found.at(4 * channels + channel, i) = factor * factor * total;
            }
        }
        found
    }

    /// ReLU of the matrices and what is constant along rows, along columns and on the diagonal, `[3 channels, n]`.
    pub(super) fn spread(self, vectors: &Columns, matrices: &mut Columns) {
        let channels = matrices.channels();
        // In the padding ReLU gives zero.
        let mut along = vec![f32::NEG_INFINITY; self.width];
        for channel in 0..channels {
            (0..self.n).for_each(|j| along[j] = vectors.get(channels + channel, j));
            for i in 0..self.n {
                *matrices.at(channel, self.diagonal(i)) += vectors.get(2 * channels + channel, i);
                let constant = vectors.get(channel, i);
                let pieces = matrices.pieces_mut(channel, self.row(i).start, self.row(i).end);
                for (piece, along) in pieces.zip(along.as_chunks::<BLOCK>().0) {
                    for (x, along) in piece.iter_mut().zip(along) {
                        let sum = *x + constant + along;
                        // In this order NaN passes.
                        *x = if sum < 0.0 { 0.0 } else { sum };
                    }
                }
            }
        }
    }

    /// Behind ReLU, whose output are the first channels of `active`: the derivative by the matrices for that by their contractions and,
    /// if there are any, those by A and Aᵀ.
    pub(super) fn gathered(self, by_vectors: &Columns, by_matrices: Option<&Columns>, active: &Columns) -> Columns {
        let channels = by_vectors.channels() / 5;
        let mut slopes = Columns::zeros(channels, self.n * self.width);
        let (mut along, factor) = (vec![0.0; self.width], (self.n as f32).recip());
        let (mut plane, mut turned) = (vec![0.0; self.width * self.width], vec![0.0; self.width * self.width]);
        for channel in 0..channels {
            let of = |k: usize, i: usize| by_vectors.get(k * channels + channel, i);
            let [trace, total] = [3, 4].map(|k| factor * (0..self.n).map(|i| of(k, i)).sum::<f32>());
            if let Some(both) = by_matrices {
                self.read(both, channels + channel, &mut plane);
                self.turn(&plane, &mut turned);
                (0..self.n).for_each(|i| turned[self.diagonal(i)] += of(0, i) + trace);
            } else {
                (0..self.n).for_each(|i| turned[self.diagonal(i)] = of(0, i) + trace);
            }
            (0..self.n).for_each(|j| along[j] = factor * of(2, j));
            for i in 0..self.n {
                let (from, to) = (self.row(i).start, self.row(i).end);
                let constant = factor * (of(1, i) + total);
                let mut direct = by_matrices.map(|both| both.pieces(channel, from, to));
                let rest = turned[self.row(i)].as_chunks::<BLOCK>().0.iter().zip(along.as_chunks::<BLOCK>().0);
                let active = active.pieces(channel, from, to);
                for ((slopes, (turned, along)), active) in slopes.pieces_mut(channel, from, to).zip(rest).zip(active) {
                    let direct = direct.as_mut().and_then(Iterator::next).unwrap_or(&[0.0; BLOCK]);
                    for k in 0..BLOCK {
                        let slope = constant + along[k] + turned[k] + direct[k];
                        slopes[k] = if active[k] > 0.0 { slope } else { 0.0 };
                    }
                }
            }
        }
        slopes
    }

    /// Adds a number, and those of a vector, to row i of a channel.
    pub(super) fn add_to_row(self, a: &mut Columns, channel: usize, i: usize, constant: f32, along: &[f32]) {
        let start = self.row(i).start;
        for (piece, along) in a.pieces_mut(channel, start, start + self.n).zip(along.chunks(BLOCK)) {
            piece.iter_mut().zip(along).for_each(|(x, along)| *x += constant + along);
        }
    }

    /// One matrix, row by row without padding, as a channel.
    pub(super) fn channel(self, entries: &[f32]) -> Columns {
        let mut found = Columns::zeros(1, self.n * self.width);
        for (i, row) in entries.chunks_exact(self.n).enumerate() {
            let start = self.row(i).start;
            let pieces = found.pieces_mut(0, start, start + self.n);
            pieces.zip(row.chunks(BLOCK)).for_each(|(to, from)| to.copy_from_slice(from));
        }
        found
    }

    /// A channel, row by row.
    pub(super) fn read(self, a: &Columns, channel: usize, plane: &mut [f32]) {
        let pieces = a.pieces(channel, 0, self.n * self.width);
        plane.chunks_exact_mut(BLOCK).zip(pieces).for_each(|(to, from)| to.copy_from_slice(from));
    }

    /// Writes what [`read`](Self::read) reads.
    pub(super) fn write(self, plane: &[f32], channel: usize, a: &mut Columns) {
        let pieces = a.pieces_mut(channel, 0, self.n * self.width);
        pieces.zip(plane.chunks_exact(BLOCK)).for_each(|(to, from)| to.copy_from_slice(from));
    }

    /// The transpose, in squares of eight numbers.
    fn turn(self, plane: &[f32], turned: &mut [f32]) {
        for top in (0..self.n).step_by(8) {
            for left in (0..self.n).step_by(8) {
                let mut square = [[0.0; 8]; 8];
                for (k, row) in square.iter_mut().enumerate() {
                    row.copy_from_slice(&plane[(top + k) * self.width + left..][..8]);
                }
                for k in 0..8 {
                    let column = square.map(|row| row[k]);
                    turned[(left + k) * self.width + top..][..8].copy_from_slice(&column);
                }
            }
        }
    }

    /// A in the first channels and Aᵀ in the others.
    pub(super) fn with_transposes(self, a: &Columns) -> Columns {
        let channels = a.channels();
        let mut both = Columns::zeros(2 * channels, a.points());
        let (mut plane, mut turned) = (vec![0.0; self.width * self.width], vec![0.0; self.width * self.width]);
        for channel in 0..channels {
            self.read(a, channel, &mut plane);
            self.write(&plane, channel, &mut both);
            self.turn(&plane, &mut turned);
            self.write(&turned, channels + channel, &mut both);
        }
        both
    }
}

/// The sum of a block, in eight parts.
fn sum(lanes: &[f32; BLOCK]) -> f32 {
    let mut parts = [0.0; 8];
    lanes.as_chunks::<8>().0.iter().for_each(|eight| (0..8).for_each(|k| parts[k] += eight[k]));
    parts.iter().sum()
}
