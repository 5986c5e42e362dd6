//! Linear layers over many points in single precision, with their gradients: for networks so narrow that an eager tensor operation
//! spends most of its time on memory.
//!
//! Points lie side by side in the lanes of vectors, channels one below the other, in blocks of 32 points: a block of any layer stays in
//! the nearest cache, and no width is padded. Every level of instructions gives the same bits.

mod kernels;
mod operator;
mod stack;

use crate::{
    Kind, Tensor,
    device::Device,
    simd::{LANES, Level},
};
use kernels::{Affine, Gate, Outer, PANEL};

pub use operator::Operator;
pub use stack::Stack;

/// Points of a block.
const BLOCK: usize = 2 * LANES;

/// The numbers of one channel at the points of a block.
pub type Row = [[f32; LANES]; 2];

/// Channels of points; the last block is padded.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    channels: usize,
    points: usize,
    rows: Vec<Row>,
}

impl Columns {
    /// Zeros.
    pub fn zeros(channels: usize, points: usize) -> Self {
        Self { channels, points, rows: vec![Row::default(); channels * points.div_ceil(BLOCK)] }
    }

    /// The points `[points, channels]` in row-major order, padded with zeros.
    pub fn from_points(values: &[f32], channels: usize) -> Self {
        let mut columns = Self::zeros(channels, values.len() / channels.max(1));
        operator::place(values, channels, &mut columns.rows);
        columns
    }

    /// Channels of a point.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Points, without the padding.
    pub fn points(&self) -> usize {
        self.points
    }

    /// One number, to be changed.
    pub fn at(&mut self, channel: usize, point: usize) -> &mut f32 {
        &mut self.rows[point / BLOCK * self.channels + channel].as_flattened_mut()[point % BLOCK]
    }

    /// One number.
    pub fn get(&self, channel: usize, point: usize) -> f32 {
        self.rows[point / BLOCK * self.channels + channel].as_flattened()[point % BLOCK]
    }

    /// The numbers of a channel at the points `from..to`, in pieces.
    pub fn pieces(&self, channel: usize, from: usize, to: usize) -> impl Iterator<Item = &[f32]> {
        (from / BLOCK..to.div_ceil(BLOCK)).map(move |block| {
            let start = block * BLOCK;
            &self.rows[block * self.channels + channel].as_flattened()[from.max(start) - start..(to - start).min(BLOCK)]
        })
    }

    /// The same, to be changed.
    pub fn pieces_mut(&mut self, channel: usize, from: usize, to: usize) -> impl Iterator<Item = &mut [f32]> {
        let blocks = self.rows.chunks_exact_mut(self.channels.max(1)).enumerate();
        blocks.skip(from / BLOCK).take(to.div_ceil(BLOCK) - from / BLOCK).map(move |(block, rows)| {
            let start = block * BLOCK;
            &mut rows[channel].as_flattened_mut()[from.max(start) - start..(to - start).min(BLOCK)]
        })
    }

    /// These points, in this order.
    pub fn select(&self, points: &[usize]) -> Self {
        let mut selected = Self::zeros(self.channels, points.len());
        for (to, from) in points.iter().enumerate() {
            (0..self.channels).for_each(|channel| *selected.at(channel, to) = self.get(channel, *from));
        }
        selected
    }

    /// The sums `[channels, groups]` over every `points` consecutive points, times a factor.
    pub fn pool(&self, points: usize, factor: f32) -> Self {
        let groups = self.points / points.max(1);
        let mut pooled = Self::zeros(self.channels, groups);
        for group in 0..groups {
            for channel in 0..self.channels {
                let pieces = self.pieces(channel, group * points, (group + 1) * points);
                *pooled.at(channel, group) = factor * pieces.map(sum).sum::<f32>();
            }
        }
        pooled
    }

    /// The derivative by numbers that were [pooled](Self::pool), behind ReLU whose output they were, for the derivative `slopes` by the sums.
    pub fn spread(&self, slopes: &Self, points: usize, factor: f32) -> Self {
        let mut spread = Self::zeros(self.channels, self.points);
        for group in 0..slopes.points {
            for channel in 0..self.channels {
                let slope = factor * slopes.get(channel, group);
                let (from, to) = (group * points, (group + 1) * points);
                for (to, active) in spread.pieces_mut(channel, from, to).zip(self.pieces(channel, from, to)) {
                    to.iter_mut().zip(active).for_each(|(to, h)| *to = if *h > 0.0 { slope } else { 0.0 });
                }
            }
        }
        spread
    }

    /// The largest number of a channel among the points `from..to`, NaN if there is one, and where it is.
    pub fn maximum(&self, channel: usize, from: usize, to: usize) -> (f32, usize) {
        let mut best = (f32::NEG_INFINITY, from);
        let mut start = from;
        for piece in self.pieces(channel, from, to) {
            for (i, value) in piece.iter().enumerate() {
                if *value > best.0 || value.is_nan() {
                    best = (*value, start + i);
                }
            }
            start += piece.len();
        }
        best
    }

    /// The derivative of ReLU: keeps what lies where `activations`, its output, are positive.
    pub fn gate(&mut self, activations: &Self) {
        Level::widest().run(Gate { slopes: &mut self.rows, activations: &activations.rows });
    }

