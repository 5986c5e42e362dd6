//! The mean squared error of message passing and its gradient by hand, graph by graph: activations never leave the cache.
//!
//! A layer is one linear map of channels and one product with the graph, whichever order has fewer channels to pass on: u + (1/n) A v
//! for the halves u and v of [W₁; W₂] X, or [W₁, W₂] applied to X and (1/n) A X. The adjoint of x ↦ (x, Ax) is (u, v) ↦ u + Aᵀv, so
//! each order's way back is the other's way forth.

use lawbook_core::{
    Tensor,
    dense::{Activation, Columns, Layer, Operator, Slopes, numbers},
};

use super::{
    GraphSignal, MessagePassing,
    parts::{squared_errors, sum_over_graphs},
};

/// Which comes first in a layer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    /// W₁ above W₂ on the channels, then what neighbours send.
    Mix,
    /// What neighbours send, then W₁ beside W₂ on both.
    Pass,
}

/// A layer at fixed parameters.
struct Maps {
    inputs: usize,
    first: First,
    mixing: Layer,
    activation: Activation,
}

/// What a graph is worked on in: the memory stays where it is from one to the next.
#[derive(Default)]
struct Workspace {
    /// (1/n) A and its transpose.
    operator: Operator,
    adjoint: Operator,
    /// X before every layer and after the last, and the derivatives by them.
    nodes: Vec<Columns>,
    slopes: Vec<Columns>,
    /// What lies between the linear map and the product of a layer, or the derivatives by it.
    between: Vec<Columns>,
}

impl Maps {
    fn new(pair: &[Vec<f32>], [inputs, outputs]: [usize; 2], activation: Activation) -> Self {
        let (first, weight, rows) = if outputs <= inputs {
            (First::Mix, pair.concat(), 2 * outputs)
        } else {
            let rows = pair[0].chunks_exact(inputs).zip(pair[1].chunks_exact(inputs));
            (First::Pass, rows.flat_map(|(own, received)| [own, received].concat()).collect(), outputs)
        };
        Self { inputs, first, mixing: Layer::new(&weight, &vec![0.0; rows]), activation }
    }

    fn zeros(&self) -> [Slopes; 1] {
        [Slopes::zeros(&self.mixing)]
    }

    /// The gradient in the shapes of the parameters.
    fn unpack(&self, slopes: &Slopes) -> [Vec<f32>; 2] {
        let half = slopes.weight.len() / 2;
        match self.first {
            First::Mix => [slopes.weight[..half].to_vec(), slopes.weight[half..].to_vec()],
            First::Pass => {
                [0, 1].map(|k| slopes.weight.chunks_exact(self.inputs).skip(k).step_by(2).flatten().copied().collect())
            }
        }
    }

    fn forward(&self, operator: &Operator, x: &Columns, between: &mut Columns, next: &mut Columns) {
        match self.first {
            First::Mix => {
                self.mixing.apply(x, Activation::Identity, between);
                operator.fold(between, self.activation, next);
            }
            First::Pass => {
                operator.append(x, between);
                self.mixing.apply(between, self.activation, next);
            }
        }
    }

    /// Adds the gradient for the derivative `slope` by the output before ReLU. X is the layer's input, and `between` what the way forth
    /// left there.
    fn add(&self, adjoint: &Operator, x: &Columns, between: &mut Columns, slope: &Columns, slopes: &mut Slopes) {
        match self.first {
            First::Mix => {
                adjoint.append(slope, between);
                slopes.add(between, x);
            }
            First::Pass => slopes.add(slope, between),
        }
    }

    /// Writes the derivative by X to `below`, after [`add`](Self::add).
    fn pull_back(&self, adjoint: &Operator, between: &mut Columns, slope: &Columns, below: &mut Columns) {
        match self.first {
            First::Mix => self.mixing.pull_back(between, below),
            First::Pass => {
                self.mixing.pull_back(slope, between);
                adjoint.fold(between, Activation::Identity, below);
            }
        }
    }
}

