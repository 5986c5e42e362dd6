//! Facts about real digits: a bit is stored with several copies of each numeral, and asked for with a digit that was not stored.

use anyhow::Result;
use lawbook_core::Stream;
use lawbook_memory::{
    DenseMemory, Patterns, Separation, State,
    mixture::{Cluster, Field, binomial, noisy_agreement},
};

use super::dataset::load;
use crate::framework::{Cell, Claim, Margin, PhaseDiagram, Profile, Study, params};

/// Error of a bit read with an unseen digit.
pub struct DigitFacts;

params! {
    /// A memory of ten facts, each a numeral and a random bit: M copies of each, 64 pixels and the bit.
    pub struct Params {
        /// Order n of F(x) = xⁿ.
        n: integer = 12, 2..=20;
        /// What the copies of a numeral are: each another digit with noise, or one and the same digit with other noise.
        copies: choice = "handwritings", ["handwritings", "noise"];
        /// Copies M of each fact.
        M: integer = 16, 1..=1000;
        /// Probability r that a pixel of a copy is turned over.
        r: real = 0.1, 0.0..=0.5;
        /// Bits read per cell.
        bits: integer = 10_000, 100..=1_000_000_000;
    }
}

/// Every so many digits one is for reading only, and is never stored.
const UNSEEN: usize = 17;

/// Digits with which one memory is read.
const READ: i64 = 20;

/// Orders at which 16 copies are claimed exactly: where terms are steeper, few copies have no smooth law.
const ORDERS: [i64; 3] = [2, 3, 6];

/// The map.
const MAP: ([i64; 5], [i64; 5]) = ([2, 3, 6, 12, 16], [1, 2, 4, 8, 16]);

impl Study for DigitFacts {
    const NAME: &'static str = "digit-facts";
    const ABOUT: &'static str = "Stores copies of ten numerals with a random bit each, holds the pixels of a digit that was not \
        stored, and updates the bit once. Records how often it is not the numeral's (error).";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let bits = match profile {
            Profile::Smoke => 2000,
            Profile::Quick => 20_000,
            Profile::Full => 2_000_000,
        };
        let at = |n, m| Params { n, M: m, bits, ..Params::default() };
        let mut points: Vec<Params> = [(12, 1), (12, 16), (3, 1)].map(|(n, m)| at(n, m)).into();
        if profile == Profile::Smoke {
            return points;
        }
        points.extend(ORDERS.map(|n| at(n, 16)));
        points.push(Params { copies: "noise".into(), ..at(12, 16) });
        let map = MAP.0.iter().flat_map(|&n| MAP.1.map(|m| Params { bits: bits / 20, ..at(n, m) }));
        let new: Vec<Params> = map.filter(|p| !points.iter().any(|q| (p.n, p.M) == (q.n, q.M))).collect();
        points.into_iter().chain(new).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let find = |n: i64, m: i64, copies: &str| points.iter().find(|p| (p.n, p.M) == (n, m) && p.copies == copies);
        let mut claims = Vec::new();
        let orders: Vec<&Params> = ORDERS.iter().filter_map(|&n| find(n, 16, "handwritings")).collect();
        if orders.len() == ORDERS.len() {
            claims.push(by_order(&orders)?.phase_diagram(map(points)));
        }
        let site = |n, m, copies| find(n, m, copies).map(|p| Self::at(p).site("error"));
        let handwritings = |n, m| site(n, m, "handwritings");
        let source = "derived here: a digit's own numeral outweighs another's by (0.64/0.47)^(n−1), their mean overlaps";
        // Without noise the data's overlaps give errors of 0.23 with one copy and about 0.07 with sixteen.
        if let (Some(one), Some(sixteen)) = (handwritings(12, 1), handwritings(12, 16)) {
            claims.push(
                Claim::ratio_at_least("handwritings-12", one, sixteen, 2.0)
                    .rival("memorised", "a fact that is stored can be read, with one copy as with many", [1.0])
                    .axes("", "error of the bit read with an unseen digit, one copy over 16, n = 12")
                    .source(source),
            );
        }
        // 0.29 and 0.27: what is left is the pull of the other numerals' means, which copies do not lessen.
        if let (Some(one), Some(sixteen)) = (handwritings(3, 1), handwritings(3, 16)) {
            claims.push(
                Claim::ratio_at_most("handwritings-3", one, sixteen, 1.25)
                    .rival("copies-suffice", "copies halve the error at any order", [2.0])
                    .axes("", "error of the bit read with an unseen digit, one copy over 16, n = 3")
                    .source(source),
            );
        }
        // One digit with any amount of noise is at best that digit: the error of one copy, about three times that of 16 digits.
        if let (Some(noise), Some(sixteen)) = (site(12, 16, "noise"), handwritings(12, 16)) {
            claims.push(
                Claim::ratio_at_least("noise-is-no-augmentation", noise, sixteen, 1.5)
                    .rival("any-copies", "copies help however they differ", [1.0])
                    .axes("", "error of the bit read, 16 noisy copies of one digit over 16 digits")
                    .source(source),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("facts");
        let ([stored, unseen], separation) = (numerals()?, Separation::Power(p.n as u32));
        let memories = p.bits / READ;
        let mut wrong = 0.0;
        for _ in 0..memories {
            let values: [f64; 10] = std::array::from_fn(|_| stream.sign());
            let mut states = Vec::new();
            for (digits, &value) in stored.iter().zip(&values) {
                let pick = |stream: &mut Stream| &digits[stream.below(digits.len() as u64) as usize];
                let one = pick(&mut stream);
                for _ in 0..p.M {
                    let digit = if p.copies == "noise" { one } else { pick(&mut stream) };
                    states.push(with_bit(&digit.noisy(p.r, &mut stream)?, value)?);
                }
            }
            let memory = DenseMemory::new(Patterns::from_states(&states)?, separation)?;
            let mut cues = Vec::new();
            for digits in unseen.iter().cycle().take(READ as usize) {
                cues.push(with_bit(&digits[stream.below(digits.len() as u64) as usize], stream.sign())?);
            }
            for (end, value) in memory.site_steps(&cues, 64)?.iter().zip(values.iter().cycle()) {
                wrong += f64::from(end.signs()[64] != *value);
            }
        }
        cell.record("error", wrong / (memories * READ) as f64);
        Ok(())
    }
}

