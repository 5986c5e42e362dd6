//! Nonlinearities σ on the diagonal of a Laplacian: the parametric families of the literature, the optimal one, and tables.

use lawbook_analysis::root::bisect;

use super::{LaplacianError, Prior};

/// A nonlinearity σ: R → R.
#[derive(Debug, Clone, PartialEq)]
pub enum Nonlinearity {
    /// σ = 0: the direct spectral method.
    Zero,
    /// a tanh(b x).
    Tanh {
        /// a, at least 0.
        height: f64,
        /// b, at least 0.
        slope: f64,
    },
    /// The Z shape: 0 up to c, then a straight line, and b from c + a on.
    Ramp {
        /// a, positive.
        width: f64,
        /// b, at least 0.
        height: f64,
        /// c.
        start: f64,
    },
    /// 0 below the first breakpoint, then the value of the last breakpoint reached.
    Steps {
        /// In increasing order.
        breakpoints: Vec<f64>,
        /// From each breakpoint on.
        values: Vec<f64>,
    },
    /// −clip(1/(β Λ_γ(x)), floor, ceiling): [optimal](super::optimum) in the limit floor → 0, ceiling → ∞ at the optimal β.
    Optimal {
        /// Of the signal.
        prior: Prior,
        /// β.
        strength: f64,
        /// Smallest value of −σ, at least 0.
        floor: f64,
        /// Largest value of −σ.
        ceiling: f64,
    },
    /// Straight lines between the nodes, constant outside: what a network has learned, say.
    Table {
        /// In increasing order.
        nodes: Vec<f64>,
        /// At the nodes.
        values: Vec<f64>,
    },
}

impl Nonlinearity {
    /// σ(x).
    pub fn value(&self, x: f64) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::Tanh { height, slope } => height * (slope * x).tanh(),
            Self::Ramp { width, height, start } => height * ((x - start) / width).clamp(0.0, 1.0),
            Self::Steps { breakpoints, values } => match breakpoints.partition_point(|at| *at <= x) {
                0 => 0.0,
                reached => values[reached - 1],
            },
            Self::Optimal { prior, strength, floor, ceiling } => {
                -(strength * prior.tilt(prior.shift(*strength), x)).recip().clamp(*floor, *ceiling)
            }
            Self::Table { nodes, values } => {
                let right = nodes.partition_point(|node| *node <= x);
                if right == 0 || right == nodes.len() {
                    return values[right.saturating_sub(1)];
                }
                let share = (x - nodes[right - 1]) / (nodes[right] - nodes[right - 1]);
                values[right - 1] + share * (values[right] - values[right - 1])
            }
        }
    }

    /// sup σ: the edge of the pole of 1/(z − σ).
    pub fn supremum(&self) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::Tanh { height, .. } | Self::Ramp { height, .. } => *height,
            Self::Steps { values, .. } => values.iter().copied().fold(0.0, f64::max),
            Self::Optimal { floor, .. } => -floor,
            Self::Table { values, .. } => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// inf σ.
    pub fn infimum(&self) -> f64 {
        match self {
            Self::Zero | Self::Ramp { .. } | Self::Steps { .. } => 0.0,
            Self::Tanh { height, .. } => -height,
            Self::Optimal { ceiling, .. } => -ceiling,
            Self::Table { values, .. } => values.iter().copied().fold(f64::INFINITY, f64::min),
        }
    }

    /// Where σ is not smooth: quadrature has to part its panels there.
    pub fn kinks(&self) -> Vec<f64> {
        match self {
            Self::Zero | Self::Tanh { .. } => Vec::new(),
            Self::Ramp { width, start, .. } => vec![*start, start + width],
            Self::Steps { breakpoints, .. } => breakpoints.clone(),
            Self::Optimal { prior, strength, floor, ceiling } => {
                let gamma = prior.shift(*strength);
                let clipped_at = |level: f64| {
                    let excess = |x: f64| strength * prior.tilt(gamma, x) * level - 1.0;
                    bisect(excess, -36.0, 36.0).ok()
                };
                [*ceiling, *floor].into_iter().filter_map(clipped_at).collect()
            }
            Self::Table { nodes, .. } => nodes.clone(),
        }
    }

    /// The length over which σ changes where it is steepest, for the width of quadrature panels.
    pub(super) fn scale(&self) -> f64 {
        if let Self::Tanh { slope, .. } = self { slope.max(1.0).recip() } else { 1.0 }
    }

    /// Whether σ is non-decreasing and bounded, as the theory assumes: if not, what breaks the assumption.
    pub fn check(&self) -> Result<(), LaplacianError> {
        let falls = |what: String| Err(LaplacianError::NotMonotone { what });
        let bounds = (self.infimum(), self.supremum());
        if !(bounds.0.is_finite() && bounds.1.is_finite()) {
            return Err(LaplacianError::Unbounded { what: format!("its values reach from {} to {}", bounds.0, bounds.1) });
        }
        match self {
            Self::Zero => Ok(()),
            Self::Tanh { height, slope } if !(*height >= 0.0 && *slope >= 0.0) => {
                falls(format!("{height} tanh({slope} x); give a height and a slope of at least 0"))
            }
            Self::Ramp { width, height, start } if !(*width > 0.0 && *height >= 0.0 && start.is_finite()) => {
                falls(format!("it goes from 0 to {height} between {start} and {}", start + width))
            }
            Self::Optimal { strength, floor, ceiling, .. } if !(*strength > 0.0 && *floor >= 0.0 && floor < ceiling) => {
                falls(format!("strength {strength}, clipped to −{ceiling}..−{floor}; give β > 0 and 0 ≤ floor < ceiling"))
            }
            Self::Steps { breakpoints, values } => ascending(breakpoints, values, Some(0.0)),
            Self::Table { nodes, values } => ascending(nodes, values, None),
            _ => Ok(()),
        }
    }

    /// The smallest non-decreasing function above a table of values: its running maximum, which makes a learned σ one that
    /// the theory covers.
    #[must_use]
    pub fn monotone_envelope(nodes: Vec<f64>, values: &[f64]) -> Self {
        let running = values.iter().scan(f64::NEG_INFINITY, |most, value| {
            *most = most.max(*value);
            Some(*most)
        });
        Self::Table { nodes, values: running.collect() }
    }
}

