//! A DeepSet on inner products with centroids (Blum-Smith, Huang, Cuturi & Villar 2024, arXiv 2405.08097): nk numbers in the place of
//! the n² entries of the Gram matrix.

use lawbook_core::{Device, Kind, Stream, Tensor, tensor::scalar};

use super::{CloudError, CloudModel, PointClouds};
use crate::{
    mlp::{Mlp, ModelError},
    sets::{Aggregation, SetModel},
};

/// Rounds of Lloyd's algorithm at most; small clouds settle within ten.
const ROUNDS: usize = 100;

/// The centroids `[clouds, count, k]` that Lloyd's algorithm finds in each cloud, the shortest first.
///
/// It starts from the point farthest from the origin, and then from the point farthest from all starts so far. That depends on
/// distances alone and not on a random draw, so that the centroids turn with the cloud, do not depend on the order of its points, and
/// are unchanged by duplication. Where two assignments tie, or two centroids have one length, they jump.
pub fn centroids(clouds: &PointClouds, count: i64) -> Result<Tensor, CloudError> {
    if count < 1 {
        return Err(CloudError::Centroids(count));
    }
    let x = clouds.points();
    let pick = |distances: &Tensor| {
        let farthest = distances.argmax(-1, true).unsqueeze(-1).expand([-1, 1, x.size()[2]], false);
        x.gather(1, &farthest, false)
    };
    let mut centres = pick(&squares(x));
    let mut nearest = to_each(x, &centres).squeeze_dim(-1);
    for _ in 1..count {
        let next = pick(&nearest);
        nearest = nearest.minimum(&to_each(x, &next).squeeze_dim(-1));
        centres = Tensor::cat(&[centres, next], 1);
    }
    let mut assigned = to_each(x, &centres).argmin(-1, false);
    for _ in 0..ROUNDS {
        let members = assigned.one_hot(count).to_kind(x.kind()).transpose(1, 2);
        let sizes = members.sum_dim_intlist([-1i64].as_slice(), true, x.kind());
        // A centre that has lost all its points stays where it was.
        centres = (members.matmul(x) / sizes.clamp_min(1.0)).where_self(&sizes.gt(0.0), &centres);
        let next = to_each(x, &centres).argmin(-1, false);
        if scalar(&next.ne_tensor(&assigned).sum(Kind::Int64)) == 0.0 {
            break;
        }
        assigned = next;
    }
    let order = squares(&centres).argsort(-1, false).unsqueeze(-1).expand_as(&centres);
    Ok(centres.gather(1, &order, false))
}

/// ‖x‖² `[clouds, points]`.
fn squares(x: &Tensor) -> Tensor {
    x.square().sum_dim_intlist([-1i64].as_slice(), false, x.kind())
}

/// ‖x_i − c_j‖² `[clouds, points, centres]`.
fn to_each(x: &Tensor, centres: &Tensor) -> Tensor {
    (x.unsqueeze(2) - centres.unsqueeze(1)).square().sum_dim_intlist([-1i64].as_slice(), false, x.kind())
}

/// OI-DS(V) = L(M(CCᵀ), D({C v_i})) with the [`centroids`] C as rows, a normalised DeepSet D and networks M and L. Invariant under
/// S_n × O(k), O(nk).
///
/// Compatible with duplication, but continuous only where the centroids are. Parameters are those of M, D and L in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OiDs {
    centroids: i64,
    gram: Mlp,
    set: SetModel,
    last: Mlp,
}

impl OiDs {
    /// The networks of the paper's experiment, with c centroids (3 there) and hidden widths and outputs h = `width` (10 there):
    /// M: c² → 2c² → h; D: c → h → h → 2h, mean, 2h → h → h; L: 2h → h → h. The published ones normalise over the batch in M and L,
    /// so that a cloud's features depend on the other clouds; these do not.
    pub fn new(centroids: i64, width: i64) -> Result<Self, ModelError> {
        let (c, h) = (centroids, width);
        let set = SetModel::new(Mlp::new(&[c, h, h, 2 * h])?, Aggregation::Mean, Mlp::new(&[2 * h, h, h])?)?;
        Ok(Self { centroids, gram: Mlp::new(&[c * c, 2 * c * c, h])?, set, last: Mlp::new(&[2 * h, h, h])? })
    }

    /// The output for given centroids `[clouds, c, k]`: those of another method, or kept from a first pass.
    pub fn forward_with(&self, parameters: &[Tensor], clouds: &PointClouds, centroids: &Tensor) -> Tensor {
        let (first, rest) = parameters.split_at(self.gram.tensors());
        let (second, last) = rest.split_at(self.set.point().tensors() + self.set.readout().tensors());
        let gram = centroids.matmul(&centroids.transpose(-2, -1)).flatten(1, 2);
        let products = clouds.points().matmul(&centroids.transpose(-2, -1));
        let features = Tensor::cat(&[self.gram.forward(first, &gram), self.set.forward(second, &products)], -1);
        self.last.forward(last, &features)
    }
}

impl CloudModel for OiDs {
    fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        let mut parameters = self.gram.init(stream, kind, device);
        parameters.extend(self.set.init(stream, kind, device));
        parameters.extend(self.last.init(stream, kind, device));
        parameters
    }

    fn forward(&self, parameters: &[Tensor], clouds: &PointClouds) -> Result<Tensor, CloudError> {
        Ok(self.forward_with(parameters, clouds, &centroids(clouds, self.centroids)?))
    }

    fn parameter_count(&self) -> i64 {
        self.gram.parameter_count() + self.set.parameter_count() + self.last.parameter_count()
    }
}
