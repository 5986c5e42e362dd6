//! Invariants of a general matrix group in a tensor type, by weights.
//!
//! One generator A, a random combination of the Lie generators, is diagonalised on R^d alone: A = S Λ S⁻¹. On tensors it is then
//! diagonal too, with sums of eigenvalues (products, for a discrete generator), so that its invariants are the products of
//! eigenvectors whose weights cancel: a small part of all d^r coordinates. On these the other Lie generators are sparse in the same
//! coordinates, and the invariants are the null space of Σ_k dρ(A_k)* dρ(A_k), the Casimir element for a compact group, whose
//! spectrum has a gap. The discrete generators then cut the result down one after the other. No matrix of d^r columns is formed.

use std::collections::HashMap;

use lawbook_core::{Device, Key, Kind, Tensor, tensor};

use super::{
    basis::{BasisError, Columns},
    representation::Factor,
};
use crate::groups::{MatrixGroup, Orthogonality};

mod eigen;
use eigen::{Complex, Eigenbasis, Law};

/// Candidates that a dense eigendecomposition takes at most.
const MOST_CANDIDATES: usize = 6000;
/// Weights below this times the sum of moduli cancel.
const CANCELS: f64 = 1e-9;
/// Eigenvalues of the constraints below this times the largest are zero; those up to `CLEARLY` times it are in doubt. Squares
/// of singular values, so that these are 3e-6 and 1e-4 there.
const ZERO: f64 = 1e-11;
const CLEARLY: f64 = 1e-8;

pub(super) fn invariants(group: &MatrixGroup, factors: &[Factor]) -> Result<Columns, BasisError> {
    let basis = Eigenbasis::of(group);
    let candidates = candidates(&basis, factors);
    if candidates.codes.len() > MOST_CANDIDATES {
        return Err(BasisError::TooManyCandidates { candidates: candidates.codes.len(), most: MOST_CANDIDATES });
    }
    let size = group.size().pow(factors.len() as u32);
    if candidates.codes.is_empty() {
        return Ok(Columns::Dense { size, entries: Vec::new() });
    }
    let kept = match basis.law {
        Law::Sum if group.lie().len() > 1 || basis.is_fallback() => {
            let gram = candidates.gram(&basis, group, factors);
            null_space(&gram, candidates.codes.len())?
        }
        Law::Sum | Law::Product => Tensor::eye(candidates.codes.len() as i64, (Kind::Double, Device::Cpu)),
    };
    let mut columns = candidates.in_original_coordinates(&basis, factors, &kept);
    for (index, h) in group.discrete().iter().enumerate() {
        if columns.size()[0] > 0 && basis.discrete != Some(index) {
            let matrix = eigen::to_tensor(h);
            let moved = on_all_modes(&columns, factors, &matrix, &matrix.inverse().transpose(0, 1)) - &columns;
            let gram = moved.matmul(&moved.transpose(0, 1));
            let count = gram.size()[0] as usize;
            columns = null_space(&tensor::to_vec(&gram), count)?.transpose(0, 1).matmul(&columns);
        }
    }
    if group.orthogonality() == Orthogonality::General && columns.size()[0] > 0 {
        columns = Tensor::linalg_qr(&columns.transpose(0, 1), "reduced").0.transpose(0, 1);
    }
    Ok(Columns::Dense { size, entries: tensor::to_vec(&columns) })
}

/// The index tuples whose weights cancel, and the partner of each under complex conjugation.
struct Candidates {
    codes: Vec<usize>,
    partner: Vec<usize>,
}

/// The digits of a code in base d, first factor first.
fn digits(mut code: usize, d: usize, order: usize) -> Vec<usize> {
    let mut digits = vec![0; order];
    for digit in digits.iter_mut().rev() {
        (*digit, code) = (code % d, code / d);
    }
    digits
}

