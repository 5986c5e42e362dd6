//! The mean squared error of an invariant graph network and its gradient by hand, graph by graph: activations never leave the cache.
//!
//! The rows of a matrix lie one after the other, each padded with zeros to whole blocks. All operations but A and Aᵀ act on five vectors
//! of n numbers, diag A, r, c, t1 and s1, and are one linear layer on n points, before they are spread out.

use lawbook_core::{
    Tensor,
    dense::{Activation, Columns, Layer, Slopes, numbers},
};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{GraphSignal, Ign};

/// Parts of the work, each with a gradient of its own. Fixed, so that no sum depends on the number of threads.
const PARTS: usize = 16;

/// Numbers of a block of [`Columns`].
const BLOCK: usize = 32;

/// By diag A, r, c, t and s: the operations constant along rows, along columns, and on the diagonal, which are also those of the last
/// layer.
const ROWS: [Option<usize>; 5] = [Some(11), Some(6), Some(5), Some(13), Some(14)];
const COLUMNS: [Option<usize>; 5] = [Some(12), Some(8), Some(7), None, None];
const DIAGONAL: [Option<usize>; 5] = [Some(0), Some(2), Some(3), Some(1), Some(4)];

/// Operations with their bias, one table below the other.
const HIDDEN: &[([Option<usize>; 5], Option<usize>)] = &[(ROWS, Some(0)), (COLUMNS, None), (DIAGONAL, Some(1))];
const LAST: &[([Option<usize>; 5], Option<usize>)] = &[(DIAGONAL, Some(0))];

/// A and Aᵀ, and the operation of each.
const MATRICES: [usize; 2] = [9, 10];

/// A layer at fixed coefficients.
struct Operations {
    tables: &'static [([Option<usize>; 5], Option<usize>)],
    inputs: usize,
    outputs: usize,
    vectors: Layer,
    matrices: Layer,
}

impl Operations {
    fn new(
        weight: &[f32],
        bias: &[f32],
        [inputs, outputs]: [usize; 2],
        tables: &'static [([Option<usize>; 5], Option<usize>)],
    ) -> Self {
        let coefficient = |operation: usize, o: usize, i: usize| weight[(operation * outputs + o) * inputs + i];
        let mut vectors = Vec::new();
        let mut biases = Vec::new();
        for (operations, constant) in tables {
            for o in 0..outputs {
                biases.push(constant.map_or(0.0, |at| bias[at * outputs + o]));
                for operation in operations {
                    vectors.extend((0..inputs).map(|i| operation.map_or(0.0, |operation| coefficient(operation, o, i))));
                }
            }
        }
        let row = |o: usize| MATRICES.into_iter().flat_map(move |k| (0..inputs).map(move |i| coefficient(k, o, i)));
        let matrices: Vec<f32> = if tables.len() == 1 { Vec::new() } else { (0..outputs).flat_map(row).collect() };
        let none = if tables.len() == 1 { Vec::new() } else { vec![0.0; outputs] };
        Self { tables, inputs, outputs, vectors: Layer::new(&vectors, &biases), matrices: Layer::new(&matrices, &none) }
    }

    fn zeros(&self) -> [Slopes; 2] {
        [Slopes::zeros(&self.vectors), Slopes::zeros(&self.matrices)]
    }

    /// The gradient in the shapes of the parameters.
    fn unpack(&self, [vectors, matrices]: &[Slopes; 2], sizes: [usize; 2]) -> [Vec<f32>; 2] {
        let (mut weight, mut bias) = (vec![0.0; sizes[0]], vec![0.0; sizes[1]]);
        let (inputs, outputs) = (self.inputs, self.outputs);
        let mut put = |operation: usize, o: usize, from: &[f32]| {
            weight[(operation * outputs + o) * inputs..][..inputs].copy_from_slice(from);
        };
        for (block, (operations, constant)) in self.tables.iter().enumerate() {
            for o in 0..outputs {
                let row = block * outputs + o;
                if let Some(at) = constant {
                    bias[at * outputs + o] = vectors.bias[row];
                }
                for (k, operation) in operations.iter().enumerate() {
                    operation
                        .iter()
                        .for_each(|&operation| put(operation, o, &vectors.weight[(5 * row + k) * inputs..][..inputs]));
                }
            }
        }
        for (k, operation) in MATRICES.into_iter().enumerate().filter(|_| self.tables.len() > 1) {
            (0..outputs).for_each(|o| put(operation, o, &matrices.weight[(2 * o + k) * inputs..][..inputs]));
        }
        [weight, bias]
    }
}

