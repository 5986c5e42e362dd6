//! Counter-based random streams: Philox4x32-10 (Salmon, Moraes, Dror & Shaw, *Parallel random numbers: as easy as 1, 2, 3*,
//! SC 2011), keyed by (law, cell, purpose) and indexed.
//!
//! A stream is a pure function of its key, its index and a position: there is no hidden state to share, to seed or to race
//! for. The same streams feed the tensor engine ([`Stream::normal_tensor`]) and the compiled kernels
//! ([`Stream::fill_normal`]).

use crate::{
    Device,
    simd::Level,
    tensor::{Kind, Tensor, from_slice},
};

mod double;
pub mod eager;
mod lanes;
mod normal;
mod normals;
mod philox;
mod words;

pub use lanes::{Lanes, NormalLanes};
use normals::{Consecutive, NORMALS, Pair};
use philox::philox;
use words::{BLOCKS, Words};

/// What a stream is for: a path of words such as law, point, seed. Equal words give equal streams, on any machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a path of words.
    pub fn new<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("lawbook 2026 random stream");
        for word in words {
            let word = word.as_ref();
            hasher.update(&(word.len() as u64).to_le_bytes());
            hasher.update(word.as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The stream for `purpose` number `index`: one per replica, say. Different purposes or indices are independent.
    pub fn stream(&self, purpose: &str, index: u64) -> Stream {
        let level = Level::widest();
        Stream { key: self.words(purpose), index, block: 0, words: [0; 4], used: 4, spare: None, level }
    }

    /// The streams for `purpose` of many indices side by side.
    pub fn lanes(&self, purpose: &str) -> Lanes {
        Lanes::new(self.words(purpose))
    }

    fn words(&self, purpose: &str) -> [u32; 2] {
        let hash = blake3::keyed_hash(&self.0, purpose.as_bytes());
        let word = |i: usize| {
            let bytes = hash.as_bytes();
            u32::from_le_bytes([bytes[i], bytes[i + 1], bytes[i + 2], bytes[i + 3]])
        };
        [word(0), word(4)]
    }
}

/// A sequence of random numbers; see [`Key::stream`].
#[derive(Debug, Clone)]
pub struct Stream {
    key: [u32; 2],
    index: u64,
    block: u64,
    words: [u32; 4],
    used: usize,
    spare: Option<f64>,
    level: Level,
}

impl Stream {
    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.used == 4 {
            let (block, index) = (self.block, self.index);
            let counter = [block as u32, (block >> 32) as u32, index as u32, (index >> 32) as u32];
            self.words = philox(counter, self.key);
            self.block += 1;
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) | u64::from(self.next_u32()) << 32
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * 2f64.powi(-53)
    }

    /// Standard normal, by the Box–Muller transform of the next three 32-bit words: the cosine, and then the sine without a draw.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let [first, second] = self.level.run(Pair([self.next_u32(), self.next_u32(), self.next_u32()]));
        self.spare = Some(second);
        first
    }

    /// −1 or 1 with equal chance.
    pub fn sign(&mut self) -> f64 {
        if self.next_u32() & 1 == 0 { -1.0 } else { 1.0 }
    }

    /// True with probability `p`.
    pub fn bernoulli(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Uniform among 0, …, n − 1, without bias (Lemire 2019). `n` must be positive; 0 gives 0.
    pub fn below(&mut self, n: u64) -> u64 {
        loop {
            if let Some(chosen) = choice(self.next_u64(), n) {
                return chosen;
            }
        }
    }

    /// Puts the items into a uniformly random order (Fisher–Yates): [`below`](Self::below) chooses from the last item on.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        let mut last = items.len().saturating_sub(1);
        while last > 0 {
            // As many as there are items left are drawn in any case.
            let mut words = [0; 4 * BLOCKS];
            let words = &mut words[..last.min(4 * BLOCKS)];
            self.fill_u64(words);
            for &word in &*words {
                if let Some(chosen) = choice(word, last as u64 + 1) {
                    items.swap(last, chosen as usize);
                    last -= 1;
                }
            }
        }
    }

    /// Fills a slice with random bits: those that as many calls of [`next_u64`](Self::next_u64) give, faster.
    pub fn fill_u64(&mut self, numbers: &mut [u64]) {
        if self.used % 2 == 1 {
            return numbers.iter_mut().for_each(|number| *number = self.next_u64());
        }
        // What is left of a block, whole ones, and the beginning of another.
        let (first, rest) = numbers.split_at_mut(usize::from(self.used == 2).min(numbers.len()));
        first.iter_mut().for_each(|number| *number = self.next_u64());
        let (whole, rest) = rest.as_chunks_mut::<{ 2 * BLOCKS }>();
        let (key, index, block) = (self.key, self.index, self.block);
        self.block += (BLOCKS * whole.len()) as u64;
        self.level.run(Words { key, index, block, into: whole });
        rest.iter_mut().for_each(|number| *number = self.next_u64());
    }

    /// Fills a slice with standard normals: those that as many calls of [`normal`](Self::normal) give, faster.
    pub fn fill_normal(&mut self, values: &mut [f64]) {
        // Threes of blocks.
        let (whole, rest) = values.as_chunks_mut::<NORMALS>();
        let (whole, rest) =
            if self.used == 4 && self.spare.is_none() { (whole, rest) } else { (&mut [] as &mut [_], values) };
        let (key, index, block) = (self.key, self.index, self.block);
        self.block += 3 * whole.len() as u64;
        let (eights, last) = whole.as_chunks_mut::<8>();
        let after = block + 24 * eights.len() as u64;
        self.level.run(Consecutive { key, index, block, into: eights });
        if !last.is_empty() {
            let mut spare = [[0.0; NORMALS]; 8];
            self.level.run(Consecutive { key, index, block: after, into: std::slice::from_mut(&mut spare) });
            last.copy_from_slice(&spare[..last.len()]);
        }
        rest.iter_mut().for_each(|value| *value = self.normal());
    }

    /// A tensor of standard normals of the given shape. The numbers are drawn in f64 on the CPU whatever the kind and device,
    /// so that neither changes the sequence.
    pub fn normal_tensor(&mut self, shape: &[i64], kind: Kind, device: Device) -> Tensor {
        let mut values = vec![0.0; count(shape)];
        self.fill_normal(&mut values);
        from_slice(&values, shape, kind, device)
    }

    /// A tensor of uniform numbers in [0, 1) of the given shape.
    pub fn uniform_tensor(&mut self, shape: &[i64], kind: Kind, device: Device) -> Tensor {
        let values: Vec<f64> = (0..count(shape)).map(|_| self.uniform()).collect();
        from_slice(&values, shape, kind, device)
    }
}

