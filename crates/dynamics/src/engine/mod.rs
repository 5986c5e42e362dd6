//! The engines: a process of random numbers, and how many replicas of it are run at once.

pub(crate) mod column;
pub mod element;
pub(crate) mod elementary;
pub mod ensemble;
pub(crate) mod fused;
pub mod lanes;
pub mod noise;
pub mod number;
pub mod process;
pub mod state;
pub mod table;
pub mod tensor;
