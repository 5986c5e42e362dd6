//! Appendix I.4: a siamese network trained to predict the third lower bound between small clouds, tested on larger ones.
//!
//! The paper's clouds are sampled from furniture. Here they lie on ellipsoids and tori, and the bound is exact, without entropy, of
//! plain distances.

use anyhow::{Result, bail};
use lawbook_core::{
    Kind, Stream, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule},
    tensor::{scalar, to_vec},
    training::{Outcome, train, unobserved},
};
use lawbook_equivariant::{
    clouds::{CloudModel, DsCi, OiDs, Pairs, PointClouds, Siamese, Surface, SvdDs, third_lower_bound},
    sets::Aggregation,
};

use super::published;
use crate::framework::{Cell, Claim, Profile, Study, params};

params! {
    /// One training run.
    pub struct Run {
        /// The invariant whose outputs are compared.
        model: choice = "svd-mean", ["svd-sum", "svd-mean", "ds-ci-distinct", "ds-ci-all", "oi-ds"];
        /// Points per training cloud, n_tr.
        n_tr: integer = 20, 2..=500;
        /// Training clouds; all pairs of them are used.
        clouds: integer = 80, 2..=1000;
        /// Test clouds, the same surfaces at every size.
        tests: integer = 80, 2..=1000;
        /// Full-batch steps.
        steps: integer = 3000, 1..=100_000;
        /// Learning rate.
        eta: real = 0.01, 0.0..=1.0;
    }
}

/// Test sizes over the training size.
const MULTIPLES: [i64; 3] = [1, 2, 5];

/// Size generalisation of trained invariants.
pub struct SizeGeneralisation;

impl Study for SizeGeneralisation {
    const NAME: &'static str = "trained";
    const ABOUT: &'static str = "Siamese networks learn the third lower bound of small clouds; their error on larger ones.";
    const UNCLAIMED: &'static [&'static str] = &["diverged"];
    type Params = Run;

    fn grid(profile: Profile) -> Vec<Run> {
        let base = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => Run { clouds: 16, tests: 8, steps: 150, ..Run::default() },
            Profile::Full => Run::default(),
        };
        let models = ["svd-sum", "svd-mean", "ds-ci-distinct", "ds-ci-all", "oi-ds"];
        let used = if profile == Profile::Quick { 2 } else { models.len() };
        models[..used].iter().map(|word| Run { model: (*word).to_owned(), ..base.clone() }).collect()
    }

    fn predict(points: &[Run]) -> Result<Vec<Claim>> {
        let most = MULTIPLES[MULTIPLES.len() - 1] as f64;
        let mut claims = Vec::new();
        for run in points {
            let growth = Self::at(run).site("ln growth");
            let axis = "ln of MSE at the largest size over MSE at n_tr";
            if run.model != "svd-sum" {
                claims.push(
                    Claim::at_most(&format!("{}-transfers", run.model), growth, 0.0)
                        .rival("blows-up", "it grows as the published sum", [published::SUM_GROWTH.ln()])
                        .assuming("trained for a thousand steps on forty clouds", run.steps >= 1000 && run.clouds >= 40)
                        .axes("", axis)
                        .source("Appendix I.4")
                        .published(published::table(&run.model, &Self::at(run), run.n_tr)),
                );
                continue;
            }
            claims.push(
                // Features grow in proportion to n: an error of (N/n_tr − 1) labels, and at n_tr at most one of a label.
                Claim::at_least("svd-sum-loses", growth, 2.0 * (most - 1.0).ln())
                    .rival("transfers", "the same error", [0.0])
                    .axes("", axis)
                    .source("Appendix I.4")
                    .published(published::table(&run.model, &Self::at(run), run.n_tr)),
            );
            let mean = Run { model: "svd-mean".to_owned(), ..run.clone() };
            if points.contains(&mean) {
                let site = |run: &Run| Self::at(run).site("mse").at(most * run.n_tr as f64);
                claims.push(
                    // Published at five times the training size: 0.0046, after twenty times as many steps.
                    Claim::ratio_at_most("mean-wins", site(&mean), site(run), 0.1)
                        .rival("equal", "the aggregation makes no difference", [1.0])
                        .axes("", "MSE of the mean over MSE of the sum at the largest size")
                        .source("Appendix I.4"),
                );
            }
        }
        Ok(claims)
    }

    fn measure(run: &Run, cell: &mut Cell) -> Result<()> {
        let (mut stream, mut initial) = (cell.stream("clouds"), cell.stream("initial parameters"));
        let (training, testing) = (surfaces(run.clouds, &mut stream), surfaces(run.tests, &mut stream));
        let data = Data::draw(&training, run.n_tr, &mut stream, cell)?;
        let model = Model::new(&run.model)?;
        let mut parameters = model.init(&mut initial, cell);
        let mut optimiser = Optimiser::new(Rule::ADAM, run.eta, &parameters).with_decay(Decay::Decoupled(0.1));
        // The clouds have at least two points, so that every forward pass succeeds once the first has.
        let _ = model.error(&parameters, &data)?;
        let loss = |_, parameters: &[Tensor]| model.error(parameters, &data).unwrap_or_else(|_| Tensor::from(f64::NAN));
        let outcome = train(&mut parameters, &mut optimiser, run.steps as usize, loss, unobserved);
        cell.record("diverged", f64::from(matches!(outcome, Outcome::Diverged { .. })));
        let mut errors = Vec::new();
        for multiple in MULTIPLES {
            let n = multiple * run.n_tr;
            let data = Data::draw(&testing, n, &mut stream, cell)?;
            let error = scalar(&no_grad(|| model.error(&parameters, &data))?);
            cell.record_at("mse", n as f64, error);
            errors.push(error);
        }
        cell.record("ln growth", (errors[errors.len() - 1] / errors[0]).ln());
        Ok(())
    }
}

