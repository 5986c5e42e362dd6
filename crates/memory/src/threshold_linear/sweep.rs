//! All supports of a combinatorial network at once: exact integers in vectors of f64, one sweep per support.
//!
//! Supports are visited in the order of binary counting. From one to the next a single node is switched on and all lower ones
//! off, so that one principal pivot of an earlier tableau is enough, over the columns of the lower nodes and the right-hand
//! side: two columns per support on average, against n of the usual sweep and n²/3 of a solve; one of the two, the right-hand
//! side, has to be known in any case.
//!
//! The pivots are exact, on integers. From seven of eight supports nothing else follows that goes through memory, and hardly any of them
//! passes its first eight rows: these come first, and the others only where they decide. Half of the supports need signs alone, no
//! division and no rounding.

use lawbook_core::simd::{Level, Wide, WideKernel};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{Digraph, FixedPoint};

mod pivot;

use pivot::{EXACT, Pivot};

/// The most nodes.
pub(super) const MOST_NODES: usize = 30;

/// From this many nodes on, parts of the supports go to several threads.
const SHARED: usize = 14;

/// A column of the tableau, one row per node, `L` vectors long. Rows beyond the last node are 0 but for the right-hand side.
#[derive(Clone, Copy)]
// As lines of the cache lie: a vector across two of them takes twice the time.
#[repr(align(64))]
struct Column<const L: usize>([[f64; 8]; L]);

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
    let mut root = vec![Column([[1.0; 8]; L])];
    root.extend((0..nodes).map(|from| {
        let mut column = Column([[0.0; 8]; L]);
        for to in 0..nodes {
            column.0[to / 8][to % 8] = if from == to { q } else { p * f64::from(u8::from(graph.has_edge(from, to))) };
        }
        column
    }));
    // Of fewer than three nodes, with others that none of them sees: their supports come last.
    for node in nodes..3 {
        let mut column = Column([[0.0; 8]; L]);
        column.0[0][node] = 1.0;
        root.push(column);
    }
    if nodes <= 3 {
        // Two runs of the same eight.
        let mut found = Level::widest().run(Supports { root: &root, nodes: 3, first: [0, 0], count: 8 })?;
        found.truncate(found.len() / 2);
        found.retain(|found| found.support < 1 << nodes);
        return Some(found);
    }
    let parts = if nodes < SHARED { 2 } else { 1 << (nodes - SHARED + 2).min(6) };
    let count = (1u64 << nodes) / parts;
    let two = |number: u64| {
        let first = [2 * number, 2 * number + 1].map(|part| part * count);
        Level::widest().run(Supports { root: &root, nodes, first, count })
    };
    if parts == 2 {
        return two(0);
    }
    let found: Option<Vec<_>> = (0..parts / 2).into_par_iter().map(two).collect();
    found.map(|parts| parts.concat())
}

/// Two runs of supports, each of a multiple of eight, from one with no node below those that change. While one waits for a pivot the other
/// works.
struct Supports<'a, const L: usize> {
    /// Right-hand side, then the column of each node.
    root: &'a [Column<L>],
    nodes: usize,
    first: [u64; 2],
    count: u64,
}

/// A run on its way.
struct Run<V, const L: usize> {
    tableaus: Tableaus<L>,
    support: u64,
    /// Of this support.
    lowest: usize,
    seen: V,
    found: Vec<FixedPoint>,
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
        let [first, second] = self.first;
        let mut one = Run::<V, L>::new(like, self.root, self.nodes, first);
        let mut other = Run::<V, L>::new(like, self.root, self.nodes, second);
        for _ in 1..self.count / 8 {
            one.seven_more(like);
            other.seven_more(like);
            one.next(like);
            other.next(like);
        }
        one.seven_more(like);
        other.seven_more(like);
        one.found.append(&mut other.found);
        let exact = |bits: &u64| *bits < 2 * EXACT;
        (one.seen.store().iter().all(exact) && other.seen.store().iter().all(exact)).then_some(one.found)
    }
}

