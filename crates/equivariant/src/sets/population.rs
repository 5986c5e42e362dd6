//! Population statistics: sets drawn from Gaussians, labelled by an information quantity of the Gaussian itself.
//!
//! The four tasks of Zaheer et al., *Deep Sets*, NeurIPS 2017, in the form of the size-generalisation experiment of Levin et
//! al. (arXiv 2505.23599, Appendix I). Two labels differ from that experiment's generators, which store
//! ½ ln(2πe Σ_11²) as the entropy of task 1 and, in task 2, sample with the upper Cholesky factor, so that their sets have
//! correlation α/√(1 + α²) and label −½ ln(1 − α²). Here the label is the quantity of the Gaussian that is sampled.

use std::f64::consts::PI;

use lawbook_core::{Device, Kind, Stream, Tensor, tensor::from_slice};

use super::{CovarianceError, Gaussian, SetData};

/// A one-parameter family of Gaussians (or a cloud of them) with a label for each.
#[derive(Debug, Clone, PartialEq)]
pub enum Population {
    /// Task 1: N(0, R A Aᵀ Rᵀ) in the plane, R a rotation by an angle in 0..π; the entropy of the first coordinate.
    Rotation {
        /// A, row by row.
        factor: [f64; 4],
    },
    /// Task 2: covariance `[[S, αS], [αS, S]]`; the mutual information −(k/2) ln(1 − α²) of the two halves, k their dimension.
    Correlation {
        /// S `[k, k]`, row by row.
        block: Vec<f64>,
    },
    /// Task 3: N(0, I + λ v vᵀ), λ in 0..1; the total correlation ½ (Σ_i ln(1 + λ v_i²) − ln(1 + λ)).
    RankOne {
        /// v, a unit vector.
        direction: Vec<f64>,
    },
    /// Task 4: every set has its own covariance (B Bᵀ + I)/‖B‖², B uniform in [0, 1); the total correlation.
    Random {
        /// d.
        dimension: usize,
    },
}

/// Why sets cannot be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PopulationError {
    /// The grid of correlations has four branches.
    #[error("{0} sets cannot share the correlation grid's four branches evenly: give a positive multiple of 4")]
    Branches(usize),
    /// Nothing to draw.
    #[error("{sets} sets of {points} points: give at least one of each, an empty set has no empirical measure")]
    Empty {
        /// Sets asked for.
        sets: usize,
        /// Points of each.
        points: usize,
    },
    /// A member of the family is degenerate.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
}

impl Population {
    /// Task 2 with a random block S = (B Bᵀ + I)/‖B‖² of dimension k; the paper's generator has k = 8.
    pub fn correlation(k: usize, stream: &mut Stream) -> Self {
        Self::Correlation { block: random_covariance(k, stream) }
    }

    /// Task 3 with a random direction of non-negative entries; the paper has d = 32.
    pub fn rank_one(dimension: usize, stream: &mut Stream) -> Self {
        let entries: Vec<f64> = (0..dimension).map(|_| stream.uniform()).collect();
        let norm = entries.iter().map(|x| x * x).sum::<f64>().sqrt();
        Self::RankOne { direction: entries.into_iter().map(|x| x / norm).collect() }
    }

    /// d, the dimension of the points.
    pub fn dimension(&self) -> usize {
        match self {
            Self::Rotation { .. } => 2,
            Self::Correlation { block } => 2 * block.len().isqrt(),
            Self::RankOne { direction } => direction.len(),
            Self::Random { dimension } => *dimension,
        }
    }

