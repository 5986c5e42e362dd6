//! A plan: the laws of a run with their points, claims and the keys of their cells. A pure function of what was asked for and
//! of the code.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use anyhow::Result;
use lawbook_claims::{Claim, LawCard, Point, Profile, wire::CellSpec};

use crate::{
    error::Misuse,
    house::House,
    selection::{self, Overrides, Selection},
    store::{CellKey, cell::Surroundings},
};

/// What a run will do.
pub struct Plan {
    /// How much work.
    pub profile: Profile,
    /// The first seed.
    pub first_seed: u64,
    /// Where tensors go.
    pub device: String,
    /// The laws.
    pub laws: Vec<LawPlan>,
}

/// One law of a plan.
pub struct LawPlan {
    /// The law.
    pub card: LawCard,
    /// Its points.
    pub points: Vec<Point>,
    /// What it predicts about them.
    pub claims: Vec<Claim>,
    /// Seeds at the start.
    pub first_seeds: u64,
    /// Most seeds.
    pub most_seeds: u64,
    surroundings: BTreeMap<String, Surroundings>,
    /// Keys by point and seed, once they have been asked for.
    keys: RefCell<BTreeMap<String, BTreeMap<u64, CellKey>>>,
}

/// One cell of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCell {
    /// Its key.
    pub key: CellKey,
    /// Law, point, seed.
    pub spec: CellSpec,
    /// What else its numbers depend on.
    pub surroundings: Surroundings,
}

impl Plan {
    /// Plans what was asked for.
    pub fn new(house: &House, selection: &Selection, device: &str) -> Result<Self> {
        let mut laws = Vec::new();
        for (id, overrides) in &selection.laws {
            let Some(card) = house.cards.iter().find(|card| card.id == *id) else { continue };
            let grid = house.lab.grid(id, selection.profile)?;
            let (points, claims) = predict(house, id, &grid.points, overrides)?;
            if points.is_empty() {
                let profile = format!("{:?}", selection.profile).to_lowercase();
                return Err(Misuse::error(format!(
                    "the grid of {id} is empty at profile {profile}: choose another profile"
                )));
            }
            let mut surroundings = BTreeMap::new();
            for point in &points {
                surroundings.insert(point.study.clone(), house.surroundings(id, &point.study, device)?);
            }
            let most_seeds = selection.seeds.unwrap_or(grid.most_seeds);
            let first_seeds = grid.first_seeds.min(most_seeds);
            laws.push(LawPlan {
                card: card.clone(),
                points,
                claims,
                first_seeds,
                most_seeds,
                surroundings,
                keys: RefCell::default(),
            });
        }
        Ok(Self { profile: selection.profile, first_seed: selection.first_seed, device: device.to_owned(), laws })
    }

    /// How many intervals the whole run needs: what the overall level is divided by.
    pub fn intervals(&self) -> usize {
        self.laws.iter().flat_map(|law| &law.claims).map(Claim::intervals).sum()
    }
}

/// The points of a law's grid under overrides, and what the law says about them, copy by copy of the grid.
fn predict(house: &House, law: &str, grid: &[Point], overrides: &Overrides) -> Result<(Vec<Point>, Vec<Claim>)> {
    let (mut points, mut claims): (Vec<Point>, Vec<Claim>) = (Vec::new(), Vec::new());
    let mut known = BTreeSet::new();
    for (copy, telling) in selection::copies(grid, overrides) {
        let own = selection::apply(grid.to_vec(), &copy);
        for mut claim in house.lab.claims(law, &own)? {
            let params = claim.common_params();
            let apart = telling.iter().filter_map(|name| Some(format!("{name}={}", params.get(name)?)));
            let apart = apart.collect::<Vec<_>>().join(",");
            if !apart.is_empty() {
                claim.id = format!("{}[{apart}]", claim.id);
            }
            // A study without the parameter says the same in every copy.
            if !claims.contains(&claim) {
                claims.push(claim);
            }
        }
        points.extend(own.into_iter().filter(|point| known.insert(point.canonical())));
    }
    Ok((points, claims))
}

impl LawPlan {
    /// The keys of a point's cells with these seeds.
    pub fn keys(&self, point: &Point, seeds: Range<u64>) -> Vec<CellKey> {
        let mut known = self.keys.borrow_mut();
        let known = known.entry(point.canonical()).or_default();
        seeds.map(|seed| known.entry(seed).or_insert_with(|| self.cell(point, seed).key).clone()).collect()
    }

    /// The cell of a point with a seed.
    pub fn cell(&self, point: &Point, seed: u64) -> PlannedCell {
        let spec = CellSpec { law: self.card.id.clone(), point: point.clone(), seed };
        // Every point's study was given its surroundings when the plan was made.
        let surroundings = self.surroundings[&point.study].clone();
        PlannedCell { key: CellKey::new(&spec, &surroundings), spec, surroundings }
    }
}
