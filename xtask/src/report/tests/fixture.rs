//! A run that never was: every kind of claim, every verdict, long names, huge and tiny numbers.

use lawbook_claims::{
    Claim, Evidence, Judgement, LawCard, ParamCard, ParamKind, Point, Profile, Site, StudyCard, judge, level_of_each,
};
use serde_json::json;

use super::{super::Links, laws};
use crate::outcome::{ClaimOutcome, LawOutcome, Outcome, Provenance};

/// Where the fixture's page would find its files.
pub(super) fn links() -> Links {
    Links {
        workspace: "../../..".to_owned(),
        observations: "observations.parquet".to_owned(),
        evidence: "evidence.parquet".to_owned(),
    }
}

/// Numbers that look random: uniform with variance 1, from a fixed sequence.
fn scatter(seed: u64, column: usize) -> f64 {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (column as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x >> 11) as f64 / (1u64 << 53) as f64 - 0.5) * 12.0_f64.sqrt()
}

/// Evidence around these means with this relative scatter.
pub(super) fn around(means: &[f64], relative: f64, seeds: u64) -> Evidence {
    let row = |seed: u64| means.iter().enumerate().map(|(i, mean)| mean * (1.0 + relative * scatter(seed, i))).collect();
    Evidence::from_rows((0..seeds).map(|seed| (seed, row(seed))))
}

pub(super) fn site(observable: &str) -> Site {
    point().site(observable)
}

fn point() -> Point {
    let params = json!({"n": 512, "eta": 0.01, "batch": 32, "noise": "gaussian"});
    Point { study: "sgd".to_owned(), params: params.as_object().cloned().unwrap_or_default() }
}

/// Triples of a curve with one site each.
pub(super) fn along(xs: &[f64], f: impl Fn(f64) -> f64) -> Vec<(f64, Site, f64)> {
    xs.iter().map(|&x| (x, site("y").at(x), f(x))).collect()
}

pub(super) fn sites(xs: &[f64]) -> Vec<(f64, Site)> {
    xs.iter().map(|&x| (x, site("y").at(x))).collect()
}

/// Abscissae in equal ratios.
pub(super) fn geometric(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from * (to / from).powf(i as f64 / (count - 1) as f64)).collect()
}

pub(super) fn evenly(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from + (to - from) * i as f64 / (count - 1) as f64).collect()
}

pub(super) fn law(id: &str, family: &str, title: &str, equation: &str, claims: Vec<(Claim, Evidence)>) -> LawOutcome {
    let claims = claims
        .into_iter()
        .map(|(claim, evidence)| {
            let cells = claim.diagram.iter().flat_map(|diagram| &diagram.cells);
            let diagram = cells.map(|(x, y, _)| (x + y < 19.5).then(|| (0.4 * x - y).tanh())).collect();
            let rows = claim.published.iter().flat_map(|table| &table.rows);
            let published = rows.map(|row| (row.published < 100.0).then_some(1.1 * row.published)).collect();
            ClaimOutcome { claim, evidence, diagram, published, judgement: Judgement::unjudged() }
        })
        .collect();
    let card = LawCard {
        id: id.to_owned(),
        family: family.to_owned(),
        title: title.to_owned(),
        statement: "Under stochastic gradient descent with step η and batch size B, the rescaling symmetry of two adjacent \
                    layers is broken by gradient noise: the difference of their squared norms relaxes to `zero` instead of \
                    being conserved, at a rate set by the difference of the gradient covariances <C₁ & C₂>."
            .to_owned(),
        equation: equation.to_owned(),
        symbols: vec![
            (r"\eta".to_owned(), "step size".to_owned()),
            (r"u, w".to_owned(), "the two layers whose product is the network's function".to_owned()),
            (r"C_1, C_2".to_owned(), "covariances of the per-sample gradients with respect to them".to_owned()),
        ],
        source: "Ziyin, Li & Wu, Law of balance and stationary distribution of stochastic gradient descent, 2023, \
                 arXiv:2308.06671, eq. (5)"
            .to_owned(),
        file: format!("experiments/{family}/{}.rs", id.replace('-', "_")),
        studies: vec![StudyCard {
            name: "sgd".to_owned(),
            about: "Trains the two-layer linear network on noisy labels and records the imbalance.".to_owned(),
            params: vec![ParamCard {
                name: "eta".to_owned(),
                about: "step size".to_owned(),
                default: json!(0.01),
                kind: ParamKind::Real { min: 1e-6, max: 1.0 },
            }],
            unclaimed: Vec::new(),
        }],
    };
    LawOutcome { card, claims, cells: 144, measured: 96, seconds: 73.2184 }
}

/// The run.
pub(super) fn outcome() -> Outcome {
    let mut judged = vec![laws::balance(), laws::capacity(), laws::escape(), laws::equivariance()];
    let total: usize = judged.iter().flat_map(|law| &law.claims).map(|claim| claim.claim.intervals()).sum();
    for outcome in judged.iter_mut().flat_map(|law| &mut law.claims) {
        outcome.judgement = judge(&outcome.claim, &outcome.evidence, level_of_each(total));
    }
    let facts = [
        ("revision", "4f2a9c1e (main, 3 commits ahead)"),
        ("started", "2025-11-22 03:40:12 UTC"),
        ("took", "4 min 12 s"),
        ("compiler", "rustc 1.95.0"),
        ("libtorch", "2.11.0+cpu"),
        ("processor", "AMD EPYC 7763, 2 cores"),
        ("command", "cargo xtask run --profile quick <all>"),
    ];
    Outcome {
        run: "2025-11-22-034012-a1b2c3".to_owned(),
        profile: Profile::Quick,
        laws: judged,
        provenance: Provenance {
            facts: facts.map(|(word, value)| (word.to_owned(), value.to_owned())).to_vec(),
            dirty_patch: "--- a/experiments/lib.rs\n+++ b/experiments/lib.rs\n@@ -1 +1 @@\n-a < b\n+a > b && \"c\"\n"
                .to_owned(),
        },
    }
}
