//! What must be true of the linear latent variable model whatever the data and the settings.

use lawbook_core::{
    Device, Key, Kind, Tensor,
    lbfgs::{Ending, Lbfgs},
    optim::gradients,
    tensor::scalar,
};
use lawbook_landscapes::{
    SecondMoments,
    latent_variables::{DecoderVariance, EncoderVariance, LinearLatentModel},
};
use proptest::{prelude::*, test_runner::RngSeed};

fn settings() -> impl Strategy<Value = (u64, LinearLatentModel)> {
    let variance = || 0.05..3.0f64;
    // Ascending, the order in which the closed form lists its units.
    let graded = proptest::collection::vec(variance(), 3).prop_map(|mut variances| {
        variances.sort_by(f64::total_cmp);
        EncoderVariance::Fixed(variances)
    });
    let encoder = prop_oneof![Just(EncoderVariance::Learnable), graded];
    let decoder = prop_oneof![Just(DecoderVariance::Learnable), variance().prop_map(DecoderVariance::Fixed)];
    (any::<u64>(), 0.2..4.0f64, variance(), encoder, decoder).prop_map(
        |(seed, beta, prior_variance, encoder_variance, decoder_variance)| {
            (seed, LinearLatentModel { latents: 3, beta, prior_variance, encoder_variance, decoder_variance })
        },
    )
}

fn data(seed: u64) -> SecondMoments {
    let mut stream = Key::new(["invariants"]).stream("data", seed);
    let mut draw = |rows, columns| stream.normal_tensor(&[rows, columns], Kind::Double, Device::Cpu);
    let x = draw(30, 5);
    let y = x.matmul(&draw(5, 4)) * 0.6 + draw(30, 4) * 0.5;
    SecondMoments::of_samples(&x, &y).expect("data")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, rng_seed: RngSeed::Fixed(0), ..ProptestConfig::default() })]

    /// The parameters of the closed form attain its loss, have no slope, and nothing near or far lies lower.
    #[test]
    fn nothing_lies_below_the_closed_form((seed, model) in settings(), size in 1e-3..1.0f64) {
        let moments = data(seed);
        let minimum = model.minimum(&moments).expect("the model suits the data");
        let at = minimum.parameters(&model, &moments);
        let watched: Vec<Tensor> = at.iter().map(|p| p.copy().set_requires_grad(true)).collect();
        let loss = model.loss(&moments, &watched);
        let scale = 1.0 + minimum.loss.abs() + moments.target_power / minimum.decoder_variance;
        prop_assert!((scalar(&loss) - minimum.loss).abs() < 1e-12 * scale, "{} {}", scalar(&loss), minimum.loss);
        for slope in gradients(&loss, &watched) {
            prop_assert!(scalar(&slope.abs().max()) < 1e-9 * scale, "{slope:?}");
        }
        let mut stream = Key::new(["invariants"]).stream("perturbation", seed);
        for _ in 0..5 {
            let moved: Vec<Tensor> =
                at.iter().map(|p| p + stream.normal_tensor(&p.size(), Kind::Double, Device::Cpu) * size).collect();
            prop_assert!(scalar(&model.loss(&moments, &moved)) >= minimum.loss - 1e-12 * scale);
        }
    }

    /// With equal σ, latent units may be rotated at no cost, and the state does not change.
    #[test]
    fn equal_units_may_be_rotated(seed in any::<u64>(), variance in 0.1..2.0f64) {
        let moments = data(seed);
        let encoder_variance = EncoderVariance::Fixed(vec![variance; 3]);
        let decoder_variance = DecoderVariance::Fixed(0.4);
        let model = LinearLatentModel { latents: 3, beta: 1.4, prior_variance: 0.9, encoder_variance, decoder_variance };
        let mut stream = Key::new(["invariants"]).stream("rotation", seed);
        let (rotation, _, _) = stream.normal_tensor(&[3, 3], Kind::Double, Device::Cpu).svd(true, true);
        let start = model.initial(&moments, 1.0, &mut stream).expect("weights");
        let rotated = [start[0].matmul(&rotation.tr()), rotation.matmul(&start[1])];
        let difference = scalar(&model.loss(&moments, &start)) - scalar(&model.loss(&moments, &rotated));
        prop_assert!(difference.abs() < 1e-10, "{difference}");
        let (before, after) = (model.state(&moments, &start), model.state(&moments, &rotated));
        let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-10);
        prop_assert!(same(&before.decoder, &after.decoder) && same(&before.encoder, &after.encoder));
    }

    /// Training from a random start ends at the closed form: there is no other minimum to be caught in.
    #[test]
    fn training_ends_at_the_closed_form((seed, model) in settings()) {
        let moments = data(seed);
        let minimum = model.minimum(&moments).expect("the model suits the data");
        let start = &mut Key::new(["invariants"]).stream("weights", seed);
        let (parameters, stop) = model.train(&moments, 1.0, start, Lbfgs::default()).expect("the model suits the data");
        prop_assert_ne!(stop.ending, Ending::OutOfSteps);
        prop_assert!((stop.value - minimum.loss).abs() < 1e-9 * (1.0 + minimum.loss.abs()), "{stop:?} {}", minimum.loss);
        let state = model.state(&moments, &parameters);
        prop_assert!((state.decoder_variance / minimum.decoder_variance - 1.0).abs() < 1e-3);
        // A unit within 0.05 of the threshold freezes before it is decided.
        if minimum.modes.iter().all(|mode| mode.encoder == 0.0 || mode.encoder > 0.05) {
            prop_assert_eq!(state.active(0.02), minimum.active());
        }
    }
}
