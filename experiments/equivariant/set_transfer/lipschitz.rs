//! Table 2, transferability: which aggregation has one Lipschitz constant for all n depends on the norm.
//!
//! Moving one of n points far away changes the maximum by O(1) and the normalised ℓ_p norm by n^{−1/p}: PointNet's constant grows as
//! n^{1/p} and is bounded for p = ∞ alone, that of the mean is L_ρ L_σ for every p. Under zero padding all n points moved alike
//! change the sum by n and the ℓ_p norm by n^{1/p}: the constant grows as n^{1−1/p}, bounded for p = 1 alone.

use anyhow::Result;
use lawbook_core::Kind;
use lawbook_equivariant::{
    sequences::{Constant, Probe, Sets, exponent, lipschitz},
    sets::{Aggregation, SetModel, SetSequence},
};

use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

params! {
    /// Random networks on random sets.
    pub struct Constants {
        /// Dimension of the points.
        d: integer = 2, 1..=100;
        /// Random networks, over which the constants are averaged.
        networks: integer = 16, 1..=10_000;
        /// Random sets per size, each moved in four ways.
        draws: integer = 3, 1..=10_000;
        /// Width of ρ and σ.
        width: integer = 16, 1..=1000;
    }
}

/// The aggregation, its sequence, the order of the norm, and the exponent of n in its Lipschitz constant.
const CASES: [(Aggregation, SetSequence, f64, f64); 6] = [
    (Aggregation::Mean, SetSequence::Duplication, 1.0, 0.0),
    (Aggregation::Max, SetSequence::Duplication, 1.0, 1.0),
    (Aggregation::Max, SetSequence::Duplication, 2.0, 0.5),
    (Aggregation::Max, SetSequence::Duplication, f64::INFINITY, 0.0),
    (Aggregation::Sum, SetSequence::ZeroPadding, 1.0, 0.0),
    (Aggregation::Sum, SetSequence::ZeroPadding, 2.0, 0.5),
];

// From 32 points on: among fewer a move of all points finds a larger change than one of a single point, and so a bound that is not
// that of the growing term.
const SIZES: [i64; 3] = [32, 128, 512];

/// How Lipschitz constants grow with n.
pub struct LipschitzConstants;

impl Study for LipschitzConstants {
    const NAME: &'static str = "lipschitz";
    const ABOUT: &'static str = "Untrained models: the largest change of the output over the change of the input that random \
        moves of one point and of all points find, at sizes 32 to 512, in the norms of Table 2; its exponent in n.";
    type Params = Constants;

    fn grid(profile: Profile) -> Vec<Constants> {
        if profile == Profile::Smoke { Vec::new() } else { vec![Constants::default()] }
    }

    fn predict(points: &[Constants]) -> Result<Vec<Claim>> {
        let Some(params) = points.first() else { return Ok(Vec::new()) };
        let site = Self::at(params).site("exponent");
        let predicted = CASES.iter().enumerate().map(|(i, case)| (i as f64, site.clone().at(i as f64), case.3));
        let with_p = |p: f64| CASES.map(|(_, _, order, exponent)| if order == p { exponent } else { 1.0 });
        Ok(vec![
            // Neglected: the largest of n normal points rises by a thirtieth of the far point's distance; σ on a sum still crosses
            // kinks at the smallest size; the way in which all points move is random, and a single point may beat it. Less than a
            // tenth each; the norms differ by a half.
            Claim::curve("lipschitz-exponents", predicted)
                .within(Margin::Absolute(0.2))
                .rival("symmetry-suffices", "invariant models of Lipschitz parts transfer in every norm", [0.0; CASES.len()])
                .rival("any-norm", "the maximum is as discontinuous in every W_p as in W_1", with_p(1.0))
                .axes("mean ℓ_1; max ℓ_1, ℓ_2, ℓ_∞ (normalised); sum ℓ_1, ℓ_2 (zero padding)", "exponent of n")
                .source("Table 2"),
        ])
    }

    fn measure(params: &Constants, cell: &mut Cell) -> Result<()> {
        let (device, mut networks, mut moves) = (cell.device(), cell.stream("networks"), cell.stream("moves"));
        let probe = Probe { sizes: SIZES.to_vec(), draws: params.draws as usize, ..Probe::default() };
        let output = Constant::new(1)?;
        for (i, (aggregation, sequence, p, _)) in CASES.into_iter().enumerate() {
            let model = SetModel::three_layers(aggregation, params.d, params.width)?;
            let inputs = Sets::new(sequence, params.d, p)?;
            // Constants are averaged before the fit: a network that happens to be dead on the sets of one size has none there, and a
            // slope of its own would be that of rounding.
            let mut constants = SIZES.map(|n| (n, 0.0));
            for _ in 0..params.networks {
                let parameters = model.init(&mut networks, Kind::Double, device);
                let centred = |set: &_| model.forward_centred(&parameters, set);
                let growth = lipschitz(&inputs, &output, centred, &probe, &mut moves)?;
                constants.iter_mut().zip(growth.constants).for_each(|(sum, (_, constant))| sum.1 += constant);
            }
            cell.record_at("exponent", i as f64, exponent(&constants));
        }
        Ok(())
    }
}
