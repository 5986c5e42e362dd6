//! How much a token's own key changes the update.

use anyhow::Result;
use lawbook_core::{Kind, Tensor, tensor::scalar};
use lawbook_memory::energy_transformer::Keys;

use super::random_block;
use crate::framework::{Cell, Claim, Margin, Profile, Study, params};

/// The own key's share of the update.
pub struct SelfKey;

params! {
    /// A block with small random weights, and random tokens.
    pub struct Params {
        /// Tokens N.
        N: integer = 16, 2..=1000;
        /// Features D.
        D: integer = 64, 2..=1000;
        /// Standard deviation of the weights; 0.002 at the start of the published training on CIFAR.
        deviation: real = 0.002, 0.000001..=10.0;
        /// Sets of tokens.
        sets: integer = 512, 1..=100_000;
    }
}

impl Study for SelfKey {
    const NAME: &'static str = "self-key";
    const ABOUT: &'static str = "Takes the attention's update with the keys of all tokens and with those of the others, and the \
        root mean square of their difference relative to the latter.";
    type Params = Params;

    fn grid(profile: Profile) -> Vec<Params> {
        let at = |(tokens, sets)| Params { N: tokens, sets, ..Params::default() };
        match profile {
            Profile::Smoke => Vec::new(),
            Profile::Quick => [(4, 1024), (16, 768), (64, 512)].map(at).to_vec(),
            // 64 patches and 196 patches, each with a class token: the published CIFAR and ImageNet models.
            Profile::Full => [(4, 8192), (16, 4096), (65, 2048), (197, 1024)].map(at).to_vec(),
        }
    }

    fn predict(points: &[Params]) -> Result<Vec<Claim>> {
        // With small weights attention is uniform. With all keys the update of query C is A Σ_B g_B/N, without its own
        // A Σ_{B≠C} g_B/(N − 1), A = W^Qᵀ W^K + W^Kᵀ W^Q. The difference is A (g_C − ḡ)/N, ḡ the others' mean, of variance
        // 1/(N (N − 1)) against 1/(N − 1) for independent tokens: a ratio of N^(−1/2). Scores of 10⁻⁴ are neglected; the margin is
        // what `quick` resolves.
        let sites = points.iter().map(|p| (p.N as f64, SelfKey::at(p).site("difference"), (p.N as f64).powf(-0.5)));
        let share = points.iter().map(|p| (p.N as f64).recip());
        Ok(vec![
            Claim::curve("self-key", sites)
                .within(Margin::Relative(0.1))
                .rival("one-among-many", "one key among N changes one part in N", share)
                .rival("none", "with or without the own key, the update is as good as the same", points.iter().map(|_| 0.0))
                .axes("tokens N", "relative difference of the updates")
                .log_x()
                .log_y()
                .source("the attention energy with and without B = C, for uniform attention"),
        ])
    }

    fn measure(p: &Params, cell: &mut Cell) -> Result<()> {
        let others = random_block(p.D, p.deviation, Keys::Others, &mut cell.stream("block"), cell.device())?;
        let all = others.attending_to(Keys::All);
        let mut stream = cell.stream("tokens");
        let (mut difference, mut size) = (0.0, 0.0);
        let mut left = p.sets;
        while left > 0 {
            let sets = left.min(CHUNK);
            let g = others.normalisation.normalised(&stream.normal_tensor(&[sets, p.N, p.D], Kind::Double, cell.device()));
            let total = |[first, second]: [Tensor; 2]| first + second;
            let (with, without) = (total(all.attention(&g)?), total(others.attention(&g)?));
            difference += scalar(&(with - &without).square().sum(Kind::Double));
            size += scalar(&without.square().sum(Kind::Double));
            left -= sets;
        }
        cell.record("difference", (difference / size).sqrt());
        Ok(())
    }
}

/// Sets of tokens at once: they fit the cache.
const CHUNK: i64 = 32;
