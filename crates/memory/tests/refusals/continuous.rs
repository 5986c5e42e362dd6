//! Memories of continuous states.

use lawbook_core::{Device, Kind, Tensor};
use lawbook_memory::{
    SimplicialComplex,
    biological::{Lagrangian, TwoLayerMemory},
    energy_transformer::{EnergyTransformer, Keys, Sizes},
    modern::ModernMemory,
    simplicial::attention::{Similarity, SimplicialAttention},
};

use crate::{refused, stream};

fn normals(shape: &[i64]) -> Tensor {
    stream().normal_tensor(shape, Kind::Double, Device::Cpu)
}

#[test]
fn continuous_memories_take_tensors_of_their_shape_and_kind() {
    let bad = [(normals(&[7]), "7"), (normals(&[10]).to_kind(Kind::Float), "Float")];
    refused(ModernMemory::new(normals(&[0, 10]), 1.0), &["[0, 10]"]);
    refused(ModernMemory::new(normals(&[10]), 1.0), &["[10]"]);
    refused(ModernMemory::new(normals(&[3, 10]) / 0.0, 1.0), &["not finite"]);
    refused(ModernMemory::new(normals(&[3, 10]).to_kind(Kind::Int64), 1.0), &["Int64"]);
    refused(ModernMemory::new(normals(&[3, 10]), f64::NAN), &["beta is NaN"]);
    let modern = ModernMemory::new(normals(&[3, 10]), 1.0).unwrap();
    let complex = SimplicialComplex::skeleton(10, 2).unwrap();
    let attention = SimplicialAttention::new(normals(&[3, 10]), &complex, 1.0, Similarity::Dot).unwrap();
    let layers = TwoLayerMemory::new(normals(&[3, 10]), Lagrangian::Quadratic, Lagrangian::Softmax(1.0)).unwrap();
    for (cue, named) in &bad {
        refused(modern.energy(cue), &[named]);
        refused(modern.update(cue), &[named]);
        refused(modern.retrieve(cue, 1e-6), &[named]);
        refused(attention.energy(cue), &[named]);
        refused(attention.update(cue), &[named]);
        refused(layers.settled(cue), &[named]);
        refused(layers.update(cue), &[named]);
    }
    refused(modern.retrieve(&normals(&[10]), 0.0), &["tolerance is 0"]);
    refused(modern.retrieve(&(normals(&[10]) / 0.0), 1e-6), &["not finite"]);
    refused(SimplicialAttention::new(normals(&[0, 10]), &complex, 1.0, Similarity::Dot), &["[0, 10]"]);
    refused(TwoLayerMemory::new(normals(&[0, 10]), Lagrangian::Quadratic, Lagrangian::Quadratic), &["[0, 10]"]);
    refused(layers.run(&layers.settled(&normals(&[10])).unwrap(), 0.0, 3), &["time step is 0"]);
    refused(layers.with_input(normals(&[10]) / 0.0), &["not finite"]);
    refused(
        TwoLayerMemory::new(Tensor::from_slice2(&[[1.0, 1.0]]), Lagrangian::Quadratic, Lagrangian::Rectified(1)),
        &["1"],
    );
}

#[test]
fn energy_transformers_take_two_tokens_or_more_of_their_shape_and_kind() {
    let sizes = Sizes { features: 10, heads: 2, head_features: 3, memories: 4 };
    refused(EnergyTransformer::random(Sizes { memories: 0, ..sizes }, 0.1, Keys::All, &mut stream()), &["memories is 0"]);
    let block = EnergyTransformer::random(sizes, 0.1, Keys::Others, &mut stream()).unwrap();
    for (tokens, named) in
        [(normals(&[5, 7]), "[5, 7]"), (normals(&[1, 10]), "two tokens"), (normals(&[5, 10]).to_kind(Kind::Float), "Float")]
    {
        refused(block.energy(&tokens), &[named]);
        refused(block.update(&tokens), &[named]);
        refused(block.run(&tokens, 0.1, 2), &[named]);
        refused(block.attention_energy(&tokens), &[named]);
        refused(block.memory_energy(&tokens), &[named]);
        refused(block.attention(&tokens), &[named]);
        refused(block.attention_with(&block.queries, &tokens), &[named]);
        refused(block.recollection(&tokens), &[named]);
    }
    refused(block.run(&(normals(&[5, 10]) / 0.0), 0.1, 2), &["not finite"]);
}
