//! The closed form of the linear latent variable model against numbers and solvers not our own.

use lawbook_core::{
    Device, Key, Kind, Tensor,
    tensor::{from_slice, scalar},
};
use lawbook_landscapes::{
    SecondMoments,
    latent_variables::{
        DecoderVariance, EncoderVariance, LatentModelError, LinearLatentMinimum, LinearLatentModel, Mode, mode_gain,
        ppca_noise_variance,
    },
};

fn matrix(values: &[f64], rows: i64) -> Tensor {
    from_slice(values, &[rows, values.len() as i64 / rows], Kind::Double, Device::Cpu)
}

fn diagonal(values: &[f64]) -> Tensor {
    Tensor::from_slice(values).diag(0)
}

fn model(latents: usize, beta: f64, prior_variance: f64, decoder: DecoderVariance) -> LinearLatentModel {
    LinearLatentModel {
        latents,
        beta,
        prior_variance,
        encoder_variance: EncoderVariance::Learnable,
        decoder_variance: decoder,
    }
}

fn minimum(model: &LinearLatentModel, moments: &SecondMoments) -> LinearLatentMinimum {
    model.minimum(moments).expect("the model suits the data")
}

fn column(minimum: &LinearLatentMinimum, pick: fn(&Mode) -> f64) -> Vec<f64> {
    minimum.modes.iter().map(pick).collect()
}

fn assert_close(measured: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(measured.len(), expected.len());
    let close = measured.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance);
    assert!(close, "{measured:?} against {expected:?}");
}

/// The three-input, three-target problem that SciPy solved.
fn small() -> SecondMoments {
    let input = matrix(&[2.0, 0.3, 0.1, 0.3, 1.0, -0.2, 0.1, -0.2, 0.5], 3);
    let cross = matrix(&[1.2, 0.1, -0.3, 0.2, -0.7, 0.1, 0.1, 0.2, 0.3], 3);
    SecondMoments::new(&input, &cross, 3.0).expect("these are moments")
}

/// One row of what SciPy found: β, η_dec², η_enc², fixed σ²; loss, singular values of U and of W A^(1/2), σ, η_dec².
type Row = (f64, DecoderVariance, f64, Option<[f64; 2]>, f64, [f64; 2], [f64; 2], [f64; 2], f64);

/// X-Val: best of 15 starts of `scipy.optimize.minimize(method="BFGS", gtol=1e-9)`, SciPy 1.17.1, on the loss written in NumPy.
#[test]
fn minima_agree_with_scipy() {
    use DecoderVariance::{Fixed, Learnable};
    let (equal, graded) = (Some([0.64; 2]), Some([0.64, 0.09]));
    #[rustfmt::skip]
    let rows: [Row; 7] = [
        (1.0, Fixed(0.3), 1.0, None, 4.0575846644, [0.97213849, 0.4488532], [0.87123273, 0.63384374], [0.4908702, 0.77346115], 0.3),
        (2.0, Fixed(0.4), 1.44, None, 3.6360052902, [0.555935933, 0.0], [0.717452712, 0.0], [0.96190521, 1.2], 0.4),
        (1.0, Fixed(0.2), 1.0, equal, 5.8427877697, [0.65097012, 0.44256642], [1.16449074, 0.79168688], [0.8, 0.8], 0.2),
        (2.0, Fixed(0.1), 1.44, graded, 11.2097110594, [1.11680306, 0.43703392], [0.93814803, 0.89900913], [0.3, 0.8], 0.1),
        (1.0, Learnable, 1.44, None, 1.4788804845, [0.505236402, 0.0], [0.652023352, 0.0], [1.00740534, 1.2], 0.87747337),
        (0.5, Learnable, 1.0, graded, 1.3138516702, [1.30858601, 0.43211716], [0.72928196, 0.64218985], [0.3, 0.8], 0.57954363),
        (4.0, Learnable, 1.0, None, 1.5, [0.0; 2], [0.0; 2], [1.0; 2], 1.0),
    ];
    for (beta, decoder_variance, prior_variance, fixed, loss, decoder, encoder, deviation, variance) in rows {
        let encoder_variance = fixed.map_or(EncoderVariance::Learnable, |v| EncoderVariance::Fixed(v.to_vec()));
        let model = LinearLatentModel { latents: 2, beta, prior_variance, encoder_variance, decoder_variance };
        let minimum = minimum(&model, &small());
        assert_close(&[minimum.loss, minimum.decoder_variance], &[loss, variance], 3e-8);
        assert_close(&column(&minimum, |m| m.decoder), &decoder, 1e-7);
        assert_close(&column(&minimum, |m| m.posterior_deviation), &deviation, 1e-7);
        let mut thetas = column(&minimum, |m| m.encoder);
        thetas.sort_by(|a, b| b.total_cmp(a));
        assert_close(&thetas, &encoder, 1e-7);
    }
}

