//! Graphons: symmetric functions of two points of [0, 1], the limits of graphs, and what is drawn from them.

use lawbook_core::{Stream, Tensor, tensor::to_vec};

use super::GraphError;

/// A graphon constant on blocks of equal width: Erdős–Rényi with one block, a stochastic block model with more; and what a matrix of
/// n nodes is as a graphon, with n blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct StepGraphon {
    values: Vec<Vec<f64>>,
}

impl StepGraphon {
    /// The graphon with these symmetric block values, probabilities.
    pub fn new(values: Vec<Vec<f64>>) -> Result<Self, GraphError> {
        let rows = values.len();
        if let Some(row) = values.iter().find(|row| row.len() != rows) {
            return Err(GraphError::Blocks { rows, length: row.len() });
        }
        if rows == 0 {
            return Err(GraphError::Blocks { rows, length: 0 });
        }
        for (row, numbers) in values.iter().enumerate() {
            for (column, &value) in numbers.iter().enumerate() {
                if !(0.0..=1.0).contains(&value) || value != values[column][row] {
                    return Err(GraphError::Probability { value, row, column });
                }
            }
        }
        Ok(Self { values })
    }

    /// The constant graphon p, the limit of Erdős–Rényi graphs.
    pub fn constant(p: f64) -> Result<Self, GraphError> {
        Self::new(vec![vec![p]])
    }

    /// W_A, the step graphon of a symmetric matrix A `[n, n]` of any finite numbers: W_A(u, v) = A_ij for u in block i and v in j.
    /// A matrix and its duplicates are the same graphon.
    pub fn of_matrix(a: &Tensor) -> Result<Self, GraphError> {
        let n = match a.size().as_slice() {
            &[n, m] if n == m && n > 0 => n,
            other => return Err(GraphError::NotSquare(other.to_vec())),
        };
        let entries = to_vec(a);
        let bad = entries.iter().filter(|entry| !entry.is_finite()).count();
        if bad > 0 {
            return Err(GraphError::NotFinite(bad as i64, n * n, "matrix"));
        }
        Ok(Self { values: entries.chunks_exact(n as usize).map(<[f64]>::to_vec).collect() })
    }

    /// The number of blocks.
    pub fn blocks(&self) -> usize {
        self.values.len()
    }

    /// The block of the point u ∈ [0, 1].
    pub fn block(&self, u: f64) -> usize {
        ((u * self.blocks() as f64) as usize).min(self.blocks() - 1)
    }

    /// W(u, v).
    pub fn at(&self, u: f64, v: f64) -> f64 {
        self.values[self.block(u)][self.block(v)]
    }
}

/// A W-random simple graph of n nodes with self-loops: A `[n, n]` with A_ij = A_ji ∼ Bernoulli(W(u_i, u_j)), and the latent u_i,
/// uniform in [0, 1]. `graphon` is symmetric.
pub fn w_random(graphon: impl Fn(f64, f64) -> f64, n: usize, stream: &mut Stream) -> (Tensor, Vec<f64>) {
    let latent: Vec<f64> = (0..n).map(|_| stream.uniform()).collect();
    let adjacency = symmetric(n, |i, j| f64::from(u8::from(stream.bernoulli(graphon(latent[i], latent[j])))));
    (adjacency, latent)
}

/// The graphon at the midpoints of a regular grid: A `[n, n]` with A_ij = W((i − ½)/n, (j − ½)/n).
pub fn grid(graphon: impl Fn(f64, f64) -> f64, n: usize) -> Tensor {
    let midpoint = |i: usize| (i as f64 + 0.5) / n as f64;
    symmetric(n, |i, j| graphon(midpoint(i), midpoint(j)))
}

/// The symmetric matrix `[n, n]` with these entries on and below the diagonal, which are asked for row by row.
pub(super) fn symmetric(n: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Tensor {
    let mut entries = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let value = entry(i, j);
            entries[i * n + j] = value;
            entries[j * n + i] = value;
        }
    }
    Tensor::from_slice(&entries).reshape([n as i64, n as i64])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphs::norms::operator_norm;
    use lawbook_core::Key;

    #[test]
    fn bad_block_values_are_refused() {
        assert!(StepGraphon::constant(1.5).expect_err("bad").to_string().contains("1.5"));
        assert!(StepGraphon::new(vec![vec![0.1, 0.2], vec![0.3, 0.1]]).is_err());
        assert!(StepGraphon::new(vec![vec![0.1, 0.2]]).is_err());
        assert!(StepGraphon::new(Vec::new()).is_err());
        assert!(StepGraphon::constant(f64::NAN).is_err());
    }

    #[test]
    fn a_matrix_and_its_duplicate_are_one_graphon() {
        let a = Tensor::from_slice(&[1.0, -2.0, -2.0, 4.0]).reshape([2, 2]);
        let twice = a.repeat_interleave_self_int(3, 0, None).repeat_interleave_self_int(3, 1, None);
        let (small, large) = (StepGraphon::of_matrix(&a).expect("square"), StepGraphon::of_matrix(&twice).expect("square"));
        for k in 0..100 {
            let (u, v) = (f64::from(k % 10) / 10.0 + 0.03, f64::from(k / 10) / 10.0 + 0.03);
            assert_eq!(small.at(u, v), large.at(u, v));
        }
        assert_eq!([small.at(0.2, 0.7), small.at(1.0, 0.6), small.at(0.0, 0.1)], [-2.0, 4.0, 1.0]);
        assert!(StepGraphon::of_matrix(&a.reshape([4, 1])).is_err());
        assert!(StepGraphon::of_matrix(&(a / 0.0)).expect_err("infinite").to_string().contains("4 of the 4"));
    }

    /// An independent route to the expected edge density of a two-block model.
    #[test]
    fn densities_are_those_of_the_blocks() {
        let graphon = StepGraphon::new(vec![vec![0.9, 0.2], vec![0.2, 0.5]]).expect("good");
        let mut stream = Key::new(["graphon"]).stream("edges", 0);
        let (a, _) = w_random(|u, v| graphon.at(u, v), 400, &mut stream);
        // Latents alone scatter the density by about 0.01.
        assert!((a.mean(None).double_value(&[]) - 0.45).abs() < 0.04);
        assert_eq!(a, a.transpose(0, 1));
    }

    /// Appendix D of the paper: the step graphon of a grid of an L-Lipschitz graphon is within √2 L/n in the operator norm, and
    /// the error falls as 1/n. Duplicated to a common size, grids of n and 2n differ by a comparable amount.
    #[test]
    fn grids_of_a_lipschitz_graphon_converge_as_one_over_n() {
        let product = |u: f64, v: f64| u * v;
        let error = |n: usize| {
            let coarse = grid(product, n).repeat_interleave_self_int(8, 0, None).repeat_interleave_self_int(8, 1, None);
            operator_norm(&(coarse - grid(product, 8 * n)))
        };
        let (few, many) = (error(5), error(20));
        // xy has gradient at most √2.
        assert!(few < 2.0 / 5.0 && many < 2.0 / 20.0);
        assert!((few / many - 4.0).abs() < 0.3, "{few} {many}");
    }
}
