//! Networks of feature and memory neurons.

use lawbook_core::{Device, Key, Kind, Tensor, tensor::to_vec};
use lawbook_memory::biological::{Lagrangian, TwoLayerMemory};

/// Models A, B and C with 40 feature and 25 memory neurons, these five times as fast: a tenth of the cue wrong.
#[test]
fn two_layers_retrieve_whatever_their_model() {
    let normals = Key::new(["descents"]).stream("two layers", 0).normal_tensor(&[25, 40], Kind::Double, Device::Cpu);
    let patterns = normals.sign();
    let right = Tensor::from_slice(&[[1.0; 36].as_slice(), &[-1.0; 4]].concat());
    for (features, memories) in [
        (Lagrangian::SoftSign(2.0), Lagrangian::Rectified(3)),
        (Lagrangian::Quadratic, Lagrangian::Softmax(10.0)),
        (Lagrangian::Spherical, Lagrangian::Rectified(5)),
    ] {
        let memory = TwoLayerMemory::new(&patterns / 40f64.sqrt(), features, memories).unwrap();
        let memory = memory.with_times(1.0, 0.2).unwrap();
        let start = memory.settled(&(&patterns * &right / 40f64.sqrt())).unwrap();
        let end = features.activation(&memory.run(&start, 0.05, 200).unwrap().features);
        let rows = |t: &Tensor| to_vec(t).chunks(40).map(<[f64]>::to_vec).collect::<Vec<_>>();
        let cosines: Vec<f64> = rows(&end)
            .iter()
            .zip(rows(&patterns))
            .map(|(g, xi)| {
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
                dot(g, &xi) / (dot(g, g) * 40.0).sqrt()
            })
            .collect();
        let mean = cosines.iter().sum::<f64>() / 25.0;
        assert!(mean > 0.95, "{features:?} {memories:?}: {mean} {cosines:?}");
    }
}
