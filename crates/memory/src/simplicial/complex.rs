//! Sets of simplices on sites, and the complex that they span.

use std::{
    collections::{BTreeSet, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

use lawbook_core::Stream;

use super::SimplicialError;

/// The simplices of a network that carry a weight, by dimension: edges have 1, triangles 2.
///
/// The faces of a weighted triangle belong to the simplicial complex, but carry no weight unless they are listed too:
/// [`weighted`](Self::weighted) is what the dynamics sees, [`closure`](Self::closure) what topology sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimplicialComplex {
    sites: usize,
    /// Vertices of the simplices of dimension 1, 2, …, end to end.
    layers: Vec<Vec<u32>>,
}

impl SimplicialComplex {
    /// All simplices of dimensions 1 to `dimension`: the full skeleton.
    pub fn skeleton(sites: usize, dimension: usize) -> Result<Self, SimplicialError> {
        if dimension == 0 {
            return Err(SimplicialError::Dimension { dimension, sites });
        }
        let tables = (1..=dimension).map(|dimension| Ranks::new(sites, dimension));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let mut layers = room(sites, tables.iter().map(|table| table.total))?;
        for (table, layer) in tables.iter().zip(&mut layers) {
            (0..table.total).for_each(|rank| table.push(rank, layer));
        }
        Ok(Self { sites, layers })
    }

    /// Distinct simplices drawn uniformly: `counts` of dimension 1, 2, ….
    pub fn random(sites: usize, counts: &[usize], stream: &mut Stream) -> Result<Self, SimplicialError> {
        let mut tables = Vec::with_capacity(counts.len());
        for (&asked, dimension) in counts.iter().zip(1..) {
            let table = Ranks::new(sites, dimension)?;
            let exist = table.total;
            if asked as u64 > exist {
                return Err(SimplicialError::TooMany { dimension, sites, asked, exist });
            }
            tables.push(table);
        }
        let mut layers = room(sites, counts.iter().map(|&asked| asked as u64))?;
        for ((&asked, table), layer) in counts.iter().zip(&tables).zip(&mut layers) {
            let exist = table.total;
            // Floyd's sampling without replacement (Bentley & Floyd 1987): as many draws as simplices, at any density.
            let mut seen: HashSet<u64, BuildHasherDefault<RankHasher>> = HashSet::default();
            seen.reserve(asked);
            for last in exist - asked as u64..exist {
                let drawn = if asked as u64 == exist { last } else { stream.below(last + 1) };
                let rank = if seen.insert(drawn) { drawn } else { last };
                if rank != drawn {
                    seen.insert(rank);
                }
                table.push(rank, layer);
            }
        }
        Ok(Self { sites, layers })
    }

    /// These simplices, each with at least two vertices.
    pub fn from_simplices(sites: usize, simplices: &[Vec<usize>]) -> Result<Self, SimplicialError> {
        let mut seen = BTreeSet::new();
        let mut layers: Vec<Vec<u32>> = Vec::new();
        for simplex in simplices {
            let distinct: BTreeSet<usize> = simplex.iter().copied().collect();
            let proper = simplex.len() >= 2 && distinct.len() == simplex.len() && distinct.last() < Some(&sites);
            if !proper || !seen.insert(distinct.clone()) {
                return Err(SimplicialError::Simplex { simplex: simplex.clone(), sites });
            }
            layers.resize(layers.len().max(simplex.len() - 1), Vec::new());
            layers[simplex.len() - 2].extend(distinct.into_iter().map(|vertex| vertex as u32));
        }
        Ok(Self { sites, layers })
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.sites
    }

    /// The highest dimension for which simplices were asked.
    pub fn dimension(&self) -> usize {
        self.layers.len()
    }

    /// The weighted simplices of one dimension.
    pub fn weighted(&self, dimension: usize) -> impl Iterator<Item = &[u32]> {
        let layer = self.layers.get(dimension.wrapping_sub(1)).map_or(&[][..], Vec::as_slice);
        layer.chunks_exact(dimension + 1)
    }

    /// How many weighted simplices of one dimension there are.
    pub fn weighted_count(&self, dimension: usize) -> usize {
        self.layers.get(dimension.wrapping_sub(1)).map_or(0, |layer| layer.len() / (dimension + 1))
    }

    /// How many weighted simplices each site has: its coordination number.
    pub fn coordination(&self) -> Vec<usize> {
        let mut degrees = vec![0; self.sites];
        self.layers.iter().flatten().for_each(|&vertex| degrees[vertex as usize] += 1);
        degrees
    }

    /// All simplices of one dimension (0 for sites) of the complex: the weighted ones and the faces of larger ones, sorted.
    /// Every site counts, with or without a simplex.
    pub fn closure(&self, dimension: usize) -> Vec<Vec<u32>> {
        let mut faces: BTreeSet<Vec<u32>> = BTreeSet::new();
        if dimension == 0 {
            faces.extend((0..self.sites as u32).map(|site| vec![site]));
        }
        for larger in dimension.max(1)..=self.dimension() {
            for simplex in self.weighted(larger) {
                add_faces(simplex, dimension + 1, &mut Vec::new(), &mut faces);
            }
        }
        faces.into_iter().collect()
    }
}

/// All choices of `size` vertices of a simplex, in order, after those chosen already.
fn add_faces(simplex: &[u32], size: usize, chosen: &mut Vec<u32>, faces: &mut BTreeSet<Vec<u32>>) {
    if chosen.len() == size {
        faces.insert(chosen.clone());
        return;
    }
    for (i, &vertex) in simplex.iter().enumerate() {
        chosen.push(vertex);
        add_faces(&simplex[i + 1..], size, chosen, faces);
        chosen.pop();
    }
}

/// Spreads ranks, which are random already, over a hash table.
#[derive(Default)]
struct RankHasher(u64);

impl Hasher for RankHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn write_u64(&mut self, rank: u64) {
        // The multiplier of Fibonacci hashing: 2^64 over the golden ratio.
        self.0 = (self.0 ^ rank).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }
}

