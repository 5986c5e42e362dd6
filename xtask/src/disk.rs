//! How much room there is.

use std::{path::Path, process::Command};

/// Bytes free to this user on the disk that holds `folder`; none if `df` cannot say.
pub fn free(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    parse(&String::from_utf8(output.stdout).ok()?)
}

/// The fourth word of the second line, as POSIX has it.
fn parse(text: &str) -> Option<u64> {
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_posix_format_is_read() {
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 100 60 40 60% /\n";
        assert_eq!(parse(text), Some(40 * 1024));
        assert_eq!(parse("df: no such file"), None);
    }

    #[test]
    fn this_disk_has_a_size() {
        assert!(free(Path::new("/")).is_some());
    }
}
