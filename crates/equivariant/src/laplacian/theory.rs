//! The top eigenpair of L_σ = Ŷ + diag(σ(Ŷ1)) in the limit of large n, from its effective signal.
//!
//! Source: Yuxin Ma & Dmitriy Kunisky, *Nonlinear Laplacians: Tunable principal component analysis under directional prior
//! information*, 2025, arXiv 2505.12528: Theorem 3.3 (effective signal, outlier, overlap).

use lawbook_analysis::{gaussian::normal_density, quadrature::nodes, root::bisect};

use super::{LaplacianError, Nonlinearity, Prior};

/// The largest signal strength β whose tilted normal lies within the quadrature's range.
pub const MOST_STRENGTH: f64 = 3.5;

/// Tilting moves weight upwards only.
const RANGE: (f64, f64) = (-12.0, 36.0);

/// Panels of ten nodes each; at 0.5 the expectations of all families are exact to rounding.
const PANEL: f64 = 0.5;

/// Beyond this the untilted normal density is below 1e-31.
const UNTILTED: f64 = 12.0;

/// Predictions for one prior and one nonlinearity, all of them expectations over one standard normal g.
#[derive(Debug, Clone)]
pub struct Theory {
    prior: Prior,
    edge: f64,
    nodes: Vec<Node>,
}

/// One node of the quadrature in g.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) x: f64,
    /// Weight times the normal density.
    pub(super) weight: f64,
    /// sup σ − σ(x), at least 0.
    pub(super) gap: f64,
}

/// The top eigenvalue in the limit, and how far its eigenvector points to the signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Top {
    /// λ₁.
    pub eigenvalue: f64,
    /// ⟨x, v₁⟩²; 0 where the top eigenvalue is the edge of the bulk.
    pub overlap: f64,
}

impl Theory {
    /// For a signal with this prior and a nonlinearity that is non-decreasing and bounded.
    pub fn new(prior: Prior, sigma: &Nonlinearity) -> Result<Self, LaplacianError> {
        sigma.check()?;
        let edge = sigma.supremum();
        let panels = ((RANGE.1 - RANGE.0) / (PANEL * sigma.scale().max(1.0 / 64.0))).ceil() as usize;
        let width = (RANGE.1 - RANGE.0) / panels as f64;
        let mut ends: Vec<f64> = (0..=panels).map(|i| RANGE.0 + width * i as f64).collect();
        ends.extend(sigma.kinks().into_iter().filter(|kink| RANGE.0 < *kink && *kink < RANGE.1));
        ends.sort_by(f64::total_cmp);
        let node = |(x, w): (f64, f64)| Node { x, weight: w * normal_density(x), gap: (edge - sigma.value(x)).max(0.0) };
        let nodes = ends.windows(2).filter(|pair| pair[0] < pair[1]).flat_map(|pair| nodes(pair[0], pair[1])).map(node);
        Ok(Self { prior, edge, nodes: nodes.collect() })
    }

    /// sup σ.
    pub fn edge(&self) -> f64 {
        self.edge
    }

    /// H(z) = z + E[1/(z − σ(g))], for z > sup σ.
    pub fn transform(&self, z: f64) -> f64 {
        z + self.expectation(|node| (z - self.edge + node.gap).recip())
    }

    /// H′(z) = 1 − E[1/(z − σ(g))²], for z > sup σ.
    pub fn transform_slope(&self, z: f64) -> f64 {
        self.slope(z - self.edge)
    }

    /// θ(β): the root of E_{y,g}[y²/(θ − σ(γy + g))] = m₂/β above sup σ; `None` if there is none, where the paper puts
    /// θ = sup σ.
    pub fn effective_signal(&self, beta: f64) -> Result<Option<f64>, LaplacianError> {
        Ok(self.excess(&self.tilted(beta)?, beta).map(|excess| self.edge + excess))
    }

    /// β_*: the weakest signal that has an outlier, H′(θ(β_*)) = 0.
    pub fn critical_strength(&self) -> Result<f64, LaplacianError> {
        let excess = |beta: f64| match self.tilted(beta) {
            Ok(tilted) => self.excess(&tilted, beta).map_or(-1.0, |excess| self.slope(excess)),
            Err(_) => f64::NAN,
        };
        bisect(excess, 1e-3, MOST_STRENGTH).map_err(|_| LaplacianError::NoTransition)
    }

