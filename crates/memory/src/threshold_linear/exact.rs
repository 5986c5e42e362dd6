//! Exact integers of 128 bits: determinants, stability, and the sign conditions of one support.

use super::{Digraph, digraph::members};

/// The determinant of a square integer matrix, by fraction-free elimination (E. Bareiss, Math. Comp. 22, 1968): every number on
/// the way is a minor. `None` if a product exceeds 128 bits.
pub fn determinant(size: usize, entry: impl Fn(usize, usize) -> i128) -> Option<i128> {
    let mut rows: Vec<Vec<i128>> = (0..size).map(|i| (0..size).map(|j| entry(i, j)).collect()).collect();
    let (mut sign, mut before) = (1, 1);
    for k in 0..size {
        let Some(pivot) = (k..size).find(|&i| rows[i][k] != 0) else { return Some(0) };
        if pivot != k {
            rows.swap(pivot, k);
            sign = -sign;
        }
        for i in k + 1..size {
            for j in k + 1..size {
                rows[i][j] = minor(rows[i][j], rows[k][k], rows[i][k], rows[k][j], before)?;
            }
        }
        before = rows[k][k];
    }
    Some(sign * before)
}

/// Whether all eigenvalues of a square integer matrix have negative real parts: its characteristic polynomial after Faddeev and
/// Leverrier, and the signs in the first column of Routh's array, whose rows are divided by their common factors. `None` if a
/// number exceeds 128 bits.
pub fn is_hurwitz(size: usize, entry: impl Fn(usize, usize) -> i128) -> Option<bool> {
    let coefficients = characteristic_polynomial(size, &entry)?;
    let every_other = |from: usize| coefficients.iter().copied().skip(from).step_by(2).collect::<Vec<i128>>();
    let (mut above, mut below) = (every_other(0), every_other(1));
    for _ in 0..size {
        if below.first().is_none_or(|first| *first <= 0) {
            return Some(false);
        }
        let at = |row: &[i128], j: usize| row.get(j).copied().unwrap_or(0);
        let entry = |j: usize| {
            let product = below[0].checked_mul(at(&above, j + 1))?;
            product.checked_sub(above[0].checked_mul(at(&below, j + 1))?)
        };
        let next: Vec<i128> = (0..above.len() - 1).map(entry).collect::<Option<_>>()?;
        let common = next.iter().fold(0, |common, &value| greatest_common_divisor(common, value)).max(1);
        above = std::mem::replace(&mut below, next.into_iter().map(|value| value / common).collect());
    }
    Some(true)
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a.saturating_abs() } else { greatest_common_divisor(b, a % b) }
}

/// `a_0 = 1, a_1, …` with `det(λ − A) = Σ a_k λ^{size − k}`.
fn characteristic_polynomial(size: usize, entry: impl Fn(usize, usize) -> i128) -> Option<Vec<i128>> {
    let mut coefficients = vec![1];
    // A·M of the last round; M_1 = 1.
    let mut product: Vec<Vec<i128>> = vec![vec![0; size]; size];
    for k in 1..=size {
        for (i, row) in product.iter_mut().enumerate() {
            row[i] = row[i].checked_add(coefficients[k - 1])?;
        }
        let mut next = vec![vec![0; size]; size];
        for (i, row) in next.iter_mut().enumerate() {
            for (j, sum) in row.iter_mut().enumerate() {
                for (l, middle) in product.iter().enumerate() {
                    *sum = entry(i, l).checked_mul(middle[j])?.checked_add(*sum)?;
                }
            }
        }
        product = next;
        let trace = (0..size).try_fold(0i128, |sum, i| sum.checked_add(product[i][i]))?;
        coefficients.push(-trace / k as i128);
    }
    Some(coefficients)
}

/// `(a p − b c)/before`, which is a minor and hence an integer.
fn minor(a: i128, p: i128, b: i128, c: i128, before: i128) -> Option<i128> {
    Some(a.checked_mul(p)?.checked_sub(b.checked_mul(c)?)? / before)
}

