//! Classifiers.

use lawbook_memory::classifier::{Classifier, Example, Shape, Training};

use crate::{refused, stream};

#[test]
fn classifiers_take_finite_inputs_of_their_size_and_known_labels() {
    let shape = Shape { memories: 2, inputs: 3, classes: 2 };
    let mut stream = stream();
    refused(Classifier::random(Shape { memories: 0, ..shape }, 3, 9.0, &mut stream), &["0 memories"]);
    refused(Classifier::random(shape, 400, 1.0, &mut stream), &["temperature T is 1"]);
    refused(Classifier::random(shape, 1, 9.0, &mut stream), &["order n is 1"]);
    refused(Classifier::new(shape, 3, 9.0, &[vec![0.0; 5]]), &["1 memories", "2"]);
    refused(Classifier::new(shape, 3, 9.0, &[vec![0.0; 5], vec![0.0; 4]]), &["4", "5"]);
    refused(Classifier::new(shape, 3, 9.0, &[vec![0.0; 5], vec![f64::NAN; 5]]), &["NaN"]);
    let mut classifier = Classifier::random(shape, 3, 9.0, &mut stream).unwrap();
    refused(classifier.classify(&[0.0; 4]), &["4 input sites", "3"]);
    refused(classifier.classify(&[0.0, f64::NAN, 0.0]), &["NaN"]);
    refused(classifier.energy(&[0.0; 3], &[1.0; 3]), &["3 class neurons", "2"]);
    for order in [3_000_000_000, u32::MAX] {
        // Overlaps are smaller than T, so that no power of their ratio overflows.
        refused(
            Classifier::new(shape, order, 20.0, &[vec![0.5; 5], vec![0.5; 5]]),
            &["order n", &order.to_string(), "2147483647"],
        );
    }
    refused(classifier.energy(&[0.0; 3], &[1.0, f64::NAN]), &["class neuron", "NaN"]);
    refused(classifier.votes(&[0.5; 3], f64::NAN), &["step", "NaN"]);
    refused(classifier.votes(&[0.5; 3], -1e300), &["within f64"]);
    let whole = Classifier::new(shape, 3, 9.0, &[vec![1.0; 5], vec![1.0; 5]]).unwrap();
    for input in [[1e300; 3], [f64::MAX; 3]] {
        refused(whole.classify(&input), &["largest site", "within f64"]);
        refused(whole.outputs(&input), &["largest site", "within f64"]);
        refused(whole.energy(&input, &[1.0; 2]), &["largest site", "within f64"]);
        refused(whole.feed_forward(&input), &["largest site", "within f64"]);
    }
    refused(whole.shares(&[f64::MAX; 3]), &["largest site", "within f64"]);
    let example = |input: f64, label| Example { input: vec![input; 3], label };
    let before = classifier.clone();
    let rule = Training { temperatures: (9.0, 9.0), ..Training::default() };
    refused(classifier.train(&[example(0.5, 0), example(0.5, 2)], &rule, &mut stream), &["label 2 of 2"]);
    refused(classifier.train(&[example(0.5, 0), example(f64::NAN, 1)], &rule, &mut stream), &["NaN"]);
    assert_eq!(classifier, before);
}
