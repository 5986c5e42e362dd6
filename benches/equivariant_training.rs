//! Training of the set, graph and cloud models of Levin, Ma, Díaz & Villar (2025, arXiv 2505.23599) at the paper's sizes: a step
//! is the loss of a batch, its gradient and an update of AdamW.

use std::path::Path;

use anyhow::Result;
use lawbook_core::{
    Device, Key, Kind, Tensor,
    device::use_one_thread_here,
    no_grad,
    optim::{Decay, Optimiser, Rule, gradients, parameter},
    tensor::{scalar, to_vec},
    training::{descend, unobserved},
};
use lawbook_equivariant::{
    clouds::{CloudModel, DsCi, Pairs, PointClouds, Siamese, SvdDs, canonical_coordinates},
    graphs::{self, Basis, Ggnn, GraphModel, GraphSignal, Ign, MessagePassing, full_random, triangles},
    sets::{Aggregation, SetModel},
};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload, npy};

const GRAPHS: &str = "128 graphs of 50 nodes, f32, 5 steps";

const CLOUDS: &str = "siamese regression on the 1600 pairs of 40 and 40 clouds of 20 points of space, f32, 5 steps";

macro_rules! bench {
    ($name:literal, $work:expr, $problem:expr) => {
        Bench {
            name: concat!("training-", $name),
            work: $work,
            floor: "the loss alone, in eager tensors",
            threads: Threads::All,
            peers: &["jax", "libtorch"],
            script: "equivariant_training",
            eager: Some(|| Ok(Box::new(Training::new($name, Way::Eager, $problem)?))),
            prepare: || Ok(Box::new(Training::new($name, Way::Ours, $problem)?)),
        }
    };
}

pub(crate) const BENCHES: [Bench; 9] = [
    bench!(
        "deep-set",
        "DeepSet of width 50, 128 sets of 500 points of the plane, f32, 5 steps",
        Problem::sets(Aggregation::Sum)
    ),
    bench!("normalised", "the same with the mean", Problem::sets(Aggregation::Mean)),
    bench!("pointnet", "the same with the maximum", Problem::sets(Aggregation::Max)),
    bench!("message", GRAPHS, Problem::graphs(MessagePassing::new(&[1, 18, 18, 18, 18, 1])?)),
    bench!("ign", GRAPHS, Problem::graphs(Ign::new(&[2, 6, 7, 6, 6, 1])?)),
    bench!("ggnn", GRAPHS, Problem::graphs(Ggnn::new(&[1, 5, 5, 5, 4, 1], Basis::All)?)),
    bench!("continuous", GRAPHS, Problem::graphs(Ggnn::new(&[1, 5, 6, 6, 4, 1], Basis::Continuous)?)),
    bench!("svd-ds", CLOUDS, Problem::clouds(Invariant::SvdDs(SvdDs::new(Aggregation::Mean, 3, 16)?))),
    bench!("ds-ci", CLOUDS, Problem::clouds(Invariant::DsCi(DsCi::new(Pairs::Distinct, 10)?))),
];

/// Learning rate and decoupled weight decay of the paper's sets and graphs.
const RATE: f64 = 1e-3;
const DECAY: f64 = 0.1;

/// Data and a model, with the labels for a mean squared error.
enum Problem {
    Sets { model: SetModel, sets: Tensor, labels: Tensor },
    Graphs { model: Box<dyn GraphModel>, graphs: GraphSignal, labels: Tensor },
    Clouds { model: Invariant, head: Siamese, clouds: PointClouds, coordinates: Tensor, labels: Tensor },
}

/// What two clouds are compared by. The frame of SVD-DS has no parameters and is found once.
enum Invariant {
    SvdDs(SvdDs),
    DsCi(DsCi),
}

/// Tensors of the head.
const HEAD: usize = 3;

/// Clouds on either side of a pair.
const SIDE: i64 = 40;

/// The mean squared error of the distances of the first half's features from the second half's.
fn siamese(head: &Siamese, parameters: &[Tensor], features: &Tensor, labels: &Tensor) -> Tensor {
    let (first, second) = (features.narrow(0, 0, SIDE).unsqueeze(1), features.narrow(0, SIDE, SIDE).unsqueeze(0));
    mean_square(head.forward(parameters, &first, &second) - labels)
}

fn key() -> Key {
    Key::new(["bench", "equivariant-training"])
}

