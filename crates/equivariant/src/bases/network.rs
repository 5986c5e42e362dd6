//! Networks of equivariant layers: trained at one size, run at every size.
//!
//! Source: Eitan Levin & Mateo Díaz, *Any-dimensional equivariant neural networks*, AISTATS 2024, arXiv 2306.06327. Without the bilinear
//! layers of the released code, and without biases, which no compatible layer between tensors of positive order has.

use lawbook_core::{Device, Kind, Stream, Tensor, optim::parameter, tensor::from_slice};

use super::{Layer, Sequence, SequenceError};

/// Why there is no such network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AnySizeError {
    /// The entrywise ReLU is equivariant under permutations of the axes alone.
    #[error(
        "ReLU of the entries does not commute with rotations, so that the network is not equivariant under O({0}): take a sequence of \
         permutations, or functions of scalar products (`scalars`)"
    )]
    Rotations(usize),
    /// There is no layer.
    #[error("{0} levels make no layer: give the orders of the tensors at the input, between layers and at the output")]
    TooFewLevels(usize),
    /// A level without tensors.
    #[error("level {0} holds no tensor: give the order of at least one, 0 for a number")]
    EmptyLevel(usize),
    /// The layers at the training size.
    #[error(transparent)]
    Layers(#[from] SequenceError),
}

/// Which layers a network is built of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// All equivariant ones.
    Free,
    /// Those that map embedded inputs to embedded outputs.
    Compatible,
}

/// Equivariant layers with ReLU between them, between sums of tensors, with weights over a basis at one size.
///
/// The entrywise ReLU commutes with permutations and with both embeddings of them, not with rotations, which are refused. Parameters
/// are one vector of weights per layer.
#[derive(Debug, Clone)]
pub struct AnySizeNetwork {
    sequence: Sequence,
    levels: Vec<Vec<usize>>,
    size: usize,
    /// By order of the input, then of the output: what a weight multiplies, in coordinates of the basis at `size`.
    columns: Vec<Vec<Vec<Vec<f64>>>>,
}

/// A network at one size, ready to run.
#[derive(Debug)]
pub struct AtSize {
    /// Of every layer: for each weight the matrix that it multiplies, `[weights, outputs × inputs]`, and the outputs.
    layers: Vec<(Tensor, i64)>,
}

impl AnySizeNetwork {
    /// A network on `levels`, the orders of the tensors at the input, between the layers and at the output: `[[2], [1, 1, 2], [0]]` takes
    /// matrices to two vectors and a matrix, and these to a number. It is to be trained at `size`.
    pub fn new(sequence: Sequence, weights: Weights, levels: &[&[usize]], size: usize) -> Result<Self, AnySizeError> {
        if sequence == Sequence::PaddedRotations {
            return Err(AnySizeError::Rotations(size));
        }
        if levels.len() < 2 {
            return Err(AnySizeError::TooFewLevels(levels.len()));
        }
        if let Some(level) = levels.iter().position(|orders| orders.is_empty()) {
            return Err(AnySizeError::EmptyLevel(level));
        }
        let most = levels.iter().flat_map(|orders| orders.iter().copied()).max().unwrap_or(0);
        let below: Vec<usize> = match sequence {
            Sequence::DuplicatedPermutations => (1..size).filter(|m| size.is_multiple_of(*m)).collect(),
            _ => (1..size).collect(),
        };
        let of = |input: usize, output: usize| {
            let layer = Layer { sequence, input, output };
            match weights {
                Weights::Compatible => layer.compatible(size, &below),
                Weights::Free => {
                    let count = layer.basis(size)?.dimension();
                    Ok((0..count).map(|i| (0..count).map(|j| f64::from(u8::from(i == j))).collect()).collect())
                }
            }
        };
        let columns = (0..=most).map(|input| (0..=most).map(|output| of(input, output)).collect());
        let columns = columns.collect::<Result<_, SequenceError>>()?;
        Ok(Self { sequence, levels: levels.iter().map(|orders| orders.to_vec()).collect(), size, columns })
    }

    /// Fresh weights, with gradients: normal, so that outputs of a layer are of the size of its inputs at the training size.
    pub fn init(&self, stream: &mut Stream) -> Vec<Tensor> {
        let layer = |pair: &[Vec<usize>]| {
            let mut weights = Vec::new();
            for &output in &pair[1] {
                let count: usize = pair[0].iter().map(|&input| self.columns[input][output].len()).sum();
                let deviation = (self.size.pow(output as u32) as f64 / count.max(1) as f64).sqrt();
                weights.extend((0..count).map(|_| deviation * stream.normal()));
            }
            parameter(&from_slice(&weights, &[weights.len() as i64], Kind::Double, Device::Cpu), Kind::Double)
        };
        self.levels.windows(2).map(layer).collect()
    }

    /// The network at size n: restricted below the training size, extended above it, which below the stable range is an error.
    pub fn at(&self, n: usize) -> Result<AtSize, SequenceError> {
        let layers = self.levels.windows(2).map(|pair| self.layer(n, &pair[0], &pair[1]));
        Ok(AtSize { layers: layers.collect::<Result<_, _>>()? })
    }

