//! Contexts of a list, and which item is recalled first: at once, after a distractor task, and with distractors throughout.

use anyhow::Result;
use lawbook_memory::context::{Choice, TemporalContext, context_overlap, orthonormal_list};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// The item recalled first.
pub struct Recency;

params! {
    /// A list of orthonormal items, studied and recalled.
    pub struct Params {
        /// Items of the list.
        items: integer = 12, 4..=1000;
        /// Drift β.
        beta: real = 0.6, 0.01..=0.99;
        /// Rule of choice: by ratios of activations, or by differences (Howard & Kahana 2002).
        choice: choice = "differences", ["ratios", "differences"];
        /// Its τ: the power of ratios, or the unit of differences.
        tau: real = 0.2, 0.01..=20.0;
        /// Distractors between items.
        between: integer = 0, 0..=100;
        /// Distractors after the last item.
        after: integer = 0, 0..=100;
        /// Lists per cell.
        lists: integer = 2000, 1..=10_000_000;
    }
}

/// Drifts at which recency is compared, with ratios to the third power.
const DRIFTS: [f64; 3] = [0.4, 0.6, 0.8];

/// Distractors: none, after the list, everywhere.
const CONDITIONS: [(&str, i64, i64); 3] = [("immediate", 0, 0), ("delayed", 0, 4), ("continual", 4, 4)];

/// Items counted from the end of the list.
const LAST: usize = 4;

impl Study for Recency {
    const NAME: &'static str = "recency";
    const ABOUT: &'static str = "Studies a list, with or without distractors, and counts which item is recalled first.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let lists = match profile {
            Profile::Smoke => 20_000,
            Profile::Quick => 40_000,
            Profile::Full => 200_000,
        };
        let ratios =
            |beta: f64, after: i64| Params { beta, choice: "ratios".into(), tau: 3.0, after, lists, ..Params::default() };
        let conditions = CONDITIONS.map(|(_, between, after)| Params { between, after, lists, ..Params::default() });
        let drifts = DRIFTS.map(|beta| ratios(beta, 0)).into_iter();
        match profile {
            Profile::Smoke => drifts.collect(),
            Profile::Quick | Profile::Full => drifts.chain([ratios(0.6, 4)]).chain(conditions).collect(),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        let ratios: Vec<&Params> = points.iter().filter(|p| p.choice == "ratios" && p.after == 0).collect();
        for p in ratios.iter().filter(|p| p.beta == 0.6) {
            let site = |lag: usize| Self::at(p).site("overlap").at(lag as f64);
            let lags = [1_usize, 2, 3, 6];
            // Rounding of a dozen products of numbers below 1.
            claims.push(
                Claim::exact("context", lags.map(|lag| (lag as f64, site(lag), context_overlap(p.beta, lag as f64))))
                    .within(Margin::Absolute(1e-12))
                    .rival(
                        "mixture",
                        "contexts mix in proportion, (1 − β)^lag",
                        lags.map(|lag| (1.0 - p.beta).powi(lag as i32)),
                    )
                    .axes("lag |i − j|", "overlap of contexts")
                    .source("Howard & Kahana 2002: t_i·t_j = ρ^|i−j|"),
            );
        }
        if !ratios.is_empty() {
            // Exact for orthonormal items; the margin is what `quick` resolves.
            let last = ratios.iter().map(|p| (p.beta, Self::at(p).site("first").at(0.0), first_recall(p)[0]));
            claims.push(
                Claim::curve("drift", last)
                    .within(Margin::Absolute(0.02))
                    .out_of(ratios.iter().map(|p| p.lists as u64).min().unwrap_or(0))
                    .rival("no-drift", "all items are equally near", ratios.iter().map(|p| 1.0 / p.items as f64))
                    .rival(
                        "linear-rule",
                        "activations are chances, τ = 1",
                        ratios.iter().map(|p| first_recall(&Params { tau: 1.0, ..(*p).clone() })[0]),
                    )
                    .axes("drift β", "probability that the last item is recalled first")
                    .source("Σ_k ρ^(kτ) over the list"),
            );
        }
        for p in points.iter().filter(|p| p.choice == "ratios" && p.after > 0) {
            let flat = first_recall(&Params { choice: "differences".into(), tau: 0.2, ..p.clone() });
            claims.push(
                serial("ratios-delayed", p)
                    .rival("differences", "a delay makes differences of activations smaller", flat)
                    .source("a delay multiplies all activations alike, and ratios stay"),
            );
        }
        for (name, between, after) in CONDITIONS {
            for p in points.iter().filter(|p| p.choice == "differences" && (p.between, p.after) == (between, after)) {
                let uniform = [1.0 / p.items as f64; LAST];
                let claim = serial(name, p).source("Howard & Kahana 2002, section 3: exp(2a/τ') with 2/τ' = 1/τ");
                let immediate = first_recall(&Params { between: 0, after: 0, ..p.clone() });
                claims.push(if after == 0 {
                    claim.rival("no-drift", "all items are equally near", uniform)
                } else {
                    claim.rival("as-immediate", "distractors do not move the context", immediate).rival(
                        "short-term-store",
                        "a distractor task empties the store that makes recency",
                        uniform,
                    )
                });
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let choice = if p.choice == "ratios" { Choice::Power(p.tau) } else { Choice::Exponential(p.tau) };
        let model = TemporalContext { drift: p.beta, retrieval: 0.5, choice, stop: 1.0 };
        let trace = model.study(&orthonormal_list(p.items as usize, p.between as usize, p.after as usize))?;
        for lag in 1..trace.count() {
            cell.record_at("overlap", lag as f64, trace.overlap(0, lag));
        }
        let mut stream = cell.stream("recall");
        let mut first = vec![0.0; trace.count()];
        for _ in 0..p.lists {
            // It always recalls one item, and stops before a second.
            model.recall(&trace, &mut stream).iter().for_each(|&item| first[item] += 1.0 / p.lists as f64);
        }
        for (distance, share) in first.into_iter().rev().enumerate() {
            cell.record_at("first", distance as f64, share);
        }
        Ok(())
    }
}

/// The chances of the last items, last first: `ρ^(τ lag)` or `exp(ρ^lag/τ)`, normalised over the list, at lags of all events.
fn first_recall(p: &Params) -> Vec<f64> {
    let strength = |distance: i64| {
        let activation = context_overlap(p.beta, (distance * (p.between + 1) + p.after) as f64);
        if p.choice == "ratios" { activation.powf(p.tau) } else { (activation / p.tau).exp() }
    };
    let sum: f64 = (0..p.items).map(strength).sum();
    (0..LAST as i64).map(|distance| strength(distance) / sum).collect()
}

/// The serial positions at the end of the list. Exact for orthonormal items; the margin is what `quick` resolves.
fn serial(id: &str, p: &Params) -> Claim {
    let points = first_recall(p).into_iter().enumerate();
    let points =
        points.map(|(distance, chance)| (distance as f64, Recency::at(p).site("first").at(distance as f64), chance));
    Claim::curve(id, points)
        .within(Margin::Absolute(0.015))
        .out_of(p.lists as u64)
        .axes("items from the end of the list", "probability of being recalled first")
}
