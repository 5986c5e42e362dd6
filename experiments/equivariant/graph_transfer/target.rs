//! Appendix I.2: what the target of the fully random task tends to, and how fast. With all A_ij and x_i independent and uniform in
//! [0, 1], y_i = x_i U_i with U_i = (1/n²) Σ_{jk} A_ij A_jk A_ki x_j x_k → (E A)³ (E x)² = 1/32.
//!
//! U_i is a U-statistic of order two; its projection on one index is A_ij x_j/8, counted twice. So n E(y_i − x_i/32)² →
//! (E x²) · 4 Var(A x)/64 = (1/3) (4/64) (1/9 − 1/16) = 7/6912.

use anyhow::Result;
use lawbook_core::{Kind, tensor::scalar};
use lawbook_equivariant::graphs::{full_random, triangles};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Fully random graphs.
    pub struct FullyRandom {
        /// Nodes per graph.
        n: integer = 300, 10..=2000;
        /// Graphs.
        graphs: integer = 160, 1..=100_000;
    }
}

/// The limit of the target.
pub struct Target;

impl Study for Target {
    const NAME: &'static str = "target";
    const ABOUT: &'static str =
        "The triangle target of fully random graphs: n times its mean squared distance from x/32, over 7/6912.";
    type Params = FullyRandom;

    fn grid(profile: Profile) -> Vec<FullyRandom> {
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => vec![FullyRandom::default()],
            Profile::Full => vec![FullyRandom { n: 500, graphs: 2000 }],
        }
    }

    fn predict(points: &[FullyRandom]) -> Result<Vec<Claim>> {
        let claim = |params: &FullyRandom| {
            // Neglected: the second order of the U-statistic and the bias of the terms with equal indices, some 10/n together.
            Claim::value("target-fluctuation", Self::at(params).site("scaled error"), 1.0)
                .within(Margin::Absolute(0.1))
                .rival("one-index", "the projection is counted once", [0.25])
                .rival("features-fixed", "only the edges fluctuate: Var(A)(E x)² in the place of Var(A x)", [3.0 / 7.0])
                .axes("", "n E(y − x/32)² · 6912/7")
                .source("Appendix I.2; Hoeffding's projection")
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(params: &FullyRandom, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("graphs"));
        let (mut total, mut left) = (0.0, params.graphs);
        while left > 0 {
            let some = left.min(20);
            let graphs = full_random(params.n as usize, some as usize, &mut stream, Kind::Double, device);
            let error = triangles(&graphs) - graphs.signal() / 32.0;
            let square = scalar(&error.square().mean(Kind::Double)) * 6912.0 / 7.0;
            // Most of the scatter between graphs is that of x̄ − ½, common to all nodes: its share E[x²] (x̄ − ½)²/64 is a control
            // variate of known mean, E(x̄ − ½)² = 1/(12n).
            let centre = graphs.signal().mean_dim([1i64].as_slice(), false, Kind::Double) - 0.5;
            let control = scalar(&centre.square().mean(Kind::Double)) - 1.0 / (12.0 * params.n as f64);
            total += (square - control * 36.0 / 7.0) * some as f64;
            left -= some;
        }
        cell.record("scaled error", params.n as f64 * total / params.graphs as f64);
        Ok(())
    }
}
