//! What the start decides: the imbalance of the factors decays at the rate 4κ, and where it is zero, signs are frozen.

use anyhow::{Result, ensure};
use lawbook_analysis::lasso::lasso;
use lawbook_dynamics::systems::spred::{Descent, Factors, descend};

use super::lasso::regression;
use super::threshold::finite;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Linear regression from several starts.
    pub struct Params {
        /// How the factors start: drawn independently; one a copy of the other; or converted from trained weights.
        start: choice = "independent", ["independent", "identical", "converted"];
        /// Penalty α = 2κ.
        alpha: real = 0.1, 0.0001..=10.0;
        /// Number of samples M.
        M: integer = 30, 2..=100_000;
        /// Number of weights N.
        N: integer = 40, 2..=100_000;
        /// Learning rate η.
        eta: real = 0.02, 0.0001..=1.0;
        /// Number of steps.
        steps: integer = 30_000, 1..=10_000_000;
    }
}

/// Part of the teacher's weights that are not 0.
const DENSITY: f64 = 0.3;
/// Time at which the imbalance is read, in units of 1/(4κ): later, rounding of u − w would show.
const READ: f64 = 12.0;

impl Params {
    fn starts(&self, start: &str) -> bool {
        self.start == start
    }
}

/// Starts.
pub struct Initial;

impl Study for Initial {
    const NAME: &'static str = "initialisation";
    const ABOUT: &'static str = "Trains factors that start independent, identical, or converted from trained weights, and looks at \
        their imbalance and at the signs that they reach.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        ["independent", "identical", "converted"].map(|start| Params { start: start.into(), ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |name: &str| Self::at(p).site(name);
            if p.starts("independent") {
                // A step multiplies u² − w² by (1 − 2ηκ)² − η²g². The first brackets are e^{−4ηκ} to 0.1 %; the gradients, of
                // order 1 before the loss has fallen, cost η t g² in a relative time of 1/60.
                claims.push(
                    Claim::value("imbalance", site("imbalance-rate"), 2.0 * p.alpha)
                        .within(Margin::Relative(0.05))
                        .rival("conservation", "the symmetry of the product protects it", [0.0])
                        .rival("factor", "a factor decays at 2κ, and the imbalance with it", [p.alpha])
                        .axes("", "decay rate of |u² − w²|")
                        .source("gradient flow of (10.1): d(u² − w²)/dt = −4κ(u² − w²)"),
                );
                // All of them: with up to 40 weights one that is missed is 0.025 or more.
                claims.push(
                    Claim::exact("independent-reaches-signs", [(0.0, site("negatives-reached"), 1.0)])
                        .within(Margin::Absolute(0.01))
                        .rival("frozen", "a product keeps the sign it starts with, as half of them would be right", [0.5])
                        .axes("", "part of the lasso's negative weights that training makes negative")
                        .source("theorem 1: no bad minima are added"),
                );
            } else if p.starts("identical") {
                claims.push(
                    Claim::exact("identical-freezes-signs", [(0.0, site("negatives-reached"), 0.0)])
                        .rival("redundancy", "any start reaches the lasso", [1.0])
                        .axes("", "part of the lasso's negative weights that training makes negative")
                        .source("u = w is invariant: v = u² ≥ 0"),
                );
            } else {
                claims.push(
                    Claim::exact("converted-freezes-signs", [(0.0, site("sign-changes"), 0.0)])
                        .rival_residual(
                            "redundancy",
                            "training corrects the signs of the weights it starts from",
                            [site("signs-to-change")],
                        )
                        .axes("", "part of the weights with the wrong sign that change it")
                        .source("sgn(v) √|v|, √|v| in the authors' code: |u| = |w| is invariant"),
                );
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let count = p.N as usize;
        let problem = regression(p.M as usize, count, DENSITY, 0.05, &mut cell.stream("data"))?;
        let exact = lasso(&problem, p.alpha, 1e-12)?;
        let mut noise = cell.stream("factors");
        let independent = Factors::normal(count, 0.5, &mut noise);
        let mut factors = match p.start.as_str() {
            "independent" => independent,
            "identical" => Factors { w: independent.u.clone(), u: independent.u },
            // Weights of any origin: half of the signs are wrong.
            _ => Factors::balanced(&independent.u),
        };
        let before = factors.clone();
        let train = |factors: &mut Factors, steps: usize| {
            descend(factors, &Descent { rate: p.eta, kappa: 0.5 * p.alpha, steps }, |v, g| problem.gradient(v, g))
        };
        let early = (READ / (2.0 * p.alpha * p.eta)).round();
        ensure!(
            early < p.steps as f64,
            "the imbalance decays in a time of 1/(2α): give more than {early} steps, or larger α and η"
        );
        finite(train(&mut factors, early as usize)?, p.eta)?;
        if p.starts("independent") {
            let logs = factors.imbalance().into_iter().zip(before.imbalance()).map(|(now, then)| (now / then).abs().ln());
            cell.record("imbalance-rate", -logs.sum::<f64>() / (count as f64 * early * p.eta));
        }
        finite(train(&mut factors, p.steps as usize - early as usize)?, p.eta)?;
        let v = factors.product();
        // Weights that the lasso certainly wants: larger than what slow ones still are.
        let negative = || exact.iter().zip(&v).filter(|(exact, _)| **exact < -0.01);
        let reached = negative().filter(|(_, v)| **v < 0.0).count() as f64;
        cell.record("negatives-reached", reached / negative().count().max(1) as f64);
        let wrong =
            || exact.iter().zip(before.product().into_iter().zip(&v)).filter(|(e, (b, _))| e.abs() > 0.01 && *e * b < 0.0);
        let changed = wrong().filter(|(_, (before, v))| before * **v < 0.0).count() as f64;
        cell.record("sign-changes", changed / wrong().count().max(1) as f64);
        cell.record("signs-to-change", wrong().count() as f64 / count as f64);
        Ok(())
    }
}
