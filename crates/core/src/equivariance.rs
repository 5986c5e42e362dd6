//! Measures how far a map is from commuting with a group, over random group elements and in both precisions.

use crate::{Device, Kind, Stream, Tensor, tensor::scalar};

/// The largest absolute deviation of `f(g·x)` from `g·f(x)` over `draws` random inputs and group elements, relative to the
/// largest entry of `f(x)`. The actions are computed in f64 whatever the precision of the map, so that the test is not the
/// source of the error; `f` gets and gives tensors of `kind`.
///
/// `draw` gives an input and an index of a group element; `act_in` and `act_out` are the two actions of that element.
pub fn equivariance_error<G>(
    stream: &mut Stream,
    kind: Kind,
    draws: usize,
    mut draw: impl FnMut(&mut Stream) -> (Tensor, G),
    act_in: impl Fn(&G, &Tensor) -> Tensor,
    act_out: impl Fn(&G, &Tensor) -> Tensor,
    f: impl Fn(&Tensor) -> Tensor,
) -> f64 {
    let apply = |x: &Tensor| f(&x.to_kind(kind)).to_kind(Kind::Double).to_device(Device::Cpu);
    (0..draws).fold(0.0, |worst, _| {
        let (x, g) = draw(stream);
        let x = x.to_kind(Kind::Double);
        let then_act = act_out(&g, &apply(&x));
        let act_then = apply(&act_in(&g, &x));
        let scale = scalar(&then_act.abs().max()).max(f64::MIN_POSITIVE);
        let error = scalar(&(then_act - act_then).abs().max()) / scale;
        f64::max(worst, error)
    })
}

/// A uniformly random permutation of 0, …, n − 1, as an index tensor.
pub fn random_permutation(stream: &mut Stream, n: usize) -> Tensor {
    let mut order: Vec<i64> = (0..n as i64).collect();
    stream.shuffle(&mut order);
    Tensor::from_slice(&order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    fn error_of(kind: Kind, f: impl Fn(&Tensor) -> Tensor) -> f64 {
        let mut stream = Key::new(["equivariance"]).stream("draws", 0);
        let permute = |g: &Tensor, x: &Tensor| x.index_select(0, g);
        let draw =
            |stream: &mut Stream| (stream.normal_tensor(&[7, 3], Kind::Double, Device::Cpu), random_permutation(stream, 7));
        equivariance_error(&mut stream, kind, 20, draw, permute, permute, f)
    }

    #[test]
    fn an_equivariant_map_has_rounding_error_and_a_broken_one_does_not() {
        let equivariant = |x: &Tensor| x.tanh() + x.mean_dim([0i64].as_slice(), true, x.kind());
        assert!(error_of(Kind::Double, equivariant) < 1e-14);
        assert!(error_of(Kind::Float, equivariant) < 1e-5);
        let broken = |x: &Tensor| x.cumsum(0, x.kind());
        assert!(error_of(Kind::Double, broken) > 0.1);
    }
}
