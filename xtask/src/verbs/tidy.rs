//! `tidy`: check the rules of the house.

use anyhow::Result;

use crate::{tidy, workspace};

/// Prints every problem with its place; 0 if there is none, else 1.
pub fn run() -> Result<u8> {
    let problems = tidy::problems(&workspace::root())?;
    problems.iter().for_each(|problem| println!("{problem}"));
    match problems.len() {
        0 => println!("no problem found"),
        count => println!("{count} problem{}", if count == 1 { "" } else { "s" }),
    }
    Ok(u8::from(!problems.is_empty()))
}