    fn layer(&self, n: usize, inputs: &[usize], outputs: &[usize]) -> Result<(Tensor, i64), SequenceError> {
        let size = |orders: &[usize]| orders.iter().map(|order| n.pow(*order as u32)).sum::<usize>();
        let (width, height) = (size(inputs), size(outputs));
        let mut maps = Vec::new();
        let mut row = 0;
        for &output in outputs {
            let mut column = 0;
            for &input in inputs {
                let across = n.pow(input as u32);
                for map in self.maps(n, input, output)? {
                    let mut full = vec![0.0; height * width];
                    for (i, line) in map.chunks_exact(across).enumerate() {
                        full[(row + i) * width + column..][..across].copy_from_slice(line);
                    }
                    maps.push(from_slice(&full, &[(height * width) as i64], Kind::Double, Device::Cpu));
                }
                column += across;
            }
            row += n.pow(output as u32);
        }
        let maps = if maps.is_empty() {
            Tensor::zeros([0, (height * width) as i64], (Kind::Double, Device::Cpu))
        } else {
            Tensor::stack(&maps, 0)
        };
        Ok((maps, height as i64))
    }

    /// The matrices at size n that the weights between tensors of these orders multiply.
    fn maps(&self, n: usize, input: usize, output: usize) -> Result<Vec<Vec<f64>>, SequenceError> {
        let layer = Layer { sequence: self.sequence, input, output };
        let columns = &self.columns[input][output];
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        if n <= self.size {
            let basis = layer.basis(self.size)?;
            return columns.iter().map(|column| layer.restrict(&basis.combine(column), self.size, n)).collect();
        }
        let (basis, restriction) = (layer.basis(n)?, layer.restriction(self.size, n)?);
        columns.iter().map(|column| Ok(basis.combine(&restriction.extend(column)?))).collect()
    }
}

impl AtSize {
    /// The output `[batch, entries]` for inputs `[batch, entries]`: the entries of the tensors of a level one after the other, each
    /// row-major. Panics at other lengths.
    pub fn forward(&self, parameters: &[Tensor], x: &Tensor) -> Tensor {
        let mut hidden = x.shallow_clone();
        for (at, ((maps, outputs), weights)) in self.layers.iter().zip(parameters).enumerate() {
            let input = if at == 0 { hidden } else { hidden.relu() };
            let matrix = weights.unsqueeze(0).matmul(maps).reshape([*outputs, -1]);
            hidden = input.matmul(&matrix.transpose(0, 1));
        }
        hidden
    }
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Key, tensor::scalar};

    use super::*;

    const LEVELS: [&[usize]; 3] = [&[2], &[1, 2], &[1]];

    fn stream(purpose: &str) -> Stream {
        Key::new(["any-size"]).stream(purpose, 0)
    }

    #[test]
    fn compatible_networks_commute_with_padding_and_free_ones_do_not() {
        let x = stream("x").normal_tensor(&[4, 4], Kind::Double, Device::Cpu);
        let change = |weights: Weights| {
            let network = AnySizeNetwork::new(Sequence::PaddedPermutations, weights, &LEVELS, 4).expect("a network");
            let parameters = network.init(&mut stream("init"));
            let run = |n: i64, x: &Tensor| {
                network.at(n as usize).expect("stable").forward(&parameters, &x.reshape([1, n * n])).reshape([n])
            };
            let (small, large) = (run(4, &x), run(6, &x.constant_pad_nd([0, 2, 0, 2])));
            scalar(&(large - small.constant_pad_nd([0, 2])).abs().max())
        };
        assert!(change(Weights::Compatible) < 1e-12);
        assert!(change(Weights::Free) > 1e-3);
    }

    #[test]
    fn networks_commute_with_permutations_at_every_size() {
        let network = AnySizeNetwork::new(Sequence::PaddedPermutations, Weights::Free, &LEVELS, 4).expect("a network");
        let parameters = network.init(&mut stream("init"));
        for n in [3_i64, 4, 6] {
            let x = stream("x").normal_tensor(&[n, n], Kind::Double, Device::Cpu);
            let turned = x.roll([1, 1], [0, 1]);
            let run = |x: &Tensor| network.at(n as usize).expect("stable").forward(&parameters, &x.reshape([1, n * n]));
            let difference = run(&turned).reshape([n]) - run(&x).reshape([n]).roll([1], [0]);
            assert!(scalar(&difference.abs().max()) < 1e-12);
        }
    }

    #[test]
    fn networks_without_layers_or_with_rotations_are_refused() {
        let refused = |sequence, levels: &[&[usize]]| {
            AnySizeNetwork::new(sequence, Weights::Free, levels, 3).expect_err("bad").to_string()
        };
        assert!(refused(Sequence::PaddedRotations, &[&[2], &[0]]).contains("under O(3)"));
        assert!(refused(Sequence::PaddedPermutations, &[&[2]]).contains("1 levels"));
        assert!(refused(Sequence::PaddedPermutations, &[&[2], &[], &[0]]).contains("level 1 holds no tensor"));
    }

    #[test]
    fn extension_from_below_the_stable_range_is_refused() {
        let network = AnySizeNetwork::new(Sequence::PaddedPermutations, Weights::Free, &[&[2], &[2]], 3).expect("a network");
        assert!(matches!(network.at(4), Err(SequenceError::NotUnique { small: 3, large: 4, presentation: 4, .. })));
    }
}