fn ascending(at: &[f64], values: &[f64], before: Option<f64>) -> Result<(), LaplacianError> {
    if at.len() != values.len() || (at.is_empty() && before.is_none()) {
        let what = format!("{} places for {} values; give one for each", at.len(), values.len());
        return Err(LaplacianError::NotMonotone { what });
    }
    if let Some(pair) = at.windows(2).find(|pair| pair[0].is_nan() || pair[1].is_nan() || pair[0] >= pair[1]) {
        let what = format!("its places are out of order at {}, {}", pair[0], pair[1]);
        return Err(LaplacianError::NotMonotone { what });
    }
    let mut last = before.unwrap_or(f64::NEG_INFINITY);
    for (&x, &value) in at.iter().zip(values) {
        if value.is_nan() || value < last {
            return Err(LaplacianError::NotMonotone { what: format!("it falls from {last} to {value} at x = {x}") });
        }
        last = value;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_an_assumption_is_named() {
        let table = |values: &[f64]| Nonlinearity::Table { nodes: vec![0.0, 1.0, 2.0], values: values.to_vec() };
        assert!(table(&[0.0, 1.0, 1.0]).check().is_ok());
        let falling = table(&[0.0, 1.0, 0.5]).check().expect_err("it falls").to_string();
        assert!(falling.contains("falls from 1 to 0.5 at x = 2"), "{falling}");
        assert!(Nonlinearity::monotone_envelope(vec![0.0, 1.0, 2.0], &[0.0, 1.0, 0.5]).check().is_ok());
        let bad = [
            Nonlinearity::Tanh { height: -1.0, slope: 1.0 },
            Nonlinearity::Ramp { width: 1.0, height: -1.0, start: 0.0 },
            Nonlinearity::Steps { breakpoints: vec![0.0], values: vec![-1.0] },
            Nonlinearity::Steps { breakpoints: vec![0.0, 0.0], values: vec![1.0, 2.0] },
            table(&[0.0, f64::NAN, 1.0]),
        ];
        assert!(bad.iter().all(|sigma| matches!(sigma.check(), Err(LaplacianError::NotMonotone { .. }))));
        let (prior, strength) = (Prior::Constant, 0.75);
        let unbounded = Nonlinearity::Optimal { prior, strength, floor: 0.0, ceiling: f64::INFINITY };
        assert!(matches!(unbounded.check(), Err(LaplacianError::Unbounded { .. })));
        let unbounded = Nonlinearity::Tanh { height: f64::INFINITY, slope: 1.0 };
        assert!(matches!(unbounded.check(), Err(LaplacianError::Unbounded { .. })));
    }
}
