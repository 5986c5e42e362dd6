//! Section 5.2 and Appendix G: which models commute with duplication, and Figure 4: the constant graph looks the same at every size.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::scalar};
use lawbook_equivariant::graphs::{Basis, Ggnn, GraphModel, GraphSignal, Ign, MessagePassing, full_random};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// One random graph and random networks.
    pub struct Random {
        /// Nodes n of the small graph.
        n: integer = 6, 2..=100;
        /// N/n.
        copies: integer = 4, 2..=20;
        /// Channels of the two hidden layers.
        width: integer = 5, 1..=100;
        /// Random networks of each kind, of which the worst counts: one alone may be dead on a graph.
        networks: integer = 6, 1..=1000;
        /// Largest size of the constant graph.
        largest: integer = 200, 20..=2000;
    }
}

/// Rounding of f64 sums over some thousand terms, relative to the output, with room.
const ROUNDING: Margin = Margin::Absolute(1e-10);

const COMPATIBLE: [&str; 3] = ["message passing", "GGNN", "continuous GGNN"];

/// Exact compatibility of random networks, in double precision.
pub struct Compatibility;

impl Study for Compatibility {
    const NAME: &'static str = "compatibility";
    const ABOUT: &'static str = "Random networks on a random weighted graph and on its duplication, and on the constant graph A = ½, \
        X = 1 at several sizes: the largest relative change of the output.";
    type Params = Random;

    fn grid(profile: Profile) -> Vec<Random> {
        let largest = if profile == Profile::Smoke { 50 } else { 200 };
        vec![Random { largest, ..Random::default() }]
    }

    fn predict(points: &[Random]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let unchanged = |id: &str, what: &str| {
            let sites = COMPATIBLE.iter().enumerate().map(|(i, name)| (i as f64, at.site(&format!("{name} {what}")), 0.0));
            Claim::exact(id, sites).within(ROUNDING).axes("model", "largest relative change of the output").rival_residual(
                "2-IGN",
                "normalised, but with operations whose output is diagonal",
                [at.site(&format!("2-IGN {what}"))],
            )
        };
        Ok(vec![
            unchanged("duplication", "duplication").source("Section 5.2, Appendix G"),
            unchanged("constant-graph", "constant").source("Figure 4"),
        ])
    }

    fn measure(params: &Random, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("networks and graph"));
        let graph = full_random(params.n as usize, 1, &mut stream, Kind::Double, device);
        let duplicated = graph.duplicate(params.copies)?;
        let constant = |n: i64| {
            let ones = |shape: &[i64]| Tensor::ones(shape, (Kind::Double, device));
            GraphSignal::new(ones(&[1, n, n]) * 0.5, ones(&[1, n, 1]))
        };
        let sizes = [10, 50, params.largest].into_iter().map(constant).collect::<Result<Vec<_>, _>>()?;
        let h = params.width;
        let models: [(&str, Box<dyn GraphModel>); 4] = [
            ("message passing", Box::new(MessagePassing::new(&[1, h, h, 1])?)),
            ("GGNN", Box::new(Ggnn::new(&[1, h, h, 1], Basis::All)?)),
            ("continuous GGNN", Box::new(Ggnn::new(&[1, h, h, 1], Basis::Continuous)?)),
            ("2-IGN", Box::new(Ign::new(&[2, h, h, 1])?)),
        ];
        for (name, model) in models {
            let mut worst = [0.0_f64; 2];
            for _ in 0..params.networks {
                let parameters = model.init(&mut stream, Kind::Double, device);
                let output = |graph: &GraphSignal| model.forward(&parameters, graph).detach();
                let small = output(&graph).repeat_interleave_self_int(params.copies, 1, None);
                let change = scalar(&(output(&duplicated) - &small).abs().max());
                // A dead network gives zeros, and the change is then absolute.
                let relative = |change: f64, scale: f64| if scale > 0.0 { change / scale } else { change };
                worst[0] = worst[0].max(relative(change, scalar(&small.abs().max())));
                let norm = |graph: &GraphSignal| scalar(&output(graph).square().mean(Kind::Double)).sqrt();
                let norms: Vec<f64> = sizes.iter().map(norm).collect();
                let drift = norms.iter().map(|norm| (norm - norms[0]).abs()).fold(0.0, f64::max);
                worst[1] = worst[1].max(relative(drift, norms[0]));
            }
            cell.record(&format!("{name} duplication"), worst[0]);
            cell.record(&format!("{name} constant"), worst[1]);
        }
        Ok(())
    }
}
