//! Names and text of a stretch of code, at the level of tokens.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::{TokenStream, TokenTree};

/// A name as used: alone, or in a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The identifier.
    pub ident: String,
    /// What stands before its `::`: a crate, a module, `super`, a type; empty for what is no name, as in `<T as Trait>::X`.
    pub within: Option<String>,
}

/// Walks tokens: their text without documentation, and the names among them.
pub struct Scan<'a> {
    /// The workspace, and the file in it: where files that are compiled in are found.
    pub root: &'a Path,
    /// The file that is scanned.
    pub file: &'a str,
    /// The text, without documentation and with one space after each token.
    pub text: String,
    /// The names in it.
    pub uses: BTreeSet<Name>,
}

impl Scan<'_> {
    /// Adds a stretch of code.
    pub fn tokens(&mut self, stream: TokenStream) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let is = |i: usize, text: &str| tokens.get(i).is_some_and(|token: &TokenTree| token.to_string() == text);
        let mut i = 0;
        while i < tokens.len() {
            if let Some(length) = documentation(&tokens[i..]) {
                i += length;
                continue;
            }
            match &tokens[i] {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                        proc_macro2::Delimiter::Brace => ("{", "}"),
                        proc_macro2::Delimiter::Bracket => ("[", "]"),
                        proc_macro2::Delimiter::None => ("", ""),
                    };
                    if i > 1 && is(i - 1, "!") && (is(i - 2, "include_bytes") || is(i - 2, "include_str")) {
                        self.included(&group.stream().to_string());
                    }
                    self.text.push_str(open);
                    self.tokens(group.stream());
                    self.text.push_str(close);
                }
                TokenTree::Ident(ident) => {
                    let path = i > 1 && is(i - 1, ":") && is(i - 2, ":");
                    let before = || match tokens.get(i.wrapping_sub(3)) {
                        Some(TokenTree::Ident(before)) => before.to_string(),
                        _ => String::new(),
                    };
                    self.uses.insert(Name { ident: ident.to_string(), within: path.then(before) });
                    self.text.push_str(&ident.to_string());
                }
                other => self.text.push_str(&other.to_string()),
            }
            self.text.push(' ');
            i += 1;
        }
    }

    /// A file that is compiled in counts with its contents.
    fn included(&mut self, literal: &str) {
        let folder = self.root.join(self.file).parent().map(Path::to_path_buf).unwrap_or_default();
        if let Ok(bytes) = std::fs::read(folder.join(literal.trim().trim_matches('"'))) {
            self.text.push_str(blake3::hash(&bytes).to_hex().as_str());
        }
    }
}

/// How many tokens a documentation attribute at the start takes, if there is one: `#[doc = …]` or `#![doc = …]`.
fn documentation(tokens: &[TokenTree]) -> Option<usize> {
    let punct = |i: usize, c: char| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let at = if punct(0, '#') && punct(1, '!') { 2 } else { 1 };
    match tokens.get(at) {
        Some(TokenTree::Group(group)) if punct(0, '#') => {
            let first = group.stream().into_iter().next();
            matches!(first, Some(TokenTree::Ident(ident)) if ident == "doc").then_some(at + 1)
        }
        _ => None,
    }
}
