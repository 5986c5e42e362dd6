//! Prototypes of real digits, which nobody stored, against the examples that were: the mean digit of each numeral.

use anyhow::Result;
use lawbook_memory::{AsynchronousUpdate, DenseMemory, MemoryError, Patterns, Separation, State, concepts::ConceptModel};

mod errors;

use errors::Errors;

use super::dataset::{Numeral, numerals, shuffled};
use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// One-step errors at the prototypes of numerals, and where descents end.
pub struct DigitPrototypes;

params! {
    /// A rectified memory of M digits of each numeral.
    pub struct Params {
        /// Order n.
        n: integer = 3, 2..=20;
        /// Digits M of each of the ten numerals.
        M: integer = 10, 1..=120;
        /// Memories drawn per cell.
        memories: integer = 40, 1..=100_000;
    }
}

/// The map; its orders up to this one are claimed.
const ORDERS: [i64; 5] = [2, 3, 4, 6, 12];
const EXAMPLES: [i64; 5] = [3, 10, 30, 60, 120];
const CLAIMED: i64 = 4;

/// From so many on terms are many enough for a Gaussian.
const MANY: i64 = 10;

impl Study for DigitPrototypes {
    const NAME: &'static str = "digit-prototypes";
    const ABOUT: &'static str = "Stores M digits of each numeral. Records the one-step error at the numerals' prototypes, the \
        majority of all their digits (prototype-error), and at stored digits (example-error); the overlap of a stored digit with \
        where it descends to (recall), and of the end of a digit that was not stored with its prototype (generalisation).";
    const UNCLAIMED: &'static [&'static str] = &["recall", "generalisation"];
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let memories = match profile {
            Profile::Smoke => return vec![Params { n: 2, M: 30, memories: 5 }],
            Profile::Quick => 40,
            Profile::Full => 2000,
        };
        ORDERS.iter().flat_map(|&n| EXAMPLES.map(|examples| Params { n, M: examples, memories })).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let numerals = numerals()?;
        let mut claims = Vec::new();
        for n in ORDERS.into_iter().filter(|n| *n <= CLAIMED) {
            let curve: Vec<&Params> = points.iter().filter(|p| p.n == n && p.M >= MANY).collect();
            if curve.is_empty() {
                continue;
            }
            let errors = Errors::new(&numerals, Separation::Rectified(n as u32))?;
            let [prototypes, examples] = claims_of(n, &curve, &errors, &numerals)?;
            claims.push(if n == 3 { prototypes.phase_diagram(map("prototype-error", points)) } else { prototypes });
            claims.push(if n == 3 { examples.phase_diagram(map("example-error", points)) } else { examples });
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("digits");
        let (numerals, count) = (numerals()?, p.M as usize);
        let prototypes: Vec<State> = numerals.iter().map(|numeral| numeral.prototype.clone()).collect();
        let mut sums = [0.0; 4];
        for _ in 0..p.memories {
            let orders: Vec<Vec<usize>> =
                numerals.iter().map(|numeral| shuffled(numeral.digits.len(), &mut stream)).collect();
            let drawn =
                |rank: usize| numerals.iter().zip(&orders).map(move |(numeral, order)| numeral.digits[order[rank]].clone());
            let stored: Vec<State> = (0..count).flat_map(drawn).collect();
            let memory = DenseMemory::new(Patterns::from_states(&stored)?, Separation::Rectified(p.n as u32))?;
            let examples: Vec<State> = drawn(0).collect();
            sums[0] += memory.one_step_errors(&prototypes)?.iter().sum::<f64>();
            sums[1] += memory.one_step_errors(&examples)?.iter().sum::<f64>();
            for ((example, fresh), prototype) in examples.iter().zip(drawn(count)).zip(&prototypes) {
                let overlap = |a: &State, b: &State| a.overlap(b).map(|sites| sites as f64 / a.sites() as f64);
                sums[2] += overlap(&memory.retrieve(example, &mut stream)?.state, example)?;
                sums[3] += overlap(&memory.retrieve(&fresh, &mut stream)?.state, prototype)?;
            }
        }
        for (name, sum) in ["prototype-error", "example-error", "recall", "generalisation"].into_iter().zip(sums) {
            cell.record(name, sum / (10 * p.memories) as f64);
        }
        Ok(())
    }
}

/// The margin is from before the measurement: crosstalk of 100 digits with a skewness of a third moves a probability by a third of
/// 1/√(2π)/6, 0.02. By the third moments of the data, found later, it is 0.1 in the mean and 0.5 at one site, which moves no site by
/// more than 0.01 and the mean by less than 0.0001.
fn claims_of(n: i64, points: &[&Params], errors: &Errors, numerals: &[Numeral]) -> Result<[Claim; 2]> {
    let (mut agreement, mut count) = (0.0, 0.0);
    for numeral in numerals {
        for digit in &numeral.digits {
            agreement += digit.overlap(&numeral.prototype)? as f64 / digit.sites() as f64;
            count += 1.0;
        }
    }
    let model = |p: &&Params| ConceptModel {
        separation: Separation::Rectified(n as u32),
        sites: 64,
        concepts: numerals.len(),
        examples: p.M as usize,
        flips: 0.5 - 0.5 * agreement / count,
    };
    let claim = |id: &str, observable: &str, of: &dyn Fn(usize) -> Result<f64>, independent: Vec<f64>| -> Result<Claim> {
        let sites = points.iter().map(|p| Ok((p.M as f64, DigitPrototypes::at(p).site(observable), of(p.M as usize)?)));
        Ok(Claim::curve(&format!("{id}-{n}"), sites.collect::<Result<Vec<_>>>()?)
            .within(Margin::Absolute(0.02))
            .rival("unrelated-numerals", "ten independent concepts with as much noise as the digits have", independent)
            .log_x()
            .source("derived here: Q((S + Σ M μ)/√(Σ M v)) over numerals, digits and sites; S = 0 at what is not stored"))
    };
    let unrelated = |of: fn(&ConceptModel) -> Result<f64, MemoryError>| {
        points.iter().map(|p| Ok(of(&model(p))?)).collect::<Result<Vec<f64>>>()
    };
    let prototypes = claim(
        "digit-prototypes",
        "prototype-error",
        &|m| errors.prototype_error(m),
        unrelated(ConceptModel::prototype_error)?,
    )?
    .axes("digits M of each numeral", &format!("one-step error at the prototypes, n = {n}"));
    let examples =
        claim("digit-examples", "example-error", &|m| errors.example_error(m), unrelated(ConceptModel::example_error)?)?
            .axes("digits M of each numeral", &format!("one-step error at stored digits, n = {n}"));
    Ok([prototypes, examples])
}

/// An error over examples and order.
fn map(observable: &str, points: &[Params]) -> PhaseDiagram {
    let cells = points.iter().map(|p| (p.M as f64, p.n as f64, DigitPrototypes::at(p).site(observable)));
    PhaseDiagram::new("digits M of each numeral", "order n", &observable.replace('-', " "))
        .cells(cells)
        .log_across()
        .log_upwards()
}
