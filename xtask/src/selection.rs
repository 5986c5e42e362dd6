//! From what the user asked for to laws, points and seeds: names looked up, parameters overridden and checked.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use lawbook_claims::{LawCard, ParamKind, Point, Profile, nearest};
use serde_json::Value;

use crate::{cli::SelectionArgs, error::Misuse, study_file};

/// Parameter values that replace those of the grid: several values make several points.
pub type Overrides = BTreeMap<String, Vec<Value>>;

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// How much work.
    pub profile: Profile,
    /// The first seed.
    pub first_seed: u64,
    /// Most seeds, if given.
    pub seeds: Option<u64>,
    /// The laws, in the order of the registry, with their overrides.
    pub laws: Vec<(String, Overrides)>,
}

impl Selection {
    /// From the command line, and the study file that it may name.
    pub fn resolve(args: &SelectionArgs, cards: &[LawCard]) -> Result<Self> {
        let mut selection = match &args.plan {
            Some(path) if args.laws.is_empty() => study_file::read(path, cards)?,
            Some(_) => {
                return Err(Misuse::error("laws are named both on the command line and in --plan: give one or the other"));
            }
            None => Self { profile: Profile::Quick, first_seed: 0, seeds: None, laws: chosen(&args.laws, cards)? },
        };
        selection.profile = args.profile.map_or(selection.profile, Into::into);
        selection.first_seed = args.seed.unwrap_or(selection.first_seed);
        selection.seeds = args.seeds.or(selection.seeds);
        if selection.seeds == Some(0) {
            return Err(Misuse::error("--seeds 0 measures nothing: give at least 1"));
        }
        let mut names = BTreeSet::new();
        for assignment in &args.set {
            let (name, values) = parse_assignment(assignment)?;
            if !names.insert(name.clone()) {
                return Err(Misuse::error(format!(
                    "--set names {name} twice: give its values together, {name}=VALUE,VALUE"
                )));
            }
            selection.set(cards, &name, &values)?;
        }
        Ok(selection)
    }

    /// The overridden parameters with the laws that have them, where that is more than one: a name may mean other things elsewhere.
    pub fn set_in_several(&self) -> Vec<(&str, Vec<&str>)> {
        let mut laws: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (law, overrides) in &self.laws {
            overrides.keys().for_each(|name| laws.entry(name).or_default().push(law));
        }
        laws.into_iter().filter(|(_, laws)| laws.len() > 1).collect()
    }

    /// Overrides a parameter in every chosen law that has it.
    fn set(&mut self, cards: &[LawCard], name: &str, values: &[Value]) -> Result<()> {
        let mut known = BTreeSet::new();
        let mut found = false;
        for (law, overrides) in &mut self.laws {
            let Some(card) = cards.iter().find(|card| card.id == *law) else { continue };
            known.extend(card.studies.iter().flat_map(|study| &study.params).map(|param| param.name.as_str()));
            if let Some(values) = checked(card, name, values).map_err(Misuse::error)? {
                overrides.insert(name.to_owned(), values);
                found = true;
            }
        }
        if found { Ok(()) } else { Err(Misuse::error(unknown("parameter", name, known))) }
    }
}

/// The laws that names of laws and families mean; all for no name.
pub fn chosen(names: &[String], cards: &[LawCard]) -> Result<Vec<(String, Overrides)>> {
    for name in names {
        if !cards.iter().any(|card| card.id == *name || card.family == *name) {
            let known = cards.iter().flat_map(|card| [card.id.as_str(), card.family.as_str()]);
            return Err(Misuse::error(unknown("law or family", name, known)));
        }
    }
    let wanted = |card: &&LawCard| names.is_empty() || names.iter().any(|name| card.id == *name || card.family == *name);
    Ok(cards.iter().filter(wanted).map(|card| (card.id.clone(), Overrides::new())).collect())
}

