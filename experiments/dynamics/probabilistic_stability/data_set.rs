//! Windows of stability of a finite set of data: a learning rate near `1/x²` of any sample kills the error by that sample.

use anyhow::{Result, bail};
use lawbook_analysis::crossings::crossings;
use lawbook_dynamics::{
    engine::table::Table,
    integrators::logarithmic::{FAR_DOWN, Sampled, growth},
    theory::curvature::Curvature,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Least squares on three samples in one dimension.
    pub struct Params {
        /// Least input.
        x_1: real = 0.5, 0.01..=100.0;
        /// Middle input.
        x_2: real = 1.0, 0.01..=100.0;
        /// Largest input.
        x_3: real = 2.0, 0.01..=100.0;
        /// Number of replicas.
        replicas: integer = 256, 1..=1_000_000;
        /// Steps of each, at every learning rate tried.
        steps: integer = 2000, 1..=10_000_000;
    }
}

/// Learning rates at which the growth is looked at first, finer than the narrowest window, none on a 1/x² of the defaults.
const FIRST: f64 = 0.1;
const SPACING: f64 = 0.07;
const COUNT: usize = 70;
/// Relative width to which an edge is closed in.
const TOLERANCE: f64 = 3e-4;
/// Edges of the windows for the default inputs, the first window from 0.
const EDGES: usize = 3;

impl Params {
    fn curvatures(&self) -> [f64; 3] {
        [self.x_1, self.x_2, self.x_3].map(|x| x * x)
    }

    fn rates() -> Vec<f64> {
        (0..COUNT).map(|i| FIRST + SPACING * i as f64).collect()
    }
}

/// Stability on a finite set.
pub struct DataSet;

impl Study for DataSet {
    const NAME: &'static str = "data-set";
    const ABOUT: &'static str = "Runs SGD at batch size 1 on three samples at learning rates up to five, and closes in on the edges of \
        the windows in which ln |w| falls.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 2000,
            Profile::Full => 100_000,
        };
        vec![Params { steps, ..Params::default() }]
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for p in points {
            let curvature = Curvature::Atoms(p.curvatures().to_vec());
            let edges = curvature.edges(&Params::rates());
            if edges.len() != EDGES {
                bail!(
                    "the inputs {}, {}, {} have edges of stability at {edges:?} up to λ = 5, not {EDGES}",
                    p.x_1,
                    p.x_2,
                    p.x_3
                );
            }
            let site = |i: usize| Self::at(p).site("edge").at(i as f64);
            let lowest = p.curvatures().into_iter().fold(f64::INFINITY, f64::min);
            claims.push(
                // Exact; an eighth of the width 0.18 of the upper window.
                Claim::curve("edges-of-the-windows", (0..EDGES).map(|i| (i as f64, site(i), edges[i])))
                    .within(Margin::Absolute(0.02))
                    .rival("mean-square", "one window, up to 2 E h/E h²", [curvature.mean_square_bound(); EDGES])
                    .rival("descent", "one window, up to 2/E h", [curvature.descent_bound(); EDGES])
                    .axes("edge", "learning rate λ")
                    .source("theorem 1"),
            );
            claims.push(
                Claim::at_least("stable-at-the-least-input", site(EDGES - 1), 1.0 / lowest)
                    .rival("mean-square", "2 E h/E h²", [curvature.mean_square_bound()])
                    .rival("descent", "2/E h", [curvature.descent_bound()])
                    .axes("", "learning rate λ")
                    .source("equation 16: the highest stable rate is at least 1/x² of the least input"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let curvatures = Table::new(p.curvatures().map(|h| [h]).to_vec())?;
        let key = cell.key();
        let grows = |rate: f64| {
            let sgd = Sampled { rate, curvatures: curvatures.clone() };
            growth(sgd, [FAR_DOWN], p.replicas as u64, p.steps as u64, &key)
        };
        let edges = crossings(grows, &Params::rates(), TOLERANCE);
        edges.iter().enumerate().for_each(|(i, edge)| cell.record_at("edge", i as f64, *edge));
        Ok(())
    }
}
