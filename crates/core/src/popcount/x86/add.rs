//! Weights of patterns added up by lookups, with AVX2 and AVX-512.

use std::{
    arch::{
        asm,
        x86_64::{
            __m512i, _mm_loadu_si128, _mm256_add_epi16, _mm256_broadcastsi128_si256, _mm256_permute2x128_si256,
            _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_storeu_si256, _mm256_unpackhi_epi8, _mm256_unpacklo_epi8,
            _mm512_add_epi16, _mm512_mask_add_epi16, _mm512_maskz_set1_epi16, _mm512_permutex2var_epi16, _mm512_set1_epi16,
            _mm512_setzero_si512, _mm512_srli_epi16,
        },
    },
    hint::black_box,
};

use super::{load, load_512, store_512};
use crate::popcount::{
    Adding, FOURS, REST, SITES, Sums, TILE,
    layout::{BLOCKS, Packed, SIX, SIXES},
    plain,
};

/// Lookups of the first pass over the sums; the second pass does the others. The tables of two queries then fit into registers.
const FIRST: usize = 6;
/// Lookups of one pass and of the other that wait before they are added, as many as registers are left for.
const WAITING: [usize; 2] = [3, SIXES - FIRST];

/// By bit of a sum's number, the sums of 32 that have the weight.
type With = [u32; 5];

