//! Functions of vectors that do not depend on the frame are functions of their scalar products.
//!
//! O(d)-invariant: f(v_1, …, v_n) = g(⟨v_i, v_j⟩, i ≤ j); O(d)-equivariant vectors: Σ_i f_i v_i with invariant f_i. SO(d) adds the
//! determinants of d vectors, which no function of the products gives: they are odd under reflections. For the Lorentz group the
//! products are Minkowski's. Of the n(n + 1)/2 products only nd − d(d − 1)/2 are independent, n ≥ d.
//!
//! Assumes polynomial or continuous functions of finitely many vectors.
//!
//! Source: Soledad Villar, David W. Hogg, Kate Storey-Fisher, Weichi Yao & Ben Blum-Smith, *Scalars are universal: Equivariant
//! machine learning, structured like classical physics*, NeurIPS 2021, arXiv 2106.06610, Section 3.

mod fit;
pub mod independent;
pub mod regression;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("equivariant", "scalars-are-universal", file!())
        .title("Frame-independent functions of vectors are functions of their products")
        .statement(
            "Invariant functions of vectors under O(d) are functions of their scalar products, equivariant vectors are combinations \
             of the inputs with such coefficients; SO(d) needs determinants besides, and the Lorentz group Minkowski's products. \
             Regression on these features is exact where it is not on others, and nd − d(d − 1)/2 of them are independent.",
        )
        .equation(
            r"f(v_1, \dots, v_n) = g\big(\langle v_i, v_j\rangle\big)_{i \le j}, \qquad
             h(v_1, \dots, v_n) = \sum_i f_i\big(\langle v_j, v_k\rangle\big)\, v_i",
        )
        .symbol(r"f, f_i", "invariant functions")
        .symbol("h", "an equivariant vector")
        .symbol(r"\langle\cdot,\cdot\rangle", "the scalar product that the group keeps")
        .source("Villar, Hogg, Storey-Fisher, Yao & Blum-Smith, Scalars are universal, NeurIPS 2021, arXiv 2106.06610")
        .study::<regression::Regression>()
        .study::<independent::Independent>()
}