impl<V: Wide, const L: usize> Run<V, L> {
    /// At the first support.
    #[inline(always)]
    fn new(like: V, root: &[Column<L>], nodes: usize, first: u64) -> Self {
        let mut columns = vec![Column([[0.0; 8]; L]); offset(nodes)];
        columns.extend_from_slice(root);
        let (determinants, reciprocals) = ([1.0; MOST_NODES + 1], [1.0; MOST_NODES + 1]);
        let tableaus = Tableaus { nodes, columns, determinants, reciprocals };
        let mut run = Self { tableaus, support: 0, lowest: nodes, seen: like.splat(0), found: Vec::new() };
        // Its nodes from the highest down; the empty support has no fixed point.
        let (mut left, mut fixed) = (first, false);
        while left != 0 {
            run.lowest = left.ilog2() as usize;
            (run.support, left) = (run.support | 1 << run.lowest, left ^ 1 << run.lowest);
            (fixed, run.seen) = run.tableaus.switch_on(like, run.support, run.seen);
        }
        run.note(fixed);
        run
    }

    /// From the last of eight supports to the first of the next eight.
    #[inline(always)]
    fn next(&mut self, like: V) {
        self.support += 8;
        self.lowest = self.support.trailing_zeros() as usize;
        let fixed;
        (fixed, self.seen) = self.tableaus.switch_on(like, self.support, self.seen);
        self.note(fixed);
    }

    #[inline(always)]
    fn note(&mut self, fixed: bool) {
        if fixed {
            self.found.push(FixedPoint::new(self.support, self.tableaus.determinants[self.lowest] < 0.0));
        }
    }

    /// The last seven of eight supports.
    #[inline(always)]
    fn seven_more(&mut self, like: V) {
        let mut seven;
        (seven, self.seen) = self.tableaus.switch_lowest::<V, 1>(like, self.lowest, self.seen);
        if seven.fixed == 0 {
            return;
        }
        if L > 1 {
            (seven, self.seen) = self.tableaus.switch_lowest::<V, L>(like, self.lowest, self.seen);
        }
        for more in 1..8 {
            if seven.fixed >> more & 1 == 1 {
                self.found.push(FixedPoint::new(self.support + more, seven.negative >> more & 1 == 1));
            }
        }
    }
}

impl<const L: usize> Tableaus<L> {
    /// Sweeps the lowest node of a support, 3 or above. Says whether the support is a fixed point's, and gives the bits seen.
    #[inline(always)]
    fn switch_on<V: Wide>(&mut self, like: V, support: u64, seen: V) -> (bool, V) {
        let node = support.trailing_zeros() as usize;
        let rest = support & (support - 1);
        let from = if rest == 0 { self.nodes } else { rest.trailing_zeros() as usize };
        let (low, high) = self.columns.split_at_mut(offset(node + 1));
        let target = &mut low[offset(node)..][..node + 1];
        let source = &high[offset(from) - offset(node + 1)..][..node + 2];
        let (chunk, lane) = (node / 8, node % 8);
        let determinant = source[node + 1].0[chunk][lane];
        let swept: [V; L] = load(like, &source[node + 1]);
        let pivot = Pivot::new(like, swept, node, determinant, self.determinants[from]);
        let reciprocal = self.reciprocals[from];
        self.determinants[node] = determinant;
        self.reciprocals[node] = 1.0 / determinant;
        let (side, seen) = pivot.of(like, load(like, &source[0]), source[0].0[chunk][lane], reciprocal, seen);
        let (zero, seen) = pivot.of(like, load(like, &source[1]), source[1].0[chunk][lane], reciprocal, seen);
        let (one, seen) = pivot.of(like, load(like, &source[2]), source[2].0[chunk][lane], reciprocal, seen);
        let (two, mut seen) = pivot.of(like, load(like, &source[3]), source[3].0[chunk][lane], reciprocal, seen);
        (target[0], target[1], target[2], target[3]) = (store(side), store(zero), store(one), store(two));
        for (old, new) in source[4..].iter().zip(&mut target[4..]) {
            let column;
            (column, seen) = pivot.of(like, load(like, old), old.0[chunk][lane], reciprocal, seen);
            *new = store(column);
        }
        (pivot.agrees(side), seen)
    }

