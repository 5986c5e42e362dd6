//! The mean squared error of a generalised graph neural network and its gradient by hand, graph by graph: activations never leave the
//! cache.
//!
//! What acts on nodes and on averages over them is one linear layer on n points, whose inputs are X, r and diag A and their averages,
//! and whose outputs are what is spread along rows, what is spread along columns, X¹ and X².

use lawbook_core::{
    Tensor,
    dense::{Activation, Columns, Layer, Slopes, numbers},
};

use super::{
    Basis, Ggnn, GraphSignal,
    ggnn::TENSORS,
    parts::{squared_errors, sum_over_graphs},
    square::Square,
};

/// A layer at fixed parameters.
struct Maps {
    inputs: usize,
    outputs: usize,
    /// Channels of nodes: X, r and, with all operations, diag A.
    channels: usize,
    /// α₁, the layer on nodes, and M.
    layers: [Layer; 3],
}

/// What the gradient needs of a layer's forward pass: the layer's input, and what it made of it.
struct Pass {
    matrices: Columns,
    nodes: Columns,
    spread: Columns,
    mixed: Columns,
    products: Columns,
}

impl Maps {
    fn new(parameters: &[Vec<f32>], [inputs, outputs]: [usize; 2], basis: Basis) -> Self {
        let channels = inputs * if basis == Basis::All { 3 } else { 2 };
        let row = |k: usize, o: usize| &parameters[k][o * channels..(o + 1) * channels];
        let none = vec![0.0; channels];
        let mut weight = Vec::new();
        (0..outputs).for_each(|o| weight.extend([row(1, o), row(2, o)].concat()));
        (0..outputs).for_each(|o| weight.extend([row(1, o), &none].concat()));
        (0..2 * outputs).for_each(|o| weight.extend([row(4, o), row(5, o)].concat()));
        let zeros = vec![0.0; outputs];
        let bias = [&parameters[3], &zeros, &parameters[6]].map(Vec::as_slice).concat();
        let layers = [Layer::new(&parameters[0], &zeros), Layer::new(&weight, &bias), Layer::new(&parameters[7], &zeros)];
        Self { inputs, outputs, channels, layers }
    }

    fn zeros(&self) -> [Slopes; 3] {
        [0, 1, 2].map(|k| Slopes::zeros(&self.layers[k]))
    }

    /// The gradient in the shapes of the parameters.
    fn unpack(&self, [mixing, nodes, products]: &[Slopes; 3]) -> [Vec<f32>; TENSORS] {
        let (o, c) = (self.outputs, self.channels);
        let row = |k: usize, half: usize| &nodes.weight[(2 * k + half) * c..][..c];
        let rows =
            |from: usize, to: usize, half: usize| (from..to).flat_map(|k| row(k, half).to_vec()).collect::<Vec<f32>>();
        let both =
            rows(0, o, 0).into_iter().zip(rows(o, 2 * o, 0)).map(|(along_rows, along_columns)| along_rows + along_columns);
        [
            mixing.weight.clone(),
            both.collect(),
            rows(0, o, 1),
            nodes.bias[..o].to_vec(),
            rows(2 * o, 4 * o, 0),
            rows(2 * o, 4 * o, 1),
            nodes.bias[2 * o..].to_vec(),
            products.weight.clone(),
        ]
    }

    /// X, r and diag A, and the average of each.
    fn nodes(&self, square: Square, a: &Columns, x: &Columns) -> Columns {
        let (sums, factor) = (square.sums(a, self.inputs), (square.n as f32).recip());
        let mut nodes = Columns::zeros(2 * self.channels, square.n);
        for channel in 0..self.channels {
            let at = channel % self.inputs;
            let mut total = 0.0;
            for p in 0..square.n {
                let value = match channel / self.inputs {
                    0 => x.get(at, p),
                    1 => factor * sums.get(at, p),
                    _ => sums.get(2 * self.inputs + at, p),
                };
                *nodes.at(channel, p) = value;
                total += value;
            }
            (0..square.n).for_each(|p| *nodes.at(self.channels + channel, p) = factor * total);
        }
        nodes
    }

