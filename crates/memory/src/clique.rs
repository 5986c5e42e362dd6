//! A network that remembers all cliques (C. J. Hillar & N. M. Tran, *Robust exponential memory in Hopfield networks*, 2014,
//! arXiv 1411.4625; J. Math. Neurosci. 8:1, 2018).
//!
//! Its neurons are the n = C(v, 2) possible edges of a graph on v vertices, and its memories all C(v, k) cliques of k vertices.
//! Couplings know only whether two edges share a vertex (x) or not (y), thresholds are all z: three parameters. An edge e = ij
//! then has the field `x (d_i + d_j − 2e) + y (T − d_i − d_j + e) − z` for degrees d and T edges, so that a sweep takes O(v²).
//!
//! ```
//! use lawbook_core::Key;
//! use lawbook_memory::{CliqueMemory, clique};
//!
//! let memory = CliqueMemory::robust(32, 16)?;
//! let stored = memory.clique(&(0..16).collect::<Vec<_>>())?;
//! let noisy_graph = stored.noisy(0.05, &mut Key::new(["example"]).stream("noise", 0))?;
//! assert_eq!(memory.retrieve(&noisy_graph)?.state, stored);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod noise;

use lawbook_core::Stream;

use crate::{MemoryError, Retrieved, State, descent::MOST_SWEEPS, patterns::same_sites};

/// Vertices whose edges, one bit each, still fit.
const MOST_VERTICES: usize = 100_000;

/// The three-parameter network. Graphs are [`State`]s with one site for each pair of vertices, +1 where there is an edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CliqueMemory {
    vertices: usize,
    clique_size: usize,
    sharing: f64,
    disjoint: f64,
    threshold: f64,
}

/// Bad cliques or parameters, with the numbers and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CliqueError {
    /// A graph is at fault.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The clique is too small or too large.
    #[error(
        "cliques of {clique} among {vertices} vertices: give a clique of at least 4 and at most {vertices} − 2 vertices"
    )]
    Size {
        /// Vertices of the clique.
        clique: usize,
        /// Vertices of the graph.
        vertices: usize,
    },
    /// A vertex is repeated or does not exist, or there are too many or too few.
    #[error("vertices {found:?}: give {clique} distinct vertices below {vertices}")]
    Vertices {
        /// What was given.
        found: Vec<usize>,
        /// Vertices of a clique.
        clique: usize,
        /// Vertices of the graph.
        vertices: usize,
    },
    /// A graph has more edges than fit.
    #[error("{0} vertices have too many edges to hold in memory: give at most 100000")]
    Vast(usize),
    /// A flip probability is not between 0 and 1/2.
    #[error("noise of {0}: give the probability that an edge is flipped, at least 0 and below 1/2")]
    Noise(f64),
    /// A coupling or threshold is not a number.
    #[error("parameters x = {0}, y = {1}, z = {2}: give finite numbers")]
    Parameters(f64, f64, f64),
}

impl CliqueMemory {
    /// Robust parameters in closed form, with the threshold for cues that are nearly clean: see
    /// [`robust_at`](Self::robust_at).
    pub fn robust(vertices: usize, clique: usize) -> Result<Self, CliqueError> {
        Self::robust_at(vertices, clique, 0.0)
    }

    /// Robust parameters for cues whose edges are flipped with probability `noise`: `x = 1`,
    /// `y = −4(k − 2)/((v − 3)(k − 3))`, and z half way between the mean fields of the edges of the clique and of the edges with
    /// one end in it.
    ///
    /// Those two classes are the hardest to tell apart. Their mean fields differ by `(1 − 2p)((k − 3) x − (k − 2) y)`, and both
    /// vary by `p(1 − p)(2(v − 2) x² + C(v − 2, 2) y²)`: y maximises the ratio, at any noise. (Derived here; the paper's own
    /// closed form comes from a large-deviation argument.)
    pub fn robust_at(vertices: usize, clique: usize, noise: f64) -> Result<Self, CliqueError> {
        let (v, k) = (vertices as f64, clique as f64);
        let disjoint = -4.0 / (v - 3.0) * (k - 2.0) / (k - 3.0);
        let draft = Self::new(vertices, clique, 1.0, disjoint, 0.0)?;
        check_noise(noise)?;
        let [both, one, _] = draft.mean_fields(noise);
        Self::new(vertices, clique, 1.0, disjoint, 0.5 * (both + one))
    }

