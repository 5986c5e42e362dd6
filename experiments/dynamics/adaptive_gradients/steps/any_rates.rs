//! Steps that forget, at any β₁ and β₂: by quadrature.

use std::f64::consts::PI;

use anyhow::Result;
use lawbook_dynamics::theory::adaptive::{Adam, size_variance};

use super::{Params, Steps, times};
use crate::framework::{Claim, Margin, Study, Verdict};

/// The variance of the size at every time from 2 on.
fn exact_curve(p: &Params) -> Result<Vec<f64>> {
    let adam = Adam::new(p.beta1, p.beta2)?;
    times(p, 2).map(|t| Ok(adam.moments(t)?.variance())).collect()
}

fn variance_claim(p: &Params, id: &str) -> Result<Claim> {
    let site = |t: u64| Steps::at(p).site("variance").at(t as f64);
    let curve = times(p, 2).zip(exact_curve(p)?).map(|(t, variance)| (t as f64, site(t), variance));
    Ok(Claim::curve(id, curve).axes("time t", "Var |u|").log_x())
}

/// With a mean of squares that forgets.
pub(super) fn forgetting(p: &Params) -> Result<Vec<Claim>> {
    let equal = times(p, 2).map(size_variance).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![
        variance_claim(p, &format!("size-variance-beta2-{}", p.beta2))?
            .within(Margin::Absolute(0.01))
            .rival("equal-weights", "that the mean of squares forgets makes no difference", equal)
            .source("abstract, for an exponential mean of squares; exact quadrature"),
    ])
}

/// Where the exact variance ends below that of the second step.
const FOUND: &str = "With this much momentum the variance is not monotone: it rises from 0 at the first step to its largest value at \
                     the second, and then falls to (1 − β₁)/(1 + β₁) (1 − 2/π), since m averages over 1/(1 − β₁) gradients. The \
                     first steps are not independent of v, yet they are the largest ones.";

/// With momentum as well.
pub(super) fn momentum(p: &Params) -> Result<Vec<Claim>> {
    let without = exact_curve(&Params { beta1: 0.0, ..p.clone() })?;
    let limit = (1.0 - p.beta1) / (1.0 + p.beta1) * (1.0 - 2.0 / PI);
    let site = |t: u64| Steps::at(p).site("variance").at(t as f64);
    let name = format!("beta1-{}", p.beta1);
    // The last of the times that are looked at, against the second step.
    let last = times(p, 2).last().unwrap_or(2);
    let grows = Claim::ratio_at_least(&format!("variance-grows-{name}"), site(last), site(2), 1.0)
        .rival("shrinks-by-half", "the mean of gradients averages noise away", [0.5])
        .axes("", "Var |u| at the last time over that at t = 2")
        .source("abstract, read for Adam with momentum; the theorem itself may say β₁ = 0");
    let exact = exact_curve(p)?;
    let falls = exact.first() > exact.last();
    Ok(vec![
        if falls { grows.finding(Verdict::Fails, FOUND) } else { grows },
        // As exact as without momentum; relative, as the variance is smaller.
        variance_claim(p, &format!("size-variance-{name}"))?
            .within(Margin::Relative(0.03))
            .rival("no-momentum", "the growing variance of β₁ = 0", without)
            .rival("stationary", "the variance of a long time, from the beginning", times(p, 2).map(|_| limit))
            .source("exact quadrature, derived here"),
    ])
}
