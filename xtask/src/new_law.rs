//! A new law: its file from a template that runs at once, and its two lines in the registry.

use anyhow::{Result, bail};
use lawbook_claims::nearest;
use syn::{Ident, Item};

use crate::error::Misuse;

const TEMPLATE: &str = include_str!("../../experiments/framework/law.template");
/// The width of a line, as `rustfmt.toml` has it.
const WIDTH: usize = 125;

/// A law's place and name, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLaw {
    /// The module of its family.
    pub family: String,
    /// Its id, in kebab case.
    pub id: String,
}

impl NewLaw {
    /// Reads `FAMILY/LAW` and checks it against the registry's text.
    pub fn parse(given: &str, registry: &str) -> Result<Self> {
        let Some((family, id)) = given.split_once('/') else {
            return Err(Misuse::error(format!("{given}: write FAMILY/LAW, as in memory/my-law")));
        };
        let families = families(registry)?;
        if !families.iter().any(|known| known == family) {
            let hint = nearest(family, families.iter().map(String::as_str)).map(|near| format!("did you mean {near}? "));
            let (hint, all) = (hint.unwrap_or_default(), families.join(", "));
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
        if registry.contains(&format!("::{}::", law.module())) || registry.contains(&format!("mod {};", law.module())) {
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

    /// The registry with this law: one line in its family's module and one in `laws`, each where its order puts it.
    pub fn register(&self, registry: &str) -> Result<String> {
        match self.declare(registry).and_then(|text| self.enter(&text, &families(registry).ok()?)) {
            Some(text) if syn::parse_file(&text).is_ok() => Ok(text),
            _ => bail!(
                "experiments/lib.rs is not laid out as expected: add `pub mod {};` to the module {} and `{}` to laws by hand",
                self.module(),
                self.family,
                self.entry()
            ),
        }
    }

    fn entry(&self) -> String {
        format!("{}::{}::law()", self.family, self.module())
    }

    fn declare(&self, registry: &str) -> Option<String> {
        let open = format!("pub mod {} {{", self.family);
        let line = format!("    pub mod {};", self.module());
        let mut lines: Vec<String> = registry.lines().map(str::to_owned).collect();
        let start = lines.iter().position(|line| line.starts_with(&open))?;
        if lines[start] == format!("{open}}}") {
            lines.splice(start..=start, [open, line, "}".to_owned()]);
        } else {
            let end = start + lines[start..].iter().position(|line| line == "}")?;
            let mut at = (start + 1..end).find(|i| lines[*i].starts_with("    pub mod ") && lines[*i] > line).unwrap_or(end);
            while lines[at - 1].starts_with("    /// ") || lines[at - 1].starts_with("    #[") {
                at -= 1;
            }
            lines.insert(at, line);
        }
        Some(lines.join("\n") + "\n")
    }

    fn enter(&self, registry: &str, families: &[String]) -> Option<String> {
        let function = registry.find("pub fn laws()")?;
        let start = function + registry[function..].find("vec![")? + "vec![".len();
        let end = start + registry[start..].find(']')?;
        let inside = &registry[start..end];
        let rank = |entry: &str| (families.iter().position(|f| entry.starts_with(&format!("{f}::"))), entry.to_owned());
        let new = self.entry();
        let mut entries: Vec<&str> = inside.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        let at = entries.iter().position(|entry| rank(entry) > rank(&new)).unwrap_or(entries.len());
        entries.insert(at, &new);
        let one_line = entries.join(", ");
        let inside = if inside.contains('\n') || "    vec![]".len() + one_line.len() > WIDTH {
            entries.iter().map(|entry| format!("\n        {entry},")).collect::<String>() + "\n    "
        } else {
            one_line
        };
        Some(format!("{}{inside}{}", &registry[..start], &registry[end..]))
    }
}

/// The families: the modules that the registry opens in place.
fn families(registry: &str) -> Result<Vec<String>> {
    let parsed = syn::parse_file(registry).map_err(|error| anyhow::anyhow!("experiments/lib.rs does not parse: {error}"))?;
    let family = |item: &Item| match item {
        Item::Mod(module) if module.content.is_some() => Some(module.ident.to_string()),
        _ => None,
    };
    Ok(parsed.items.iter().filter_map(family).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTRY: &str = "pub mod framework;\n\n/// SGD.\npub mod dynamics {}\n\n/// Memory.\npub mod memory {\n    pub mod \
                            beta;\n}\n\n/// All.\npub fn laws() -> Vec<framework::Law> {\n    vec![memory::beta::law()]\n}\n";

    fn registered(names: &[&str], registry: &str) -> String {
        names.iter().fold(registry.to_owned(), |text, name| NewLaw::parse(name, &text).unwrap().register(&text).unwrap())
    }

    #[test]
    fn both_lines_go_where_their_order_puts_them() {
        let text = registered(&["memory/alpha", "dynamics/zeta", "memory/gamma-ray"], REGISTRY);
        assert!(text.contains("pub mod dynamics {\n    pub mod zeta;\n}\n"), "{text}");
        assert!(text.contains("{\n    pub mod alpha;\n    pub mod beta;\n    pub mod gamma_ray;\n}"), "{text}");
        let laws = "vec![dynamics::zeta::law(), memory::alpha::law(), memory::beta::law(), memory::gamma_ray::law()]";
        assert!(text.contains(laws), "{text}");
    }

    #[test]
    fn a_long_list_has_a_line_per_law() {
        let text = registered(&["memory/a-law-with-a-long-name", "memory/another-law-with-a-long-name"], REGISTRY);
        assert!(text.contains("vec![memory::a_law_with_a_long_name::law(), memory::an"), "{text}");
        let text = registered(&["dynamics/yet-another-law-with-a-long-name"], &text);
        let lines = "vec![\n        dynamics::yet_another_law_with_a_long_name::law(),\n        memory::a_law_with_a_long_name::law(),\n";
        assert!(text.contains(lines) && text.contains("        memory::beta::law(),\n    ]\n}\n"), "{text}");
        let text = registered(&["memory/zz"], &text);
        assert!(text.contains("        memory::beta::law(),\n        memory::zz::law(),\n    ]\n}\n"), "{text}");
    }

    #[test]
    fn bad_names_have_their_sentence() {
        let sentence = |given: &str| {
            let error = NewLaw::parse(given, REGISTRY).unwrap_err();
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
    fn the_template_is_a_law_of_its_name() {
        let law = NewLaw { family: "memory".to_owned(), id: "my-law".to_owned() };
        let text = law.text();
        assert_eq!(law.file(), "experiments/memory/my_law.rs");
        assert!(text.starts_with("//! My law.\n") && text.contains("Law::new(\"memory\", \"my-law\", file!())"));
        syn::parse_file(&text).unwrap();
        assert!(!["TITLE", "FAMILY", "\"ID\""].iter().any(|left| text.contains(left)));
    }
}
