//! Messages along single weights: m_ij = MSG(h_j, e_ij), h_i ← UPD(h_i, Agg_j m_ij), with perceptrons MSG and UPD.
//!
//! Three choices together make it compatible with duplication: the edge feature n_{l−1} W_ij, the mean over incoming edges, and
//! the mean over the neurons of each layer as readout. Each alone is necessary.

use lawbook_core::{Device, Kind, Stream, Tensor};

use super::{Direction, Weights};
use crate::mlp::{Mlp, ModelError};

/// What a message sees of a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// W_ij.
    Raw,
    /// n_{l−1} W_ij: what duplication keeps.
    FanIn,
}

/// How incoming messages become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
}

/// How the states of a layer become its part of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readout {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
}

/// The states of neurons, layer by layer, `[n_l, channels]` each.
type States = Vec<Tensor>;

/// A graph metanetwork with messages along single weights.
#[derive(Debug, Clone)]
pub struct EdgeNetwork {
    /// What a message sees.
    pub feature: Feature,
    /// How messages become one.
    pub aggregation: Aggregation,
    /// How states become an answer.
    pub readout: Readout,
    /// Where messages go.
    pub direction: Direction,
    channels: i64,
    rounds: usize,
    message: Mlp,
    update: Mlp,
    head: Mlp,
}

impl EdgeNetwork {
    /// The network compatible with duplication, forward, with so many channels per neuron and rounds of messages, for networks
    /// of `layers` layers of neurons (the inputs not counted).
    pub fn duplication_compatible(channels: i64, rounds: usize, layers: i64) -> Result<Self, ModelError> {
        Ok(Self {
            feature: Feature::FanIn,
            aggregation: Aggregation::Mean,
            readout: Readout::Mean,
            direction: Direction::Forward,
            channels,
            rounds,
            message: Mlp::new(&[channels + 1, channels, channels])?,
            update: Mlp::new(&[2 * channels, channels, channels])?,
            head: Mlp::new(&[layers * channels, channels, 1])?,
        })
    }

    /// Fresh parameters, in double precision: of messages forward, messages backward, update, head, and codes `[layers + 1,
    /// 2, channels]` of the layers and of their biases.
    pub fn init(&self, layers: i64, stream: &mut Stream, device: Device) -> Vec<Tensor> {
        let mut parameters = Vec::new();
        for network in [&self.message, &self.message, &self.update, &self.head] {
            parameters.extend(network.init(stream, Kind::Double, device));
        }
        parameters.push(stream.normal_tensor(&[layers + 1, 2, self.channels], Kind::Double, device));
        parameters
    }

    /// The answer, one number. Panics if the parameters are those of another network.
    pub fn forward(&self, parameters: &[Tensor], weights: &Weights) -> Tensor {
        let (forth, rest) = parameters.split_at(self.message.tensors());
        let (back, rest) = rest.split_at(self.message.tensors());
        let (update, rest) = rest.split_at(self.update.tensors());
        let (head, codes) = rest.split_at(self.head.tensors());
        let mut states = initial_states(weights, &codes[0]);
        for _ in 0..self.rounds {
            let before: States = states.iter().map(Tensor::shallow_clone).collect();
            for (l, w) in weights.matrices.iter().enumerate() {
                let edges = match self.feature {
                    Feature::Raw => w.shallow_clone(),
                    Feature::FanIn => w * w.size()[1] as f64,
                };
                let received = self.messages(forth, &before[l], &edges);
                states[l + 1] = &states[l + 1] + self.update.forward(update, &Tensor::cat(&[&before[l + 1], &received], 1));
                if self.direction == Direction::Bidirectional {
                    let received = self.messages(back, &before[l + 1], &edges.transpose(0, 1));
                    states[l] = &states[l] + self.update.forward(update, &Tensor::cat(&[&before[l], &received], 1));
                }
            }
        }
        let layer = |h: &Tensor| match self.readout {
            Readout::Sum => h.sum_dim_intlist([0i64].as_slice(), false, Kind::Double),
            Readout::Mean => h.mean_dim([0i64].as_slice(), false, Kind::Double),
        };
        self.head.forward(head, &Tensor::cat(&states[1..].iter().map(layer).collect::<Vec<_>>(), 0)).squeeze()
    }

    /// What each receiver gets from senders `[senders, channels]` along edges `[receivers, senders]`.
    fn messages(&self, parameters: &[Tensor], senders: &Tensor, edges: &Tensor) -> Tensor {
        let [receivers, count] = edges.size()[..] else { return senders.shallow_clone() };
        let sent = senders.unsqueeze(0).expand([receivers, count, self.channels], false);
        let messages = self.message.forward(parameters, &Tensor::cat(&[sent, edges.unsqueeze(2)], 2));
        match self.aggregation {
            Aggregation::Sum => messages.sum_dim_intlist([1i64].as_slice(), false, Kind::Double),
            Aggregation::Mean => messages.mean_dim([1i64].as_slice(), false, Kind::Double),
        }
    }
}

/// A code for each input neuron and layer, and the bias times a second code: what tells neurons of a layer apart is the bias and,
/// among inputs, the position.
pub(super) fn initial_states(weights: &Weights, codes: &Tensor) -> States {
    let code = |l: usize, which: i64| codes.get(l as i64).get(which);
    let inputs = weights.widths()[0];
    let positions = Tensor::arange_start(1, inputs + 1, (Kind::Double, codes.device())).unsqueeze(1);
    let first = code(0, 0) + positions * code(0, 1);
    let layer = |(l, b): (usize, &Tensor)| code(l + 1, 0) + b.unsqueeze(1) * code(l + 1, 1);
    std::iter::once(first).chain(weights.biases.iter().enumerate().map(layer)).collect()
}
