//! Sums over bits in plain code.

use super::{Numbers, REST, Sums, TILE, Words, rows::Followed};

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
pub(super) fn turn(words: &[Words], sites: &mut [u64]) {
    for (Words(word), sites) in words.iter().zip(sites.as_chunks_mut::<64>().0) {
        *sites = *word;
        transpose(sites);
    }
}

pub(super) fn differing(words: &[Words], query: &[u64], counts: &mut [u16; TILE]) {
    *counts = [0; TILE];
    for (Words(word), query) in words.iter().zip(query) {
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

pub(super) fn sum(row: &[u64], weights: &[Numbers]) -> u64 {
    let of_word = |(bits, Numbers(weights)): (&u64, &Numbers)| -> u64 {
        let keep = |(bit, weight): (usize, &u16)| weight & (bits >> bit & 1).wrapping_neg() as u16;
        weights.iter().enumerate().map(|each| u64::from(keep(each))).sum()
    };
    row.iter().zip(weights).map(of_word).sum()
}

pub(super) fn sum_all(weights: &[Numbers]) -> u64 {
    weights.iter().flat_map(|Numbers(weights)| weights).map(|&weight| u64::from(weight)).sum()
}

pub(super) fn follow(row: &[u64], agree: u64, numbers: &mut [Numbers], to: Followed<'_>) {
    for (word, ((bits, Numbers(numbers)), Numbers(weights))) in row.iter().zip(numbers).zip(to.weights).enumerate() {
        for (bit, (number, weight)) in numbers.iter_mut().zip(weights).enumerate() {
            let agrees = (bits ^ agree) >> bit & 1;
            *number = number.wrapping_add(1).wrapping_sub(2 * agrees as u16);
            *weight = to.span.at(*number).unwrap_or_else(|| {
                to.outside.push((word * TILE + bit) as u32);
                0
            });
        }
    }
}
