//! Threshold-linear networks with any weights: equilibria, fixed points, stability, energy.

use lawbook_analysis::matrix::Matrix;
use lawbook_core::{
    Device, Kind,
    tensor::{from_slice, to_vec},
};

use super::{
    ThresholdLinearError,
    digraph::{check_support, members},
};

/// How near to zero, as a fraction of the largest activity, an activity or an input has no sign.
const ROUNDING: f64 = 1e-11;

/// `dx_i/dt = −x_i + [Σ_j W_ij x_j + b_i]_+`, without weights of a node on itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdLinear {
    nodes: usize,
    /// Row by row.
    weights: Vec<f64>,
    drive: Vec<f64>,
}

impl ThresholdLinear {
    /// A network of up to 64 nodes from its weights W, row by row, and its drive b.
    pub fn new(weights: Vec<f64>, drive: Vec<f64>) -> Result<Self, ThresholdLinearError> {
        let nodes = drive.len();
        if nodes == 0 || nodes > 64 {
            return Err(ThresholdLinearError::Nodes { nodes, most: 64 });
        }
        if weights.len() != nodes * nodes {
            let (expected, found) = (nodes * nodes, weights.len());
            return Err(ThresholdLinearError::Length { what: "weights", expected, found });
        }
        let wrong = |(at, &value): (usize, &f64)| {
            (!value.is_finite() || (at % (nodes + 1) == 0 && value != 0.0)).then_some((at, value))
        };
        if let Some((at, value)) = weights.iter().enumerate().find_map(wrong) {
            return Err(ThresholdLinearError::Number { what: "weight", at, value });
        }
        if let Some((at, &value)) = drive.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(ThresholdLinearError::Number { what: "drive", at, value });
        }
        Ok(Self { nodes, weights, drive })
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// W_ij: how node j acts on node i.
    ///
    /// # Panics
    /// If there is no such node.
    pub fn weight(&self, i: usize, j: usize) -> f64 {
        assert!(i < self.nodes && j < self.nodes, "nodes {i} and {j} of {}", self.nodes);
        self.weights[i * self.nodes + j]
    }

    /// b.
    pub fn drive(&self) -> &[f64] {
        &self.drive
    }

    /// `Σ_j W_ij x_j + b_i`, for every node.
    pub fn input(&self, activity: &[f64]) -> Result<Vec<f64>, ThresholdLinearError> {
        self.same_nodes(activity)?;
        let mut input = vec![0.0; self.nodes];
        self.input_into(activity, &mut input);
        Ok(input)
    }

    pub(super) fn input_into(&self, activity: &[f64], input: &mut [f64]) {
        for ((input, row), drive) in input.iter_mut().zip(self.weights.chunks_exact(self.nodes)).zip(&self.drive) {
            *input = drive + row.iter().zip(activity).map(|(weight, x)| weight * x).sum::<f64>();
        }
    }

    /// `½ xᵀ(I − W)x − bᵀx`. Where W is symmetric it never rises along a trajectory that began with non-negative activity, and
    /// its minima there are the stable fixed points; otherwise it is just a number.
    pub fn energy(&self, activity: &[f64]) -> Result<f64, ThresholdLinearError> {
        let input = self.input(activity)?;
        let node = |((x, input), drive): ((&f64, &f64), &f64)| 0.5 * x * (x - input - drive);
        Ok(activity.iter().zip(&input).zip(&self.drive).map(node).sum())
    }

    /// The solution of `x_σ = W_σ x_σ + b_σ`, whatever its signs, with zeros off the support.
    pub fn equilibrium(&self, support: u64) -> Result<Vec<f64>, ThresholdLinearError> {
        check_support(support, self.nodes)?;
        let rows: Vec<usize> = members(support).collect();
        let own = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
        let system = Matrix::from_fn(rows.len(), rows.len(), |i, j| own(i, j) - self.weight(rows[i], rows[j]));
        let right = Matrix::from_fn(rows.len(), 1, |i, _| self.drive[rows[i]]);
        let solution = system.solve(&right).map_err(|_| ThresholdLinearError::Degenerate { support })?;
        let mut activity = vec![0.0; self.nodes];
        rows.iter().enumerate().for_each(|(i, &node)| activity[node] = solution[(i, 0)]);
        Ok(activity)
    }

    /// The fixed point with this support, if there is one: activity positive on it, input not positive off it. Where rounding
    /// leaves that open it is called degenerate; [`CombinatorialNetwork`](super::CombinatorialNetwork) decides exactly.
    pub fn fixed_point(&self, support: u64) -> Result<Option<Vec<f64>>, ThresholdLinearError> {
        let activity = self.equilibrium(support)?;
        let input = self.input(&activity)?;
        let scale = activity.iter().fold(1.0_f64, |largest, x| largest.max(x.abs()));
        let margin = |node: usize| if support >> node & 1 == 1 { activity[node] } else { -input[node] };
        let least = (0..self.nodes).map(margin).fold(f64::INFINITY, f64::min);
        match least {
            least if least > ROUNDING * scale => Ok((support != 0).then_some(activity)),
            least if least < -ROUNDING * scale => Ok(None),
            _ => Err(ThresholdLinearError::Degenerate { support }),
        }
    }

    /// The supports of all fixed points of up to 16 nodes, in ascending order, each by a solve of its own.
    pub fn supports(&self) -> Result<Vec<u64>, ThresholdLinearError> {
        if self.nodes > 16 {
            return Err(ThresholdLinearError::Nodes { nodes: self.nodes, most: 16 });
        }
        let mut found = Vec::new();
        for support in 1..1 << self.nodes {
            if self.fixed_point(support)?.is_some() {
                found.push(support);
            }
        }
        Ok(found)
    }

    /// The eigenvalues of −I + W_σ, as pairs of real and imaginary part, the largest real part first.
    pub fn eigenvalues(&self, support: u64) -> Result<Vec<(f64, f64)>, ThresholdLinearError> {
        check_support(support, self.nodes)?;
        let rows: Vec<usize> = members(support).collect();
        let size = rows.len();
        if size == 0 {
            return Err(ThresholdLinearError::Nodes { nodes: 0, most: self.nodes });
        }
        let entry = |at: usize| {
            let (i, j) = (rows[at / size], rows[at % size]);
            self.weight(i, j) - if i == j { 1.0 } else { 0.0 }
        };
        let entries: Vec<f64> = (0..size * size).map(entry).collect();
        let sides = [size as i64, size as i64];
        let values = from_slice(&entries, &sides, Kind::Double, Device::Cpu).linalg_eigvals();
        let mut pairs: Vec<(f64, f64)> = to_vec(&values.real()).into_iter().zip(to_vec(&values.imag())).collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(pairs)
    }

    /// The largest real part of an eigenvalue of −I + W_σ: negative where the fixed point attracts.
    pub fn growth_rate(&self, support: u64) -> Result<f64, ThresholdLinearError> {
        Ok(self.eigenvalues(support)?[0].0)
    }

    pub(super) fn same_nodes(&self, activity: &[f64]) -> Result<(), ThresholdLinearError> {
        if activity.len() != self.nodes {
            return Err(ThresholdLinearError::Length { what: "activities", expected: self.nodes, found: activity.len() });
        }
        let wrong = activity.iter().enumerate().find(|(_, value)| !value.is_finite());
        wrong.map_or(Ok(()), |(at, &value)| Err(ThresholdLinearError::Number { what: "activity", at, value }))
    }
}