    /// λ₁ and the overlap at a signal strength: H(θ) and m₂ H′(θ)/(β² E[y²/(θ − σ)²]) where H′(θ) > 0, and otherwise the upper
    /// edge of the bulk and 0.
    pub fn top(&self, beta: f64) -> Result<Top, LaplacianError> {
        let tilted = self.tilted(beta)?;
        if let Some(excess) = self.excess(&tilted, beta) {
            let slope = self.slope(excess);
            if slope > 0.0 {
                let squares: f64 = tilted.iter().map(|(weight, gap)| weight / (excess + gap).powi(2)).sum();
                let eigenvalue = self.transform(self.edge + excess);
                return Ok(Top { eigenvalue, overlap: slope / (beta * beta * squares) });
            }
        }
        Ok(Top { eigenvalue: self.bulk_edge(), overlap: 0.0 })
    }

    /// The upper edge of the bulk: H(z_*) with H′(z_*) = 0, or H at sup σ where H′ is positive down to there.
    pub fn bulk_edge(&self) -> f64 {
        let root = bisect(|log: f64| self.slope(log.exp()), LEAST_EXCESS.ln(), 1e-9);
        self.transform(self.edge + root.map_or(LEAST_EXCESS, f64::exp))
    }

    /// The nodes that count without a tilt.
    pub(super) fn untilted(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().take_while(|node| node.x < UNTILTED)
    }

    fn expectation(&self, f: impl Fn(&Node) -> f64) -> f64 {
        self.untilted().map(|node| node.weight * f(node)).sum()
    }

    fn slope(&self, excess: f64) -> f64 {
        1.0 - self.expectation(|node| (excess + node.gap).powi(2).recip())
    }

    /// The nodes as pairs of weight × Λ and gap.
    fn tilted(&self, beta: f64) -> Result<Vec<(f64, f64)>, LaplacianError> {
        if !(beta > 0.0 && beta <= MOST_STRENGTH) {
            return Err(LaplacianError::Strength(beta));
        }
        let gamma = self.prior.shift(beta);
        Ok(self.nodes.iter().map(|node| (node.weight * self.prior.tilt(gamma, node.x), node.gap)).collect())
    }

    /// θ(β) − sup σ, sought in its logarithm: near the optimal nonlinearity it is tiny. E Λ = 1, so that it is at most β.
    fn excess(&self, tilted: &[(f64, f64)], beta: f64) -> Option<f64> {
        let surplus = |log: f64| {
            let excess = log.exp();
            tilted.iter().map(|(weight, gap)| weight / (excess + gap)).sum::<f64>() - beta.recip()
        };
        bisect(surplus, LEAST_EXCESS.ln(), beta.ln() + 1e-9).ok().map(f64::exp)
    }
}

/// The smallest θ − sup σ that is told from 0.
const LEAST_EXCESS: f64 = 1e-14;

#[cfg(test)]
mod tests {
    use super::*;

    fn tanh(height: f64, slope: f64) -> Nonlinearity {
        Nonlinearity::Tanh { height, slope }
    }

    /// The nonlinearities that the published code's search ends with.
    const SUBMATRIX: (f64, f64) = (1.709_745_34, 0.583_841_17);
    const SPARSE: (f64, f64) = (2.175_060_53, 0.574_752_03);

    fn critical(prior: Prior, sigma: &Nonlinearity) -> f64 {
        let theory = Theory::new(prior, sigma).expect("monotone and bounded");
        theory.critical_strength().expect("a transition")
    }

    /// Theorem 3.1: the transition of Baik, Ben Arous & Péché at β = 1, λ₁ = β + 1/β, overlap 1 − 1/β².
    #[test]
    fn without_nonlinearity_it_is_the_direct_method() {
        for prior in [Prior::Constant, Prior::HalfNormal] {
            assert!((critical(prior, &Nonlinearity::Zero) - 1.0).abs() < 1e-9);
            let theory = Theory::new(prior, &Nonlinearity::Zero).expect("monotone and bounded");
            let top = theory.top(1.6).expect("in range");
            assert!((top.eigenvalue - 2.225).abs() < 1e-9 && (top.overlap - (1.0 - 1.0 / 2.56)).abs() < 1e-9);
            assert_eq!(theory.top(0.9).map(|top| top.overlap), Ok(0.0));
            assert!((theory.bulk_edge() - 2.0).abs() < 1e-9);
        }
    }

