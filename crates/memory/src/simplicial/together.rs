//! The fields of many states at once, sixteen to a block: a simplex is looked up once for all of them.

use lawbook_core::simd::{Level, Wide, WideKernel};

use super::SimplicialMemory;
use crate::Patterns;

/// One number for each of sixteen states.
type Block = [i32; 16];

/// At how many sites one synchronous step from `cues` agrees with `targets`, which are as many and as large.
pub(super) fn agreeing(memory: &SimplicialMemory, cues: &Patterns, targets: &Patterns) -> usize {
    let (count, blocks) = (cues.count(), cues.count().div_ceil(16));
    let (masks, wanted) = (sign_masks(cues), sign_masks(targets));
    let fields = Level::widest().run(AlignedFields { memory, masks: &masks, blocks });
    let mut agreeing = 0;
    for (block, (field, (cue, target))) in fields.iter().zip(masks.iter().zip(&wanted)).enumerate() {
        let held = (count - block % blocks * 16).min(16);
        for ((field, cue), target) in field.iter().zip(cue).zip(target).take(held) {
            // A mask is −1 where the site is negative; so is that of a site that turns.
            agreeing += usize::from((cue ^ -i32::from(*field < 0)) == *target);
        }
    }
    agreeing
}

/// `N h_i S_i` of all sites for many states: site by site, within a site block by block.
struct AlignedFields<'a> {
    memory: &'a SimplicialMemory,
    masks: &'a [Block],
    blocks: usize,
}

impl WideKernel for AlignedFields<'_> {
    type Output = Vec<Block>;

    #[inline(always)]
    fn run<V: Wide>(self, _: V) -> Vec<Block> {
        let Self { memory, masks, blocks } = self;
        let mut fields: Vec<Block> = vec![[0; 16]; masks.len()];
        for (dimension, weights) in (1..).zip(&memory.weights) {
            for (simplex, &weight) in memory.complex.weighted(dimension).zip(weights) {
                for block in 0..blocks {
                    let mut term: Block = [0; 16];
                    for &vertex in simplex {
                        let mask = &masks[vertex as usize * blocks + block];
                        for lane in 0..16 {
                            term[lane] ^= mask[lane];
                        }
                    }
                    // x ^ −1 − (−1) is −x. Wrapping: checks of overflow would keep the loops from vector registers.
                    for sign in &mut term {
                        *sign = (weight ^ *sign).wrapping_sub(*sign);
                    }
                    for &vertex in simplex {
                        let field = &mut fields[vertex as usize * blocks + block];
                        for lane in 0..16 {
                            field[lane] = field[lane].wrapping_add(term[lane]);
                        }
                    }
                }
            }
        }
        fields
    }
}

/// −1 where a site is negative, else 0: site by site, within a site block by block.
fn sign_masks(states: &Patterns) -> Vec<Block> {
    let blocks = states.count().div_ceil(16);
    let mut masks = vec![[0; 16]; states.sites() * blocks];
    for (mu, state) in states.states().enumerate() {
        for site in 0..states.sites() {
            masks[site * blocks + mu / 16][mu % 16] = state.bit(site) as i32 - 1;
        }
    }
    masks
}
