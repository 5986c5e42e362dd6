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

    /// How many rows there are.
    #[inline(always)]
    pub(crate) fn count(&self) -> u32 {
        self.rows.len() as u32
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::{Key, simd::Level};

    use super::*;
    use crate::{Ensemble, Noise, Number, Process, engine::lanes::Element};

    /// The row that was drawn last.
    struct Last<const C: usize>(Table<C>);

    impl<const C: usize> Process for Last<C> {
        type State<X: Number> = [X; C];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, _: [X; C], noise: &mut N) -> [X; C] {
            noise.row(&self.0)
        }
    }

    /// A replica takes the rows that the words of its own stream choose, in whatever kind and at whatever level.
    fn check<const C: usize, T: Element>() {
        let key = Key::new(["rows"]);
        let table = Table::new((0..11).map(|i| std::array::from_fn(|c| 0.1 * f64::from(i) + c as f64)).collect()).unwrap();
        for level in Level::all() {
            let mut ensemble = Ensemble::<_, T>::new(Last(table.clone()), 70, &key, |_| [0.0; C]).at_level(level);
            ensemble.advance(9);
            let found = ensemble.map(|row| row);
            assert_eq!(found, ensemble.states().collect::<Vec<_>>());
            for (replica, row) in found.into_iter().enumerate() {
                let mut stream = key.stream("halves", replica as u64);
                let word = (0..9).map(|_| stream.next_u32()).last().unwrap();
                assert_eq!(row, table.choose(word).map(|x| T::from_f64(x).to_f64()), "{level:?}, {C} columns");
            }
        }
    }

    #[test]
    fn replicas_draw_the_rows_of_their_own_streams() {
        check::<1, f32>();
        check::<2, f32>();
        check::<3, f32>();
        check::<1, f64>();
        check::<3, f64>();
    }

    /// Another table at every other step.
    struct Turns(Table<1>, Table<1>);

    impl Process for Turns {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, _: [X; 1], noise: &mut N) -> [X; 1] {
            noise.row(if noise.time().is_multiple_of(2) { &self.0 } else { &self.1 })
        }
    }

    fn turns(rows: usize) -> Vec<[f64; 1]> {
        let table = |rows: usize| Table::new(vec![[rows as f64]; rows]).unwrap();
        let mut ensemble = Ensemble::<_, f64>::new(Turns(table(3), table(rows)), 5, &Key::new(["turns"]), |_| [0.0]);
        ensemble.advance(4);
        ensemble.states().collect()
    }

    #[test]
    fn tables_of_the_same_length_may_take_turns() {
        assert_eq!(turns(3), vec![[3.0]; 5]);
    }

    #[test]
    #[should_panic(expected = "a table of 4 rows where the first one drew from 3")]
    fn tables_of_other_lengths_may_not() {
        turns(4);
    }

    /// A row at the first step only.
    struct Once(Table<1>);

    impl Process for Once {
        type State<X: Number> = [X; 1];

        #[inline(always)]
        fn step<X: Number, N: Noise<X>>(&self, state: [X; 1], noise: &mut N) -> [X; 1] {
            if noise.time() == 0 { noise.row(&self.0) } else { state }
        }
    }

    #[test]
    #[should_panic(expected = "drew less than the first one")]
    fn steps_may_not_draw_less_than_the_first_one() {
        let table = Table::new(vec![[1.0]; 3]).unwrap();
        Ensemble::<_, f64>::new(Once(table), 5, &Key::new(["once"]), |_| [0.0]).advance(4);
    }

    #[test]
    fn a_table_has_rows() {
        assert_eq!(Table::<2>::new(Vec::new()), Err(TableError(0)));
    }
}