fn surfaces(count: i64, stream: &mut Stream) -> Vec<Surface> {
    let mut between = |low: f64, high: f64| low + (high - low) * stream.uniform();
    let one = |i| match i % 2 {
        0 => Surface::Ellipsoid([between(1.0, 3.0), between(0.5, 2.0), between(0.2, 1.0)]),
        _ => Surface::Torus { ring: between(1.0, 2.5), tube: between(0.1, 0.9) },
    };
    (0..count).map(one).collect()
}

/// Clouds, and the third lower bound between those with indices `first` and `second`.
struct Data {
    clouds: PointClouds,
    first: Tensor,
    second: Tensor,
    labels: Tensor,
}

impl Data {
    fn draw(surfaces: &[Surface], n: i64, stream: &mut Stream, cell: &Cell) -> Result<Self> {
        let sample = |surface: &Surface, stream: &mut Stream| surface.sample(n as usize, [0.0; 3], stream);
        let points = surfaces.iter().map(|surface| sample(surface, stream)).collect::<Result<Vec<_>, _>>()?;
        let rows = |points: &Tensor| to_vec(points).chunks_exact(3).map(|x| [x[0], x[1], x[2]]).collect::<Vec<_>>();
        let clouds: Vec<Vec<[f64; 3]>> = points.iter().map(rows).collect();
        let (mut first, mut second, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..clouds.len() {
            for j in 0..i {
                labels.push(third_lower_bound(&clouds[i], &clouds[j], 2.0)?);
                first.push(i as i64);
                second.push(j as i64);
            }
        }
        let device = cell.device();
        Ok(Self {
            clouds: PointClouds::new(Tensor::stack(&points, 0).to_device(device))?,
            first: Tensor::from_slice(&first).to_device(device),
            second: Tensor::from_slice(&second).to_device(device),
            labels: Tensor::from_slice(&labels).to_device(device),
        })
    }
}

/// The head's three tensors come before the parameters of the invariant.
struct Model {
    invariant: Box<dyn CloudModel>,
    head: Siamese,
}

impl Model {
    fn new(name: &str) -> Result<Self> {
        let (invariant, features): (Box<dyn CloudModel>, i64) = match name {
            "svd-sum" => (Box::new(SvdDs::new(Aggregation::Sum, 3, 16)?), 16),
            "svd-mean" => (Box::new(SvdDs::new(Aggregation::Mean, 3, 16)?), 16),
            "ds-ci-distinct" => (Box::new(DsCi::new(Pairs::Distinct, 10)?), 10),
            "ds-ci-all" => (Box::new(DsCi::new(Pairs::All, 10)?), 10),
            "oi-ds" => (Box::new(OiDs::new(3, 10)?), 10),
            other => bail!("unknown model {other}: give svd-sum, svd-mean, ds-ci-distinct, ds-ci-all or oi-ds"),
        };
        Ok(Self { invariant, head: Siamese { features } })
    }

    fn init(&self, stream: &mut Stream, cell: &Cell) -> Vec<Tensor> {
        let mut parameters = self.head.init(stream, Kind::Double, cell.device());
        parameters.extend(self.invariant.init(stream, Kind::Double, cell.device()));
        parameters
    }

    fn error(&self, parameters: &[Tensor], data: &Data) -> Result<Tensor> {
        let (head, rest) = parameters.split_at(3);
        let features = self.invariant.forward(rest, &data.clouds)?;
        let of = |indices: &Tensor| features.index_select(0, indices);
        let predicted = self.head.forward(head, &of(&data.first), &of(&data.second));
        Ok((predicted - &data.labels).square().mean(Kind::Double))
    }
}
