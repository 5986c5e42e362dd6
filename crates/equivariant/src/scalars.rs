//! Invariant and equivariant functions of vectors from their scalar products: for O(d), SO(d) and the Lorentz group.
//!
//! An O(d)-invariant function of v_1, …, v_n is a function of the products ⟨v_i, v_j⟩; an equivariant vector is Σ_i f_i v_i with
//! invariant f_i. SO(d) adds determinants of d vectors and generalised cross products of d − 1. For the Lorentz group the product
//! is Minkowski's.
//!
//! Source: Soledad Villar, David W. Hogg, Kate Storey-Fisher, Weichi Yao & Ben Blum-Smith, *Scalars are universal: Equivariant
//! machine learning, structured like classical physics*, NeurIPS 2021, arXiv 2106.06610.

use lawbook_core::{Kind, Tensor};

/// Why there are no such scalars.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScalarsError {
    /// Not a batch of tuples of vectors.
    #[error("vectors have shape {0:?}: give [batch, n, d] with n and d at least 1")]
    Shape(Vec<i64>),
    /// Fewer vectors than a determinant needs.
    #[error("{given} vectors are too few: give at least {needed}")]
    TooFew {
        /// How many there are.
        given: i64,
        /// How many are needed.
        needed: i64,
    },
}

/// The bilinear form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Σ_μ x_μ y_μ, kept by O(d).
    Euclidean,
    /// x_0 y_0 − Σ_{μ>0} x_μ y_μ, kept by O(1, d − 1).
    Minkowski,
}

impl Metric {
    /// η x, the vectors `[..., d]` with lowered indices.
    pub fn lower(self, x: &Tensor) -> Tensor {
        match self {
            Self::Euclidean => x.shallow_clone(),
            Self::Minkowski => {
                let time = x.narrow(-1, 0, 1);
                Tensor::cat(&[&time, &(-x.narrow(-1, 1, x.size()[x.dim() - 1] - 1))], -1)
            }
        }
    }

    /// All products ⟨v_i, v_j⟩ `[batch, n, n]` of vectors `[batch, n, d]`.
    pub fn gram(self, x: &Tensor) -> Result<Tensor, ScalarsError> {
        shape(x)?;
        Ok(self.lower(x).matmul(&x.transpose(1, 2)))
    }

    /// The products with i ≤ j, `[batch, n (n + 1)/2]`, row by row: all scalars of the orthogonal group of this form.
    pub fn products(self, x: &Tensor) -> Result<Tensor, ScalarsError> {
        let [batch, n, _] = shape(x)?;
        let upper: Vec<i64> = (0..n).flat_map(|i| (i..n).map(move |j| i * n + j)).collect();
        let upper = Tensor::from_slice(&upper).to_device(x.device());
        Ok(self.gram(x)?.reshape([batch, n * n]).index_select(1, &upper))
    }
}

/// The determinants of all d-tuples `[batch, n over d]` of vectors `[batch, n, d]`, in lexicographic order: what SO(d) adds.
pub fn determinants(x: &Tensor) -> Result<Tensor, ScalarsError> {
    let [_, n, d] = shape(x)?;
    let tuples = tuples_of(x, n, d, d)?;
    Ok(tuples.det())
}

/// The generalised cross products of all (d − 1)-tuples `[batch, n over d − 1, d]`, d ≥ 2: ⟨cross, w⟩ = det(v_1, …, v_{d−1}, w).
pub fn cross_products(x: &Tensor) -> Result<Tensor, ScalarsError> {
    let [_, n, d] = shape(x)?;
    if d < 2 {
        return Err(ScalarsError::Shape(x.size()));
    }
    let tuples = tuples_of(x, n, d, d - 1)?;
    let component = |mu: i64| {
        let others: Vec<i64> = (0..d).filter(|nu| *nu != mu).collect();
        // Laplace expansion along the last row.
        let sign = if (d - 1 + mu) % 2 == 0 { 1.0 } else { -1.0 };
        tuples.index_select(-1, &Tensor::from_slice(&others).to_device(x.device())).det() * sign
    };
    Ok(Tensor::stack(&(0..d).map(component).collect::<Vec<_>>(), -1))
}

/// Σ_i f_i v_i `[batch, d]` for coefficients `[batch, n]` and vectors `[batch, n, d]`: equivariant if the f_i are invariant.
pub fn combination(coefficients: &Tensor, x: &Tensor) -> Tensor {
    (coefficients.unsqueeze(-1) * x).sum_dim_intlist([1i64].as_slice(), false, None::<Kind>)
}

fn shape(x: &Tensor) -> Result<[i64; 3], ScalarsError> {
    match x.size().as_slice() {
        &[batch, n, d] if n > 0 && d > 0 => Ok([batch, n, d]),
        other => Err(ScalarsError::Shape(other.to_vec())),
    }
}