/// The integer system `(q + p A_σ) y = 1` of a digraph, swept over the nodes of a support σ one after another.
///
/// Row i holds minors: for i in σ the Cramer numerator of y_i, for others the determinant of the equations with row i beside, so
/// that divided by the determinant of σ it is `1 − p Σ_{j → i} y_j` in the last column.
#[derive(Debug, Clone)]
pub(super) struct Tableau {
    rows: Vec<Vec<i128>>,
    determinant: i128,
}

impl Tableau {
    /// Nothing swept: σ is empty.
    pub(super) fn new(graph: &Digraph, p: i64, q: i64) -> Self {
        let nodes = graph.nodes();
        let entry = |i: usize, j: usize| match i == j {
            true => i128::from(q),
            false => i128::from(p) * i128::from(u8::from(graph.has_edge(j, i))),
        };
        let row = |i: usize| (0..nodes).map(|j| entry(i, j)).chain([1]).collect();
        Self { rows: (0..nodes).map(row).collect(), determinant: 1 }
    }

    /// Takes `node` into σ. `None` if a number exceeds 128 bits.
    pub(super) fn with(&self, node: usize) -> Option<Self> {
        let (swept, pivot) = (&self.rows[node], self.rows[node][node]);
        let row = |(i, row): (usize, &Vec<i128>)| {
            if i == node {
                return Some(swept.clone());
            }
            let entries = row.iter().zip(swept);
            entries.map(|(&old, &factor)| minor(old, pivot, row[node], factor, self.determinant)).collect()
        };
        let rows = self.rows.iter().enumerate().map(row).collect::<Option<_>>()?;
        Some(Self { rows, determinant: pivot })
    }

    /// All nodes of a support swept.
    pub(super) fn at(graph: &Digraph, p: i64, q: i64, support: u64) -> Option<Self> {
        members(support).try_fold(Self::new(graph, p, q), |tableau, node| tableau.with(node))
    }

    /// det(q + p A_σ).
    pub(super) fn determinant(&self) -> i128 {
        self.determinant
    }

    /// Whether the value of a node's last column is positive.
    pub(super) fn is_positive(&self, node: usize) -> bool {
        self.rows[node].last().is_some_and(|value| value.signum() * self.determinant.signum() > 0)
    }

    /// Calls `visit` for every support that comes from this one (whose nodes are all `next` or above) by nodes below `next`.
    pub(super) fn visit_below(&self, next: usize, support: u64, visit: &mut impl FnMut(u64, &Self)) -> Option<()> {
        (0..next).try_for_each(|node| {
            let (with, support) = (self.with(node)?, support | 1 << node);
            visit(support, &with);
            with.visit_below(node, support, visit)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn determinants_are_those_of_known_matrices() {
        // Vandermonde of 1, 2, 3, 4: 1!·2!·3! = 12; a permutation; a singular matrix.
        assert_eq!(determinant(4, |i, j| (i as i128 + 1).pow(j as u32)), Some(12));
        assert_eq!(determinant(3, |i, j| i128::from((i + 1) % 3 == j)), Some(1));
        assert_eq!(determinant(2, |_, _| 7), Some(0));
        assert_eq!(determinant(2, |i, j| if i == j { i128::MAX } else { 0 }), None);
    }

    /// Companion matrices of (λ+1)(λ+2)(λ+3), of (λ−1)(λ+2)(λ+3), and of λ² + 1, which is on the border.
    #[test]
    fn stability_is_that_of_known_polynomials() {
        let companion = |a: Vec<i128>| {
            let n = a.len();
            is_hurwitz(n, move |i, j| if i == 0 { -a[j] } else { i128::from(i == j + 1) })
        };
        assert_eq!(companion(vec![6, 11, 6]), Some(true));
        assert_eq!(companion(vec![4, 1, -6]), Some(false));
        assert_eq!(companion(vec![0, 1]), Some(false));
        assert_eq!(characteristic_polynomial(2, |i, j| [[1, 2], [3, 4]][i][j]), Some(vec![1, -5, -2]));
    }
}
