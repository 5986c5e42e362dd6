//! A product of two matrices under SGD: norms, Gram matrices and curvature at the noise equilibrium, from any start.

use anyhow::Result;
use lawbook_core::{Key, Stream};
use lawbook_dynamics::{
    Ensemble,
    estimators::divergence::all_finite,
    systems::matrix_factorization::{Data, Factorised, Factors, Point},
};

use super::alignment::{entries, gram_matrices};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD at batch size 1 on a net of four inputs, six hidden units and three outputs.
    pub struct Params {
        /// Variances of the inputs.
        inputs: choice = "uneven", ["even", "uneven", "very-uneven"];
        /// Variances of the label noise.
        labels: choice = "uneven", ["even", "uneven", "very-uneven"];
        /// Slopes of the labels: any, or one input for each output.
        teacher: choice = "general", ["general", "diagonal"];
        /// Learning rate η.
        eta: real = 0.004, 0.0001..=0.1;
        /// |W|/|U| at the start over that of equal entries.
        start: real = 1.0, 0.05..=20.0;
        /// Number of replicas.
        replicas: integer = 16, 2..=1_000_000;
    }
}

/// The net: U has 3 × 6 entries and W 6 × 4.
pub type Net = Factorised<4, 6, 3, 18, 24>;

/// The slopes of the labels.
pub const TEACHER: [[f64; 4]; 3] = [[0.9, -0.3, 0.4, 0.1], [0.2, 0.8, -0.5, 0.3], [-0.4, 0.1, 0.6, 0.7]];

/// The same, of outputs that know one input each.
const DIAGONAL: [[f64; 4]; 3] = [[0.9, 0.0, 0.0, 0.0], [0.0, 0.8, 0.0, 0.0], [0.0, 0.0, 0.6, 0.0]];

impl Params {
    pub(super) fn data(&self) -> Data<4, 3> {
        let inputs = match self.inputs.as_str() {
            "even" => [1.0; 4],
            "uneven" => [0.4, 0.8, 1.2, 1.6],
            _ => [0.2, 0.2, 0.6, 3.0],
        };
        let labels = match self.labels.as_str() {
            "even" => [0.5; 3],
            "uneven" => [0.2, 0.5, 0.8],
            _ => [0.1, 0.4, 1.0],
        };
        let teacher = if self.teacher == "general" { TEACHER } else { DIAGONAL };
        Data { teacher, inputs, labels }
    }

    /// Steps in which the slowest part of the charge relaxes once: 1/(4η²) over the least noise of either layer.
    fn relaxation(&self) -> f64 {
        let Data { inputs, labels, .. } = self.data();
        let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
        let (sum_x, sum_e) = (inputs.iter().sum::<f64>(), labels.iter().sum::<f64>());
        1.0 / (4.0 * self.eta * self.eta * (sum_e * least(&inputs)).min(sum_x * least(&labels)))
    }
}

/// Random entries, those of W larger by `start` and those of U smaller, so that a product keeps its size.
pub fn random_start(start: f64, stream: &mut Stream) -> Factors<f64, 18, 24> {
    let (u, w) = (0.4 / start.sqrt(), 0.4 * start.sqrt());
    (std::array::from_fn(|_| u * stream.normal()), std::array::from_fn(|_| w * stream.normal()))
}

/// Relaxation times before the first sample, and over which samples are taken.
const BURN: f64 = 12.0;
const WATCHED: f64 = 4.0;
const SAMPLES: u32 = 100;

/// Where SGD on two factors ends.
pub struct Equilibrium;

