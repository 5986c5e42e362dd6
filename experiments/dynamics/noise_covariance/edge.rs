//! The edge of stability: where the variance diverges and how, for plain SGD and both kinds of momentum.

use anyhow::Result;
use lawbook_dynamics::{
    Ensemble,
    estimators::time_average::time_average,
    optimizers::descent::Descent,
    optimizers::optimizer::{HeavyBall, Nesterov, Optimizer},
    systems::quadratic::{Quadratic, Shape},
    theory::direction::Direction,
};

use super::variance::looks;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD at curvature 1 and noise of variance 1, near the edge.
    pub struct Params {
        /// What is measured: whether weights grow without bound, or their variance.
        task: choice = "growth", ["growth", "variance"];
        /// Kind of momentum.
        rule: choice = "heavy-ball", ["heavy-ball", "nesterov"];
        /// Learning rate times curvature.
        lambda_k: real = 1.9, 0.001..=10.0;
        /// Momentum μ.
        mu: real = 0.0, 0.0..=0.99;
        /// Replicas.
        replicas: integer = 64, 1..=1_000_000;
    }
}

/// A weight beyond this has left for good: near the edge a stationary one stays within a few hundred.
const LARGE: f64 = 1e6;
/// Enough for a growth of half a per cent per step to get there.
const STEPS: u64 = 4000;
/// Where growth is measured, over the edge of the rule.
const AROUND: [f64; 6] = [0.9, 0.97, 0.99, 1.01, 1.03, 1.1];

/// Divergence.
pub struct Edge;

impl Study for Edge {
    const NAME: &'static str = "edge";
    const ABOUT: &'static str = "Runs SGD around the largest stable learning rate: which replicas grow beyond all bounds, and \
        how the variance diverges on the way there.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let growth = |rule: &'static str, mu: f64, edge: f64| {
            AROUND.map(|part| Params { rule: rule.into(), mu, lambda_k: part * edge, ..Params::default() })
        };
        let growths = [("heavy-ball", 0.0), ("heavy-ball", 0.9), ("nesterov", 0.9)].map(|(rule, mu)| {
            growth(rule, mu, if rule == "nesterov" { Direction::nesterov_edge(mu) } else { Direction::edge(mu) })
        });
        let replicas = match profile {
            Profile::Smoke => return growths[1..].as_flattened().to_vec(),
            Profile::Quick => 256,
            Profile::Full => 4096,
        };
        let distances = [0.01, 0.02, 0.05, 0.1, 0.2];
        let near = distances.map(|d| Params { task: "variance".into(), lambda_k: 2.0 - d, replicas, ..Params::default() });
        growths.into_iter().flatten().chain(near).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (rule, mu, id) in
            [("heavy-ball", 0.0, "edge-plain"), ("heavy-ball", 0.9, "edge-heavy-ball"), ("nesterov", 0.9, "edge-nesterov")]
        {
            let own: Vec<&Params> = points.iter().filter(|p| p.task == "growth" && p.rule == rule && p.mu == mu).collect();
            let Some(first) = own.first() else { continue };
            let (heavy, nesterov) = (Direction::edge(mu), Direction::nesterov_edge(mu));
            let edge = if rule == "nesterov" { nesterov } else { heavy };
            let sites = own.iter().map(|p| (p.lambda_k, Self::at(p).site("fraction-grown")));
            // Exact; the margin is the distance between the points of the grid.
            let claim = Claim::threshold(id, sites, 0.5, edge)
                .within(Margin::Relative(0.02))
                .out_of(first.replicas as u64)
                .axes("λk", "fraction of replicas that grow without bound")
                .source("theorem 1: Σ is positive for 0 < λk < 2(1 + μ)");
            claims.push(match (rule, mu > 0.0) {
                ("nesterov", _) => claim.rival("heavy-ball", "2(1 + μ), the other momentum", [heavy]),
                (_, true) => claim.rival("plain", "2, as if momentum only rescaled time", [2.0]).rival(
                    "nesterov",
                    "2(1 + μ)/(1 + 2μ), the other momentum",
                    [nesterov],
                ),
                (_, false) => claim.rival("monotone", "1, where steps begin to overshoot", [1.0]),
            });
        }
        let near: Vec<&Params> = points.iter().filter(|p| p.task == "variance" && p.mu == 0.0).collect();
        if near.len() > 2 {
            // Σ/λ is c/[k(2 − λk)] exactly. Σ itself also carries λ, which changes by a tenth on the way: slope −1.03.
            let sites = near.iter().map(|p| (2.0 - p.lambda_k, Self::at(p).site("variance-over-rate")));
            claims.push(
                Claim::exponent("divergence", sites, -1.0)
                    .within(Margin::Absolute(0.02))
                    .rival("continuous-time", "Σ/λ knows no edge", [0.0])
                    .rival("square-root", "amplitude, not variance, is inverse to the distance", [-2.0])
                    .axes("distance 2 − λk from the edge", "Var w over λ")
                    .log_x()
                    .log_y()
                    .source("theorem 1 along one direction"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        match p.rule.as_str() {
            "nesterov" => measure_with(Nesterov { rate: p.lambda_k, momentum: p.mu }, p, cell),
            _ => measure_with(HeavyBall { rate: p.lambda_k, momentum: p.mu }, p, cell),
        }
    }
}

fn measure_with<O: Optimizer>(optimizer: O, p: &Params, cell: &mut Cell) -> Result<()> {
    let descent = Descent { gradient: Quadratic::diagonal([1.0], [1.0], Shape::Gaussian), optimizer };
    let start = descent.start([0.0]);
    let mut ensemble = Ensemble::<_, f64>::new(descent, p.replicas as u64, &cell.key(), |_| start);
    if p.task == "growth" {
        ensemble.advance(STEPS);
        // What has overflowed counts.
        let grown = ensemble.states().filter(|([w], _)| w.abs() >= LARGE || w.is_nan()).count();
        cell.record("fraction-grown", grown as f64 / p.replicas as f64);
        return Ok(());
    }
    let direction = Direction { curvature: 1.0, noise: 1.0, rate: p.lambda_k, momentum: p.mu };
    let relaxation = match p.rule.as_str() {
        "nesterov" => direction.nesterov_relaxation_time()?,
        _ => direction.relaxation_time()?,
    };
    let [square] = time_average(&mut ensemble, looks(relaxation, 250), |([w], _)| [w * w])?;
    cell.record("variance-over-rate", square / p.lambda_k);
    Ok(())
}
