//! A matrix that mixes points, channel by channel: what the nodes of a graph get from their neighbours.

use super::{Activation, BLOCK, Columns, Row, kernels::Mix};
use crate::simd::Level;

/// Points and channels of a square that is transposed at once.
const SQUARE: usize = 8;

/// x ↦ Mx for every channel x of points, at fixed M.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    points: usize,
    columns: Vec<Row>,
}

impl Operator {
    /// Becomes the operator of M `[points, points]` in row-major order, times a factor. Panics if there are more or fewer numbers.
    pub fn set(&mut self, entries: &[f32], points: usize, factor: f32) {
        self.clear(entries, points);
        place(entries, points, &mut self.columns);
        self.scale(factor);
    }

    /// Becomes the operator of Mᵀ, the adjoint of that of M.
    pub fn set_adjoint(&mut self, entries: &[f32], points: usize, factor: f32) {
        self.clear(entries, points);
        for (q, row) in entries.chunks_exact(points.max(1)).enumerate() {
            for (block, piece) in row.chunks(BLOCK).enumerate() {
                self.columns[block * points + q].as_flattened_mut()[..piece.len()].copy_from_slice(piece);
            }
        }
        self.scale(factor);
    }

    /// Zeros in the padding; the rest is to be written.
    fn clear(&mut self, entries: &[f32], points: usize) {
        assert_eq!(entries.len(), points * points, "a row of numbers for each point");
        if self.points != points {
            self.points = points;
            self.columns.clear();
            self.columns.resize(points * points.div_ceil(BLOCK), Row::default());
        }
    }

    fn scale(&mut self, factor: f32) {
        self.columns.as_flattened_mut().as_flattened_mut().iter_mut().for_each(|number| *number *= factor);
    }

    /// Writes x and below it Mx to `out`, twice as many channels.
    pub fn append(&self, x: &Columns, out: &mut Columns) {
        assert_eq!(x.points, self.points, "points of the channels and of the operator");
        out.reshape(2 * x.channels, x.points);
        let channels = x.channels.max(1);
        for (x, out) in x.rows.chunks_exact(channels).zip(out.rows.chunks_exact_mut(2 * channels)) {
            out[..x.len()].copy_from_slice(x);
        }
        Level::widest().run(Mix {
            matrix: &self.columns,
            points: self.points,
            x: &x.rows,
            inputs: x.channels,
            first: 0,
            start: &[],
            out: &mut out.rows,
            outputs: 2 * x.channels,
            skip: x.channels,
            floor: f32::NEG_INFINITY,
        });
    }

    /// Writes what follows u + Mv to `out`, half as many channels, for u and below it v. For Mᵀ and no activation it is the adjoint of
    /// [`append`](Self::append).
    pub fn fold(&self, both: &Columns, activation: Activation, out: &mut Columns) {
        assert_eq!(both.points, self.points, "points of the channels and of the operator");
        out.reshape(both.channels / 2, both.points);
        Level::widest().run(Mix {
            matrix: &self.columns,
            points: self.points,
            x: &both.rows,
            inputs: both.channels,
            first: both.channels / 2,
            start: &both.rows,
            out: &mut out.rows,
            outputs: both.channels / 2,
            skip: 0,
            floor: if activation == Activation::Relu { 0.0 } else { f32::NEG_INFINITY },
        });
    }
}

/// Writes points `[points, channels]` in row-major order as blocks of channels.
pub(super) fn place(values: &[f32], channels: usize, rows: &mut [Row]) {
    let channels = channels.max(1);
    for (values, rows) in values.chunks(BLOCK * channels).zip(rows.chunks_exact_mut(channels)) {
        let points = values.len() / channels;
        let [whole_points, whole_channels] = [points, channels].map(|count| count / SQUARE * SQUARE);
        for point in (0..whole_points).step_by(SQUARE) {
            for channel in (0..whole_channels).step_by(SQUARE) {
                let mut square = [[0.0; SQUARE]; SQUARE];
                for (k, row) in square.iter_mut().enumerate() {
                    row.copy_from_slice(&values[(point + k) * channels + channel..][..SQUARE]);
                }
                for k in 0..SQUARE {
                    let column = square.map(|row| row[k]);
                    rows[channel + k].as_flattened_mut()[point..][..SQUARE].copy_from_slice(&column);
                }
            }
        }
        for (channel, row) in rows.iter_mut().enumerate() {
            let from = if channel < whole_channels { whole_points } else { 0 };
            let numbers = row.as_flattened_mut()[..points].iter_mut().enumerate().skip(from);
            numbers.for_each(|(point, number)| *number = values[point * channels + channel]);
        }
    }
}