/// Each lookup adds the weights of six patterns at 32 sites. Two queries take their bits from the same registers, or loads would
/// keep lookups waiting; so would bounds that are checked in every block. Lookups are added late: additions that are ready early
/// seem to take units from lookups, which only half of the units can do (AMD's Zen 4).
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn add_avx512<const N: usize>(bits: &Packed, blocks: usize, adding: &mut [Adding<'_>; N]) {
    // Of constants the compiler makes shuffles instead of masks, which take longer.
    let with: With = black_box([0xaaaa_aaaa, 0xcccc_cccc, 0xf0f0_f0f0, 0xff00_ff00, 0xffff_0000]);
    if adding.iter().any(|adding| adding.upper.is_some()) {
        add_sixes::<N, 0, FIRST, { WAITING[0] }, true>(bits, blocks, &with, adding);
    } else {
        add_sixes::<N, 0, FIRST, { WAITING[0] }, false>(bits, blocks, &with, adding);
    }
    add_sixes::<N, FIRST, { SIXES - FIRST }, { WAITING[1] }, false>(bits, blocks, &with, adding);
}

/// Adds the weights of so many sixes of patterns, from number `FROM` on, to sums that may have to be lifted before.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn add_sixes<const N: usize, const FROM: usize, const COUNT: usize, const LATE: usize, const LIFT: bool>(
    bits: &Packed,
    blocks: usize,
    with: &With,
    adding: &mut [Adding<'_>; N],
) {
    const { assert!(COUNT.is_multiple_of(LATE), "a lookup of the next block takes the register of one of this") };
    let mut tables = [[[_mm512_setzero_si512(); 2]; N]; COUNT];
    let mut sums = [std::ptr::null_mut(); N];
    let mut upper = [None; N];
    for (query, adding) in adding.iter_mut().enumerate() {
        for (tables, weights) in tables.iter_mut().zip(adding.weights.0[FROM * SIX..].chunks(SIX)) {
            tables[query] = table_of(weights, with);
        }
        let fits = adding.sums.len() == blocks && adding.upper.as_ref().is_none_or(|upper| upper.len() == blocks);
        assert!(fits && blocks <= BLOCKS, "{blocks} blocks of sums");
        sums[query] = adding.sums.as_mut_ptr();
        upper[query] = adding.upper.as_mut().map(|upper| upper.as_mut_ptr());
    }
    let sixes = bits.sixes[FROM..].first_chunk::<COUNT>();
    let (Some(sixes), true) = (sixes, blocks > 0) else { return };
    let mut passing = Passing::<N, LATE> { held: [[_mm512_setzero_si512(); N]; LATE], totals: [_mm512_setzero_si512(); N] };
    // SAFETY: there are as many sums as blocks, and as many above them.
    unsafe {
        passing.add_block::<COUNT, LIFT, true>(0, sixes, &tables, sums, upper);
        for block in 1..blocks {
            passing.add_block::<COUNT, LIFT, false>(block, sixes, &tables, sums, upper);
        }
        for held in passing.held {
            add(&mut passing.totals, held);
        }
        for (total, sums) in passing.totals.into_iter().zip(sums) {
            store_512(total, &mut (*sums.add(blocks - 1)).0);
        }
    }
}

/// What was looked up and is not added yet, and the sums that it belongs to. So many lookups wait that the last of a block are added
/// when the next has begun.
struct Passing<const N: usize, const LATE: usize> {
    held: [[__m512i; N]; LATE],
    totals: [__m512i; N],
}

impl<const N: usize, const LATE: usize> Passing<N, LATE> {
    /// Goes on to a block, which is the first or not.
    ///
    /// # Safety
    /// There are sums for this block and the one before.
    #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
    #[inline]
    unsafe fn add_block<const COUNT: usize, const LIFT: bool, const FIRST: bool>(
        &mut self,
        block: usize,
        sixes: &[[Sums; BLOCKS]; COUNT],
        tables: &[[[__m512i; 2]; N]; COUNT],
        sums: [*mut Sums; N],
        upper: [Option<*mut Sums>; N],
    ) {
        for six in 0..COUNT {
            if !FIRST || six >= LATE {
                add(&mut self.totals, self.held[six % LATE]);
            }
            if six == LATE - 1 {
                for (query, total) in self.totals.iter_mut().enumerate() {
                    // SAFETY: of the caller.
                    unsafe {
                        if !FIRST {
                            store_512(*total, &mut (*sums[query].add(block - 1)).0);
                        }
                        *total = load_512(&(*sums[query].add(block)).0);
                        if let (true, Some(upper)) = (LIFT, upper[query]) {
                            let Sums(upper) = &mut *upper.add(block);
                            store_512(_mm512_add_epi16(load_512(upper), _mm512_srli_epi16::<REST>(*total)), upper);
                            *total = rest_of(*total);
                        }
                    }
                }
            }
            // SAFETY: sums of as many blocks as there are bits of, at most.
            let bits = unsafe { load_512(&sixes[six].get_unchecked(block).0) };
            look(&mut self.held[six % LATE], &tables[six], bits);
        }
    }
}

/// What a lift leaves. The mask comes from memory, for no register is free for it.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn rest_of(mut sums: __m512i) -> __m512i {
    static MASK: [u16; 2] = [(1 << REST) - 1; 2];
    // SAFETY: the instruction is one of the features above; it reads the mask, and touches nothing but this register.
    unsafe {
        asm!(
            "vpandd {sums}, {sums}, dword ptr [{mask}]{{1to16}}",
            sums = inout(zmm_reg) sums, mask = in(reg) MASK.as_ptr(),
            options(pure, readonly, nostack, preserves_flags),
        );
    }
    sums
}

/// Adds what each query has looked up.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn add<const N: usize>(totals: &mut [__m512i; N], held: [__m512i; N]) {
    if let ([one, other], [x, y]) = (&mut totals[..], &held[..]) {
        // SAFETY: the instructions are those of the features above; they touch nothing but these registers.
        unsafe {
            asm!(
                "vpaddw {one}, {one}, {x}", "vpaddw {other}, {other}, {y}",
                x = in(zmm_reg) *x, y = in(zmm_reg) *y, one = inout(zmm_reg) *one, other = inout(zmm_reg) *other,
                options(nomem, nostack, preserves_flags),
            );
        }
        return;
    }
    for (total, held) in totals.iter_mut().zip(held) {
        *total = _mm512_add_epi16(*total, held);
    }
}

