//! Set partitions: the invariants of S_n in tensors of any order.
//!
//! Two index tuples lie in one orbit of S_n iff their entries coincide at the same places, so that the orbits of k-tuples over
//! {0, …, n − 1} are the partitions of k places into at most n blocks. Source: Haggai Maron, Heli Ben-Hamu, Nadav Shamir & Yaron
//! Lipman, *Invariant and Equivariant Graph Networks*, ICLR 2019, arXiv 1812.09902, Theorem 1 and Appendix A.

/// Stirling number of the second kind: the partitions of `k` places into exactly `blocks` blocks.
pub fn stirling_second(k: usize, blocks: usize) -> u64 {
    let mut row = vec![0u64; blocks + 1];
    row[0] = 1;
    for _ in 0..k {
        for j in (1..=blocks).rev() {
            row[j] = j as u64 * row[j] + row[j - 1];
        }
        row[0] = 0;
    }
    row[blocks]
}

/// Bell number B(k): the partitions of k places.
pub fn bell(k: usize) -> u64 {
    orbits(k, k)
}

/// Σ_{j ≤ n} S(k, j): the orbits of S_n on k-tuples, dim (R^n)^{⊗k} invariants. Bell(k) for n ≥ k.
pub fn orbits(k: usize, n: usize) -> u64 {
    (0..=k.min(n)).map(|j| stirling_second(k, j)).sum()
}

/// All partitions of `k` places in at most `blocks` blocks as restricted growth strings: the block of each place, blocks in the
/// order of their first place.
pub fn set_partitions(k: usize, blocks: usize) -> Vec<Vec<usize>> {
    let mut strings = vec![Vec::new()];
    for _ in 0..k {
        let longer = |string: Vec<usize>| {
            let used = string.iter().max().map_or(0, |block| block + 1);
            (0..(used + 1).min(blocks)).map(move |block| [string.as_slice(), &[block]].concat())
        };
        strings = strings.into_iter().flat_map(longer).collect();
    }
    strings
}

/// How many blocks the finest partition has that is coarser than both.
pub fn join_blocks(a: &[usize], b: &[usize]) -> usize {
    let mut block: Vec<usize> = (0..a.len()).collect();
    for i in 0..a.len() {
        for j in 0..i {
            if a[i] == a[j] || b[i] == b[j] {
                let (from, to) = (block[i], block[j]);
                block.iter_mut().filter(|x| **x == from).for_each(|x| *x = to);
            }
        }
    }
    (0..a.len()).filter(|&i| !block[..i].contains(&block[i])).count()
}

/// Entry of the tensor of a partition at an index tuple: 1 where indices agree within every block, else 0. These tensors span
/// the same space as the orbits, and their restriction to a smaller n is the tensor of the same partition.
pub fn indicator(partition: &[usize], indices: &[usize]) -> f64 {
    let agree = (0..partition.len()).all(|i| (0..i).all(|j| partition[i] != partition[j] || indices[i] == indices[j]));
    f64::from(u8::from(agree))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X-Val: OEIS A000110 (Bell numbers) and A008277 (Stirling numbers of the second kind).
    #[test]
    fn counts_are_those_of_the_encyclopedia() {
        assert_eq!((0..=8).map(bell).collect::<Vec<_>>(), [1, 1, 2, 5, 15, 52, 203, 877, 4140]);
        assert_eq!((1..=5).map(|j| stirling_second(5, j)).collect::<Vec<_>>(), [1, 15, 25, 10, 1]);
        for k in 0..=6 {
            for n in 0..=4 {
                assert_eq!(set_partitions(k, n).len() as u64, orbits(k, n), "{k} {n}");
            }
        }
    }

    #[test]
    fn joins_count_the_tuples_on_which_both_are_one() {
        let partitions = set_partitions(4, 4);
        for a in &partitions {
            for b in &partitions {
                let both = (0..81usize).filter(|code| {
                    let indices = [code / 27, code / 9 % 3, code / 3 % 3, code % 3];
                    indicator(a, &indices) * indicator(b, &indices) == 1.0
                });
                assert_eq!(both.count(), 3usize.pow(join_blocks(a, b) as u32));
            }
        }
    }
}