    /// Any couplings and threshold: `x` for edges that share a vertex, `y` for disjoint ones, `z` the threshold.
    pub fn new(vertices: usize, clique: usize, x: f64, y: f64, z: f64) -> Result<Self, CliqueError> {
        if clique < 4 || vertices < clique.saturating_add(2) {
            return Err(CliqueError::Size { clique, vertices });
        }
        if vertices > MOST_VERTICES {
            return Err(CliqueError::Vast(vertices));
        }
        if ![x, y, z].iter().all(|value| value.is_finite()) {
            return Err(CliqueError::Parameters(x, y, z));
        }
        Ok(Self { vertices, clique_size: clique, sharing: x, disjoint: y, threshold: z })
    }

    /// Number of vertices v.
    pub fn vertices(&self) -> usize {
        self.vertices
    }

    /// Number of neurons, `n = C(v, 2)`.
    pub fn edges(&self) -> usize {
        self.vertices * (self.vertices - 1) / 2
    }

    /// The couplings x and y and the threshold z.
    pub fn parameters(&self) -> [f64; 3] {
        [self.sharing, self.disjoint, self.threshold]
    }

    /// The thresholds at which all cliques are fixed points: `low ≤ z < high`.
    ///
    /// An edge of the clique must stay (field above 0), an edge with one end or none in it must stay away (field at most 0):
    /// `max((k − 1) x + C(k − 1, 2) y, C(k, 2) y) ≤ z < 2(k − 2) x + C(k − 2, 2) y`. None if `low ≥ high`.
    pub fn window(&self) -> (f64, f64) {
        let unbiased = Self { threshold: 0.0, ..*self };
        let [both, one, none] = unbiased.mean_fields(0.0);
        (one.max(none), both)
    }

    /// The graph that is a clique on these vertices and empty elsewhere.
    pub fn clique(&self, vertices: &[usize]) -> Result<State, CliqueError> {
        let mut member = vec![false; self.vertices];
        for &vertex in vertices {
            if vertex >= self.vertices || std::mem::replace(&mut member[vertex], true) {
                return Err(self.not_a_clique(vertices));
            }
        }
        if vertices.len() != self.clique_size {
            return Err(self.not_a_clique(vertices));
        }
        let edges: Vec<bool> = pairs(self.vertices).map(|(i, j)| member[i] && member[j]).collect();
        Ok(State::from_bits(&edges)?)
    }

    /// A clique on random vertices.
    pub fn random_clique(&self, stream: &mut Stream) -> Result<State, CliqueError> {
        let mut vertices: Vec<usize> = (0..self.vertices).collect();
        stream.shuffle(&mut vertices);
        self.clique(&vertices[..self.clique_size])
    }

    /// The energy `−½ x·J x + z Σ x_e`, from degrees.
    pub fn energy(&self, graph: &State) -> Result<f64, MemoryError> {
        let graph = Graph::new(self, graph)?;
        let edges = graph.edges as f64;
        let touching: f64 = graph.degrees.iter().map(|&d| 0.5 * d as f64 * (d as f64 - 1.0)).sum();
        let apart = 0.5 * edges * (edges - 1.0) - touching;
        Ok(-self.sharing * touching - self.disjoint * apart + self.threshold * edges)
    }

    /// The fields of all edges.
    pub fn fields(&self, graph: &State) -> Result<Vec<f64>, MemoryError> {
        let graph = Graph::new(self, graph)?;
        Ok(pairs(self.vertices).zip(&graph.present).map(|((i, j), &here)| graph.field(self, i, j, here)).collect())
    }

    /// Whether no edge wants to change.
    pub fn is_fixed_point(&self, graph: &State) -> Result<bool, MemoryError> {
        let graph = Graph::new(self, graph)?;
        let mut edges = pairs(self.vertices).zip(&graph.present);
        Ok(edges.all(|((i, j), &here)| (graph.field(self, i, j, here) > 0.0) == here))
    }

    /// Every edge at once is there if its field is positive, and else not.
    pub fn synchronous_step(&self, graph: &State) -> Result<State, MemoryError> {
        let mut working = Graph::new(self, graph)?;
        working.step(self);
        working.state()
    }

