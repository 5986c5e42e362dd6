//! Diffusions in discrete time, and coordinates in which nothing under- or overflows.

pub mod leimkuhler_matthews;
pub mod logarithmic;
pub mod sde;
pub mod time_changed;
