//! A principal pivot of a tableau of integers, exact in vectors of f64.
//!
//! Pivots are fraction-free (Bareiss): every number is a minor, hence an integer. `a p − b c` is formed with the error of one product made
//! good (W. Kahan; C.-P. Jeannerod, N. Louvet & J.-M. Muller, Math. Comp. 82, 2013: at most 1.5 units in the last place), so that the
//! quotient, below [`EXACT`], is off by less than 2⁻⁴ and rounds to the integer it is. No sign is ever in doubt, not even before division
//! and rounding.

use lawbook_core::simd::Wide;

use super::Column;

/// Minors below are exact. What is added up as `seen` are minors plus this, as integers: if all minors are exact, no bit from the
/// double of it on is set.
pub(super) const EXACT: u64 = 1 << 46;

/// Adding and subtracting it rounds to an integer.
const ROUNDER: f64 = 1.5 * (1u64 << 52) as f64;

/// A column for each node that has 1 in its row, for up to 32 of them.
const UNITS: [Column<4>; 32] = {
    let mut units = [Column([[0.0; 8]; 4]); 32];
    let mut i = 0;
    while i < 32 {
        units[i].0[i / 8][i % 8] = 1.0;
        i += 1;
    }
    units
};

/// A fraction-free pivot, `(a p − b c)/before` for columns a, with b the swept column and c the entry of a in the swept row.
#[derive(Clone, Copy)]
pub(super) struct Pivot<V, const L: usize> {
    factors: [V; L],
    pivot: V,
    rounder: V,
    shift: V,
    /// Of eight numbers with the sign of the new determinant.
    signs: u8,
    /// The same of its product with the one before.
    signs_undivided: u8,
}

impl<V: Wide, const L: usize> Pivot<V, L> {
    #[inline(always)]
    pub(super) fn new(like: V, swept: [V; L], node: usize, determinant: f64, before: f64) -> Self {
        // The row of the node itself stays: (a p − (p − before) a)/before = a.
        // In all chunks: picking that of the node would put the column in memory, and wait for it.
        let (mut factors, unit, before_in_all) = (swept, &UNITS[node].0, like.splat_f64(before));
        for l in 0..L {
            factors[l] = like.load_f64(&unit[l]).fnma_f64(before_in_all, swept[l]);
        }
        Self {
            factors,
            pivot: like.splat_f64(determinant),
            rounder: like.splat_f64(ROUNDER),
            shift: like.splat(EXACT.wrapping_sub(ROUNDER.to_bits())),
            signs: signs(determinant),
            signs_undivided: signs(determinant) ^ signs(before),
        }
    }

    /// a p − b c.
    #[inline(always)]
    fn undivided(&self, like: V, old: [V; L], entry: f64) -> [V; L] {
        let entry = like.splat_f64(entry);
        let mut differences = old;
        for l in 0..L {
            let (factor, product) = (self.factors[l], self.factors[l].mul_f64(entry));
            differences[l] = factor.fnma_f64(entry, product).sub_f64(old[l].fnma_f64(self.pivot, product));
        }
        differences
    }

    /// The new column, with the reciprocal of the determinant before, and the bits seen with it.
    #[inline(always)]
    pub(super) fn of(&self, like: V, old: [V; L], entry: f64, reciprocal: f64, seen: V) -> ([V; L], V) {
        let (mut new, mut seen) = (self.undivided(like, old, entry), seen);
        for lanes in &mut new {
            // The bits of 1.5·2⁵² + x are those of 1.5·2⁵² plus x as an integer.
            let shifted = lanes.fma_f64(like.splat_f64(reciprocal), self.rounder);
            seen = seen.or(shifted.add(self.shift));
            *lanes = shifted.sub_f64(self.rounder);
        }
        (new, seen)
    }

    /// Whether a new right-hand side has the sign of the determinant in every lane. None is 0.
    #[inline(always)]
    pub(super) fn agrees(&self, side: [V; L]) -> bool {
        all_have(side, self.signs)
    }

    /// The same of a right-hand side that is not needed for anything else, from the old one.
    #[inline(always)]
    pub(super) fn will_agree(&self, like: V, old: [V; L], entry: f64) -> bool {
        all_have(self.undivided(like, old, entry), self.signs_undivided)
    }
}

/// All bits, if a number is negative.
fn signs(of: f64) -> u8 {
    ((of.to_bits() as i64) >> 63) as u8
}

#[inline(always)]
fn all_have<V: Wide, const L: usize>(side: [V; L], signs: u8) -> bool {
    let mut differing = 0;
    for lanes in side {
        differing |= lanes.signs() ^ signs;
    }
    differing == 0
}
