//! Invariants of permutation groups: the indicators of the orbits of index tuples, found by merging.

use super::basis::Columns;

/// The orbits on `order`-tuples over {0, …, d − 1} of the group that these permutations generate.
pub(super) fn orbits(permutations: &[Vec<usize>], d: usize, order: usize) -> Columns {
    let count = d.pow(order as u32);
    let mut parent: Vec<u32> = (0..count as u32).collect();
    for permutation in permutations {
        let images = images(permutation, d, order);
        for (code, &image) in images.iter().enumerate() {
            let (a, b) = (root(&mut parent, code as u32), root(&mut parent, image));
            // The smaller code stays the root, so that orbits are numbered by their first tuple.
            parent[a.max(b) as usize] = a.min(b);
        }
    }
    let mut sizes: Vec<f64> = Vec::new();
    let mut labels = vec![0u32; count];
    for code in 0..count {
        let root = root(&mut parent, code as u32) as usize;
        if root == code {
            labels[code] = sizes.len() as u32;
            sizes.push(0.0);
        } else {
            labels[code] = labels[root];
        }
        sizes[labels[code] as usize] += 1.0;
    }
    Columns::Orbits { labels, scales: sizes.into_iter().map(|size| size.sqrt().recip()).collect() }
}

/// The image of every tuple, by codes in base d.
fn images(permutation: &[usize], d: usize, order: usize) -> Vec<u32> {
    let mut images = vec![0u32];
    for _ in 0..order {
        images = images.iter().flat_map(|&code| permutation.iter().map(move |&to| code * d as u32 + to as u32)).collect();
    }
    images
}

fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}
