//! The eigenvectors of one generator, in which all tensors are written.

use std::ops::{Add, Mul, Neg, Sub};

use lawbook_analysis::matrix::Matrix;
use lawbook_core::{Device, Kind, Tensor, tensor};

use crate::{bases::representation::Factor, groups::MatrixGroup};

/// A complex number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

impl Complex {
    pub(super) const ZERO: Self = Self { re: 0.0, im: 0.0 };

    pub(super) fn norm(self) -> f64 {
        self.re.hypot(self.im)
    }

    pub(super) fn conjugate(self) -> Self {
        Self { im: -self.im, ..self }
    }
}

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Complex {
    type Output = Self;

    fn neg(self) -> Self {
        Self { re: -self.re, im: -self.im }
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

/// How eigenvalues of factors make those of tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Law {
    /// For a Lie generator: sums, 0 for invariants, negated for covectors.
    Sum,
    /// For a discrete generator: products, 1 for invariants, inverted for covectors.
    Product,
}

impl Law {
    pub(super) fn neutral(self) -> Complex {
        match self {
            Self::Sum => Complex::ZERO,
            Self::Product => Complex { re: 1.0, im: 0.0 },
        }
    }

    pub(super) fn join(self, a: Complex, b: Complex) -> Complex {
        match self {
            Self::Sum => a + b,
            Self::Product => a * b,
        }
    }

    pub(super) fn dual_if(self, factor: Factor, value: Complex) -> Complex {
        match (factor, self) {
            (Factor::Vector, _) => value,
            (Factor::Covector, Self::Sum) => -value,
            (Factor::Covector, Self::Product) => {
                let square = value.norm().powi(2);
                Complex { re: value.re / square, im: -value.im / square }
            }
        }
    }
}

/// A basis of C^d of eigenvectors.
pub(super) struct Eigenbasis {
    pub(super) law: Law,
    pub(super) values: Vec<Complex>,
    /// The conjugate of each eigenvector.
    pub(super) partner: Vec<usize>,
    /// S, complex, eigenvectors in columns.
    vectors: Tensor,
    /// S^{-T}.
    dual_vectors: Tensor,
    /// Both as numbers, row-major.
    plain: Vec<Complex>,
    dual_plain: Vec<Complex>,
    /// The discrete generator that is diagonal, if it is one.
    pub(super) discrete: Option<usize>,
    condition: f64,
}

/// Eigenvectors worse conditioned than this are not used: the generator is, or is nearly, not diagonalisable.
const WORST_CONDITION: f64 = 1e5;
/// Random combinations of Lie generators among which the best conditioned is taken.
const DRAWS: usize = 4;

impl Eigenbasis {
    /// Bases in which one generator is diagonal, any of which will do: a random combination of the Lie generators, or every
    /// discrete generator; never none.
    pub(super) fn choices(group: &MatrixGroup) -> Vec<Self> {
        let mut choices: Vec<Self> = if group.lie().is_empty() {
            let own = group.discrete().iter().enumerate();
            own.map(|(index, h)| Self { discrete: Some(index), ..Self::diagonalising(h, Law::Product) }).collect()
        } else {
            vec![Self::generic(group)]
        };
        choices.retain(|choice| choice.condition < WORST_CONDITION);
        if choices.is_empty() {
            choices.push(Self::fallback(group.size()));
        }
        choices
    }

    /// The best conditioned of some random combinations of the Lie generators.
    fn generic(group: &MatrixGroup) -> Self {
        let mut stream = super::stream();
        let mut draw = || {
            let zero = &Matrix::identity(group.size()) * 0.0;
            Self::diagonalising(&group.lie().iter().fold(zero, |sum, a| &sum + &(a * stream.normal())), Law::Sum)
        };
        let mut best = draw();
        for _ in 1..DRAWS {
            if best.condition < 2.0 * group.size() as f64 {
                break;
            }
            let other = draw();
            best = if other.condition < best.condition { other } else { best };
        }
        best
    }

    fn diagonalising(a: &Matrix, law: Law) -> Self {
        let (values, vectors) = to_tensor(a).linalg_eig();
        let values = numbers(&values);
        // LAPACK gives conjugate pairs one after the other, the positive imaginary part first.
        let partner = values.iter().enumerate().map(|(j, value)| {
            if value.im > 0.0 {
                j + 1
            } else if value.im < 0.0 {
                j - 1
            } else {
                j
            }
        });
        let partner: Vec<usize> = partner.collect();
        let vectors = orthonormal_where_equal(&values, &partner, &vectors);
        let inverse = if values_are_usable(&vectors) { vectors.inverse() } else { vectors.shallow_clone() };
        let condition = size(&vectors) * size(&inverse);
        let condition = if condition.is_finite() && values_are_usable(&vectors) { condition } else { f64::INFINITY };
        let dual_vectors = inverse.transpose(0, 1).contiguous();
        let (plain, dual_plain) = (numbers(&vectors), numbers(&dual_vectors));
        Self { law, values, partner, vectors, dual_vectors, plain, dual_plain, discrete: None, condition }
    }

    /// The given coordinates, in which every tuple is a candidate.
    fn fallback(d: usize) -> Self {
        let identity = Tensor::eye(d as i64, (Kind::ComplexDouble, Device::Cpu));
        Self {
            law: Law::Sum,
            values: vec![Complex::ZERO; d],
            partner: (0..d).collect(),
            dual_vectors: identity.shallow_clone(),
            plain: numbers(&identity),
            dual_plain: numbers(&identity),
            vectors: identity,
            discrete: None,
            condition: f64::INFINITY,
        }
    }

    /// The eigenvector of this number, for a factor of this kind.
    pub(super) fn vector(&self, index: usize, factor: Factor) -> Vec<Complex> {
        let (d, matrix) = (self.values.len(), if factor == Factor::Vector { &self.plain } else { &self.dual_plain });
        (0..d).map(|i| matrix[i * d + index]).collect()
    }

    /// Whether no generator could be diagonalised.
    pub(super) fn is_fallback(&self) -> bool {
        self.condition.is_infinite()
    }

    /// S⁻¹ A_k S, row-major, of every Lie generator.
    pub(super) fn generators(&self, group: &MatrixGroup) -> Vec<Vec<Complex>> {
        let inverse = self.dual_vectors.transpose(0, 1);
        let turned = |a: &Matrix| {
            let a = to_tensor(a).to_kind(Kind::ComplexDouble);
            numbers(&inverse.matmul(&a).matmul(&self.vectors))
        };
        group.lie().iter().map(turned).collect()
    }
}

/// Eigenvalues this close to each other, relative to the largest, are equal.
const EQUAL: f64 = 1e-9;

/// Eigenvectors of which those of equal eigenvalues are orthonormal: of a normal matrix all then are, and its tensors too. Partners
/// stay conjugates.
fn orthonormal_where_equal(values: &[Complex], partner: &[usize], vectors: &Tensor) -> Tensor {
    let d = values.len();
    let columns = numbers(&vectors.transpose(0, 1));
    let mut columns: Vec<Vec<Complex>> = columns.chunks_exact(d.max(1)).map(<[Complex]>::to_vec).collect();
    let scale = values.iter().map(|value| value.norm()).fold(1.0, f64::max);
    for j in 0..d {
        let (before, rest) = columns.split_at_mut(j);
        if partner[j] < j {
            rest[0] = before[partner[j]].iter().map(|x| x.conjugate()).collect();
            continue;
        }
        let mut column = rest[0].clone();
        // Twice, so that rounding is left of the first.
        for k in (0..2 * j).map(|k| k % j) {
            if (values[k] - values[j]).norm() <= EQUAL * scale {
                let product = before[k].iter().zip(&column).fold(Complex::ZERO, |sum, (x, y)| sum + x.conjugate() * *y);
                column.iter_mut().zip(&before[k]).for_each(|(y, x)| *y = *y - product * *x);
            }
        }
        let norm = column.iter().map(|x| x.norm().powi(2)).sum::<f64>().sqrt();
        // What is nearly spanned by the others shows as a bad condition.
        if norm > 1.0 / WORST_CONDITION {
            rest[0] = column.iter().map(|x| Complex { re: x.re / norm, im: x.im / norm }).collect();
        }
    }
    let parts: Vec<f64> = columns.iter().flatten().flat_map(|x| [x.re, x.im]).collect();
    let size = d as i64;
    tensor::from_slice(&parts, &[size, size, 2], Kind::Double, Device::Cpu).view_as_complex().transpose(0, 1)
}

/// A matrix whose smallest singular value is zero has no inverse to compute.
fn values_are_usable(vectors: &Tensor) -> bool {
    let smallest = vectors.svd(true, false).1.min().double_value(&[]);
    smallest > 1.0 / WORST_CONDITION
}

/// The entries of a complex tensor.
fn numbers(x: &Tensor) -> Vec<Complex> {
    let flat = tensor::to_vec(&x.contiguous().view_as_real());
    flat.chunks_exact(2).map(|pair| Complex { re: pair[0], im: pair[1] }).collect()
}

fn size(matrix: &Tensor) -> f64 {
    matrix.abs().square().sum(Kind::Double).sqrt().double_value(&[])
}

/// As a tensor of f64.
fn to_tensor(a: &Matrix) -> Tensor {
    let n = a.rows();
    let entries: Vec<f64> = (0..n * n).map(|at| a[(at / n, at % n)]).collect();
    tensor::from_slice(&entries, &[n as i64, n as i64], Kind::Double, Device::Cpu)
}
