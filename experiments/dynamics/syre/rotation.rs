//! Rotations of the hidden layer of `U W`: a reflection along a direction that the bias does not see survives isotropic decay.
//!
//! The stacked bias `[U₀; W₀ᵀ]` has `2n` rows and `k` columns. The force off the plane of the reflection along `v` is `2γ|[U₀; W₀ᵀ] v|`:
//! at least `2γ` times the smallest singular value, and 0 for some `v` if the hidden layer is wider than `2n`.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::scalar};
use lawbook_dynamics::{
    systems::mirror::{Mirror, gradient},
    systems::syre::Syre,
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// |U W − Y|² for U of n × k and W of k × n.
    pub struct Params {
        /// Inputs and outputs n.
        n: integer = 2, 1..=20;
        /// Hidden units k.
        k: integer = 5, 1..=60;
        /// Weight decay γ.
        gamma: real = 0.05, 0.0001..=10.0;
        /// Standard deviation σ₀ of the bias.
        sigma: real = 0.3, 0.000001..=10.0;
        /// Spread of the entries of D.
        spread: real = 0.5, 0.000001..=0.999;
    }
}

/// Continuous symmetries.
pub struct Rotation;

impl Study for Rotation {
    const NAME: &'static str = "rotation";
    const ABOUT: &'static str = "Finds the reflection of the hidden layer that the bias breaks least, and how far the loss is from \
        having it, for isotropic and for spread decay.";
    type Params = Params;

    fn grid(_: Profile) -> Vec<Params> {
        [5, 3].map(|k| Params { k, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let claim = |p: &Params| {
            let site = |name: &str| Self::at(p).site(name);
            if p.k > 2 * p.n {
                // An identity in f64.
                Claim::exact("isotropic-decay-keeps-a-reflection", [(0.0, site("asymmetry"), 0.0)])
                    .within(Margin::Absolute(1e-10))
                    .rival_residual("spread", "as with distinct entries of D", [site("asymmetry-spread")])
                    .axes("", "largest relative change of the loss by the reflection")
                    .source("theorem 1: the advanced form is needed for uncountably many symmetries")
            } else {
                // Exact; half of the digits, as a singular value is the root of an eigenvalue.
                Claim::exact("weakest-force", [(0.0, site("force-ratio"), 1.0)])
                    .within(Margin::Absolute(1e-6))
                    .rival("unbroken", "isotropic decay breaks no continuous family", [0.0])
                    .rival("factor", "γ for 2γ", [0.5])
                    .axes("", "force off the plane over 2γ times the smallest singular value of the bias")
                    .source("corollary 1, for the reflections in a rotation group")
            }
        };
        Ok(points.iter().map(claim).collect())
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let (kind, device, half) = (Kind::Double, cell.device(), p.n * p.k);
        let y = cell.stream("target").normal_tensor(&[p.n, p.n], kind, device);
        let loss = |t: &Tensor| {
            (t.narrow(0, 0, half).view([p.n, p.k]).matmul(&t.narrow(0, half, half).view([p.k, p.n])) - &y).square().sum(kind)
        };
        let basic = || Syre::isotropic(p.gamma, p.sigma, 2 * half, &mut cell.stream("bias"), device);
        let isotropic = basic()?;
        let spread = basic()?.with_spread(p.spread, &mut cell.stream("scales"))?;
        let first = isotropic.bias.narrow(0, 0, half).view([p.n, p.k]);
        let second = isotropic.bias.narrow(0, half, half).view([p.k, p.n]);
        let stacked = Tensor::cat(&[first, second.transpose(0, 1)], 0);
        let (squares, directions) = stacked.transpose(0, 1).matmul(&stacked).linalg_eigh("L");
        let weakest = directions.select(1, 0);
        // U → U(1 − 2vvᵀ), W → (1 − 2vvᵀ)W: normal to each row of U and each column of W is v.
        let unit = Tensor::eye(p.n, (kind, device));
        let along = weakest.view([p.k, 1]);
        let (rows, columns) = (unit.kron(&along), along.kron(&unit));
        let empty = rows.zeros_like();
        let normals = Tensor::cat(&[Tensor::cat(&[&rows, &empty], 1), Tensor::cat(&[&empty, &columns], 1)], 0);
        let mirror = Mirror::new(&normals)?;
        let mut draws = cell.stream("draws");
        let asymmetry = |syre: &Syre, draws: &mut _| mirror.asymmetry(|t| syre.loss(&syre.raw(t), loss), 20, draws);
        cell.record("asymmetry", asymmetry(&isotropic, &mut draws));
        cell.record("asymmetry-spread", asymmetry(&spread, &mut draws));
        if p.k <= 2 * p.n {
            let symmetric = mirror.onto_plane(&draws.normal_tensor(&[2 * half], kind, device));
            let slope = gradient(|t| isotropic.loss(t, loss), &isotropic.raw(&symmetric));
            let force = scalar(&mirror.coordinates(&slope).norm());
            cell.record("force-ratio", force / (2.0 * p.gamma * scalar(&squares.get(0)).sqrt()));
        }
        Ok(())
    }
}
