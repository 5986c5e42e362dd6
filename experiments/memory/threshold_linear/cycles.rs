//! Rings have no memory that attracts: activity goes round, in the order of the edges, around the unstable fixed point.

use anyhow::{Context, Result};
use lawbook_memory::threshold_linear::{CombinatorialNetwork, Digraph, Strengths};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// The limit cycle of a ring.
pub struct Cycles;

params! {
    /// The ring 1 → 2 → … → n → 1 from a random state.
    pub struct Params {
        /// Nodes n.
        n: integer = 3, 3..=5;
        /// Time step of the Runge–Kutta integration.
        h: real = 0.01, 0.0001..=0.1;
        /// Time after which the period is taken.
        settle: real = 100.0, 50.0..=10_000.0;
        /// For how long.
        T: real = 200.0, 50.0..=10_000.0;
    }
}

impl Study for Cycles {
    const NAME: &'static str = "cycles";
    const ABOUT: &'static str = "Integrates a ring from a random state and takes the times at which nodes rise through the \
        level of the fixed point.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        match profile {
            Profile::Full => vec![Params { T: 2000.0, ..Params::default() }],
            _ => vec![Params::default()],
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let network = ring(p)?;
            let everyone = network.graph().everyone();
            let start: Vec<f64> = (0..p.n).map(|node| 0.1 * (1 + node) as f64).collect();
            let cycle = network.network().cycle(&start, p.settle, 10)?.context("the ring is at rest")?;
            let (_, turning) = network.network().eigenvalues(everyone)?[0];
            let rest = network.network().equilibrium(everyone)?;
            let site = |observable: &str| Cycles::at(p).site(observable);
            // A kink within a step leaves an error of order h²; linear interpolation of crossings too. What is left of the way to
            // the cycle at the start is below that for settling times of 50 and more.
            claims.push(
                Claim::value(&format!("period-{}", p.n), site("period"), cycle.period)
                    .within(Margin::Relative(0.001))
                    .rival(
                        "linear",
                        "the turning of the unstable fixed point, 2π over the imaginary part",
                        [std::f64::consts::TAU / turning.abs()],
                    )
                    .axes("", "period in time constants")
                    .source("exact solution piece by piece between thresholds"),
            );
            let means = cycle
                .mean
                .iter()
                .enumerate()
                .map(|(node, &mean)| (node as f64 + 1.0, site("mean").at(node as f64 + 1.0), mean));
            claims.push(
                Claim::curve(&format!("mean-{}", p.n), means)
                    .within(Margin::Relative(0.001))
                    .rival("fixed-point", "the time average is the unstable fixed point", rest)
                    .axes("node", "mean activity")
                    .source("exact solution piece by piece between thresholds"),
            );
            claims.push(
                Claim::exact(&format!("order-{}", p.n), [(0.0, site("in-order"), 1.0)])
                    .rival("reversed", "activity goes against the edges", [0.0])
                    .axes("", "fraction of rises that follow an edge")
                    .source("arXiv 1804.00794, figure 1: sequential attractors of cycles"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let network = ring(p)?;
        let nodes = p.n as usize;
        let level = network.network().equilibrium(network.graph().everyone())?[0];
        let mut stream = cell.stream("start");
        let mut activity: Vec<f64> = (0..nodes).map(|_| stream.uniform()).collect();
        network.network().integrate(&mut activity, p.h, (p.settle / p.h) as usize, |_| {})?;
        let (mut last, mut steps, mut sum) = (activity.clone(), 0, vec![0.0; nodes]);
        // By rise of any node: which, when, and the integral of the activities until then.
        let mut rises: Vec<(usize, f64, Vec<f64>)> = Vec::new();
        network.network().integrate(&mut activity, p.h, (p.T / p.h) as usize, |x| {
            let before = (0..nodes).find(|&node| last[node] < level && x[node] >= level);
            if let Some(node) = before {
                let share = (level - last[node]) / (x[node] - last[node]);
                let integral = |i: usize| sum[i] + p.h * share * (last[i] + 0.5 * share * (x[i] - last[i]));
                rises.push((node, p.h * (f64::from(steps) + share), (0..nodes).map(integral).collect()));
            }
            (0..nodes).for_each(|i| sum[i] += 0.5 * p.h * (last[i] + x[i]));
            last.copy_from_slice(x);
            steps += 1;
        })?;
        let first = rises.first().context("no node rises; integrate for longer")?.clone();
        let turns: Vec<_> = rises.iter().filter(|(node, ..)| *node == first.0).collect();
        let end = turns.last().filter(|_| turns.len() > 2).context("fewer than three turns; integrate for longer")?;
        let time = end.1 - first.1;
        cell.record("period", time / (turns.len() - 1) as f64);
        (0..nodes).for_each(|i| cell.record_at("mean", i as f64 + 1.0, (end.2[i] - first.2[i]) / time));
        let follows = rises.windows(2).filter(|pair| pair[1].0 == (pair[0].0 + 1) % nodes).count();
        cell.record("in-order", follows as f64 / (rises.len() - 1) as f64);
        Ok(())
    }
}

fn ring(p: &Params) -> Result<CombinatorialNetwork> {
    Ok(CombinatorialNetwork::new(Digraph::cycle(p.n as usize)?, Strengths::default())?)
}
