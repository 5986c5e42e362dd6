//! The registry, law by law.

use lab::framework::{Law, Profile};

const PROFILES: [Profile; 3] = [Profile::Smoke, Profile::Quick, Profile::Full];

/// Every law predicts at every profile, its claims have rivals that data can refute and names of their own, and its card is
/// complete.
#[test]
fn every_law_is_well_formed() {
    let laws = lab::laws();
    for (i, law) in laws.iter().enumerate() {
        let id = &law.card.id;
        assert!(laws[..i].iter().all(|other| other.card.id != *id), "two laws are called {id}");
        card_is_complete(law);
        for profile in PROFILES {
            let points = law.grid(profile);
            assert!(!points.is_empty(), "{id}: the grid is empty at {profile:?}");
            // `predict` checks shapes, margins, rivals and that no two claims share a name.
            let claims = law.predict(&points).unwrap_or_else(|error| panic!("{id} at {profile:?}: {error:#}"));
            assert!(!claims.is_empty(), "{id}: no claim at {profile:?}");
            for claim in &claims {
                assert!(!claim.rivals.is_empty(), "{id}: the claim {} has no rival at {profile:?}", claim.id);
            }
            let (first, most) = law.seed_range(profile);
            assert!(1 <= first && first <= most, "{id}: {first} to {most} seeds at {profile:?}");
        }
    }
}

fn card_is_complete(law: &Law) {
    let card = &law.card;
    let texts = [
        ("title", &card.title),
        ("statement", &card.statement),
        ("equation", &card.equation),
        ("source", &card.source),
        ("file", &card.file),
    ];
    for (name, text) in texts {
        assert!(!text.trim().is_empty(), "{}: no {name}", card.id);
    }
    assert!(!card.symbols.is_empty(), "{}: no symbol of the equation is explained", card.id);
    assert!(
        card.file.starts_with(&format!("experiments/{}/", card.family)),
        "{}: {} is not its family's",
        card.id,
        card.file
    );
    assert!(
        card.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
        "{}: not kebab case",
        card.id
    );
    for study in &card.studies {
        assert!(!study.about.is_empty(), "{}: the study {} does not say what it does", card.id, study.name);
        for param in &study.params {
            param.check(&param.default).unwrap_or_else(|error| panic!("{}, {}: {error}", card.id, study.name));
        }
    }
}
