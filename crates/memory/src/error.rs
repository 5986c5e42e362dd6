//! What can be wrong with a memory's input.

use crate::Separation;

/// Bad input, with the numbers and the way out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MemoryError {
    /// No pattern or no site.
    #[error("{patterns} patterns of {sites} sites: a memory needs at least one pattern of at least one site")]
    Empty {
        /// Number of patterns.
        patterns: usize,
        /// Number of sites.
        sites: usize,
    },
    /// More sites than fit.
    #[error("{patterns} patterns of {sites} sites do not fit into memory: store fewer, or smaller ones")]
    TooMany {
        /// Number of patterns.
        patterns: usize,
        /// Number of sites.
        sites: usize,
    },
    /// Two patterns are equal where each is meant to be another.
    #[error("pattern {second} of {count} is pattern {first} once more: leave one of them out")]
    Duplicate {
        /// The first of its kind.
        first: usize,
        /// The one that equals it.
        second: usize,
        /// Number of patterns.
        count: usize,
    },
    /// A pattern or state has another number of sites than the memory.
    #[error("a state of {found} sites for patterns of {expected}: give every pattern and state the same number of sites")]
    Sites {
        /// Sites of the memory.
        expected: usize,
        /// Sites of what was given.
        found: usize,
    },
    /// A pattern's or site's index is too large.
    #[error("{what} {index} of {count}: indices run from 0 to {count} − 1")]
    Index {
        /// Pattern or site.
        what: &'static str,
        /// What was asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// An entry is neither −1 nor 1.
    #[error("site {site} is {value}: sites are −1 or 1; threshold the data first")]
    Sign {
        /// The site.
        site: usize,
        /// Its value.
        value: f64,
    },
    /// More sites are to be flipped than there are.
    #[error("{flips} flips among {sites} sites: flip at most as many as there are")]
    Flips {
        /// Sites to flip.
        flips: usize,
        /// Sites of the state.
        sites: usize,
    },
    /// Each pattern has a weight of its own.
    #[error("{found} weights for {expected} patterns: give one for each")]
    Weights {
        /// Number of patterns.
        expected: usize,
        /// Number of weights.
        found: usize,
    },
    /// More members are drawn than a data set has beside a pattern.
    #[error("{drawn} draws without replacement among {members} others: draw at most as many as there are")]
    Draws {
        /// How many are drawn.
        drawn: usize,
        /// How many there are.
        members: usize,
    },
    /// Sums over all simplices leave the integers.
    #[error(
        "all simplices up to dimension {dimension} on {sites} sites, {patterns} patterns: sums exceed exact integers; lower the \
         dimension"
    )]
    Simplices {
        /// The highest dimension.
        dimension: usize,
        /// Number of sites.
        sites: usize,
        /// Number of patterns.
        patterns: usize,
    },
    /// A number outside its range.
    #[error("{what} is {value}: it lies between {low} and {high}")]
    Range {
        /// What it is.
        what: &'static str,
        /// Its value.
        value: f64,
        /// The least it can be.
        low: f64,
        /// The most it can be.
        high: f64,
    },
    /// An order below 2 has no crosstalk to separate.
    #[error("order {0}: the separation function x^n needs n of at least 2 (n = 2 is the Hopfield network)")]
    Order(u32),
    /// The exponential has no order.
    #[error("exp(x) has no order n: the capacity formulas hold for x^n; give a power or a rectified power")]
    NoOrder,
    /// The energy overflows f64.
    #[error("{separation} of {sites} sites and {patterns} patterns exceeds the range of f64: lower the order or the size")]
    Overflow {
        /// The separation function.
        separation: Separation,
        /// Number of sites.
        sites: usize,
        /// Number of patterns.
        patterns: usize,
    },
    /// The crosstalk has no integer lattice small enough to be summed exactly.
    #[error("the crosstalk of {separation} at {sites} sites has no lattice that f64 resolves: use the Gaussian formula")]
    NoLattice {
        /// The separation function.
        separation: Separation,
        /// Number of sites.
        sites: usize,
    },
    /// Each cue of a batch draws from a stream of its own.
    #[error("{cues} cues and {streams} streams: give every cue a stream of its own")]
    Streams {
        /// Number of cues.
        cues: usize,
        /// Number of streams.
        streams: usize,
    },
    /// The sites of all patterns as numbers, of 8 bytes each where a stored site takes a bit.
    #[error(
        "{patterns} patterns of {sites} sites as numbers take {bytes} bytes, which memory does not have: give fewer patterns"
    )]
    Numbers {
        /// Number of patterns.
        patterns: usize,
        /// Number of sites.
        sites: usize,
        /// What they would take.
        bytes: u128,
    },
    /// Facts without copies, or with a block without sites.
    #[error(
        "{copies} copies of facts whose key, context and value have {}, {} and {} sites: give at least one copy, and at least \
         one site to each block", .blocks[0], .blocks[1], .blocks[2]
    )]
    Facts {
        /// Copies of each fact.
        copies: usize,
        /// Sites of key, context and value.
        blocks: [usize; 3],
    },
    /// Couplings of every two sites take more than there is.
    #[error(
        "couplings between all of {0} sites do not fit into memory: take fewer sites, or a dense memory, which grows with its \
         patterns alone"
    )]
    Square(usize),
    /// An energy that is watched rose, or became no number.
    #[error(
        "energy {step} is {after} and the one before it {before}: these updates do not descend this energy, or differ from it by \
         rounding, which is the watch's tolerance"
    )]
    Rise {
        /// How many energies had been seen before it.
        step: usize,
        /// The energy before.
        before: f64,
        /// The energy above it.
        after: f64,
    },
    /// The descent did not end.
    #[error("no fixed point within {0} sweeps: energies differ by less than rounding, or the network is very large")]
    Unfinished(usize),
}

impl MemoryError {
    /// Whether a number lies in its range.
    pub(crate) fn check(what: &'static str, value: f64, low: f64, high: f64) -> Result<(), Self> {
        if (low..=high).contains(&value) { Ok(()) } else { Err(Self::Range { what, value, low, high }) }
    }
}
