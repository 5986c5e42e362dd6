//! Room for numbers, asked for before any work.

use crate::MemoryError;

/// Zeros for the couplings between all sites.
pub(crate) fn square(sites: usize) -> Result<Vec<f64>, MemoryError> {
    let mut weights = Vec::new();
    match sites.checked_mul(sites).map(|count| (count, weights.try_reserve_exact(count))) {
        Some((count, Ok(()))) => {
            weights.resize(count, 0.0);
            Ok(weights)
        }
        _ => Err(MemoryError::Square(sites)),
    }
}

/// An empty list with room for the sites of so many patterns as numbers: −1 and 1, or what is made of them.
pub(crate) fn signs(patterns: usize, sites: usize) -> Result<Vec<f64>, MemoryError> {
    let mut numbers = Vec::new();
    match patterns.checked_mul(sites).map(|count| numbers.try_reserve_exact(count)) {
        Some(Ok(())) => Ok(numbers),
        _ => {
            let bytes = patterns as u128 * sites as u128 * size_of::<f64>() as u128;
            Err(MemoryError::Numbers { patterns, sites, bytes })
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn room_that_there_is_not_is_refused_with_its_bytes() {
        assert!(signs(3, 5).unwrap().capacity() >= 15 && square(3).unwrap() == [0.0; 9]);
        for (patterns, sites) in [(1 << 50, 1 << 12), (1 << 60, 1 << 60)] {
            let bytes = patterns as u128 * sites as u128 * 8;
            assert_eq!(signs(patterns, sites), Err(MemoryError::Numbers { patterns, sites, bytes }));
        }
        assert_eq!([1 << 28, 1 << 40].map(square), [Err(MemoryError::Square(1 << 28)), Err(MemoryError::Square(1 << 40))]);
    }
}