/// Which of n numbers a random word chooses, if it may choose without bias.
fn choice(word: u64, n: u64) -> Option<u64> {
    let product = u128::from(word) * u128::from(n);
    // The threshold is below n: hardly ever is there anything to divide.
    let fair = product as u64 >= n || product as u64 >= n.wrapping_neg().checked_rem(n).unwrap_or(0);
    fair.then_some((product >> 64) as u64)
}

fn count(shape: &[i64]) -> usize {
    shape.iter().product::<i64>().max(0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_give_equal_streams_and_different_ones_do_not() {
        let draw = |words: [&str; 2], purpose: &str, index| Key::new(words).stream(purpose, index).next_u64();
        let first = draw(["a", "b"], "noise", 0);
        assert_eq!(first, draw(["a", "b"], "noise", 0));
        assert_ne!(first, draw(["ab", ""], "noise", 0));
        assert_ne!(first, draw(["a", "b"], "init", 0));
        assert_ne!(first, draw(["a", "b"], "noise", 1));
    }

    /// Moments of a standard normal up to the eighth, each within five of its own standard errors.
    #[test]
    fn normals_have_the_moments_of_a_normal() {
        let n = 400_000;
        let mut stream = Key::new(["moments"]).stream("normal", 0);
        let values: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let moment = |k: i32| values.iter().map(|x| x.powi(k)).sum::<f64>() / f64::from(n);
        // E x^k = (k − 1)!! for even k, 0 for odd; the error of the mean of x^k is sqrt((E x^2k − (E x^k)²)/n).
        let double_factorial = |k: i32| (1..k).step_by(2).map(f64::from).product::<f64>();
        for k in 1..=8 {
            let exact = if k % 2 == 0 { double_factorial(k) } else { 0.0 };
            let error = ((double_factorial(2 * k) - exact * exact) / f64::from(n)).sqrt();
            assert!((moment(k) - exact).abs() < 5.0 * error, "moment {k}: {} against {exact}", moment(k));
        }
    }

    #[test]
    fn many_normals_at_once_are_those_one_by_one() {
        for (skip, many) in [(0, 200), (1, 200), (3, 77), (2, 31), (8, 63), (16, 5)] {
            let mut singly = Key::new(["fill"]).stream("normal", 5);
            let mut at_once = singly.clone();
            (0..skip).for_each(|_| assert_eq!(singly.normal(), at_once.normal()));
            let mut values = vec![0.0; many];
            at_once.fill_normal(&mut values);
            assert!(values.iter().all(|value| *value == singly.normal()));
            assert_eq!(at_once.next_u32(), singly.next_u32());
        }
    }

    #[test]
    fn many_words_at_once_are_those_one_by_one() {
        for (skip, many, level) in
            Level::all().flat_map(|level| [(0, 200, level), (1, 65, level), (2, 77, level), (3, 33, level), (2, 0, level)])
        {
            let mut singly = Key::new(["fill"]).stream("words", 5);
            // The low half of a block's number overflows on the way.
            singly.block = (1 << 32) - 7;
            let mut at_once = Stream { level, ..singly.clone() };
            (0..skip).for_each(|_| assert_eq!(singly.next_u32(), at_once.next_u32()));
            let mut words = vec![0; many];
            at_once.fill_u64(&mut words);
            assert!(words.iter().all(|word| *word == singly.next_u64()), "{level:?}");
            assert_eq!(at_once.next_u32(), singly.next_u32());
        }
    }

    /// The order and what the stream gives afterwards are those of one choice after the other.
    #[test]
    fn shuffling_chooses_from_the_last_item_on() {
        for items in [0, 1, 2, 33, 64, 65, 66, 300] {
            let mut singly = Key::new(["shuffle"]).stream("order", 1);
            let mut at_once = singly.clone();
            let (mut expected, mut shuffled): (Vec<usize>, Vec<usize>) = ((0..items).collect(), (0..items).collect());
            (1..items).rev().for_each(|last| expected.swap(last, singly.below(last as u64 + 1) as usize));
            at_once.shuffle(&mut shuffled);
            assert_eq!(shuffled, expected);
            assert_eq!(at_once.next_u32(), singly.next_u32());
        }
    }

    #[test]
    fn below_is_uniform_and_in_range() {
        let mut stream = Key::new(["below"]).stream("die", 0);
        let mut counts = [0; 6];
        (0..60_000).for_each(|_| counts[stream.below(6) as usize] += 1);
        // A binomial count with mean 10⁴ has standard deviation 91; five of them.
        assert!(counts.iter().all(|&count: &i32| (count - 10_000).abs() < 457), "{counts:?}");
        assert_eq!(stream.below(1), 0);
    }

    #[test]
    fn shuffling_permutes() {
        let mut items: Vec<u32> = (0..100).collect();
        Key::new(["shuffle"]).stream("order", 0).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
