//! The classifier against automatic differentiation, the definition of the energy, and its own invariants.
#![allow(clippy::unwrap_used)]

use lawbook_core::{
    Device, Key, Kind, Stream, Tensor,
    optim::{gradients, parameter},
    tensor::{from_slice, to_vec},
};

use super::{Classifier, ClassifierError, Example, Shape, Training};

const SHAPE: Shape = Shape { memories: 7, inputs: 12, classes: 3 };

fn stream(index: u64) -> Stream {
    Key::new(["classifier"]).stream("tests", index)
}

fn examples(count: usize, stream: &mut Stream) -> Vec<Example> {
    let input = |stream: &mut Stream| (0..SHAPE.inputs).map(|_| 2.0 * stream.uniform() - 1.0).collect();
    (0..count).map(|_| Example { input: input(stream), label: stream.below(3) as usize }).collect()
}

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs())), "{a} {b}");
}

fn matrix(rows: &[Vec<f64>]) -> Tensor {
    from_slice(&rows.concat(), &[rows.len() as i64, rows[0].len() as i64], Kind::Double, Device::Cpu)
}

/// The loss as the authors' notebook writes it, on tensors: overlaps of every memory with every input, once for each class
/// with its neuron turned.
fn tensor_loss(memories: &Tensor, examples: &[Example], order: i64, temperature: f64, power: i64) -> Tensor {
    let classes = SHAPE.classes;
    let raised = |states: Vec<Vec<f64>>| {
        (memories.matmul(&matrix(&states).tr()) / temperature).relu().pow_tensor_scalar(order).sum_dim_intlist(
            0_i64,
            false,
            Kind::Double,
        )
    };
    let state = |example: &Example, turned: Option<usize>| {
        let labels = (0..classes).map(|class| if Some(class) == turned { 1.0 } else { -1.0 });
        example.input.iter().copied().chain(labels).collect::<Vec<f64>>()
    };
    let resting = raised(examples.iter().map(|example| state(example, None)).collect());
    let loss = |class: usize| {
        let turned = raised(examples.iter().map(|example| state(example, Some(class))).collect());
        let targets: Vec<f64> = examples.iter().map(|e| if e.label == class { 1.0 } else { -1.0 }).collect();
        let targets = from_slice(&targets, &[examples.len() as i64], Kind::Double, Device::Cpu);
        ((turned - &resting).tanh() - targets).pow_tensor_scalar(2 * power).sum(Kind::Double)
    };
    (0..classes).map(loss).reduce(|a, b| a + b).unwrap()
}

#[test]
fn loss_and_gradient_are_those_of_automatic_differentiation() {
    for (order, power, temperature) in [(2, 1, 3.0), (3, 2, 3.0), (6, 3, 4.0), (20, 5, 4.0)] {
        let mut stream = stream(u64::from(order));
        let classifier = Classifier::random(SHAPE, order, temperature, &mut stream).unwrap();
        let examples = examples(5, &mut stream);
        let rows: Vec<Vec<f64>> = (0..SHAPE.memories).map(|mu| classifier.memory(mu)).collect();
        let memories = parameter(&matrix(&rows), Kind::Double);
        let loss = tensor_loss(&memories, &examples, i64::from(order), temperature, i64::from(power));
        close(classifier.loss(&examples, power).unwrap(), loss.double_value(&[]), 1e-12);
        let automatic = to_vec(&gradients(&loss, &[memories])[0]);
        let ours = classifier.gradient(&examples, power).unwrap().concat();
        let largest = automatic.iter().fold(0.0, |most, g| f64::max(most, g.abs()));
        assert!(largest > 0.0);
        automatic.iter().zip(&ours).for_each(|(a, b)| assert!((a - b).abs() < 1e-12 * largest, "{order}: {a} {b}"));
    }
}

/// `a_α = E(x) − E(x with α turned)` by the definition of the energy.
#[test]
fn votes_are_energy_differences() {
    for (order, step) in [(2, 1.0), (3, 1.0), (5, 0.25)] {
        let mut stream = stream(100 + u64::from(order));
        let classifier = Classifier::random(SHAPE, order, 2.0, &mut stream).unwrap();
        let input = examples(1, &mut stream).remove(0).input;
        let votes = classifier.votes(&input, step).unwrap();
        let resting = vec![-step; 3];
        for (class, vote) in votes.into_iter().enumerate() {
            let mut turned = resting.clone();
            turned[class] = step;
            let energy = |labels: &[f64]| classifier.energy(&input, labels).unwrap();
            close(vote, energy(&resting) - energy(&turned), 1e-13);
        }
    }
}

