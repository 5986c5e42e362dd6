//! Small tables of which each lane of a vector picks an entry.

/// Sixteen pairs of numbers, for [`Wide::choose`](super::Wide::choose).
#[derive(Debug)]
// As lines of the cache lie: a vector across two of them is read twice.
#[repr(align(64))]
pub struct Choice {
    /// All first numbers, all second ones: for instructions that pick among registers.
    pub(super) columns: [[f64; 16]; 2],
    /// Pair by pair: for loads.
    pub(super) rows: [[f64; 2]; 16],
}

impl Choice {
    /// The table of the first and of the second numbers of the pairs.
    pub const fn new(first: [f64; 16], second: [f64; 16]) -> Self {
        let mut rows = [[0.0; 2]; 16];
        let mut i = 0;
        while i < 16 {
            rows[i] = [first[i], second[i]];
            i += 1;
        }
        Self { columns: [first, second], rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Level, Wide, WideKernel};

    struct Chosen<'a>(&'a Choice, [u64; 8]);

    impl WideKernel for Chosen<'_> {
        type Output = [[f64; 8]; 2];

        #[inline(always)]
        fn run<V: Wide>(self, like: V) -> Self::Output {
            like.load(&self.1).choose(self.0).map(V::store_f64)
        }
    }

    #[test]
    fn the_lowest_four_bits_choose() {
        let table = Choice::new(std::array::from_fn(|i| i as f64), std::array::from_fn(|i| -(i as f64)));
        for level in Level::all() {
            for high in [0, 16, 1 << 63, !15] {
                let chosen = level
                    .run(Chosen(&table, [high, high | 1, high | 5, high | 7, high | 8, high | 11, high | 14, high | 15]));
                assert_eq!(
                    chosen,
                    [[0.0, 1.0, 5.0, 7.0, 8.0, 11.0, 14.0, 15.0], [-0.0, -1.0, -5.0, -7.0, -8.0, -11.0, -14.0, -15.0]]
                );
            }
        }
    }
}
