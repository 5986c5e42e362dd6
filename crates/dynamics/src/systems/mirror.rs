//! Mirror symmetries of a loss, and what they do to its gradients, its Hessian and its minima.
//!
//! A loss has the `O`-mirror symmetry, for `O` with orthonormal columns, if it is the same at `θ` and at `(I − 2OOᵀ)θ`. Then on
//! the plane `Oᵀθ = 0` every sample's gradient lies in the plane, the Hessian has no block between the plane and its normals, and
//! enough weight decay or gradient noise draws the parameters into it (Liu Ziyin, *Symmetry Induces Structure and Constraint of
//! Learning*, ICML 2024, PMLR 235, arXiv 2309.16932, theorem 1). Parameters are one flat tensor of `p` numbers in f64.

use lawbook_core::{Device, Kind, Stream, Tensor, no_grad, tensor::scalar};
use thiserror::Error;

/// Why there is no such mirror.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum MirrorError {
    /// Not a matrix of more rows than columns.
    #[error(
        "normals of shape {0:?}: give a matrix with one row per parameter and one column per normal, at least 1 and no more than \
         rows"
    )]
    Shape(Vec<i64>),
    /// The columns are not orthonormal.
    #[error(
        "the columns of O are not orthonormal: OᵀO differs from the identity by {0:.3e}, and I − 2OOᵀ is then no reflection; \
         orthonormalise them by a QR decomposition"
    )]
    NotOrthonormal(f64),
    /// An exchange that names a parameter twice or out of range.
    #[error(
        "an exchange names parameter {index} of {parameters} {times}: give disjoint pairs of parameters below {parameters}"
    )]
    Pair {
        /// The parameter.
        index: i64,
        /// Number of parameters.
        parameters: i64,
        /// What is wrong with it.
        times: &'static str,
    },
    /// Negative or not a number.
    #[error(
        "the penalty is {0}: give a finite number of at least 0, for a negative one lets the parameters grow without bound"
    )]
    Penalty(f64),
}

/// A mirror, given by its normals: an orthonormal basis of the directions that it reverses.
#[derive(Debug)]
pub struct Mirror {
    normals: Tensor,
}

impl Mirror {
    /// The mirror whose normals are the columns of `O`, which must be orthonormal to 1e-10.
    pub fn new(normals: &Tensor) -> Result<Self, MirrorError> {
        let shape = normals.size();
        if shape.len() != 2 || shape[1] > shape[0] || shape[1] == 0 {
            return Err(MirrorError::Shape(shape));
        }
        let normals = normals.detach().to_kind(Kind::Double);
        let identity = Tensor::eye(shape[1], (Kind::Double, normals.device()));
        let worst = scalar(&(normals.transpose(0, 1).matmul(&normals) - identity).abs().max());
        if worst > 1e-10 || worst.is_nan() {
            return Err(MirrorError::NotOrthonormal(worst));
        }
        Ok(Self { normals })
    }

    /// A mirror with `normals` random normals, at least 1 and at most `parameters`, uniformly oriented.
    pub fn random(parameters: i64, normals: i64, stream: &mut Stream, device: Device) -> Result<Self, MirrorError> {
        // Of more columns than rows the decomposition would keep as many as there are rows.
        if !(1..=parameters).contains(&normals) {
            return Err(MirrorError::Shape(vec![parameters, normals]));
        }
        let draws = stream.normal_tensor(&[parameters, normals], Kind::Double, device);
        Self::new(&Tensor::linalg_qr(&draws, "reduced").0)
    }

    /// The exchange of parameters in pairs, of two neurons say: its normals are `(eᵢ − eⱼ)/√2`.
    pub fn exchange(parameters: i64, pairs: &[(i64, i64)], device: Device) -> Result<Self, MirrorError> {
        Self::of_pairs(parameters, pairs, -1.0, device)
    }

    /// The mirror `uᵢ ↔ −wᵢ` in pairs, which rescaling `u → c u`, `w → w/c` contains with `c = −w/u`: normals `(eᵢ + eⱼ)/√2`.
    pub fn opposite_exchange(parameters: i64, pairs: &[(i64, i64)], device: Device) -> Result<Self, MirrorError> {
        Self::of_pairs(parameters, pairs, 1.0, device)
    }

