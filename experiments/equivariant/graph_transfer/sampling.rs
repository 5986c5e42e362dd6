//! Figure 4 and Proposition G.1: Erdős–Rényi graphs approach the constant graphon in the operator norm as n^{−1/2}. Continuous GGNN
//! follows; GGNN does not, because the diagonal of A has a limit neither in the cut nor in the operator norm.

use anyhow::Result;
use lawbook_core::{Device, Kind, Stream, Tensor, no_grad, tensor::scalar};
use lawbook_equivariant::{
    graphs::{Basis, Ggnn, GraphModel, GraphSignal, StepGraphon, norms::operator_norm, w_random},
    portions::portions,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Graphs with edges and self-loops of probability ½, X = 1.
    pub struct Sampled {
        /// Largest number of nodes; the others are halves and quarters of it.
        largest: integer = 400, 40..=4000;
        /// Random networks of each kind.
        networks: integer = 4, 1..=100;
        /// Graphs drawn at the largest size for each network; in proportion more at smaller ones.
        draws: integer = 10, 1..=1000;
        /// Channels of the two hidden layers.
        width: integer = 5, 1..=100;
    }
}

/// Erdős–Rényi graphs against their limit.
pub struct Sampling;

fn sizes(largest: i64) -> [i64; 3] {
    [largest / 4, largest / 2, largest]
}

impl Study for Sampling {
    const NAME: &'static str = "sampling";
    const ABOUT: &'static str = "Erdős–Rényi graphs of probability ½: the operator norm of A − ½, root mean squares of the diagonal and \
        of row means, how far outputs of untrained networks differ between nodes and from those on the constant graph.";
    type Params = Sampled;