    /// X-Val: the logs of the published code (SciPy's adaptive quadrature and Brent's method), with the Z shape and the
    /// transfers to the other prior.
    #[test]
    fn critical_strengths_are_the_published_ones() {
        let submatrix = tanh(SUBMATRIX.0, SUBMATRIX.1);
        assert!((critical(Prior::Constant, &submatrix) - 0.755_007_389_3).abs() < 2e-10);
        let ramp = Nonlinearity::Ramp { width: 7.417_047_91, height: 4.408_511_34, start: -5.205_188_63 };
        // The published quadrature does not part its panels at the kinks; SciPy's with `points` gives the last digits.
        assert!((critical(Prior::Constant, &ramp) - 0.765_023_763_3).abs() < 1e-9);
        let sparse = tanh(SPARSE.0, SPARSE.1);
        assert!((critical(Prior::HalfNormal, &sparse) - 0.661_658_086_1).abs() < 1e-9);
        assert!((critical(Prior::Constant, &sparse) - 0.766_690_3).abs() < 1e-7);
        assert!((critical(Prior::HalfNormal, &submatrix) - 0.673_213_7).abs() < 1e-7);
    }

    /// X-Val: SciPy 1.17, the trapezoidal rule on 400 001 nodes of [−16, 16] and `brentq`. At (2, ½) and (3, ½) the transition is
    /// where the root θ leaves sup σ, while H′ > 0: a bracket that starts 1e-7 above it, as in the published code, moves
    /// these two up by as much.
    #[test]
    fn other_heights_and_slopes_agree_with_scipy() {
        for (height, slope, expected) in [
            (1.0, 1.0, 0.784_341_324_8),
            (1.0, 0.5, 0.785_087_592_6),
            (2.0, 0.5, 0.833_996_356_9),
            (3.0, 0.5, 1.050_277_314_0),
            (0.5, 0.5, 0.856_722_287_1),
            (2.0, 1.0, 0.764_239_843_2),
        ] {
            let strength = critical(Prior::Constant, &tanh(height, slope));
            assert!((strength - expected).abs() < 1e-9, "{height} {slope}: {strength}");
        }
    }

    /// X-Val: as above.
    #[test]
    fn eigenvalues_and_overlaps_agree_with_scipy() {
        let theory = Theory::new(Prior::Constant, &tanh(SUBMATRIX.0, SUBMATRIX.1)).expect("monotone and bounded");
        assert!((theory.bulk_edge() - 2.559_618_895_5).abs() < 1e-8, "{}", theory.bulk_edge());
        let critical = theory.critical_strength().expect("a transition");
        let signal = theory.effective_signal(critical).expect("in range").expect("a root");
        assert!((signal - 1.786_819_667_2).abs() < 1e-8, "{signal}");
        for (beta, eigenvalue, overlap) in [
            (0.8, 2.563_190, 0.100_013),
            (0.9, 2.593_141, 0.281_193),
            (1.2, 2.799_607, 0.599_257),
            (2.0, 3.651_408, 0.867_472),
        ] {
            let top = theory.top(beta).expect("in range");
            assert!((top.eigenvalue - eigenvalue).abs() < 1e-6 && (top.overlap - overlap).abs() < 1e-6, "{beta}: {top:?}");
        }
    }

    /// With steps every expectation is a sum of normal probabilities.
    #[test]
    fn steps_have_their_closed_form() {
        use lawbook_analysis::gaussian::normal_cdf;
        let (breakpoints, values) = (vec![-1.0, 0.5, 1.3], vec![0.4, 1.1, 1.5]);
        let sigma = Nonlinearity::Steps { breakpoints: breakpoints.clone(), values: values.clone() };
        let theory = Theory::new(Prior::Constant, &sigma).expect("monotone and bounded");
        let (z, levels) = (2.2, [0.0, values[0], values[1], values[2]]);
        let mut below = vec![0.0];
        below.extend(breakpoints.iter().map(|at| normal_cdf(*at)));
        below.push(1.0);
        let exact: f64 = (0..4).map(|i| (below[i + 1] - below[i]) / (z - levels[i])).sum();
        assert!((theory.transform(z) - z - exact).abs() < 1e-12);
    }

    #[test]
    fn what_the_theory_does_not_cover_is_refused() {
        assert!(matches!(Theory::new(Prior::Constant, &tanh(-1.0, 1.0)), Err(LaplacianError::NotMonotone { .. })));
        let theory = Theory::new(Prior::Constant, &tanh(1.0, 1.0)).expect("monotone and bounded");
        assert_eq!(theory.top(4.0), Err(LaplacianError::Strength(4.0)));
        assert!(matches!(theory.effective_signal(f64::NAN), Err(LaplacianError::Strength(_))));
    }
}
