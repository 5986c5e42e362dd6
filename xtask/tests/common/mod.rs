//! Running the real program on the rehearsal law.

use std::{
    path::Path,
    process::{Command, Output},
};

/// The program with the rehearsal law in its registry, working on a store of its own.
pub fn xtask(store: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.env("LAWBOOK_REHEARSAL", "1").args(args).arg("--store").arg(store);
    command
}

/// Its output.
pub fn output(store: &Path, args: &[&str]) -> Output {
    xtask(store, args).output().expect("the program starts")
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Names and bytes of the sealed observations.
pub fn observations(store: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(store.join("observations")).expect("a store").flatten();
    let mut files: Vec<_> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("readable")))
        .collect();
    files.sort();
    files
}
