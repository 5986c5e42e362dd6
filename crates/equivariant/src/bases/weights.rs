//! Invariants of a general matrix group in a tensor type, by weights.
//!
//! One generator A, a random combination of the Lie generators, is diagonalised on R^d alone: A = S Λ S⁻¹. On tensors it is then
//! diagonal too, with sums of eigenvalues (products, for a discrete generator), so that its invariants are the products of
//! eigenvectors whose weights cancel: a small part of all d^r coordinates. On these the other Lie generators are sparse in the same
//! coordinates, and the invariants are the null space of Σ_k dρ(A_k)* dρ(A_k), the Casimir element for a compact group, whose
//! spectrum has a gap. The discrete generators then cut the result down one after the other. No matrix of d^r columns is formed.

use std::{
    cmp::Ordering,
    collections::HashMap,
    f64::consts::{FRAC_1_SQRT_2, SQRT_2},
    ops::Range,
};

use lawbook_analysis::matrix::Matrix;
use lawbook_core::{Device, Key, Kind, tensor};

use super::{
    basis::{BasisError, Columns},
    modes,
    representation::Factor,
};
use crate::groups::{MatrixGroup, Orthogonality};

mod eigen;
mod null_space;
use eigen::{Complex, Eigenbasis, Law};
use null_space::{null_space, orthonormal};

/// Candidates that a dense eigendecomposition takes at most.
const MOST_CANDIDATES: usize = 6000;
/// Squared deviations of normalised tensors that are rounding.
const NOTHING: f64 = 1e-22;
/// Weights below this times the sum of moduli cancel.
const CANCELS: f64 = 1e-9;

pub(super) fn invariants(group: &MatrixGroup, factors: &[Factor]) -> Result<Columns, BasisError> {
    let choices = Eigenbasis::choices(group).into_iter().map(|basis| (candidates(&basis, factors), basis));
    let Some((candidates, basis)) = choices.min_by_key(|(candidates, _)| candidates.codes.len()) else {
        return Ok(Columns::Dense { size: 1, entries: Vec::new() });
    };
    if candidates.codes.len() > MOST_CANDIDATES {
        return Err(BasisError::TooManyCandidates { candidates: candidates.codes.len(), most: MOST_CANDIDATES });
    }
    let size = group.size().pow(factors.len() as u32);
    if candidates.codes.is_empty() {
        return Ok(Columns::Dense { size, entries: Vec::new() });
    }
    let count = candidates.codes.len();
    let mut columns = match basis.law {
        Law::Sum if group.lie().len() > 1 || basis.is_fallback() => {
            let kept = null_space(candidates.gram(&basis, group, factors), count)?;
            candidates.combined(&basis, factors, &kept)
        }
        Law::Sum | Law::Product => candidates.columns(&basis, factors, 0..count),
    };
    for (index, h) in group.discrete().iter().enumerate() {
        let count = columns.len() / size;
        if count > 0 && basis.discrete != Some(index) {
            let deviations = deviations(&columns, size, group, h, factors);
            // Generators often keep all that the first one keeps.
            if deviations.iter().any(|x| x.abs() > NOTHING) {
                columns = product(&null_space(deviations, count)?, &columns, size);
            }
        }
    }
    if group.orthogonality() == Orthogonality::General {
        columns = orthonormal(&columns, size);
    }
    Ok(Columns::Dense { size, entries: columns })
}

/// The inner products of all (ρ(h) − 1) x, for the rows x of length `size`.
fn deviations(rows: &[f64], size: usize, group: &MatrixGroup, h: &Matrix, factors: &[Factor]) -> Vec<f64> {
    let dual = match group.orthogonality() {
        Orthogonality::Orthogonal => h.clone(),
        Orthogonality::General => h.inverse().map_or_else(|_| h.clone(), |inverse| inverse.transposed()),
    };
    let own = |factor: &Factor| if *factor == Factor::Vector { h } else { &dual };
    let matrices: Vec<&Matrix> = factors.iter().map(own).collect();
    let moved = |x: &[f64]| {
        let mut moved = modes::apply(&matrices, x);
        moved.iter_mut().zip(x).for_each(|(y, x)| *y -= x);
        moved
    };
    let moved: Vec<f64> = rows.chunks_exact(size).flat_map(moved).collect();
    let moved = tensor::from_slice(&moved, &[-1, size as i64], Kind::Double, Device::Cpu);
    tensor::to_vec(&moved.matmul(&moved.transpose(0, 1)))
}

/// `kept` `[k, count]` times `rows` `[count, size]`.
fn product(kept: &[f64], rows: &[f64], size: usize) -> Vec<f64> {
    let count = (rows.len() / size) as i64;
    if kept.is_empty() {
        return Vec::new();
    }
    let rows = tensor::from_slice(rows, &[count, size as i64], Kind::Double, Device::Cpu);
    tensor::to_vec(&tensor::from_slice(kept, &[-1, count], Kind::Double, Device::Cpu).matmul(&rows))
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
    let partner = kept
        .iter()
        .zip(0..)
        .map(|(code, at)| conjugate(code).map_or(at, |old| place.get(&codes[old]).copied().unwrap_or(at)));
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

    /// Some of the real coordinates' tensors, as rows of length d^r: the product of eigenvectors where it is its own conjugate,
    /// else √2 times real part (for the first of a pair) or imaginary part (for the second).
    fn columns(&self, basis: &Eigenbasis, factors: &[Factor], chosen: Range<usize>) -> Vec<f64> {
        let d = basis.values.len();
        let mut rows = Vec::with_capacity(chosen.len() * d.pow(factors.len() as u32));
        for a in chosen {
            let first = a.min(self.partner[a]);
            let digits = digits(self.codes[first], d, factors.len());
            let product = digits.iter().zip(factors).fold(vec![Complex { re: 1.0, im: 0.0 }], |product, (digit, factor)| {
                let vector = basis.vector(*digit, *factor);
                product.iter().flat_map(|x| vector.iter().map(|y| *x * *y)).collect()
            });
            match a.cmp(&self.partner[a]) {
                Ordering::Equal => rows.extend(product.iter().map(|x| x.re)),
                Ordering::Less => rows.extend(product.iter().map(|x| x.re * SQRT_2)),
                Ordering::Greater => rows.extend(product.iter().map(|x| x.im * SQRT_2)),
            }
        }
        rows
    }

    /// The combinations `kept` `[k, candidates]` of all real coordinates' tensors, some of them at a time.
    fn combined(&self, basis: &Eigenbasis, factors: &[Factor], kept: &[f64]) -> Vec<f64> {
        let (count, size) = (self.codes.len(), basis.values.len().pow(factors.len() as u32));
        let mut sum = vec![0.0; kept.len() / count * size];
        for start in (0..count).step_by(AT_ONCE) {
            let chosen = start..(start + AT_ONCE).min(count);
            let weights: Vec<f64> = kept.chunks_exact(count).flat_map(|row| row[chosen.clone()].iter().copied()).collect();
            let part = product(&weights, &self.columns(basis, factors, chosen), size);
            sum.iter_mut().zip(part).for_each(|(x, y)| *x += y);
        }
        sum
    }
}

/// Candidates whose tensors are held in memory at once.
const AT_ONCE: usize = 512;

const HALF: Complex = Complex { re: FRAC_1_SQRT_2, im: 0.0 };

/// The stream of the random combinations: the same for everyone, because a basis is no random matter.
fn stream() -> lawbook_core::Stream {
    Key::new(["equivariant bases"]).stream("generic element", 0)
}
