//! Sums over bits in plain code.

use super::{
    REST, SITES, Sums, TILE, Words,
    factors::Factors,
    rows::{Bytes, Carried, Followed, Step},
};

/// Rows become columns: bit j of row i and bit i of row j change places (Warren, *Hacker's Delight*, section 7-3).
#[inline(always)]
pub(super) fn transpose(rows: &mut [u64; 64]) {
    exchange::<32>(rows, 0x0000_0000_ffff_ffff);
    exchange::<16>(rows, 0x0000_ffff_0000_ffff);
    exchange::<8>(rows, 0x00ff_00ff_00ff_00ff);
    exchange::<4>(rows, 0x0f0f_0f0f_0f0f_0f0f);
    exchange::<2>(rows, 0x3333_3333_3333_3333);
    exchange::<1>(rows, 0x5555_5555_5555_5555);
}

#[inline(always)]
fn exchange<const BY: usize>(rows: &mut [u64; 64], low: u64) {
    for pair in rows.chunks_exact_mut(2 * BY) {
        let (upper, lower) = pair.split_at_mut(BY);
        for (a, b) in upper.iter_mut().zip(lower) {
            let moved = ((*a >> BY) ^ *b) & low;
            *b ^= moved;
            *a ^= moved << BY;
        }
    }
}

#[inline(always)]
pub(super) fn turn<'a>(words: impl Iterator<Item = &'a Words>, sites: &mut [u64]) {
    for (Words(word), sites) in words.zip(sites.as_chunks_mut::<64>().0) {
        *sites = *word;
        transpose(sites);
    }
}

pub(super) fn differing<'a>(words: impl Iterator<Item = &'a Words>, query: &[u64], counts: &mut [u16; TILE]) {
    *counts = [0; TILE];
    for (Words(word), query) in words.zip(query) {
        for (count, bits) in counts.iter_mut().zip(word) {
            *count = count.wrapping_add((bits ^ query).count_ones() as u16);
        }
    }
}

/// By byte of eight patterns, all sums of their weights.
pub(super) fn add(sites: &[u64], weights: &[u16; TILE], sums: &mut [Sums]) {
    let mut tables = [[0_u16; 256]; TILE / 8];
    for (table, weights) in tables.iter_mut().zip(weights.as_chunks::<8>().0) {
        for (bit, weight) in weights.iter().enumerate() {
            let (without, with) = table.split_at_mut(1 << bit);
            with.iter_mut().zip(without).for_each(|(with, without)| *with = without.wrapping_add(*weight));
        }
    }
    for (bits, sum) in sites.iter().zip(sums.iter_mut().flat_map(|Sums(sums)| sums)) {
        let found = tables.iter().zip(bits.to_le_bytes()).map(|(table, byte)| table[usize::from(byte)]);
        *sum = found.fold(*sum, u16::wrapping_add);
    }
}

#[inline(always)]
pub(super) fn lift(sums: &mut [Sums], upper: &mut [Sums]) {
    for (Sums(sums), Sums(upper)) in sums.iter_mut().zip(upper) {
        for (sum, upper) in sums.iter_mut().zip(upper) {
            *upper = upper.wrapping_add(*sum >> REST);
            *sum &= (1 << REST) - 1;
        }
    }
}

#[inline(always)]
pub(super) fn widen(upper: &mut [Sums], wide: &mut [[u32; SITES]]) {
    for (Sums(upper), wide) in upper.iter_mut().zip(wide) {
        wide.iter_mut().zip(&*upper).for_each(|(wide, &upper)| *wide += u32::from(upper));
        *upper = [0; SITES];
    }
}

pub(super) fn sum(row: &[u64], carried: &Carried) -> u64 {
    let of_word = |(bits, (Bytes(left), Bytes(right))): (&u64, (&Bytes, &Bytes))| -> u64 {
        let value = |(&left, &right): (&u8, &u8)| carried.form.value(left, right);
        let keep = |(bit, value): (usize, u32)| value & ((bits >> bit & 1) as u32).wrapping_neg();
        left.iter().zip(right).map(value).enumerate().map(|each| u64::from(keep(each))).sum()
    };
    row.iter().zip(carried.left.iter().zip(&carried.right)).map(of_word).sum()
}

pub(super) fn follow(step: Step<'_>, factors: &Factors, carried: &mut Carried) -> Followed {
    let mut followed = Followed { total: 0, ones: 0 };
    for (word, bits) in step.row.iter().enumerate() {
        let (held, smaller) = (step.held(word), bits ^ step.turned);
        carried.outside[word] = 0;
        for bit in 0..TILE {
            let number = &mut carried.numbers[word].0[bit];
            let up = number.wrapping_add(step.by);
            *number = if smaller >> bit & 1 == 1 { up.wrapping_sub(2 * step.by) } else { up };
            let (mut left, mut right) = (0, 0);
            if held >> bit & 1 == 1 {
                match factors.at(*number) {
                    Some(pair) => (left, right) = pair,
                    None => carried.outside[word] |= 1 << bit,
                }
            }
            (carried.left[word].0[bit], carried.right[word].0[bit]) = (left, right);
            let value = u64::from(carried.form.value(left, right));
            followed.total += value;
            followed.ones += value * (bits >> bit & 1);
        }
    }
    followed
}
