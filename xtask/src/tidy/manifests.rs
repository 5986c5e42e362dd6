//! Manifests: lints and versions are said once, in the workspace. The crate that unifies features names versions of its own,
//! because what it names is used by others.

use anyhow::{Context, Result};
use toml::{Table, Value};

use super::Problem;

/// Checks one `Cargo.toml`.
pub fn check(file: &str, text: &str, found: &mut Vec<Problem>) -> Result<()> {
    let manifest: Table = text.parse().with_context(|| file.to_owned())?;
    let inherits = |value: Option<&Value>| value.and_then(|v| v.get("workspace")).and_then(Value::as_bool) == Some(true);
    if !manifest.contains_key("package") {
        return Ok(());
    }
    if !inherits(manifest.get("lints")) {
        let text = "the workspace's lints are not inherited: add `[lints]` and below it `workspace = true`";
        found.push(Problem::new(file, 1, text));
    }
    if file == super::features::UNIFY {
        return Ok(());
    }
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (name, given) in manifest.get(section).and_then(Value::as_table).into_iter().flatten() {
            if !inherits(Some(given)) {
                let line = text.lines().position(|line| line.starts_with(name.as_str())).map_or(1, |i| i + 1);
                let text = format!(
                    "{name} has a version of its own: put it into [workspace.dependencies] and write `{name}.workspace = true`"
                );
                found.push(Problem::new(file, line, text));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lints_and_versions_are_the_workspaces() {
        let mut found = Vec::new();
        check("a/Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nlibm.workspace = true\nserde = \"1\"\n", &mut found)
            .unwrap();
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(
            shown.len() == 2 && shown[0].contains("lints") && shown[1].starts_with("a/Cargo.toml:5: serde"),
            "{shown:?}"
        );
        found.clear();
        check("Cargo.toml", "[workspace]\n", &mut found).unwrap();
        check("b/Cargo.toml", "[package]\nname = \"b\"\n[lints]\nworkspace = true\n", &mut found).unwrap();
        assert!(found.is_empty());
    }
}
