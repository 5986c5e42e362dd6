//! Search by temporal context.

use lawbook_memory::context::{Choice, Event, TemporalContext, lags::LagCounts, orthonormal_list};

use crate::refused;

#[test]
fn searches_say_what_they_were_given() {
    let model = TemporalContext { drift: 0.6, retrieval: 0.5, choice: Choice::Power(3.0), stop: 0.04 };
    refused(model.study(&[]), &["dimension of an event is 0"]);
    refused(model.study(&[Event::Item(vec![0.0, 1.0]), Event::Item(vec![1.0])]), &["dimension of an event is 1", "2"]);
    refused(model.study(&[Event::Item(vec![3.0, 4.0])]), &["length of an event is 5"]);
    refused(TemporalContext { drift: 1.5, ..model }.study(&orthonormal_list(3, 0, 0)), &["drift is 1.5"]);
    refused(TemporalContext { stop: f64::NAN, ..model }.study(&orthonormal_list(3, 0, 0)), &["NaN"]);
    let endless = TemporalContext { choice: Choice::Exponential(0.0), ..model };
    refused(endless.study(&orthonormal_list(3, 0, 0)), &["choice is 0"]);
}

/// Lags beyond the list never occur; they once had the probability of the largest lag.
#[test]
fn lags_beyond_the_list_have_no_probability() {
    let mut counts = LagCounts::new(4);
    counts.count(&[0, 3]);
    assert_eq!(
        [3, 4, 10, -4, -10, i32::MAX, i32::MIN].map(|lag| counts.probability(lag)),
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    );
}

#[test]
#[should_panic(expected = "item 9 of a list of 4")]
fn items_beyond_the_list_are_not_counted() {
    LagCounts::new(4).count(&[0, 9]);
}