    /// A′ and X′ are in the pass and beside it.
    fn forward(&self, square: Square, matrices: Columns, x: &Columns) -> (Pass, Columns) {
        let nodes = self.nodes(square, &matrices, x);
        let [mut mixed, mut spread, mut next] = [(); 3].map(|()| Columns::default());
        self.layers[0].apply(&matrices, Activation::Identity, &mut mixed);
        self.layers[1].apply(&nodes, Activation::Identity, &mut spread);
        for channel in 0..self.outputs {
            let along: Vec<f32> = (0..square.n).map(|j| spread.get(self.outputs + channel, j)).collect();
            for i in 0..square.n {
                square.add_to_row(&mut mixed, channel, i, spread.get(channel, i), &along);
            }
        }
        let (second, factor) = (self.second(square, &spread), (square.n as f32).recip());
        let mut products = Columns::zeros(self.outputs * self.outputs, square.n);
        let mut plane = vec![0.0; square.n * square.width];
        for s in 0..self.outputs {
            square.read(&mixed, s, &mut plane);
            for (i, row) in plane.chunks_exact(square.width).enumerate() {
                for (t, second) in second.chunks_exact(square.width).enumerate() {
                    *products.at(s * self.outputs + t, i) = factor * dot(row, second);
                }
            }
        }
        self.layers[2].apply(&products, Activation::Identity, &mut next);
        for channel in 0..self.outputs {
            (0..square.n).for_each(|p| *next.at(channel, p) += spread.get(2 * self.outputs + channel, p));
        }
        (Pass { matrices, nodes, spread, mixed, products }, next)
    }

    /// X² channel by channel, padded with zeros.
    fn second(&self, square: Square, spread: &Columns) -> Vec<f32> {
        let mut second = vec![0.0; self.outputs * square.width];
        for (t, channel) in second.chunks_exact_mut(square.width).enumerate() {
            (0..square.n).for_each(|j| channel[j] = spread.get(3 * self.outputs + t, j));
        }
        second
    }

    /// Adds the gradient for the derivatives by A′ and X′, and gives those by A and X.
    fn backward(
        &self,
        square: Square,
        pass: &Pass,
        [mut by_mixed, by_next]: [Columns; 2],
        slopes: &mut [Slopes; 3],
    ) -> [Columns; 2] {
        let (o, factor) = (self.outputs, (square.n as f32).recip());
        let mut by_products = Columns::default();
        slopes[2].add(&by_next, &pass.products);
        self.layers[2].pull_back(&by_next, &mut by_products);

        let second = self.second(square, &pass.spread);
        let mut by_second = vec![0.0; second.len()];
        let [mut plane, mut by_plane] = [(); 2].map(|()| vec![0.0; square.n * square.width]);
        for s in 0..o {
            square.read(&pass.mixed, s, &mut plane);
            square.read(&by_mixed, s, &mut by_plane);
            let rows = plane.chunks_exact(square.width).zip(by_plane.chunks_exact_mut(square.width));
            for (i, (row, by_row)) in rows.enumerate() {
                let channels = second.chunks_exact(square.width).zip(by_second.chunks_exact_mut(square.width));
                for (t, (second, by_second)) in channels.enumerate() {
                    let slope = factor * by_products.get(s * o + t, i);
                    add_scaled(slope, second, by_row);
                    add_scaled(slope, row, by_second);
                }
            }
            square.write(&by_plane, s, &mut by_mixed);
        }

        let sums = square.sums(&by_mixed, o);
        let mut by_spread = Columns::zeros(4 * o, square.n);
        for channel in 0..o {
            for p in 0..square.n {
                *by_spread.at(channel, p) = sums.get(channel, p);
                *by_spread.at(o + channel, p) = sums.get(o + channel, p);
                *by_spread.at(2 * o + channel, p) = by_next.get(channel, p);
                *by_spread.at(3 * o + channel, p) = by_second[channel * square.width + p];
            }
        }
        slopes[0].add(&by_mixed, &pass.matrices);
        slopes[1].add(&by_spread, &pass.nodes);

        let [mut by_matrices, mut by_nodes] = [(); 2].map(|()| Columns::default());
        self.layers[0].pull_back(&by_mixed, &mut by_matrices);
        self.layers[1].pull_back(&by_spread, &mut by_nodes);
        let mut by_x = Columns::zeros(self.inputs, square.n);
        for channel in 0..self.channels {
            let average = factor * (0..square.n).map(|p| by_nodes.get(self.channels + channel, p)).sum::<f32>();
            let at = channel % self.inputs;
            for p in 0..square.n {
                let slope = by_nodes.get(channel, p) + average;
                match channel / self.inputs {
                    // X is the output of ReLU.
                    0 => *by_x.at(at, p) = if pass.nodes.get(channel, p) > 0.0 { slope } else { 0.0 },
                    1 => square.add_to_row(&mut by_matrices, at, p, factor * slope, &vec![0.0; square.n]),
                    _ => *by_matrices.at(at, square.diagonal(p)) += slope,
                }
            }
        }
        [by_matrices, by_x]
    }
}