    fn of_pairs(parameters: i64, pairs: &[(i64, i64)], sign: f64, device: Device) -> Result<Self, MirrorError> {
        let mut named = Vec::with_capacity(2 * pairs.len());
        for index in pairs.iter().flat_map(|&(i, j)| [i, j]) {
            if !(0..parameters).contains(&index) {
                return Err(MirrorError::Pair { index, parameters, times: "which does not exist" });
            }
            if named.contains(&index) {
                return Err(MirrorError::Pair { index, parameters, times: "twice" });
            }
            named.push(index);
        }
        let normals = Tensor::zeros([parameters, pairs.len() as i64], (Kind::Double, device));
        for (column, &(i, j)) in (0..).zip(pairs) {
            let _ = normals.get(i).get(column).fill_(std::f64::consts::FRAC_1_SQRT_2);
            let _ = normals.get(j).get(column).fill_(sign * std::f64::consts::FRAC_1_SQRT_2);
        }
        Self::new(&normals)
    }

    /// `O`: a matrix of `p` rows and `q` columns.
    pub fn normals(&self) -> &Tensor {
        &self.normals
    }

    /// `Oᵀθ`: how far parameters are from the plane, along each normal.
    pub fn coordinates(&self, theta: &Tensor) -> Tensor {
        self.normals.transpose(0, 1).matmul(theta)
    }

    /// `OOᵀθ`: the part of the parameters that is normal to the plane.
    pub fn normal_part(&self, theta: &Tensor) -> Tensor {
        self.normals.matmul(&self.coordinates(theta))
    }

    /// `(I − 2OOᵀ)θ`.
    pub fn reflect(&self, theta: &Tensor) -> Tensor {
        theta - self.normal_part(theta) * 2.0
    }

    /// `(I − OOᵀ)θ`: the nearest parameters on the plane.
    pub fn onto_plane(&self, theta: &Tensor) -> Tensor {
        theta - self.normal_part(theta)
    }

    /// The largest change of a loss by the reflection over `draws` standard normal parameters, relative to the loss: rounding
    /// if the loss has the symmetry, of order one if not; NaN without draws, or if one of them has a loss that is no number.
    pub fn asymmetry(&self, loss: impl Fn(&Tensor) -> Tensor, draws: usize, stream: &mut Stream) -> f64 {
        let parameters = self.normals.size()[0];
        no_grad(|| {
            let change = |_| {
                let theta = stream.normal_tensor(&[parameters], Kind::Double, self.normals.device());
                let (here, there) = (scalar(&loss(&theta)), scalar(&loss(&self.reflect(&theta))));
                (here - there).abs() / here.abs().max(f64::MIN_POSITIVE)
            };
            // Of a number and NaN, `max` keeps the number.
            let worse = |worst: f64, change: f64| if worst.is_nan() || change <= worst { worst } else { change };
            (0..draws).map(change).reduce(worse).unwrap_or(f64::NAN)
        })
    }

    /// The blocks of a Hessian with respect to the plane.
    pub fn blocks(&self, hessian: &Tensor) -> Blocks {
        let transposed = self.normals.transpose(0, 1);
        let rows = transposed.matmul(hessian);
        let normal = rows.matmul(&self.normals);
        let mixed = rows - normal.matmul(&transposed);
        Blocks { mixed: scalar(&mixed.norm()) / scalar(&hessian.norm()), normal }
    }
}

/// How a Hessian sees the plane of a mirror.
#[derive(Debug)]
pub struct Blocks {
    /// `|OᵀH(I − OOᵀ)|/|H|` in Frobenius norms: 0 at the plane of a symmetry.
    pub mixed: f64,
    /// `OᵀHO`: the curvatures across the plane.
    pub normal: Tensor,
}

impl Blocks {
    /// The smallest curvature across the plane. With weight decay `γ|θ|²` the plane attracts, near this point, exactly if it is
    /// above `−2γ`.
    pub fn smallest_curvature(&self) -> f64 {
        scalar(&self.normal.linalg_eigvalsh("L").min())
    }
}

/// The gradient of a loss.
pub fn gradient(loss: impl Fn(&Tensor) -> Tensor, theta: &Tensor) -> Tensor {
    let theta = theta.detach().copy().set_requires_grad(true);
    Tensor::run_backward(&[loss(&theta)], &[&theta], false, false).remove(0)
}

/// The Hessian of a loss, row by row, by differentiating twice.
pub fn hessian(loss: impl Fn(&Tensor) -> Tensor, theta: &Tensor) -> Tensor {
    let theta = theta.detach().copy().set_requires_grad(true);
    let slope = Tensor::run_backward(&[loss(&theta)], &[&theta], true, true).remove(0);
    let rows: Vec<Tensor> =
        (0..slope.size()[0]).map(|i| Tensor::run_backward(&[slope.get(i)], &[&theta], true, false).remove(0)).collect();
    Tensor::stack(&rows, 0)
}

