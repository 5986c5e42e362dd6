//! A DeepSet on the coordinates of a cloud in its own singular frame.

use lawbook_core::{Device, Kind, Stream, Tensor};

use super::{CloudError, CloudModel, PointClouds};
use crate::{
    mlp::{Mlp, ModelError},
    sets::{Aggregation, SetModel},
};

/// XV `[clouds, n, k]`, X = UΣVᵀ with descending singular values, each column with the sign that makes its third moment positive.
///
/// That choice is made from XV alone, so that the coordinates are invariant under O(k), permute with the points and are repeated with
/// them; one made from the entries of V would not be invariant under O(k), one from the first point not under S_n. Where singular
/// values coincide or a third moment vanishes the frame is undetermined, and the coordinates jump.
pub fn canonical_coordinates(clouds: &PointClouds) -> Tensor {
    let x = clouds.points();
    let (_, vectors) = x.transpose(-2, -1).matmul(x).linalg_eigh("L");
    let coordinates = x.matmul(&vectors.flip([-1]));
    let skew = coordinates.pow_tensor_scalar(3).sum_dim_intlist([-2i64].as_slice(), true, x.kind());
    // ±1 also for a moment of exactly zero.
    coordinates * (skew.ge(0.0).to_kind(x.kind()) * 2.0 - 1.0)
}

/// SVD-DS(X) = DeepSet(XV): invariant under S_n × O(k), O(nk²).
///
/// With the mean it is compatible with duplication and locally Lipschitz where the singular values are distinct; with the sum it
/// is not compatible. Parameters are those of the set model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SvdDs {
    set: SetModel,
}

impl SvdDs {
    /// The set model of the paper's experiment, with hidden widths and outputs h = `width` (16 there):
    /// k → h → h → 2h, aggregation, 2h → h → h.
    pub fn new(aggregation: Aggregation, dimension: i64, width: i64) -> Result<Self, ModelError> {
        let h = width;
        let set = SetModel::new(Mlp::new(&[dimension, h, h, 2 * h])?, aggregation, Mlp::new(&[2 * h, h, h])?)?;
        Ok(Self { set })
    }

    /// The set model, for coordinates that [`canonical_coordinates`] gave before.
    pub fn set(&self) -> &SetModel {
        &self.set
    }
}

impl CloudModel for SvdDs {
    fn init(&self, stream: &mut Stream, kind: Kind, device: Device) -> Vec<Tensor> {
        self.set.init(stream, kind, device)
    }

    fn forward(&self, parameters: &[Tensor], clouds: &PointClouds) -> Result<Tensor, CloudError> {
        let (given, taken) = (clouds.points().size()[2], self.set.point().inputs());
        if given != taken {
            return Err(CloudError::Dimension { given, taken });
        }
        Ok(self.set.forward(parameters, &canonical_coordinates(clouds)))
    }

    fn parameter_count(&self) -> i64 {
        self.set.parameter_count()
    }
}
