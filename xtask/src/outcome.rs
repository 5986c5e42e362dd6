//! What a run came to: laws, claims, judgements, provenance. Everything that is printed or drawn is a function of this.

use lawbook_claims::{Claim, Evidence, Judgement, LawCard, Profile, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A run, judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// The run's name: date, time and the first digits of its plan's hash.
    pub run: String,
    /// How much work was asked for.
    pub profile: Profile,
    /// The laws, in the order of the registry.
    pub laws: Vec<LawOutcome>,
    /// Where, when and from what the numbers came.
    pub provenance: Provenance,
}

/// A law of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LawOutcome {
    /// What the law says of itself.
    pub card: LawCard,
    /// Its claims with what became of them.
    pub claims: Vec<ClaimOutcome>,
    /// Number of cells whose observations were used.
    pub cells: usize,
    /// Of these, how many this run measured; the rest were in the store.
    pub measured: usize,
    /// Seconds of one core that the cells took when they were measured.
    pub seconds: f64,
}

/// A claim of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClaimOutcome {
    /// The claim.
    pub claim: Claim,
    /// The numbers it was judged on: a row per seed, a column per site.
    pub evidence: Evidence,
    /// The means at the cells of its phase diagram.
    #[serde(default)]
    pub diagram: Vec<Option<f64>>,
    /// The means beside the numbers of its published table.
    #[serde(default)]
    pub published: Vec<Option<f64>>,
    /// What they say; judged anew when read back, since infinities do not survive JSON.
    #[serde(skip, default = "unjudged")]
    pub judgement: Judgement,
}

/// Where, when and from what the numbers came: pairs of a word and its value, in order of interest.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Provenance {
    /// Words and values: git revision, compiler, libtorch, CPU, threads, seeds, times.
    pub facts: Vec<(String, String)>,
    /// The uncommitted changes, as a patch; empty if there were none.
    pub dirty_patch: String,
}

impl Outcome {
    /// Every claim with its law.
    pub fn claims(&self) -> impl Iterator<Item = (&LawCard, &ClaimOutcome)> {
        self.laws.iter().flat_map(|law| law.claims.iter().map(move |claim| (&law.card, claim)))
    }

    /// How many claims have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.claims().filter(|(_, claim)| claim.judgement.verdict == verdict).count()
    }

    /// The exit status of `run`: 0 every verdict as expected, 1 some claim failed or a rival survived, 3 undecided or error.
    pub fn exit_status(&self) -> u8 {
        let unexpected = || self.claims().map(|(_, claim)| claim).filter(|c| !c.judgement.as_expected(&c.claim));
        let broken = |c: &ClaimOutcome| {
            let judgement = &c.judgement;
            let survivor = judgement.inside() && judgement.rivals.iter().any(|rival| !rival.refuted);
            matches!(judgement.verdict, Verdict::Fails | Verdict::Holds) || survivor
        };
        match (unexpected().count(), unexpected().any(broken)) {
            (0, _) => 0,
            (_, true) => 1,
            (_, false) => 3,
        }
    }

    /// The document that `--format json` prints.
    pub fn to_json(&self) -> Value {
        let laws = self.laws.iter().map(|law| {
            let claims: Vec<Value> = law.claims.iter().map(claim_json).collect();
            json!({"law": law.card.id, "claims": claims})
        });
        json!({"run": self.run, "profile": self.profile, "laws": laws.collect::<Vec<_>>()})
    }
}

fn claim_json(outcome: &ClaimOutcome) -> Value {
    let ClaimOutcome { claim, judgement, .. } = outcome;
    let many = claim.components() > 1 && !matches!(claim.kind, lawbook_claims::Kind::Threshold { .. });
    let shaped = |values: &[f64]| if many { json!(values) } else { json!(values.first()) };
    let rivals = judgement
        .rivals
        .iter()
        .map(|rival| json!({"name": rival.name, "predicted": shaped(&rival.predicted), "refuted": rival.refuted}));
    json!({
        "claim": claim.id,
        "kind": kind_word(claim),
        "observable": claim.axis.observable,
        "params": claim.common_params(),
        "predicted": shaped(&claim.predicted_values()),
        "measured": shaped(&judgement.measured),
        "low": shaped(&judgement.low),
        "high": shaped(&judgement.high),
        "margin": shaped(&claim.margins()),
        "seeds": judgement.seeds,
        "detectable": judgement.detectable,
        "verdict": judgement.verdict,
        "rivals": rivals.collect::<Vec<_>>(),
        "finding": claim.finding.as_ref().map(|finding| &finding.text),
        "source": claim.source,
    })
}

/// The word for a claim's kind.
pub fn kind_word(claim: &Claim) -> &'static str {
    use lawbook_claims::Kind;
    match claim.kind {
        Kind::Value => "value",
        Kind::Curve => "curve",
        Kind::Exponent => "exponent",
        Kind::Distribution => "distribution",
        Kind::Threshold { .. } => "threshold",
        Kind::Bound => "bound",
        Kind::Exact => "exact",
    }
}

fn unjudged() -> Judgement {
    Judgement::unjudged()
}
