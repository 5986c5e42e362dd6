//! `show`: a law in full.

use anyhow::Result;
use lawbook_claims::{ParamCard, ParamKind, Prediction, Profile};

use crate::{
    cli::ShowArgs,
    error::Misuse,
    house::House,
    outcome::kind_word,
    selection::unknown,
    terminal::{self, number},
};

/// Shows a law: statement, equation, parameters, claims.
pub fn run(args: &ShowArgs) -> Result<u8> {
    let house = House::open()?;
    let Some(card) = house.cards.iter().find(|card| card.id == args.law) else {
        return Err(Misuse::error(unknown("law", &args.law, house.cards.iter().map(|card| card.id.as_str()))));
    };
    println!("{}\n", terminal::wrapped(&format!("{}: {}", card.id, card.title)));
    println!("{}\n\n    {}\n", terminal::wrapped(&card.statement), card.equation);
    for (symbol, meaning) in &card.symbols {
        println!("{}", terminal::wrapped(&format!("    {symbol:<12} {meaning}")));
    }
    println!("\n{}\nfile    {}", terminal::wrapped(&format!("source  {}", card.source)), card.file);
    for study in &card.studies {
        println!("\nstudy {}\n{}", study.name, terminal::wrapped(&study.about));
        let rows = study.params.iter().map(|p| vec![p.name.clone(), p.default.to_string(), range(p), p.about.clone()]);
        println!("{}", terminal::table(&["parameter", "default", "range", "meaning"], rows));
    }
    let points = house.lab.grid(&card.id, Profile::Quick)?.points;
    let claims = house.lab.claims(&card.id, &points)?;
    println!("\nclaims at profile quick, on {} points", points.len());
    let rows = claims.iter().map(|claim| {
        let predicted = match &claim.predicted {
            Prediction::Equal(values) if values.len() == 1 => number(values[0]),
            Prediction::Equal(values) => format!("{} values", values.len()),
            Prediction::AtMost(bound) => format!("≤ {}", number(*bound)),
            Prediction::AtLeast(bound) => format!("≥ {}", number(*bound)),
        };
        let rivals = claim.rivals.iter().map(|rival| rival.name.as_str()).collect::<Vec<_>>().join(", ");
        vec![
            claim.id.clone(),
            kind_word(claim).to_owned(),
            predicted,
            claim.margin.to_string(),
            rivals,
            claim.source.clone(),
        ]
    });
    println!("{}", terminal::table(&["claim", "kind", "predicted", "margin", "rivals", "source"], rows));
    Ok(0)
}

fn range(param: &ParamCard) -> String {
    match &param.kind {
        ParamKind::Real { min, max } => format!("{min} to {max}"),
        ParamKind::Integer { min, max } => format!("{min} to {max}, integer"),
        ParamKind::Choice { options } => options.join(", "),
    }
}
