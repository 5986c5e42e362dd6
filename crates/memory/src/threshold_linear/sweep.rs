//! All supports of a combinatorial network at once: exact integers in vectors of f64, one sweep per support.
//!
//! Supports are visited in the order of binary counting. From one to the next a single node is switched on and all lower ones
//! off, so that one principal pivot of an earlier tableau is enough, over the columns of the lower nodes and the right-hand
//! side: two columns per support on average, against n of the usual sweep and n²/3 of a solve. The pivots are fraction-free
//! (Bareiss): every number is a minor, hence an integer. `a p − b c` is formed with the error of one product made good
//! (W. Kahan; C.-P. Jeannerod, N. Louvet & J.-M. Muller, Math. Comp. 82, 2013: at most 1.5 units in the last place), so that the
//! quotient, below [`EXACT`], is off by less than 2⁻⁴ and rounds to the integer it is. No sign is ever in doubt.

use lawbook_core::simd::{Level, Wide, WideKernel};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{Digraph, FixedPoint};

/// The most nodes.
pub(super) const MOST_NODES: usize = 30;

/// Minors up to here are exact.
const EXACT: f64 = (1u64 << 46) as f64;

/// Adding and subtracting it rounds to an integer.
const ROUNDER: f64 = 1.5 * (1u64 << 52) as f64;

/// From this many nodes on, parts of the supports go to several threads.
const SHARED: usize = 14;

/// Lanes: unit vectors.
const UNITS: [[f64; 8]; 8] = {
    let mut units = [[0.0; 8]; 8];
    let mut i = 0;
    while i < 8 {
        units[i][i] = 1.0;
        i += 1;
    }
    units
};

/// A column of the tableau, one row per node, `L` vectors long. Rows beyond the last node are 0 but for the right-hand side.
type Column<const L: usize> = [[f64; 8]; L];

/// The fixed points of the network whose supports satisfy `(q + p A) y = 1`, `y > 0` on the support and `p Σ y < 1` off it, in
/// ascending order. `None` if a minor is too large for f64.
pub(super) fn fixed_points(graph: &Digraph, p: f64, q: f64) -> Option<Vec<FixedPoint>> {
    match graph.nodes().div_ceil(8) {
        1 => all_of::<1>(graph, p, q),
        2 => all_of::<2>(graph, p, q),
        3 => all_of::<3>(graph, p, q),
        _ => all_of::<4>(graph, p, q),
    }
}

fn all_of<const L: usize>(graph: &Digraph, p: f64, q: f64) -> Option<Vec<FixedPoint>> {
    let nodes = graph.nodes();
    let mut root = vec![[[1.0; 8]; L]];
    root.extend((0..nodes).map(|from| {
        let mut column = [[0.0; 8]; L];
        for to in 0..nodes {
            column[to / 8][to % 8] = if from == to { q } else { p * f64::from(u8::from(graph.has_edge(from, to))) };
        }
        column
    }));
    let parts = if nodes < SHARED { 1 } else { 32 };
    let share = (1u64 << nodes) / parts;
    let part = |number: u64| {
        let supports = Supports { root: &root, nodes, first: number * share, count: share };
        Level::widest().run(supports)
    };
    if parts == 1 {
        return part(0);
    }
    let found: Option<Vec<_>> = (0..parts).into_par_iter().map(part).collect();
    found.map(|parts| parts.concat())
}

/// A run of supports, from one with no node below those that change.
struct Supports<'a, const L: usize> {
    /// Right-hand side, then the column of each node.
    root: &'a [Column<L>],
    nodes: usize,
    first: u64,
    count: u64,
}

/// One tableau for each node: that of the last support of which it was the lowest node.
struct Tableaus<const L: usize> {
    nodes: usize,
    columns: Vec<Column<L>>,
    /// By lowest node, and of the empty support at the end.
    determinants: [f64; MOST_NODES + 1],
    reciprocals: [f64; MOST_NODES + 1],
}

/// Where the tableau of a node begins: the right-hand side, then the columns of the nodes below.
const fn offset(node: usize) -> usize {
    node * (node + 1) / 2
}

