//! One mean, metastable averages, single patterns: the number of fixed points of clustered patterns.

use anyhow::{Result, bail};
use lawbook_core::{
    Tensor,
    tensor::{scalar, to_vec},
};
use lawbook_memory::modern::{ModernMemory, census::census};

use super::{along_unit, on_sphere};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Numbers of fixed points.
pub struct Phases;

params! {
    /// Unit patterns in clusters, at one of three temperatures.
    pub struct Params {
        /// How cold: just hot enough for one fixed point; half of what lets clusters split; as the separation condition asks.
        phase: choice = "cluster", ["mean", "cluster", "pattern"];
        /// Features d.
        d: integer = 32, 4..=1000;
        /// Clusters.
        clusters: integer = 4, 2..=100;
        /// Patterns per cluster.
        members: integer = 5, 2..=100;
        /// Length of a member's own part, in units of the cluster's.
        spread: real = 0.3, 0.01..=1.0;
    }
}

impl Study for Phases {
    const NAME: &'static str = "phases";
    const ABOUT: &'static str = "Stores clusters of unit patterns and counts the fixed points that the patterns lead to, at \
        inverse temperatures set by the paper's bounds from the drawn patterns.";
    const UNCLAIMED: &'static [&'static str] = &["beta"];
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        ["mean", "cluster", "pattern"].map(|phase| Params { phase: phase.to_owned(), ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let order = ["mean", "cluster", "pattern"];
        let own: Vec<(f64, &Params)> = order
            .iter()
            .zip([1.0, 2.0, 3.0])
            .filter_map(|(phase, x)| points.iter().find(|p| p.phase == *phase).map(|p| (x, p)))
            .collect();
        let all = |p: &Params| (p.clusters * p.members) as f64;
        let law = |p: &Params| match p.phase.as_str() {
            "mean" => 1.0,
            "cluster" => p.clusters as f64,
            _ => all(p),
        };
        let sites = own.iter().map(|(x, p)| (*x, Phases::at(p).site("fixed-points"), law(p)));
        let without = |p: &Params| if p.phase == "pattern" { all(p) } else { 1.0 };
        Ok(vec![
            Claim::exact("phases", sites)
                .within(Margin::Absolute(0.0))
                .rival("no-averages", "either one mean or single patterns", own.iter().map(|(_, p)| without(p)))
                .rival("always-stored", "a fixed point per pattern at any temperature", own.iter().map(|(_, p)| all(p)))
                .axes("hot (1), between (2), cold (3)", "fixed points")
                .source("section 2, three types of fixed points; conditions of separation in the theorems on retrieval"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let mut stream = cell.stream("patterns");
        let mut units = |rows: i64| on_sphere(&[rows, p.d], 1.0, &mut stream, cell.device());
        let centres = units(p.clusters).repeat_interleave_self_int(p.members, 0, None);
        let patterns = along_unit(&(centres + units(p.clusters * p.members) * p.spread));
        let beta = match p.phase.as_str() {
            "mean" => 0.95 / contraction(&patterns)?,
            "cluster" => {
                let of_cluster = |cluster| contraction(&patterns.narrow(0, cluster * p.members, p.members));
                let bounds = (0..p.clusters).map(of_cluster).collect::<Result<Vec<f64>>>()?;
                0.5 / bounds.into_iter().fold(0.0, f64::max)
            }
            _ => sufficient(&patterns)?,
        };
        let memory = ModernMemory::new(patterns.shallow_clone(), beta)?;
        // Neighbours of one cluster are about 0.4 apart.
        cell.record("fixed-points", to_vec(&census(&memory, &patterns, 1e-10, 0.02)?.points).len() as f64 / p.d as f64);
        cell.record("beta", beta);
        Ok(())
    }
}

/// The bound of the Jacobian at β = 1.
fn contraction(patterns: &Tensor) -> Result<f64> {
    Ok(ModernMemory::new(patterns.shallow_clone(), 1.0)?.contraction_bound())
}

/// The first power of 1.1 at which all patterns have the separation that suffices.
fn sufficient(patterns: &Tensor) -> Result<f64> {
    let separation = scalar(&ModernMemory::new(patterns.shallow_clone(), 1.0)?.separations().min());
    for power in 0..200 {
        let beta = 1.1f64.powi(power);
        if separation >= ModernMemory::new(patterns.shallow_clone(), beta)?.bounds().sufficient_separation() {
            return Ok(beta);
        }
    }
    bail!("two patterns are closer than {separation}: take fewer patterns or more features")
}
