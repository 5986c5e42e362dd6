//! One file per verb.

pub mod bench;
pub mod doctor;
pub mod export;
pub mod list;
pub mod new;
pub mod plan;
pub mod report;
pub mod run;
pub mod setup;
pub mod show;
pub mod status;
pub mod test;
pub mod tidy;
pub mod validate;
pub mod why;
