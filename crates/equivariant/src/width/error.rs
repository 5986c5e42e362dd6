/// Why a network cannot be built or widened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WidthError {
    /// Another number of widths than the network has.
    #[error("{given} widths for a network of {expected}: give one for each")]
    Count {
        /// Widths given.
        given: usize,
        /// Widths of the network.
        expected: usize,
    },
    /// A width that is not positive.
    #[error("width {index} is {width}: give at least 1")]
    NotPositive {
        /// Which of the widths.
        index: usize,
        /// The width given.
        width: i64,
    },
    /// A layer names a width that there is not.
    #[error("a layer names width {index}, but there are {count}: give a width for it")]
    Unknown {
        /// The width named.
        index: usize,
        /// Number of widths.
        count: usize,
    },
    /// The wide width is not a multiple of the narrow one.
    #[error(
        "width {index} cannot grow from {narrow} to {wide}: every neuron needs equally many copies, so give a multiple of {narrow}"
    )]
    NotMultiple {
        /// Which of the widths.
        index: usize,
        /// Its value in the narrow network.
        narrow: i64,
        /// Its value in the wide network.
        wide: i64,
    },
    /// The heads of an attention layer do not divide its channels.
    #[error("{channels} channels do not divide among {heads} heads: give a multiple of {heads}")]
    Heads {
        /// Channels, or channels at the base width.
        channels: i64,
        /// Heads.
        heads: i64,
    },
    /// A kernel without a middle pixel.
    #[error("a kernel of {0} pixels to a side has no middle: give an odd number")]
    Kernel(i64),
    /// A stride that goes nowhere.
    #[error("a stride of {0} pixels: give at least 1")]
    Stride(i64),
    /// A scale of noise that is not one.
    #[error("noise of scale {0} is not one: give a finite number of at least 0 (at most 1 to interpolate)")]
    Noise(String),
}
