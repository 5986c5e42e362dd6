use lawbook_core::{
    Device, Key, Kind, Stream, Tensor, no_grad,
    optim::{Decay, Optimiser, Rule, gradients},
    tensor::{scalar, to_vec},
};

use super::{Channels, Layer, Network, Noise, Scaling, Upscaling, WidthError, flops};

fn stream(purpose: &str) -> Stream {
    Key::new(["width"]).stream(purpose, 0)
}

fn train(
    network: &Network,
    parameters: &mut [Tensor],
    optimiser: &mut Optimiser,
    x: &Tensor,
    labels: &Tensor,
    steps: usize,
) {
    for _ in 0..steps {
        let logits = network.forward(parameters, x);
        let loss = logits.reshape([-1, logits.size()[logits.dim() - 1]]).cross_entropy_for_logits(&labels.reshape([-1]));
        let slopes = gradients(&loss, parameters);
        optimiser.step(parameters, &slopes);
    }
}

fn difference(narrow: (&Network, &[Tensor]), wide: (&Network, &[Tensor]), x: &Tensor) -> f64 {
    no_grad(|| scalar(&(narrow.0.forward(narrow.1, x) - wide.0.forward(wide.1, x)).abs().max()))
}

/// 7-6-10-4 widened by (3, 2) from base (4, 5): at widening, and after training under three optimisers.
#[test]
fn widening_commutes_with_training() {
    let narrow = Network::mlp(7, &[6, 10], 4, &[4, 5]).expect("valid");
    let upscaling = Upscaling::new(&narrow, &[18, 20]).expect("valid");
    let x = stream("x").normal_tensor(&[32, 7], Kind::Double, Device::Cpu);
    let labels = Tensor::from_slice(&(0..32).map(|i| i % 4).collect::<Vec<i64>>());
    let adam = Rule::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-3 };
    for (rule, eta, decay) in [
        (Rule::Nesterov { momentum: 0.9 }, 0.1, Decay::Coupled(0.01)),
        (adam, 0.01, Decay::Coupled(0.01)),
        (adam, 0.01, Decay::Decoupled(0.1)),
    ] {
        let mut small = narrow.init(1.0, &mut stream("init"), Kind::Double, Device::Cpu);
        let mut optimiser = Optimiser::new(rule, eta, &small).with_decay(decay).with_multipliers(narrow.multipliers(
            rule,
            decay,
            Scaling::Exact,
        ));
        train(&narrow, &mut small, &mut optimiser, &x, &labels, 10);
        let mut large = upscaling.parameters(&small);
        assert!(difference((&narrow, &small), (upscaling.wide(), &large), &x) < 1e-13);
        let mut widened = upscaling.optimiser(&optimiser, Scaling::Exact);
        train(&narrow, &mut small, &mut optimiser, &x, &labels, 30);
        train(upscaling.wide(), &mut large, &mut widened, &x, &labels, 30);
        let after = difference((&narrow, &small), (upscaling.wide(), &large), &x);
        assert!(after < 1e-11, "{rule:?} {decay:?}: {after}");
        assert!(upscaling.spread(&large) < 1e-13);
    }
}

/// The released test's perceptron at a tenth of its widths, 54-5-10-20-7 from base 10 to (50, 50, 80): every width by a factor of its own.
#[test]
fn widths_grow_by_factors_of_their_own() {
    let narrow = Network::mlp(54, &[5, 10, 20], 7, &[10, 10, 10]).expect("valid");
    let upscaling = Upscaling::new(&narrow, &[50, 50, 80]).expect("valid");
    let x = stream("cover").normal_tensor(&[64, 54], Kind::Double, Device::Cpu);
    let labels = Tensor::from_slice(&(0..64).map(|i| i * i % 7).collect::<Vec<i64>>());
    let momentum = Rule::Sgd { momentum: 0.9 };
    let amsgrad = Rule::AmsGrad { beta1: 0.9, beta2: 0.999, epsilon: 1e-3 };
    for (rule, eta, decay) in [(momentum, 0.1, Decay::Coupled(0.1)), (amsgrad, 0.01, Decay::Coupled(0.1))] {
        let mut small = narrow.init(1.0, &mut stream("cover init"), Kind::Double, Device::Cpu);
        let multipliers = |scaling| narrow.multipliers(rule, decay, scaling);
        let fresh = Optimiser::new(rule, eta, &small).with_decay(decay);
        let mut optimiser = fresh.with_multipliers(multipliers(Scaling::Exact));
        train(&narrow, &mut small, &mut optimiser, &x, &labels, 10);
        let mut large = upscaling.parameters(&small);
        let mut plain = upscaling.parameters(&small);
        let mut exact = upscaling.optimiser(&optimiser, Scaling::Exact);
        let mut unscaled = upscaling.optimiser(&optimiser, Scaling::None);
        train(&narrow, &mut small, &mut optimiser, &x, &labels, 30);
        train(upscaling.wide(), &mut large, &mut exact, &x, &labels, 30);
        train(upscaling.wide(), &mut plain, &mut unscaled, &x, &labels, 30);
        let after = |large: &[Tensor]| difference((&narrow, &small), (upscaling.wide(), large), &x);
        assert!(after(&large) < 1e-10 && after(&plain) > 1e-2, "{rule:?}: {} {}", after(&large), after(&plain));
    }
}

