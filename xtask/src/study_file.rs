//! Studies written down: a TOML file that names laws, parameters, seeds and profile, to be kept under version control.
//!
//! ```toml
//! profile = "quick"
//! seeds = 12
//!
//! [[law]]
//! id = "dense-memory"
//! set = { N = [100, 200], n = 3 }
//! ```

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use lawbook_claims::{LawCard, Profile};
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::{
    error::Misuse,
    selection::{Selection, checked, chosen, unknown},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StudyFile {
    profile: Option<Profile>,
    seeds: Option<u64>,
    seed: Option<u64>,
    law: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "`[[law]]` on a line of its own, and below it `id = \"LAW\"`")]
struct Entry {
    id: Spanned<String>,
    #[serde(default)]
    set: BTreeMap<Spanned<String>, Spanned<OneOrMany>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Value>),
    One(Value),
}

/// Reads a study file. A mistake in it is shown with its line.
pub fn read(path: &Path, cards: &[LawCard]) -> Result<Selection> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Misuse::error(format!("--plan {shown} cannot be read ({error}): give the path of a TOML file")))?;
    parse(&text, cards).map_err(|(line, sentence)| match line {
        Some(line) => Misuse::error(format!("{shown}, line {line}: {sentence}")),
        None => Misuse::error(format!("{shown}: {sentence}")),
    })
}

fn parse(text: &str, cards: &[LawCard]) -> Result<Selection, (Option<usize>, String)> {
    let line_of = |offset: usize| Some(text[..offset.min(text.len())].matches('\n').count() + 1);
    let file: StudyFile = toml::from_str(text).map_err(|error| {
        let line = error.span().and_then(|span| line_of(span.start));
        (line, error.message().trim().to_owned())
    })?;
    let mut laws = Vec::new();
    for entry in file.law {
        let at = entry.id.span().start;
        let mut named = chosen(&[entry.id.get_ref().clone()], cards).map_err(|error| (line_of(at), error.to_string()))?;
        for (name, values) in entry.set {
            let line = line_of(name.span().start);
            let name = name.into_inner();
            let values = match values.into_inner() {
                OneOrMany::Many(values) => values,
                OneOrMany::One(value) => vec![value],
            };
            let mut found = false;
            for (law, overrides) in &mut named {
                let card = cards.iter().find(|card| card.id == *law);
                let values = card.map_or(Ok(None), |card| checked(card, &name, &values)).map_err(|e| (line, e))?;
                found |= values.is_some();
                overrides.extend(values.map(|values| (name.clone(), values)));
            }
            if !found {
                let own = cards.iter().filter(|card| named.iter().any(|(law, _)| *law == card.id));
                let known = own.flat_map(|card| &card.studies).flat_map(|study| &study.params).map(|p| p.name.as_str());
                return Err((line, unknown("parameter", &name, known)));
            }
        }
        laws.extend(named);
    }
    if laws.is_empty() {
        return Err((None, "it names no law: add [[law]] with an id".to_owned()));
    }
    Ok(Selection {
        profile: file.profile.unwrap_or(Profile::Quick),
        first_seed: file.seed.unwrap_or(0),
        seeds: file.seeds,
        laws,
    })
}

#[cfg(test)]
mod tests {
    use lawbook_claims::{ParamCard, ParamKind, StudyCard};
    use serde_json::json;

    use super::*;

    fn cards() -> Vec<LawCard> {
        let param = |name: &str, kind| ParamCard { name: name.to_owned(), about: String::new(), default: json!(1), kind };
        let params = vec![
            param("eta", ParamKind::Real { min: 0.0, max: 1.0 }),
            param("form", ParamKind::Choice { options: vec!["power".to_owned(), "rectified".to_owned()] }),
        ];
        let study = StudyCard { name: "s".to_owned(), about: String::new(), params, unclaimed: Vec::new() };
        vec![LawCard {
            id: "law-of-balance".to_owned(),
            family: "dynamics".to_owned(),
            title: String::new(),
            statement: String::new(),
            equation: String::new(),
            symbols: Vec::new(),
            source: String::new(),
            file: String::new(),
            studies: vec![study],
        }]
    }

    fn mistake(text: &str) -> (Option<usize>, String) {
        parse(text, &cards()).expect_err("a mistake")
    }

    #[test]
    fn a_study_is_read() {
        let text =
            "profile = \"smoke\"\nseeds = 3\n[[law]]\nid = \"dynamics\"\nset = { eta = [0, 0.5], form = \"power\" }\n";
        let selection = parse(text, &cards()).expect("correct");
        assert_eq!((selection.profile, selection.seeds), (Profile::Smoke, Some(3)));
        assert_eq!(selection.laws[0].1["eta"], [json!(0.0), json!(0.5)]);
    }

    #[test]
    fn every_mistake_is_shown_with_its_line() {
        let cases = [
            ("profile = \"smoke\"\n[[law]]\nid = \"law-of-balanse\"\n", 3, "did you mean `law-of-balance`"),
            ("[[law]]\nid = \"dynamics\"\n[law.set]\neta = 0.1\netaa = 0.2\n", 5, "did you mean `eta`"),
            ("[[law]]\nid = \"dynamics\"\n[law.set]\neta = 7.0\n", 4, "out of range"),
            ("[[law]]\nid = \"dynamics\"\n[law.set]\nform = \"cubic\"\n", 4, "power, rectified"),
            ("profil = \"smoke\"\n", 1, "unknown field"),
            ("seeds = \n", 1, ""),
            ("seeds = \"three\"\n", 1, "expected u64"),
        ];
        for (text, line, sentence) in cases {
            let (found, message) = mistake(text);
            assert_eq!(found, Some(line), "{text}: {message}");
            assert!(message.contains(sentence), "{message}");
        }
    }
}
