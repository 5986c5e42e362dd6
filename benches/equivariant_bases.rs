//! Bases of invariant tensors of matrix groups from their generators.

use std::path::Path;

use anyhow::Result;
use lawbook_core::{Device, Kind, tensor};
use lawbook_equivariant::{
    bases::{Basis, Representation, invariants},
    groups::{MatrixGroup, Orthogonality},
};
use serde_json::json;

use crate::{Bench, Statistic, Threads, Workload};

pub(crate) const BENCH: Bench = Bench {
    name: "equivariant-bases",
    work: "orthonormal bases of the invariants in T(p, q) for the real groups of EMLP's tests, wherever its constraint matrix has \
           at most 2 million entries",
    floor: "the singular values of one d-by-d generator per tensor type",
    threads: Threads::One,
    peers: &["emlp", "numpy"],
    script: "equivariant_bases",
    eager: None,
    prepare: || Ok(Box::new(Bases::new(2e6)?)),
};

struct Bases {
    groups: Vec<(String, MatrixGroup)>,
    /// Number of the group, p, q.
    cases: Vec<(usize, usize, usize)>,
    found: Vec<Basis>,
}

impl Bases {
    fn new(most: f64) -> Result<Self> {
        let mut groups = Vec::new();
        for n in 2..=4 {
            groups.push((format!("SO({n})"), MatrixGroup::special_orthogonal(n)?));
            groups.push((format!("O({n})"), MatrixGroup::orthogonal(n)?));
            groups.push((format!("SL({n})"), MatrixGroup::special_linear(n)?));
            groups.push((format!("GL({n})"), MatrixGroup::general_linear(n)?));
        }
        for k in [2, 3, 4, 8] {
            groups.push((format!("C({k})"), MatrixGroup::plane_rotations(k)?));
            groups.push((format!("D({k})"), MatrixGroup::dihedral(k)?));
        }
        for n in [2, 4, 6] {
            groups.push((format!("S({n})"), MatrixGroup::symmetric(n)?));
            groups.push((format!("Z({n})"), MatrixGroup::cyclic(n)?));
        }
        groups.push(("SO11p()".to_owned(), MatrixGroup::proper_lorentz(1)?));
        groups.push(("SO13p()".to_owned(), MatrixGroup::proper_lorentz(3)?));
        groups.push(("O13()".to_owned(), MatrixGroup::lorentz(3)?));
        groups.push(("Sp(1)".to_owned(), MatrixGroup::symplectic(1)?));
        groups.push(("Sp(3)".to_owned(), MatrixGroup::symplectic(3)?));
        let mut cases = Vec::new();
        for (index, (name, group)) in groups.iter().enumerate() {
            // EMLP takes the n − 1 swaps with the first index for S(n).
            let constraints = if name.starts_with('S') && name.as_bytes()[1] == b'(' {
                group.size() - 1
            } else {
                group.lie().len() + group.discrete().len()
            };
            for p in 0..=10usize {
                for q in 0..=10 - p {
                    let entries = constraints as f64 * (group.size() as f64).powi(2 * (p + q) as i32);
                    if p + q > 0 && entries <= most && (q == 0 || group.orthogonality() == Orthogonality::General) {
                        cases.push((index, p, q));
                    }
                }
            }
        }
        Ok(Self { groups, cases, found: Vec::new() })
    }
}

impl Workload for Bases {
    fn share(&self, _: &Path) -> Result<serde_json::Value> {
        let case = |&(index, p, q): &(usize, usize, usize)| {
            let (name, group) = &self.groups[index];
            let d = group.size();
            let plain = |count: usize, entry: &dyn Fn(usize, usize, usize) -> f64| -> Vec<Vec<Vec<f64>>> {
                let row = |k: usize, i: usize| (0..d).map(|j| entry(k, i, j)).collect();
                (0..count).map(|k| (0..d).map(|i| row(k, i)).collect()).collect()
            };
            let discrete = plain(group.discrete().len(), &|k, i, j| group.discrete()[k][(i, j)]);
            let lie = plain(group.lie().len(), &|k, i, j| group.lie()[k][(i, j)]);
            json!({"group": name, "p": p, "q": q, "discrete": discrete, "lie": lie})
        };
        Ok(json!({"cases": self.cases.iter().map(case).collect::<Vec<_>>()}))
    }

    fn work(&mut self) -> Result<()> {
        let solve =
            |&(group, p, q): &(usize, usize, usize)| invariants(&self.groups[group].1, &Representation::tensor(p, q));
        self.found = self.cases.iter().map(solve).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn floor(&mut self) -> Result<()> {
        for &(group, ..) in &self.cases {
            let group = &self.groups[group].1;
            let generator = group.lie().first().or(group.discrete().first());
            if let Some(a) = generator {
                let n = a.rows();
                let entries: Vec<f64> = (0..n * n).map(|at| a[(at / n, at % n)]).collect();
                let values =
                    tensor::from_slice(&entries, &[n as i64, n as i64], Kind::Double, Device::Cpu).svd(true, false).1;
                let _ = std::hint::black_box(values);
            }
        }
        Ok(())
    }

    /// The dimension, and the squared length of the projection of (cos 1, cos 2, …)/√N: it is the same for every basis. EMLP works
    /// in single precision.
    fn statistics(&self) -> Vec<Statistic> {
        let both = self.cases.iter().zip(&self.found).flat_map(|(&(group, p, q), basis)| {
            let name = format!("{} T({p},{q})", self.groups[group].0);
            let x: Vec<f64> = (1..=basis.size()).map(|i| (i as f64).cos() / (basis.size() as f64).sqrt()).collect();
            let length = basis.coordinates(&x).iter().map(|y| y * y).sum();
            [
                Statistic { name: format!("dimension of {name}"), value: basis.dimension() as f64, error: 0.0 },
                Statistic { name: format!("projection onto {name}"), value: length, error: 1e-4 },
            ]
        });
        both.collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_solved_and_knows_its_invariants() {
        let mut bench = Bases::new(2e3).unwrap();
        bench.work().unwrap();
        let statistics = bench.statistics();
        let of = |name: &str| statistics.iter().find(|s| s.name == name).unwrap().value;
        assert_eq!(of("dimension of SO(3) T(2,0)"), 1.0);
        assert_eq!(of("dimension of SL(2) T(1,1)"), 1.0);
        assert_eq!(of("dimension of S(4) T(2,0)"), 2.0);
    }
}