fn candidates(basis: &Eigenbasis, factors: &[Factor]) -> Candidates {
    let unit = basis.law.neutral();
    // Weights of all codes, factor by factor.
    let mut weights = vec![unit];
    for factor in factors {
        let own: Vec<Complex> = basis.values.iter().map(|value| basis.law.dual_if(*factor, *value)).collect();
        weights = weights.iter().flat_map(|w| own.iter().map(|value| basis.law.join(*w, *value))).collect();
    }
    let scale = basis.values.iter().map(|value| value.norm()).fold(1.0, f64::max) * factors.len() as f64;
    let cancels = |weight: &Complex| (*weight - unit).norm() <= CANCELS * scale;
    let codes: Vec<usize> = weights.iter().enumerate().filter(|(_, weight)| cancels(weight)).map(|(code, _)| code).collect();
    let place: HashMap<usize, usize> = codes.iter().enumerate().map(|(at, &code)| (code, at)).collect();
    let d = basis.values.len();
    let conjugate = |&code: &usize| {
        let other = digits(code, d, factors.len()).into_iter().fold(0, |code, digit| code * d + basis.partner[digit]);
        place.get(&other).copied()
    };
    // A weight and its conjugate cancel together up to rounding at the very edge of the tolerance.
    let partner: Vec<Option<usize>> = codes.iter().map(conjugate).collect();
    if partner.iter().all(Option::is_some) {
        return Candidates { codes, partner: partner.into_iter().flatten().collect() };
    }
    let kept: Vec<usize> = codes.iter().zip(&partner).filter(|(_, p)| p.is_some()).map(|(&code, _)| code).collect();
    let place: HashMap<usize, usize> = kept.iter().enumerate().map(|(at, &code)| (code, at)).collect();
    let partner = kept.iter().zip(0..).map(|(code, at)| conjugate(code).map_or(at, |old| place.get(&codes[old]).copied().unwrap_or(at)));
    let partner = partner.collect();
    Candidates { codes: kept, partner }
}

impl Candidates {
    /// Σ_k C_k* C_k of the constraints of the Lie generators, in real coordinates: for a pair of conjugate products of
    /// eigenvectors, √2 times real and imaginary part.
    fn gram(&self, basis: &Eigenbasis, group: &MatrixGroup, factors: &[Factor]) -> Vec<f64> {
        let (count, d) = (self.codes.len(), group.size());
        let mut gram = vec![Complex::ZERO; count * count];
        let mut entries: Vec<(usize, u32, Complex)> = Vec::new();
        for generator in basis.generators(group) {
            entries.clear();
            for (column, &code) in self.codes.iter().enumerate() {
                let mut stride = d.pow(factors.len() as u32);
                for factor in factors {
                    stride /= d;
                    let digit = code / stride % d;
                    for to in 0..d {
                        let value = match factor {
                            Factor::Vector => generator[to * d + digit],
                            Factor::Covector => -generator[digit * d + to],
                        };
                        if value != Complex::ZERO {
                            entries.push((code - digit * stride + to * stride, column as u32, value));
                        }
                    }
                }
            }
            entries.sort_unstable_by_key(|(row, ..)| *row);
            for row in entries.chunk_by(|a, b| a.0 == b.0) {
                for (_, i, x) in row {
                    for (_, j, y) in row {
                        let at = *i as usize * count + *j as usize;
                        gram[at] = gram[at] + x.conjugate() * *y;
                    }
                }
            }
        }
        self.real_coordinates(gram)
    }

    /// T* G T for the unitary T of the real coordinates.
    fn real_coordinates(&self, mut gram: Vec<Complex>) -> Vec<f64> {
        let count = self.codes.len();
        for (a, &b) in self.partner.iter().enumerate().filter(|(a, b)| a < b) {
            for i in 0..count {
                let (x, y) = (gram[i * count + a], gram[i * count + b]);
                gram[i * count + a] = (x + y) * HALF;
                gram[i * count + b] = (x - y) * Complex { re: 0.0, im: -1.0 } * HALF;
            }
        }
        for (a, &b) in self.partner.iter().enumerate().filter(|(a, b)| a < b) {
            for j in 0..count {
                let (x, y) = (gram[a * count + j], gram[b * count + j]);
                gram[a * count + j] = (x + y) * HALF;
                gram[b * count + j] = (x - y) * Complex { re: 0.0, im: 1.0 } * HALF;
            }
        }
        gram.into_iter().map(|x| x.re).collect()
    }