impl Problem {
    fn sets(aggregation: Aggregation) -> Result<Self> {
        let model = SetModel::three_layers(aggregation, 2, 50)?;
        let normal = |purpose: &str, shape: &[i64]| key().stream(purpose, 0).normal_tensor(shape, Kind::Float, Device::Cpu);
        Ok(Self::Sets { model, sets: normal("sets", &[128, 500, 2]), labels: normal("labels", &[128, 1]) })
    }

    fn graphs(model: impl GraphModel + 'static) -> Result<Self> {
        let graphs = full_random(50, 128, &mut key().stream("graphs", 0), Kind::Float, Device::Cpu);
        let labels = triangles(&graphs);
        Ok(Self::Graphs { model: Box::new(model), graphs, labels })
    }

    fn clouds(model: Invariant) -> Result<Self> {
        let normal = |purpose: &str, shape: &[i64]| key().stream(purpose, 0).normal_tensor(shape, Kind::Float, Device::Cpu);
        let clouds = PointClouds::new(normal("clouds", &[2 * SIDE, 20, 3]))?;
        let features = if matches!(model, Invariant::SvdDs(_)) { 16 } else { 10 };
        let (coordinates, labels) = (canonical_coordinates(&clouds), normal("labels", &[SIDE, SIDE]));
        Ok(Self::Clouds { model, head: Siamese { features }, clouds, coordinates, labels })
    }

    fn init(&self) -> Vec<Tensor> {
        let mut stream = key().stream("parameters", 0);
        match self {
            Self::Sets { model, .. } => model.init(&mut stream, Kind::Float, Device::Cpu),
            Self::Graphs { model, .. } => model.init(&mut stream, Kind::Float, Device::Cpu),
            Self::Clouds { model, head, .. } => {
                let model: &dyn CloudModel = match model {
                    Invariant::SvdDs(model) => model,
                    Invariant::DsCi(model) => model,
                };
                let mut parameters = head.init(&mut stream, Kind::Float, Device::Cpu);
                parameters.extend(model.init(&mut stream, Kind::Float, Device::Cpu));
                parameters
            }
        }
    }

    /// What everyone works on.
    fn arrays(&self) -> Vec<(&'static str, &Tensor)> {
        match self {
            Self::Sets { sets, labels, .. } => vec![("sets", sets), ("labels", labels)],
            Self::Graphs { graphs, labels, .. } => {
                vec![("adjacency", graphs.adjacency()), ("signal", graphs.signal()), ("labels", labels)]
            }
            Self::Clouds { clouds, coordinates, labels, .. } => {
                vec![("clouds", clouds.points()), ("coordinates", coordinates), ("labels", labels)]
            }
        }
    }

    /// The loss in eager tensors.
    fn loss(&self, parameters: &[Tensor]) -> Result<Tensor> {
        Ok(match self {
            Self::Sets { model, sets, labels } => mean_square(model.forward(parameters, sets) - labels),
            Self::Graphs { model, graphs, labels } => mean_square(model.forward(parameters, graphs) - labels),
            Self::Clouds { model, head, clouds, coordinates, labels } => {
                let (front, rest) = parameters.split_at(HEAD);
                let features = match model {
                    Invariant::SvdDs(model) => model.set().forward(rest, coordinates),
                    Invariant::DsCi(model) => model.forward(rest, clouds)?,
                };
                siamese(head, front, &features, labels)
            }
        })
    }

    /// The loss and its gradient, as the crate finds them.
    fn slopes(&self, parameters: &[Tensor]) -> Result<(f64, Vec<Tensor>)> {
        Ok(match self {
            Self::Sets { model, sets, labels } => model.squared_error(parameters, sets, labels),
            Self::Graphs { model, graphs, labels } => graphs::squared_error(&**model, parameters, graphs, labels),
            Self::Clouds { model, head, clouds, coordinates, labels } => {
                let (front, rest) = parameters.split_at(HEAD);
                match model {
                    Invariant::SvdDs(model) => {
                        model.set().slopes_through(rest, coordinates, |features| head.squared_error(front, features, labels))
                    }
                    Invariant::DsCi(model) => {
                        model.slopes_through(rest, clouds, front, |features| siamese(head, front, features, labels))?
                    }
                }
            }
        })
    }
}

fn mean_square(difference: Tensor) -> Tensor {
    difference.square().mean(None::<Kind>)
}