    /// Takes another shape and leaves the numbers to whoever writes them.
    fn reshape(&mut self, channels: usize, points: usize) {
        (self.channels, self.points) = (channels, points);
        self.rows.resize(channels * points.div_ceil(BLOCK), Row::default());
    }
}

/// The sum of at most a block of numbers, in lanes.
fn sum(piece: &[f32]) -> f32 {
    let (lanes, rest) = piece.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for lanes in lanes {
        (0..LANES).for_each(|i| sums[i] += lanes[i]);
    }
    sums.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

/// What follows a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Identity,
    /// max(x, 0).
    Relu,
}

/// A weight matrix as the kernels want it: panels of outputs, input by input, each number twice in 64 bits.
#[derive(Debug, Clone)]
struct Packed {
    outputs: usize,
    numbers: Vec<u64>,
}

impl Packed {
    fn new(outputs: usize, inputs: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
        let mut numbers = Vec::with_capacity(outputs * inputs);
        for start in (0..outputs).step_by(PANEL) {
            for input in 0..inputs {
                for output in start..(start + PANEL).min(outputs) {
                    let bits = u64::from(weight(output, input).to_bits());
                    numbers.push(bits << 32 | bits);
                }
            }
        }
        Self { outputs, numbers }
    }

    fn apply(&self, x: &Columns, bias: &[f32], activation: Activation, out: &mut Columns) {
        out.reshape(self.outputs, x.points);
        let floor = if activation == Activation::Relu { 0.0 } else { f32::NEG_INFINITY };
        let (weights, inputs) = (&self.numbers, x.channels);
        Level::widest().run(Affine { weights, bias, inputs, x: &x.rows, out: &mut out.rows, outputs: self.outputs, floor });
    }
}

/// x ↦ Wx + b, at fixed W and b.
#[derive(Debug, Clone)]
pub struct Layer {
    inputs: usize,
    outputs: usize,
    forward: Packed,
    backward: Packed,
    bias: Vec<f32>,
    no_bias: Vec<f32>,
}

impl Layer {
    /// The layer with W `[outputs, inputs]` in row-major order and one bias per output. Panics if there are more or fewer numbers.
    pub fn new(weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let inputs = weight.len() / outputs.max(1);
        assert_eq!(inputs * outputs, weight.len(), "a row of weights for each bias");
        Self {
            inputs,
            outputs,
            forward: Packed::new(outputs, inputs, |output, input| weight[output * inputs + input]),
            backward: Packed::new(inputs, outputs, |input, output| weight[output * inputs + input]),
            bias: bias.to_vec(),
            no_bias: vec![0.0; inputs],
        }
    }

    /// Channels in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Writes the layer's output for the points `x` to `out`.
    pub fn apply(&self, x: &Columns, activation: Activation, out: &mut Columns) {
        assert_eq!(x.channels, self.inputs, "channels of the points and of the layer");
        self.forward.apply(x, &self.bias, activation, out);
    }

    /// Writes Wᵀg, the derivative by the layer's input, to `out` for the derivative g by its output.
    pub fn pull_back(&self, slopes: &Columns, out: &mut Columns) {
        assert_eq!(slopes.channels, self.outputs, "channels of the slopes and of the layer");
        self.backward.apply(slopes, &self.no_bias, Activation::Identity, out);
    }
}

/// The derivative of a loss by a layer's weight and bias.
#[derive(Debug, Clone, PartialEq)]
pub struct Slopes {
    /// By W `[outputs, inputs]`, in row-major order.
    pub weight: Vec<f32>,
    /// By b.
    pub bias: Vec<f32>,
}

impl Slopes {
    /// Zeros for a layer.
    pub fn zeros(layer: &Layer) -> Self {
        Self { weight: vec![0.0; layer.inputs * layer.outputs], bias: vec![0.0; layer.outputs] }
    }

    /// Adds Σ g xᵀ and Σ g over all points, for inputs x of the layer and derivatives g by its output. In the padding g must be zero.
    pub fn add(&mut self, slopes: &Columns, x: &Columns) {
        assert_eq!(
            (slopes.points, slopes.channels),
            (x.points, self.bias.len()),
            "the same points, a channel for each output"
        );
        let (g, x, inputs) = (&slopes.rows, &x.rows, x.channels);
        Level::widest().run(Outer {
            g,
            x,
            outputs: self.bias.len(),
            inputs,
            weight: &mut self.weight,
            bias: &mut self.bias,
        });
    }

    /// Adds those of another part of the points.
    pub fn add_part(&mut self, part: &Self) {
        self.weight.iter_mut().zip(&part.weight).for_each(|(sum, slope)| *sum += slope);
        self.bias.iter_mut().zip(&part.bias).for_each(|(sum, slope)| *sum += slope);
    }
}

/// The numbers of a tensor that these layers can work on: single precision, on the CPU.
pub fn numbers(tensor: &Tensor) -> Option<Vec<f32>> {
    if tensor.kind() != Kind::Float || tensor.device() != Device::Cpu {
        return None;
    }
    let flat = tensor.detach().contiguous();
    let mut values = vec![0.0; flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    Some(values)
}

#[cfg(test)]
mod tests;