    /// The kept combinations as rows of real tensors `[kept, d^r]`.
    fn in_original_coordinates(&self, basis: &Eigenbasis, factors: &[Factor], kept: &Tensor) -> Tensor {
        let (count, columns) = (self.codes.len(), kept.size()[1] as usize);
        let size = basis.values.len().pow(factors.len() as u32);
        let kept = tensor::to_vec(kept);
        let mut entries = vec![0.0; 2 * size * columns];
        for (a, &b) in self.partner.iter().enumerate() {
            let (code, conjugate) = (self.codes[a], self.codes[b]);
            for j in 0..columns {
                let mut add = |code: usize, re: f64, im: f64| {
                    entries[2 * (j * size + code)] += re;
                    entries[2 * (j * size + code) + 1] += im;
                };
                // T: e_a for a real product; (e_a + e_b)/√2 and −i (e_a − e_b)/√2 for a pair.
                let weight = kept[a * columns + j];
                match a.cmp(&b) {
                    std::cmp::Ordering::Equal => add(code, weight, 0.0),
                    std::cmp::Ordering::Less => {
                        add(code, weight * HALF.re, 0.0);
                        add(conjugate, weight * HALF.re, 0.0);
                    }
                    std::cmp::Ordering::Greater => {
                        add(conjugate, 0.0, -weight * HALF.re);
                        add(code, 0.0, weight * HALF.re);
                    }
                }
            }
        }
        debug_assert_eq!(kept.len(), count * columns);
        let shape = [columns as i64, size as i64, 2];
        let tensors = tensor::from_slice(&entries, &shape, Kind::Double, Device::Cpu).view_as_complex();
        on_all_modes(&tensors, factors, &basis.vectors, &basis.dual_vectors).real().contiguous()
    }
}

const HALF: Complex = Complex { re: std::f64::consts::FRAC_1_SQRT_2, im: 0.0 };

/// Applies `vector` or `covector` `[d, d]` to every mode of the rows of `x` `[count, d^r]`, as their factors say.
fn on_all_modes(x: &Tensor, factors: &[Factor], vector: &Tensor, covector: &Tensor) -> Tensor {
    let (count, size, d) = (x.size()[0], x.size()[1], vector.size()[0]);
    // The mode in front is multiplied and goes to the back; the rows come to the front again after the last.
    let last = factors.iter().fold(x.transpose(0, 1).reshape([-1]), |x, factor| {
        let matrix = match factor {
            Factor::Vector => vector,
            Factor::Covector => covector,
        };
        matrix.matmul(&x.reshape([d, -1])).transpose(0, 1).reshape([-1])
    });
    last.reshape([count, size])
}

/// An orthonormal basis `[count, kept]` of the null space of a symmetric positive semidefinite matrix, row-major.
fn null_space(gram: &[f64], count: usize) -> Result<Tensor, BasisError> {
    let shape = [count as i64, count as i64];
    let (values, vectors) = tensor::from_slice(gram, &shape, Kind::Double, Device::Cpu).linalg_eigh("L");
    let values = tensor::to_vec(&values);
    let largest = values.iter().copied().fold(1.0, f64::max);
    let kept = values.iter().filter(|value| **value <= ZERO * largest).count();
    match values.get(kept) {
        Some(&value) if value <= CLEARLY * largest => Err(BasisError::Ambiguous { value, largest }),
        _ => Ok(vectors.narrow(1, 0, kept as i64)),
    }
}

/// The stream of the random combinations: the same for everyone, because a basis is no random matter.
fn stream() -> lawbook_core::Stream {
    Key::new(["equivariant bases"]).stream("generic element", 0)
}
