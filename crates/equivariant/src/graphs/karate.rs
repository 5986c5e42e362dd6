//! A small real graph.

use lawbook_core::Tensor;

const EDGES: &str = include_str!("../../../../data/zachary-karate-club.txt");

/// Zachary's karate club, A `[34, 34]` in f64: who met whom outside the club. 78 edges without weights, no self-loops.
///
/// Source: Wayne W. Zachary, *An information flow model for conflict and fission in small groups*, Journal of Anthropological Research
/// 33 (1977) 452–473, Figure 1.
pub fn karate_club() -> Tensor {
    let mut entries = vec![0.0; 34 * 34];
    for line in EDGES.lines() {
        let ends: Vec<usize> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        if let [i @ 1..=34, j @ 1..=34] = ends[..] {
            entries[(i - 1) * 34 + j - 1] = 1.0;
            entries[(j - 1) * 34 + i - 1] = 1.0;
        }
    }
    Tensor::from_slice(&entries).reshape([34, 34])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphs::norms::operator_norm;
    use lawbook_core::{Kind, tensor::scalar};

    /// X-Val: networkx 3.x `karate_club_graph()` without weights has 78 edges, 45 triangles and spectral radius 6.725697727631732.
    #[test]
    fn the_club_is_that_of_networkx() {
        let a = karate_club();
        assert_eq!(scalar(&a.sum(Kind::Double)), 156.0);
        assert_eq!(scalar(&a.matmul(&a).matmul(&a).trace()), 6.0 * 45.0);
        assert!((34.0 * operator_norm(&a) - 6.725_697_727_631_732).abs() < 1e-12);
    }
}
