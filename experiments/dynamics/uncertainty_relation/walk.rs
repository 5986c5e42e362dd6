//! A biased random walk, all paths enumerated: the current is the displacement, and the usual uncertainty relation is violated
//! since time is discrete.

use anyhow::{Result, ensure};
use lawbook_dynamics::theory::uncertainty::{Driven, walk};

use crate::framework::{Cell, Claim, Margin, Profile, Site, Study, params};

params! {
    /// A walker with independent steps.
    pub struct Params {
        /// Probability p of a step to the right.
        p: real = 0.6, 0.001..=0.999;
        /// Number of steps N.
        N: integer = 5, 1..=20;
    }
}

impl Params {
    fn check(&self) -> Result<()> {
        ensure!(self.p != 0.5, "p = 0.5: without a drift ⟨J⟩ = 0, and no bound on Var J/⟨J⟩² says anything; give another p");
        Ok(())
    }

    /// ⟨σ⟩ = N (p − q) ln(p/q).
    fn entropy(&self) -> f64 {
        self.N as f64 * (2.0 * self.p - 1.0) * (self.p / (1.0 - self.p)).ln()
    }

    /// ⟨e^{−2σ}⟩ = (q²/p + p²/q)^N.
    fn second_moment(&self) -> f64 {
        let (p, q) = (self.p, 1.0 - self.p);
        (q * q / p + p * p / q).powi(self.N as i32)
    }
}

/// The biased random walk.
pub struct Walk;

impl Study for Walk {
    const NAME: &'static str = "walk";
    const ABOUT: &'static str = "Enumerates all paths of a biased random walk and records the relative variance of its \
        displacement, the bounds on it, and by how much each is violated.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        [(0.6, 5), (0.55, 5), (0.9, 3), (0.7, 12)].map(|(p, steps)| Params { p, N: steps }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        points.iter().try_for_each(Params::check)?;
        let sites = |name: &'static str| points.iter().map(move |p| Self::at(p).site(name)).collect::<Vec<Site>>();
        let numbered = |name| (0..).map(f64::from).zip(sites(name));
        let ratios = |bound: fn(&Params) -> f64| points.iter().map(bound).collect::<Vec<f64>>();
        let bounds = ratios(|p| 4.0 / (p.second_moment() - 1.0));
        // Sums over at most 2¹² paths against closed forms: rounding is left.
        Ok(vec![
            Claim::exact("walk-obeys", numbered("violation").map(|(i, site)| (i, site, 0.0)))
                .within(Margin::Absolute(1e-12))
                .rival_residual(
                    "usual-relation",
                    "Var J/⟨J⟩² ≥ 2/⟨σ⟩, proved in continuous time (Barato & Seifert 2015)",
                    sites("usual-violation"),
                )
                .axes("setting", "bound over Var J/⟨J⟩², less 1 where above")
                .source("bound by ⟨e^{−2σ}⟩, a corollary of the general bound"),
            Claim::exact("walk-bound", numbered("bound").zip(&bounds).map(|((i, site), bound)| (i, site, *bound)))
                .within(Margin::Relative(1e-10))
                .rival("usual-relation", "2/⟨σ⟩, the bound of linear response", ratios(|p| 2.0 / p.entropy()))
                .rival(
                    "exponential-relation",
                    "2/(e^⟨σ⟩ − 1), which follows from the fluctuation theorem (Hasegawa & Van Vu 2019)",
                    ratios(|p| 2.0 / p.entropy().exp_m1()),
                )
                .axes("setting", "4/(⟨e^{−2σ}⟩ − 1)")
                .log_y()
                .source("⟨e^{−2σ}⟩ = (q²/p + p²/q)^N for independent steps"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        p.check()?;
        let exact = Driven::new(vec![1.0], walk(p.p), p.N as u32)?.by_enumeration()?;
        let excess = |bound: f64| (bound / exact.relative() - 1.0).max(0.0);
        cell.record("bound", exact.least_relative());
        cell.record("violation", excess(exact.least_relative()));
        cell.record("usual-violation", excess(2.0 / exact.entropy));
        Ok(())
    }
}