/// X-Val: an independent NumPy minimisation of the loss at β = 2, η_dec = 1, η_enc = 1.2 gives these singular values.
#[test]
fn modes_agree_with_an_independent_minimisation() {
    let signals = [2.9682, 2.0262, 1.0105];
    let power = signals.iter().map(|zeta| zeta * zeta).sum::<f64>() + 1.0;
    let moments = SecondMoments::new(&diagonal(&[1.0; 3]), &diagonal(&signals), power).expect("moments");
    let minimum = minimum(&model(3, 2.0, 1.44, DecoderVariance::Fixed(1.0)), &moments);
    assert_close(&column(&minimum, |m| m.decoder), &[2.17474, 1.20915, 0.0], 5e-5);
    assert_close(&column(&minimum, |m| m.encoder), &[1.05504, 0.85934, 0.0], 5e-5);
    assert_close(&column(&minimum, |m| m.posterior_deviation), &[0.57174, 0.83757, 1.2], 5e-5);
}

/// Wang & Ziyin 2022: a unit survives if the eigenvalue exceeds β η_dec², here between each pair of eigenvalues.
#[test]
fn units_collapse_one_by_one() {
    let moments = SecondMoments::autoencoding(&diagonal(&[4.0, 2.0, 1.0, 0.5, 0.25])).expect("moments");
    let counts = [0.2, 0.4, 0.8, 1.5, 3.0, 5.0].map(|variance| {
        let minimum = minimum(&model(5, 1.0, 1.0, DecoderVariance::Fixed(variance)), &moments);
        assert_eq!(minimum.active() + minimum.collapsed(), 5);
        minimum.active()
    });
    assert_eq!(counts, [5, 4, 3, 2, 1, 0]);
}

/// Tipping & Bishop, *Probabilistic principal component analysis*, J. R. Stat. Soc. B 61, 611 (1999): the noise variance of eq. 8,
/// and the log likelihood of eq. 4, which the bound of a linear autoencoder attains (up to its constant (d/2) ln 2π).
#[test]
fn a_linear_autoencoder_at_beta_one_is_probabilistic_pca() {
    let eigenvalues: [f64; 5] = [4.0, 2.0, 1.0, 0.5, 0.25];
    let moments = SecondMoments::autoencoding(&diagonal(&eigenvalues)).expect("moments");
    let minimum = minimum(&model(2, 1.0, 1.7, DecoderVariance::Learnable), &moments);
    let noise = ppca_noise_variance(&eigenvalues, 2);
    assert_close(&[noise, minimum.decoder_variance], &[7.0 / 12.0; 2], 1e-12);
    let log_determinant = 4f64.ln() + 2f64.ln() + 3.0 * noise.ln();
    assert_close(&[minimum.loss], &[0.5 * (log_determinant + 5.0)], 1e-12);
}

/// X-Val: scikit-learn 1.9.1, `PCA(k).fit(load_digits().data / 16).noise_variance_ * 1796 / 1797`.
#[test]
fn the_noise_of_the_digits_is_that_of_scikit_learn() {
    let pixels = lawbook_core::data::Digits::load().expect("compiled in").pixels;
    let x = matrix(pixels.as_flattened(), 1797) / 16.0;
    let moments = SecondMoments::of_samples(&x, &x).expect("moments");
    let eigenvalues: Vec<f64> = moments.signals.iter().map(|zeta| zeta * zeta).collect();
    let published = [(2, 0.0541169846804897), (5, 0.036196811928105456), (8, 0.027329431927662972)];
    for (latents, noise) in published {
        let minimum = minimum(&model(latents, 1.0, 1.0, DecoderVariance::Learnable), &moments);
        assert_close(&[minimum.decoder_variance, ppca_noise_variance(&eigenvalues, latents)], &[noise; 2], 1e-12);
        assert_eq!(minimum.active(), latents);
    }
}

