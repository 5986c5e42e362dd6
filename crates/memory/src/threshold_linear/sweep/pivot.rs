//! A principal pivot of a tableau of integers, exact in vectors of f64.
//!
//! Pivots are fraction-free (Bareiss): every number is a minor, hence an integer. `a p − b c` is formed with the error of one product made
//! good (W. Kahan; C.-P. Jeannerod, N. Louvet & J.-M. Muller, Math. Comp. 82, 2013: at most 1.5 units in the last place), so that the
//! quotient, below [`EXACT`], is off by less than 2⁻⁴ and rounds to the integer it is. No sign is ever in doubt, not even before division
//! and rounding.

use lawbook_core::simd::Wide;

/// Minors below are exact. What is added up as `seen` are minors plus this, as integers: if all minors are exact, no bit from the
/// double of it on is set.
pub(super) const EXACT: u64 = 1 << 46;

/// Adding and subtracting it rounds to an integer.
const ROUNDER: f64 = 1.5 * (1u64 << 52) as f64;

/// Lanes: unit vectors.
const UNITS: [[f64; 8]; 8] = {
    let mut units = [[0.0; 8]; 8];
    let mut i = 0;
    while i < 8 {
        units[i][i] = 1.0;
        i += 1;
    }
    units
};

/// A fraction-free pivot, `(a p − b c)/before` for columns a, with b the swept column and c the entry of a in the swept row.
#[derive(Clone, Copy)]
pub(super) struct Pivot<V, const L: usize> {
    factors: [V; L],
    negated: [V; L],
    pivot: V,
    rounder: V,
    shift: V,
    /// The sign bit of the new determinant, in all lanes.
    sign: V,
    /// That of its product with the one before.
    sign_undivided: V,
}

impl<V: Wide, const L: usize> Pivot<V, L> {
    #[inline(always)]
    pub(super) fn new(like: V, swept: [V; L], node: usize, determinant: f64, before: f64) -> Self {
        // The row of the node itself stays: (a p − (p − before) a)/before = a.
        let mut factors = swept;
        factors[node / 8] = swept[node / 8].sub_f64(like.load_f64(&UNITS[node % 8]).mul_f64(like.splat_f64(before)));
        let mut negated = factors;
        for lanes in &mut negated {
            *lanes = lanes.xor(like.splat(1 << 63));
        }
        Self {
            factors,
            negated,
            pivot: like.splat_f64(determinant),
            rounder: like.splat_f64(ROUNDER),
            shift: like.splat(EXACT.wrapping_sub(ROUNDER.to_bits())),
            sign: like.splat(determinant.to_bits() & 1 << 63),
            sign_undivided: like.splat((determinant.to_bits() ^ before.to_bits()) & 1 << 63),
        }
    }

    /// a p − b c.
    #[inline(always)]
    fn undivided(&self, like: V, old: [V; L], entry: f64) -> [V; L] {
        let entry = like.splat_f64(entry);
        let mut differences = old;
        for l in 0..L {
            let product = self.negated[l].mul_f64(entry);
            let lost = self.factors[l].fma_f64(entry, product);
            differences[l] = old[l].fma_f64(self.pivot, product).sub_f64(lost);
        }
        differences
    }

    /// The new column, with the reciprocal of the determinant before, and the bits seen with it.
    #[inline(always)]
    pub(super) fn of(&self, like: V, old: [V; L], entry: f64, reciprocal: f64, seen: V) -> ([V; L], V) {
        let (mut new, mut seen) = (self.undivided(like, old, entry), seen);
        for lanes in &mut new {
            // The bits of 1.5·2⁵² + x are those of 1.5·2⁵² plus x as an integer.
            let shifted = lanes.mul_f64(like.splat_f64(reciprocal)).add_f64(self.rounder);
            seen = seen.or(shifted.add(self.shift));
            *lanes = shifted.sub_f64(self.rounder);
        }
        (new, seen)
    }

    /// Whether a new right-hand side has the sign of the determinant in every lane. None is 0.
    #[inline(always)]
    pub(super) fn agrees(&self, side: [V; L]) -> bool {
        all_have(side, self.sign)
    }

    /// The same of a right-hand side that is not needed for anything else, from the old one.
    #[inline(always)]
    pub(super) fn will_agree(&self, like: V, old: [V; L], entry: f64) -> bool {
        all_have(self.undivided(like, old, entry), self.sign_undivided)
    }
}

#[inline(always)]
fn all_have<V: Wide, const L: usize>(side: [V; L], sign: V) -> bool {
    let mut differing = side[0].xor(sign);
    for lanes in &side[1..] {
        differing = differing.or(lanes.xor(sign));
    }
    let [a, b, c, d, e, f, g, h] = differing.store();
    ((a | b) | (c | d)) | ((e | f) | (g | h)) < 1 << 63
}
