//! **Capacity of the Hopfield network.** N sites with Hebb's couplings of K = αN random patterns: one at a time, sites relax from
//! a pattern to a state close to it, at an overlap m that obeys replica-symmetric theory at every temperature, until α_c = 0.138,
//! where 1.6 % of the sites are wrong; beyond it memory is lost. At zero temperature
//!
//! `erf(y) = y (√(2α) + (2/√π) e^{−y²})`, `m = erf(y)`.
//!
//! Without any error, N/(4 ln N) patterns are stored. The projection rule stores all of up to N patterns; then self-couplings
//! decide whether a cue is repaired. Sites that move all at once end in fixed points or cycles of two, and Hebb's self-couplings
//! leave no cycle.
//!
//! *Assumptions*: independent unbiased patterns, N → ∞. Replica symmetry is broken at low temperature only, with a small effect
//! (α_c = 0.13819 instead of 0.13791). The theory is that of equilibrium; a descent from the pattern stops at the first local
//! minimum.
//!
//! *Source*: J. J. Hopfield, PNAS 79, 2554, 1982; D. J. Amit, H. Gutfreund & H. Sompolinsky, *Storing infinite numbers of patterns
//! in a spin-glass model of neural networks*, Phys. Rev. Lett. 55, 1530, 1985, and *Statistical mechanics of neural networks near
//! saturation*, Ann. Phys. 173, 30, 1987; R. J. McEliece, E. C. Posner, E. R. Rodemich & S. S. Venkatesh, *The capacity of the
//! Hopfield associative memory*, IEEE Trans. Inf. Theory 33, 461, 1987.

pub mod cycles;
pub mod dynamics;
pub mod projection;
pub mod saturation;
pub mod self_coupling;
pub mod stability;
pub mod temperature;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "hopfield-capacity", file!())
        .title("Hopfield network: retrieval until α = 0.138")
        .statement(
            "With K = αN patterns by Hebb's rule the overlap of the retrieval state is that of replica-symmetric theory, until it \
             disappears at α = 0.138; N/(4 ln N) patterns are stored without error, N by the projection rule.",
        )
        .equation(
            r"m = \int\! Dz\,\tanh\frac{m + \sqrt{\alpha r}\,z}{T}, \quad r = \frac{q}{(1-C)^2}, \quad
              T = 0:\ \mathrm{erf}(y) = y\Bigl(\sqrt{2\alpha} + \tfrac{2}{\sqrt{\pi}}\,e^{-y^2}\Bigr)",
        )
        .symbol(r"\alpha", "load K/N: patterns per site")
        .symbol("m", "overlap of the retrieval state with its pattern; (1 − m)/2 of the sites are wrong")
        .symbol("T", "temperature; 0 is the descent in energy")
        .symbol("r", "crosstalk: the other patterns' noise on a site has variance αr")
        .symbol("q", "mean square of a site's magnetisation")
        .symbol("C", "susceptibility (1 − q)/T")
        .symbol("y", "m/√(2αr)")
        .source("D. J. Amit, H. Gutfreund & H. Sompolinsky, Phys. Rev. Lett. 55, 1530, 1985; Ann. Phys. 173, 30, 1987")
        .study::<saturation::Saturation>()
        .study::<temperature::Temperature>()
        .study::<stability::Stability>()
        .study::<dynamics::Dynamics>()
        .study::<cycles::Cycles>()
        .study::<projection::Projection>()
        .study::<self_coupling::SelfCoupling>()
}
