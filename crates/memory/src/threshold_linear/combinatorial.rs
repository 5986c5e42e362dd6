//! Combinatorial networks: weights that say who is joined to whom, and their fixed points in exact arithmetic.

use super::{
    Digraph, ThresholdLinear, ThresholdLinearError,
    digraph::{check_support, members},
    exact::{Tableau, determinant, is_hurwitz},
    sweep,
};

/// The two strengths of inhibition, as exact fractions: `W_ij = −1 + ε` if j → i, `−1 − δ` if not, in the legal range
/// `0 < ε < δ/(1 + δ)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strengths {
    /// The common denominator.
    unit: i64,
    epsilon: i64,
    delta: i64,
}

impl Strengths {
    /// From fractions (numerator, denominator).
    pub fn new(epsilon: (i64, i64), delta: (i64, i64)) -> Result<Self, ThresholdLinearError> {
        let most = 1_000_000;
        let small = |(above, below): (i64, i64)| (1..=most).contains(&above) && (1..=most).contains(&below);
        let refused = || ThresholdLinearError::Strengths {
            epsilon: format!("{}/{}", epsilon.0, epsilon.1),
            delta: format!("{}/{}", delta.0, delta.1),
        };
        if !(small(epsilon) && small(delta)) {
            return Err(refused());
        }
        let unit = epsilon.1 / gcd(epsilon.1, delta.1) * delta.1;
        let strengths = Self { unit, epsilon: epsilon.0 * (unit / epsilon.1), delta: delta.0 * (unit / delta.1) };
        let [unit, weak, strong] = [strengths.unit, strengths.epsilon, strengths.delta].map(i128::from);
        if weak * (unit + strong) < strong * unit { Ok(strengths) } else { Err(refused()) }
    }

    /// ε.
    pub fn epsilon(&self) -> f64 {
        self.epsilon as f64 / self.unit as f64
    }

    /// δ.
    pub fn delta(&self) -> f64 {
        self.delta as f64 / self.unit as f64
    }

    /// `1 + ε/δ = p/q` in lowest terms, on which alone the fixed points and their indices depend.
    pub fn reduced(&self) -> (i64, i64) {
        let divisor = gcd(self.epsilon + self.delta, self.delta);
        ((self.epsilon + self.delta) / divisor, self.delta / divisor)
    }
}

