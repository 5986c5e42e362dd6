//! The load without errors (eq. 6), and how errors of one pattern come together beyond it.

use anyhow::Result;
use lawbook_memory::{capacity, crosstalk::Crosstalk};

use super::{probe, separation};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Fraction of stored patterns that are fixed points.
pub struct ErrorFree;

params! {
    /// A memory at a multiple of the error-free load, whose patterns are checked for stability at every site.
    pub struct Params {
        /// Separation function F.
        F: choice = "power", ["power", "rectified"];
        /// Order n.
        n: integer = 3, 2..=6;
        /// Neurons N.
        N: integer = 100, 8..=1000;
        /// Load in units of eq. 6.
        load: real = 1.0, 0.05..=10.0;
        /// Stored patterns measured per cell.
        probes: integer = 3000, 1..=10_000_000;
    }
}

/// Forms, orders and sizes.
const NETWORKS: [(&str, i64, i64); 4] = [("power", 2, 500), ("power", 3, 100), ("power", 4, 60), ("rectified", 3, 100)];

/// Twice the load, at which most patterns have an unstable site.
const BEYOND: f64 = 2.0;

/// Networks in which the dependence of sites is felt there. For n = 4, and where rectified, its parts nearly cancel.
const DEPENDENT: [(&str, i64); 2] = [("power", 2), ("power", 3)];

impl Study for ErrorFree {
    const NAME: &'static str = "error-free";
    const ABOUT: &'static str = "Fraction of stored patterns that are fixed points, at multiples of the error-free load.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let probes = match profile {
            Profile::Smoke => 1000,
            Profile::Quick => 6000,
            Profile::Full => 100_000,
        };
        let loads = |(form, n, neurons): (&str, i64, i64)| {
            let form = form.to_owned();
            // Patterns of the Hopfield network are few, hence cheap to look at.
            let probes = if n == 2 { 3 * probes } else { probes };
            let most = if DEPENDENT.contains(&(form.as_str(), n)) { 3 } else { 2 };
            let loads = [0.5, 1.0, BEYOND].into_iter().take(most);
            loads.map(|load| Params { F: form.clone(), n, N: neurons, load, probes }).collect::<Vec<_>>()
        };
        let most_order = if profile == Profile::Smoke { 2 } else { 6 };
        NETWORKS.iter().filter(|(_, n, _)| *n <= most_order).flat_map(|&network| loads(network)).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (form, n, neurons) in NETWORKS {
            let mut own: Vec<&Params> = points.iter().filter(|p| p.F == form && p.n == n && p.N == neurons).collect();
            own.sort_by(|a, b| a.load.total_cmp(&b.load));
            let (up_to, beyond): (Vec<&Params>, Vec<&Params>) = own.into_iter().partition(|p| p.load <= 1.0);
            if !up_to.is_empty() {
                claims.push(independent_sites(&format!("fixed-{form}-{n}"), &up_to)?);
            }
            for p in beyond {
                claims.push(shared_noise(&format!("clustered-{form}-{n}"), p)?);
            }
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let form = separation(&p.F, p.n);
        let (_, fixed) = probe(form, p.N as usize, patterns(p)?, p.probes as usize, &mut stream)?;
        cell.record("fixed", fixed);
        Ok(())
    }
}

fn patterns(p: &Params) -> Result<usize> {
    let unit = capacity::error_free_patterns(separation(&p.F, p.n), p.N as usize)?;
    Ok((p.load * unit).round().max(1.0) as usize)
}

fn leading_fixed(p: &Params, form: &str) -> Result<f64> {
    let error = capacity::one_step_error(separation(form, p.n), p.N as usize, patterns(p)? as f64)?;
    Ok(capacity::fixed_fraction(error, p.N as usize))
}

/// `(1 − P)^N` with P from eq. 4, at half the load of eq. 6 and at it.
///
/// N P is 0.10 to 0.13 at the full load. P is off by 11 to 20 % there (first neglected orders, as for the error curves), which
/// makes 0.02; that sites err together adds up to 0.01.
fn independent_sites(id: &str, points: &[&Params]) -> Result<Claim> {
    let law = points.iter().map(|p| leading_fixed(p, &p.F)).collect::<Result<Vec<_>>>()?;
    let sites = points.iter().zip(law).map(|(p, fixed)| (p.load, ErrorFree::at(p).site("fixed"), fixed));
    let (other, because) = if points.iter().all(|p| p.F == "rectified") {
        ("power", "memories that point away are taken to disturb as much as the others")
    } else {
        ("rectified", "only memories with positive overlap are taken to disturb")
    };
    let other_fixed = points.iter().map(|p| leading_fixed(p, other)).collect::<Result<Vec<_>>>()?;
    Ok(Claim::curve(id, sites)
        .within(Margin::Absolute(0.03))
        .out_of(points.iter().map(|p| p.probes as u64).min().unwrap_or(0))
        .rival("limit", "the limit N → ∞, in which every pattern is stable below the load", points.iter().map(|_| 1.0))
        .rival(&format!("{other}-noise"), because, other_fixed)
        .axes("load in units of eq. 6", "fraction of patterns fixed")
        .source("eq. 6"))
}

/// The fraction at twice the load with the noise that all sites of a pattern share, against independent sites.
///
/// The difference to independent sites is 0.03 to 0.05, of first order in the relative variance ω of the shared noise (0.01 to
/// 0.03) and in the correlation of two sites (1/N). The model of the noise, log-normal with two exact moments, neglects their
/// second order, about a quarter of the first: 0.015.
fn shared_noise(id: &str, p: &Params) -> Result<Claim> {
    let crosstalk = Crosstalk::new(separation(&p.F, p.n), p.N as usize, patterns(p)?)?;
    let error = crosstalk.exact_error()?;
    let (shared, independent) = (crosstalk.fixed_fraction(error), capacity::fixed_fraction(error, p.N as usize));
    Ok(Claim::value(id, ErrorFree::at(p).site("fixed"), shared)
        .within(Margin::Absolute(0.015))
        .out_of(p.probes as u64)
        .rival("independent-sites", "(1 − P)^N with the exact one-step error P", [independent])
        .axes("", "fraction of patterns fixed")
        .source("exact moments of the crosstalk over pairs of sites"))
}