/// Eq. 13: before sites are cut off, the largest change of every memory is ε; and no site leaves [−1, 1].
#[test]
fn every_memory_steps_equally_far() {
    let mut stream = stream(200);
    let before = Classifier::random(SHAPE, 3, 3.0, &mut stream).unwrap();
    let examples = examples(9, &mut stream);
    let rule = Training { epochs: 1, rate: 1e-4, power: 2, temperatures: (3.0, 3.0), ..Training::default() };
    let mut after = before.clone();
    after.train(&examples, &rule, &mut stream).unwrap();
    for mu in 0..SHAPE.memories {
        let changes = before.memory(mu).into_iter().zip(after.memory(mu)).map(|(a, b)| (a - b).abs());
        close(changes.fold(0.0, f64::max), 1e-4, 1e-9);
    }
    after.train(&examples, &Training { epochs: 40, rate: 0.3, ..rule }, &mut stream).unwrap();
    assert!((0..SHAPE.memories).flat_map(|mu| after.memory(mu)).all(|xi| xi.abs() <= 1.0));
}

#[test]
fn training_lowers_loss_and_error() {
    let mut stream = stream(300);
    let mut classifier = Classifier::random(SHAPE, 3, 6.0, &mut stream).unwrap();
    let centre: Vec<Example> = examples(3, &mut stream);
    let noisy = |label: usize, stream: &mut Stream| {
        let input = centre[label].input.iter().map(|v| (v + 0.2 * stream.normal()).clamp(-1.0, 1.0)).collect();
        Example { input, label }
    };
    let examples: Vec<Example> = (0..90).map(|i| noisy(i % 3, &mut stream)).collect();
    let before = classifier.loss(&examples, 2).unwrap();
    let rule = Training { epochs: 30, power: 2, batch: 30, temperatures: (6.0, 6.0), ..Training::default() };
    classifier.train(&examples, &rule, &mut stream).unwrap();
    assert!(classifier.loss(&examples, 2).unwrap() < 0.3 * before);
    assert!(classifier.error_rate(&examples).unwrap() < 0.1);
}

/// T = 540 and n = 20 put T^n at 4e54 and overlaps of 794 sites at 1e58: their ratio is what is computed. At n = 400 both
/// leave f64.
#[test]
fn steep_powers_stay_finite() {
    let shape = Shape { memories: 2, inputs: 784, classes: 10 };
    let memories = vec![vec![0.7; 794], vec![-0.7; 794]];
    for order in [20, 400] {
        let classifier = Classifier::new(shape, order, 540.0, &memories).unwrap();
        let vote = classifier.votes(&vec![1.0; 784], 1.0).unwrap()[0];
        let exact = (0.7 * 776.0_f64 / 540.0).powi(order as i32) - (0.7 * 774.0_f64 / 540.0).powi(order as i32);
        assert!(vote.is_finite() && vote > 0.0);
        close(vote, exact, 1e-9);
        assert!((classifier.participation(&vec![1.0; 784]).unwrap() - 1.0).abs() < 1e-12);
    }
    assert!(Classifier::new(shape, 400, 1.0, &memories).unwrap_err().to_string().contains("temperature T is 1"));
}

/// K equal memories decide together, a lone one alone, and none where all are silent.
#[test]
fn participation_counts_memories() {
    let equal = Classifier::new(SHAPE, 5, 1.0, &vec![vec![0.5; 15]; 7]).unwrap();
    close(equal.participation(&[1.0; 12]).unwrap(), 7.0, 1e-12);
    assert_eq!(equal.participation(&[-1.0; 12]).unwrap(), 0.0);
}

#[test]
fn bad_input_is_refused_with_its_numbers() {
    let mut stream = stream(400);
    let random =
        |shape, order, temperature| Classifier::random(shape, order, temperature, &mut Key::new(["a"]).stream("b", 0));
    let empty = random(Shape { classes: 1, ..SHAPE }, 2, 1.0).unwrap_err();
    assert_eq!(empty, ClassifierError::Empty { memories: 7, inputs: 12, classes: 1 });
    assert!(random(SHAPE, 1, 1.0).unwrap_err().to_string().contains("order n is 1"));
    assert!(random(SHAPE, 2, f64::NAN).is_err());
    let mut classifier = random(SHAPE, 2, 9.0).unwrap();
    let short = classifier.classify(&[1.0]).unwrap_err();
    assert_eq!(short, ClassifierError::Length { what: "input sites", expected: 12, found: 1 });
    let stray = [Example { input: vec![0.0; 12], label: 3 }];
    let rule = Training { temperatures: (9.0, 9.0), ..Training::default() };
    let error = classifier.train(&stray, &rule, &mut stream).unwrap_err();
    assert_eq!(error, ClassifierError::Label { label: 3, classes: 3 });
    let stuck = classifier.train(&[], &Training { momentum: 1.0, ..rule }, &mut stream).unwrap_err();
    assert!(stuck.to_string().contains("momentum p is 1"), "{stuck}");
}
