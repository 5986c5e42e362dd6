//! Laws: exactly solvable models of learning. `cargo xtask new landscapes/my-law` writes a new one and enters it here.

use lab_framework::{self as framework, Law};

pub mod posterior_collapse;

/// The laws of this family.
pub fn laws() -> Vec<Law> {
    vec![posterior_collapse::law()]
}