    /// Sweeps nodes 0, 1 and 2 and what can be made of them on top of the support whose lowest node is given, without a word to memory: in
    /// the first `M` vectors of rows.
    #[inline(always)]
    fn switch_lowest<V: Wide, const M: usize>(&self, like: V, lowest: usize, seen: V) -> (Flags, V) {
        let source = &self.columns[offset(lowest)..][..4];
        let without = [load(like, &source[0]), load(like, &source[1]), load(like, &source[2])];
        let (before, reciprocal) = (self.determinants[lowest], self.reciprocals[lowest]);
        let third = source[3].0[0][2];
        let pivot = Pivot::<V, M>::new(like, load(like, &source[3]), 2, third, before);
        let (side, seen) = pivot.of(like, without[0], source[0].0[0][2], reciprocal, seen);
        let (zero, seen) = pivot.of(like, without[1], source[1].0[0][2], reciprocal, seen);
        let (one, seen) = pivot.of(like, without[2], source[2].0[0][2], reciprocal, seen);
        let entries =
            [[source[0].0[0][0], source[0].0[0][1]], [source[1].0[0][0], source[1].0[0][1]], [0.0, source[2].0[0][1]]];
        let (lower, seen) = three_more(like, without, entries, before, reciprocal, seen);
        let entries = [first_two(side), first_two(zero), first_two(one)];
        let (upper, seen) = three_more(like, [side, zero, one], entries, third, 1.0 / third, seen);
        let itself = Flags { fixed: u8::from(pivot.agrees(side)), negative: u8::from(third < 0.0) };
        let fixed = lower.fixed | (upper.fixed | itself.fixed) << 4;
        (Flags { fixed, negative: lower.negative | (upper.negative | itself.negative) << 4 }, seen)
    }
}

/// By support, in bits: whether it is a fixed point's, and whether its determinant is negative.
#[derive(Clone, Copy)]
struct Flags {
    fixed: u8,
    negative: u8,
}

/// Sweeps node 0, node 1 and both, from a right-hand side and their columns, of which the entries at these nodes are given.
#[inline(always)]
fn three_more<V: Wide, const M: usize>(
    like: V,
    [side, zero, one]: [[V; M]; 3],
    [of_side, of_zero, of_one]: [[f64; 2]; 3],
    before: f64,
    reciprocal: f64,
    seen: V,
) -> (Flags, V) {
    let (first, second) = (of_zero[0], of_one[1]);
    let pivot = Pivot::new(like, one, 1, second, before);
    let (side_one, seen) = pivot.of(like, side, of_side[1], reciprocal, seen);
    let (zero_one, seen) = pivot.of(like, zero, of_zero[1], reciprocal, seen);
    let is_second = pivot.agrees(side_one);
    let is_first = Pivot::new(like, zero, 0, first, before).will_agree(like, side, of_side[0]);
    let (both, entry) = (zero_one[0].store_f64()[0], side_one[0].store_f64()[0]);
    let is_both = Pivot::new(like, zero_one, 0, both, second).will_agree(like, side_one, entry);
    let fixed = u8::from(is_first) << 1 | u8::from(is_second) << 2 | u8::from(is_both) << 3;
    let negative = u8::from(first < 0.0) << 1 | u8::from(second < 0.0) << 2 | u8::from(both < 0.0) << 3;
    (Flags { fixed, negative }, seen)
}

#[inline(always)]
fn first_two<V: Wide, const M: usize>(column: [V; M]) -> [f64; 2] {
    let numbers = column[0].store_f64();
    [numbers[0], numbers[1]]
}

#[inline(always)]
fn load<V: Wide, const L: usize, const M: usize>(like: V, column: &Column<L>) -> [V; M] {
    let mut lanes = [like; M];
    for (lanes, numbers) in lanes.iter_mut().zip(&column.0) {
        *lanes = like.load_f64(numbers);
    }
    lanes
}

#[inline(always)]
fn store<V: Wide, const L: usize>(lanes: [V; L]) -> Column<L> {
    let mut column = Column([[0.0; 8]; L]);
    for (numbers, lanes) in column.0.iter_mut().zip(lanes) {
        *numbers = lanes.store_f64();
    }
    column
}
