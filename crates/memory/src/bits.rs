//! Words of 64 sites: bit 1 is +1, bit 0 is −1, bits past the last site are 0.

use lawbook_core::Stream;

pub(crate) const WORD: usize = u64::BITS as usize;

/// Number of words for so many sites.
pub(crate) fn words(sites: usize) -> usize {
    sites.div_ceil(WORD)
}

/// The bits of word `word` that are sites.
pub(crate) fn site_mask(sites: usize, word: usize) -> u64 {
    let used = (sites - word * WORD).min(WORD);
    u64::MAX >> (WORD - used)
}

/// The sum of those weights whose pattern agrees with `sign` (0 or 1) at bit `bit` of its word.
///
/// Four running sums keep the order of additions fixed while letting the compiler use vector registers.
pub(crate) fn agreeing_sum(words: &[u64], bit: usize, sign: u64, weights: &[f64]) -> f64 {
    let keep = |word: u64, weight: f64| {
        let differs = ((word >> bit) & 1) ^ sign;
        f64::from_bits(weight.to_bits() & differs.wrapping_sub(1))
    };
    let mut sums = [0.0; 4];
    let (word_chunks, weight_chunks) = (words.chunks_exact(4), weights.chunks_exact(4));
    let rest = word_chunks.remainder().iter().zip(weight_chunks.remainder());
    let tail: f64 = rest.map(|(&word, &weight)| keep(word, weight)).sum();
    for (word, weight) in word_chunks.zip(weight_chunks) {
        for lane in 0..4 {
            sums[lane] += keep(word[lane], weight[lane]);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + tail
}

/// A word whose bits are 1 independently with probability `p`: 64 uniform numbers compared with p bit by bit, until all are
/// decided, to 2^-53.
pub(crate) fn bernoulli_word(p: f64, stream: &mut Stream) -> u64 {
    if p >= 1.0 {
        return u64::MAX;
    }
    let digits = (p * 2f64.powi(53)) as u64;
    let (mut below, mut undecided) = (0, u64::MAX);
    for place in (0..53).rev() {
        let random = stream.next_u64();
        if (digits >> place) & 1 == 1 {
            below |= undecided & !random;
            undecided &= random;
        } else {
            undecided &= !random;
        }
        if undecided == 0 {
            break;
        }
    }
    below
}