impl<const L: usize> WideKernel for Supports<'_, L> {
    type Output = Option<Vec<FixedPoint>>;

    #[inline(always)]
    fn run<V: Wide>(self, like: V) -> Self::Output {
        let mut columns = vec![[[0.0; 8]; L]; offset(self.nodes)];
        columns.extend_from_slice(self.root);
        let (determinants, reciprocals) = ([1.0; MOST_NODES + 1], [1.0; MOST_NODES + 1]);
        let mut tableaus = Tableaus { nodes: self.nodes, columns, determinants, reciprocals };
        let mut largest = like.splat_f64(0.0);
        let mut found = Vec::new();
        // The nodes of the first support, from the highest down; the empty support has no fixed point.
        let (mut support, mut left) = (0, self.first);
        let mut lowest = like.splat_f64(-1.0);
        while left != 0 {
            let node = 1 << left.ilog2();
            (support, left) = (support | node, left ^ node);
            (lowest, largest) = tableaus.switch_on(like, support, largest);
        }
        loop {
            if least(lowest) > 0.0 {
                let negative = tableaus.determinants[support.trailing_zeros() as usize] < 0.0;
                found.push(FixedPoint::new(support, negative));
            }
            support += 1;
            if support == self.first + self.count {
                break;
            }
            (lowest, largest) = tableaus.switch_on(like, support, largest);
        }
        let sizes = largest.store_f64();
        sizes.iter().all(|size| *size < EXACT).then_some(found)
    }
}

impl<const L: usize> Tableaus<L> {
    /// Sweeps the lowest node of a support. Returns the right-hand side times the sign of the determinant, as lanes of which the
    /// least counts, and the largest moduli seen.
    #[inline(always)]
    fn switch_on<V: Wide>(&mut self, like: V, support: u64, largest: V) -> (V, V) {
        let node = support.trailing_zeros() as usize;
        let rest = support & (support - 1);
        let from = if rest == 0 { self.nodes } else { rest.trailing_zeros() as usize };
        let (chunk, lane) = (node / 8, node % 8);
        let (low, high) = self.columns.split_at_mut(offset(node + 1));
        let target = &mut low[offset(node)..];
        let source = &high[offset(from) - offset(node + 1)..][..node + 2];
        let swept = &source[node + 1];
        let (before, determinant) = (self.determinants[from], swept[chunk][lane]);
        self.determinants[node] = determinant;
        self.reciprocals[node] = 1.0 / determinant;
        let (pivot, scale) = (like.splat_f64(determinant), like.splat_f64(self.reciprocals[from]));
        let sign = like.splat_f64(if determinant < 0.0 { -1.0 } else { 1.0 });
        let (rounder, modulus) = (like.splat_f64(ROUNDER), like.splat(u64::MAX >> 1));
        // The row of the node itself stays: (a p − (p − before) a)/before = a.
        let mut factors = [pivot; L];
        for (l, factor) in factors.iter_mut().enumerate() {
            *factor = like.load_f64(&swept[l]);
            if l == chunk {
                *factor = factor.sub_f64(like.load_f64(&UNITS[lane]).mul_f64(like.splat_f64(before)));
            }
        }
        let (mut lowest, mut largest) = (like.splat_f64(f64::INFINITY), largest);
        for (column, (old, new)) in source.iter().zip(target.iter_mut()).enumerate() {
            let entry = old[chunk][lane];
            let (plus, minus) = (like.splat_f64(entry), like.splat_f64(-entry));
            for l in 0..L {
                let product = factors[l].mul_f64(minus);
                let lost = factors[l].fma_f64(plus, product);
                let difference = like.load_f64(&old[l]).fma_f64(pivot, product).sub_f64(lost);
                let value = difference.mul_f64(scale).add_f64(rounder).sub_f64(rounder);
                new[l] = value.store_f64();
                largest = largest.max_f64(value.and(modulus));
                if column == 0 {
                    lowest = lowest.min_f64(value.mul_f64(sign));
                }
            }
        }
        (lowest, largest)
    }
}

/// The least of the lanes.
#[inline(always)]
fn least<V: Wide>(lanes: V) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes.store_f64();
    let less = |x: f64, y: f64| if x < y { x } else { y };
    less(less(less(a, b), less(c, d)), less(less(e, f), less(g, h)))
}
