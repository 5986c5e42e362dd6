//! Distances between vectors of any two sizes, as elements of V_∞ and as orbits.

use lawbook_core::Tensor;

use super::{ConsistentSequence, SequenceError, Symmetry};

/// The most points whose orders are enumerated: 7! of them.
pub const LARGEST_ORBIT: i64 = 7;

/// ‖u − v‖ in V_∞: both are embedded in the least common size.
pub fn distance<S: ConsistentSequence>(sequence: &S, u: &S::Vector, v: &S::Vector) -> Result<f64, SequenceError> {
    let size = sequence.join(sequence.size(u)?, sequence.size(v)?);
    sequence.norm(&sequence.difference(&sequence.embed(u, size)?, &sequence.embed(v, size)?)?)
}

/// min over permutations g of ‖g·u − v‖ in the least common size, by enumeration: at most [`LARGEST_ORBIT`] points there.
///
/// For sets under duplication this is W_p of the empirical measures (Proposition F.1; on the line
/// [`wasserstein`](crate::sets::wasserstein::wasserstein) has it at any size). In general larger common sizes could do better, so
/// that this is an upper bound of inf over G_∞; for clouds it is one as well since no rotation is searched.
pub fn symmetrised_distance<S: ConsistentSequence>(
    sequence: &S,
    u: &S::Vector,
    v: &S::Vector,
) -> Result<f64, SequenceError> {
    let size = sequence.join(sequence.size(u)?, sequence.size(v)?);
    if size > LARGEST_ORBIT {
        return Err(SequenceError::TooLarge { what: "the symmetrised metric", size, most: LARGEST_ORBIT });
    }
    let (u, v) = (sequence.embed(u, size)?, sequence.embed(v, size)?);
    let mut best = f64::INFINITY;
    let mut order: Vec<i64> = (0..size).collect();
    loop {
        let element = Symmetry { order: Tensor::from_slice(&order), rotation: None };
        best = best.min(sequence.norm(&sequence.difference(&sequence.act(&element, &u), &v)?)?);
        if !next_permutation(&mut order) {
            return Ok(best);
        }
    }
}

/// The next order in the lexicographic sense; false after the last.
fn next_permutation(order: &mut [i64]) -> bool {
    let Some(ascent) = order.windows(2).rposition(|pair| pair[0] < pair[1]) else { return false };
    let Some(successor) = order.iter().rposition(|&i| i > order[ascent]) else { return false };
    order.swap(ascent, successor);
    order[ascent + 1..].reverse();
    true
}