/// Where the entries of an n×n matrix lie.
#[derive(Clone, Copy)]
struct Square {
    n: usize,
    /// n in whole blocks.
    width: usize,
}

impl Square {
    fn new(n: usize) -> Self {
        Self { n, width: n.next_multiple_of(BLOCK) }
    }

    fn row(self, i: usize) -> std::ops::Range<usize> {
        i * self.width..(i + 1) * self.width
    }

    fn diagonal(self, i: usize) -> usize {
        i * self.width + i
    }

    /// The sums of rows and of columns, and the diagonal, of the first channels, `[3 channels, n]`.
    fn sums(self, a: &Columns, channels: usize) -> Columns {
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
    fn contractions(self, a: &Columns, channels: usize) -> Columns {
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
    fn spread(self, vectors: &Columns, matrices: &mut Columns) {
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
    fn gathered(self, by_vectors: &Columns, by_matrices: Option<&Columns>, active: &Columns) -> Columns {
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

    /// A channel, row by row.
    fn read(self, a: &Columns, channel: usize, plane: &mut [f32]) {
        let pieces = a.pieces(channel, 0, self.n * self.width);
        plane.chunks_exact_mut(BLOCK).zip(pieces).for_each(|(to, from)| to.copy_from_slice(from));
    }

    fn write(self, plane: &[f32], channel: usize, a: &mut Columns) {
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
    fn with_transposes(self, a: &Columns) -> Columns {
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

/// The loss and the gradient, or nothing where the tensors are not in single precision on the CPU.
pub(super) fn squared_error(
    model: &Ign,
    parameters: &[Tensor],
    graphs: &GraphSignal,
    labels: &Tensor,
) -> Option<(f64, Vec<Tensor>)> {
    let (adjacency, signal, targets) = (numbers(graphs.adjacency())?, numbers(graphs.signal())?, numbers(labels)?);
    let (count, square) = (graphs.graphs() as usize, Square::new(graphs.nodes() as usize));
    let widths: Vec<usize> = model.channels.iter().map(|width| *width as usize).collect();
    let (features, label) = (widths[0] - 1, widths[widths.len() - 1]);
    if count == 0 || signal.len() != count * square.n * features || targets.len() != count * square.n * label {
        return None;
    }
    let values = parameters.iter().map(numbers).collect::<Option<Vec<_>>>()?;
    let depth = widths.len() - 1;
    let operations = |(k, pair): (usize, &[Vec<f32>])| {
        Operations::new(&pair[0], &pair[1], [widths[k], widths[k + 1]], if k + 1 < depth { HIDDEN } else { LAST })
    };
    let layers: Vec<Operations> = values.chunks_exact(2).enumerate().map(operations).collect();
    let total = targets.len() as f32;
    let part = count.div_ceil(PARTS);
    let part_of = |index: usize| {
        let (mut loss, mut slopes) = (0.0, layers.iter().map(Operations::zeros).collect::<Vec<_>>());
        for graph in index * part..((index + 1) * part).min(count) {
            let of = |values: &[f32], size: usize| values[graph * size..(graph + 1) * size].to_vec();
            let input = input(&of(&adjacency, square.n * square.n), &of(&signal, square.n * features), square);
            loss += add_graph(&layers, input, &of(&targets, square.n * label), total, square, &mut slopes);
        }
        (loss, slopes)
    };
    let parts: Vec<(f64, Vec<[Slopes; 2]>)> = (0..count.div_ceil(part)).into_par_iter().map(part_of).collect();
    let (loss, slopes) = parts.into_iter().reduce(|(loss, mut sum), (other, part)| {
        sum.as_flattened_mut().iter_mut().zip(part.as_flattened()).for_each(|(sum, part)| sum.add_part(part));
        (loss + other, sum)
    })?;
    let sizes = values.chunks_exact(2).map(|pair| [pair[0].len(), pair[1].len()]);
    let gradient = layers.iter().zip(&slopes).zip(sizes).flat_map(|((layer, slopes), sizes)| layer.unpack(slopes, sizes));
    let tensors = gradient.zip(parameters).map(|(numbers, like)| Tensor::from_slice(&numbers).reshape(like.size()));
    Some((loss / f64::from(total), tensors.collect()))
}

/// A and the diagonal matrices of the features.
fn input(adjacency: &[f32], signal: &[f32], square: Square) -> Columns {
    let features = signal.len() / square.n;
    let mut input = Columns::zeros(1 + features, square.n * square.width);
    for i in 0..square.n {
        for j in 0..square.n {
            *input.at(0, square.row(i).start + j) = adjacency[i * square.n + j];
        }
        (0..features).for_each(|k| *input.at(1 + k, square.diagonal(i)) = signal[i * features + k]);
    }
    input
}

/// Adds a graph's part of the gradient, and gives its sum of squared errors.
fn add_graph(
    layers: &[Operations],
    input: Columns,
    targets: &[f32],
    total: f32,
    square: Square,
    slopes: &mut [[Slopes; 2]],
) -> f64 {
    let Some((last, hidden)) = layers.split_last() else { return 0.0 };
    // Of every layer A with Aᵀ, and the contractions.
    let mut passes = Vec::new();
    let mut a = input;
    for layer in hidden {
        let (contractions, both) = (square.contractions(&a, layer.inputs), square.with_transposes(&a));
        let mut vectors = Columns::default();
        layer.vectors.apply(&contractions, Activation::Identity, &mut vectors);
        layer.matrices.apply(&both, Activation::Identity, &mut a);
        square.spread(&vectors, &mut a);
        passes.push((both, contractions));
    }
    let contractions = square.contractions(&a, last.inputs);
    let mut outputs = Columns::default();
    last.vectors.apply(&contractions, Activation::Identity, &mut outputs);
    let (mut loss, mut by_outputs) = (0.0, Columns::zeros(last.outputs, square.n));
    for (at, target) in targets.iter().enumerate() {
        let (output, node) = (at % last.outputs, at / last.outputs);
        let error = outputs.get(output, node) - target;
        loss += f64::from(error).powi(2);
        *by_outputs.at(output, node) = 2.0 * error / total;
    }

    let mut by_vectors = Columns::default();
    slopes[hidden.len()][0].add(&by_outputs, &contractions);
    last.vectors.pull_back(&by_outputs, &mut by_vectors);
    let Some((_, _)) = passes.last() else { return loss };
    let mut by_a = square.gathered(&by_vectors, None, &a);
    for (k, (layer, (both, contractions))) in hidden.iter().zip(&passes).enumerate().rev() {
        let sums = square.sums(&by_a, layer.outputs);
        slopes[k][0].add(&sums, contractions);
        slopes[k][1].add(&by_a, both);
        if k > 0 {
            let mut by_both = Columns::default();
            layer.vectors.pull_back(&sums, &mut by_vectors);
            layer.matrices.pull_back(&by_a, &mut by_both);
            by_a = square.gathered(&by_vectors, Some(&by_both), both);
        }
    }
    loss
}

#[cfg(test)]
mod tests {
    use lawbook_core::{
        Device, Key, Kind,
        optim::{gradients, parameter},
        tensor::to_vec,
    };

    use super::*;
    use crate::graphs::GraphModel;

    /// Against libtorch's autograd, at sizes below, at and above a block, for matrices that are not symmetric, more graphs than parts, and
    /// networks with and without hidden layers.
    #[test]
    fn loss_and_gradient_are_those_of_autograd() {
        for (widths, count, n) in
            [(vec![2, 6, 7, 1], 3, 13), (vec![3, 4, 2], 18, 32), (vec![2, 3], 2, 5), (vec![2, 2, 5, 2], 2, 41)]
        {
            let normal = |purpose: &str, shape: &[i64]| {
                Key::new(["test", "ign slopes"]).stream(purpose, n as u64).normal_tensor(shape, Kind::Float, Device::Cpu)
            };
            let model = Ign::new(&widths).expect("widths");
            let graphs =
                GraphSignal::new(normal("a", &[count, n, n]), normal("x", &[count, n, widths[0] - 1])).expect("graphs");
            let labels = normal("y", &[count, n, widths[widths.len() - 1]]);
            let drawn = model.init(&mut Key::new(["test"]).stream("parameters", 0), Kind::Float, Device::Cpu);
            let biases = |(k, tensor): (usize, Tensor)| {
                parameter(&if k % 2 == 0 { tensor } else { normal("bias", &tensor.size()) }, Kind::Float)
            };
            let parameters: Vec<Tensor> = drawn.into_iter().enumerate().map(biases).collect();
            let expected = (model.forward(&parameters, &graphs) - &labels).square().mean(Kind::Float);
            let (loss, slopes) = squared_error(&model, &parameters, &graphs, &labels).expect("floats on the CPU");
            assert!((loss / to_vec(&expected)[0] - 1.0).abs() < 1e-5, "{loss} {expected:?}");
            for (a, b) in slopes.iter().zip(gradients(&expected, &parameters)) {
                assert_eq!(a.size(), b.size());
                let (error, size) = (to_vec(&(a - &b).norm())[0], to_vec(&b.norm())[0]);
                assert!(error <= 1e-4 * size, "{widths:?}: {error} of {size}");
            }
        }
    }
}
