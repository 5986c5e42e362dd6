//! Exactly solvable models of learning: their losses as functions of tensors, and their minima in closed form.

pub mod latent_variables;
pub mod moments;

pub use moments::{MomentsError, SecondMoments};
