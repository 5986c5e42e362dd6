//! `list`: the laws, one line each.

use anyhow::Result;
use lawbook_claims::Profile;
use serde_json::json;

use crate::{
    cli::{Format, ListArgs},
    house::House,
    selection, terminal,
};

/// Lists the laws.
pub fn run(args: &ListArgs) -> Result<u8> {
    let house = House::open()?;
    let chosen = selection::chosen(&args.laws, &house.cards)?;
    let cards: Vec<_> = house.cards.iter().filter(|card| chosen.iter().any(|(law, _)| *law == card.id)).collect();
    let mut claims = Vec::new();
    for card in &cards {
        let points = house.lab.grid(&card.id, Profile::Quick)?.points;
        claims.push(house.lab.claims(&card.id, &points)?);
    }
    match args.format {
        Format::Json => {
            let laws = cards.iter().zip(&claims).map(|(card, claims)| {
                let params: Vec<_> = card.studies.iter().flat_map(|study| &study.params).map(|param| &param.name).collect();
                let params: std::collections::BTreeSet<_> = params.into_iter().collect();
                let ids: Vec<_> = claims.iter().map(|claim| &claim.id).collect();
                json!({"law": card.id, "family": card.family, "title": card.title, "source": card.source, "claims": ids,
                       "params": params})
            });
            println!("{}", serde_json::to_string_pretty(&laws.collect::<Vec<_>>())?);
        }
        Format::Table => {
            let rows = cards.iter().zip(&claims).map(|(card, claims)| {
                vec![card.id.clone(), card.family.clone(), claims.len().to_string(), card.title.clone()]
            });
            println!("{}", terminal::table(&["law", "family", "claims", "title"], rows));
        }
    }
    Ok(0)
}
