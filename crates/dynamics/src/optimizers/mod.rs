//! Optimisers and weight decay, as parts of a process.

pub mod descent;
pub mod optimizer;
pub mod weight_decay;
