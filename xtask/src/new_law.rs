//! A new law: its file from a template that runs at once, and its two lines in the list of its family.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail};
use lawbook_claims::nearest;
use syn::Ident;

use crate::error::Misuse;

const TEMPLATE: &str = include_str!("../../experiments/framework/law.template");
/// The width of a line, as `rustfmt.toml` has it.
const WIDTH: usize = 125;

/// The families' lists of laws: the text of each `experiments/FAMILY/lib.rs`.
pub type Lists = BTreeMap<String, String>;

/// Reads the lists of the workspace at `root`.
pub fn lists(root: &Path) -> Result<Lists> {
    let mut lists = Lists::new();
    let folder = root.join("experiments");
    for entry in std::fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let entry = entry?;
        let (family, list) = (entry.file_name().to_string_lossy().into_owned(), entry.path().join("lib.rs"));
        if family != "framework" && list.is_file() {
            let text = std::fs::read_to_string(&list).with_context(|| format!("{} cannot be read", list.display()))?;
            lists.insert(family, text);
        }
    }
    Ok(lists)
}

/// A law's place and name, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLaw {
    /// The folder of its family.
    pub family: String,
    /// Its id, in kebab case.
    pub id: String,
}

impl NewLaw {
    /// Reads `FAMILY/LAW` and checks it against the lists.
    pub fn parse(given: &str, lists: &Lists) -> Result<Self> {
        let Some((family, id)) = given.split_once('/') else {
            return Err(Misuse::error(format!("{given}: write FAMILY/LAW, as in memory/my-law")));
        };
        if !lists.contains_key(family) {
            let hint = nearest(family, lists.keys().map(String::as_str)).map(|near| format!("did you mean {near}? "));
            let (hint, all) = (hint.unwrap_or_default(), lists.keys().map(String::as_str).collect::<Vec<_>>().join(", "));
            return Err(Misuse::error(format!("there is no family {family}: {hint}the families are {all}")));
        }
        let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !id.split('-').all(word) || !id.starts_with(|c: char| c.is_ascii_lowercase()) {
            let text = format!("{id:?} is no name for a law: use small letters, digits and hyphens, as in my-law");
            return Err(Misuse::error(text));
        }
        let law = Self { family: family.to_owned(), id: id.to_owned() };
        if syn::parse_str::<Ident>(&law.module()).is_err() {
            return Err(Misuse::error(format!(
                "{id} is a word of Rust, and a law's name is the name of its module: take another"
            )));
        }
        if lists.values().any(|list| list.contains(&format!("mod {};", law.module()))) {
            return Err(Misuse::error(format!(
                "there is a law {id} already: `cargo xtask show {id}` shows it; take another name"
            )));
        }
        Ok(law)
    }

    /// The name of its module.
    pub fn module(&self) -> String {
        self.id.replace('-', "_")
    }

    /// Its file, relative to the workspace.
    pub fn file(&self) -> String {
        format!("experiments/{}/{}.rs", self.family, self.module())
    }

    /// The text of its file: a law that compiles, predicts, measures and is judged, to be made into another.
    pub fn text(&self) -> String {
        let words = self.id.replace('-', " ");
        let title = words[..1].to_uppercase() + &words[1..];
        TEMPLATE.replace("TITLE", &title).replace("FAMILY", &self.family).replace("ID", &self.id)
    }

    /// The list of its family, relative to the workspace.
    pub fn list(&self) -> String {
        format!("experiments/{}/lib.rs", self.family)
    }

    /// Its family's list with this law: a module and an entry in `laws`, each where the order of names puts it.
    pub fn register(&self, list: &str) -> Result<String> {
        match self.declare(list).and_then(|text| self.enter(&text)) {
            Some(text) if syn::parse_file(&text).is_ok() => Ok(text),
            _ => bail!(
                "{} is not laid out as expected: add `pub mod {};` and, in laws, `{}` by hand",
                self.list(),
                self.module(),
                self.entry()
            ),
        }
    }

    fn entry(&self) -> String {
        format!("{}::law()", self.module())
    }

    fn declare(&self, list: &str) -> Option<String> {
        let line = format!("pub mod {};", self.module());
        let mut lines: Vec<&str> = list.lines().collect();
        let laws = lines.iter().position(|line| line.starts_with("pub fn laws()"))?;
        let is_module = |i: &usize| lines[*i].starts_with("pub mod ");
        let last = (0..laws).rev().find(is_module).map(|i| i + 1);
        let mut at = (0..laws).filter(is_module).find(|i| lines[*i] > line.as_str()).or(last).unwrap_or(laws);
        while at > 0 && (lines[at - 1].starts_with("/// ") || lines[at - 1].starts_with("#[")) {
            at -= 1;
        }
        lines.insert(at, &line);
        if last.is_none() {
            lines.insert(at + 1, "");
        }
        Some(lines.join("\n") + "\n")
    }

