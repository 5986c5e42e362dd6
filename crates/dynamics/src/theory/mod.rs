//! Closed forms and solvers for what the processes do.

pub mod adaptive;
pub mod covariance;
pub mod curvature;
pub mod direction;
pub mod escape;
pub mod kesten;
pub mod line_chain;
pub mod minibatch;
pub mod moments;
pub mod stationary;
pub mod uncertainty;
