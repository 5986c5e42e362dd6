//! What is measured on processes: exponents, exits, averages over time.

pub mod batch_means;
pub mod divergence;
pub mod first_exit;
pub mod lyapunov;
pub mod lyapunov_spectrum;
pub mod passage;
pub mod regression_passage;
pub mod renewals;
pub mod running_batches;
pub mod time_average;
