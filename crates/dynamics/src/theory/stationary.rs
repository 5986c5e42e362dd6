//! Stationary laws of SGD on a linear unit of any depth with label noise, in closed form.
//!
//! Ziyin, Li & Ueda, *Law of Balance and Stationary Distribution of Stochastic Gradient Descent*, 2023, arXiv 2308.06671
//! (Phys. Rev. E 111, 065303, 2025). The loss is `ℓ = (v x − y)²`, `v = Σᵢ Πₖ uᵢ⁽ᵏ⁾` with `D + 1` factors ("depth D") and `d`
//! terms ("width"); the temperature is `T = η/S`. All functions are log densities in `v`, without their constant.

use lawbook_analysis::{
    density::{Density, DensityError},
    quadrature::Antiderivative,
};

use crate::theory::moments::Moments;

/// Why there is no such law.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum StationaryError {
    /// The temperature is not positive.
    #[error("temperature T = {0}: a stationary law needs T > 0, and finite")]
    Temperature(f64),
    /// The noise vanishes at some `v`, where all mass collects.
    #[error("a1 a3 - a2^2 = {0}: without label noise there is no smooth stationary law, all mass sits at points; add noise")]
    Noiseless(f64),
    /// The law is not normalisable.
    #[error("temperature T = {temperature} is not below T_c = {critical}: the law is a point mass at 0")]
    Collapsed {
        /// `T`.
        temperature: f64,
        /// `T_c`.
        critical: f64,
    },
    /// Depth, width or their ratio is not positive.
    #[error("{name} {value}: it must be positive and finite")]
    Shape {
        /// Of what.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// Quadrature failed.
    #[error(transparent)]
    Density(#[from] DensityError),
}

fn check(m: &Moments, temperature: f64) -> Result<(), StationaryError> {
    match (temperature > 0.0 && temperature.is_finite(), m.discriminant() > 0.0) {
        (false, _) => Err(StationaryError::Temperature(temperature)),
        (_, false) => Err(StationaryError::Noiseless(m.discriminant())),
        _ => Ok(()),
    }
}

fn positive(name: &'static str, value: f64) -> Result<(), StationaryError> {
    if value > 0.0 && value.is_finite() { Ok(()) } else { Err(StationaryError::Shape { name, value }) }
}

/// `arctan[(a₁ v − a₂)/√Δ]/√Δ`, the integral of `1/Q`.
fn inverse_noise_integral(m: &Moments, v: f64) -> f64 {
    let root = m.discriminant().sqrt();
    ((m.a1 * v - m.a2) / root).atan() / root
}

/// Depth 0, linear regression, for every real `v` (section 4): tail exponent `−2 − b₁/(T a₁)`, normalisable at every `T`.
pub fn depth_zero(m: &Moments, temperature: f64) -> Result<impl Fn(f64) -> f64 + Clone + 'static, StationaryError> {
    check(m, temperature)?;
    let (m, t) = (*m, temperature);
    let power = -1.0 - m.b1 / (2.0 * t * m.a1);
    let tilt = -(m.a2 * m.b1 - m.a1 * m.b2) / (t * m.a1);
    Ok(move |v: f64| power * m.noise(v).ln() + tilt * inverse_noise_integral(&m, v))
}

/// Depth 1 at any width, for `v > 0` (equation 15). Normalisable only below [`critical_temperature`]; tail exponent −7/2.
pub fn depth_one(m: &Moments, temperature: f64) -> Result<impl Fn(f64) -> f64 + Clone + 'static, StationaryError> {
    check(m, temperature)?;
    let (m, t) = (*m, temperature);
    let signal = m.b2 / (2.0 * t * m.a3);
    let tilt = -(m.a3 * m.b1 - m.a2 * m.b2) / (2.0 * t * m.a3);
    Ok(move |v: f64| (signal - 1.5) * v.ln() - (1.0 + 0.5 * signal) * m.noise(v).ln() + tilt * inverse_noise_integral(&m, v))
}