    fn enter(&self, list: &str) -> Option<String> {
        let function = list.find("pub fn laws()")?;
        let start = function + list[function..].find("vec![")? + "vec![".len();
        let end = start + list[start..].find(']')?;
        let inside = &list[start..end];
        let new = self.entry();
        let mut entries: Vec<&str> = inside.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        let at = entries.iter().position(|entry| *entry > new.as_str()).unwrap_or(entries.len());
        entries.insert(at, &new);
        let one_line = entries.join(", ");
        let inside = if inside.contains('\n') || "    vec![]".len() + one_line.len() > WIDTH {
            entries.iter().map(|entry| format!("\n        {entry},")).collect::<String>() + "\n    "
        } else {
            one_line
        };
        Some(format!("{}{inside}{}", &list[..start], &list[end..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "//! SGD.\n\nuse lab_framework::{self as framework, Law};\n\n/// All.\npub fn laws() -> Vec<Law> {\n    \
                         vec![]\n}\n";
    const ONE: &str = "//! Memory.\n\nuse lab_framework::{self as framework, Law};\n\npub mod beta;\n\n/// All.\npub fn laws() -> \
                       Vec<Law> {\n    vec![beta::law()]\n}\n";

    fn before() -> Lists {
        [("dynamics", EMPTY), ("memory", ONE)].map(|(family, text)| (family.to_owned(), text.to_owned())).into()
    }

    fn registered(names: &[&str]) -> Lists {
        names.iter().fold(before(), |mut lists, name| {
            let law = NewLaw::parse(name, &lists).unwrap();
            let text = law.register(&lists[&law.family]).unwrap();
            lists.insert(law.family, text);
            lists
        })
    }

    #[test]
    fn both_lines_go_where_their_order_puts_them() {
        let lists = registered(&["memory/alpha", "dynamics/zeta", "memory/gamma-ray"]);
        let dynamics = "Law};\n\npub mod zeta;\n\n/// All.\npub fn laws() -> Vec<Law> {\n    vec![zeta::law()]\n}\n";
        assert!(lists["dynamics"].ends_with(dynamics), "{}", lists["dynamics"]);
        let memory = "Law};\n\npub mod alpha;\npub mod beta;\npub mod gamma_ray;\n\n/// All.\npub fn laws() -> Vec<Law> {\n    \
                      vec![alpha::law(), beta::law(), gamma_ray::law()]\n}\n";
        assert!(lists["memory"].ends_with(memory), "{}", lists["memory"]);
    }

    #[test]
    fn a_long_list_has_a_line_per_law() {
        let long = ["memory/a-law-with-a-long-name-that-fills-it", "memory/another-law-with-a-long-name-that-fills-it"];
        let lists = registered(&[long[0], long[1], "memory/zz"]);
        let lines = "    vec![\n        a_law_with_a_long_name_that_fills_it::law(),\n        another_law_with_a_long_name_that_fills_it\
                     ::law(),\n        beta::law(),\n        zz::law(),\n    ]\n}\n";
        assert!(lists["memory"].ends_with(lines), "{}", lists["memory"]);
    }

    #[test]
    fn bad_names_have_their_sentence() {
        let sentence = |given: &str| {
            let error = NewLaw::parse(given, &before()).unwrap_err();
            assert!(error.is::<Misuse>());
            error.to_string()
        };
        assert!(sentence("my-law").contains("write FAMILY/LAW"));
        assert!(sentence("memori/my-law").contains("did you mean memory?"));
        assert!(sentence("framework/my-law").contains("the families are dynamics, memory"));
        assert!(sentence("memory/My_Law").contains("small letters"));
        assert!(sentence("memory/-x").contains("small letters"));
        assert!(sentence("memory/2x").contains("small letters"));
        assert!(sentence("memory/match").contains("word of Rust"));
        assert!(sentence("dynamics/beta").contains("already"));
    }

    #[test]
    fn a_list_of_another_layout_is_not_touched() {
        let law = NewLaw::parse("memory/alpha", &before()).unwrap();
        let sentence = law.register("pub fn all() {}\n").unwrap_err().to_string();
        assert!(sentence.contains("experiments/memory/lib.rs") && sentence.contains("`alpha::law()` by hand"), "{sentence}");
    }

    #[test]
    fn the_template_is_a_law_of_its_name() {
        let law = NewLaw { family: "memory".to_owned(), id: "my-law".to_owned() };
        let text = law.text();
        assert_eq!(law.file(), "experiments/memory/my_law.rs");
        assert!(text.starts_with("//! My law.\n") && text.contains("Law::new(\"memory\", \"my-law\", file!())"));
        syn::parse_file(&text).unwrap();
        assert!(!["TITLE", "FAMILY", "\"ID\""].iter().any(|left| text.contains(left)));
    }
}
