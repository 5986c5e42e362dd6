//! The alignment of representations is exact in the limit of small learning rates: the distance of the time-averaged Gram matrices
//! from those of the noise equilibrium falls with the rate.

use anyhow::Result;
use lawbook_dynamics::systems::matrix_factorization::Point;

use super::factors::{self, Equilibrium, time_average};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// SGD on the net of four inputs, six hidden units and three outputs, at uneven inputs and label noise.
    pub struct Params {
        /// Learning rate η.
        eta: real = 0.004, 0.0001..=0.02;
        /// Number of replicas.
        replicas: integer = 64, 2..=1_000_000;
    }
}

impl Params {
    fn factors(&self) -> factors::Params {
        factors::Params { eta: self.eta, replicas: self.replicas, ..factors::Params::default() }
    }
}

/// Alignment against the learning rate.
pub struct Alignment;

impl Study for Alignment {
    const NAME: &'static str = "alignment";
    const ABOUT: &'static str = "Trains two matrix factors by SGD at several learning rates for many relaxation times and records the \
        relative distance of their mean Gram matrices from those of the noise equilibrium.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let (etas, replicas): (&[f64], i64) = match profile {
            Profile::Smoke => return Vec::new(),
            Profile::Quick => (&[0.016, 0.008, 0.004], 64),
            Profile::Full => (&[0.016, 0.008, 0.004, 0.002], 1024),
        };
        etas.iter().map(|&eta| Params { eta, replicas }).collect()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        if points.len() < 3 {
            return Ok(Vec::new());
        }
        let sites = points.iter().map(|p| (p.eta, Self::at(p).site("mismatch")));
        // The product fluctuates around its mean with a variance of the order η, which is the first correction to both sides of
        // the equation. The next is smaller by η Tr H, up to 0.15 at the largest rate, of which a part reaches the slope.
        Ok(vec![
            Claim::exponent("alignment-in-the-limit", sites, 1.0)
                .within(Margin::Absolute(0.2))
                .rival("approximate", "the alignment is off by some part that stays", [0.0])
                .rival("second-order", "as of a scheme that conserves to second order", [2.0])
                .axes("learning rate η", "relative distance of the mean Gram matrices")
                .log_x()
                .log_y()
                .source("equation of the noise equilibrium, in the limit of a small learning rate"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let p = p.factors();
        let exact = entries(&Point::noise_equilibrium(&p.data())?);
        let found = entries(&time_average(&p, &cell.key())?);
        let distance: f64 = found.iter().zip(&exact).map(|(a, b)| (a - b).powi(2)).sum();
        cell.record("mismatch", (distance / exact.iter().map(|x| x * x).sum::<f64>()).sqrt());
        Ok(())
    }
}

/// The upper triangles of `U Uᵀ` and of `Wᵀ W`, which no rotation of the hidden units changes.
pub(super) fn entries(point: &Point<4, 3>) -> Vec<f64> {
    let outputs = (0..3).flat_map(|i| (i..3).map(move |j| point.outputs[i][j]));
    outputs.chain((0..4).flat_map(|i| (i..4).map(move |j| point.inputs[i][j]))).collect()
}

/// What the equilibrium says of both Gram matrices at one learning rate.
pub(super) fn gram_matrices(p: &factors::Params, equilibrium: &Point<4, 3>) -> Vec<Claim> {
    let balanced = Point::balanced(&p.data());
    let site = |name: &str| Equilibrium::at(p).site(name);
    let gram = entries(equilibrium).into_iter().enumerate();
    vec![
        Claim::value("noise-ratio", site("noise-ratio"), 1.0)
            .within(Margin::Relative(0.05))
            .rival("balanced", "UᵀU = W Wᵀ", [balanced.noise_ratio(&p.data())])
            .axes("", "Tr(W Σ_x Wᵀ)/Tr Σ_x over Tr(Uᵀ Σ_ε U)/Tr Σ_ε")
            .source("alignment of representations, trace part"),
        // Entries reach 1.2; the finite learning rate adds some 4 % to them.
        Claim::curve("gram-matrices", gram.map(|(i, entry)| (i as f64, site("gram").at(i as f64), entry)))
            .within(Margin::Absolute(0.06))
            .rival("balanced", "UᵀU = W Wᵀ", entries(&balanced))
            .axes("entry of U Uᵀ, then of Wᵀ W", "value")
            .source("alignment of representations W Σ_x Wᵀ/Tr Σ_x = Uᵀ Σ_ε U/Tr Σ_ε, solved by singular values"),
    ]
}