    /// As many Gaussians of the family as there are `sets`, on an even grid of its parameter (random for task 4), with their
    /// labels.
    pub fn members(&self, sets: usize, stream: &mut Stream) -> Result<Vec<(Gaussian, f64)>, PopulationError> {
        let d = self.dimension();
        let on_grid = |member: &dyn Fn(f64) -> (Vec<f64>, f64)| {
            linspace(0.0, 1.0, sets)
                .into_iter()
                .map(member)
                .map(|(covariance, label)| Ok((Gaussian::new(d, covariance)?, label)))
                .collect()
        };
        match self {
            Self::Rotation { factor: [a, b, c, e] } => on_grid(&|t| {
                let (sin, cos) = (PI * t).sin_cos();
                let (x, y) = ([cos * a - sin * c, cos * b - sin * e], [sin * a + cos * c, sin * b + cos * e]);
                let dot = |u: [f64; 2], v: [f64; 2]| u[0] * v[0] + u[1] * v[1];
                (vec![dot(x, x), dot(x, y), dot(x, y), dot(y, y)], 0.5 * (2.0 * PI * std::f64::consts::E * dot(x, x)).ln())
            }),
            Self::Correlation { block } => {
                let k = block.len().isqrt();
                let member = |alpha: f64| {
                    let entry = |i: usize, j: usize| {
                        let value = block[(i % k) * k + j % k];
                        if (i < k) == (j < k) { value } else { alpha * value }
                    };
                    let covariance = (0..d).flat_map(|i| (0..d).map(move |j| (i, j))).map(|(i, j)| entry(i, j)).collect();
                    Ok((Gaussian::new(d, covariance)?, -0.5 * k as f64 * (-alpha * alpha).ln_1p()))
                };
                correlations(sets)?.into_iter().map(member).collect()
            }
            Self::RankOne { direction } => on_grid(&|lambda| {
                let entry = |i: usize, j: usize| f64::from(i == j) + lambda * direction[i] * direction[j];
                let covariance = (0..d).flat_map(|i| (0..d).map(move |j| (i, j))).map(|(i, j)| entry(i, j)).collect();
                let marginals: f64 = direction.iter().map(|v| (lambda * v * v).ln_1p()).sum();
                (covariance, 0.5 * (marginals - lambda.ln_1p()))
            }),
            Self::Random { dimension } => (0..sets)
                .map(|_| {
                    let gaussian = Gaussian::new(*dimension, random_covariance(*dimension, stream))?;
                    let label = gaussian.total_correlation();
                    Ok((gaussian, label))
                })
                .collect(),
        }
    }

    /// One set of n points from each of as many members of the family, with labels `[sets, 1]`.
    pub fn draw(
        &self,
        sets: usize,
        n: usize,
        stream: &mut Stream,
        kind: Kind,
        device: Device,
    ) -> Result<SetData, PopulationError> {
        if sets == 0 || n == 0 {
            return Err(PopulationError::Empty { sets, points: n });
        }
        let members = self.members(sets, stream)?;
        let factors: Vec<Tensor> = members.iter().map(|(gaussian, _)| gaussian.factor(kind, device)).collect();
        let noise = stream.normal_tensor(&[sets as i64, n as i64, self.dimension() as i64], kind, device);
        let labels: Vec<f64> = members.iter().map(|(_, label)| *label).collect();
        Ok(SetData {
            inputs: noise.matmul(&Tensor::stack(&factors, 0).transpose(1, 2)),
            labels: from_slice(&labels, &[sets as i64, 1], kind, device),
        })
    }
}

/// The correlations of task 2: an even grid and one that crowds towards 1, both signs, in order.
fn correlations(sets: usize) -> Result<Vec<f64>, PopulationError> {
    if sets == 0 || !sets.is_multiple_of(4) {
        return Err(PopulationError::Branches(sets));
    }
    let even = linspace(0.01, 0.99, sets / 4);
    let crowded = even.iter().map(|t| (1.0 - (-4.0 * t).exp()).sqrt());
    let positive: Vec<f64> = even.iter().copied().chain(crowded).collect();
    let mut all: Vec<f64> = positive.iter().flat_map(|alpha| [-alpha, *alpha]).collect();
    all.sort_by(f64::total_cmp);
    Ok(all)
}

/// (B Bᵀ + I)/‖B‖² with B uniform in [0, 1).
fn random_covariance(d: usize, stream: &mut Stream) -> Vec<f64> {
    let b: Vec<f64> = (0..d * d).map(|_| stream.uniform()).collect();
    let squares: f64 = b.iter().map(|x| x * x).sum();
    let row = |i: usize| &b[i * d..(i + 1) * d];
    let entry = |i: usize, j: usize| {
        let dot: f64 = row(i).iter().zip(row(j)).map(|(x, y)| x * y).sum();
        (dot + f64::from(i == j)) / squares
    };
    (0..d).flat_map(|i| (0..d).map(move |j| (i, j))).map(|(i, j)| entry(i, j)).collect()
}

/// `count` even steps from `low` to `high`, both included; `low` alone if there is one.
fn linspace(low: f64, high: f64, count: usize) -> Vec<f64> {
    let step = (high - low) / count.saturating_sub(1).max(1) as f64;
    (0..count).map(|i| low + step * i as f64).collect()
}
