//! The update is minus the energy's gradient, and the energy falls.

use anyhow::Result;
use lawbook_core::{
    Kind, Tensor,
    optim::gradients,
    tensor::{scalar, to_vec},
};
use lawbook_memory::{
    EnergyWatch,
    energy_transformer::{EnergyTransformer, Keys},
};

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
        /// Sets of tokens side by side.
        sets: integer = 16, 1..=10_000;
        /// Step length α.
        alpha: real = 0.1, 0.0001..=10.0;
        /// Steps.
        steps: integer = 150, 1..=100_000;
    }
}

/// So few tokens that the own key is half of what a query attends to.
const FEW: i64 = 2;

impl Study for Descent {
    const NAME: &'static str = "descent";
    const ABOUT: &'static str = "Follows random tokens through many steps of a block, with its memories and by attention alone, \
        counts the steps in which energies rise, and compares the update with the energy's gradient by autograd.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let at =
            |keys: &str, tokens, sets, steps| Params { keys: keys.to_owned(), N: tokens, sets, steps, ..Params::default() };
        let all = |steps| vec![at("others", 6, 16, steps), at("all", 6, 16, steps), at("all", FEW, 64, steps)];
        match profile {
            Profile::Smoke => vec![at("others", 6, 64, 50)],
            Profile::Quick => all(100),
            Profile::Full => all(2000),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        let sites = |observable: &str| points.iter().map(|p| Descent::at(p).site(observable)).collect::<Vec<_>>();
        let zeros =
            |observable: &str| (1..).zip(sites(observable)).map(|(i, site)| (f64::from(i), site, 0.0)).collect::<Vec<_>>();
        let axis = "keys of others (1), of all (2), of all of two tokens (3)";
        let one_term = "attention as in every transformer, without the keys' own motion";
        let mut claims = vec![
            // Rounding, relative to the largest entry.
            Claim::exact("gradient", zeros("gradient-error"))
                .within(Margin::Absolute(1e-11))
                .rival_residual("one-term", one_term, sites("gradient-error-one-term"))
                .axes(axis, "largest relative difference to autograd")
                .source("energies of attention and memories"),
            Claim::exact("descent", zeros("rises"))
                .within(Margin::Absolute(0.0))
                .rival_residual("one-term", one_term, sites("rises-one-term"))
                .rival_residual(
                    "own-values",
                    "attention as in every transformer, with values of its own",
                    sites("rises-own-values"),
                )
                .axes(axis, "steps in which the energy rises")
                .source("dE/dt ≤ 0; each set of keys with its own energy"),
        ];
        for p in points.iter().filter(|p| p.keys == "all" && p.N == FEW) {
            let site = |observable: &str| Descent::at(p).site(observable);
            claims.push(
                Claim::exact("which-energy-falls", [(0.0, site("rises"), 0.0)])
                    .within(Margin::Absolute(0.0))
                    .rival_residual(
                        "paper",
                        "the published code, which keeps the own key, descends the paper's energy, which leaves it out",
                        [site("rises-other-keys")],
                    )
                    .axes("", "steps in which the energy rises, update with all keys")
                    .source("the attention energy excludes B = C; both published codes sum over all keys"),
            );
        }
        Ok(claims)
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let deviation = (p.D as f64).sqrt().recip();
        let mut stream = cell.stream("block");
        let block = random_block(p.D, deviation, keys(&p.keys), &mut stream, cell.device())?;
        let values = stream.normal_tensor(&block.queries.size(), Kind::Double, cell.device()) * deviation;
        let tokens = cell.stream("tokens").normal_tensor(&[p.sets, p.N, p.D], Kind::Double, cell.device());
        gradient_errors(&block, &tokens, cell)?;

        let mut alone = block.attending_to(block.attends_to);
        alone.memories = alone.memories.zeros_like();
        let other = alone.attending_to(if p.keys == "all" { Keys::Others } else { Keys::All });
        let energy = |x: &Tensor| Ok(alone.energy(x)?);
        let with_memories = rises(p, &tokens, &|x| Ok(block.update(x)?), &[&|x| Ok(block.energy(x)?)])?[0];
        let by_attention = rises(p, &tokens, &|x| Ok(alone.update(x)?), &[&energy, &|x| Ok(other.energy(x)?)])?;
        let normalised = |x: &Tensor| alone.normalisation.normalised(x);
        let own_values = |x: &Tensor| Ok(alone.attention_with(&values, &normalised(x))?);
        let queries_alone = |x: &Tensor| one_term(&alone, x);
        cell.record("rises", with_memories + by_attention[0]);
        cell.record("rises-other-keys", by_attention[1]);
        cell.record("rises-one-term", rises(p, &tokens, &queries_alone, &[&energy])?[0]);
        cell.record("rises-own-values", rises(p, &tokens, &own_values, &[&energy])?[0]);
        Ok(())
    }
}

/// A function of tokens: an energy of every set, or an update.
type Energy<'a> = &'a dyn Fn(&Tensor) -> Result<Tensor>;

/// The update of a transformer with tied values: its attention and the memories, without the second term.
fn one_term(block: &EnergyTransformer, x: &Tensor) -> Result<Tensor> {
    let g = block.normalisation.normalised(x);
    let [towards_keys, _] = block.attention(&g)?;
    Ok(towards_keys + block.recollection(&g)?)
}

fn gradient_errors(block: &EnergyTransformer, tokens: &Tensor, cell: &mut Cell) -> Result<()> {
    let g = block.normalisation.normalised(tokens).set_requires_grad(true);
    let energy = (block.attention_energy(&g)? + block.memory_energy(&g)?).sum(Kind::Double);
    let slope = -gradients(&energy, &[g.shallow_clone()]).remove(0);
    let error = |update: &Tensor| scalar(&(update - &slope).abs().max()) / scalar(&slope.abs().max());
    cell.record("gradient-error", error(&block.update(tokens)?));
    cell.record("gradient-error-one-term", error(&one_term(block, tokens)?));
    Ok(())
}

/// Steps along `update` in which each energy of a set of tokens rises by more than rounding.
fn rises(p: &Params, tokens: &Tensor, update: Energy<'_>, energies: &[Energy<'_>]) -> Result<Vec<f64>> {
    let (mut x, mut watches) =
        (tokens.shallow_clone(), vec![vec![EnergyWatch::relative(1e-12); p.sets as usize]; energies.len()]);
    for _ in 0..=p.steps {
        for (watches, energy) in watches.iter_mut().zip(energies) {
            watches.iter_mut().zip(to_vec(&energy(&x)?)).for_each(|(watch, energy)| watch.note(energy));
        }
        x = update(&x)? * p.alpha + x;
    }
    Ok(watches.iter().map(|watches| watches.iter().map(EnergyWatch::rises).sum::<usize>() as f64).collect())
}
