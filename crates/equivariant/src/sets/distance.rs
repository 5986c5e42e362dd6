//! The maximal-distance task: a quantity of the support, which the largest point alone decides.

use std::f64::consts::TAU;

use lawbook_core::{Device, Kind, Stream, tensor::from_slice};

use super::SetData;

/// A circle in the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Its centre.
    pub centre: [f64; 2],
    /// Its radius.
    pub radius: f64,
}

impl Circle {
    /// Centre N(0, I_2), radius uniform in [0, 1).
    pub fn random(stream: &mut Stream) -> Self {
        Self { centre: [stream.normal(), stream.normal()], radius: stream.uniform() }
    }
}

/// A set of n points at uniformly random angles on each circle. The label is max_i ‖X_i‖, the Hausdorff distance of the set to
/// the origin; as n → ∞ it tends to ‖centre‖ + radius.
pub fn maximal_distance(circles: &[Circle], n: usize, stream: &mut Stream, kind: Kind, device: Device) -> SetData {
    let mut points = Vec::with_capacity(circles.len() * n * 2);
    for Circle { centre, radius } in circles {
        for _ in 0..n {
            let (sin, cos) = (TAU * stream.uniform()).sin_cos();
            points.extend([centre[0] + radius * cos, centre[1] + radius * sin]);
        }
    }
    let inputs = from_slice(&points, &[circles.len() as i64, n as i64, 2], Kind::Double, device);
    let lengths = inputs.square().sum_dim_intlist([-1i64].as_slice(), false, Kind::Double).sqrt();
    SetData { labels: lengths.amax([1i64].as_slice(), true).to_kind(kind), inputs: inputs.to_kind(kind) }
}
