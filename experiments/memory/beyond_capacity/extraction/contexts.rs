//! Contexts of several copies average out, and leave the attractor.

use anyhow::Result;
use lawbook_analysis::gaussian::normal_tail;
use lawbook_memory::facts::FactModel;

use super::{Extraction, Params, model};
use crate::framework::{Claim, Margin, Study};

/// Closed form for n = 2: signal N_k per copy; own and other contexts, independent from copy to copy, are the part of the noise
/// that falls with M. Gaussian over ten facts, absolute error below 0.01.
pub(super) fn fresh(points: &[&Params]) -> Claim {
    let law = |p: &Params, copies: f64| {
        let (facts, key) = (p.facts as f64, p.key as f64);
        let noise = facts * (p.context as f64 / copies + p.value as f64 - 1.0) + (facts - 1.0) * key;
        normal_tail(key / noise.sqrt())
    };
    let sites = points.iter().map(|p| (p.M as f64, Extraction::at(p).site("fresh-error"), law(p, p.M as f64)));
    Claim::curve("contexts-average-out", sites)
        .within(Margin::Absolute(0.02))
        .rival("one-copy", "copies make no difference", points.iter().map(|p| law(p, 1.0)))
        .rival("no-context", "contexts do not disturb at all", points.iter().map(|p| law(p, 1e9)))
        .axes("copies M", "error of the value read in a new context")
        .log_x()
        .source("derived here: Q(N_k/√(F (N_t/M + N_v − 1) + (F − 1) N_k))")
}

/// Whether the context is part of the attractor: the exact error of its sites at a stored copy.
pub(super) fn error(points: &[&Params]) -> Result<Claim> {
    let law = points.iter().map(|p| Ok(model(p).context_error()?)).collect::<Result<Vec<f64>>>()?;
    let alone = |p: &Params| FactModel { copies: 1, ..model(p) };
    let single = points.iter().map(|p| Ok(alone(p).context_error()?)).collect::<Result<Vec<f64>>>()?;
    let sites = points.iter().zip(law).map(|(p, error)| (p.M as f64, Extraction::at(p).site("context-error"), error));
    Ok(Claim::curve("context-in-attractor", sites)
        .within(Margin::Relative(0.08))
        .rival("attractor", "the context of a stored copy is part of its attractor, as for a single copy", single)
        .axes("copies M", "error of the context at a stored copy")
        .source("derived here: N_k + N_v common sites of a fact pull each copy's context towards the others'"))
}
