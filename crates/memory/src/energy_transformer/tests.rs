#![allow(clippy::unwrap_used)]

use lawbook_core::{
    Key,
    equivariance::{equivariance_error, random_permutation},
    optim::gradients,
    tensor::{scalar, to_vec},
};

use super::*;

const SIZES: Sizes = Sizes { features: 32, heads: 4, head_features: 8, memories: 128 };

fn stream(name: &str) -> Stream {
    Key::new(["energy transformer"]).stream(name, 0)
}

fn block(keys: Keys) -> EnergyTransformer {
    EnergyTransformer::random(SIZES, 32f64.sqrt().recip(), keys, &mut stream("block")).unwrap()
}

fn tokens(name: &str, shape: &[i64]) -> Tensor {
    stream(name).normal_tensor(shape, Kind::Double, Device::Cpu)
}

fn gap(a: &Tensor, b: &Tensor) -> f64 {
    scalar(&(a - b).abs().max())
}

/// The gradient written out against autograd of the energy, and the energy against its definition in loops.
#[test]
fn the_update_is_minus_the_gradient_of_the_energy() {
    for keys in [Keys::Others, Keys::All] {
        let block = block(keys);
        let x = tokens("gradient", &[10, 32]);
        let g = block.normalisation.normalised(&x).set_requires_grad(true);
        let energy = block.attention_energy(&g).unwrap() + block.memory_energy(&g).unwrap();
        let slope = gradients(&energy, &[g.shallow_clone()]).remove(0);
        assert!(gap(&slope, &-block.update(&x).unwrap()) < 1e-12);

        let (k, q) = block.heads(&g.detach());
        let mut sum = 0.0;
        for head in 0..4 {
            for c in 0..10i64 {
                let attended = (0..10i64).filter(|&b| keys == Keys::All || b != c);
                let products = attended.map(|b| scalar(&k.get(head).get(b).dot(&q.get(head).get(c))));
                sum -= products.map(|product| (block.beta * product).exp()).sum::<f64>().ln() / block.beta;
            }
        }
        assert!((scalar(&block.attention_energy(&g.detach()).unwrap()) - sum).abs() < 1e-10);
    }
}

/// X-Val: libtorch's layer normalisation; the Lagrangian's gradient by autograd; its curvature symmetric, without negative
/// eigenvalues, and blind to the mean.
#[test]
fn normalisation_is_the_gradient_of_its_convex_lagrangian() {
    let mut norm = Normalisation::plain(12, (Kind::Double, Device::Cpu));
    norm.scale *= 1.7;
    norm.shift = tokens("shift", &[12]);
    let x = tokens("x", &[12]).set_requires_grad(true);
    let weight = Tensor::full([12], 1.7, (Kind::Double, Device::Cpu));
    let peer = x.layer_norm([12i64].as_slice(), Some(&weight), Some(&norm.shift), 1e-5, false);
    let g = norm.normalised(&x);
    assert!(gap(&g, &peer) < 1e-13);
    assert!(gap(&gradients(&norm.lagrangian(&x), &[x.shallow_clone()])[0], &g) < 1e-13);

    let rows: Vec<Tensor> =
        (0..12).map(|i| gradients(&norm.normalised(&x).get(i), &[x.shallow_clone()]).remove(0)).collect();
    let jacobian = Tensor::stack(&rows, 0);
    assert!(gap(&jacobian, &jacobian.tr()) < 1e-13);
    assert!(scalar(&jacobian.linalg_eigvalsh("L").min()) > -1e-12);
    assert!(scalar(&jacobian.sum_dim_intlist([1i64].as_slice(), false, None).abs().max()) < 1e-12);
}

/// Negative control: with a scale per feature the Jacobian of layer normalisation is not symmetric.
#[test]
fn a_scale_per_feature_is_no_gradient() {
    let x = tokens("x", &[12]).set_requires_grad(true);
    let scale = tokens("scale", &[12]);
    let g = || x.layer_norm([12i64].as_slice(), Some(&scale), None, 1e-5, false);
    let rows: Vec<Tensor> = (0..12).map(|i| gradients(&g().get(i), &[x.shallow_clone()]).remove(0)).collect();
    let jacobian = Tensor::stack(&rows, 0);
    assert!(gap(&jacobian, &jacobian.tr()) > 0.1);
}

