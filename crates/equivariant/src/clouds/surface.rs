//! Known surfaces in space, and points on them.

use lawbook_core::{Stream, Tensor};

use super::CloudError;

/// A surface centred at the origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Surface {
    /// The sphere of a radius, with the uniform measure.
    Sphere(f64),
    /// The ellipsoid with these half-axes along x, y, z, with the image of the uniform measure of the unit sphere.
    Ellipsoid([f64; 3]),
    /// The torus around z with this radius of its middle circle and of its tube, with the uniform measure.
    Torus {
        /// Radius of the middle circle.
        ring: f64,
        /// Radius of the tube, less than `ring`.
        tube: f64,
    },
}

impl Surface {
    /// `n` independent points `[n, 3]`, moved by `centre`.
    pub fn sample(&self, n: usize, centre: [f64; 3], stream: &mut Stream) -> Result<Tensor, CloudError> {
        let length = |value: f64| {
            if value.is_finite() && value > 0.0 { Ok(()) } else { Err(CloudError::Length(value)) }
        };
        match *self {
            Self::Sphere(radius) => length(radius)?,
            Self::Ellipsoid(axes) => axes.into_iter().try_for_each(length)?,
            Self::Torus { ring, tube } => [ring, tube, ring - tube].into_iter().try_for_each(length)?,
        }
        let point = |stream: &mut Stream| match *self {
            Self::Sphere(radius) => direction(stream).map(|x| radius * x),
            Self::Ellipsoid(axes) => {
                let unit = direction(stream);
                [0, 1, 2].map(|i| axes[i] * unit[i])
            }
            Self::Torus { ring, tube } => on_torus(ring, tube, stream),
        };
        let points: Vec<f64> =
            (0..n).flat_map(|_| point(stream).into_iter().zip(centre).map(|(x, c)| x + c).collect::<Vec<_>>()).collect();
        Ok(Tensor::from_slice(&points).reshape([n as i64, 3]))
    }
}

fn direction(stream: &mut Stream) -> [f64; 3] {
    let [x, y, z] = [stream.normal(), stream.normal(), stream.normal()];
    let length = (x * x + y * y + z * z).sqrt();
    [x / length, y / length, z / length]
}

fn on_torus(ring: f64, tube: f64, stream: &mut Stream) -> [f64; 3] {
    let mut angle = || std::f64::consts::TAU * stream.uniform();
    let around = angle();
    // The area of a piece of the tube grows with its distance from the axis.
    let through = loop {
        let through = angle();
        if angle() / std::f64::consts::TAU * (ring + tube) < ring + tube * through.cos() {
            break through;
        }
    };
    let distance = ring + tube * through.cos();
    [distance * around.cos(), distance * around.sin(), tube * through.sin()]
}
