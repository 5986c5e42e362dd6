//! All three tests of a model at once, and what they say in words.

use std::fmt::{Display, Formatter, Result as Written};

use lawbook_core::Stream;

use super::{
    Compatibility, ConsistentSequence, Convergence, CounterExample, Growth, Probed, Violation, compatibility, convergence,
    lipschitz,
    probe::{CheckError, Probe},
};

/// What a check found.
#[derive(Debug)]
pub struct Report<V, U> {
    /// Does the model commute with embeddings and group?
    pub compatibility: Compatibility<V, U>,
    /// Do its Lipschitz constants stay bounded in n?
    pub growth: Growth,
    /// Do its values settle on samples?
    pub convergence: Convergence,
    limit: f64,
}

/// Checks any model between two consistent sequences: compatible? transferable?
///
/// A counter-example proves that a model is incompatible. All else is evidence from the inputs and sizes of the probe, in the
/// norms of the two sequences: another norm may answer otherwise, as it does for PointNet at p = 1 and p = ∞.
pub fn check<I: Probed, O: ConsistentSequence>(
    inputs: &I,
    outputs: &O,
    model: impl Fn(&I::Vector) -> O::Vector,
    probe: &Probe,
    stream: &mut Stream,
) -> Result<Report<I::Vector, O::Vector>, CheckError> {
    Ok(Report {
        compatibility: compatibility(inputs, outputs, &model, probe, stream)?,
        growth: lipschitz(inputs, outputs, &model, probe, stream)?,
        convergence: convergence(inputs, outputs, &model, probe, stream)?,
        limit: probe.growth,
    })
}

impl<V, U> Report<V, U> {
    /// The worst input on which the model does not commute, if one was found.
    pub fn counter_example(&self) -> Option<&CounterExample<V, U>> {
        match &self.compatibility {
            Compatibility::Compatible { .. } => None,
            Compatibility::Incompatible(found) => Some(found),
        }
    }

    /// No input was found on which the model does not commute.
    pub fn is_compatible(&self) -> bool {
        self.counter_example().is_none()
    }

    /// The Lipschitz constants found grow no faster than the probe allows.
    pub fn is_bounded(&self) -> bool {
        self.growth.exponent <= self.limit
    }

    /// Compatible and bounded: all evidence is for one Lipschitz map on the limit space.
    pub fn is_transferable(&self) -> bool {
        self.is_compatible() && self.is_bounded()
    }
}

impl<V, U> Display for Report<V, U> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        match &self.compatibility {
            Compatibility::Compatible { worst, trials } => {
                writeln!(f, "compatible: no difference above {worst:.1e} (relative) in {trials} trials")?;
            }
            Compatibility::Incompatible(found) => match found.violation {
                Violation::Embedding { from, to } => writeln!(
                    f,
                    "incompatible: f(φx) and ψf(x) differ by {:.1e} (relative) from size {from} to {to}",
                    found.difference
                )?,
                Violation::Symmetry { size } => writeln!(
                    f,
                    "incompatible: f(gx) and gf(x) differ by {:.1e} (relative) at size {size}",
                    found.difference
                )?,
            },
        }
        let range = |points: &[(i64, f64)]| match points {
            [first, .., last] => format!("{:.3e} at n = {} to {:.3e} at n = {}", first.1, first.0, last.1, last.0),
            _ => String::new(),
        };
        let bounded = if self.is_bounded() { "bounded" } else { "grows" };
        let Growth { constants, exponent, perturbation } = &self.growth;
        writeln!(f, "Lipschitz constant: {}, as n^{exponent:.2}: {bounded}; largest for: {perturbation}", range(constants))?;
        let Convergence { gaps, exponent } = &self.convergence;
        writeln!(f, "between samples: {}, as n^{exponent:.2}", range(gaps))?;
        let verdict = match (self.is_compatible(), self.is_bounded()) {
            (true, true) => "the evidence is for transferable in these norms",
            (true, false) => "compatible, but the evidence is against transferable in these norms",
            (false, _) => "not transferable: it is not compatible",
        };
        write!(f, "{verdict}")
    }
}
