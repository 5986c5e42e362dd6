//! Does a model commute with the embeddings and with the group? A difference found is a proof that it does not; none found is
//! evidence that it does.

use lawbook_core::{Stream, no_grad};

use super::{
    ConsistentSequence, Probed,
    probe::{CheckError, Probe, of_input, of_output, output},
};

/// Whether f_N∘φ = ψ∘f_n and f_n∘g = g∘f_n on all inputs tried.
#[derive(Debug)]
pub enum Compatibility<V, U> {
    /// No difference above the tolerance.
    Compatible {
        /// The largest relative difference.
        worst: f64,
        /// Comparisons made.
        trials: usize,
    },
    /// Of the worst differences found, that at the smallest size.
    Incompatible(CounterExample<V, U>),
}

/// What does not commute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// The embedding of size n in size N.
    Embedding {
        /// n.
        from: i64,
        /// N.
        to: i64,
    },
    /// An element of the group of size n.
    Symmetry {
        /// n.
        size: i64,
    },
}

/// An input on which a model does not commute.
#[derive(Debug)]
pub struct CounterExample<V, U> {
    /// With what.
    pub violation: Violation,
    /// The input x.
    pub input: V,
    /// f of the moved input: f(φ x) or f(g x).
    pub moved_input: U,
    /// The moved output: ψ f(x) or g f(x).
    pub moved_output: U,
    /// Their distance over the larger one of the outputs' norms at these sizes.
    pub difference: f64,
}

/// How much worse a larger counter-example has to be: one of few points is easier to read.
const WORSE: f64 = 1.1;

/// Tries a model on random inputs: every size of the probe with every one of its multiples, and with random group elements.
pub fn compatibility<I: Probed, O: ConsistentSequence>(
    inputs: &I,
    outputs: &O,
    model: impl Fn(&I::Vector) -> O::Vector,
    probe: &Probe,
    stream: &mut Stream,
) -> Result<Compatibility<I::Vector, O::Vector>, CheckError> {
    probe.checked()?;
    no_grad(|| tries(inputs, outputs, &model, probe, stream))
}

fn tries<I: Probed, O: ConsistentSequence>(
    inputs: &I,
    outputs: &O,
    model: &impl Fn(&I::Vector) -> O::Vector,
    probe: &Probe,
    stream: &mut Stream,
) -> Result<Compatibility<I::Vector, O::Vector>, CheckError> {
    let (mut worst, mut largest, mut trials) = (None::<CounterExample<I::Vector, O::Vector>>, 0.0_f64, 0);
    for &n in &probe.sizes {
        let embeddings = probe.multiples.iter().map(|multiple| Violation::Embedding { from: n, to: n * multiple });
        for violation in embeddings.chain([Violation::Symmetry { size: n }]) {
            // One scale for all draws: the output of a single one may be small by cancellation.
            let (mut scale, mut furthest) = (0.0_f64, None::<CounterExample<I::Vector, O::Vector>>);
            for _ in 0..probe.draws {
                let input = inputs.random(n, stream);
                let first = output(outputs, model, &input, n)?;
                let (moved, moved_output, size) = match violation {
                    Violation::Embedding { to, .. } => {
                        let moved = inputs.embed(&input, to).map_err(of_input(n))?;
                        (moved, outputs.embed(&first, to).map_err(of_output(n))?, to)
                    }
                    Violation::Symmetry { size } => {
                        let element = inputs.symmetry(size, stream);
                        (inputs.act(&element, &input), outputs.act(&element, &first), size)
                    }
                };
                let moved_input = output(outputs, model, &moved, size)?;
                let norm = |vector: &O::Vector| outputs.norm(vector).map_err(of_output(size));
                let gap = outputs.difference(&moved_input, &moved_output).map_err(of_output(size))?;
                let difference = norm(&gap)?;
                scale = scale.max(norm(&moved_input)?).max(norm(&moved_output)?);
                trials += 1;
                if furthest.as_ref().is_none_or(|found| difference > found.difference) {
                    furthest = Some(CounterExample { violation, input, moved_input, moved_output, difference });
                }
            }
            if let Some(mut found) = furthest {
                found.difference /= scale.max(f64::MIN_POSITIVE);
                largest = largest.max(found.difference);
                if worst.as_ref().is_none_or(|worst| found.difference > WORSE * worst.difference) {
                    worst = Some(found);
                }
            }
        }
    }
    Ok(match worst {
        Some(found) if largest > probe.tolerance => Compatibility::Incompatible(found),
        _ => Compatibility::Compatible { worst: largest, trials },
    })
}
