//! Bases of invariants and equivariant maps: published dimensions, equivariance, extension.

#![allow(clippy::unwrap_used)]
use lawbook_analysis::matrix::Matrix;
use lawbook_core::{Key, Stream};
use lawbook_equivariant::{
    bases::{BasisError, Layer, Representation, Sequence, SequenceError, equivariant_maps, invariants, partitions},
    groups::MatrixGroup,
};

fn dimensions(group: &MatrixGroup, orders: std::ops::RangeInclusive<usize>) -> Vec<usize> {
    orders.map(|r| invariants(group, &Representation::tensor(r, 0)).unwrap().dimension()).collect()
}

fn stream(purpose: &str) -> Stream {
    Key::new(["bases"]).stream(purpose, 0)
}

/// X-Val: Brauer's (r − 1)!! in the stable range, central binomials, Motzkin sums (OEIS A005043), Catalan numbers, and for the
/// rest the character integrals that the fact sheets of the literature tabulate.
#[test]
fn dimensions_are_those_of_invariant_theory() {
    let o = |n| MatrixGroup::orthogonal(n).unwrap();
    let so = |n| MatrixGroup::special_orthogonal(n).unwrap();
    assert_eq!(dimensions(&o(2), 0..=8), [1, 0, 1, 0, 3, 0, 10, 0, 35]);
    assert_eq!(dimensions(&o(3), 0..=6), [1, 0, 1, 0, 3, 0, 15]);
    assert_eq!(dimensions(&o(4), 0..=4), [1, 0, 1, 0, 3]);
    assert_eq!(dimensions(&so(2), 0..=8), [1, 0, 2, 0, 6, 0, 20, 0, 70]);
    assert_eq!(dimensions(&so(3), 0..=6), [1, 0, 1, 1, 3, 6, 15]);
    assert_eq!(dimensions(&so(4), 0..=4), [1, 0, 1, 0, 4]);
    assert_eq!(dimensions(&MatrixGroup::proper_lorentz(3).unwrap(), 0..=4), [1, 0, 1, 0, 4]);
    assert_eq!(dimensions(&MatrixGroup::lorentz(3).unwrap(), 0..=4), [1, 0, 1, 0, 3]);
    assert_eq!(dimensions(&MatrixGroup::symplectic(1).unwrap(), 0..=8), [1, 0, 1, 0, 2, 0, 5, 0, 14]);
    assert_eq!(dimensions(&MatrixGroup::symplectic(2).unwrap(), 0..=4), [1, 0, 1, 0, 3]);
    assert_eq!(dimensions(&MatrixGroup::cyclic(4).unwrap(), 1..=4), [1, 4, 16, 64]);
    for n in 1..=5 {
        let bell: Vec<usize> = (0..=5).map(|r| partitions::orbits(r, n) as usize).collect();
        assert_eq!(dimensions(&MatrixGroup::symmetric(n).unwrap(), 0..=5), bell);
    }
}

/// X-Val: SL(2) = Sp(1), ε tensors of SL(3), and r! contractions of GL(n) for n ≥ r.
#[test]
fn linear_groups_need_duals_or_volume_forms() {
    let count = |group: &MatrixGroup, p, q| invariants(group, &Representation::tensor(p, q)).unwrap().dimension();
    let (gl, sl2) = (MatrixGroup::general_linear(3).unwrap(), MatrixGroup::special_linear(2).unwrap());
    assert_eq!([(1, 1), (2, 2), (3, 3), (2, 1), (3, 0)].map(|(p, q)| count(&gl, p, q)), [1, 2, 6, 0, 0]);
    assert_eq!([(2, 0), (1, 1), (4, 0), (2, 2)].map(|(p, q)| count(&sl2, p, q)), [1, 1, 2, 2]);
    assert_eq!(count(&MatrixGroup::special_linear(3).unwrap(), 3, 0), 1);
}

/// X-Val: on real and imaginary parts T(r) is that of Cⁿ and its conjugate. U(n) has as many invariants as there are ways to take half of
/// the factors conjugate and to contract them, C(2k, k) k! for n ≥ k; SU(2) has those of SL(2) on two copies of C², 4ᵏ Catalan_k; SU(3)
/// has two more volume forms than U(3) has in T(3).
#[test]
fn unitary_groups_contract_with_conjugates() {
    let (u, su) = (|n| MatrixGroup::unitary(n).unwrap(), |n| MatrixGroup::special_unitary(n).unwrap());
    assert_eq!(dimensions(&u(1), 0..=6), [1, 0, 2, 0, 6, 0, 20]);
    assert_eq!(dimensions(&u(2), 0..=4), [1, 0, 2, 0, 12]);
    assert_eq!(dimensions(&su(2), 0..=4), [1, 0, 4, 0, 32]);
    assert_eq!(dimensions(&u(3), 0..=3), [1, 0, 2, 0]);
    assert_eq!(dimensions(&su(3), 0..=3), [1, 0, 2, 2]);
    assert!(MatrixGroup::unitary(0).is_err() && MatrixGroup::special_unitary(1).is_err());
}

