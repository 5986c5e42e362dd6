//! Every law file is registered and documented.
//!
//! That each law predicts, has a rival for each claim and a complete card is checked by running it, in
//! `experiments/tests/registry.rs`.

use anyhow::{Context, Result};
use quote::ToTokens;

use super::{Problem, Source};

/// Whether a file belongs to a law: it lies in the folder of a family and is not that family's list.
pub fn is_law_file(file: &str) -> bool {
    let below = file.strip_prefix("experiments/").unwrap_or_default();
    below
        .split_once('/')
        .is_some_and(|(family, rest)| !["framework", "tests", "benches"].contains(&family) && rest != "lib.rs")
}

/// Checks the law files among `sources` against their families' lists, which are among them too.
pub fn check(sources: &[Source], found: &mut Vec<Problem>) -> Result<()> {
    for source in sources.iter().filter(|source| is_law_file(&source.file)) {
        if !source.lines.first().is_some_and(|line| line.starts_with("//!")) {
            let text = "no documentation: begin with `//!`, the statement, the equation, the assumptions and the source";
            found.push(Problem::new(&source.file, 1, text));
        }
        let path: Vec<&str> = source.file.trim_end_matches(".rs").split('/').skip(1).collect();
        match path[..] {
            [family, law] => {
                let list = format!("experiments/{family}/lib.rs");
                let text = sources.iter().find(|other| other.file == list).map(|list| list.lines.join("\n"));
                let parsed = syn::parse_file(&text.unwrap_or_default()).with_context(|| format!("{list} does not parse"))?;
                if !parsed.items.iter().any(|item| matches!(item, syn::Item::Mod(module) if module.ident == law)) {
                    found.push(Problem::new(&source.file, 1, format!("not compiled: add `pub mod {law};` to {list}")));
                }
                if !entries(&parsed).contains(&format!("{law}::law()")) {
                    let text = format!("not registered: add `{law}::law()` to `laws` in {list}");
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

/// The calls in the body of `laws`.
fn entries(list: &syn::File) -> Vec<String> {
    let laws = list.items.iter().find_map(|item| match item {
        syn::Item::Fn(function) if function.sig.ident == "laws" => Some(function.block.to_token_stream().to_string()),
        _ => None,
    });
    let body = laws.unwrap_or_default().replace(' ', "");
    body.split([',', '[', ']']).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "//! Laws.\npub mod good;\npub mod half;\npub fn laws() -> Vec<Law> { vec![good::law()] }";

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let list = ("experiments/memory/lib.rs", LIST);
        let sources: Vec<Source> = files.iter().chain([&list]).map(|(file, text)| Source::new(file, text)).collect();
        let mut found = Vec::new();
        check(&sources, &mut found).unwrap();
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
