//! Data: every file under `data/` is listed in its README with its checksum, and still has it.

use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::Problem;

/// The list.
pub const LIST: &str = "data/README.md";

/// Checks the files, which begin with `data/`, against the text of the list.
pub fn check(root: &Path, files: &[&str], list: &str, found: &mut Vec<Problem>) -> Result<()> {
    for file in files.iter().filter(|file| **file != LIST) {
        let name = file.trim_start_matches("data/");
        let digest = hexadecimal(&std::fs::read(root.join(file))?);
        let mentioned = list.lines().position(|line| line.contains(&format!("`{name}`")));
        match mentioned {
            None => found.push(Problem::new(
                LIST,
                1,
                format!("`{name}` is not listed: say its source, licence and sha256 {digest}"),
            )),
            Some(line) if !list.contains(&digest) => {
                let text =
                    format!("`{name}` has sha256 {digest}, which is not listed: restore the file, or say why it changed");
                found.push(Problem::new(LIST, line + 1, text));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The digest that `sha256sum` prints.
fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_listed_and_unchanged() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("data")).unwrap();
        std::fs::write(root.path().join("data/a.csv"), "abc").unwrap();
        let problems = |list: &str| {
            let mut found = Vec::new();
            check(root.path(), &["data/README.md", "data/a.csv"], list, &mut found).unwrap();
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let digest = hexadecimal(b"abc");
        assert!(problems(&format!("`a.csv`: {digest}")).is_empty());
        assert!(problems("nothing")[0].contains("not listed"));
        assert!(problems("\n`a.csv`: 00")[0].starts_with("data/README.md:2: `a.csv` has sha256"));
    }
}
