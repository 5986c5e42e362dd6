//! How the bits of a slab and the sums at its sites lie in memory for lookups with AVX-512.

use super::{SITES, SLAB, Sums, TILE};

/// Room for the sums at the sites of a [slab](super::Turned::slabs). A load waits for an earlier store elsewhere, if the lowest twelve
/// bits of their addresses agree; sums here never meet the bits that are loaded soon after them.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(2048))]
pub struct Page(pub [Sums; BLOCKS]);

/// The bits of a slab: by six patterns, by 32 sites, at each site those of the six, with whatever follows above them. In the lowest eleven
/// bits of addresses they are half a [`Page`] from the sums of the same sites.
#[derive(Debug, Clone, Default)]
#[repr(C, align(2048))]
pub(super) struct Packed {
    aside: [Sums; BLOCKS / 2],
    pub(super) sixes: [[Sums; BLOCKS]; SIXES],
}

/// Patterns whose bits look up one sum in AVX-512: 64 sums of 16 bits are two registers.
pub(super) const SIX: usize = 6;
/// Lookups per tile, the last of them for four patterns.
pub(super) const SIXES: usize = TILE.div_ceil(SIX);
/// Sums at the sites of a slab, at most, in groups of 32.
pub(super) const BLOCKS: usize = SLAB * TILE / SITES;
