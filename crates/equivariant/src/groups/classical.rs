//! The groups of the literature by their generators.

use std::f64::consts::TAU;

use lawbook_analysis::matrix::Matrix;

use super::{GroupError, MatrixGroup};

/// The matrix with one at (i, j).
fn unit(n: usize, i: usize, j: usize) -> Matrix {
    Matrix::from_fn(n, n, |a, b| f64::from(u8::from((a, b) == (i, j))))
}

/// E_ij − E_ji for all i < j.
fn rotations(n: usize) -> Vec<Matrix> {
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    pairs.map(|(i, j)| &unit(n, i, j) - &unit(n, j, i)).collect()
}

fn zero(n: usize) -> Matrix {
    Matrix::from_fn(n, n, |_, _| 0.0)
}

/// a + ib as a real matrix.
fn complex(a: &Matrix, b: &Matrix) -> Matrix {
    let n = a.rows();
    Matrix::from_fn(2 * n, 2 * n, |i, j| match (i / n, j / n) {
        (0, 1) => -b[(i, j % n)],
        (1, 0) => b[(i % n, j)],
        _ => a[(i % n, j % n)],
    })
}

/// E_ij − E_ji and i(E_ij + E_ji) for all i < j, as real matrices.
fn complex_rotations(n: usize) -> impl Iterator<Item = Matrix> {
    let pairs = (0..n).flat_map(move |i| (i + 1..n).map(move |j| (unit(n, i, j), unit(n, j, i))));
    let none = zero(n);
    pairs.flat_map(move |(upper, lower)| [complex(&(&upper - &lower), &none), complex(&none, &(&upper + &lower))])
}

fn reflection(n: usize) -> Matrix {
    Matrix::from_fn(n, n, |i, j| {
        if i != j {
            0.0
        } else if i == 0 {
            -1.0
        } else {
            1.0
        }
    })
}

fn permutation(n: usize, image: impl Fn(usize) -> usize) -> Matrix {
    Matrix::from_fn(n, n, |i, j| f64::from(u8::from(i == image(j))))
}

impl MatrixGroup {
    fn of_size(name: &str, size: usize, least: usize) -> Result<String, GroupError> {
        let group = format!("{name}({size})");
        if size < least { Err(GroupError::Dimension { group, size, least }) } else { Ok(group) }
    }

    /// O(n): rotations and one reflection.
    pub fn orthogonal(n: usize) -> Result<Self, GroupError> {
        Self::new(&Self::of_size("O", n, 1)?, vec![reflection(n)], rotations(n))
    }

    /// SO(n), n ≥ 2.
    pub fn special_orthogonal(n: usize) -> Result<Self, GroupError> {
        Self::new(&Self::of_size("SO", n, 2)?, Vec::new(), rotations(n))
    }

    /// O(1, s): boosts, rotations of space, time reversal and a reflection of space, with the metric diag(1, −1, …, −1).
    pub fn lorentz(space: usize) -> Result<Self, GroupError> {
        let n = 1 + space;
        let connected = Self::proper_lorentz(space)?;
        let parity = Matrix::from_fn(n, n, |i, j| {
            if i != j {
                0.0
            } else if i == 1 {
                -1.0
            } else {
                1.0
            }
        });
        Self::new(&format!("O(1,{space})"), vec![reflection(n), parity], connected.lie)
    }

    /// SO⁺(1, s), the connected part of O(1, s).
    pub fn proper_lorentz(space: usize) -> Result<Self, GroupError> {
        let n = 1 + space;
        Self::of_size("SO+(1,s), s = ", space, 1)?;
        let boosts = (1..n).map(|i| &unit(n, 0, i) + &unit(n, i, 0));
        let turns = (1..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).map(|(i, j)| &unit(n, i, j) - &unit(n, j, i));
        Self::new(&format!("SO+(1,{space})"), Vec::new(), boosts.chain(turns).collect())
    }

