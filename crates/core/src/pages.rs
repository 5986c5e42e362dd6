//! Room on large pages, for tables that are read from end to end again and again.

use std::{collections::TryReserveError, mem::MaybeUninit};

use rayon::prelude::*;

/// Reserves room for `count` more values, on pages of 2 MiB where Linux gives them on request. A pass over hundreds of megabytes
/// then meets few pages instead of a hundred thousand. Elsewhere, and for little, it is [`Vec::try_reserve_exact`].
pub fn reserve<T>(values: &mut Vec<T>, count: usize) -> Result<(), TryReserveError> {
    values.try_reserve_exact(count)?;
    ask(values.spare_capacity_mut());
    Ok(())
}

/// `rows` rows of `width` values on such pages, made by all threads: `make` gets the number of a row, and the row full of default
/// values. A thread makes at least `at_once` rows in turn. Panics where there is no room, as [`Vec::with_capacity`] does.
pub fn filled<T, F>(rows: usize, width: usize, at_once: usize, make: F) -> Vec<T>
where
    T: Copy + Default + Send,
    F: Fn(usize, &mut [T]) + Sync,
{
    // There is no room for so many that they cannot be counted.
    let count = rows.saturating_mul(width);
    let mut values = Vec::with_capacity(count);
    let room = &mut values.spare_capacity_mut()[..count];
    ask(room);
    room.par_chunks_mut(width.max(1)).with_min_len(at_once).enumerate().for_each(|(row, room)| {
        room.iter_mut().for_each(|value| *value = MaybeUninit::new(T::default()));
        // SAFETY: all of it has just been written.
        make(row, unsafe { room.assume_init_mut() });
    });
    // SAFETY: every row has been written, and a panic on the way leaves the values without length.
    unsafe { values.set_len(count) };
    values
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
    }

    #[test]
    fn rows_are_made_where_they_lie() {
        for (rows, width) in [(0, 3), (5, 0), (7, 3), (1 << 16, 5)] {
            let values = filled(rows, width, 2, |row, values: &mut [u64]| {
                assert!(values.iter().all(|&value| value == 0));
                values.iter_mut().enumerate().for_each(|(i, value)| *value = (row * width + i) as u64);
            });
            assert!(values.iter().copied().eq(0..(rows * width) as u64));
        }
    }
}
