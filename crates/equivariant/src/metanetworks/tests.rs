use lawbook_core::{Device, Key, Kind, Stream, tensor::scalar};

use super::{Backward, Direction, EdgeNetwork, ProductNetwork, ScaleNetwork, Weights, Widening, WideningError};

fn stream(purpose: &str) -> Stream {
    Key::new(["metanetworks"]).stream(purpose, 0)
}

fn narrow() -> Weights {
    Weights::random(&[2, 6, 5, 1], &mut stream("weights"), Device::Cpu)
}

#[test]
fn every_family_keeps_the_function_and_some_the_columns() {
    let (narrow, x) = (narrow(), stream("x").normal_tensor(&[9, 2], Kind::Double, Device::Cpu));
    for family in Widening::ALL {
        let wide = family.widen(&narrow, 3, &mut stream("blocks")).expect("three copies");
        assert_eq!(wide.widths(), [2, 18, 15, 1]);
        let difference = scalar(&(wide.forward(&x) - narrow.forward(&x)).abs().max());
        assert!(difference < 1e-12, "{family:?}: {difference}");
        // Sums over the columns of the first block of the hidden matrix.
        let block = wide.matrices[1].narrow(0, 0, 3).narrow(1, 0, 3);
        let sums = block.sum_dim_intlist([0i64].as_slice(), false, Kind::Double) - narrow.matrices[1].double_value(&[0, 0]);
        assert_eq!(scalar(&sums.abs().max()) < 1e-12, family.keeps_columns(), "{family:?}");
    }
    assert_eq!(Widening::Uniform.widen(&narrow, 0, &mut stream("blocks")).err(), Some(WideningError::Copies(0)));
}

/// The norm of an all-equal matrix c 11ᵀ of n×m is c√(nm) by hand, and duplication keeps any norm.
#[test]
fn the_norm_is_the_closed_form_and_kept_by_duplication() {
    let mut weights = narrow();
    let uniform = Widening::Uniform.widen(&weights, 4, &mut stream("blocks")).expect("four copies");
    assert!((uniform.norm() / weights.norm() - 1.0).abs() < 1e-12);
    for w in &mut weights.matrices {
        *w = w.ones_like() * 0.5;
    }
    // √(n_{l−1}/n_l) 0.5 √(n_l n_{l−1}) = n_{l−1}/2.
    assert!((weights.norm() - 0.5 * f64::from(2 + 6 + 5)).abs() < 1e-12);
}

#[test]
fn each_network_keeps_its_symmetry() {
    let narrow = narrow();
    let uniform = Widening::Uniform.widen(&narrow, 4, &mut stream("blocks")).expect("four copies");
    let general = Widening::General.widen(&narrow, 4, &mut stream("blocks")).expect("four copies");
    let edge = EdgeNetwork::duplication_compatible(8, 3, 3).expect("valid");
    let parameters = edge.init(3, &mut stream("edge"), Device::Cpu);
    let change = |a: f64, b: f64| (a - b).abs();
    let at = |weights: &Weights| scalar(&edge.forward(&parameters, weights));
    assert!(change(at(&narrow), at(&uniform)) < 1e-12 && change(at(&narrow), at(&general)) > 1e-6);
    let product = ProductNetwork::new(Direction::Forward, 8, 3, 3).expect("valid");
    let parameters = product.init(3, &mut stream("product"), Device::Cpu);
    let at = |weights: &Weights| scalar(&product.forward(&parameters, weights));
    assert!(change(at(&narrow), at(&general)) < 1e-11);
    let rescaled = narrow.rescaled(4.0, &mut stream("scales"));
    for (backward, equivariant) in [(Backward::Absent, true), (Backward::Reciprocal, true), (Backward::Raw, false)] {
        let scale = ScaleNetwork::new(backward, 8, 3, 3).expect("valid");
        let parameters = scale.init(3, &mut stream("scale"), Device::Cpu);
        let at = |weights: &Weights| scalar(&scale.forward(&parameters, weights));
        assert_eq!(change(at(&narrow), at(&rescaled)) < 1e-10, equivariant, "{backward:?}");
    }
    let x = stream("x").normal_tensor(&[9, 2], Kind::Double, Device::Cpu);
    assert!(scalar(&(narrow.forward(&x) - rescaled.forward(&x)).abs().max()) < 1e-12);
}
