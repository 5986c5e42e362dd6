//! Stretches of work that threads take in turns.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

/// Works through all stretches of every block on all threads. Each thread takes the next stretch when it is done with one, so
/// that none waits for one that is disturbed; what it began for a block it goes on with. What several threads have of a block
/// is merged, in no particular order.
pub(super) fn take_turns<P, R: Send>(
    blocks: usize,
    stretches: usize,
    begin: impl Fn(usize) -> P + Sync,
    work: impl Fn(usize, usize, &mut P) + Sync,
    finish: impl Fn(P) -> R + Sync,
    merge: impl Fn(R, R) -> R,
) -> Vec<R> {
    let (turns, next) = (blocks * stretches, AtomicUsize::new(0));
    let thread = |_| {
        let (mut done, mut current) = (Vec::new(), None);
        while let turn = next.fetch_add(1, Ordering::Relaxed)
            && turn < turns
        {
            let (block, stretch) = (turn / stretches, turn % stretches);
            if current.as_ref().is_none_or(|(of, _)| *of != block) {
                let former = current.replace((block, begin(block)));
                done.extend(former.map(|(of, part)| (of, finish(part))));
            }
            if let Some((_, part)) = &mut current {
                work(block, stretch, part);
            }
        }
        done.extend(current.map(|(of, part)| (of, finish(part))));
        done
    };
    let threads = rayon::current_num_threads().min(turns);
    let done: Vec<(usize, R)> = (0..threads).into_par_iter().flat_map_iter(thread).collect();
    let mut merged: Vec<Option<R>> = (0..blocks).map(|_| None).collect();
    for (block, result) in done {
        merged[block] = Some(match merged[block].take() {
            Some(other) => merge(other, result),
            None => result,
        });
    }
    merged.into_iter().flatten().collect()
}
