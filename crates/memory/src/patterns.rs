//! Patterns and states of ±1 sites, 64 to a word.

mod agreements;

use std::{collections::HashMap, ops::Range};

use lawbook_core::{
    Stream, pages,
    popcount::{Numbers, TILE, Tile},
    simd::Level,
};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator, ParallelSlice};

use crate::{
    MemoryError,
    bits::{WORD, bernoulli_word, site_mask, words},
};

/// Stored patterns ξ^μ, `count` of them with `sites` sites each: a bit per site, and less than a word per pattern beside. A
/// [descent](crate::Descent) of a dense memory keeps the bits a second time while it runs.
///
/// Word `w` of all patterns lies together, so that a scan of one site over all patterns reads memory in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patterns {
    count: usize,
    sites: usize,
    planes: Vec<u64>,
}

/// One configuration σ of ±1 sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    sites: usize,
    words: Vec<u64>,
}

impl Patterns {
    /// Independent, unbiased random patterns.
    pub fn random(count: usize, sites: usize, stream: &mut Stream) -> Result<Self, MemoryError> {
        let mut patterns = Self::blank(count, sites)?;
        for word in 0..words(sites) {
            let mask = site_mask(sites, word);
            patterns.planes[word * count..][..count].iter_mut().for_each(|bits| *bits = stream.next_u64() & mask);
        }
        Ok(patterns)
    }

    /// These states.
    pub fn from_states(states: &[State]) -> Result<Self, MemoryError> {
        let sites = states.first().map_or(0, State::sites);
        let mut patterns = Self::blank(states.len(), sites)?;
        for (mu, state) in states.iter().enumerate() {
            same_sites(sites, state.sites)?;
            state.words.iter().enumerate().for_each(|(word, &bits)| patterns.planes[word * states.len() + mu] = bits);
        }
        Ok(patterns)
    }

    fn blank(count: usize, sites: usize) -> Result<Self, MemoryError> {
        if count == 0 || sites == 0 {
            return Err(MemoryError::Empty { patterns: count, sites });
        }
        let mut planes = Vec::new();
        let reserved = count.checked_mul(words(sites)).map(|size| (size, pages::reserve(&mut planes, size)));
        let Some((size, Ok(()))) = reserved else { return Err(MemoryError::TooMany { patterns: count, sites }) };
        planes.resize(size, 0);
        Ok(Self { count, sites, planes })
    }

    /// Number of patterns.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Sites per pattern.
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// Pattern `mu` as a state.
    ///
    /// # Panics
    /// If `mu` is not below [`count`](Self::count).
    pub fn state(&self, mu: usize) -> State {
        assert!(mu < self.count, "pattern {mu} of {}", self.count);
        State { sites: self.sites, words: (0..words(self.sites)).map(|word| self.plane(word)[mu]).collect() }
    }

    /// All patterns as states, one after another.
    pub fn states(&self) -> impl ExactSizeIterator<Item = State> + '_ {
        (0..self.count).map(|mu| self.state(mu))
    }

    /// The overlaps `ξ^μ·σ`, from −N to N.
    pub fn overlaps(&self, state: &State) -> Result<Vec<i64>, MemoryError> {
        let sites = self.sites as i64;
        Ok(self.agreements(state)?.into_iter().map(|agreeing| 2 * i64::from(agreeing) - sites).collect())
    }

    /// The overlaps with each of many states, on all threads: a pattern is read once for all of them.
    pub fn overlaps_of(&self, states: &[State]) -> Result<Vec<Vec<i32>>, MemoryError> {
        states.iter().try_for_each(|state| same_sites(self.sites, state.sites))?;
        if self.sites > usize::from(u16::MAX) {
            let narrow = |overlaps: Vec<i64>| overlaps.into_iter().map(|overlap| overlap as i32).collect();
            return states.par_iter().map(|state| Ok(narrow(self.overlaps(state)?))).collect();
        }
        let share = states.len().div_ceil(rayon::current_num_threads()).max(1);
        let overlaps = states.par_chunks(share).map(|states| {
            let mut overlaps: Vec<Vec<i32>> = states.iter().map(|_| Vec::with_capacity(self.count)).collect();
            let sites = self.sites as i32;
            self.compare(states, 1, |which, counts| {
                overlaps[which].extend(counts.iter().map(|&differing| sites - 2 * i32::from(differing)));
            });
            overlaps
        });
        Ok(overlaps.flatten_iter().collect())
    }

    /// Hands over the numbers of differing sites, for every `step`th 64 patterns (the last time fewer) and for each state.
    fn compare(&self, states: &[State], step: usize, mut take: impl FnMut(usize, &[u16])) {
        let mut tile = Tile::new(Level::widest(), words(self.sites));
        let mut counts = Numbers::default();
        for from in (0..self.count).step_by(step * TILE) {
            tile.load(&self.planes, self.count, from);
            for (which, state) in states.iter().enumerate() {
                tile.differing(&state.words, &mut counts);
                take(which, &counts.0[..TILE.min(self.count - from)]);
            }
        }
    }

    /// Pairs of equal patterns, each with the first of its kind.
    pub fn duplicates(&self) -> Vec<(usize, usize)> {
        let mut first = HashMap::new();
        let of = |mu: usize| -> Vec<u64> { (0..words(self.sites)).map(|word| self.plane(word)[mu]).collect() };
        let earlier = |mu| Some((*first.entry(of(mu)).or_insert(mu), mu)).filter(|(one, other)| one != other);
        (0..self.count).filter_map(earlier).collect()
    }

    /// These patterns, if no two are equal. In a dense memory a pattern that is stored twice has twice the weight.
    pub fn distinct(self) -> Result<Self, MemoryError> {
        let Some(&(first, second)) = self.duplicates().first() else { return Ok(self) };
        Err(MemoryError::Duplicate { first, second, count: self.count })
    }

    /// All words.
    pub(crate) fn planes(&self) -> &[u64] {
        &self.planes
    }

    /// Word `word` of all patterns.
    pub(crate) fn plane(&self, word: usize) -> &[u64] {
        &self.planes[word * self.count..][..self.count]
    }
}

