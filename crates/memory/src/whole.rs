//! Values of a table as small whole numbers: `value = base + unit × number`, with one base or one for either parity of their place.

/// How to write the values of a stretch of a table, which are whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole {
    pub(crate) base: i64,
    pub(crate) unit: i64,
    pub(crate) largest: u64,
    /// Whether all values are the same, which leaves the unit open.
    constant: bool,
}

impl Whole {
    pub(crate) fn new(table: &[f64]) -> Self {
        let whole = || table.iter().map(|&value| value as i64);
        let (base, most) = (whole().min().unwrap_or(0), whole().max().unwrap_or(0));
        let unit = whole().fold(0, |divisor, value| gcd(divisor, value.abs_diff(base))).max(1);
        Self { base, unit: unit as i64, largest: most.abs_diff(base) / unit, constant: most == base }
    }

    /// The same for a longer table: the one that this was made of, and these values.
    pub(crate) fn with(self, values: &[f64]) -> Self {
        let most = self.base + self.unit * self.largest as i64;
        let whole = || values.iter().map(|&value| value as i64);
        let (base, most) = whole().fold((self.base, most), |(base, most), value| (base.min(value), most.max(value)));
        // Differences to one value have the divisors of differences to any other.
        let known = if self.constant { 0 } else { self.unit as u64 };
        let unit = whole().fold(known, |divisor, value| gcd(divisor, value.abs_diff(self.base))).max(1);
        Self { base, unit: unit as i64, largest: most.abs_diff(base) / unit, constant: most == base }
    }

    /// The number of a value.
    pub(crate) fn number(&self, value: f64) -> u64 {
        (value as i64).abs_diff(self.base) / self.unit as u64
    }
}

/// How to write the values of a stretch of a table where those at even and at odd places have bases of their own. Units may then be
/// larger: squares of even numbers, and those of odd numbers but for 1, are multiples of 4.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alternating {
    parts: [Option<Whole>; 2],
    pub(crate) unit: i64,
    pub(crate) largest: u64,
}

impl Alternating {
    /// Of the values from place `first` on.
    pub(crate) fn new(first: usize, values: &[f64]) -> Self {
        Self { parts: [None; 2], unit: 1, largest: 0 }.with(first, values)
    }

    /// The same for a longer stretch: the one that this was made of, and the values from place `first` on.
    pub(crate) fn with(self, first: usize, values: &[f64]) -> Self {
        let mut parts = self.parts;
        for (parity, part) in parts.iter_mut().enumerate() {
            let values = of_parity(first, values, parity);
            *part = match part {
                Some(part) => Some(part.with(&values)),
                None if values.is_empty() => None,
                None => Some(Whole::new(&values)),
            };
        }
        let known = || parts.iter().flatten();
        let unit = known().filter(|part| !part.constant).fold(0, |unit, part| gcd(unit, part.unit as u64)).max(1);
        let largest = known().map(|part| part.largest * part.unit as u64 / unit).max().unwrap_or(0);
        Self { parts, unit: unit as i64, largest }
    }

    /// The base of a place.
    pub(crate) fn base(&self, place: usize) -> i64 {
        self.parts[place % 2].map_or(0, |part| part.base)
    }

    /// The number of the value at a place.
    pub(crate) fn number(&self, place: usize, value: f64) -> u64 {
        (value as i64).abs_diff(self.base(place)) / self.unit as u64
    }
}

fn of_parity(first: usize, values: &[f64], parity: usize) -> Vec<f64> {
    values.iter().skip((first + parity) % 2).step_by(2).copied().collect()
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// How many there are of each number up to the largest.
pub(crate) fn histogram(numbers: &[u32], largest: usize) -> Vec<usize> {
    let mut histogram = vec![0; largest + 1];
    numbers.iter().for_each(|&number| histogram[number as usize] += 1);
    histogram
}

/// The shortest stretch of numbers, as first and last, that leaves out some of the smallest and as many of the largest.
pub(crate) fn typical(histogram: &[usize], left_out: usize) -> (usize, usize) {
    let left_out = left_out.min((histogram.iter().sum::<usize>() - 1) / 2);
    let all = 0..histogram.len();
    (beyond(histogram, left_out, all.clone()), beyond(histogram, left_out, all.rev()))
}

fn beyond(histogram: &[usize], left_out: usize, mut numbers: impl Iterator<Item = usize>) -> usize {
    let mut seen = 0;
    let reached = |&number: &usize| {
        seen += histogram[number];
        seen > left_out
    };
    numbers.find(reached).unwrap_or(0)
}

/// What of so many patterns may be left out of a stretch at either end: none first, at most one more than `most`.
pub(crate) fn omissions(most: usize) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain((0..usize::BITS).map(|bit| 1 << bit).take_while(move |&some| some <= 1 + most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_with_their_common_unit() {
        let table: Vec<f64> = (-3..=3).map(|m| f64::from(48 * m * m + 16)).collect();
        let whole = Whole::new(&table);
        assert_eq!((whole.base, whole.unit, whole.largest), (16, 48, 9));
        assert_eq!(table.iter().map(|&value| whole.number(value)).collect::<Vec<_>>(), [9, 4, 1, 0, 1, 4, 9]);
        assert_eq!(Whole::new(&[5.0, 5.0]).largest, 0);
        for cut in 1..table.len() {
            for (known, new) in [table.split_at(cut), (&table[cut..], &table[..cut])] {
                let Whole { base, unit, largest, constant } = Whole::new(known).with(new);
                assert_eq!((base, unit, largest, constant), (16, 48, 9, false));
            }
        }
    }

    /// Squares of whole numbers: one base leaves the unit 48, two leave 4 × 48.
    #[test]
    fn values_at_even_and_odd_places_have_bases_of_their_own() {
        let table: Vec<f64> = (-3..=4).map(|m| f64::from(48 * m * m + 16)).collect();
        let numbers = |of: &Alternating, first: usize| -> Vec<u64> {
            (first..).zip(&table).map(|(place, &value)| of.number(place, value)).collect()
        };
        for first in [10, 11] {
            let all = Alternating::new(first, &table);
            assert_eq!((all.unit, all.largest), (192, 4));
            assert_eq!([all.base(first), all.base(first + 1)], [64, 16]);
            assert_eq!(numbers(&all, first), [2, 1, 0, 0, 0, 1, 2, 4]);
            for cut in 0..=table.len() {
                let (one, other) = table.split_at(cut);
                for together in [
                    Alternating::new(first, one).with(first + cut, other),
                    Alternating::new(first + cut, other).with(first, one),
                ] {
                    assert_eq!((together.unit, numbers(&together, first)), (192, numbers(&all, first)), "{cut}");
                }
            }
        }
        assert_eq!(Alternating::new(5, &[7.0]).number(5, 7.0), 0);
    }

    #[test]
    fn a_stretch_leaves_out_the_extremes() {
        let sorted = histogram(&[1, 5, 6, 7, 40], 50);
        assert_eq!((typical(&sorted, 0), typical(&sorted, 1), typical(&sorted, 9)), ((1, 40), (5, 7), (6, 6)));
        assert_eq!(omissions(3).collect::<Vec<_>>(), [0, 1, 2, 4]);
    }
}
