//! A law: what it says of itself, and the studies through which it is measured.

use std::marker::PhantomData;

use anyhow::{Context, Result, bail};
use lawbook_claims::{Claim, LawCard, Observed, Point, Profile, StudyCard, Unclaimed};
use serde_json::Value;

use super::{Cell, Parameters};

/// One way of measuring a law: a grid, what the law predicts on it, and how one cell is measured.
///
/// `predict` never sees an observation and `measure` never sees a prediction: their signatures make it so.
pub trait Study: 'static {
    /// Name, unique within the law.
    const NAME: &'static str;
    /// What is done and measured, in a sentence or two.
    const ABOUT: &'static str;
    /// The parameters; their defaults are the paper's.
    type Params: Parameters;

    /// Observables that no claim, diagram or table names: for `export`, and for whoever looks at one cell.
    const UNCLAIMED: &'static [&'static str] = &[];

    /// The points to measure at a profile.
    fn grid(profile: Profile) -> Vec<Self::Params>;

    /// What the law says about these points: the grid, or what the user made of it. Where its formula does not apply, an error
    /// says so, with the range in which it does.
    fn predict(points: &[Self::Params]) -> Result<Vec<Claim>>;

    /// Measures one cell.
    fn measure(params: &Self::Params, cell: &mut Cell) -> Result<()>;

    /// The point with these parameters, from which claims take their sites.
    fn at(params: &Self::Params) -> Point {
        let params = match serde_json::to_value(params) {
            Ok(Value::Object(map)) => map,
            _ => serde_json::Map::new(),
        };
        Point { study: Self::NAME.to_owned(), params }
    }
}

/// A law of the registry.
pub struct Law {
    /// What it says of itself; the studies' cards included.
    pub card: LawCard,
    studies: Vec<Box<dyn AnyStudy>>,
    seeds: fn(Profile) -> (u64, u64),
}

impl Law {
    /// A law of a family; `file` is `file!()` of the law file.
    pub fn new(family: &str, id: &str, file: &str) -> Self {
        let card = LawCard {
            id: id.to_owned(),
            family: family.to_owned(),
            title: String::new(),
            statement: String::new(),
            equation: String::new(),
            symbols: Vec::new(),
            source: String::new(),
            file: file.replace('\\', "/"),
            studies: Vec::new(),
        };
        Self { card, studies: Vec::new(), seeds: usual_seeds }
    }