    /// From a noisy graph to a fixed point: synchronous steps, which use all of the cue before any of it changes, until
    /// nothing does. Should two graphs alternate, single edges in their order go on from there; each lowers the energy. A
    /// synchronous step turns many edges over and may raise the energy, so nobody is let to watch flip by flip.
    pub fn retrieve(&self, noisy: &State) -> Result<Retrieved, MemoryError> {
        let mut graph = Graph::new(self, noisy)?;
        let (mut before, mut alternating, mut flips) = (Vec::new(), false, 0);
        for sweeps in 1..=MOST_SWEEPS {
            let last = graph.present.clone();
            let turned = if alternating { graph.sweep(self) } else { graph.step(self) };
            if turned == 0 {
                return Ok(Retrieved { state: graph.state()?, flips, sweeps });
            }
            flips += turned;
            alternating |= graph.present == before;
            before = last;
        }
        Err(MemoryError::Unfinished(MOST_SWEEPS))
    }

    fn not_a_clique(&self, found: &[usize]) -> CliqueError {
        CliqueError::Vertices { found: found.to_vec(), clique: self.clique_size, vertices: self.vertices }
    }
}

fn check_noise(noise: f64) -> Result<(), CliqueError> {
    if (0.0..0.5).contains(&noise) { Ok(()) } else { Err(CliqueError::Noise(noise)) }
}

/// The pairs of vertices, in the order of the sites of a graph.
pub fn pairs(vertices: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..vertices).flat_map(|j| (0..j).map(move |i| (i, j)))
}

/// A graph with its degrees.
struct Graph {
    present: Vec<bool>,
    degrees: Vec<usize>,
    edges: usize,
}

impl Graph {
    fn new(memory: &CliqueMemory, state: &State) -> Result<Self, MemoryError> {
        same_sites(memory.edges(), state.sites())?;
        let present: Vec<bool> = (0..state.sites()).map(|edge| state.bit(edge) == 1).collect();
        let mut graph = Self { present, degrees: vec![0; memory.vertices], edges: 0 };
        graph.count();
        Ok(graph)
    }

    fn count(&mut self) {
        self.degrees.fill(0);
        let mut rest = self.present.as_slice();
        for j in 1..self.degrees.len() {
            let (row, others) = rest.split_at(j);
            let mut own = 0;
            for (degree, &here) in self.degrees.iter_mut().zip(row) {
                *degree += usize::from(here);
                own += usize::from(here);
            }
            self.degrees[j] += own;
            rest = others;
        }
        self.edges = self.degrees.iter().sum::<usize>() / 2;
    }

    fn field(&self, memory: &CliqueMemory, i: usize, j: usize, here: bool) -> f64 {
        let sharing = self.degrees[i] + self.degrees[j] - 2 * usize::from(here);
        let disjoint = self.edges - sharing - usize::from(here);
        memory.sharing * sharing as f64 + memory.disjoint * disjoint as f64 - memory.threshold
    }

    /// All edges at once. Returns how many changed.
    fn step(&mut self, memory: &CliqueMemory) -> usize {
        let mut wanted = self.present.clone();
        let mut rest = wanted.as_mut_slice();
        for j in 1..memory.vertices {
            let (row, others) = rest.split_at_mut(j);
            for (i, edge) in row.iter_mut().enumerate() {
                *edge = self.field(memory, i, j, *edge) > 0.0;
            }
            rest = others;
        }
        let turned = wanted.iter().zip(&self.present).filter(|(new, old)| new != old).count();
        self.present = wanted;
        self.count();
        turned
    }

    /// One edge after another. Returns how many changed.
    fn sweep(&mut self, memory: &CliqueMemory) -> usize {
        let mut turned = 0;
        for (edge, (i, j)) in pairs(memory.vertices).enumerate() {
            let here = self.present[edge];
            if (self.field(memory, i, j, here) > 0.0) != here {
                self.present[edge] = !here;
                for vertex in [i, j] {
                    self.degrees[vertex] = if here { self.degrees[vertex] - 1 } else { self.degrees[vertex] + 1 };
                }
                self.edges = if here { self.edges - 1 } else { self.edges + 1 };
                turned += 1;
            }
        }
        turned
    }

