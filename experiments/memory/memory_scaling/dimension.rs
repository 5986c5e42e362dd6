//! Error against dimension, with all tokens known: weights `p^ρ`, the most frequent tokens alike, or all alike.

use anyhow::Result;
use lawbook_memory::{
    OutOfRange,
    association::{
        frequency_weights,
        strangers::gaussian_error,
        theory::{dimension_exponent, recall_error},
        zipf,
    },
    metrics::exact_match,
};

use super::{OUTPUTS, targets};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Error against dimension.
pub struct Dimension;

params! {
    /// A memory that knows the frequencies of all tokens.
    pub struct Params {
        /// Exponent α of Zipf's law.
        alpha: real = 2.0, 0.0..=10.0;
        /// Exponent ρ of the weights.
        rho: real = 0.0, 0.0..=3.0;
        /// Tokens N.
        N: integer = 100, 2..=1_000_000;
        /// Tokens that are stored, the most frequent ones.
        kept: integer = 100, 1..=1_000_000;
        /// Dimension d.
        d: integer = 100, 2..=100_000;
        /// Memories per cell.
        memories: integer = 20, 1..=1_000_000;
    }
}

/// A way of storing: name, α, ρ, tokens, how many dimensions there are for each token that is kept (0 where all are), dimensions,
/// memories per cell at d = 512, and more as d is smaller.
struct Scheme(&'static str, f64, f64, i64, i64, &'static [i64], i64);

/// With α = 0 heads do not scatter; with 1.5, tokens alike are recalled as often, and the error of one memory scatters by 0.2. Of
/// d/16 tokens kept hardly any head is ever lost; of d/8 one is in some thousand memories.
const SCHEMES: [Scheme; 7] = [
    Scheme("most-frequent", 2.0, 0.0, 2000, 16, &[128, 256, 1024], 40),
    Scheme("steep", 3.0, 0.0, 500, 16, &[128, 256, 512, 1024], 6),
    Scheme("heavy", 1.5, 0.0, 20_000, 8, &[128, 256, 512, 1024], 1),
    Scheme("frequency", 2.0, 1.0, 200, 0, &[128, 1024], 160),
    Scheme("root", 2.0, 0.5, 500, 0, &[128], 56),
    Scheme("overflow", 0.0, 0.0, 4000, 0, &[128, 512], 1),
    Scheme("heads-overflow", 1.5, 0.0, 4000, 0, &[512], 150),
];

/// Schemes of which the exponent is claimed, and whose error is with its constant.
const EXPONENTS: [&str; 4] = ["most-frequent", "steep", "heavy", "frequency"];
const CURVES: [&str; 5] = ["most-frequent", "frequency", "root", "overflow", "heads-overflow"];

/// Tokens of a string, all of which have to be right for an exact match.
const STRING: i32 = 20;

impl Study for Dimension {
    const NAME: &'static str = "dimension";
    const ABOUT: &'static str = "Stores Zipf-distributed tokens with given weights in random embeddings and adds up the \
        probabilities of tokens whose output is not recalled.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let work = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => 1,
            Profile::Full => 20,
        };
        let points = |scheme: &Scheme| {
            let &Scheme(_, alpha, rho, tokens, share, dimensions, memories) = scheme;
            dimensions.iter().map(move |&d| Params {
                alpha,
                rho,
                N: tokens,
                kept: kept(share, d, tokens),
                d,
                memories: (work * memories * 512 / d).max(1),
            })
        };
        SCHEMES.iter().filter(|scheme| scheme.0 != "heavy" || profile == Profile::Full).flat_map(points).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for scheme in &SCHEMES {
            let &Scheme(name, alpha, rho, tokens, share, ..) = scheme;
            let belongs = |p: &&Params| (p.alpha, p.rho, p.N, p.kept) == (alpha, rho, tokens, kept(share, p.d, tokens));
            let own: Vec<&Params> = points.iter().filter(belongs).collect();
            if CURVES.contains(&name) && !own.is_empty() {
                claims.push(error_curve(name, &own)?);
            }
            if EXPONENTS.contains(&name) && own.len() > 1 {
                claims.push(exponent(name, alpha, rho, &own));
            }
            if name == "most-frequent" && !own.is_empty() {
                claims.push(whole_strings(&own)?);
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (frequencies, targets, mut stream) =
            (zipf(p.N as usize, p.alpha)?, targets(p.N as usize), cell.stream("embeddings"));
        let weights = frequency_weights(&frequencies, p.rho, p.kept as usize, &mut stream);
        let (mut error, mut whole) = (0.0, 0.0);
        for _ in 0..p.memories {
            let own = gaussian_error(&frequencies, &targets, &weights, (OUTPUTS, p.d as usize), &mut stream)?;
            error += own;
            whole += exact_match(1.0 - own, f64::from(STRING));
        }
        cell.record("error", error / p.memories as f64);
        cell.record("exact-match", whole / p.memories as f64);
        Ok(())
    }
}

