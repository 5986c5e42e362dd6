//! The stationary laws against independent quadrature, each other, and the paper's derived quantities.

use lawbook_analysis::density::Density;
use lawbook_dynamics::{
    theory::moments::{Moments, NoisyLine},
    theory::stationary,
};
use proptest::prelude::*;

const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

fn unit() -> Moments {
    NoisyLine { slope: 1.0, noise: 1.0 }.moments()
}

fn assert_quantiles(density: &Density, expected: [f64; 5], tolerance: f64) {
    for (p, q) in LEVELS.into_iter().zip(expected) {
        assert!((density.quantile(p) / q - 1.0).abs() < tolerance, "{p}: {} against {q}", density.quantile(p));
    }
}

/// X-Val: numpy, Euler simulation and quadrature of the depth-0 density at k = s = 1.
#[test]
fn depth_zero_quantiles() {
    for (t, expected) in [(0.05, [0.6171, 0.8513, 1.0, 1.1487, 1.3829]), (0.15, [0.2916, 0.7502, 1.0, 1.2498, 1.7084])] {
        let density = Density::linear(stationary::depth_zero(&unit(), t).expect("valid input"), -60.0, 62.0, 1200)
            .expect("valid input");
        assert_quantiles(&density, expected, 3e-4);
    }
}

/// X-Val: scipy 1.17.1, `cumulative_simpson` of the zero-flux density B⁻² exp ∫2A/B² of the depth-1 equation, in ln v.
#[test]
fn depth_one_quantiles() {
    let cases = [
        (unit(), 0.05, [0.4490102, 0.7173553, 0.9107428, 1.1183808, 1.5018216]),
        (unit(), 0.15, [0.0322763, 0.3230238, 0.6721758, 1.0142929, 1.6091223]),
        (
            NoisyLine { slope: 0.7, noise: 1.3 }.moments(),
            0.1,
            [0.023445336, 0.165052091, 0.382581533, 0.674065979, 1.240977788],
        ),
    ];
    for (m, t, expected) in cases {
        assert_quantiles(&stationary::depth_one_density(&m, t).expect("valid input"), expected, 2e-6);
    }
}

/// X-Val: the same scipy quadrature at depths 2 and 3.
#[test]
fn deeper_quantiles() {
    let cases = [
        (2, 0.05, [0.34920278, 0.61467584, 0.82892871, 1.06464238, 1.51095407]),
        (2, 0.3, [0.00637723, 0.02981537, 0.10828597, 0.40229196, 1.13868506]),
        (3, 0.15, [0.04852841, 0.14819549, 0.34301393, 0.68670055, 1.29004375]),
    ];
    for (depth, t, expected) in cases {
        let log_density = stationary::any_depth(&unit(), t, depth, 1).expect("valid input");
        assert_quantiles(&Density::logarithmic(log_density, 1e-9, 1e12, 1200).expect("valid input"), expected, 1e-6);
    }
}

/// X-Val: scipy 1.17.1, `simpson` of the same density: mean and variance at k = s = 1 against T/T_c.
#[test]
fn the_variance_rises_and_falls() {
    let cases = [
        (0.1, 0.9615810982, 0.0748075113),
        (0.3, 0.8449364709, 0.2512726676),
        (0.5, 0.6806231714, 0.3561284265),
        (0.6, 0.5809051199, 0.3720961654),
        (0.7, 0.4669824673, 0.3580722635),
        (0.8, 0.3355848793, 0.3043305242),
    ];
    for (fraction, mean, variance) in cases {
        let density = stationary::depth_one_density(&unit(), fraction / 3.0).expect("valid input");
        assert!((density.mean(|v| v) / mean - 1.0).abs() < 1e-7, "{fraction}");
        // That quadrature ends at v = e^25, where a tail of 4e-6 of the second moment is left.
        assert!((density.variance() / variance - 1.0).abs() < 2e-5, "{fraction}");
    }
    // X-Val: numpy quadrature down to v = e^-690, four digits.
    for (fraction, mean, variance) in [(0.9, 0.1821, 0.1942), (0.95, 0.0951, 0.1099)] {
        let density = stationary::depth_one_density(&unit(), fraction / 3.0).expect("valid input");
        assert!((density.mean(|v| v) - mean).abs() < 1e-4 && (density.variance() - variance).abs() < 1e-4, "{fraction}");
    }
}

