//! The update is minus the energy's gradient, and the energy falls.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor,
    optim::gradients,
    tensor::{scalar, to_vec},
};
use lawbook_memory::energy_transformer::{EnergyTransformer, Keys};

use super::{keys, random_block};
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// Descent in energy.
pub struct Descent;

params! {
    /// A block with random weights of variance 1/D, and random tokens.
    pub struct Params {
        /// Keys that a query attends to: those of the other tokens (paper), or all (published code).
        keys: choice = "others", ["others", "all"];
        /// Tokens N.
        N: integer = 6, 2..=1000;
        /// Features D.
        D: integer = 32, 2..=1000;
        /// Step length α.
        alpha: real = 0.1, 0.0001..=10.0;
        /// Steps.
        steps: integer = 200, 1..=100_000;
    }
}

/// Sets of tokens side by side.
const SETS: i64 = 16;

impl Study for Descent {
    const NAME: &'static str = "descent";
    const ABOUT: &'static str = "Follows random tokens through many steps of a block, counts the steps in which each of several \
        energies rises, and compares the update with the energy's gradient by autograd.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let steps = match profile {
            Profile::Smoke => 100,
            Profile::Quick => 200,
            Profile::Full => 2000,
        };
        ["others", "all"].map(|keys| Params { keys: keys.to_owned(), steps, ..Params::default() }).to_vec()
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sites = |observable: &str| points.iter().map(|p| Descent::at(p).site(observable)).collect::<Vec<_>>();
        let zeros =
            |observable: &str| (1..).zip(sites(observable)).map(|(i, site)| (f64::from(i), site, 0.0)).collect::<Vec<_>>();
        let axis = "keys of others (1), of all (2)";
        let mut claims = vec![
            // Rounding, relative to the largest entry.
            Claim::exact("gradient", zeros("gradient-error"))
                .within(Margin::Absolute(1e-11))
                .rival_residual(
                    "one-term",
                    "attention as in every transformer, without the keys' own motion",
                    sites("gradient-error-one-term"),
                )
                .axes(axis, "largest relative difference to autograd")
                .source("eqs. 3, 5, 6"),
            Claim::exact("descent", zeros("rises"))
                .within(Margin::Absolute(0.0))
                .rival_residual("one-term", "attention as in every transformer descends as well", sites("rises-one-term"))
                .rival_residual(
                    "with-normalisation",
                    "g·x − L of the normalisation is part of what falls",
                    sites("rises-with-normalisation"),
                )
                .axes(axis, "steps in which the energy rises")
                .source("eq. 7; each set of keys with its own energy"),
        ];
        for p in points.iter().filter(|p| p.keys == "all") {
            let site = |observable: &str| Descent::at(p).site(observable);
            claims.push(
                Claim::exact("which-energy-falls", [(0.0, site("rises"), 0.0)])
                    .within(Margin::Absolute(0.0))
                    .rival_residual(
                        "paper",
                        "the update of the published code lowers the paper's energy too",
                        [site("rises-other-keys")],
                    )
                    .axes("", "steps in which the energy rises, update with all keys")
                    .source("eq. 3 excludes B = C; both published codes sum over all keys"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let deviation = (p.D as f64).sqrt().recip();
        let block = random_block(p.D, deviation, keys(&p.keys), &mut cell.stream("block"), cell.device())?;
        let tokens = cell.stream("tokens").normal_tensor(&[SETS, p.N, p.D], Kind::Double, cell.device());
        gradient_errors(&block, &tokens, cell)?;
        let other = block.attending_to(if block.attends_to == Keys::All { Keys::Others } else { Keys::All });
        let with_normalisation = |x: &Tensor| -> Result<Tensor> {
            let of_tokens = block.normalisation.legendre(x).sum_dim_intlist([-1i64].as_slice(), false, None);
            Ok(block.energy(x)? + of_tokens)
        };
        let full = |x: &Tensor| Ok(block.update(x)?);
        let energies: [Energy<'_>; 3] = [&|x| Ok(block.energy(x)?), &|x| Ok(other.energy(x)?), &with_normalisation];
        let [own, other_keys, normalised] = rises(p, &tokens, &full, &energies)?;
        cell.record("rises", own);
        cell.record("rises-other-keys", other_keys);
        cell.record("rises-with-normalisation", normalised);
        let ordinary = |x: &Tensor| Ok(one_term(&block, x));
        cell.record("rises-one-term", rises(p, &tokens, &ordinary, &energies)?[0]);
        Ok(())
    }
}

type Energy<'a> = &'a dyn Fn(&Tensor) -> Result<Tensor>;

/// The update of a transformer with tied values: its attention and the memories, without the second term.
fn one_term(block: &EnergyTransformer, x: &Tensor) -> Tensor {
    let g = block.normalisation.normalised(x);
    let [towards_keys, _] = block.attention(&g);
    towards_keys + block.recollection(&g)
}

fn gradient_errors(block: &EnergyTransformer, tokens: &Tensor, cell: &mut Cell) -> Result<()> {
    let g = block.normalisation.normalised(tokens).set_requires_grad(true);
    let energy = (block.attention_energy(&g) + block.memory_energy(&g)).sum(Kind::Double);
    let slope = -gradients(&energy, &[g.shallow_clone()]).remove(0);
    let error = |update: &Tensor| scalar(&(update - &slope).abs().max()) / scalar(&slope.abs().max());
    cell.record("gradient-error", error(&block.update(tokens)?));
    cell.record("gradient-error-one-term", error(&one_term(block, tokens)));
    Ok(())
}

/// Steps along `update` in which each energy rises by more than rounding.
fn rises(p: &Params, tokens: &Tensor, update: Energy<'_>, energies: &[Energy<'_>; 3]) -> Result<[f64; 3]> {
    let mut x = tokens.shallow_clone();
    let at = |x: &Tensor| -> Result<Vec<Vec<f64>>> { energies.iter().map(|energy| Ok(to_vec(&energy(x)?))).collect() };
    let (mut before, mut rises) = (at(&x)?, [0.0; 3]);
    for _ in 0..p.steps {
        x = update(&x)? * p.alpha + x;
        let after = at(&x)?;
        for (count, (before, after)) in rises.iter_mut().zip(before.iter().zip(&after)) {
            let risen = before.iter().zip(after).filter(|(b, a)| **a > **b + 1e-12 * b.abs().max(1.0));
            *count += risen.count() as f64;
        }
        before = after;
    }
    Ok(rises)
}