    /// Sp(2m, R), which keeps J = [[0, 1], [−1, 0]]: A = [[a, b], [c, −aᵀ]] with b, c symmetric. Sp(2, R) = SL(2).
    pub fn symplectic(m: usize) -> Result<Self, GroupError> {
        let name = Self::of_size("Sp", m, 1)?;
        let n = 2 * m;
        let mut lie = Vec::new();
        for i in 0..m {
            for j in 0..m {
                lie.push(&unit(n, i, j) - &unit(n, m + j, m + i));
                if i <= j {
                    let symmetric = |row: usize, column: usize| {
                        let half = &unit(n, row + i, column + j) + &unit(n, row + j, column + i);
                        if i == j { &half * 0.5 } else { half }
                    };
                    lie.push(symmetric(0, m));
                    lie.push(symmetric(m, 0));
                }
            }
        }
        Self::new(&name, Vec::new(), lie)
    }

    /// U(n) on Cⁿ as real matrices on real and imaginary parts.
    pub fn unitary(n: usize) -> Result<Self, GroupError> {
        let phases = (0..n).map(|i| complex(&zero(n), &unit(n, i, i)));
        Self::new(&Self::of_size("U", n, 1)?, Vec::new(), phases.chain(complex_rotations(n)).collect())
    }

    /// SU(n), n ≥ 2, on Cⁿ as real matrices on real and imaginary parts.
    pub fn special_unitary(n: usize) -> Result<Self, GroupError> {
        let name = Self::of_size("SU", n, 2)?;
        let phases = (1..n).map(|i| complex(&zero(n), &(&unit(n, i, i) - &unit(n, 0, 0))));
        Self::new(&name, Vec::new(), phases.chain(complex_rotations(n)).collect())
    }

    /// SL(n), n ≥ 2.
    pub fn special_linear(n: usize) -> Result<Self, GroupError> {
        let name = Self::of_size("SL", n, 2)?;
        let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).filter(|(i, j)| i != j);
        let traceless = (1..n).map(|i| &unit(n, i, i) - &unit(n, 0, 0));
        Self::new(&name, Vec::new(), pairs.map(|(i, j)| unit(n, i, j)).chain(traceless).collect())
    }

    /// GL⁺(n) with all n² Lie generators and a reflection: GL(n).
    pub fn general_linear(n: usize) -> Result<Self, GroupError> {
        let name = Self::of_size("GL", n, 1)?;
        Self::new(&name, vec![reflection(n)], (0..n * n).map(|at| unit(n, at / n, at % n)).collect())
    }

    /// The rotations of the plane by multiples of 2π/k.
    pub fn plane_rotations(k: usize) -> Result<Self, GroupError> {
        Self::new(&Self::of_size("C", k, 1)?, vec![turn(k)], Vec::new())
    }

    /// The symmetries of the regular k-gon in the plane.
    pub fn dihedral(k: usize) -> Result<Self, GroupError> {
        Self::new(&Self::of_size("D", k, 1)?, vec![turn(k), reflection(2)], Vec::new())
    }

    /// Z_n, the cyclic shifts of n coordinates.
    pub fn cyclic(n: usize) -> Result<Self, GroupError> {
        Self::new(&Self::of_size("Z", n, 1)?, vec![permutation(n, |j| (j + 1) % n)], Vec::new())
    }

    /// S_n, all permutations of n coordinates: one transposition and the n-cycle.
    pub fn symmetric(n: usize) -> Result<Self, GroupError> {
        let swap = permutation(n, |j| if n > 1 && j < 2 { 1 - j } else { j });
        Self::new(&Self::of_size("S", n, 1)?, vec![swap, permutation(n, |j| (j + 1) % n)], Vec::new())
    }
}

fn turn(k: usize) -> Matrix {
    let (sin, cos) = (TAU / k as f64).sin_cos();
    Matrix::from_rows([[cos, -sin], [sin, cos]])
}