fn groups() -> Vec<MatrixGroup> {
    vec![
        MatrixGroup::special_unitary(2).unwrap(),
        MatrixGroup::orthogonal(3).unwrap(),
        MatrixGroup::special_orthogonal(3).unwrap(),
        MatrixGroup::lorentz(3).unwrap(),
        MatrixGroup::proper_lorentz(1).unwrap(),
        MatrixGroup::symplectic(2).unwrap(),
        MatrixGroup::special_linear(3).unwrap(),
        MatrixGroup::general_linear(2).unwrap(),
        MatrixGroup::dihedral(5).unwrap(),
        MatrixGroup::plane_rotations(4).unwrap(),
        MatrixGroup::cyclic(4).unwrap(),
        MatrixGroup::symmetric(4).unwrap(),
        // Not diagonalisable: shears of the plane.
        MatrixGroup::new("shear", vec![], vec![Matrix::from_rows([[0.0, 1.0], [0.0, 0.0]])]).unwrap(),
        MatrixGroup::new("shear", vec![Matrix::from_rows([[1.0, 1.0], [0.0, 1.0]])], vec![]).unwrap(),
    ]
}

/// ρ(g) of the representation, written out.
fn acting(representation: &Representation, g: &Matrix) -> Matrix {
    match representation {
        Representation::Tensor(factors) => factors.iter().fold(Matrix::identity(1), |product, factor| {
            let dual = g.inverse().unwrap().transposed();
            product.kronecker(if *factor == lawbook_equivariant::bases::Factor::Vector { g } else { &dual })
        }),
        Representation::Sum(parts) => parts
            .iter()
            .map(|part| acting(part, g))
            .reduce(|a, b| {
                let zero = |rows, columns| Matrix::from_fn(rows, columns, |_, _| 0.0);
                Matrix::from_blocks(&a, &zero(a.rows(), b.columns()), &zero(b.rows(), a.columns()), &b)
            })
            .unwrap(),
        Representation::Product(a, b) => acting(a, g).kronecker(&acting(b, g)),
    }
}

#[test]
fn random_maps_commute_with_random_elements_and_the_basis_is_orthonormal() {
    let mut stream = stream("elements");
    let vector = Representation::vector;
    let from = vector().plus(Representation::scalar()).plus(Representation::tensor(1, 1));
    let to = vector().plus(Representation::scalar()).times(vector().dual().plus(vector()));
    for group in groups() {
        let basis = equivariant_maps(&group, &from, &to).unwrap();
        let weights: Vec<f64> = (0..basis.dimension()).map(|_| stream.normal()).collect();
        let w = basis.combine(&weights);
        let again = basis.coordinates(&w);
        assert!(weights.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-10), "{}", group.name());
        let (rows, columns) = (to.dimension(group.size()).unwrap(), from.dimension(group.size()).unwrap());
        let w = Matrix::from_fn(rows, columns, |i, j| w[i * columns + j]);
        let g = group.element(&mut stream, 0.3);
        let error = (&(&w * &acting(&from, &g)) - &(&acting(&to, &g) * &w)).largest();
        let scale = acting(&to, &g).largest() * acting(&from, &g).largest().max(1.0);
        assert!(error < 1e-10 * scale, "{} {error:e} {scale}", group.name());
    }
}

#[test]
fn too_large_a_tensor_is_refused_before_any_work() {
    let group = MatrixGroup::orthogonal(10).unwrap();
    let refused = invariants(&group, &Representation::tensor(40, 0));
    assert!(matches!(refused, Err(BasisError::TooLarge { .. })), "{refused:?}");
}

/// X-Val: the dimensions counted by partitions (S_n) and Brauer diagrams (O(n)) in which every output index is tied to an input
/// index under zero padding, and no two output indices to each other under duplication.
#[test]
fn compatible_layers_are_counted_by_diagrams() {
    let count =
        |sequence, input, output, n, from: &[usize]| Layer { sequence, input, output }.compatible(n, from).unwrap().len();
    let orders = [(0, 1), (1, 0), (2, 0), (1, 1), (2, 1), (1, 2), (2, 2)];
    let padded = orders.map(|(k, l)| count(Sequence::PaddedPermutations, k, l, 5, &[1, 2, 3, 4]));
    assert_eq!(padded, [0, 1, 2, 1, 3, 1, 5]);
    let rotations = [(1, 1), (2, 0), (0, 2), (2, 2), (3, 1), (1, 3)];
    assert_eq!(rotations.map(|(k, l)| count(Sequence::PaddedRotations, k, l, 3, &[1, 2])), [1, 1, 0, 2, 3, 0]);
    let doubled = orders.map(|(k, l)| count(Sequence::DuplicatedPermutations, k, l, 8, &[4]));
    assert_eq!(doubled, [1, 1, 2, 2, 5, 3, 10]);
}

#[test]
fn extensions_are_unique_from_the_presentation_degree_on_and_refused_below() {
    let layer = Layer { sequence: Sequence::PaddedPermutations, input: 2, output: 2 };
    assert_eq!(layer.presentation(), 4);
    let ranks = [(3, 4), (4, 5), (4, 6)].map(|(n, m)| layer.restriction(n, m).unwrap().rank());
    assert_eq!(ranks, [14, 15, 15]);
    let restriction = layer.restriction(4, 6).unwrap();
    let weights: Vec<f64> = (0..15).map(|j| f64::from(j) - 6.0).collect();
    let below = layer.basis(4).unwrap().combine(&weights);
    let above = layer.basis(6).unwrap().combine(&restriction.extend(&weights).unwrap());
    let back = layer.restrict(&above, 6, 4).unwrap();
    assert!(below.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-12));
    let refused = layer.restriction(3, 4).unwrap().extend(&[0.0; 14]);
    assert!(matches!(refused, Err(SequenceError::NotUnique { rank: 14, unknowns: 15, .. })), "{refused:?}");
    assert!(matches!(restriction.extend(&[1.0]), Err(SequenceError::Weights { given: 1, needed: 15 })));
    assert!(layer.restrict(&below, 4, 6).is_err());
}