    fn state(&self) -> Result<State, MemoryError> {
        State::from_bits(&self.present)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;

    use super::*;

    /// The fields from degrees are those of the full coupling matrix, and energy differences follow from them.
    #[test]
    fn fields_are_those_of_the_coupling_matrix() {
        let memory = CliqueMemory::new(9, 5, 1.25, -0.5, 2.0).unwrap();
        let empty = memory.clique(&[0, 2, 4, 6, 8]).unwrap();
        let graph = empty.noisy(0.3, &mut Key::new(["clique"]).stream("noise", 0)).unwrap();
        let ends: Vec<(usize, usize)> = pairs(9).collect();
        let (fields, energy) = (memory.fields(&graph).unwrap(), memory.energy(&graph).unwrap());
        for (e, &(i, j)) in ends.iter().enumerate() {
            let coupling = |f: usize| match [ends[f].0, ends[f].1].iter().filter(|end| **end == i || **end == j).count() {
                0 => -0.5,
                1 => 1.25,
                _ => 0.0,
            };
            let full: f64 = (0..36).filter(|&f| graph.bit(f) == 1).map(coupling).sum::<f64>() - 2.0;
            assert_eq!(fields[e], full, "{e}");
            let mut flipped = graph.clone();
            flipped.flip(e);
            let sign = 1.0 - 2.0 * graph.bit(e) as f64;
            assert!((memory.energy(&flipped).unwrap() - energy + sign * full).abs() < 1e-9);
        }
    }

    /// C(8, 4) = 70 and C(10, 5) = 252 cliques, all fixed points; and none at a threshold on the window's upper end, or below
    /// its lower end.
    #[test]
    fn all_cliques_are_fixed_points_inside_the_window_only() {
        for (v, k, count) in [(8, 4, 70), (10, 5, 252)] {
            let robust = CliqueMemory::robust(v, k).unwrap();
            let [x, y, _] = robust.parameters();
            let (low, high) = robust.window();
            let fixed_at = |z: f64| {
                let memory = CliqueMemory::new(v, k, x, y, z).unwrap();
                let subsets = (0..1usize << v).filter(|bits| bits.count_ones() as usize == k);
                let cliques = subsets.map(|bits| (0..v).filter(|i| bits >> i & 1 == 1).collect::<Vec<_>>());
                cliques.filter(|c| memory.is_fixed_point(&memory.clique(c).unwrap()).unwrap()).count()
            };
            let step = 1e-6;
            let measured = [robust.parameters()[2], low + step, high - step, low - step, high + step].map(fixed_at);
            assert_eq!(measured, [count, count, count, 0, 0]);
        }
    }

    /// Negative control: couplings that only count edges (x = y) leave no window, whatever the threshold.
    #[test]
    fn counting_edges_stores_no_clique() {
        let (low, high) = CliqueMemory::new(32, 16, 1.0, 1.0, 0.0).unwrap().window();
        assert!(low > high);
    }

    #[test]
    fn retrieval_ends_at_fixed_points_also_far_from_cliques() {
        let memory = CliqueMemory::robust(12, 6).unwrap();
        let clique = memory.clique(&[0, 1, 2, 3, 4, 5]).unwrap();
        for index in 0..20 {
            let cue = clique.noisy(0.45, &mut Key::new(["clique"]).stream("far", index)).unwrap();
            assert!(memory.is_fixed_point(&memory.retrieve(&cue).unwrap().state).unwrap());
        }
        // Two graphs that alternate under synchronous steps, up and down the energy: all edges repel each other.
        let repelling = CliqueMemory::new(6, 4, -1.0, -1.0, -0.5).unwrap();
        let empty = State::from_signs(&[-1.0; 15]).unwrap();
        let full = repelling.synchronous_step(&empty).unwrap();
        assert_eq!(repelling.synchronous_step(&full).unwrap(), empty);
        assert!(repelling.energy(&full).unwrap() > repelling.energy(&empty).unwrap());
        let end = repelling.retrieve(&empty).unwrap();
        assert!(repelling.is_fixed_point(&end.state).unwrap());
    }

    #[test]
    fn bad_cliques_are_refused() {
        let memory = CliqueMemory::robust(8, 4).unwrap();
        assert!(
            memory.clique(&[0, 1, 2]).is_err()
                && memory.clique(&[0, 1, 2, 2]).is_err()
                && memory.clique(&[0, 1, 2, 8]).is_err()
        );
        assert_eq!(CliqueMemory::robust(8, 3).unwrap_err(), CliqueError::Size { clique: 3, vertices: 8 });
        assert_eq!(CliqueMemory::robust(usize::MAX, 8).unwrap_err(), CliqueError::Vast(usize::MAX));
        assert_eq!(CliqueMemory::robust_at(8, 4, 0.5).unwrap_err(), CliqueError::Noise(0.5));
        assert!(memory.retrieve(&State::from_signs(&[1.0; 5]).unwrap()).is_err());
    }
}