/// What the bits look up in the table of each query.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn look<const N: usize>(held: &mut [__m512i; N], tables: &[[__m512i; 2]; N], bits: __m512i) {
    if let ([x, y], [[a, b], [c, d]]) = (&mut held[..], &tables[..]) {
        // SAFETY: the instructions are those of the features above; they touch nothing but these registers.
        unsafe {
            asm!(
                "vmovdqa64 {y}, {x}", "vpermi2w {x}, {a}, {b}", "vpermi2w {y}, {c}, {d}",
                x = inout(zmm_reg) bits => *x, y = out(zmm_reg) *y, a = in(zmm_reg) *a, b = in(zmm_reg) *b,
                c = in(zmm_reg) *c, d = in(zmm_reg) *d,
                options(nomem, nostack, preserves_flags),
            );
        }
        return;
    }
    for (held, [lower, upper]) in held.iter_mut().zip(tables) {
        *held = _mm512_permutex2var_epi16(*lower, bits, *upper);
    }
}

/// All sums of six weights: number `e` is that of the weights whose bits `e` has. A lookup heeds the lowest six bits of 16.
#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
#[inline]
fn table_of(weights: &[u16], with: &With) -> [__m512i; 2] {
    let of = |bit: usize| weights.get(bit).map_or(0, |&weight| weight as i16);
    let mut sums = _mm512_maskz_set1_epi16(with[0], of(0));
    for (bit, &with) in with.iter().enumerate().skip(1) {
        sums = _mm512_mask_add_epi16(sums, with, sums, _mm512_set1_epi16(of(bit)));
    }
    [sums, _mm512_add_epi16(sums, _mm512_set1_epi16(of(5)))]
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn lift_avx512(sums: &mut [Sums], upper: &mut [Sums]) {
    plain::lift(sums, upper);
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma")]
pub(in crate::popcount) fn widen_avx512(upper: &mut [Sums], wide: &mut [[u32; SITES]]) {
    plain::widen(upper, wide);
}

/// Lookups of the low and the high bytes of sums of four weights.
#[target_feature(enable = "avx2,fma")]
pub(in crate::popcount) fn add_avx2(fours: &[[[u8; SITES]; FOURS]], weights: &[u16; TILE], sums: &mut [Sums]) {
    let mut tables = [[_mm256_setzero_si256(); 2]; FOURS];
    for (table, weights) in tables.iter_mut().zip(weights.as_chunks::<4>().0) {
        let mut bytes = [[0_u8; 16]; 2];
        let [lower, upper] = &mut bytes;
        for (e, (lower, upper)) in lower.iter_mut().zip(upper).enumerate() {
            let sum = (0..4).filter(|bit| e >> bit & 1 == 1).fold(0_u16, |sum, bit| sum.wrapping_add(weights[bit]));
            (*lower, *upper) = (sum as u8, (sum >> 8) as u8);
        }
        // SAFETY: sixteen bytes.
        *table = bytes.map(|bytes| _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }));
    }
    for (fours, Sums(sums)) in fours.iter().zip(sums) {
        let (mut even, mut odd) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for (four, [low, high]) in fours.iter().zip(&tables) {
            let bits = load(four);
            let (low, high) = (_mm256_shuffle_epi8(*low, bits), _mm256_shuffle_epi8(*high, bits));
            even = _mm256_add_epi16(even, _mm256_unpacklo_epi8(low, high));
            odd = _mm256_add_epi16(odd, _mm256_unpackhi_epi8(low, high));
        }
        // Unpacking takes eight bytes of each half of the register.
        let halves = [_mm256_permute2x128_si256::<0x20>(even, odd), _mm256_permute2x128_si256::<0x31>(even, odd)];
        for (found, sums) in halves.into_iter().zip(sums.as_chunks_mut::<16>().0) {
            let sum = _mm256_add_epi16(load(sums), found);
            // SAFETY: sixteen numbers are as many bytes.
            unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), sum) };
        }
    }
}
