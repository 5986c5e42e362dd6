//! How many invariants there are in T(r), against the counts of invariant theory.

use anyhow::{Result, bail};
use lawbook_equivariant::bases::{Representation, invariants, partitions};

use super::group;
use crate::framework::{Cell, Claim, Margin, Profile, PublishedTable, Study, params};

params! {
    /// One group and all tensor orders up to the largest.
    pub struct Orders {
        /// The group.
        group: choice = "O(3)", ["O(2)", "O(3)", "O(4)", "SO(2)", "SO(3)", "SO(4)", "O(1,3)", "SO+(1,3)", "Sp(1)", "Z(4)", "S(4)", "S(6)"];
        /// The largest tensor order r.
        largest: integer = 6, 1..=10;
    }
}

/// Numbers of invariants.
pub struct Dimensions;

impl Study for Dimensions {
    const NAME: &'static str = "dimensions";
    const ABOUT: &'static str =
        "The general solver's number of independent invariants in T(r), r = 0, …, from the generators.";
    type Params = Orders;

    fn grid(profile: Profile) -> Vec<Orders> {
        let names =
            ["O(2)", "O(3)", "O(4)", "SO(2)", "SO(3)", "SO(4)", "O(1,3)", "SO+(1,3)", "Sp(1)", "Z(4)", "S(4)", "S(6)"];
        let largest = |name: &str| match (profile, name) {
            (Profile::Smoke, _) => 4,
            (Profile::Quick, "S(6)") => 6,
            (Profile::Quick, "O(4)" | "SO(4)" | "O(1,3)" | "SO+(1,3)") | (_, "S(6)") => 5,
            (Profile::Quick, _) => 6,
            (Profile::Full, "O(2)" | "SO(2)" | "Sp(1)") => 10,
            (Profile::Full, _) => 7,
        };
        names.iter().map(|name| Orders { group: (*name).to_owned(), largest: largest(name) }).collect()
    }

    fn predict(points: &[Orders]) -> Result<Vec<Claim>> {
        points.iter().map(claim).collect()
    }

    fn measure(params: &Orders, cell: &mut Cell) -> Result<()> {
        let group = group(&params.group)?;
        for r in 0..=params.largest as usize {
            let basis = invariants(&group, &Representation::tensor(r, 0))?;
            cell.record_at("dimension", r as f64, basis.dimension() as f64);
        }
        Ok(())
    }
}

fn claim(params: &Orders) -> Result<Claim> {
    let at = Dimensions::at(params);
    let orders = || 0..=params.largest as usize;
    let count = |r| count(&params.group, r);
    let sites =
        orders().map(|r| Ok((r as f64, at.site("dimension").at(r as f64), count(r)?))).collect::<Result<Vec<_>>>()?;
    let (name, because, of): (_, _, fn(usize) -> f64) = match params.group.as_str() {
        "Z(4)" | "S(4)" | "S(6)" => ("pairings", "as if all orthogonal maps were allowed", pairings),
        "SO(2)" | "SO(3)" | "SO(4)" | "SO+(1,3)" => ("no-volume-form", "pairings alone, the invariants of O(d)", pairings),
        "Sp(1)" => ("independent-pairings", "(r − 1)!! without the relations between them", pairings),
        _ => ("central-binomial", "the invariants of the rotations of a plane", central_binomial),
    };
    let claim = Claim::exact(&format!("dimensions-{}", params.group), sites)
        .within(Margin::Absolute(0.0))
        .rival(name, because, orders().map(of))
        .axes("tensor order r", "independent invariants")
        .source("Theorem 1");
    Ok(match ENCYCLOPEDIA.iter().find(|entry| entry.0 == params.group) {
        Some((_, about, sequence, first, step, counts)) => {
            let source = format!("On-Line Encyclopedia of Integer Sequences, {sequence}");
            let orders = if *step == 2 { "even orders r, the others have none" } else { "orders r" };
            let about = format!("{about} as the number of invariants in T(r), at {orders}");
            let table = PublishedTable::new(&about, &source, ["r"]);
            let rows = counts.iter().enumerate().map(|(i, count)| (first + step * i, *count));
            let rows = rows.filter(|(r, _)| *r <= params.largest as usize);
            claim.published(
                rows.fold(table, |table, (r, count)| table.row([r.to_string()], count, at.site("dimension").at(r as f64))),
            )
        }
        None => claim,
    })
}