/// Attention heads, fused layer norms, batch norms and residual sums survive widening with their gradients.
#[test]
fn gradients_scale_as_their_classes_say() {
    let tokens = Tensor::from_slice(&[0i64, 3, 1, 2, 4, 4, 0, 1]).reshape([2, 4]);
    let gpt = Network::gpt(5, 4, 1, 2, [4, 6], [2, 3]).expect("valid");
    let x = stream("x").normal_tensor(&[8, 3], Kind::Double, Device::Cpu);
    let residual = Network::residual(3, [4, 6], 2, 5, [2, 3]).expect("valid");
    let images = stream("images").normal_tensor(&[4, 3, 6, 6], Kind::Double, Device::Cpu);
    let convolutional = Network::convolutional(3, &[4, 6], 5, &[2, 3]).expect("valid");
    for (narrow, input, widths) in [(gpt, tokens, [12, 12]), (residual, x, [8, 18]), (convolutional, images, [8, 18])] {
        let upscaling = Upscaling::new(&narrow, &widths).expect("valid");
        let small = narrow.init(1.0, &mut stream("init"), Kind::Double, Device::Cpu);
        let large = upscaling.parameters(&small);
        let slopes = |network: &Network, parameters: &[Tensor]| {
            gradients(&network.forward(parameters, &input).sin().sum(Kind::Double), parameters)
        };
        let (narrow_slopes, wide_slopes) = (slopes(&narrow, &small), slopes(upscaling.wide(), &large));
        // A freshly widened optimiser holds the narrow gradients as first moments, and so what the wide ones should be.
        let mut optimiser = Optimiser::new(Rule::Sgd { momentum: 0.9 }, 0.1, &small);
        optimiser.first = narrow_slopes;
        let expected = upscaling.optimiser(&optimiser, Scaling::Exact).first;
        for (a, b) in wide_slopes.iter().zip(&expected) {
            assert!(scalar(&(a - b).abs().max()) < 1e-12);
        }
    }
}

#[test]
fn every_noise_tells_copies_apart_and_zero_noise_does_not() {
    let narrow = Network::mlp(3, &[4, 4], 2, &[4, 4]).expect("valid");
    let upscaling = Upscaling::new(&narrow, &[8, 8]).expect("valid");
    let small = narrow.init(0.0, &mut stream("init"), Kind::Double, Device::Cpu);
    let noisy = |noise| upscaling.noisy_parameters(&small, noise, &mut stream("noise"));
    let spread = |noise| upscaling.spread(&noisy(noise).expect("a valid scale"));
    type Of = fn(f64) -> Noise;
    let kinds: [Of; 4] = [
        |scale| Noise::Additive { scale },
        |t| Noise::Spectral { t },
        |t| Noise::Interpolated { t },
        |t| Noise::Hadamard { t },
    ];
    for kind in kinds {
        assert_eq!(spread(kind(0.0)), 0.0);
        assert!(spread(kind(0.1)) > 1e-3);
        assert!(noisy(kind(-0.1)).is_err() && noisy(kind(f64::NAN)).is_err());
    }
    // The noise of a hidden matrix is divided by its copies once more: standard deviation σ/(k √fan-in).
    let zeros: Vec<Tensor> = small.iter().map(Tensor::zeros_like).collect();
    let alone = upscaling.noisy_parameters(&zeros, Noise::Additive { scale: 1.0 }, &mut stream("noise")).expect("valid");
    let deviation = |w: &Tensor| to_vec(&w.square().mean(Kind::Double).sqrt())[0];
    assert!((deviation(&alone[2]) * 2.0 * 8f64.sqrt() - 1.0).abs() < 0.3, "{}", deviation(&alone[2]));
}

#[test]
fn bad_widths_are_refused_with_their_numbers() {
    let narrow = Network::mlp(7, &[6, 10], 4, &[4, 5]).expect("valid");
    let message = |error: WidthError| error.to_string();
    let error = message(Upscaling::new(&narrow, &[18, 25]).expect_err("25 is no multiple of 10"));
    assert!(error.contains("width 1") && error.contains("10") && error.contains("25"), "{error}");
    assert_eq!(Upscaling::new(&narrow, &[18]), Err(WidthError::Count { given: 1, expected: 2 }));
    assert_eq!(Upscaling::new(&narrow, &[0, 10]), Err(WidthError::NotPositive { index: 0, width: 0 }));
    assert_eq!(Network::mlp(7, &[6], 4, &[0]), Err(WidthError::NotPositive { index: 0, width: 0 }));
    let convolution = |kernel, stride| {
        let (input, output) = (Channels::Fixed(1), Channels::Width(0));
        Network::new(vec![Layer::Convolution { input, output, kernel, stride }], &[2], &[2])
    };
    assert_eq!(convolution(4, 1), Err(WidthError::Kernel(4)));
    assert_eq!(convolution(3, 0), Err(WidthError::Stride(0)));
    let heads = Network::gpt(5, 4, 1, 3, [9, 6], [4, 6]);
    assert_eq!(heads, Err(WidthError::Heads { channels: 4, heads: 3 }));
}

/// X-Val: the ratios of costs in the released notebook of arXiv 2602.10545.
#[test]
fn tuning_costs_are_those_of_the_notebook() {
    let mlp = |n: i64| flops::mlp(&[54, n, n, n, 7]);
    for (narrow, expected) in [(400, 23.6), (1000, 3.94), (500, 15.3), (250, 57.9), (125, 208.9), (62, 708.0), (31, 2130.0)]
    {
        let ratio = mlp(2000) / mlp(narrow);
        assert!((ratio / expected - 1.0).abs() < 0.003, "{narrow}: {ratio} for {expected}");
    }
    let gpt = |width: i64| flops::Transformer { width, ..flops::Transformer::GPT2_SMALL }.flops();
    for (narrow, expected) in [(384, 2.85), (192, 7.23), (96, 16.7), (48, 36.3)] {
        assert!((gpt(768) / gpt(narrow) / expected - 1.0).abs() < 0.003);
    }
    assert!((flops::resnet18(64, 100) / flops::resnet18(16, 100) - 15.8).abs() < 0.05);
}
