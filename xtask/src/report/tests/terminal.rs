//! What the terminal says of the same run.

use lawbook_claims::Verdict;

use super::fixture;
use crate::terminal::{Detail, verdicts};

#[test]
fn of_many_laws_only_claims_that_do_not_simply_hold_have_rows() {
    let outcome = fixture::outcome();
    let fitting = verdicts(&outcome, Detail::Fitting);
    let every = verdicts(&outcome, Detail::EveryClaim);
    let has_row = |text: &str, id: &str| text.lines().any(|line| line.split_whitespace().any(|word| word == id));
    let (mut plain, mut others) = (0, 0);
    for (_, claim) in outcome.claims() {
        let id = &claim.claim.id;
        let holds = claim.judgement.verdict == Verdict::Holds && claim.claim.finding.is_none();
        assert!(has_row(&every, id), "{id} among all claims");
        assert_eq!(has_row(&fitting, id), !holds, "{id} among those that fit");
        *(if holds { &mut plain } else { &mut others }) += 1;
    }
    assert!(plain > 0 && others > 0, "both kinds occur: {plain} and {others}");
    assert!(outcome.laws.iter().all(|law| has_row(&fitting, &law.card.id)), "every law has its row");
}