/// A group, what its invariants count, the sequence, the orders r = first, first + step, … of its terms, and the terms.
type Entry = (&'static str, &'static str, &'static str, usize, usize, [f64; 5]);

/// Sequences of an outside table.
const ENCYCLOPEDIA: [Entry; 7] = [
    ("O(3)", "double factorials of odd numbers", "A001147", 0, 2, [1.0, 1.0, 3.0, 15.0, 105.0]),
    ("O(4)", "double factorials of odd numbers", "A001147", 0, 2, [1.0, 1.0, 3.0, 15.0, 105.0]),
    ("SO(2)", "central binomial coefficients", "A000984", 0, 2, [1.0, 2.0, 6.0, 20.0, 70.0]),
    ("SO(3)", "Motzkin sums", "A005043", 2, 1, [1.0, 1.0, 3.0, 6.0, 15.0]),
    ("SO(4)", "squares of Catalan numbers", "A001246", 0, 2, [1.0, 1.0, 4.0, 25.0, 196.0]),
    ("Sp(1)", "Catalan numbers", "A000108", 0, 2, [1.0, 1.0, 2.0, 5.0, 14.0]),
    ("S(6)", "Bell numbers", "A000110", 2, 1, [2.0, 5.0, 15.0, 52.0, 203.0]),
];

/// The invariants in T(r), each from its own theory.
fn count(group: &str, r: usize) -> Result<f64> {
    let catalan = |k: usize| central_binomial(2 * k) / (k + 1) as f64;
    let even = |value: f64| if r.is_multiple_of(2) { value } else { 0.0 };
    Ok(match group {
        // Brauer: pairings, independent for d ≥ r/2.
        "O(3)" if r <= 7 => pairings(r),
        "O(4)" | "O(1,3)" if r <= 9 => pairings(r),
        // Of e^{iθ} and e^{−iθ} as many of either; the reflection keeps half.
        "SO(2)" => central_binomial(r),
        "O(2)" => {
            if r == 0 {
                1.0
            } else {
                0.5 * central_binomial(r)
            }
        }
        // The spin-0 part of r spins 1: Motzkin sums, (r + 1) a_r = (r − 1)(2 a_{r−1} + 3 a_{r−2}).
        "SO(3)" => {
            (1..=r).fold((0.0, 1.0), |(before, a), k| (a, (k as f64 - 1.0) * (2.0 * a + 3.0 * before) / (k + 1) as f64)).1
        }
        // so(4) = su(2) + su(2), and V is the product of two spins 1/2; the same for its other real form.
        "SO(4)" | "SO+(1,3)" => even(catalan(r / 2).powi(2)),
        "Sp(1)" => even(catalan(r / 2)),
        "Z(4)" => {
            if r == 0 {
                1.0
            } else {
                4f64.powi(r as i32 - 1)
            }
        }
        "S(4)" => partitions::orbits(r, 4) as f64,
        "S(6)" => partitions::orbits(r, 6) as f64,
        _ => bail!("no count is known here for {group} at order {r}: lower `largest`"),
    })
}

/// (r − 1)!! for even r.
fn pairings(r: usize) -> f64 {
    if r.is_multiple_of(2) { (1..r).step_by(2).map(|k| k as f64).product() } else { 0.0 }
}

/// r over r/2 for even r.
fn central_binomial(r: usize) -> f64 {
    if r.is_multiple_of(2) { (1..=r / 2).fold(1.0, |c, k| c * (r / 2 + k) as f64 / k as f64) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: OEIS A005043 (Motzkin sums), A000984 (central binomials), A000108 (Catalan).
    #[test]
    fn counts_are_those_of_the_encyclopedia() {
        let counts = |group: &str| (0..=7).map(|r| count(group, r).unwrap_or(f64::NAN)).collect::<Vec<_>>();
        assert_eq!(counts("SO(3)"), [1.0, 0.0, 1.0, 1.0, 3.0, 6.0, 15.0, 36.0]);
        assert_eq!(counts("SO(2)"), [1.0, 0.0, 2.0, 0.0, 6.0, 0.0, 20.0, 0.0]);
        assert_eq!(counts("SO(4)"), [1.0, 0.0, 1.0, 0.0, 4.0, 0.0, 25.0, 0.0]);
        assert_eq!(counts("O(3)"), [1.0, 0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0]);
    }
}