impl State {
    /// A state from its sites, each −1 or 1.
    pub fn from_signs(signs: &[f64]) -> Result<Self, MemoryError> {
        if signs.is_empty() {
            return Err(MemoryError::Empty { patterns: 1, sites: 0 });
        }
        let mut state = Self { sites: signs.len(), words: vec![0; words(signs.len())] };
        for (site, &value) in signs.iter().enumerate() {
            if value.abs() != 1.0 {
                return Err(MemoryError::Sign { site, value });
            }
            state.words[site / WORD] |= u64::from(value > 0.0) << (site % WORD);
        }
        Ok(state)
    }

    /// A state from its sites, true where they are +1.
    pub(crate) fn from_bits(bits: &[bool]) -> Result<Self, MemoryError> {
        if bits.is_empty() {
            return Err(MemoryError::Empty { patterns: 1, sites: 0 });
        }
        let word = |bits: &[bool]| bits.iter().rev().fold(0, |word, &bit| word << 1 | u64::from(bit));
        Ok(Self { sites: bits.len(), words: bits.chunks(WORD).map(word).collect() })
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// The sites as −1 and 1.
    pub fn signs(&self) -> Vec<f64> {
        (0..self.sites).map(|site| if self.bit(site) == 1 { 1.0 } else { -1.0 }).collect()
    }

    /// The overlap `σ·σ'` with another state.
    pub fn overlap(&self, other: &Self) -> Result<i64, MemoryError> {
        same_sites(self.sites, other.sites)?;
        let differing: u32 = self.words.iter().zip(&other.words).map(|(a, b)| (a ^ b).count_ones()).sum();
        Ok(self.sites as i64 - 2 * i64::from(differing))
    }

    /// Turns one site over.
    ///
    /// # Panics
    /// If `site` is not below [`sites`](Self::sites).
    pub fn flip(&mut self, site: usize) {
        assert!(site < self.sites, "site {site} of {}", self.sites);
        self.words[site / WORD] ^= 1 << (site % WORD);
    }

    /// The state with every site turned over.
    #[must_use]
    pub fn negated(&self) -> Self {
        let words = self.words.iter().enumerate().map(|(word, bits)| !bits & site_mask(self.sites, word)).collect();
        Self { sites: self.sites, words }
    }

    /// The state as a picture of `width` sites to a line, row after row: +1 is ink. Two rows share a line of text, in half blocks.
    pub fn picture(&self, width: usize) -> String {
        let width = width.max(1);
        let ink = |row: usize, column: usize| {
            let site = row * width + column;
            site < self.sites && self.bit(site) == 1
        };
        let block = |row: usize, column: usize| match (ink(row, column), ink(row + 1, column)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        let line = |row: usize| (0..width).map(|column| block(row, column)).collect::<String>();
        (0..self.sites.div_ceil(width)).step_by(2).map(line).collect::<Vec<_>>().join("\n")
    }

    /// A cue: this state with exactly `flips` sites, chosen at random, turned over.
    pub fn corrupted(&self, flips: usize, stream: &mut Stream) -> Result<Self, MemoryError> {
        if flips > self.sites {
            return Err(MemoryError::Flips { flips, sites: self.sites });
        }
        let mut order: Vec<usize> = (0..self.sites).collect();
        let mut cue = self.clone();
        for chosen in 0..flips {
            order.swap(chosen, chosen + stream.below((self.sites - chosen) as u64) as usize);
            cue.flip(order[chosen]);
        }
        Ok(cue)
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    /// This state with every site turned over independently with probability `flips`.
    pub fn noisy(&self, flips: f64, stream: &mut Stream) -> Result<Self, MemoryError> {
        if !(0.0..=1.0).contains(&flips) {
            return Err(MemoryError::Range { what: "the probability of a flip", value: flips, low: 0.0, high: 1.0 });
        }
        let mut cue = self.clone();
        for (word, bits) in cue.words.iter_mut().enumerate() {
            *bits ^= bernoulli_word(flips, stream) & site_mask(self.sites, word);
        }
        Ok(cue)
    }

    /// This state with the sites of `range` taken from another.
    pub fn with_sites_of(&self, other: &Self, range: Range<usize>) -> Result<Self, MemoryError> {
        same_sites(self.sites, other.sites)?;
        if range.end > self.sites {
            return Err(MemoryError::Index { what: "site", index: range.end, count: self.sites });
        }
        let mut state = self.clone();
        for (word, (bits, theirs)) in state.words.iter_mut().zip(&other.words).enumerate() {
            let upto = |site: usize| match site.saturating_sub(word * WORD) {
                used @ 0..WORD => (1 << used) - 1,
                _ => u64::MAX,
            };
            let taken = upto(range.end) & !upto(range.start);
            *bits = (*bits & !taken) | (theirs & taken);
        }
        Ok(state)
    }

    /// 1 if the site is +1, 0 if it is −1.
    pub(crate) fn bit(&self, site: usize) -> u64 {
        (self.words[site / WORD] >> (site % WORD)) & 1
    }
}

/// Whether a state has as many sites as the network.
pub(crate) fn same_sites(expected: usize, found: usize) -> Result<(), MemoryError> {
    if expected == found { Ok(()) } else { Err(MemoryError::Sites { expected, found }) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;
    use proptest::prelude::{any, proptest};

    use super::*;

    proptest! {
        /// Packed overlaps are the scalar products of the ±1 vectors, whatever the number of sites.
        #[test]
        fn overlaps_are_scalar_products(seed in any::<u64>(), sites in 1usize..200, count in 1usize..9) {
            let mut stream = Key::new(["overlaps"]).stream("patterns", seed);
            let patterns = Patterns::random(count, sites, &mut stream).unwrap();
            let state = Patterns::random(1, sites, &mut stream).unwrap().state(0);
            let overlaps = patterns.overlaps(&state).unwrap();
            for (mu, &overlap) in overlaps.iter().enumerate() {
                let dot: f64 = patterns.state(mu).signs().iter().zip(state.signs()).map(|(a, b)| a * b).sum();
                assert_eq!(overlap as f64, dot);
                assert_eq!(patterns.state(mu).overlap(&state).unwrap(), overlap);
                assert_eq!(patterns.state(mu).negated().overlap(&state).unwrap(), -overlap);
            }
        }

        #[test]
        fn sites_are_taken_from_where_they_are_said_to_come(seed in any::<u64>(), sites in 1usize..200, a in any::<usize>(), b in any::<usize>()) {
            let patterns = Patterns::random(2, sites, &mut Key::new(["take"]).stream("patterns", seed)).unwrap();
            let (mine, theirs) = (patterns.state(0), patterns.state(1));
            let range = (a % (sites + 1)).min(b % (sites + 1))..(a % (sites + 1)).max(b % (sites + 1));
            let mixed = mine.with_sites_of(&theirs, range.clone()).unwrap().signs();
            for (site, sign) in mixed.into_iter().enumerate() {
                assert_eq!(sign, if range.contains(&site) { theirs.signs()[site] } else { mine.signs()[site] });
            }
        }

        #[test]
        fn a_cue_differs_at_exactly_the_flipped_sites(seed in any::<u64>(), sites in 1usize..150, share in 0.0..1.0f64) {
            let mut stream = Key::new(["cue"]).stream("patterns", seed);
            let state = Patterns::random(1, sites, &mut stream).unwrap().state(0);
            let flips = (share * sites as f64) as usize;
            let cue = state.corrupted(flips, &mut stream).unwrap();
            assert_eq!(cue.overlap(&state).unwrap(), sites as i64 - 2 * flips as i64);
            assert_eq!(State::from_signs(&cue.signs()).unwrap(), cue);
        }
    }

    /// Five sites, two to a line: + −, − +, +.
    #[test]
    fn pictures_have_two_rows_to_a_line() {
        let state = State::from_signs(&[1.0, -1.0, -1.0, 1.0, 1.0]).unwrap();
        assert_eq!(state.picture(2), "▀▄\n▀ ");
        assert_eq!(state.picture(5), "▀  ▀▀");
    }

    #[test]
    fn many_states_are_compared_as_one_is() {
        let mut stream = Key::new(["many"]).stream("patterns", 0);
        let patterns = Patterns::random(150, 130, &mut stream).unwrap();
        let states: Vec<State> = (0..7).map(|mu| patterns.state(mu)).collect();
        for (together, state) in patterns.overlaps_of(&states).unwrap().into_iter().zip(&states) {
            let alone = patterns.overlaps(state).unwrap();
            assert_eq!(together.into_iter().map(i64::from).collect::<Vec<_>>(), alone);
        }
        let copied = Patterns::from_states(&[0, 1, 0, 2, 1, 0].map(|mu| states[mu].clone())).unwrap();
        assert_eq!(copied.duplicates(), [(0, 2), (1, 4), (0, 5)]);
        assert_eq!(copied.distinct(), Err(MemoryError::Duplicate { first: 0, second: 2, count: 6 }));
        assert_eq!(patterns.duplicates(), []);
        assert_eq!(patterns.clone().distinct(), Ok(patterns));
    }

    /// A bit takes a bit, within 5 %: the bytes that are allocated, at two sizes and from both constructors.
    #[test]
    fn memory_per_bit_is_one_bit() {
        for (count, sites) in [(1000, 1000), (1000, 10_000), (7, 10_000)] {
            let drawn = Patterns::random(count, sites, &mut Key::new(["bits"]).stream("patterns", 0)).unwrap();
            let gathered = Patterns::from_states(&drawn.states().collect::<Vec<_>>()).unwrap();
            assert_eq!(drawn, gathered);
            for patterns in [drawn, gathered] {
                let (bytes, stored) = (patterns.planes.capacity() * size_of::<u64>(), count * sites / 8);
                assert!((stored..=stored * 105 / 100).contains(&bytes), "{bytes} bytes for {stored} at {count} of {sites}");
            }
        }
        // A million patterns of ten thousand sites.
        assert_eq!(words(10_000) * 8 * 1_000_000, 1_256_000_000);
    }

    #[test]
    fn noise_turns_over_its_share_of_sites() {
        let mut stream = Key::new(["noise"]).stream("flips", 0);
        let state = Patterns::random(1, 100_000, &mut stream).unwrap().state(0);
        for flips in [0.0, 0.013, 0.2, 0.5, 1.0] {
            let noisy = state.noisy(flips, &mut stream).unwrap();
            let share = 0.5 - 0.5 * noisy.overlap(&state).unwrap() as f64 / 1e5;
            assert!((share - flips).abs() <= 5.0 * (flips * (1.0 - flips) / 1e5).sqrt(), "{flips}: {share}");
        }
        assert!(state.noisy(1.1, &mut stream).is_err());
    }

    #[test]
    fn bad_input_is_refused_with_its_numbers() {
        let mut stream = Key::new(["bad"]).stream("patterns", 0);
        assert_eq!(Patterns::random(0, 5, &mut stream).unwrap_err(), MemoryError::Empty { patterns: 0, sites: 5 });
        assert_eq!(State::from_signs(&[1.0, 0.5]).unwrap_err(), MemoryError::Sign { site: 1, value: 0.5 });
        let patterns = Patterns::random(2, 5, &mut stream).unwrap();
        let short = State::from_signs(&[1.0]).unwrap();
        assert_eq!(patterns.overlaps(&short).unwrap_err(), MemoryError::Sites { expected: 5, found: 1 });
        assert_eq!(Patterns::from_states(&[]).unwrap_err(), MemoryError::Empty { patterns: 0, sites: 0 });
        let uneven = Patterns::from_states(&[patterns.state(0), short.clone()]);
        assert_eq!(uneven.unwrap_err(), MemoryError::Sites { expected: 5, found: 1 });
        for (count, sites) in [(usize::MAX, 65), (1 << 50, 640)] {
            let refused = Patterns::random(count, sites, &mut stream).unwrap_err();
            assert_eq!(refused, MemoryError::TooMany { patterns: count, sites });
        }
        assert_eq!(short.corrupted(2, &mut stream).unwrap_err(), MemoryError::Flips { flips: 2, sites: 1 });
    }
}