#[test]
fn the_mode_is_where_the_density_peaks() {
    // X-Val: numpy, grid search of the density.
    for (t, mode) in [(0.05, 0.8864), (0.1, 0.8032), (0.15, 0.7213)] {
        assert!((stationary::depth_one_mode(&unit(), t).expect("valid input") - mode).abs() < 1e-4, "{t}");
        let log_density = stationary::depth_one(&unit(), t).expect("valid input");
        // From 0.3 on: above T_c/3 the density diverges at 0.
        let best = (3000..20_000).map(|i| f64::from(i) * 1e-4).max_by(|a, b| log_density(*a).total_cmp(&log_density(*b)));
        assert!((best.expect("valid input") - mode).abs() < 2e-4, "{t}: {best:?}");
    }
    // T* = (4k + √42 s)/(4(21 s² − 8k²)) = 0.20155 at k = s = 1.
    let last = (4.0 + 42f64.sqrt()) / 52.0;
    assert!(stationary::depth_one_mode(&unit(), 0.999 * last).is_some());
    assert!(stationary::depth_one_mode(&unit(), 1.001 * last).is_none());
    assert!(stationary::depth_one_mode(&unit(), 0.25).is_none());
}

#[test]
fn above_the_critical_temperature_all_mass_is_at_zero() {
    assert!(matches!(
        stationary::depth_one_density(&unit(), 0.34),
        Err(stationary::StationaryError::Collapsed { critical, .. }) if (critical - 1.0 / 3.0).abs() < 1e-15
    ));
    // Independently: the mass below a cut-off, relative to the mass above, converges as the cut-off falls only below T_c.
    let mass = |t: f64, low: f64| {
        let log_density = stationary::depth_one(&unit(), t).expect("valid input");
        Density::logarithmic(log_density, low, 1e9, 900).expect("valid input").log_normaliser()
    };
    assert!(mass(0.3, 1e-200) - mass(0.3, 1e-100) < 1e-4);
    assert!(mass(0.36, 1e-200) - mass(0.36, 1e-100) > 1.0);
}