/// Codes whose noise has exactly mean 0 and covariance 1 for every sample make the sampled loss equal to its expectation.
#[test]
fn the_sampled_loss_has_the_loss_as_its_mean() {
    let mut stream = Key::new(["sampled"]).stream("data", 0);
    let mut draw = |rows, columns| stream.normal_tensor(&[rows, columns], Kind::Double, Device::Cpu);
    let (x, y) = (draw(7, 4), draw(7, 3));
    let moments = SecondMoments::of_samples(&x, &y).expect("moments");
    let four_times = |t: &Tensor| lawbook_landscapes::moments::centred(t).repeat([4, 1]);
    let units = matrix(&[1.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, -1.0], 4) * 2f64.sqrt();
    let noise = units.repeat_interleave_self_int(7, 0, None::<i64>);
    for decoder_variance in [DecoderVariance::Fixed(0.3), DecoderVariance::Learnable] {
        let model = model(2, 1.3, 0.8, decoder_variance);
        let start = model.initial(&moments, 1.0, &mut Key::new(["sampled"]).stream("weights", 0)).expect("weights");
        let sampled = model.sampled_loss(&start, &four_times(&x), &four_times(&y), &noise);
        let difference = scalar(&sampled) - scalar(&model.loss(&moments, &start));
        assert!(difference.abs() < 1e-12, "{difference}");
    }
}

#[test]
fn the_gain_of_a_mode_is_the_difference_of_two_minima() {
    let (signal, none) = (diagonal(&[1.3, 0.2]), diagonal(&[1e-3, 1e-4]));
    for (beta, variance) in [(1.0, 0.5), (3.0, 0.3), (0.2, 2.0), (3.0, 1.0)] {
        let model = model(1, beta, 1.1, DecoderVariance::Fixed(variance));
        let loss = |cross| minimum(&model, &SecondMoments::new(&diagonal(&[1.0; 2]), cross, 1.73).expect("moments")).loss;
        assert_close(&[loss(&signal) - loss(&none)], &[mode_gain(1.3, beta, variance)], 1e-12);
    }
}

#[test]
fn bad_input_is_said_with_its_numbers() {
    let error = |model: LinearLatentModel| model.minimum(&small()).expect_err("bad input").to_string();
    let good = model(2, 1.0, 1.0, DecoderVariance::Fixed(1.0));
    assert!(error(LinearLatentModel { latents: 0, ..good.clone() }).starts_with("0 latent units for 3 inputs"));
    assert!(error(LinearLatentModel { latents: 4, ..good.clone() }).contains("between 1 and 3"));
    assert!(error(LinearLatentModel { beta: 0.0, ..good.clone() }).contains("β of the divergence is 0"));
    assert!(error(LinearLatentModel { prior_variance: -1.0, ..good.clone() }).contains("η_enc² is -1"));
    assert!(error(LinearLatentModel { decoder_variance: DecoderVariance::Fixed(f64::NAN), ..good.clone() }).contains("NaN"));
    let fixed =
        |variances: Vec<f64>| LinearLatentModel { encoder_variance: EncoderVariance::Fixed(variances), ..good.clone() };
    assert!(error(fixed(vec![1.0])).starts_with("1 encoder variances for 2"));
    assert!(error(fixed(vec![1.0, -0.5])).contains("-0.5"));
    let perfect = SecondMoments::autoencoding(&diagonal(&[2.0, 1.0])).expect("moments");
    let unbounded = model(2, 0.5, 1.0, DecoderVariance::Learnable).minimum(&perfect);
    assert_eq!(unbounded, Err(LatentModelError::NothingUnexplained { latents: 2 }));
}