impl Study for Equilibrium {
    const NAME: &'static str = "factors";
    const ABOUT: &'static str = "Trains two matrix factors by SGD from random starts for many relaxation times and records time \
        averages of their norms, of their Gram matrices, and of the trace of the Hessian.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let uneven = Params { replicas: if profile == Profile::Full { 1024 } else { 16 }, ..Params::default() };
        let even = Params { inputs: "even".into(), labels: "even".into(), ..uneven.clone() };
        // The only one that a smoke test has time for: evenly driven, it relaxes fast.
        if profile == Profile::Smoke {
            return vec![Params { eta: 0.008, ..even }];
        }
        let starts = [0.2, 5.0].map(|start| Params { start, ..uneven.clone() });
        let flat = Params { inputs: "very-uneven".into(), ..even.clone() };
        let sharp = Params { labels: "very-uneven".into(), ..even.clone() };
        [uneven].into_iter().chain(starts).chain([even, flat, sharp]).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let site = |p: &Params, name: &str| Self::at(p).site(name);
        for p in points {
            let equilibrium = Point::noise_equilibrium(&p.data())?;
            let name = format!("{}-inputs-{}-labels", p.inputs, p.labels);
            if p.inputs == p.labels && p.start == 1.0 {
                // A finite learning rate adds noise in the residual of relative size η Tr H/4, some 4 %, most of which cancels
                // between the layers.
                claims.push(
                    Claim::value(&format!("norm-ratio-{name}"), site(p, "norm-ratio"), equilibrium.norm_ratio())
                        .within(Margin::Relative(0.05))
                        .rival("balanced", "UᵀU = W Wᵀ, as after gradient flow from a balanced start", [1.0])
                        .rival("inverse", "the layers the other way round", [1.0 / equilibrium.norm_ratio()])
                        .axes("", "|W|²/|U|²")
                        .source("equation of the noise equilibrium, traces; d_x/d_y for isotropic data"),
                );
            }
            if p.inputs == "uneven" && p.labels == "uneven" && p.start == 1.0 {
                claims.extend(gram_matrices(p, &equilibrium));
            }
        }
        let starts: Vec<&Params> = points.iter().filter(|p| p.inputs == "uneven" && p.start != 1.0).collect();
        if let [first, ..] = starts[..] {
            let ratio = Point::noise_equilibrium(&first.data())?.norm_ratio();
            // The finite learning rate adds some 4 %, as above.
            claims.push(
                Claim::curve("any-start-ends-there", starts.iter().map(|p| (p.start, site(p, "norm-ratio"), ratio)))
                    .within(Margin::Relative(0.07))
                    .rival("start", "|W|²/|U|² as it was", starts.iter().map(|p| p.start * p.start * 4.0 / 3.0))
                    .rival("balanced", "UᵀU = W Wᵀ", starts.iter().map(|_| 1.0))
                    .axes("|W|/|U| at the start", "|W|²/|U|² at the end")
                    .log_x()
                    .log_y()
                    .source("theorem: the equilibrium is unique and attracts from everywhere"),
            );
        }
        let curved: Vec<&Params> = points.iter().filter(|p| p.inputs != p.labels).collect();
        if !curved.is_empty() {
            let rows = curved.iter().map(|p| {
                let balanced = Point::balanced(&p.data()).hessian_trace(&p.data());
                Ok(Point::noise_equilibrium(&p.data())?.hessian_trace(&p.data()) / balanced)
            });
            let ratios = rows.collect::<Result<Vec<f64>>>()?;
            let numbered = (0..).map(f64::from).zip(&curved).zip(&ratios);
            // The finite learning rate adds some 4 %, as above.
            claims.push(
                Claim::curve("curvature", numbered.map(|((i, p), ratio)| (i, site(p, "trace-over-balanced"), *ratio)))
                    .within(Margin::Relative(0.05))
                    .rival("balanced", "noise does not move along the valley", curved.iter().map(|_| 1.0))
                    .axes("uneven inputs, uneven labels", "Tr H over that at balanced norms")
                    .source("progressive flattening and sharpening: Tr H = 2 [d_y Tr(W Σ_x Wᵀ) + |U|² Tr Σ_x]"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (data, mean) = (p.data(), time_average(p, &cell.key())?);
        cell.record("norm-ratio", mean.norm_ratio());
        cell.record("noise-ratio", mean.noise_ratio(&data));
        cell.record("trace-over-balanced", mean.hessian_trace(&data) / Point::balanced(&data).hessian_trace(&data));
        entries(&mean).into_iter().enumerate().for_each(|(i, entry)| cell.record_at("gram", i as f64, entry));
        Ok(())
    }
}

/// The point of the mean Gram matrices in the stationary state.
pub(super) fn time_average(p: &Params, key: &Key) -> Result<Point<4, 3>> {
    let start = |replica| random_start(p.start, &mut key.stream("start", replica));
    let mut ensemble = Ensemble::<_, f64>::new(Net::new(p.data(), p.eta)?, p.replicas as u64, key, start);
    ensemble.advance((BURN * p.relaxation()).ceil() as u64);
    let spacing = (WATCHED * p.relaxation() / f64::from(SAMPLES)).ceil() as u64;
    let mut mean = Point { outputs: [[0.0; 3]; 3], inputs: [[0.0; 4]; 4] };
    for _ in 0..SAMPLES {
        ensemble.advance(spacing);
        ensemble.states().for_each(|state| {
            let point = Point::of(&state);
            add(&mut mean.outputs, &point.outputs);
            add(&mut mean.inputs, &point.inputs);
        });
    }
    all_finite(&ensemble)?;
    let count = f64::from(SAMPLES) * p.replicas as f64;
    mean.outputs.as_flattened_mut().iter_mut().for_each(|x| *x /= count);
    mean.inputs.as_flattened_mut().iter_mut().for_each(|x| *x /= count);
    Ok(mean)
}

fn add<const N: usize>(sum: &mut [[f64; N]; N], term: &[[f64; N]; N]) {
    sum.as_flattened_mut().iter_mut().zip(term.as_flattened()).for_each(|(sum, term)| *sum += term);
}