#[test]
fn bad_input_is_refused() {
    let noiseless = NoisyLine { slope: 1.0, noise: 0.0 }.moments();
    assert!(matches!(stationary::depth_one(&unit(), -0.1), Err(stationary::StationaryError::Temperature(_))));
    assert!(matches!(stationary::depth_zero(&noiseless, 0.1), Err(stationary::StationaryError::Noiseless(_))));
    for t in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(matches!(stationary::depth_zero(&unit(), t), Err(stationary::StationaryError::Temperature(_))), "{t}");
    }
    for (depth, width) in [(0, 1), (1, 0)] {
        let refused = stationary::any_depth(&unit(), 0.1, depth, width).err();
        assert!(matches!(refused, Some(stationary::StationaryError::Shape { value: 0.0, .. })), "{refused:?}");
    }
    for ratio in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = stationary::infinite_depth(&unit(), 0.1, ratio).err();
        assert!(matches!(refused, Some(stationary::StationaryError::Shape { .. })), "{refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The quadrature at depth 1 is the closed form, up to its constant, and width 1 is no different from width 7.
    #[test]
    fn depth_one_is_a_case_of_any_depth(k in 0.1..2.0f64, s in 0.3..3.0f64, share in 0.05..0.9f64, v in 0.01..30.0f64) {
        let m = NoisyLine { slope: k, noise: s }.moments();
        let t = share * stationary::critical_temperature(&m, 0.0);
        let closed = stationary::depth_one(&m, t).expect("valid input");
        let difference = |width: u32, v: f64| stationary::any_depth(&m, t, 1, width).expect("valid input")(v) - closed(v);
        prop_assert!((difference(1, v) - difference(1, 1.0)).abs() < 1e-7 * (1.0 + 1.0 / t));
        prop_assert!((difference(7, v) - difference(1, v)).abs() < 1e-12);
    }

    /// The infinite-depth formula is the integral of its own drift: −3 ln v − ln Q − (r/T) ∫ (b₁z − b₂)/(z² Q) dz.
    #[test]
    fn infinite_depth_is_its_quadrature(k in 0.1..2.0f64, s in 0.3..3.0f64, t in 0.02..0.5f64, r in 0.1..3.0f64, v in 0.05..50.0f64) {
        let m = NoisyLine { slope: k, noise: s }.moments();
        let closed = stationary::infinite_depth(&m, t, r).expect("valid input");
        let force = |log: f64| m.pull(log.exp()) * (-log).exp() / m.noise(log.exp());
        let work = lawbook_analysis::quadrature::integral(force, 0.0, v.ln(), 400);
        let direct = m.noise(1.0).ln() - 3.0 * v.ln() - m.noise(v).ln() - r / t * work;
        prop_assert!((closed(v) - closed(1.0) - direct).abs() < 1e-8 * (1.0 + r / t));
    }

    /// Equation 52 is the integral of the drift of L + (η/4)|∇L|², found here by finite differences of that loss.
    #[test]
    fn the_modified_loss_gives_equation_52(k in 0.1..1.0f64, s in 0.5..3.0f64, share in 0.1..0.8f64, v in 0.1..4.0f64) {
        let m = NoisyLine { slope: k, noise: s }.moments();
        let t = share * stationary::critical_temperature_second_order(&m);
        let difference = |v: f64| {
            stationary::depth_one_second_order(&m, t).expect("valid input")(v) - stationary::depth_one(&m, t).expect("valid input")(v)
        };
        // (η/4)|∇L|², and the drift −(w ∂u + u ∂w) of v along it at u = w.
        let extra = |u: f64, w: f64| 0.25 * t * 4.0 * m.pull(u * w).powi(2) * (u * u + w * w);
        let drift = |v: f64| {
            let (u, h) = (v.sqrt(), 1e-5);
            -2.0 * u * (extra(u + h, u) - extra(u - h, u)) / (2.0 * h)
        };
        let direct = lawbook_analysis::quadrature::integral(|z| 2.0 * drift(z) / (16.0 * z * z * t * m.noise(z)), 1.0, v, 100);
        prop_assert!((difference(v) - difference(1.0) - direct).abs() < 1e-6 * (1.0 + direct.abs()));
    }

    /// Weight decay at depth 1 is a smaller b₂: the zero-flux integral with the drift −4γv added.
    #[test]
    fn weight_decay_lowers_the_signal(k in 0.3..1.0f64, s in 0.5..2.0f64, part in 0.0..0.9f64, v in 0.1..4.0f64) {
        let m = NoisyLine { slope: k, noise: s }.moments();
        let (t, decay) = (0.1, part * k);
        let force = |z: f64| (-4.0 * z * m.pull(z) + 4.0 * z * t * m.noise(z) - 4.0 * decay * z) / (8.0 * z * z * t * m.noise(z));
        let direct = lawbook_analysis::quadrature::integral(force, 1.0, v, 100) - 2.0 * v.ln() - (m.noise(v) / m.noise(1.0)).ln();
        let closed = stationary::depth_one(&m.with_weight_decay(decay), t).expect("valid input");
        prop_assert!((closed(v) - closed(1.0) - direct).abs() < 1e-7);
        let critical = stationary::critical_temperature(&m, decay);
        prop_assert!((critical - stationary::critical_temperature(&m.with_weight_decay(decay), 0.0)).abs() < 1e-15);
    }

    /// Deep and wide tends to infinite depth: the difference of log densities is constant up to 1/D.
    #[test]
    fn great_depth_tends_to_infinite_depth(k in 0.5..1.5f64, s in 0.5..2.0f64, v in 0.3..10.0f64) {
        let m = NoisyLine { slope: k, noise: s }.moments();
        let limit = stationary::infinite_depth(&m, 0.3, 1.0).expect("valid input");
        let deep = stationary::any_depth(&m, 0.3, 4000, 4000).expect("valid input");
        prop_assert!(((deep(v) - limit(v)) - (deep(1.0) - limit(1.0))).abs() < 0.05);
    }

    /// The tail exponent, from the closed form far out.
    #[test]
    fn tails_fall_with_their_exponent(depth in 1u32..6, t in 0.05..0.3f64) {
        let log_density = stationary::any_depth(&unit(), t, depth, 1).expect("valid input");
        let slope = (log_density(1e9) - log_density(1e7)) / 100f64.ln();
        prop_assert!((slope - stationary::tail_exponent(depth)).abs() < 1e-3, "{slope}");
    }
}