#[test]
fn blocks_commute_with_permutations_of_tokens() {
    let block = block(Keys::Others);
    let draw =
        |stream: &mut Stream| (stream.normal_tensor(&[7, 32], Kind::Double, Device::Cpu), random_permutation(stream, 7));
    let permute = |order: &Tensor, x: &Tensor| x.index_select(0, order);
    let run = |x: &Tensor| block.run(x, 0.1, 5).unwrap();
    assert!(equivariance_error(&mut stream("draws"), Kind::Double, 5, draw, permute, permute, run) < 1e-12);
}

/// X-Val: D = 768, 12 heads of 64, 3072 memories is the block of the paper's ImageNet model.
#[test]
fn the_parameters_of_the_published_block_are_counted() {
    let published = Sizes { features: 768, heads: 12, head_features: 64, memories: 3072 };
    assert_eq!(published.parameters(), 3_539_713);
    let block = block(Keys::All);
    let norm = &block.normalisation;
    let counted: usize =
        [&block.queries, &block.keys, &block.memories, &norm.scale, &norm.shift].map(Tensor::numel).iter().sum();
    assert_eq!(counted as i64, SIZES.parameters());
}

/// X-Val: libtorch's own attention kernel, values the queries' weights, for the first of the two terms.
#[test]
fn the_first_term_is_the_attention_of_libtorch() {
    let block = block(Keys::All);
    let g = block.normalisation.normalised(&tokens("attention", &[1, 10, 32]));
    let (k, q) = block.heads(&g);
    let no_mask: Option<Tensor> = None;
    let attended = Tensor::scaled_dot_product_attention(&q, &k, &k, no_mask, 0.0, false, Some(block.beta), false);
    let peer = attended.matmul(&block.queries).sum_dim_intlist([1i64].as_slice(), false, None);
    assert!(gap(&block.attention(&g).unwrap()[0], &peer) < 1e-12);
    assert!(gap(&block.attention_with(&block.queries, &g).unwrap(), &peer) < 1e-12);
}

#[test]
fn energies_fall_and_sets_of_tokens_do_not_mix() {
    let block = block(Keys::Others);
    let many = tokens("many", &[3, 6, 32]);
    let ends = block.run(&many, 0.1, 20).unwrap();
    assert!(gap(&ends.get(1), &block.run(&many.get(1), 0.1, 20).unwrap()) < 1e-12);
    let fell = block.energy(&ends).unwrap() - block.energy(&many).unwrap();
    assert!(to_vec(&fell).iter().all(|change| *change < 0.0));
}

#[test]
fn a_single_token_has_nobody_to_attend_to() {
    let error = block(Keys::Others).energy(&tokens("one", &[1, 32])).unwrap_err();
    assert!(error.to_string().contains("at least two tokens"), "{error}");
    assert!(block(Keys::Others).update(&tokens("narrow", &[5, 31])).is_err());
}

/// The energy that falls is that of g alone. The normalisation's own, `g·x − L = −D γ ε/σ` without a shift, is no part of it: it
/// rises in the same steps, for tokens grow along their way and with them their deviation σ.
#[test]
fn the_energy_of_the_normalisation_rises_while_that_of_the_block_falls() {
    let block = block(Keys::Others);
    for alpha in [0.01, 0.1] {
        let mut x = tokens("drift", &[6, 32]);
        for _ in 0..100 {
            let next = block.step(&x, alpha).unwrap();
            let change = |energy: &dyn Fn(&Tensor) -> f64| energy(&next) - energy(&x);
            assert!(change(&|x| scalar(&block.energy(x).unwrap())) < 0.0);
            assert!(change(&|x| scalar(&block.normalisation.legendre(x).sum(Kind::Double))) > 0.0);
            x = next;
        }
    }
}
