//! The three set models: f(X) = σ(Agg_i ρ(X_i)) with networks ρ and σ that do not depend on the number of points.

use lawbook_core::{Device, Kind, Stream, Tensor, optim::gradients, tensor::scalar};

use crate::mlp::{Mlp, ModelError};

/// How the features of the points become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// Σ_i ρ(X_i): DeepSet (Zaheer et al. 2017).
    Sum,
    /// (1/n) Σ_i ρ(X_i): normalised DeepSet.
    Mean,
    /// max_i ρ(X_i), entry by entry: PointNet (Qi et al. 2017).
    Max,
}

impl Aggregation {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Sum, Self::Mean, Self::Max];

    /// The aggregate `[..., channels]` of the features `[..., n, channels]`.
    pub fn apply(self, features: &Tensor) -> Tensor {
        match self {
            Self::Sum => features.sum_dim_intlist([-2i64].as_slice(), false, features.kind()),
            Self::Mean => features.mean_dim([-2i64].as_slice(), false, features.kind()),
            Self::Max => features.max_dim(-2, false).0,
        }
    }
}

/// Why a model cannot take a set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// There are no points.
    #[error("sets of shape {given:?} have 0 points, of which there is no mean or maximum: give at least 1")]
    Empty {
        /// The shape given.
        given: Vec<i64>,
    },
    /// The points are not of the model's dimension.
    #[error("sets of shape {given:?} are not [..., n, {dimension}], which the model's first layer takes")]
    Shape {
        /// The shape given.
        given: Vec<i64>,
        /// d of the model.
        dimension: i64,
    },
    /// The parameters are those of another model.
    #[error("{given} parameter tensors for a model of {expected}: give those that its `init` made")]
    Parameters {
        /// Tensors given.
        given: usize,
        /// Tensors of the model.
        expected: usize,
    },
}

/// A permutation-invariant model of any number of points: σ(Agg_i ρ(X_i)).
///
/// Its parameters are those of ρ followed by those of σ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetModel {
    point: Mlp,
    aggregation: Aggregation,
    readout: Mlp,
}

impl SetModel {
    /// The model with ρ = `point` and σ = `readout`.
    pub fn new(point: Mlp, aggregation: Aggregation, readout: Mlp) -> Result<Self, ModelError> {
        if point.outputs() == readout.inputs() {
            Ok(Self { point, aggregation, readout })
        } else {
            Err(ModelError::Mismatch { given: point.outputs(), taken: readout.inputs() })
        }
    }

    /// The model of the paper's training runs: three layers for ρ: d → h → h → h and three for σ: h → h → h → 1, h = `width`
    /// (50 in the paper).
    pub fn three_layers(aggregation: Aggregation, dimension: i64, width: i64) -> Result<Self, ModelError> {
        Self::new(Mlp::new(&[dimension, width, width, width])?, aggregation, Mlp::new(&[width, width, width, 1])?)
    }

    /// ρ, applied to every point.
    pub fn point(&self) -> &Mlp {
        &self.point
    }

    /// σ, applied to the aggregate.
    pub fn readout(&self) -> &Mlp {
        &self.readout
    }

    /// How the points' features become one.
    pub fn aggregation(&self) -> Aggregation {
        self.aggregation
    }

    /// Number of scalar parameters.
    pub fn parameter_count(&self) -> i64 {
        self.point.parameter_count() + self.readout.parameter_count()
    }

