//! A system of two states between two reservoirs that drive a current through it: stationary; and out of one state with a move
//! that has no reverse, where part of the reversed process goes where the process cannot, so that `γ < 1`.

use anyhow::Result;
use lawbook_core::Stream;
use lawbook_dynamics::theory::uncertainty::{Driven, Move, two_reservoirs, two_reservoirs_stationary};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Driven chains of two states with random probabilities.
    pub struct Params {
        /// Number of steps M.
        M: integer = 7, 1..=11;
        /// Number of random chains.
        chains: integer = 200, 1..=1_000_000;
        /// Where they start: stationary, or in one state with an exchange that has no reverse.
        start: choice = "stationary", ["stationary", "irreversible"];
    }
}

/// Two states between two reservoirs.
pub struct TwoStates;

impl Study for TwoStates {
    const NAME: &'static str = "two-states";
    const ABOUT: &'static str = "Draws driven two-state chains at random, enumerates all their paths, and records by how much \
        each bound is violated at worst, and how far transfer matrices are from the enumeration.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (steps, chains) = match profile {
            Profile::Smoke | Profile::Quick => (7, 200),
            Profile::Full => (10, 1000),
        };
        ["stationary", "irreversible"].map(|start| Params { M: steps, chains, start: start.into() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let site = |name: &str| Self::at(p).site(name);
            let claim = |id: &str| Claim::exact(&format!("{id}-{}", p.start), [(0.0, site("violation"), 0.0)]);
            // Identities and bounds on finite sums: rounding is left, which small variances enlarge.
            claims.push(
                Claim::exact(&format!("transfer-matrices-{}", p.start), [(0.0, site("transfer-error"), 0.0)])
                    .within(Margin::Absolute(1e-9))
                    .rival_residual(
                        "independent-steps",
                        "⟨e^{2R}⟩ as the power of that of one step, as for a walk without states",
                        [site("independent-error")],
                    )
                    .axes("", "relative difference from the sum over all paths")
                    .source("⟨e^{2R}⟩ is the product of matrices P*²/P"),
            );
            claims.push(if p.start == "stationary" {
                claim("current-obeys")
                    .within(Margin::Absolute(1e-9))
                    .rival_residual(
                        "usual-relation",
                        "Var J/⟨J⟩² ≥ 2/⟨σ⟩, proved in continuous time (Barato & Seifert 2015)",
                        [site("usual-violation")],
                    )
                    .axes("", "bound over Var J/⟨J⟩², less 1, at worst")
                    .source("bound by ⟨e^{−2σ}⟩; two-state system, figure 1")
            } else {
                claim("activity-obeys")
                    .within(Margin::Absolute(1e-9))
                    .rival_residual(
                        "gamma-is-one",
                        "the bound without γ, as if every path had a reverse",
                        [site("gamma-violation")],
                    )
                    .axes("", "bound over Var f, less 1, at worst")
                    .source("general bound, absolute irreversibility: γ = ⟨e^{−σ}⟩ < 1")
            });
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("chains");
        let steps = p.M as u32;
        let stationary = p.start == "stationary";
        let mut worst = [0f64; 5];
        for _ in 0..p.chains {
            let (initial, moves) = random_chain(stationary, &mut stream);
            let chain = Driven::new(initial.clone(), moves.clone(), steps)?;
            let (exact, transfer) = (chain.by_enumeration()?, chain.by_transfer());
            let single = Driven::new(initial, moves, 1)?.by_transfer();
            // Near equilibrium the spread is a small difference: the mean of e^{2R} itself is compared.
            let [second, transferred] = [exact, transfer].map(|found| found.spread + found.gamma.powi(2));
            let independent = (single.spread + single.gamma.powi(2)).powi(p.M as i32);
            let off = |a: f64, b: f64| (a - b).abs() / b.abs();
            // What the bound would be with γ = 1 but for the normalisation, in the numerator.
            let shifted = exact.covariance + (exact.gamma - 1.0) * exact.mean;
            let found = [
                exact.least_variance() / exact.variance - 1.0,
                2.0 / exact.entropy / exact.relative() - 1.0,
                shifted * shifted / exact.spread / exact.variance - 1.0,
                off(transfer.variance, exact.variance).max(off(transferred, second)),
                off(independent, second),
            ];
            worst = std::array::from_fn(|i| worst[i].max(found[i]));
        }
        let names = ["violation", "usual-violation", "gamma-violation", "transfer-error", "independent-error"];
        names.into_iter().zip(worst).for_each(|(name, value)| cell.record(name, value));
        Ok(())
    }
}

/// Every state is left with a probability between 0.1 and 1, more often a large one, through either reservoir in at least a twentieth of all cases: the
/// usual relation fails where few steps are idle. Where a move has no reverse, the observable is the number of exchanges, which
/// has a mean in the reversed process as well.
fn random_chain(stationary: bool, stream: &mut Stream) -> (Vec<f64>, Vec<Move>) {
    let mut draw = || {
        let (leave, share) = (1.0 - 0.9 * stream.uniform().powi(2), 0.05 + 0.9 * stream.uniform());
        [leave * share, leave * (1.0 - share)]
    };
    let (up, mut down) = (draw(), draw());
    if stationary {
        return (two_reservoirs_stationary(up, down), two_reservoirs(up, down));
    }
    down[1] = 0.0;
    let count = |step: Move| Move { current: if step.from == step.to { 0.0 } else { 1.0 }, ..step };
    (vec![1.0, 0.0], two_reservoirs(up, down).into_iter().map(count).collect())
}
