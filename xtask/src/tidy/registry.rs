//! Every law file is registered and documented.
//!
//! That each law predicts, has a rival for each claim and a complete card is checked by running it, in
//! `experiments/tests/registry.rs`.

use anyhow::{Context, Result};
use quote::ToTokens;

use super::{Problem, Source};

/// The registry.
pub const FILE: &str = "experiments/lib.rs";

/// Whether a file belongs to a law: it lies in the folder of a family.
pub fn is_law_file(file: &str) -> bool {
    let below = file.strip_prefix("experiments/").unwrap_or_default();
    below.split_once('/').is_some_and(|(family, _)| !["framework", "tests", "benches"].contains(&family))
}

/// Checks the law files among `sources` against the registry's text.
pub fn check(registry: &str, sources: &[Source], found: &mut Vec<Problem>) -> Result<()> {
    let parsed = syn::parse_file(registry).with_context(|| format!("{FILE} does not parse"))?;
    let entered = entries(&parsed);
    let files: Vec<&Source> = sources.iter().filter(|source| is_law_file(&source.file)).collect();
    for source in files {
        if !source.lines.first().is_some_and(|line| line.starts_with("//!")) {
            let text = "no documentation: begin with `//!`, the statement, the equation, the assumptions and the source";
            found.push(Problem::new(&source.file, 1, text));
        }
        let path: Vec<&str> = source.file.trim_end_matches(".rs").split('/').skip(1).collect();
        match path[..] {
            [family, law] => {
                if !parsed.items.iter().any(|item| declares(item, family, law)) {
                    let text = format!("not compiled: add `pub mod {law};` to the module `{family}` of {FILE}");
                    found.push(Problem::new(&source.file, 1, text));
                }
                if !entered.contains(&format!("{family}::{law}::")) {
                    let text = format!("not registered: add `{family}::{law}::law()` to `laws` in {FILE}");
                    found.push(Problem::new(&source.file, 1, text));
                }
            }
            [.., parent, part] => {
                let owner = source.file.replace(&format!("/{part}.rs"), ".rs");
                let declared = |other: &Source| other.code.iter().any(|line| line.contains(&format!("mod {part};")));
                if !sources.iter().any(|other| other.file == owner && declared(other)) {
                    let text = format!("not compiled: add `mod {part};` to {owner}, the file of the law {parent}");
                    found.push(Problem::new(&source.file, 1, text));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether an item of the registry is the module of `family` and declares `law`.
fn declares(item: &syn::Item, family: &str, law: &str) -> bool {
    let syn::Item::Mod(module) = item else { return false };
    let inside = module.content.as_ref().map_or(&[][..], |(_, items)| items);
    module.ident == family && inside.iter().any(|item| matches!(item, syn::Item::Mod(inner) if inner.ident == law))
}

/// The body of `laws`, without blanks.
fn entries(registry: &syn::File) -> String {
    let laws = registry.items.iter().find_map(|item| match item {
        syn::Item::Fn(function) if function.sig.ident == "laws" => Some(function.block.to_token_stream().to_string()),
        _ => None,
    });
    laws.unwrap_or_default().replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTRY: &str = "pub mod memory { pub mod good; pub mod half; }\n\
                            pub fn laws() -> Vec<Law> { vec![memory::good::law()] }";

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files.iter().map(|(file, text)| Source::new(file, text)).collect();
        let mut found = Vec::new();
        check(REGISTRY, &sources, &mut found).unwrap();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn laws_are_compiled_registered_and_documented() {
        assert!(problems(&[("experiments/memory/good.rs", "//! A law.")]).is_empty());
        assert!(problems(&[("experiments/framework/law.rs", ""), ("experiments/tests/a.rs", "")]).is_empty());
        let half = problems(&[("experiments/memory/half.rs", "//! A law.")]);
        assert!(half.len() == 1 && half[0].starts_with("experiments/memory/half.rs:1: not registered"), "{half:?}");
        let lost = problems(&[("experiments/memory/lost.rs", "//! A law.")]);
        assert!(lost.len() == 2 && lost[0].contains("pub mod lost;"), "{lost:?}");
        let bare = problems(&[("experiments/memory/good.rs", "use x;")]);
        assert!(bare.len() == 1 && bare[0].contains("no documentation"), "{bare:?}");
    }

    #[test]
    fn parts_of_a_law_are_declared_in_its_file() {
        let part = ("experiments/memory/good/capacity.rs", "//! A study.");
        assert!(problems(&[("experiments/memory/good.rs", "//! A law.\nmod capacity;"), part]).is_empty());
        let lost = problems(&[("experiments/memory/good.rs", "//! A law."), part]);
        assert!(lost.len() == 1 && lost[0].contains("`mod capacity;` to experiments/memory/good.rs"), "{lost:?}");
    }
}
