//! Room on large pages, for tables that are read from end to end again and again.

use std::collections::TryReserveError;

/// Reserves room for `count` more values, on pages of 2 MiB where Linux gives them on request. A pass over hundreds of megabytes
/// then meets few pages instead of a hundred thousand. Elsewhere, and for little, it is [`Vec::try_reserve_exact`].
pub fn reserve<T>(values: &mut Vec<T>, count: usize) -> Result<(), TryReserveError> {
    values.try_reserve_exact(count)?;
    ask(values.spare_capacity_mut());
    Ok(())
}

/// Asks for pages of 2 MiB below values that nobody has written to since they were allocated as zeros.
pub fn enlarge<T>(zeros: &mut [T]) {
    ask(zeros);
}

#[cfg(target_os = "linux")]
fn ask<T>(room: &mut [T]) {
    const LARGE: usize = 2 << 20;
    let room = room.as_mut_ptr_range();
    let (first, end) = (room.start.addr().next_multiple_of(LARGE), room.end.addr() / LARGE * LARGE);
    if first < end {
        let start = room.start.map_addr(|_| first);
        // SAFETY: the stretch lies inside room that is borrowed and begins and ends with a page. The advice changes how it is backed,
        // never what it holds, and a system that does not take it says so in a result that nothing depends on.
        unsafe { libc::madvise(start.cast(), end - first, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn ask<T>(_: &mut [T]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_and_what_is_there_stays() {
        for count in [0, 3, 1 << 20] {
            let mut values = vec![7_u64; 5];
            reserve(&mut values, count).expect("memory");
            assert!(values.capacity() >= 5 + count);
            let room = values.as_ptr();
            values.resize(5 + count, 1);
            assert_eq!((values.as_ptr(), values[4], values.iter().sum::<u64>()), (room, 7, 35 + count as u64));
        }
        assert!(reserve(&mut Vec::<u64>::new(), usize::MAX / 4).is_err());
        let mut zeros = vec![0_u64; 1 << 20];
        enlarge(&mut zeros);
        assert!(zeros.iter().all(|&zero| zero == 0));
    }
}