/// The loss and the gradient, or nothing where the tensors are not in single precision on the CPU.
pub(super) fn squared_error(
    model: &MessagePassing,
    parameters: &[Tensor],
    graphs: &GraphSignal,
    labels: &Tensor,
) -> Option<(f64, Vec<Tensor>)> {
    let widths: Vec<usize> = model.channels.iter().map(|width| *width as usize).collect();
    let depth = widths.len() - 1;
    let values = parameters.iter().map(numbers).collect::<Option<Vec<_>>>()?;
    let maps = |(k, pair): (usize, &[Vec<f32>])| {
        let activation = if k + 1 < depth { Activation::Relu } else { Activation::Identity };
        Maps::new(pair, [widths[k], widths[k + 1]], activation)
    };
    let layers: Vec<Maps> = values.chunks_exact(2).enumerate().map(maps).collect();
    let (n, total) = (graphs.nodes() as usize, labels.numel() as f32);
    let zeros = || layers.iter().map(Maps::zeros).collect();
    let channels = [model.channels[0], model.channels[depth]];
    let (loss, slopes) = sum_over_graphs(graphs, labels, channels, zeros, |graph, slopes, space: &mut Workspace| {
        space.operator.set(graph.adjacency, n, (n as f32).recip());
        space.adjoint.set_adjoint(graph.adjacency, n, (n as f32).recip());
        let x = Columns::from_points(graph.signal, widths[0]);
        add_graph(&layers, space, x, graph.targets, total, slopes)
    })?;
    let gradient = layers.iter().zip(&slopes).flat_map(|(layer, [slopes])| layer.unpack(slopes));
    let tensors = gradient.zip(parameters).map(|(numbers, like)| Tensor::from_slice(&numbers).reshape(like.size()));
    Some((loss / f64::from(total), tensors.collect()))
}

/// Adds a graph's part of the gradient, and gives its sum of squared errors.
fn add_graph(
    layers: &[Maps],
    space: &mut Workspace,
    x: Columns,
    targets: &[f32],
    total: f32,
    slopes: &mut [[Slopes; 1]],
) -> f64 {
    let Workspace { operator, adjoint, nodes, slopes: by_nodes, between } = space;
    for list in [&mut *nodes, &mut *by_nodes] {
        list.resize_with(layers.len() + 1, Columns::default);
    }
    between.resize_with(layers.len(), Columns::default);
    nodes[0] = x;
    for (k, layer) in layers.iter().enumerate() {
        let (x, next) = nodes.split_at_mut(k + 1);
        layer.forward(operator, &x[k], &mut between[k], &mut next[0]);
    }
    let (loss, errors) = squared_errors(&nodes[layers.len()], targets, total);
    by_nodes[layers.len()] = errors;
    for (k, (layer, [slopes])) in layers.iter().zip(slopes).enumerate().rev() {
        let (below, slope) = by_nodes.split_at_mut(k + 1);
        layer.add(adjoint, &nodes[k], &mut between[k], &slope[0], slopes);
        if k > 0 {
            layer.pull_back(adjoint, &mut between[k], &slope[0], &mut below[k]);
            below[k].gate(&nodes[k]);
        }
    }
    loss
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Device, Key, Kind, tensor::to_vec};

    use super::*;
    use crate::graphs::{GraphModel, full_random, triangles};

    #[test]
    fn no_sum_depends_on_the_number_of_threads() {
        let found = || {
            let stream = |purpose: &str| Key::new(["test", "message threads"]).stream(purpose, 0);
            let model = MessagePassing::new(&[1, 6, 5, 1]).expect("widths");
            let graphs = full_random(9, 40, &mut stream("graphs"), Kind::Float, Device::Cpu);
            let parameters = model.init(&mut stream("parameters"), Kind::Float, Device::Cpu);
            let (loss, slopes) =
                squared_error(&model, &parameters, &graphs, &triangles(&graphs)).expect("floats on the CPU");
            (loss, slopes.iter().map(to_vec).collect::<Vec<_>>())
        };
        let on =
            |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(found);
        assert_eq!(on(1), on(3));
    }
}
