//! Work on many objects in portions whose tensors fit in memory.

/// Numbers that a layer may make of a portion, 40 MB in double precision: a handful of such tensors live at a time.
const NUMBERS: i64 = 5_000_000;

/// How many objects fit, at least one, if a layer makes `numbers` numbers of each.
pub fn portion(numbers: i64) -> i64 {
    (NUMBERS / numbers.max(1)).max(1)
}

/// The sizes of the portions of `count` objects, in turn, if a layer makes `numbers` numbers of each.
pub fn portions(count: i64, numbers: i64) -> impl Iterator<Item = i64> {
    let most = portion(numbers);
    (0..count).step_by(most as usize).map(move |from| most.min(count - from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_as_large_as_memory_allows_and_sum_to_the_count() {
        let of = |count, numbers| portions(count, numbers).collect::<Vec<_>>();
        assert_eq!(of(7, 2_000_000), [2, 2, 2, 1]);
        assert_eq!(of(3, 10 * NUMBERS), [1, 1, 1]);
        assert_eq!(of(40, 100), [40]);
        assert_eq!(of(5, 0), [5]);
        assert!(of(0, 100).is_empty());
    }
}