/// Largest |ln v| to which the integral of [`any_depth`] is tabulated, and its number of panels on each side.
const LOG_RANGE: f64 = 60.0;
const PANELS: usize = 480;

/// Any depth `D ≥ 1` and width `d ≥ 1`, for `v > 0` and all `d` components equal (theorem 4.2):
/// `p ∝ v^{−3D/(D+1)} Q⁻¹ exp{−(1/T) ∫ d^{1−2/(D+1)} (b₁z − b₂)/[(D + 1) z^{2D/(D+1)} Q(z)] dz}`. Valid for ln v within ±60.
pub fn any_depth(
    m: &Moments,
    temperature: f64,
    depth: u32,
    width: u32,
) -> Result<impl Fn(f64) -> f64 + Clone + 'static, StationaryError> {
    check(m, temperature)?;
    positive("depth", f64::from(depth))?;
    positive("width", f64::from(width))?;
    let (m, layers) = (*m, f64::from(depth) + 1.0);
    let power = 2.0 * f64::from(depth) / layers;
    let strength = f64::from(width).powf(1.0 - 2.0 / layers) / (layers * temperature);
    let force = move |log: f64| m.pull(log.exp()) * ((1.0 - power) * log).exp() / m.noise(log.exp());
    // Outwards from v = 1 on both sides: near v = 0 the integral is so large that a sum from there would lose all digits.
    let above = Antiderivative::new(force, 0.0, LOG_RANGE, PANELS);
    let below = Antiderivative::new(move |log| force(-log), 0.0, LOG_RANGE, PANELS);
    let work = move |log: f64| if log > 0.0 { above.at(log) } else { -below.at(-log) };
    Ok(move |v: f64| -1.5 * power * v.ln() - m.noise(v).ln() - strength * work(v.ln()))
}

/// Depth 1 at batch size 1 with the loss `L + (η/4) |∇L|²`, which stands for SGD to second order in the learning rate, for `v > 0`
/// (equation 52): equation 15 times `v^{−b₂²/(2a₃)} Q^{−K₁} exp{−K₂ arctan[(a₁v − a₂)/√Δ]}`. Derived again: the extra drift of `v` is
/// `−4T v (b₁v − b₂)(3b₁v − b₂)`. Normalisable only below [`critical_temperature_second_order`].
pub fn depth_one_second_order(
    m: &Moments,
    temperature: f64,
) -> Result<impl Fn(f64) -> f64 + Clone + 'static, StationaryError> {
    let first = depth_one(m, temperature)?;
    let critical = critical_temperature_second_order(m);
    if temperature >= critical {
        return Err(StationaryError::Collapsed { temperature, critical });
    }
    let (m, Moments { a1, a2, a3, b1, b2 }) = (*m, *m);
    let k1 = (3.0 * a3 * b1 * b1 - a1 * b2 * b2) / (4.0 * a1 * a3);
    // K₂ √Δ.
    let k2 = (3.0 * a2 * a3 * b1 * b1 - 4.0 * a1 * a3 * b1 * b2 + a1 * a2 * b2 * b2) / (2.0 * a1 * a3);
    Ok(move |v: f64| first(v) - b2 * b2 / (2.0 * a3) * v.ln() - k1 * m.noise(v).ln() - k2 * inverse_noise_integral(&m, v))
}

/// Depth and width to infinity at the ratio `r = d/D`, for `v > 0` (section 4).
pub fn infinite_depth(
    m: &Moments,
    temperature: f64,
    ratio: f64,
) -> Result<impl Fn(f64) -> f64 + Clone + 'static, StationaryError> {
    check(m, temperature)?;
    positive("ratio of width and depth", ratio)?;
    let Moments { a1, a2, a3, b1, b2 } = *m;
    let (m, strength) = (*m, ratio / temperature);
    let k1 = strength * (a3 * b1 - 2.0 * a2 * b2) / (a3 * a3);
    let tilt = (a2 * a3 * b1 - 2.0 * a2 * a2 * b2 + a1 * a3 * b2) / (a3 * a3);
    Ok(move |v: f64| {
        let drift = b2 / (a3 * v) + tilt * inverse_noise_integral(&m, v);
        -(3.0 + k1) * v.ln() + (0.5 * k1 - 1.0) * m.noise(v).ln() - strength * drift
    })
}

