//! Minimum probability flow learns all cliques from few of them.

use anyhow::Result;
use lawbook_memory::{BinaryNetwork, CliqueMemory, FlowDescent, Patterns, State, clique::pairs};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Cliques learned by minimum probability flow.
pub struct Flow;

params! {
    /// A network that learns some cliques of half of the vertices and is asked for others.
    pub struct Params {
        /// Vertices v; cliques have half as many.
        v: integer = 16, 8..=32;
        /// Random cliques that are learned; for v up to 12, as many as there are means each one once.
        samples: integer = 300, 1..=100_000;
        /// Random cliques that are asked for.
        tests: integer = 500, 1..=1_000_000;
        /// Norm of the gradient at which the descent stops.
        gradient: real = 1e-6, 1e-9..=1.0;
    }
}

impl Study for Flow {
    const NAME: &'static str = "flow";
    const ABOUT: &'static str =
        "Minimises the probability flow of random cliques, and asks whether others are fixed points.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let at = |v: i64, samples: i64| Params { v, samples, ..Params::default() };
        // With all cliques each step of L-BFGS blows up the rounding of directions that break the symmetry; few steps suffice.
        let early = |samples: i64| Params { gradient: 1e-3, ..at(8, samples) };
        match profile {
            Profile::Smoke => vec![early(70), early(35)],
            Profile::Quick => {
                vec![
                    early(70),
                    early(35),
                    at(10, 40),
                    at(10, 160),
                    at(16, 60),
                    at(16, 300),
                    at(12, 53),
                    at(20, 152),
                    at(32, 600),
                ]
            }
            Profile::Full => vec![early(70), early(35), at(16, 60), at(16, 300), at(12, 53), at(20, 152), at(32, 600)],
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let find = |v: i64, samples: i64| points.iter().find(|p| p.v == v && p.samples == samples);
        let mut claims = Vec::new();
        if let (Some(all), Some(half)) = (find(8, 70), find(8, 35)) {
            // The flow is convex and has the symmetry of the vertices; L-BFGS from zero keeps it, up to rounding.
            // The margin lies far below the scatter that samples leave, some tenths.
            claims.push(
                Claim::exact("three-parameters", [(70.0, Flow::at(all).site("scatter"), 0.0)])
                    .within(Margin::Absolute(1e-6))
                    .rival_residual("sampled", "any sample leads to three parameters", [Flow::at(half).site("scatter")])
                    .axes("", "relative scatter of couplings in a class, all cliques learned")
                    .source("symmetry of a convex objective"),
            );
        }
        if let (Some(many), Some(few)) = (find(10, 160), find(10, 40)) {
            // Four times the samples; independent deviations would halve; the bound lies between that and the rival.
            claims.push(
                Claim::ratio_at_most("scatter-shrinks", Flow::at(many).site("scatter"), Flow::at(few).site("scatter"), 0.8)
                    .rival("stays", "each sample leads to a network of its own", [1.0])
                    .axes("", "scatter of couplings with 160 samples over that with 40, v = 10")
                    .source("convergence to three parameters"),
            );
        }
        if let Some(p) = find(32, 600) {
            claims.push(
                Claim::at_least("published", Flow::at(p).site("novel"), 0.98)
                    .out_of(p.tests as u64)
                    .rival("memorises", "what was learned is stored, 600 cliques of 601 080 390", [600.0 / 601_080_390.0])
                    .axes("", "fraction of novel cliques fixed after 600 samples, v = 32")
                    .source("the authors' script: 600 cliques of 16 among 32 vertices store all of them"),
            );
        }
        if let (Some(enough), Some(few)) = (find(16, 300), find(16, 60)) {
            // An earlier measurement, by plain gradient descent, gave 0.35 after 100 samples and 1.000 after 300:
            // the bounds are all but one in fifty, and twice as many as after these 100.
            claims.push(
                Claim::at_least("generalises", Flow::at(enough).site("novel"), 0.98)
                    .out_of(enough.tests as u64)
                    .rival("memorises", "what was learned is stored, 300 cliques of 12 870", [300.0 / 12_870.0])
                    .axes("", "fraction of novel cliques fixed after 300 samples, v = 16")
                    .source("abstract: vanishingly small numbers of training patterns"),
            );
            claims.push(
                Claim::at_most("not-from-any", Flow::at(few).site("novel"), 0.7)
                    .rival("built-in", "three parameters need three samples: the network knows the symmetry", [1.0])
                    .axes("", "fraction of novel cliques fixed after n/2 samples, v = 16")
                    .source("samples needed are a multiple of the neurons, n = 120"),
            );
        }
        if let (Some(large), Some(small)) = (find(20, 152), find(12, 53)) {
            // 0.8 n samples each. By plain gradient descent 3.0 n samples were needed at v = 12 and 1.6 n at v = 20 in an earlier
            // measurement; descended further, 1.6 n give nearly all at either size, and show no order.
            claims.push(
                Claim::ratio_at_least("per-neuron", Flow::at(large).site("novel"), Flow::at(small).site("novel"), 1.2)
                    .rival("constant", "the same number of samples for each neuron at any size", [1.0])
                    .axes("", "novel cliques fixed after 0.8 n samples, v = 20 over v = 12")
                    .source("the fraction of cliques that is needed vanishes"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let v = p.v as usize;
        let names = CliqueMemory::robust(v, v / 2)?;
        let (mut samples, mut tests) = (cell.stream("samples"), cell.stream("tests"));
        let every: Vec<Vec<usize>> = (0..1_u64 << if v <= 12 { v } else { 0 })
            .filter(|subset| subset.count_ones() as usize == v / 2)
            .map(|subset| (0..v).filter(|vertex| subset >> vertex & 1 == 1).collect())
            .collect();
        let learned: Vec<State> = if every.len() == p.samples as usize {
            every.iter().map(|vertices| names.clique(vertices)).collect::<Result<_, _>>()?
        } else {
            (0..p.samples).map(|_| names.random_clique(&mut samples)).collect::<Result<_, _>>()?
        };
        let network =
            FlowDescent { gradient_norm: p.gradient, ..FlowDescent::default() }.fit(&Patterns::from_states(&learned)?)?;
        let mut novel = 0.0;
        for _ in 0..p.tests {
            novel += if network.is_fixed_point(&names.random_clique(&mut tests)?)? { 1.0 } else { 0.0 };
        }
        cell.record("novel", novel / p.tests as f64);
        cell.record("scatter", scatter(&network, v));
        Ok(())
    }
}

/// Deviation of the couplings of edges that share a vertex, over the distance of the means of both classes.
fn scatter(network: &BinaryNetwork, vertices: usize) -> f64 {
    let ends: Vec<(usize, usize)> = pairs(vertices).collect();
    let (mut sharing, mut disjoint) = (Vec::new(), Vec::new());
    for (row, (e, f)) in network.couplings().chunks_exact(ends.len()).zip(&ends) {
        for (&coupling, (g, h)) in row.iter().zip(&ends) {
            match [g, h].iter().filter(|end| **end == e || **end == f).count() {
                0 => disjoint.push(coupling),
                1 => sharing.push(coupling),
                _ => {}
            }
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (one, none) = (mean(&sharing), mean(&disjoint));
    let variance = sharing.iter().map(|x| (x - one).powi(2)).sum::<f64>() / sharing.len() as f64;
    variance.sqrt() / (one - none).abs()
}