    /// One line for tables.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        self.card.title = title.to_owned();
        self
    }

    /// What it says, in words.
    #[must_use]
    pub fn statement(mut self, statement: &str) -> Self {
        self.card.statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
        self
    }

    /// The equation in LaTeX, without delimiters.
    #[must_use]
    pub fn equation(mut self, latex: &str) -> Self {
        self.card.equation = latex.split_whitespace().collect::<Vec<_>>().join(" ");
        self
    }

    /// The meaning of a symbol of the equation.
    #[must_use]
    pub fn symbol(mut self, latex: &str, meaning: &str) -> Self {
        self.card.symbols.push((latex.to_owned(), meaning.to_owned()));
        self
    }

    /// The paper.
    #[must_use]
    pub fn source(mut self, source: &str) -> Self {
        self.card.source = source.to_owned();
        self
    }

    /// Seeds at the start and at most, where the usual numbers do not fit.
    #[must_use]
    pub fn seeds(mut self, seeds: fn(Profile) -> (u64, u64)) -> Self {
        self.seeds = seeds;
        self
    }

    /// Adds a study.
    #[must_use]
    pub fn study<S: Study>(mut self) -> Self {
        let study = Handle::<S>(PhantomData);
        self.card.studies.push(study.card());
        self.studies.push(Box::new(study));
        self
    }

    /// Seeds at the start and at most, at a profile.
    pub fn seed_range(&self, profile: Profile) -> (u64, u64) {
        (self.seeds)(profile)
    }

    /// The points of all studies at a profile.
    pub fn grid(&self, profile: Profile) -> Vec<Point> {
        self.studies.iter().flat_map(|study| study.grid(profile)).collect()
    }

    /// The claims about the points of a grid of the law's own: each well formed, each with a name of its own.
    pub fn predict(&self, points: &[Point]) -> Result<Vec<Claim>> {
        let claims = self.claims(points)?;
        for (i, claim) in claims.iter().enumerate() {
            claim.check().with_context(|| format!("law {}", self.card.id))?;
            if claims[..i].iter().any(|other| other.id == claim.id) {
                bail!("law {}: two claims are called {}; give each its own name", self.card.id, claim.id);
            }
        }
        Ok(claims)
    }

    /// The claims about whatever points a user asks for. Where a rival happens to predict what the law predicts it is left
    /// out, and claims that differ in a parameter alone get it into their names.
    pub fn predict_anywhere(&self, points: &[Point]) -> Result<Vec<Claim>> {
        let mut claims: Vec<Claim> = self.claims(points)?.into_iter().map(Claim::without_indistinct_rivals).collect();
        let names: Vec<String> = claims.iter().map(|claim| claim.id.clone()).collect();
        for (i, name) in names.iter().enumerate() {
            if names.iter().filter(|other| *other == name).count() > 1 {
                let params = claims[i].common_params();
                let own = params.iter().map(|(param, value)| format!("{param}={value}")).collect::<Vec<_>>().join(",");
                let earlier = names[..i].iter().filter(|other| *other == name).count();
                claims[i].id = format!("{name}[{}: {own}]", earlier + 1);
            }
        }
        claims.iter().try_for_each(|claim| claim.check().with_context(|| format!("law {}", self.card.id)))?;
        Ok(claims)
    }

    /// The observables that its studies have recorded and that it names nowhere, at no profile.
    pub fn unclaimed(&self, observed: &Observed) -> Result<Vec<Unclaimed>> {
        let profiles = [Profile::Smoke, Profile::Quick, Profile::Full];
        let claims = profiles.map(|profile| self.claims(&self.grid(profile))).into_iter().collect::<Result<Vec<_>>>()?;
        Ok(observed.unclaimed(&self.card.studies, claims.iter().flatten()))
    }

    fn claims(&self, points: &[Point]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for study in &self.studies {
            let name = study.card().name;
            let own: Vec<Point> = points.iter().filter(|point| point.study == name).cloned().collect();
            if !own.is_empty() {
                claims.extend(study.predict(&own).with_context(|| format!("law {}, study {name}", self.card.id))?);
            }
        }
        Ok(claims)
    }

    /// Measures one cell.
    pub fn measure(&self, point: &Point, cell: &mut Cell) -> Result<()> {
        match self.studies.iter().find(|study| study.card().name == point.study) {
            Some(study) => study.measure(point, cell),
            None => bail!("law {} has no study {}; `cargo xtask show {0}` lists them", self.card.id, point.study),
        }
    }
}

/// Four to forty-eight seeds for smoke, six to thirty-six for quick, eight to sixty-four for full: small cells need more seeds.
fn usual_seeds(profile: Profile) -> (u64, u64) {
    match profile {
        Profile::Smoke => (4, 48),
        Profile::Quick => (6, 36),
        Profile::Full => (8, 64),
    }
}

/// A study whose parameters come as JSON.
pub trait AnyStudy: Send + Sync {
    /// Its card.
    fn card(&self) -> StudyCard;
    /// Its grid.
    fn grid(&self, profile: Profile) -> Vec<Point>;
    /// Its claims.
    fn predict(&self, points: &[Point]) -> Result<Vec<Claim>>;
    /// One cell.
    fn measure(&self, point: &Point, cell: &mut Cell) -> Result<()>;
}

struct Handle<S>(PhantomData<fn() -> S>);

impl<S: Study> Handle<S> {
    fn params(&self, point: &Point) -> Result<S::Params> {
        for card in S::Params::cards() {
            if let Some(value) = point.params.get(&card.name) {
                card.check(value).map_err(anyhow::Error::msg)?;
            }
        }
        serde_json::from_value(Value::Object(point.params.clone()))
            .with_context(|| format!("parameters of study {}: {}", S::NAME, point.canonical()))
    }
}

impl<S: Study> AnyStudy for Handle<S> {
    fn card(&self) -> StudyCard {
        let about = S::ABOUT.split_whitespace().collect::<Vec<_>>().join(" ");
        let unclaimed = S::UNCLAIMED.iter().map(|name| (*name).to_owned()).collect();
        StudyCard { name: S::NAME.to_owned(), about, params: S::Params::cards(), unclaimed }
    }

    fn grid(&self, profile: Profile) -> Vec<Point> {
        S::grid(profile).iter().map(S::at).collect()
    }

    fn predict(&self, points: &[Point]) -> Result<Vec<Claim>> {
        let params: Vec<S::Params> = points.iter().map(|point| self.params(point)).collect::<Result<_>>()?;
        S::predict(&params)
    }

    fn measure(&self, point: &Point, cell: &mut Cell) -> Result<()> {
        S::measure(&self.params(point)?, cell)
    }
}