/// By numeral the digits that are stored, and those that are not.
fn numerals() -> Result<[[Vec<State>; 10]; 2]> {
    let (data, labels) = load()?;
    let of = |unseen: bool| {
        std::array::from_fn(|numeral| {
            let wanted = |i: &usize| usize::from(labels[*i]) == numeral && i.is_multiple_of(UNSEEN) == unseen;
            (0..data.len()).filter(wanted).map(|i| data[i].clone()).collect()
        })
    };
    Ok([of(false), of(true)])
}

fn with_bit(digit: &State, bit: f64) -> Result<State> {
    Ok(State::from_signs(&[digit.signs(), vec![bit]].concat())?)
}

/// The exact errors over orders, averaged over unseen digits; the margin is what `quick` resolves. Copies of a numeral agree with
/// such a digit as the data do, turned over with probability r, and pull the bit towards the numeral's own.
fn by_order(points: &[&Params]) -> Result<Claim> {
    let law = points.iter().map(|p| error(p, false)).collect::<Result<Vec<f64>>>()?;
    let unrelated = points.iter().map(|p| error(p, true)).collect::<Result<Vec<f64>>>()?;
    let cubic = law[1];
    let sites = points.iter().zip(law).map(|(p, error)| (p.n as f64, DigitFacts::at(p).site("error"), error));
    Ok(Claim::curve("facts-by-order", sites)
        .within(Margin::Absolute(0.03))
        .rival("order-is-idle", "the order makes no difference", points.iter().map(|_| cubic))
        .rival("unrelated", "other numerals are as far as random patterns", unrelated)
        .axes("order n", "error of the bit read with an unseen digit, 16 copies")
        .source("derived here: the field's characteristic function, by the overlaps of unseen with stored digits"))
}

fn error(p: &Params, others_unrelated: bool) -> Result<f64> {
    let [stored, unseen] = numerals()?;
    let noisy: Vec<Vec<f64>> = (0..=64).map(|agreeing| noisy_agreement(agreeing, 64, p.r)).collect();
    let law = |digit: &State, numeral: usize| -> Result<Vec<f64>> {
        let mut law = vec![0.0; 65];
        for other in &stored[numeral] {
            let after_noise = &noisy[(digit.overlap(other)? + 64) as usize / 2];
            law.iter_mut().zip(after_noise).for_each(|(sum, x)| *sum += x / stored[numeral].len() as f64);
        }
        Ok(law)
    };
    let mut error = 0.0;
    for (own, digits) in unseen.iter().enumerate() {
        for digit in digits {
            let mut field = Field::new(Separation::Power(p.n as u32), 65)?;
            for numeral in 0..10 {
                let known = numeral == own || !others_unrelated;
                let law = if known { law(digit, numeral)? } else { binomial(64, 0.0) };
                field = field.clusters(1, Cluster::observed(f64::from(numeral == own), p.M as usize, law))?;
            }
            error += field.error() / (10 * digits.len()) as f64;
        }
    }
    Ok(error)
}

/// The error over copies and order.
fn map(points: &[Params]) -> PhaseDiagram {
    let cells = points.iter().filter(|p| p.copies == "handwritings");
    let cells = cells.map(|p| (p.M as f64, p.n as f64, DigitFacts::at(p).site("error")));
    PhaseDiagram::new("copies M", "order n", "error of a bit read with an unseen digit").cells(cells).log_across()
}
