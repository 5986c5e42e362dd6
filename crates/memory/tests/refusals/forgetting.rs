//! Learners that forget.

use lawbook_memory::forgetting::{
    omegas,
    sequence::{Examples, Learner, Method, Task},
    sessions,
};

use crate::{refused, stream};

#[test]
fn learners_say_what_they_were_given() {
    let mut stream = stream();
    refused(omegas(&[], 0.9), &["sessions is 0"]);
    refused(sessions(&[vec![0.5]], &[0]), &["size of a test set is 0"]);
    refused(sessions(&[vec![0.5]], &[3, 3]), &["sizes is 2: give exactly 1"]);
    let learner = Learner { hidden: 3, classes: 2, learning_rate: 0.1, steps: 2, batch: 4, fisher_samples: 2 };
    let set = |features: usize, label| Examples { inputs: vec![0.5; features], features, labels: vec![label] };
    let task = |train: Examples, test: Examples| [Task { train: set(2, 0), test: set(2, 1) }, Task { train, test }];
    let mut learn = |tasks: &[Task]| learner.learn(tasks, Method::Plain, &mut stream);
    refused(learn(&[]), &["tasks is 0"]);
    refused(learn(&task(set(3, 0), set(2, 0))), &["features is 3", "2"]);
    refused(learn(&task(set(2, 0), set(2, 2))), &["label is 2", "1"]);
    refused(learn(&task(Examples { labels: vec![], ..set(2, 0) }, set(2, 0))), &["examples is 0"]);
    refused(learn(&task(Examples { inputs: vec![0.5, f64::NAN], ..set(2, 0) }, set(2, 0))), &["input is NaN"]);
}
