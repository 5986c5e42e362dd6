//! Linear associative memories.

use lawbook_memory::association::{
    Association, Embeddings, sampled_frequencies,
    theory::{mean_error, recall_error},
    zipf,
};

use crate::{refused, stream};

#[test]
fn associations_say_what_they_were_given() {
    let mut stream = stream();
    refused(zipf(0, 1.0), &["tokens is 0"]);
    refused(Embeddings::gaussian(0, 2, 8, &mut stream), &["tokens is 0"]);
    refused(Embeddings::gaussian(4, 2, 0, &mut stream), &["dimension is 0"]);
    let embeddings = Embeddings::gaussian(4, 2, 8, &mut stream).unwrap();
    refused(Association::store(embeddings.clone(), &[0, 1, 2, 0], &[1.0; 4]), &["target is 2", "1"]);
    refused(Association::store(embeddings.clone(), &[0, 1, 1], &[1.0; 4]), &["targets is 3", "4"]);
    refused(Association::store(embeddings.clone(), &[0, 1, 1, 0], &[1.0, 1.0, f64::NAN, 1.0]), &["weight is NaN"]);
    refused(Association::from_matrix(embeddings, &[0.0; 9]), &["W is 9", "64"]);
    refused(recall_error(&[1.0], &[0], 2, &[1.0], 0), &["dimension is 0"]);
    refused(recall_error(&[f64::NAN], &[0], 2, &[1.0], 8), &["frequency is NaN", "0 to 1"]);
    refused(recall_error(&[1.0], &[0, 1], 2, &[1.0], 8), &["targets is 2: give exactly 1"]);
    refused(mean_error(&[1.0], &[0], 2, &[1.0], &[1.5], 8), &["stored is 1.5", "0 to 1"]);
    assert!(sampled_frequencies(&[], 3, &mut stream).is_empty());
    refused(Embeddings::gaussian(1 << 29, 3, 1 << 29, &mut stream), &["numbers in all embeddings"]);
}