impl Default for Strengths {
    /// ε = 1/4, δ = 1/2, as in the literature.
    fn default() -> Self {
        Self { unit: 4, epsilon: 1, delta: 2 }
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A fixed point of a network, known by its support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FixedPoint {
    /// The active nodes, one bit each.
    pub support: u64,
    /// sgn det(I − W_σ): 1 or −1.
    pub index: i8,
}

impl FixedPoint {
    /// From the sign of det(I + γ A_σ), which (−1)^(|σ| + 1) times is the index.
    pub(super) fn new(support: u64, negative: bool) -> Self {
        let odd = support.count_ones() % 2 == 1;
        Self { support, index: if odd == negative { -1 } else { 1 } }
    }
}

/// A combinatorial threshold-linear network with drive 1.
///
/// All nodes feel the same total activity S. With `c = (1 + δ) S − 1` and `γ = 1 + ε/δ` the equations of a fixed point with
/// support σ are `(1 + γ A_σ) x = (c/δ) 1`, and those off it `γ Σ_{j → k} x_j ≤ c/δ`. Hence with `x ∝ y`: `(1 + γ A_σ) y = 1`,
/// `y > 0` on σ, `γ Σ_{j → k} y_j ≤ 1` off it, and `det(I − W_σ)` has the sign of `(−1)^(|σ| + 1) det(1 + γ A_σ)`. So the fixed
/// points and their indices depend on ε/δ alone. With γ = p/q in lowest terms, p ≥ 2, everything times a power of q is an integer
/// that modulo p is a power of q: none of these numbers is ever 0, and no network with rational strengths is degenerate.
/// (Derived here.)
#[derive(Debug, Clone)]
pub struct CombinatorialNetwork {
    graph: Digraph,
    strengths: Strengths,
    network: ThresholdLinear,
}

impl CombinatorialNetwork {
    /// The network of a graph.
    pub fn new(graph: Digraph, strengths: Strengths) -> Result<Self, ThresholdLinearError> {
        let (nodes, unit) = (graph.nodes(), strengths.unit as f64);
        let weights = (0..nodes * nodes).map(|at| weight(&graph, strengths, at / nodes, at % nodes) as f64 / unit);
        let network = ThresholdLinear::new(weights.collect(), vec![1.0; nodes])?;
        Ok(Self { graph, strengths, network })
    }

    /// Its graph.
    pub fn graph(&self) -> &Digraph {
        &self.graph
    }

    /// Its strengths.
    pub fn strengths(&self) -> Strengths {
        self.strengths
    }

    /// The network of real numbers.
    pub fn network(&self) -> &ThresholdLinear {
        &self.network
    }

    /// All fixed points, exactly, in ascending order of supports, of up to 30 nodes: one vector operation or so per support and
    /// eight nodes. Larger determinants than f64 holds are done in 128 bits, a hundred times slower.
    pub fn fixed_points(&self) -> Result<Vec<FixedPoint>, ThresholdLinearError> {
        let nodes = self.graph.nodes();
        if nodes > sweep::MOST_NODES {
            return Err(ThresholdLinearError::Nodes { nodes, most: sweep::MOST_NODES });
        }
        let (p, q) = self.strengths.reduced();
        if let Some(found) = sweep::fixed_points(&self.graph, p as f64, q as f64) {
            return Ok(found);
        }
        let (mut found, everyone) = (Vec::new(), self.graph.everyone());
        let mut visit = |support: u64, tableau: &Tableau| {
            if members(everyone).all(|node| tableau.is_positive(node)) {
                found.push(FixedPoint::new(support, tableau.determinant() < 0));
            }
        };
        let done = Tableau::new(&self.graph, p, q).visit_below(nodes, 0, &mut visit);
        done.ok_or(ThresholdLinearError::Overflow { nodes })?;
        found.sort_unstable();
        Ok(found)
    }

    /// The fixed point with this support, if there is one, in 128 bits.
    pub fn fixed_point(&self, support: u64) -> Result<Option<FixedPoint>, ThresholdLinearError> {
        let tableau = self.tableau(support)?;
        let fixed = support != 0 && members(self.graph.everyone()).all(|node| tableau.is_positive(node));
        Ok(fixed.then(|| FixedPoint::new(support, tableau.determinant() < 0)))
    }

    /// Whether the support is a fixed point's of the network of its own nodes.
    pub fn is_permitted(&self, support: u64) -> Result<bool, ThresholdLinearError> {
        let tableau = self.tableau(support)?;
        Ok(support != 0 && members(support).all(|node| tableau.is_positive(node)))
    }

    fn tableau(&self, support: u64) -> Result<Tableau, ThresholdLinearError> {
        check_support(support, self.graph.nodes())?;
        let (p, q) = self.strengths.reduced();
        let overflow = ThresholdLinearError::Overflow { nodes: support.count_ones() as usize };
        Tableau::at(&self.graph, p, q, support).ok_or(overflow)
    }

    /// The fixed point with this support, if there is one, by the signs of all `s_i = det((I − W_{σ ∪ i})_i; b)` (Curto, Geneson
    /// & Morrison 2019, signs of Cramer's determinants): equal on the support, opposite off it. Slower than
    /// [`fixed_point`](Self::fixed_point), and independent of it.
    pub fn fixed_point_by_cramer(&self, support: u64) -> Result<Option<FixedPoint>, ThresholdLinearError> {
        check_support(support, self.graph.nodes())?;
        let mut index = None;
        for node in members(self.graph.everyone()) {
            let sign = self.cramer(support, node)?.signum() as i8;
            let expected = if support >> node & 1 == 1 { sign } else { -sign };
            if *index.get_or_insert(expected) != expected || sign == 0 {
                return Ok(None);
            }
        }
        Ok(index.filter(|_| support != 0).map(|index| FixedPoint { support, index }))
    }

    /// `det((I − W_{σ ∪ i})_i; b)` for node i, the column of i replaced by the drive, times powers of the common denominator.
    pub fn cramer(&self, support: u64, node: usize) -> Result<i128, ThresholdLinearError> {
        let nodes = self.graph.nodes();
        check_support(support, nodes)?;
        if node >= nodes {
            return Err(ThresholdLinearError::Node { node, nodes });
        }
        let rows: Vec<usize> = members(support | 1 << node).collect();
        let entry = |i: usize, j: usize| {
            let drive = rows[j] == node;
            if drive { i128::from(self.strengths.unit) } else { -self.rate(rows[i], rows[j]) }
        };
        determinant(rows.len(), entry).ok_or(ThresholdLinearError::Overflow { nodes: rows.len() })
    }

    /// Whether the fixed point with this support attracts: all eigenvalues of −I + W_σ have negative real parts. From the
    /// eigenvalues, and within 10⁻⁶ of the border from the exact Routh array.
    pub fn is_stable(&self, support: u64) -> Result<bool, ThresholdLinearError> {
        let growth = self.network.growth_rate(support)?;
        if growth.abs() > 1e-6 { Ok(growth < 0.0) } else { self.is_stable_exactly(support) }
    }

    /// The same from Routh's array alone, in 128 bits: for up to six nodes or so.
    pub fn is_stable_exactly(&self, support: u64) -> Result<bool, ThresholdLinearError> {
        check_support(support, self.graph.nodes())?;
        if support == 0 {
            return Err(ThresholdLinearError::Nodes { nodes: 0, most: self.graph.nodes() });
        }
        let rows: Vec<usize> = members(support).collect();
        let stable = is_hurwitz(rows.len(), |i, j| self.rate(rows[i], rows[j]));
        stable.ok_or(ThresholdLinearError::Overflow { nodes: rows.len() })
    }

    /// An entry of −I + W, times the common denominator.
    fn rate(&self, row: usize, column: usize) -> i128 {
        let own = if row == column { self.strengths.unit } else { 0 };
        i128::from(weight(&self.graph, self.strengths, row, column) - own)
    }
}

/// A weight, times the common denominator.
fn weight(graph: &Digraph, strengths: Strengths, to: usize, from: usize) -> i64 {
    match (to == from, graph.has_edge(from, to)) {
        (true, _) => 0,
        (false, true) => strengths.epsilon - strengths.unit,
        (false, false) => -strengths.unit - strengths.delta,
    }
}

#[cfg(test)]
mod tests;