/// Who takes the steps.
#[derive(PartialEq)]
enum Way {
    Ours,
    Eager,
}

struct Training {
    name: &'static str,
    way: Way,
    problem: Problem,
    start: Vec<Tensor>,
    steps: usize,
    losses: Vec<f64>,
}

impl Training {
    fn new(name: &'static str, way: Way, problem: Result<Problem>) -> Result<Self> {
        let problem = problem?;
        // As in the laboratory: what has several threads has them of its own.
        if way == Way::Ours {
            use_one_thread_here();
        }
        let start = problem.init();
        Ok(Self { name, way, problem, start, steps: 5, losses: Vec::new() })
    }

    fn ours(&self, parameters: &mut [Tensor]) -> Vec<f64> {
        let mut losses = Vec::new();
        let mut optimiser = Optimiser::new(Rule::ADAM, RATE, parameters).with_decay(Decay::Decoupled(DECAY));
        let slopes = |_, parameters: &[Tensor]| {
            // A refusal ends the training, and nobody agrees with its losses.
            let (loss, slopes) = self.problem.slopes(parameters).unwrap_or((f64::NAN, Vec::new()));
            losses.push(loss);
            (loss, slopes)
        };
        descend(parameters, &mut optimiser, self.steps, slopes, unobserved);
        losses
    }

    /// As PyTorch's AdamW does it on a CPU: tensor by tensor, the moments in place.
    fn eager(&self, parameters: &mut [Tensor]) -> Result<Vec<f64>> {
        let zeros = |parameters: &[Tensor]| parameters.iter().map(Tensor::zeros_like).collect::<Vec<_>>();
        let (mut first, mut second) = (zeros(parameters), zeros(parameters));
        let step = |number: usize| {
            let loss = self.problem.loss(parameters)?;
            let slopes = gradients(&loss, parameters);
            let [bias1, bias2] = [0.9_f64, 0.999].map(|beta| 1.0 - beta.powi(number as i32));
            no_grad(|| {
                for (((w, g), m), v) in parameters.iter_mut().zip(&slopes).zip(&mut first).zip(&mut second) {
                    let _ = w.g_mul_scalar_(1.0 - RATE * DECAY);
                    let _ = m.lerp_(g, 0.1);
                    let _ = v.g_mul_scalar_(0.999);
                    let _ = v.addcmul_(&(g * 0.001), g);
                    let _ = w.addcdiv_(&(&*m * (-RATE / bias1)), &(v.sqrt() / bias2.sqrt() + 1e-8));
                }
            });
            Ok(scalar(&loss))
        };
        (1..=self.steps).map(step).collect()
    }
}

impl Workload for Training {
    fn share(&self, folder: &Path) -> Result<serde_json::Value> {
        let write = |name: &str, tensor: &Tensor| {
            let shape: Vec<usize> = tensor.size().into_iter().map(|size| size as usize).collect();
            npy::write_f64(&folder.join(format!("{name}.npy")), &shape, to_vec(tensor))
        };
        self.problem.arrays().into_iter().try_for_each(|(name, tensor)| write(name, tensor))?;
        self.start.iter().enumerate().try_for_each(|(i, tensor)| write(&format!("parameter-{i}"), tensor))?;
        let arrays: Vec<&str> = self.problem.arrays().into_iter().map(|(name, _)| name).collect();
        Ok(json!({"model": self.name, "parameters": self.start.len(), "arrays": arrays, "steps": self.steps,
                  "rate": RATE, "decay": DECAY}))
    }

    fn work(&mut self) -> Result<()> {
        let mut parameters: Vec<Tensor> = self.start.iter().map(|tensor| parameter(tensor, Kind::Float)).collect();
        self.losses = match self.way {
            Way::Ours => self.ours(&mut parameters),
            Way::Eager => self.eager(&mut parameters)?,
        };
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        for _ in 0..self.steps {
            let _ = scalar(&no_grad(|| self.problem.loss(&self.start))?);
        }
        Ok(())
    }

    /// The losses on the way: sums of thousands of f32 in any order, and steps along their signs.
    fn statistics(&self) -> Vec<Statistic> {
        let loss = |(step, value): (usize, &f64)| Statistic {
            name: format!("loss before step {}", step + 1),
            value: *value,
            error: 2e-5 * value,
        };
        self.losses.iter().enumerate().map(loss).collect()
    }
}
