//! Where retrieval ends, and what is left beyond.

use lawbook_analysis::gaussian::normal_tail;

use super::{Params, Saturation};
use crate::framework::{Claim, Margin, Study, Verdict};

/// Amit, Gutfreund & Sompolinsky's own simulations gave 0.145 ± 0.010, Hopfield's 0.15. A finite network is rounded upwards, by
/// about 0.01 at N = 10 000 (at N = 2000 it retrieves half of its patterns at 0.157, at N = 5000 at 0.150), and the bracket
/// reaches to the loads measured on either side.
pub fn collapse(points: &[&Params], critical: f64) -> Claim {
    let trials = points.iter().map(|p| p.probes as u64).min().unwrap_or(0);
    let size = points.iter().map(|p| p.N as f64).fold(f64::INFINITY, f64::min);
    let sites = points.iter().map(|p| (p.alpha, Saturation::at(p).site("retrieved")));
    Claim::threshold("critical-load", sites, 0.5, critical)
        .within(Margin::Absolute(0.025))
        .out_of(trials)
        .rival("error-free", "memory ends where errors begin, at 1/(2 ln N)", [0.5 / size.ln()])
        .rival("gardner", "2N patterns, what the best couplings could store", [2.0])
        .axes("load K/N", "fraction of patterns retrieved")
        .source("Amit, Gutfreund & Sompolinsky 1985: α_c = 0.138")
}

/// At 1.3 times the critical load. A network of this size still retrieves a few per cent.
pub fn lost(p: &Params) -> Claim {
    Claim::at_most("lost-beyond", Saturation::at(p).site("retrieved"), 0.2)
        .out_of(p.probes as u64)
        .rival("no-collapse", "errors grow with the load as in one step, 0.9 % here, and memory is not lost", [1.0])
        .axes("", "fraction of patterns retrieved")
        .source("Amit, Gutfreund & Sompolinsky 1985: no retrieval state above α_c = 0.138")
}

/// In equilibrium nothing is left of the pattern; a tenth would be.
pub fn remanence(p: &Params) -> Claim {
    Claim::value("equilibrium-beyond", Saturation::at(p).site("overlap"), 0.0)
        .within(Margin::Absolute(0.1))
        .rival("one-step", "the first step's overlap, 1 − 2Q(1/√α), stays", [1.0 - 2.0 * normal_tail(p.alpha.powf(-0.5))])
        .axes("", "overlap after relaxation")
        .source("Amit, Gutfreund & Sompolinsky 1985: m = 0 above α_c")
        .finding(
            Verdict::Fails,
            "A descent from the pattern stops in a spin-glass state with an overlap of 0.3 (Amit, Gutfreund & Sompolinsky 1987 \
             call it remanent magnetisation): the theory is that of equilibrium.",
        )
}