/// Σ aᵢbᵢ of a multiple of sixteen numbers, in as many parts.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        (0..16).for_each(|k| sums[k] += a[k] * b[k]);
    }
    let quarters: [f32; 4] = std::array::from_fn(|k| (sums[k] + sums[k + 8]) + (sums[k + 4] + sums[k + 12]));
    quarters.iter().sum()
}

fn add_scaled(factor: f32, from: &[f32], to: &mut [f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

/// The loss and the gradient, or nothing where the tensors are not in single precision on the CPU.
pub(super) fn squared_error(
    model: &Ggnn,
    parameters: &[Tensor],
    graphs: &GraphSignal,
    labels: &Tensor,
) -> Option<(f64, Vec<Tensor>)> {
    let square = Square::new(graphs.nodes() as usize);
    let widths: Vec<usize> = model.channels.iter().map(|width| *width as usize).collect();
    let values = parameters.iter().map(numbers).collect::<Option<Vec<_>>>()?;
    let pairs = values.chunks_exact(TENSORS).zip(widths.windows(2));
    let layers: Vec<Maps> = pairs.map(|(values, pair)| Maps::new(values, [pair[0], pair[1]], model.basis)).collect();
    let total = labels.numel() as f32;
    let zeros = || layers.iter().map(Maps::zeros).collect();
    let channels = [1, model.channels[widths.len() - 1]];
    let (loss, slopes) = sum_over_graphs(graphs, labels, channels, zeros, |graph, slopes, (): &mut ()| {
        let input = [square.channel(graph.adjacency), Columns::from_points(graph.signal, 1)];
        add_graph(&layers, input, graph.targets, total, square, slopes)
    })?;
    let gradient = layers.iter().zip(&slopes).flat_map(|(layer, slopes)| layer.unpack(slopes));
    let tensors = gradient.zip(parameters).map(|(numbers, like)| Tensor::from_slice(&numbers).reshape(like.size()));
    Some((loss / f64::from(total), tensors.collect()))
}

/// Adds a graph's part of the gradient, and gives its sum of squared errors.
fn add_graph(
    layers: &[Maps],
    [mut a, mut x]: [Columns; 2],
    targets: &[f32],
    total: f32,
    square: Square,
    slopes: &mut [[Slopes; 3]],
) -> f64 {
    let mut passes = Vec::new();
    for (k, layer) in layers.iter().enumerate() {
        let (pass, mut next) = layer.forward(square, a, &x);
        if k + 1 < layers.len() {
            let gates = next.clone();
            next.gate(&gates);
        }
        (a, x) = (pass.mixed.clone(), next);
        passes.push(pass);
    }
    let (loss, by_x) = squared_errors(&x, targets, total);
    let mut below = [Columns::zeros(x.channels(), square.n * square.width), by_x];
    for ((layer, pass), slopes) in layers.iter().zip(&passes).zip(slopes).rev() {
        below = layer.backward(square, pass, below, slopes);
    }
    loss
}
