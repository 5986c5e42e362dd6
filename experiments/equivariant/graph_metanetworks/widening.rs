//! Which metanetwork keeps its answer under which widening, and under the rescaling of neurons: random networks, double precision.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, no_grad, tensor::scalar};
use lawbook_equivariant::metanetworks::{
    Aggregation, Backward, Direction, EdgeNetwork, Feature, ProductNetwork, Readout, ScaleNetwork, Weights, Widening,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A perceptron 2-n-n-1 that is read by untrained metanetworks.
    pub struct Untrained {
        /// Hidden width n.
        n: integer = 16, 1..=1000;
        /// Copies of each neuron.
        copies: integer = 4, 2..=100;
        /// Channels of the metanetworks.
        channels: integer = 16, 1..=1000;
        /// Their rounds of messages.
        rounds: integer = 4, 1..=100;
    }
}

/// Rounding of f64 over four rounds, in which reciprocal weights may add some digits.
const ROUNDING: Margin = Margin::Absolute(1e-9);

const LAYERS: i64 = 3;

/// Invariance, exactly.
pub struct FunctionPreserving;

impl Study for FunctionPreserving {
    const NAME: &'static str = "widening";
    const ABOUT: &'static str = "A random perceptron, five widenings of it and a rescaling: the absolute change of its function, its \
        norm, and the answers of metanetworks with random parameters.";
    const UNCLAIMED: &'static [&'static str] = &["norm, bidirectional", "norm, doubly stochastic"];
    type Params = Untrained;

    fn grid(_: Profile) -> Vec<Untrained> {
        vec![Untrained::default()]
    }

    fn predict(points: &[Untrained]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let over = |what: &str, families: &[Widening]| {
            families.iter().map(|family| at.site(&format!("{what}, {}", family.name()))).collect::<Vec<_>>()
        };
        let (columns, rows): (Vec<Widening>, Vec<Widening>) =
            Widening::ALL.into_iter().partition(|family| family.keeps_columns());
        let beyond = &Widening::ALL[1..];
        let unchanged = |id: &str, sites: Vec<lawbook_claims::Site>| {
            let zeros = sites.into_iter().enumerate().map(|(i, site)| (i as f64, site, 0.0));
            Claim::exact(id, zeros).within(ROUNDING).axes("family of widenings", "absolute change")
        };
        Ok(vec![
            unchanged("function-kept", over("function", &Widening::ALL))
                .rival_residual("undivided", "every weight is copied as it is", [at.site("function, undivided")])
                .source("row sums of blocks"),
            unchanged("norm-kept", over("norm", &Widening::ALL[..1]))
                .rival_residual("all-widenings", "what keeps the function keeps the norm", over("norm", &rows))
                .source("normalised spectral norm"),
            unchanged("edges-keep-duplication", over("edges", &Widening::ALL[..1]))
                .rival_residual("raw-weights", "without the fan-in", [at.site("edges, raw weights")])
                .rival_residual("sum-of-messages", "without the mean over edges", [at.site("edges, sum of messages")])
                .rival_residual("sum-of-states", "without the mean over neurons", [at.site("edges, sum of states")])
                .rival_residual("all-widenings", "what keeps the function keeps the answer", over("edges", beyond))
                .source("three modifications of a graph metanetwork"),
            unchanged("products-keep-all", over("products", &Widening::ALL))
                .rival_residual("edges", "messages along single weights", over("edges", beyond))
                .source("forward matrix-product metanetwork"),
            unchanged("products-both-ways-keep-columns", over("products both ways", &columns))
                .rival_residual("all-widenings", "row sums suffice", over("products both ways", &rows))
                .source("bidirectional matrix-product metanetwork"),
            unchanged("scales-kept", ["forward", "reciprocal"].map(|way| at.site(&format!("scales, {way}"))).to_vec())
                .axes("messages", "absolute change under positive rescaling of neurons")
                .rival_residual(
                    "released-code",
                    "its flag for reciprocal weights is ignored",
                    [at.site("scales, raw backward")],
                )
                .rival_residual("plain", "a metanetwork that knows no scales", [at.site("scales, edges")])
                .source("Scale Equivariant Graph Metanetworks, Section 4; released code"),
        ])
    }

    fn measure(params: &Untrained, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("parameters"));
        let (channels, rounds) = (params.channels, params.rounds as usize);
        let narrow = Weights::random(&[2, params.n, params.n, 1], &mut cell.stream("weights"), device);
        let x = cell.stream("inputs").normal_tensor(&[64, 2], Kind::Double, device);
        let difference = |wide: &Weights| no_grad(|| scalar(&(wide.forward(&x) - narrow.forward(&x)).abs().max()));
        let change = |answer: &dyn Fn(&Weights) -> Tensor, other: &Weights| {
            no_grad(|| (scalar(&answer(other)) - scalar(&answer(&narrow))).abs())
        };

        let compatible = EdgeNetwork::duplication_compatible(channels, rounds, LAYERS)?;
        let edge_parameters = compatible.init(LAYERS, &mut stream, device);
        let edges = |network: &EdgeNetwork, other: &Weights| change(&|w| network.forward(&edge_parameters, w), other);
        let forward = ProductNetwork::new(Direction::Forward, channels, rounds, LAYERS)?;
        let both = ProductNetwork::new(Direction::Bidirectional, channels, rounds, LAYERS)?;
        let product_parameters = forward.init(LAYERS, &mut stream, device);
        for family in Widening::ALL {
            let wide = family.widen(&narrow, params.copies, &mut cell.stream(family.name()))?;
            let mut record = |what: &str, value: f64| cell.record(&format!("{what}, {}", family.name()), value);
            record("function", difference(&wide));
            record("norm", (wide.norm() - narrow.norm()).abs());
            record("edges", edges(&compatible, &wide));
            record("products", change(&|w| forward.forward(&product_parameters, w), &wide));
            record("products both ways", change(&|w| both.forward(&product_parameters, w), &wide));
        }

        let wide = Widening::Uniform.widen(&narrow, params.copies, &mut stream)?;
        let [mut raw, mut messages, mut states] = [(); 3].map(|()| compatible.clone());
        raw.feature = Feature::Raw;
        messages.aggregation = Aggregation::Sum;
        states.readout = Readout::Sum;
        for (name, network) in [("raw weights", raw), ("sum of messages", messages), ("sum of states", states)] {
            cell.record(&format!("edges, {name}"), edges(&network, &wide));
        }
        let undivided = wide.matrices.iter().enumerate();
        let matrices = undivided.map(|(l, w)| if l == 0 { w.shallow_clone() } else { w * params.copies as f64 }).collect();
        cell.record("function, undivided", difference(&Weights { matrices, biases: wide.biases }));

        let rescaled = narrow.rescaled(4.0, &mut cell.stream("scales"));
        cell.record("scales, edges", edges(&compatible, &rescaled));
        for (name, backward) in
            [("forward", Backward::Absent), ("reciprocal", Backward::Reciprocal), ("raw backward", Backward::Raw)]
        {
            let network = ScaleNetwork::new(backward, channels, rounds, LAYERS)?;
            let parameters = network.init(LAYERS, &mut stream, device);
            cell.record(&format!("scales, {name}"), change(&|w| network.forward(&parameters, w), &rescaled));
        }
        Ok(())
    }
}