/// `[batch, n over k, k, d]`.
fn tuples_of(x: &Tensor, n: i64, d: i64, k: i64) -> Result<Tensor, ScalarsError> {
    if n < k {
        return Err(ScalarsError::TooFew { given: n, needed: k });
    }
    let mut subsets: Vec<Vec<i64>> = vec![Vec::new()];
    for _ in 0..k {
        let longer = |subset: Vec<i64>| {
            (subset.last().map_or(0, |last| last + 1)..n).map(move |next| [subset.as_slice(), &[next]].concat())
        };
        subsets = subsets.into_iter().flat_map(longer).collect();
    }
    let chosen = Tensor::from_slice(&subsets.concat()).to_device(x.device());
    Ok(x.index_select(1, &chosen).reshape([x.size()[0], subsets.len() as i64, k, d]))
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Device, Key, Stream, equivariance::equivariance_error, tensor};

    use super::*;
    use crate::groups::MatrixGroup;

    fn error(group: &MatrixGroup, kind: Kind, f: impl Fn(&Tensor) -> Tensor, output: Output) -> f64 {
        let d = group.size() as i64;
        let mut stream = Key::new(["scalars"]).stream("draws", 0);
        let draw = |stream: &mut Stream| {
            let g = group.element(stream, 0.3);
            let entries: Vec<f64> = (0..d * d).map(|at| g[((at / d) as usize, (at % d) as usize)]).collect();
            let g = tensor::from_slice(&entries, &[d, d], Kind::Double, Device::Cpu);
            (stream.normal_tensor(&[3, 4, d], Kind::Double, Device::Cpu), g)
        };
        let act = |g: &Tensor, x: &Tensor| x.matmul(&g.transpose(0, 1));
        let act_out = |g: &Tensor, y: &Tensor| match output {
            Output::Scalars => y.shallow_clone(),
            Output::Vectors => act(g, y),
        };
        equivariance_error(&mut stream, kind, 10, draw, act, act_out, f)
    }

    #[derive(Clone, Copy)]
    enum Output {
        Scalars,
        Vectors,
    }

    #[test]
    fn scalars_are_invariant_and_vectors_turn_in_both_precisions() {
        let (o, so) = (MatrixGroup::orthogonal(3).unwrap(), MatrixGroup::special_orthogonal(3).unwrap());
        let lorentz = MatrixGroup::lorentz(3).unwrap();
        let euclidean = |x: &Tensor| Metric::Euclidean.products(x).unwrap();
        let minkowski = |x: &Tensor| Metric::Minkowski.products(x).unwrap();
        let vector = |x: &Tensor| combination(&Metric::Minkowski.gram(x).unwrap().diagonal(0, 1, 2).tanh(), x);
        for (kind, rounding) in [(Kind::Double, 1e-11), (Kind::Float, 1e-3)] {
            assert!(error(&o, kind, euclidean, Output::Scalars) < rounding);
            assert!(error(&lorentz, kind, minkowski, Output::Scalars) < rounding);
            assert!(error(&so, kind, |x| determinants(x).unwrap(), Output::Scalars) < rounding);
            assert!(error(&so, kind, |x| cross_products(x).unwrap(), Output::Vectors) < rounding);
            assert!(error(&lorentz, kind, vector, Output::Vectors) < rounding);
        }
        // Negative controls: determinants change sign under reflections, Euclidean products under boosts.
        assert!(error(&o, Kind::Double, |x| determinants(x).unwrap(), Output::Scalars) > 0.1);
        assert!(error(&lorentz, Kind::Double, euclidean, Output::Scalars) > 0.1);
    }

    /// X-Val: torch's own cross product, and det(v_1, …, v_{d−1}, w) = ⟨cross, w⟩ in four dimensions.
    #[test]
    fn cross_products_are_those_of_torch_and_of_determinants() {
        let mut stream = Key::new(["scalars"]).stream("cross", 0);
        let x = stream.normal_tensor(&[5, 2, 3], Kind::Double, Device::Cpu);
        let torch = x.select(1, 0).linalg_cross(&x.select(1, 1), -1);
        assert!(tensor::scalar(&(cross_products(&x).unwrap().squeeze_dim(1) - torch).abs().max()) < 1e-13);
        let x = stream.normal_tensor(&[5, 4, 4], Kind::Double, Device::Cpu);
        let cross = cross_products(&x.narrow(1, 0, 3)).unwrap().squeeze_dim(1);
        let product = (cross * x.select(1, 3)).sum_dim_intlist([1i64].as_slice(), false, Kind::Double);
        assert!(tensor::scalar(&(product - determinants(&x).unwrap().squeeze_dim(1)).abs().max()) < 1e-12);
    }

    #[test]
    fn bad_shapes_are_refused() {
        let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Double, Device::Cpu));
        assert_eq!(Metric::Euclidean.products(&zeros(&[3, 2])), Err(ScalarsError::Shape(vec![3, 2])));
        assert_eq!(determinants(&zeros(&[1, 2, 3])), Err(ScalarsError::TooFew { given: 2, needed: 3 }));
        assert!(matches!(cross_products(&zeros(&[1, 2, 1])), Err(ScalarsError::Shape(_))));
    }
}
