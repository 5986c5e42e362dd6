//! The output of a normalised DeepSet on a batch of sets.

use std::{hint::black_box, path::Path};

use anyhow::Result;
use lawbook_core::{Device, Key, Kind, Tensor, no_grad, tensor::to_vec};
use lawbook_equivariant::sets::{Aggregation, SetModel};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload, npy};

pub(crate) const BENCH: Bench = Bench {
    name: "set-forward",
    work: "normalised DeepSet, three layers of width 50 on either side, on 256 sets of 500 points of the plane, f64, 4 times",
    floor: "the matrix products of the layers applied to points, without biases and ReLU",
    threads: Threads::OneAndAll,
    peers: &["numpy", "jax"],
    script: "set_forward",
    eager: None,
    prepare: || Ok(Box::new(SetForward::new(256, 500)?)),
};

/// One forward alone is too short to be timed well.
const TIMES: usize = 4;

struct SetForward {
    model: SetModel,
    parameters: Vec<Tensor>,
    sets: Tensor,
    outputs: Tensor,
}

impl SetForward {
    fn new(sets: i64, points: i64) -> Result<Self> {
        let key = Key::new(["bench", "set-forward"]);
        let model = SetModel::three_layers(Aggregation::Mean, 2, 50)?;
        let parameters = model.init(&mut key.stream("parameters", 0), Kind::Double, Device::Cpu);
        let parameters = parameters.iter().map(Tensor::detach).collect();
        let sets = key.stream("sets", 0).normal_tensor(&[sets, points, 2], Kind::Double, Device::Cpu);
        Ok(Self { model, parameters, sets, outputs: Tensor::new() })
    }
}

impl Workload for SetForward {
    fn share(&self, folder: &Path) -> Result<serde_json::Value> {
        let write = |name: &str, tensor: &Tensor| {
            let shape: Vec<usize> = tensor.size().into_iter().map(|size| size as usize).collect();
            npy::write_f64(&folder.join(format!("{name}.npy")), &shape, to_vec(tensor))
        };
        write("sets", &self.sets)?;
        self.parameters.iter().enumerate().try_for_each(|(i, tensor)| write(&format!("parameter-{i}"), tensor))?;
        Ok(json!({"times": TIMES, "parameters": self.parameters.len(), "point_parameters": self.model.point().tensors()}))
    }

    fn work(&mut self) -> Result<()> {
        for _ in 0..TIMES {
            self.outputs = no_grad(|| self.model.forward(&self.parameters, &self.sets));
        }
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        let (point, _) = self.model.split(&self.parameters);
        let weights: Vec<Tensor> = point.iter().step_by(2).map(|weight| weight.transpose(0, 1)).collect();
        let points = self.sets.reshape([-1, 2]);
        for _ in 0..TIMES {
            let products = weights.iter().fold(points.shallow_clone(), |hidden, weight| hidden.matmul(weight));
            let _ = black_box(products);
        }
        Ok(())
    }

    /// The outputs; sums of up to 50 products and means of 500 points, in any order, differ by far less than 1e-12.
    fn statistics(&self) -> Vec<Statistic> {
        let output = |(set, value)| Statistic { name: format!("output of set {set}"), value, error: 1e-12 };
        to_vec(&self.outputs).into_iter().enumerate().map(output).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The model written out: layer by layer, set by set, in plain loops.
    #[test]
    fn the_outputs_are_those_of_plain_loops() {
        let mut bench = SetForward::new(3, 5).unwrap();
        bench.work().unwrap();
        let parameters: Vec<Vec<f64>> = bench.parameters.iter().map(to_vec).collect();
        let network = |x: &[f64], layers: &[Vec<f64>]| {
            let depth = layers.len() / 2;
            layers.chunks(2).enumerate().fold(x.to_vec(), |x, (depth_now, pair)| {
                let row = |(weights, bias): (&[f64], &f64)| bias + weights.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>();
                let sums = pair[0].chunks(x.len()).zip(&pair[1]).map(row);
                sums.map(|sum| if depth_now + 1 < depth { sum.max(0.0) } else { sum }).collect()
            })
        };
        let (point, readout) = parameters.split_at(bench.model.point().tensors());
        for (set, statistic) in to_vec(&bench.sets).chunks(10).zip(bench.statistics()) {
            let features: Vec<Vec<f64>> = set.chunks(2).map(|x| network(x, point)).collect();
            let mean: Vec<f64> = (0..50).map(|i| features.iter().map(|feature| feature[i]).sum::<f64>() / 5.0).collect();
            assert!((network(&mean, readout)[0] - statistic.value).abs() < statistic.error);
        }
    }
}
