//! The maximal-distance task: a quantity of the support, which the largest point alone decides.

use std::f64::consts::TAU;

use lawbook_core::{Device, Kind, Stream, Tensor, tensor::from_slice};

use super::SetData;

/// Sets of n points on random circles in the plane, at uniformly random angles: centre N(0, I_2), radius uniform in [0, 1).
/// The label is max_i ‖X_i‖, the Hausdorff distance of the set to the origin.
pub fn maximal_distance(sets: usize, n: usize, stream: &mut Stream, kind: Kind, device: Device) -> SetData {
    let mut points = Vec::with_capacity(sets * n * 2);
    for _ in 0..sets {
        let (centre, radius) = ([stream.normal(), stream.normal()], stream.uniform());
        for _ in 0..n {
            let (sin, cos) = (TAU * stream.uniform()).sin_cos();
            points.extend([centre[0] + radius * cos, centre[1] + radius * sin]);
        }
    }
    let inputs = from_slice(&points, &[sets as i64, n as i64, 2], Kind::Double, device);
    let lengths: Tensor = inputs.square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt();
    SetData { labels: lengths.amax([1i64].as_slice(), true).to_kind(kind), inputs: inputs.to_kind(kind) }
}
