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
    let facts = FactModel { facts: 2, ..facts };
    let no_copies = FactModel { copies: 0, ..facts };
    let empty = |block: usize| {
        let mut blocks = [3; 3];
        blocks[block] = 0;
        FactModel { blocks, ..facts }
    };
    refused(no_copies.context_error(), &["0 copies", "3, 3 and 3 sites"]);
    refused(no_copies.draw(&mut stream), &["0 copies"]);
    for context in [Context::Trained, Context::Fresh, Context::Foreign] {
        refused(no_copies.reading_error(context), &["0 copies"]);
        refused(empty(0).reading_error(context), &["0, 3 and 3 sites"]);
        refused(empty(2).reading_error(context), &["2 copies", "3, 3 and 0 sites"]);
    }
    refused(empty(1).context_error(), &["2 copies", "3, 0 and 3 sites"]);
    refused(empty(1).draw(&mut stream), &["3, 0 and 3 sites"]);
}
