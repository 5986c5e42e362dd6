//! Theorems 3.1 and 3.3: critical strengths as published, and the best tanh found again from random starts.

use anyhow::{Result, bail};
use lawbook_analysis::nelder_mead::minimise;
use lawbook_equivariant::laplacian::{Nonlinearity, Prior, Theory};

use super::draws::{SPARSE_TANH, SUBMATRIX_TANH};
use crate::framework::{Cell, Claim, Margin, Profile, PublishedTable, Study, params};

params! {
    /// A signal and a nonlinearity.
    pub struct Pair {
        /// The signal: entries of a planted submatrix, or half-normal ones.
        prior: choice = "submatrix", ["submatrix", "sparse"];
        /// None, the published best tanh for either signal or best ramps, or the tanh that a search finds from a random start.
        sigma: choice = "submatrix-tanh", ["none", "submatrix-tanh", "sparse-tanh", "ramp", "sparse-ramp", "search"];
    }
}

/// The published critical strengths.
const PUBLISHED: [(&str, &str, f64); 7] = [
    ("submatrix", "none", 1.0),
    ("submatrix", "submatrix-tanh", 0.755_007_389_3),
    ("submatrix", "ramp", 0.765_023_760_6),
    ("sparse", "sparse-tanh", 0.661_658_086_1),
    ("sparse", "sparse-ramp", 0.680_325),
    ("submatrix", "sparse-tanh", 0.766_690_3),
    ("sparse", "submatrix-tanh", 0.673_213_7),
];

/// Nonlinearities that were searched by other means, which are not measured here.
const OTHERS: [(&str, &str, f64); 4] = [
    ("submatrix", "step function of 15 jumps, best of 10 searches", 0.754_863),
    ("submatrix", "step function tuned for sparse signals", 0.767_298),
    ("sparse", "step function of 15 jumps, best of 10 searches", 0.664_341),
    ("sparse", "step function tuned for submatrices", 0.674_663),
];

/// All published critical strengths, beside those computed here.
fn critical_strengths() -> PublishedTable {
    let source = "Ma & Kunisky, arXiv 2505.12528, logs and notebooks of the released code (a696538)";
    let table = PublishedTable::new("critical strengths β*", source, ["signal", "nonlinearity"]);
    let measured = PUBLISHED.iter().fold(table, |table, (prior, sigma, value)| {
        let pair = Pair { prior: (*prior).to_owned(), sigma: (*sigma).to_owned() };
        table.row([signal(prior), name(sigma)], *value, Critical::at(&pair).site("critical strength"))
    });
    let search = Pair { prior: "submatrix".to_owned(), sigma: "search".to_owned() };
    let best = "tanh, best of a search";
    let measured = measured.row([signal("submatrix"), best], BEST_TANH, Critical::at(&search).site("critical strength"));
    OTHERS.iter().fold(measured, |table, (prior, sigma, value)| table.row([signal(prior), *sigma], *value, None))
}

/// A signal in words.
fn signal(prior: &str) -> &str {
    if prior == "sparse" { "sparse non-negative" } else { "planted submatrix" }
}

/// A nonlinearity in words.
fn name(sigma: &str) -> &str {
    match sigma {
        "submatrix-tanh" => "tanh tuned for submatrices",
        "sparse-tanh" => "tanh tuned for sparse signals",
        "ramp" => "ramp tuned for submatrices",
        "sparse-ramp" => "ramp tuned for sparse signals",
        other => other,
    }
}

/// The published end of the search over tanh for submatrices.
const BEST_TANH: f64 = 0.755_007_39;

/// Critical strengths by one quadrature.
pub struct Critical;

impl Study for Critical {
    const NAME: &'static str = "critical";
    const ABOUT: &'static str = "The critical strength of a nonlinearity, the root of H'(θ(β)) = 0, with all expectations \
        reduced to one normal variable by tilting; and the smallest one that Nelder and Mead find among a tanh(bx).";
    type Params = Pair;

    fn grid(profile: Profile) -> Vec<Pair> {
        let pair = |prior: &str, sigma: &str| Pair { prior: prior.to_owned(), sigma: sigma.to_owned() };
        let mut pairs: Vec<Pair> = PUBLISHED.iter().map(|(prior, sigma, _)| pair(prior, sigma)).collect();
        if profile != Profile::Smoke {
            pairs.push(pair("submatrix", "search"));
        }
        pairs
    }

    fn predict(points: &[Pair]) -> Result<Vec<Claim>> {
        let published = |params: &Pair| {
            PUBLISHED.iter().find(|(prior, sigma, _)| *prior == params.prior && *sigma == params.sigma).map(|entry| entry.2)
        };
        let known: Vec<(&Pair, f64)> = points.iter().filter_map(|point| Some((point, published(point)?))).collect();
        let mut claims = Vec::new();
        if !known.is_empty() {
            let triples = known
                .iter()
                .zip(0..)
                .map(|((params, value), at)| (f64::from(at), Self::at(params).site("critical strength"), *value));
            claims.push(
                // The published values have six digits or more.
                Claim::exact("published", triples)
                    .within(Margin::Absolute(1e-6))
                    .rival("direct", "the nonlinearity changes nothing", known.iter().map(|_| 1.0))
                    .rival(
                        "belief-propagation",
                        "1/√e, what belief propagation reaches",
                        known.iter().map(|_| (-0.5f64).exp()),
                    )
                    .axes("pair", "β*")
                    .source("Theorems 3.1 and 3.3; the numbers are those of the published code's logs")
                    .published(critical_strengths()),
            );
        }
        if let Some(search) = points.iter().find(|point| point.sigma == "search" && point.prior == "submatrix") {
            claims.push(
                Claim::exact("best-tanh", [(0.0, Self::at(search).site("critical strength"), BEST_TANH)])
                    // The minimum is flat: an error of 1e-4 in the parameters is one of 1e-8 in the value.
                    .within(Margin::Absolute(1e-6))
                    .rival("unit-tanh", "tanh(x), where the published search starts", [0.784_341_324_8])
                    .source("the published code's log of its search"),
            );
        }
        Ok(claims)
    }

    fn measure(params: &Pair, cell: &mut Cell) -> Result<()> {
        let prior = if params.prior == "sparse" { Prior::HalfNormal } else { Prior::Constant };
        let strength = |sigma: &Nonlinearity| Theory::new(prior, sigma)?.critical_strength();
        let critical = match params.sigma.as_str() {
            "none" => strength(&Nonlinearity::Zero)?,
            "submatrix-tanh" => strength(&SUBMATRIX_TANH)?,
            "sparse-tanh" => strength(&SPARSE_TANH)?,
            "ramp" => strength(&Nonlinearity::Ramp { width: 7.417_047_91, height: 4.408_511_34, start: -5.205_188_63 })?,
            "sparse-ramp" => strength(&Nonlinearity::Ramp { width: 7.416_23, height: 4.133_03, start: -4.728_53 })?,
            "search" => {
                let mut stream = cell.stream("start");
                let start = [0.5 + 2.0 * stream.uniform(), 0.4 + 0.8 * stream.uniform()];
                let value = |x: &[f64]| strength(&Nonlinearity::Tanh { height: x[0], slope: x[1] }).unwrap_or(f64::NAN);
                minimise(value, &start, 1e-5, 500)?.value
            }
            other => bail!("no nonlinearity {other}"),
        };
        cell.record("critical strength", critical);
        Ok(())
    }
}
