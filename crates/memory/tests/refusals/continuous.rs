//! Memories of continuous states.

use lawbook_core::{Device, Kind, Tensor};
use lawbook_memory::{
    SimplicialComplex,
    biological::{Lagrangian, Layers, TwoLayerMemory},
    energy_transformer::{EnergyTransformer, Keys, Sizes, completion::Completion},
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
    let uneven = Layers { features: normals(&[2, 10]), memories: normals(&[5, 3]) };
    for refusal in [layers.energy(&uneven), layers.dissipation(&uneven)] {
        refused(refusal, &["[5, 3]", "[2]"]);
    }
    refused(layers.velocity(&uneven), &["[5, 3]", "[2]"]);
    refused(layers.run(&uneven, 0.1, 0), &["[5, 3]", "[2]"]);
    refused(layers.with_input(normals(&[10]) / 0.0), &["not finite"]);
    let layers = || TwoLayerMemory::new(normals(&[3, 10]), Lagrangian::Quadratic, Lagrangian::Softmax(1.0)).unwrap();
    refused(layers().with_feedback(normals(&[10, 3])), &["[10, 3]", "[3, 10]"]);
    refused(layers().with_feedback(normals(&[3, 10]).to_kind(Kind::Float)), &["feedback", "Float"]);
    refused(layers().with_feedback(normals(&[3, 10]) / 0.0), &["feedback", "not finite"]);
    for order in [1, 101, 400, u32::MAX] {
        let rectified = Lagrangian::Rectified(order);
        let weights = || Tensor::from_slice2(&[[1.0, 1.0]]);
        refused(
            TwoLayerMemory::new(weights(), Lagrangian::Quadratic, rectified),
            &[&format!("power is {order}"), "2 to 100"],
        );
        refused(TwoLayerMemory::new(weights(), rectified, Lagrangian::Quadratic), &[&format!("power is {order}")]);
    }
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
    let single = block.queries.to_kind(Kind::Float);
    refused(block.attention_with(&single, &normals(&[5, 10])), &["values", "Float"]);
}

#[test]
fn completions_take_images_of_their_shape_and_kind() {
    let sizes = Sizes { features: 6, heads: 1, head_features: 2, memories: 3 };
    let network = || Completion::random((5, 2), sizes, 0.2, Keys::All, &mut stream()).unwrap();
    let train = |patches: &Tensor, batch| network().train(patches, (batch, 2), (1, 0.01), &mut stream());
    refused(train(&normals(&[0, 5, 2]), 3), &["[0, 5, 2]", "at least one image"]);
    refused(train(&normals(&[]), 3), &["[]", "[B, 5, 2]"]);
    refused(train(&normals(&[4, 5, 2]).to_kind(Kind::Float), 3), &["patches", "Float"]);
    refused(train(&normals(&[4, 5, 2]), 0), &["images per batch is 0"]);
    let marks = |shape: &[i64]| Tensor::ones(shape, (Kind::Double, Device::Cpu));
    refused(network().complete(&normals(&[4, 5, 2]).to_kind(Kind::Float), &marks(&[4, 5])), &["patches", "Float"]);
    refused(network().complete(&normals(&[4, 5, 2]), &marks(&[4, 4])), &["[4, 4]", "[4, 5]"]);
    refused(network().loss(&normals(&[4, 5, 2]), &marks(&[4, 5]).to_kind(Kind::Float)), &["marks", "Float"]);
}