/// Depth 1 as a normalised density, for `0 < T < T_c`, by quadrature in ln v from 10⁻³⁰⁰ on. Close below `T_c`, where that much
/// mass lies still closer to 0, the lowest quantiles are cut off.
pub fn depth_one_density(m: &Moments, temperature: f64) -> Result<Density, StationaryError> {
    let critical = critical_temperature(m, 0.0);
    if temperature >= critical {
        return Err(StationaryError::Collapsed { temperature, critical });
    }
    let scale = m.minimum();
    Ok(Density::logarithmic(depth_one(m, temperature)?, scale * 1e-290, scale * 1e20, 1600)?)
}

/// `4 T E[Q]` in the stationary law of depth 1: the mean rate per unit time at which `|u² − w²|` decays.
pub fn balance_rate(m: &Moments, temperature: f64) -> Result<f64, StationaryError> {
    let noise = depth_one_density(m, temperature)?.mean(|v| m.noise(v));
    Ok(4.0 * temperature * noise)
}

/// Variance per weight and unit time of an isotropic noise as strong as that of SGD at the balanced minimum.
pub fn sgd_noise_strength(m: &Moments, temperature: f64) -> f64 {
    4.0 * temperature * m.noise(m.minimum()) * m.minimum()
}

/// `T_c = (b₂ − γ)/a₃` for depth 1 with weight decay `γ (u² + w²)`: above it the only stationary state is `u = w = 0`.
pub fn critical_temperature(m: &Moments, weight_decay: f64) -> f64 {
    (m.b2 - weight_decay) / m.a3
}

/// `T_c = b₂/(a₃ + b₂²) = E[xy]/E[x²y²]`, with the second-order correction in the learning rate at batch size 1 (equation 54).
pub fn critical_temperature_second_order(m: &Moments) -> f64 {
    m.b2 / (m.a3 + m.b2 * m.b2)
}

/// Where the depth-1 law peaks, if it does away from 0 (equation 16): the larger root of
/// `7 a₁T v² + (b₁ − 10 a₂T) v − (b₂ − 3 a₃T) = 0`.
pub fn depth_one_mode(m: &Moments, temperature: f64) -> Option<f64> {
    let t = temperature;
    let slope = m.b1 - 10.0 * m.a2 * t;
    let root = slope * slope + 28.0 * m.a1 * t * (m.b2 - 3.0 * m.a3 * t);
    let mode = (-slope + root.sqrt()) / (14.0 * m.a1 * t);
    (mode > 0.0).then_some(mode)
}

/// Exponent of the tail of depth `D ≥ 1`: `p ~ v^{−5 + 3/(D+1)}`, whatever temperature and data.
pub fn tail_exponent(depth: u32) -> f64 {
    -5.0 + 3.0 / (f64::from(depth) + 1.0)
}

/// Variance of depth 0: `T Q(v*)/(b₁ − T a₁)`, infinite from `T = b₁/a₁` on.
pub fn depth_zero_variance(m: &Moments, temperature: f64) -> f64 {
    let heating = temperature * m.a1;
    if heating < m.b1 { temperature * m.noise(m.minimum()) / (m.b1 - heating) } else { f64::INFINITY }
}

/// Variance of `v` at depth 1 if the noise were frozen at the minimum and the loss quadratic: `2 T v* Q(v*)/b₁`, that of the
/// Ornstein–Uhlenbeck process tangent to the dynamics, to first order in `T`.
pub fn tangent_variance(m: &Moments, temperature: f64) -> f64 {
    2.0 * temperature * m.minimum() * m.noise(m.minimum()) / m.b1
}