/// The error with Gaussian crosstalk and these weights.
fn law(p: &Params, rho: f64, kept: i64) -> Result<f64, OutOfRange> {
    let frequencies = zipf(p.N as usize, p.alpha)?;
    let weights: Vec<f64> =
        frequencies.iter().enumerate().map(|(x, f)| if (x as i64) < kept { f.powf(rho) } else { 0.0 }).collect();
    recall_error(&frequencies, &targets(p.N as usize), OUTPUTS, &weights, p.d as usize)
}

/// Tokens kept at a dimension.
fn kept(share: i64, d: i64, tokens: i64) -> i64 {
    if share > 0 { d / share } else { tokens }
}

/// The error with its constant. Neglected: that outputs share their overlaps, M/d of the crosstalk's variance (4 % at d = 128,
/// which moves a token's error by about half as much), its second order, and that scores of finite d have tails beyond Gaussian
/// (1/d).
fn error_curve(name: &str, points: &[&Params]) -> Result<Claim> {
    let (mut sites, mut few, mut frequency) = (Vec::new(), Vec::new(), Vec::new());
    for p in points {
        sites.push((p.d as f64, Dimension::at(p).site("error"), law(p, p.rho, p.kept)?));
        few.push(law(p, 0.0, p.d / 8)?);
        frequency.push(law(p, 1.0, p.N)?);
    }
    let claim = Claim::curve(&format!("error-{name}"), sites)
        .within(Margin::Relative(0.06))
        .axes("dimension d", "generalisation error")
        .log_x()
        .log_y()
        .source("error at infinite data, with the constant of Gaussian crosstalk");
    Ok(match name {
        "overflow" | "heads-overflow" => claim
            .rival("nothing", "nothing is learned, and outputs are guessed", vec![1.0 - 1.0 / OUTPUTS as f64; points.len()])
            .rival("capacity", "d² entries of W hold d²/8 tokens: all", vec![0.0; points.len()]),
        "frequency" => claim.rival("most-frequent", "d/8 tokens alike, the others not at all", few),
        "root" => claim.rival("most-frequent", "d/8 tokens alike, the others not at all", few).rival(
            "frequency-weights",
            "tokens weigh in by their frequency, ρ = 1",
            frequency,
        ),
        _ => claim.rival("frequency-weights", "tokens weigh in by their frequency, ρ = 1", frequency),
    })
}

/// The exponent. Finite N cuts the tail by 6 % of the smallest error (ρ = 0), hence the slope by 0.02; where ρ > 0 the last token
/// recalled is x ~ (2M d)^(1/2αρ), of order 5 to 10 for ρ = 1, and a shift of it by ½ changes slopes by a tenth. So it does for
/// the 8 tokens kept of a steep distribution, by 6 % of the first error, whose exponent is 2.
fn exponent(name: &str, alpha: f64, rho: f64, points: &[&Params]) -> Claim {
    let sites = points.iter().map(|p| (p.d as f64, Dimension::at(p).site("error")));
    let claim = Claim::exponent(&format!("exponent-{name}"), sites, -dimension_exponent(alpha, rho))
        .within(Margin::Absolute(0.05 * (alpha - 1.0).max(1.0)))
        .axes("dimension d", "generalisation error")
        .log_x()
        .log_y()
        .source("thresholding and weighting: d^(−(α−1)/max(1, 2αρ))");
    if rho > 0.0 {
        claim.rival("most-frequent", "the best exponent, α − 1, whatever the weights", [-(alpha - 1.0)])
    } else {
        claim.rival("frequency-weights", "the exponent of ρ = 1, whatever the weights", [-dimension_exponent(alpha, 1.0)])
    }
}

/// The sharp measure of the same memories: all of L tokens right, `(1 − E)^L`. E is good to 6 %, and L E (1 − E)^L at most 1/e:
/// 0.022, and as much as E scatters over memories.
fn whole_strings(points: &[&Params]) -> Result<Claim> {
    let (mut sites, mut accuracies) = (Vec::new(), Vec::new());
    for p in points {
        let accuracy = 1.0 - law(p, p.rho, p.kept)?;
        let whole = exact_match(accuracy, f64::from(STRING));
        sites.push((p.d as f64, Dimension::at(p).site("exact-match"), whole));
        accuracies.push(accuracy);
    }
    Ok(Claim::curve("exact-match", sites)
        .within(Margin::Absolute(0.03))
        .rival("smooth", "what holds for tokens holds for strings", accuracies)
        .axes("dimension d", "fraction of strings of 20 tokens without an error")
        .log_x()
        .source("Schaeffer, Miranda & Koyejo 2023, arXiv 2304.15004: p^L"))
}
