//! The optimisers against PyTorch's and against the tensors' own.

use lawbook_core::{
    Device, Key, Kind, Tensor,
    optim::{Decay, Optimiser, Rule},
    tensor::{from_slice, to_vec},
};
use lawbook_dynamics::{
    Ensemble, Noise, Number,
    optimizers::descent::{Descent, Gradient},
    optimizers::optimizer::{Adam, AmsGrad, Decaying, HeavyBall, Nesterov, Optimizer, Sgd},
};

/// Of the loss `½ wᵀK w + (w₀ + w₁)/10`, without noise.
#[derive(Debug, Clone, Copy)]
struct Bowl;

const HESSIAN: [[f64; 2]; 2] = [[1.0, 0.3], [0.3, 0.6]];
const START: [f64; 2] = [1.0, -0.5];

impl Gradient for Bowl {
    type Weights<X: Number> = [X; 2];

    #[inline(always)]
    fn gradient<X: Number, N: Noise<X>>(&self, [a, b]: [X; 2], _: &mut N) -> [X; 2] {
        HESSIAN.map(|[k, l]| a * k + b * l + 0.1)
    }
}

/// Twelve steps on the engine, the same in every replica.
fn descend<O: Optimizer>(optimizer: O) -> [f64; 2] {
    let descent = Descent { gradient: Bowl, optimizer };
    let start = descent.start(START);
    let mut ensemble = Ensemble::<_, f64>::new(descent, 17, &Key::new(["optimizers"]), |_| start);
    ensemble.advance(12);
    let weights: Vec<[f64; 2]> = ensemble.states().map(|(weights, _)| weights).collect();
    assert!(weights.iter().all(|w| *w == weights[0]));
    weights[0]
}

fn assert_close(found: [f64; 2], expected: [f64; 2]) {
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-13), "{found:?} {expected:?}");
}

const SGD: Sgd = Sgd { rate: 0.2 };
const HEAVY: HeavyBall = HeavyBall { rate: 0.2, momentum: 0.8 };
const NESTEROV: Nesterov = Nesterov { rate: 0.2, momentum: 0.8 };
const ADAM: Adam = Adam { rate: 0.2, beta1: 0.8, beta2: 0.9, epsilon: 1e-8 };

/// X-Val: libtorch 2, `torch::optim::{SGD, Adam, AdamW}` at these parameters, twelve steps on this loss in f64.
#[test]
fn twelve_steps_as_in_libtorch() {
    assert_close(descend(SGD), [0.09763239364370432, -0.36168482994457374]);
    assert_close(descend(HEAVY), [0.011164868291418441, 0.14574866769773878]);
    assert_close(descend(NESTEROV), [-0.07943707816560013, -0.008686333295631213]);
    assert_close(
        descend(Decaying { decay: Decay::Coupled(0.3), optimizer: NESTEROV }),
        [-0.04210827672634452, -0.08043265687516515],
    );
    assert_close(descend(ADAM), [-0.2970186532724876, 0.008683332318948432]);
    assert_close(
        descend(Decaying { decay: Decay::Coupled(0.3), optimizer: ADAM }),
        [-0.279461853854602, 0.013889889294548577],
    );
    assert_close(
        descend(Decaying { decay: Decay::Decoupled(0.3), optimizer: ADAM }),
        [-0.17822949805398952, -0.08340470134499073],
    );
}

/// X-Val: `lawbook_core::optim`, on the same gradients, with both kinds of weight decay.
#[test]
fn as_with_tensors() {
    let tensors = |rule, decay| {
        let hessian = from_slice(HESSIAN.as_flattened(), &[2, 2], Kind::Double, Device::Cpu);
        let mut weights = [from_slice(&START, &[2], Kind::Double, Device::Cpu)];
        let mut optimiser = Optimiser::new(rule, 0.2, &weights).with_decay(decay);
        for _ in 0..12 {
            let gradient: Tensor = hessian.mv(&weights[0]) + 0.1;
            optimiser.step(&mut weights, &[gradient]);
        }
        let weights = to_vec(&weights[0]);
        [weights[0], weights[1]]
    };
    let adam = Rule::Adam { beta1: 0.8, beta2: 0.9, epsilon: 1e-8 };
    for (rule, coupled, decoupled) in [
        (
            Rule::GRADIENT_DESCENT,
            descend(Decaying { decay: Decay::Coupled(0.3), optimizer: SGD }),
            descend(Decaying { decay: Decay::Decoupled(0.3), optimizer: SGD }),
        ),
        (
            Rule::Sgd { momentum: 0.8 },
            descend(Decaying { decay: Decay::Coupled(0.3), optimizer: HEAVY }),
            descend(Decaying { decay: Decay::Decoupled(0.3), optimizer: HEAVY }),
        ),
        (
            adam,
            descend(Decaying { decay: Decay::Coupled(0.3), optimizer: ADAM }),
            descend(Decaying { decay: Decay::Decoupled(0.3), optimizer: ADAM }),
        ),
    ] {
        assert_close(coupled, tensors(rule, Decay::Coupled(0.3)));
        assert_close(decoupled, tensors(rule, Decay::Decoupled(0.3)));
    }
}

/// Of Reddi, Kale & Kumar (2018): once the largest second moment is above every gradient, AMSGrad is SGD with a frozen learning
/// rate; and one step by hand from below.
#[test]
fn amsgrad_freezes_its_learning_rate() {
    let frozen = AmsGrad { rate: 0.4, beta1: 0.0, beta2: 0.9, epsilon: 0.0, initial_second_moment: 4.0 };
    assert_close(descend(frozen), descend(SGD));
    let below = AmsGrad { initial_second_moment: 0.0, ..frozen };
    let descent = Descent { gradient: Bowl, optimizer: below };
    let mut silence = Ensemble::<_, f64>::new(descent.clone(), 1, &Key::new(["amsgrad"]), |_| descent.start(START));
    silence.advance(1);
    let (weights, _) = silence.states().next().expect("one replica");
    // Gradients 0.95 and 0.1, each over √0.1 times its modulus.
    assert_close(weights, START.map(|w| w - 0.4 / 0.1f64.sqrt()));
    assert_eq!(silence.process().optimizer.rate(), 0.4);
}
