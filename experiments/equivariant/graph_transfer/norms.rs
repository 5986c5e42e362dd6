//! Proposition G.1: the cut norm and the operator norm of a graphon bounded by 1 control each other.

use anyhow::Result;
use lawbook_core::{Kind, tensor::to_vec};
use lawbook_equivariant::{graphs::norms::operator_norm, sequences::cut_norm};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Random symmetric matrices with entries in [−1, 1].
    pub struct Matrices {
        /// Nodes; the cut norm takes all 2ⁿ subsets.
        n: integer = 10, 2..=16;
        /// Matrices with uniform entries, and as many with signs.
        draws: integer = 50, 1..=10_000;
    }
}

/// Both norms by enumeration and by eigenvalues.
pub struct Norms;

impl Study for Norms {
    const NAME: &'static str = "norms";
    const ABOUT: &'static str = "Random symmetric matrices with entries uniform in [−1, 1] or ±1: by how much the bounds between cut norm \
        (by enumeration of all subsets) and operator norm are violated at most.";
    type Params = Matrices;

    fn grid(_: Profile) -> Vec<Matrices> {
        vec![Matrices::default()]
    }

    fn predict(points: &[Matrices]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let at = Self::at(params);
        let sites = [(0.0, at.site("cut above operator"), 0.0), (1.0, at.site("operator above root of cut"), 0.0)];
        Ok(vec![
            Claim::exact("cut-and-operator-norm", sites)
                // Rounding of eigenvalues of order 1.
                .within(Margin::Absolute(1e-12))
                .rival_residual("equal", "the norms are the same on symmetric graphons", [at.site("operator above cut")])
                .axes("bound", "largest violation")
                .source("Proposition G.1"),
        ])
    }

    fn measure(params: &Matrices, cell: &mut Cell) -> Result<()> {
        let (device, mut stream) = (cell.device(), cell.stream("matrices"));
        let mut worst = [0.0_f64; 3];
        for draw in 0..2 * params.draws {
            let square = stream.uniform_tensor(&[params.n, params.n], Kind::Double, device) * 2.0 - 1.0;
            let symmetric = square.tril(0) + square.tril(-1).transpose(0, 1);
            let matrix = if draw % 2 == 0 { symmetric } else { symmetric.sign() };
            let (cut, operator) = (cut_norm(&to_vec(&matrix), params.n as usize)?, operator_norm(&matrix));
            let violations = [cut - operator, operator - 8f64.sqrt() * cut.sqrt(), operator - cut];
            worst.iter_mut().zip(violations).for_each(|(worst, violation)| *worst = worst.max(violation));
        }
        cell.record("cut above operator", worst[0]);
        cell.record("operator above root of cut", worst[1]);
        cell.record("operator above cut", worst[2]);
        Ok(())
    }
}