    fn grid(profile: Profile) -> Vec<Sampled> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![Sampled { largest: 200, ..Sampled::default() }],
            Profile::Full => vec![Sampled { largest: 630, draws: 100, ..Sampled::default() }],
        }
    }

    fn predict(points: &[Sampled]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for params in points {
            let (at, sizes) = (Self::at(params), sizes(params.largest));
            let along = |observable: &str| sizes.map(|n| (n as f64, at.site(observable).at(n as f64)));
            let large = [sizes[1], sizes[2]];
            let scaled = large.map(|n| (n as f64, at.site("scaled operator norm").at(n as f64)));
            claims.push(
                // Entries ±½ make a Wigner matrix of variance ¼ with edge √n. Neglected: the Tracy–Widom shift of the larger of
                // both edges, −0.25 n^(−2/3), and that of the fourth cumulant of signs, −1/n: 2.2 per cent at 100 nodes, and too
                // much at 50.
                Claim::curve("operator-norm", scaled.map(|(n, site)| (n, site, 1.0)))
                    .within(Margin::Absolute(0.05))
                    .rival(
                        "hilbert-schmidt",
                        "the 2-norm of graphons, ½, in the place of the operator norm",
                        large.map(|n| 0.5 * (n as f64).sqrt()),
                    )
                    .rival(
                        "cut-rate",
                        "(log n)^(−1/2), the paper's bound, attained",
                        large.map(|n| (n as f64 / (n as f64).ln()).sqrt()),
                    )
                    .axes("n", "√n ‖T_A − T_W‖")
                    .log_x()
                    .source("Proposition G.1, Appendix D"),
            );
            let root = |square: f64| square.sqrt();
            let row_mean = root(0.25 + 0.25 / params.largest as f64);
            claims.push(
                // Exact up to the curvature of the root, some 1e-5.
                Claim::curve(
                    "diagonal-has-no-limit",
                    [(0.0, at.site("row mean"), row_mean), (1.0, at.site("diagonal"), root(0.5))],
                )
                .within(Margin::Relative(0.03))
                .rival("limit", "both features have their values on the constant graph", [row_mean, 0.5])
                .axes("feature", "root mean square over nodes")
                .source("Appendix G"),
            );
            let spread = |id: &str, observable: &str, predicted: f64| {
                // Neglected: second orders in the row means, smaller by 1/n in the square.
                Claim::exponent(id, along(observable), predicted)
                    .within(Margin::Absolute(0.1))
                    .axes("n", "standard deviation of f(A, 1) over nodes")
                    .log_x()
                    .log_y()
                    .source("Figure 4")
            };
            let cut_rate = -0.5 * ((sizes[2] as f64).ln() / (sizes[0] as f64).ln()).ln() / 4f64.ln();
            let rate = "(log n)^(−1/2), between the smallest and the largest size";
            claims.push(
                spread("continuous-ggnn-spread", "continuous GGNN spread", -0.5)
                    .rival("discontinuous", "nodes keep their differences", [0.0])
                    .rival("cut-rate", rate, [cut_rate]),
            );
            claims.push(spread("ggnn-spread", "GGNN spread", 0.0).rival("continuous", "nodes become alike", [-0.5]));
            claims.push(
                // The shift that all nodes share is of order 1/n with a large constant, and makes a fit steeper than −½.
                Claim::at_most("continuous-ggnn-gap", at.site("continuous GGNN gap exponent"), -0.45)
                    .rival("discontinuous", "the gap stays", [0.0])
                    .rival("cut-rate", rate, [cut_rate])
                    .axes("", "exponent of ‖f(A, 1) − f(½, 1)‖_F/√n in n")
                    .source("Figure 4"),
            );
        }
        Ok(claims)
    }

    fn measure(params: &Sampled, cell: &mut Cell) -> Result<()> {
        let (device, mut networks, mut edges) = (cell.device(), cell.stream("networks"), cell.stream("edges"));
        let half = StepGraphon::constant(0.5)?;
        let h = params.width;
        let mut models = Vec::new();
        for (name, basis) in [("GGNN", Basis::All), ("continuous GGNN", Basis::Continuous)] {
            let model = Ggnn::new(&[1, h, h, 1], basis)?;
            let draws = (0..params.networks).map(|_| model.init(&mut networks, Kind::Double, device));
            models.push((name, draws.collect::<Vec<_>>(), model));
        }
        let mut gaps = Vec::new();
        for n in sizes(params.largest) {
            let draws = params.draws * params.largest / n;
            let constant = GraphSignal::new(ones(&[1, n, n], device) * 0.5, ones(&[1, n, 1], device))?;
            let (mut spreads, mut norms, mut squares, mut count) = ([0.0; 2], 0.0, [0.0; 2], 0.0);
            let (mut gap, mut total) = (0.0, 0.0);
            for network in 0..params.networks as usize {
                let mut outputs = [Vec::new(), Vec::new()];
                for some in portions(draws, models[0].2.numbers(n)) {
                    let graphs = erdos_renyi(&half, n, some, &mut edges, device)?;
                    for ((_, parameters, model), outputs) in models.iter().zip(&mut outputs) {
                        outputs.push(no_grad(|| model.forward(&parameters[network], &graphs)));
                    }
                    let a = graphs.adjacency();
                    if n > params.largest / 4 {
                        norms += (0..some).map(|graph| operator_norm(&(a.get(graph) - 0.5))).sum::<f64>();
                    }
                    let rows = a.mean_dim([-1i64].as_slice(), false, Kind::Double);
                    squares[0] += scalar(&rows.square().sum(Kind::Double));
                    squares[1] += scalar(&a.diagonal(0, -2, -1).square().sum(Kind::Double));
                }
                for (((_, parameters, model), spread), outputs) in models.iter().zip(&mut spreads).zip(&outputs) {
                    let limit = no_grad(|| model.forward(&parameters[network], &constant));
                    let sampled = Tensor::cat(outputs, 0);
                    let mean = sampled.mean_dim([1i64].as_slice(), true, Kind::Double);
                    *spread += scalar(&(&sampled - mean).square().mean(Kind::Double)).sqrt();
                    // The last of the models is the continuous one.
                    gap = scalar(&(sampled - limit).square().mean(Kind::Double)).sqrt();
                }
                total += gap;
                count += draws as f64;
            }
            for ((name, ..), spread) in models.iter().zip(spreads) {
                cell.record_at(&format!("{name} spread"), n as f64, spread / params.networks as f64);
            }
            gaps.push(total);
            if n > params.largest / 4 {
                cell.record_at("scaled operator norm", n as f64, (n as f64).sqrt() * norms / count);
            }
            if n == params.largest {
                cell.record("row mean", (squares[0] / (count * n as f64)).sqrt());
                cell.record("diagonal", (squares[1] / (count * n as f64)).sqrt());
            }
        }
        // With three sizes in equal ratios the fit is the line through the outer two.
        cell.record("continuous GGNN gap exponent", (gaps[2] / gaps[0]).ln() / 4f64.ln());
        Ok(())
    }
}

fn ones(shape: &[i64], device: Device) -> Tensor {
    Tensor::ones(shape, (Kind::Double, device))
}

fn erdos_renyi(half: &StepGraphon, n: i64, draws: i64, edges: &mut Stream, device: Device) -> Result<GraphSignal> {
    let one = |_| w_random(|u, v| half.at(u, v), n as usize, edges).0.to_device(device);
    let adjacency: Vec<Tensor> = (0..draws).map(one).collect();
    Ok(GraphSignal::new(Tensor::stack(&adjacency, 0), ones(&[draws, n, 1], device))?)
}