    /// Fresh parameters, with gradients; see [`Mlp::init`].
    pub fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let mut parameters = self.point.init(stream, kind, device);
        parameters.extend(self.readout.init(stream, kind, device));
        parameters
    }

    /// The parameters of ρ and those of σ.
    pub fn split<'a>(&self, parameters: &'a [Tensor]) -> (&'a [Tensor], &'a [Tensor]) {
        parameters.split_at(self.point.tensors())
    }

    /// The output `[..., outputs]` for the sets `[..., n, d]`, after a check of all shapes; see [`forward`](Self::forward).
    pub fn evaluate(&self, parameters: &[Tensor], sets: &Tensor) -> Result<Tensor, InputError> {
        let expected = self.point.tensors() + self.readout.tensors();
        if parameters.len() != expected {
            return Err(InputError::Parameters { given: parameters.len(), expected });
        }
        match sets.size().as_slice() {
            [.., 0, _] => Err(InputError::Empty { given: sets.size() }),
            [.., _, d] if *d == self.point.inputs() => Ok(self.forward(parameters, sets)),
            other => Err(InputError::Shape { given: other.to_vec(), dimension: self.point.inputs() }),
        }
    }

    /// The output `[sets, outputs]` for the sets `[sets, n, d]`.
    ///
    /// Panics if the shapes do not fit the widths, or for an empty set under [`Aggregation::Max`].
    pub fn forward(&self, parameters: &[Tensor], sets: &Tensor) -> Tensor {
        let (point, readout) = self.split(parameters);
        self.readout.forward(readout, &self.aggregation.apply(&self.point.forward(point, sets)))
    }

    /// The mean squared error of the outputs from `labels` `[sets, outputs]`, and its gradient by parameter.
    ///
    /// In single precision on the CPU several times faster than by tensors, and on all of rayon's threads.
    pub fn squared_error(&self, parameters: &[Tensor], sets: &Tensor, labels: &Tensor) -> (f64, Vec<Tensor>) {
        if let Some(found) = super::slopes::squared_error(self, parameters, sets, labels) {
            return found;
        }
        let loss = (self.forward(parameters, sets) - labels).square().mean(None::<Kind>);
        (scalar(&loss), gradients(&loss, parameters))
    }

    /// The loss that a head makes of the outputs `[sets, outputs]`, and its gradient by the head's parameters, then by the model's.
    ///
    /// The head gives the loss, its gradient by parameters of its own, and its derivative by the outputs.
    pub fn slopes_through(
        &self,
        parameters: &[Tensor],
        sets: &Tensor,
        head: impl Fn(&Tensor) -> (f64, Vec<Tensor>, Tensor),
    ) -> (f64, Vec<Tensor>) {
        let part = (self, parameters, sets);
        let tail = |outputs: Vec<Tensor>| {
            let (loss, slopes, by_output) = head(&outputs[0]);
            (loss, slopes, vec![by_output])
        };
        if let Some((loss, slopes)) = super::slopes::through(&[part], tail) {
            return (loss, slopes.into_iter().flatten().collect());
        }
        let outputs = self.forward(parameters, sets);
        let (loss, mut slopes, by_output) = head(&outputs.detach());
        // Its derivative by the parameters is that of the loss.
        slopes.extend(gradients(&(outputs * by_output).sum(None::<Kind>), parameters));
        (loss, slopes)
    }

    /// The same with ρ − ρ(0) in the place of ρ, so that a point at the origin adds nothing to a sum.
    pub fn forward_centred(&self, parameters: &[Tensor], sets: &Tensor) -> Tensor {
        let (point, readout) = self.split(parameters);
        let origin = Tensor::zeros([1, self.point.inputs()], (sets.kind(), sets.device()));
        let features = self.point.forward(point, sets) - self.point.forward(point, &origin);
        self.readout.forward(readout, &self.aggregation.apply(&features))
    }

    /// L_ρ L_σ, the product of the networks' Lipschitz bounds: a Lipschitz constant of the normalised DeepSet in W_1 and of
    /// the DeepSet with ρ(0) = 0 in ℓ_1 (Table 2 of the paper).
    pub fn lipschitz_bound(&self, parameters: &[Tensor]) -> f64 {
        let (point, readout) = self.split(parameters);
        self.point.lipschitz_bound(point) * self.readout.lipschitz_bound(readout)
    }
}