/// Empty layers with room for so many simplices of dimension 1, 2, …: all of it before any is filled.
fn room(sites: usize, counts: impl Iterator<Item = u64>) -> Result<Vec<Vec<u32>>, SimplicialError> {
    let layer = |(dimension, simplices): (usize, u64)| {
        let entries = usize::try_from(simplices).ok().and_then(|count| count.checked_mul(dimension + 1));
        let mut layer = Vec::new();
        match entries.map(|entries| layer.try_reserve_exact(entries)) {
            Some(Ok(())) => Ok(layer),
            _ => Err(SimplicialError::Vast { dimension, sites, simplices }),
        }
    };
    (1..).zip(counts).map(layer).collect()
}

/// Numbers the simplices of one dimension, in the combinatorial number system.
struct Ranks {
    total: u64,
    /// `C(c, k)` for k = 1, …, d + 1 and c = 0, …, N.
    binomials: Vec<Vec<u64>>,
}

impl Ranks {
    fn new(sites: usize, dimension: usize) -> Result<Self, SimplicialError> {
        let refused = SimplicialError::Dimension { dimension, sites };
        if dimension == 0 || dimension >= sites || sites > u32::MAX as usize {
            return Err(refused);
        }
        let mut binomials: Vec<Vec<u64>> = Vec::with_capacity(dimension + 1);
        let mut below = vec![1_u64; sites + 1];
        for _ in 0..=dimension {
            // C(c + 1, k) = C(c, k) + C(c, k − 1).
            let mut row = vec![0_u64; sites + 1];
            for c in 0..sites {
                row[c + 1] = row[c].checked_add(below[c]).ok_or(refused.clone())?;
            }
            below.clone_from(&row);
            binomials.push(row);
        }
        Ok(Self { total: below[sites], binomials })
    }

    /// Adds the vertices of the simplex of a rank, ascending.
    fn push(&self, rank: u64, layer: &mut Vec<u32>) {
        let (start, mut left) = (layer.len(), rank);
        for row in self.binomials.iter().rev() {
            let vertex = row.partition_point(|&below| below <= left) - 1;
            left -= row[vertex];
            layer.push(vertex as u32);
        }
        layer[start..].reverse();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use lawbook_core::Key;
    use proptest::prelude::{any, proptest};

    use super::*;

    /// X-Val: `math.comb(9, k)` of Python: 36, 84, 126; each once.
    #[test]
    fn the_skeleton_has_every_simplex_once() {
        let full = SimplicialComplex::skeleton(9, 3).unwrap();
        for (dimension, expected) in [(1, 36), (2, 84), (3, 126)] {
            assert_eq!(full.weighted_count(dimension), expected);
            assert_eq!(full.closure(dimension).len(), expected);
        }
        assert_eq!(full.coordination(), vec![8 + 28 + 56; 9]);
    }

    /// The boundary of a tetrahedron is a sphere: 4 sites, 6 edges, 4 triangles; a triangle's edges have no weight.
    #[test]
    fn weights_and_closure_are_kept_apart() {
        let triangles: Vec<Vec<usize>> = vec![vec![0, 1, 2], vec![0, 1, 3], vec![0, 2, 3], vec![1, 2, 3]];
        let sphere = SimplicialComplex::from_simplices(4, &triangles).unwrap();
        assert_eq!([0, 1, 2, 3].map(|dimension| sphere.closure(dimension).len()), [4, 6, 4, 0]);
        assert_eq!([1, 2].map(|dimension| sphere.weighted_count(dimension)), [0, 4]);
    }

    proptest! {
        #[test]
        fn drawn_simplices_are_distinct_and_proper(seed in any::<u64>(), edges in 0usize..=28, triangles in 0usize..=56) {
            let mut stream = Key::new(["complex"]).stream("draw", seed);
            let complex = SimplicialComplex::random(8, &[edges, triangles], &mut stream).unwrap();
            assert_eq!([1, 2].map(|d| complex.weighted_count(d)), [edges, triangles]);
            let all: Vec<Vec<usize>> = [1, 2].iter().flat_map(|&d| complex.weighted(d)).map(|s| s.iter().map(|&v| v as usize).collect()).collect();
            assert_eq!(SimplicialComplex::from_simplices(8, &all).unwrap().coordination(), complex.coordination());
        }
    }

    #[test]
    fn impossible_simplices_are_refused() {
        let mut stream = Key::new(["complex"]).stream("bad", 0);
        let error = SimplicialComplex::random(5, &[11], &mut stream).unwrap_err();
        assert_eq!(error, SimplicialError::TooMany { dimension: 1, sites: 5, asked: 11, exist: 10 });
        assert!(SimplicialComplex::skeleton(3, 3).is_err());
        // Seven vertices of five hundred: 10¹⁷ simplices, refused before any is listed.
        assert!(matches!(SimplicialComplex::skeleton(500, 7), Err(SimplicialError::Vast { sites: 500, .. })));
        assert!(SimplicialComplex::from_simplices(3, &[vec![0, 0]]).is_err());
        assert!(SimplicialComplex::from_simplices(3, &[vec![0, 1], vec![1, 0]]).is_err());
        assert!(SimplicialComplex::from_simplices(3, &[vec![0, 3]]).is_err());
    }
}
