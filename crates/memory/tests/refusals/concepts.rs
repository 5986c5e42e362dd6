//! Drawn concepts and facts.

use lawbook_memory::{
    Separation,
    concepts::ConceptModel,
    facts::{Context, FactModel},
};

use crate::{refused, stream};

#[test]
fn concepts_and_facts_say_what_they_were_given() {
    let mut stream = stream();
    let concepts = ConceptModel { separation: Separation::Power(2), sites: 10, concepts: 0, examples: 3, flips: 0.1 };
    refused(concepts.draw(&mut stream), &["0 patterns of 10 sites"]);
    refused(ConceptModel { concepts: 2, flips: 1.5, ..concepts }.draw(&mut stream), &["1.5"]);
    let facts = FactModel { separation: Separation::Power(2), facts: 0, copies: 2, blocks: [3, 3, 3] };
    refused(facts.draw(&mut stream), &["0 patterns of 9 sites"]);
    refused(FactModel { facts: 2, blocks: [0; 3], ..facts }.reading_error(Context::Fresh), &["0 sites"]);
}
