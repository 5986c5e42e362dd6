//! **Robust exponential memory.** A Hopfield network on the n = C(v, 2) possible edges of a graph stores every clique of k
//! vertices, `C(v, k)` memories, with three parameters: couplings x between edges that share a vertex, y between disjoint
//! ones, and a threshold z. All cliques are fixed points exactly if
//!
//! `max((k − 1) x + C(k − 1, 2) y, C(k, 2) y) ≤ z < 2(k − 2) x + C(k − 2, 2) y`,
//!
//! and with `x = 1, y = −4(k − 2)/((v − 3)(k − 3))` the fields of a clique whose edges are flipped with probability p stand
//! `(1 − 2p) √k/(4 √(p(1 − p)))` deviations off the threshold: the noise that is corrected grows with v. For v = 2k the
//! number of memories is `2^{√(2n) + 3/4}/(n^{1/4} √π)`. Minimum probability flow finds such networks from a vanishing
//! fraction of the cliques.
//!
//! *Assumptions*: k ≥ 4, v ≥ k + 2; edges are flipped independently.
//!
//! *Source*: C. J. Hillar & N. M. Tran, *Robust exponential memory in Hopfield networks*, 2014, arXiv 1411.4625; J. Math.
//! Neurosci. 8:1, 2018. The closed form of y and z maximises the margin of the fields and is derived here; the paper's comes
//! from a large-deviation argument.

pub mod flow;
pub mod noise;
pub mod random_patterns;
pub mod threshold;
pub mod window;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "clique-memory", file!())
        .title("Robust exponential memory: all cliques of a graph")
        .statement(
            "A Hopfield network on the edges of a graph with three parameters stores all cliques of k vertices, exponentially \
             many in the square root of its size, corrects more noise the larger it is, and is learned from few of them.",
        )
        .equation(
            r"\max\!\left((k-1)x + \tbinom{k-1}{2}y,\ \tbinom{k}{2}y\right) \le z < 2(k-2)x + \tbinom{k-2}{2}y, \quad
              \tbinom{2k}{k} \sim \frac{2^{\sqrt{2n}+3/4}}{n^{1/4}\sqrt{\pi}}",
        )
        .symbol("x, y", "coupling of two edges that share a vertex, and of two that do not")
        .symbol("z", "threshold of every edge")
        .symbol("v, k", "vertices of the graph and of a clique")
        .symbol("n", "number of neurons, C(v, 2)")
        .source("C. J. Hillar & N. M. Tran, Robust exponential memory in Hopfield networks, 2014, arXiv 1411.4625")
        .study::<window::Window>()
        .study::<noise::Noise>()
        .study::<threshold::Threshold>()
        .study::<flow::Flow>()
        .study::<random_patterns::RandomPatterns>()
}
