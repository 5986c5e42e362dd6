//! The closed form of the optimum, and clipped nonlinearities that approach it.

use anyhow::Result;
use lawbook_analysis::{gaussian::normal_density, quadrature::integral, root::bisect};
use lawbook_equivariant::laplacian::{
    Prior, Theory,
    optimum::{optimal_nonlinearity, optimal_strength},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// A signal, and where the optimal nonlinearity is clipped.
    pub struct Clipped {
        /// The signal: entries of a planted submatrix, or half-normal ones.
        prior: choice = "submatrix", ["submatrix", "sparse"];
        /// Smallest value of −σ.
        floor: real = 0.02, 0.0..=1.0;
        /// Largest value of −σ.
        ceiling: real = 50.0, 1.0..=1e6;
    }
}

/// 1/√e, the critical strength of belief propagation for planted submatrices.
pub const BELIEF_PROPAGATION: f64 = 0.606_530_659_712_633_4;

/// The published best critical strengths: among steps for submatrices, among tanh for half-normal signals.
const PUBLISHED_BEST: [(&str, f64); 2] = [("submatrix", 0.754_863), ("sparse", 0.661_658)];

/// √W(1): W(1) is the root of w = e^{−w}.
pub fn root_of_lambert() -> Result<f64> {
    Ok(bisect(|w| w - (-w).exp(), 0.0, 1.0)?.sqrt())
}

/// The root of β² E_{y,y'}[(yy')² e^{(2/π)β²yy'}] = 1 over two half-normals, as a double integral.
fn root_of_double_integral() -> Result<f64> {
    let half_normal = |y: f64| 2.0 * normal_density(y);
    let excess = |beta: f64| {
        let rate = std::f64::consts::FRAC_2_PI * beta * beta;
        let inner = |y: f64| integral(|z| half_normal(z) * (y * z).powi(2) * (rate * y * z).exp(), 0.0, 16.0, 16);
        beta * beta * integral(|y| half_normal(y) * inner(y), 0.0, 16.0, 16) - 1.0
    };
    Ok(bisect(excess, 0.3, 0.9)?)
}

/// The optimum in closed form.
pub struct ClosedForm;

impl Study for ClosedForm {
    const NAME: &'static str = "closed-form";
    const ABOUT: &'static str = "The root of β²E[Λ²] = 1 by quadrature over one normal variable, and the critical strength of \
        the optimal nonlinearity, clipped, from the equation of its effective signal.";
    type Params = Clipped;

    fn grid(_: Profile) -> Vec<Clipped> {
        // The half-normal Λ grows faster and falls more slowly than an exponential, so that it is clipped much wider.
        let clipped = |prior: &str, floor: f64, ceiling: f64| Clipped { prior: prior.to_owned(), floor, ceiling };
        vec![clipped("submatrix", 0.02, 50.0), clipped("sparse", 0.001, 1e4)]
    }

    fn predict(points: &[Clipped]) -> Result<Vec<Claim>> {
        let mut claims = Vec::new();
        for (prior, published) in PUBLISHED_BEST {
            let Some(params) = points.iter().find(|point| point.prior == prior) else { continue };
            let at = Self::at(params);
            let optimum = if prior == "sparse" { root_of_double_integral()? } else { root_of_lambert()? };
            let exact = |id: &str, observable: &str, margin: f64| {
                let claim = Claim::exact(&format!("{prior}-{id}"), [(0.0, at.site(observable), optimum)]);
                let claim = claim.within(Margin::Absolute(margin)).axes("", "critical signal strength β");
                claim.rival("published-best", "the best of the published searches is the best there is", [published]).rival(
                    "belief-propagation",
                    "a nonlinear Laplacian does as well as belief propagation",
                    [BELIEF_PROPAGATION],
                )
            };
            claims.push(exact("infimum", "optimum", 1e-9));
            // What clipping cuts off of E[Λ²] on either side; a hundredth of the way from the optimum to the published best.
            let (floor, ceiling) = if prior == "sparse" { (0.001, 1e4) } else { (0.05, 20.0) };
            claims.push(
                exact("attained", "critical strength", 2e-5)
                    .assuming("clipped wide", params.floor <= floor && params.ceiling >= ceiling),
            );
        }
        Ok(claims)
    }

    fn measure(params: &Clipped, cell: &mut Cell) -> Result<()> {
        let prior = if params.prior == "sparse" { Prior::HalfNormal } else { Prior::Constant };
        cell.record("optimum", optimal_strength(prior)?);
        let sigma = optimal_nonlinearity(prior, params.floor, params.ceiling)?;
        cell.record("critical strength", Theory::new(prior, &sigma)?.critical_strength()?);
        Ok(())
    }
}