/// A differentiable constraint by symmetry: parameters that weight decay draws to `Oᵀθ = 0`.
///
/// `θ = (I − OOᵀ)w + O(a∘b)`; the penalty `α(|a|² + |b|²)` is the L1 penalty `2α|Oᵀθ|₁` on the distance from the constraint, and
/// none on the rest.
pub fn constrained(mirror: &Mirror, w: &Tensor, a: &Tensor, b: &Tensor) -> Tensor {
    mirror.onto_plane(w) + mirror.normals.matmul(&(a * b))
}

/// The penalty `α(|a|² + |b|²)` of [`constrained`].
pub fn constraint_penalty(alpha: f64, a: &Tensor, b: &Tensor) -> Result<Tensor, MirrorError> {
    if !(alpha.is_finite() && alpha >= 0.0) {
        return Err(MirrorError::Penalty(alpha));
    }
    Ok((a.square().sum(Kind::Double) + b.square().sum(Kind::Double)) * alpha)
}

#[cfg(test)]
mod tests {
    use lawbook_core::{Key, tensor::to_vec};

    use super::*;

    fn product_loss(theta: &Tensor) -> Tensor {
        (theta.get(0) * theta.get(1) - 0.7).square() + theta.get(2).square()
    }

    #[test]
    fn rescaling_contains_two_mirrors_and_no_third() {
        let mut stream = Key::new(["mirror"]).stream("draws", 0);
        let exchange = Mirror::exchange(3, &[(0, 1)], Device::Cpu).expect("a pair");
        let opposite = Mirror::opposite_exchange(3, &[(0, 1)], Device::Cpu).expect("a pair");
        let other = Mirror::exchange(3, &[(0, 2)], Device::Cpu).expect("a pair");
        assert!(exchange.asymmetry(product_loss, 20, &mut stream) < 1e-13);
        assert!(opposite.asymmetry(product_loss, 20, &mut stream) < 1e-13);
        assert!(other.asymmetry(product_loss, 20, &mut stream) > 0.1);
    }

    /// By hand: at u = w the Hessian of (u w − c)² is [[2w², 4uw − 2c], [4uw − 2c, 2u²]]; across, (1, −1)/√2, it is 2c − 2u².
    #[test]
    fn the_hessian_is_that_of_the_product() {
        let theta = Tensor::from_slice(&[0.5, 0.5, 0.1]);
        let found = hessian(product_loss, &theta);
        let exact = [0.5, -0.4, 0.0, -0.4, 0.5, 0.0, 0.0, 0.0, 2.0];
        assert!(to_vec(&found).iter().zip(exact).all(|(h, exact)| (h - exact).abs() < 1e-14), "{found:?}");
        let blocks = Mirror::exchange(3, &[(0, 1)], Device::Cpu).expect("a pair").blocks(&found);
        assert!(blocks.mixed < 1e-14);
        assert!((blocks.smallest_curvature() - 0.9).abs() < 1e-14);
        let across = Mirror::exchange(3, &[(1, 2)], Device::Cpu).expect("a pair").blocks(&found);
        assert!(across.mixed > 0.1);
    }

    #[test]
    fn a_reflection_is_its_own_inverse_and_projections_add_up() {
        let mut stream = Key::new(["mirror"]).stream("theta", 0);
        let mirror = Mirror::random(7, 3, &mut stream, Device::Cpu).expect("orthonormal");
        let theta = stream.normal_tensor(&[7], Kind::Double, Device::Cpu);
        let twice = mirror.reflect(&mirror.reflect(&theta));
        assert!(scalar(&(twice - &theta).abs().max()) < 1e-14);
        let (a, b) = (mirror.coordinates(&theta), Tensor::ones([3], (Kind::Double, Device::Cpu)));
        assert!(scalar(&(constrained(&mirror, &theta, &a, &b) - &theta).abs().max()) < 1e-14);
    }

    #[test]
    fn what_is_no_mirror_is_refused() {
        let ones = Tensor::ones([3, 1], (Kind::Double, Device::Cpu));
        assert!(matches!(Mirror::new(&ones), Err(MirrorError::NotOrthonormal(worst)) if (worst - 2.0).abs() < 1e-12));
        assert!(matches!(Mirror::new(&ones.transpose(0, 1).repeat([1, 2])), Err(MirrorError::Shape(_))));
        assert!(matches!(Mirror::exchange(3, &[(0, 3)], Device::Cpu), Err(MirrorError::Pair { index: 3, .. })));
        assert!(matches!(Mirror::exchange(3, &[(0, 1), (1, 2)], Device::Cpu), Err(MirrorError::Pair { index: 1, .. })));
        assert!(matches!(constraint_penalty(-1.0, &ones, &ones), Err(MirrorError::Penalty(-1.0))));
    }
}