/// A sentence about a name that is not known, with the nearest one that is.
pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: BTreeSet<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("unknown {what} `{name}`: did you mean `{near}`?"),
        None => format!("unknown {what} `{name}`: known are {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

/// The values checked against the range of the parameter in each study that has it, reals written as reals; nothing if no
/// study has it.
pub fn checked(card: &LawCard, name: &str, values: &[Value]) -> Result<Option<Vec<Value>>, String> {
    let params: Vec<_> = card.studies.iter().flat_map(|study| &study.params).filter(|param| param.name == name).collect();
    let Some(first) = params.first() else { return Ok(None) };
    if values.is_empty() {
        return Err(format!("{name} is given no value: write {name}=VALUE"));
    }
    let real = matches!(first.kind, ParamKind::Real { .. });
    let canonical = |value: &Value| if real { value.as_f64().map_or(value.clone(), Value::from) } else { value.clone() };
    let values: Vec<Value> = values.iter().map(canonical).collect();
    for param in params {
        values.iter().try_for_each(|value| param.check(value))?;
    }
    Ok(Some(values))
}

/// `eta=0.05,0.1` as a name and values.
fn parse_assignment(text: &str) -> Result<(String, Vec<Value>)> {
    let Some((name, values)) = text.split_once('=') else {
        return Err(Misuse::error(format!("--set {text}: write --set name=value or --set name=value,value")));
    };
    let parse = |word: &str| serde_json::from_str(word).unwrap_or_else(|_| Value::from(word));
    let words = values.split(',').map(str::trim).filter(|word| !word.is_empty());
    Ok((name.trim().to_owned(), words.map(parse).collect()))
}

/// Overrides as one or several: a parameter that the grid varies takes all the values given at once, since claims run over
/// it; of one that the grid holds fixed each value makes a copy of the grid, since claims about different values are
/// different claims. With each copy come the parameters that tell it from the others.
pub fn copies(points: &[Point], overrides: &Overrides) -> Vec<(Overrides, Vec<String>)> {
    let varied = |name: &String| {
        points.iter().enumerate().any(|(i, point)| {
            let same_study = points[..i].iter().filter(|other| other.study == point.study);
            let value = point.params.get(name);
            value.is_some() && same_study.map(|other| other.params.get(name)).any(|other| other != value)
        })
    };
    let mut copies = vec![(Overrides::new(), Vec::new())];
    for (name, values) in overrides {
        let apart = values.len() > 1 && !varied(name);
        let choices: Vec<Vec<Value>> =
            if apart { values.iter().map(|v| vec![v.clone()]).collect() } else { vec![values.clone()] };
        let extend = |(copy, telling): (Overrides, Vec<String>)| {
            let with = |choice: &Vec<Value>| {
                let (mut copy, mut telling) = (copy.clone(), telling.clone());
                copy.insert(name.clone(), choice.clone());
                telling.extend(apart.then(|| name.clone()));
                (copy, telling)
            };
            choices.iter().map(with).collect::<Vec<_>>()
        };
        copies = copies.into_iter().flat_map(extend).collect();
    }
    copies
}

/// A grid with parameters overridden: each point once for every combination of the values given for parameters it has.
pub fn apply(points: Vec<Point>, overrides: &Overrides) -> Vec<Point> {
    let mut seen = BTreeSet::new();
    let mut result = Vec::new();
    for point in points {
        let mut versions = vec![point];
        for (name, values) in overrides {
            let replace = |point: Point| -> Vec<Point> {
                if !point.params.contains_key(name) {
                    return vec![point];
                }
                let with = |value: &Value| {
                    let mut point = point.clone();
                    point.params.insert(name.clone(), value.clone());
                    point
                };
                values.iter().map(with).collect()
            };
            versions = versions.into_iter().flat_map(replace).collect();
        }
        result.extend(versions.into_iter().filter(|point| seen.insert(point.canonical())));
    }
    result
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn point(eta: f64, n: i64) -> Point {
        let params = [("eta".to_owned(), json!(eta)), ("n".to_owned(), json!(n))];
        Point { study: "s".to_owned(), params: params.into_iter().collect() }
    }

    /// The grid varies n and holds eta fixed.
    #[test]
    fn fixed_parameters_make_copies_and_varied_ones_do_not() {
        let grid = vec![point(0.1, 1), point(0.1, 2)];
        let overrides = Overrides::from([
            ("eta".to_owned(), vec![json!(0.2), json!(0.3)]),
            ("n".to_owned(), vec![json!(4), json!(5), json!(6)]),
        ]);
        let copies = copies(&grid, &overrides);
        assert_eq!(copies.len(), 2);
        for ((copy, telling), eta) in copies.iter().zip([0.2, 0.3]) {
            assert_eq!(telling, &["eta"]);
            assert_eq!(apply(grid.clone(), copy), [point(eta, 4), point(eta, 5), point(eta, 6)]);
        }
    }
}
