//! Finite sets of data, from which steps draw rows.

use lawbook_core::simd::place;

/// Rows of `C` numbers each: a finite set of data.
///
/// They are kept three times: as they were given, and as both kinds of ensemble gather them, sixteen at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<const C: usize> {
    rows: Vec<[f64; C]>,
    /// Bits of f64, column after column.
    doubles: Vec<u64>,
    /// Bits of f32, two columns in one number, the first of them in its low half; pair after pair.
    singles: Vec<u64>,
}

/// A table without rows, or with too many.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a table of {0} rows: give between 1 and 2^32 - 1, as samples are drawn from it")]
pub struct TableError(pub usize);

impl<const C: usize> Table<C> {
    /// From its rows.
    pub fn new(rows: Vec<[f64; C]>) -> Result<Self, TableError> {
        if rows.is_empty() || u32::try_from(rows.len()).is_err() {
            return Err(TableError(rows.len()));
        }
        let single = |row: &[f64; C], c: usize| row.get(c).map_or(0, |x| u64::from((*x as f32).to_bits()));
        let doubles = (0..C).flat_map(|c| rows.iter().map(move |row| row[c].to_bits())).collect();
        let pair = |c: usize| rows.iter().map(move |row| single(row, c) | single(row, c + 1) << 32);
        let singles = (0..C).step_by(2).flat_map(pair).collect();
        Ok(Self { rows, doubles, singles })
    }

    /// The rows, at least one.
    pub fn rows(&self) -> &[[f64; C]] {
        &self.rows
    }

    /// The row that a random word chooses.
    pub(crate) fn choose(&self, word: u32) -> &[f64; C] {
        &self.rows[place(word, self.rows.len())]
    }

    /// Column `c`, as bits of f64.
    #[inline(always)]
    pub(crate) fn doubles(&self, c: usize) -> &[u64] {
        &self.doubles[c * self.rows.len()..][..self.rows.len()]
    }

    /// Columns 2 `pair` and 2 `pair` + 1, as bits of f32 in low and high halves.
    #[inline(always)]
    pub(crate) fn singles(&self, pair: usize) -> &[u64] {
        &self.singles[pair * self.rows.len()..][..self.rows.len()]
    }
}
