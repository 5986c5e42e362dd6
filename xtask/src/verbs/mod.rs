//! One file per verb.

pub mod doctor;
pub mod new;
pub mod setup;
pub mod test;
pub mod tidy;
pub mod validate;
