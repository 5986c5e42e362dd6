//! Error against dimension, with all tokens known: weights `p^ρ`, the most frequent tokens alike, or all alike.

use anyhow::Result;
use lawbook_memory::{
    OutOfRange,
    association::{
        Association, Embeddings, frequency_weights,
        theory::{dimension_exponent, recall_error},
        zipf,
    },
};

use super::{OUTPUTS, targets};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Error against dimension.
pub struct Dimension;

params! {
    /// A memory that knows the frequencies of all tokens.
    pub struct Params {
        /// Exponent α of Zipf's law.
        alpha: real = 2.0, 1.05..=10.0;
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

/// A way of storing: name, α, ρ, tokens, whether only the d/8 most frequent tokens are kept, dimensions, work per memory.
struct Scheme(&'static str, f64, f64, i64, bool, &'static [i64], i64);

/// The largest dimension first decides the work: memories per cell are so many at d = 512, and as many more as d is smaller.
const SCHEMES: [Scheme; 5] = [
    Scheme("most-frequent", 2.0, 0.0, 4000, true, &[64, 128, 256, 512], 2),
    Scheme("most-frequent-heavy", 1.5, 0.0, 20_000, true, &[64, 128, 256, 512], 1),
    Scheme("frequency", 2.0, 1.0, 1000, false, &[64, 128, 256, 512, 1024], 24),
    Scheme("root", 2.0, 0.5, 3000, false, &[64, 128, 256, 512, 1024], 5),
    Scheme("overflow", 2.0, 0.0, 4000, false, &[64, 128, 256, 512], 2),
];

impl Study for Dimension {
    const NAME: &'static str = "dimension";
    const ABOUT: &'static str = "Stores Zipf-distributed tokens with given weights in random embeddings and adds up the \
        probabilities of tokens whose output is not recalled.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (schemes, work): (&[&str], i64) = match profile {
            Profile::Smoke => (&["frequency"], 1),
            Profile::Quick => (&["most-frequent", "most-frequent-heavy", "frequency", "root", "overflow"], 1),
            Profile::Full => (&["most-frequent", "most-frequent-heavy", "frequency", "root", "overflow"], 20),
        };
        let points = |scheme: &Scheme| {
            let &Scheme(_, alpha, rho, tokens, few, dimensions, memories) = scheme;
            let most = if profile == Profile::Smoke { 256 } else { i64::MAX };
            let dimensions = dimensions.iter().filter(move |d| **d <= most);
            dimensions.map(move |&d| Params {
                alpha,
                rho,
                N: tokens,
                kept: if few { d / 8 } else { tokens },
                d,
                memories: (work * memories * 512 / d).max(1),
            })
        };
        SCHEMES.iter().filter(|scheme| schemes.contains(&scheme.0)).flat_map(points).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for scheme in &SCHEMES {
            let &Scheme(name, alpha, rho, tokens, few, ..) = scheme;
            let belongs = |p: &&Params| {
                let kept = if few { p.d / 8 } else { tokens };
                (p.alpha, p.rho, p.N, p.kept) == (alpha, rho, tokens, kept)
            };
            let own: Vec<&Params> = points.iter().filter(belongs).collect();
            if own.is_empty() {
                continue;
            }
            claims.push(error_curve(name, &own)?);
            // An exponent wants most of a decade; where nothing is learned there is none.
            if own.len() > 3 && name != "overflow" {
                claims.push(exponent(name, alpha, rho, &own));
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (frequencies, targets, mut stream) =
            (zipf(p.N as usize, p.alpha)?, targets(p.N as usize), cell.stream("embeddings"));
        let weights = frequency_weights(&frequencies, p.rho, p.kept as usize, &mut stream);
        let mut error = 0.0;
        for _ in 0..p.memories {
            let embeddings = Embeddings::gaussian(p.N as usize, OUTPUTS, p.d as usize, &mut stream)?;
            error += Association::store(embeddings, &targets, &weights)?.error(&frequencies, &targets)?;
        }
        cell.record("error", error / p.memories as f64);
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

/// The error with its constant. Neglected: the second order in M/d of the crosstalk's variance (0.6 % at d = 64), that outputs
/// share their overlaps (M/d, 8 % of the variance there, which moves a token's error by about half as much), and that scores
/// of finite d have tails beyond Gaussian (1/d).
fn error_curve(name: &str, points: &[&Params]) -> Result<Claim> {
    let mut sites = Vec::new();
    let (mut few, mut frequency) = (Vec::new(), Vec::new());
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
        .source("theorem 1 with the constant of Gaussian crosstalk");
    let claim = if points.iter().all(|p| p.kept < p.N) {
        claim
    } else {
        claim.rival("most-frequent", "d/8 tokens alike, the others not at all", few)
    };
    Ok(if points.iter().all(|p| p.rho == 1.0) {
        claim
    } else {
        claim.rival("frequency-weights", "tokens weigh in by their frequency, ρ = 1", frequency)
    })
}

/// The exponent. Finite N cuts the tail by at most 13 % of the smallest error (α = 1.5), hence the slope by 0.02; where ρ > 0
/// the last token recalled is x ~ (2M d)^(1/2αρ), of order 5 to 10 for ρ = 1, and a shift of it by ½ changes slopes by a tenth.
fn exponent(name: &str, alpha: f64, rho: f64, points: &[&Params]) -> Claim {
    let sites = points.iter().map(|p| (p.d as f64, Dimension::at(p).site("error")));
    let claim = Claim::exponent(&format!("exponent-{name}"), sites, -dimension_exponent(alpha, rho))
        .within(Margin::Absolute(0.05))
        .axes("dimension d", "generalisation error")
        .log_x()
        .log_y()
        .source("propositions on thresholding and weighting: d^(−(α−1)/max(1, 2αρ))");
    let claim = if rho > 0.0 {
        claim.rival("most-frequent", "the best exponent, α − 1, whatever the weights", [-(alpha - 1.0)])
    } else {
        claim
    };
    if rho < 1.0 {
        claim.rival("frequency-weights", "the exponent of ρ = 1, whatever the weights", [-dimension_exponent(alpha, 1.0)])
    } else {
        claim
    }
}
