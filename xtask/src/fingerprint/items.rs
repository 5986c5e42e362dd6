//! The items of a source file: what each defines, what it names, and the hash of its tokens.

use std::{collections::BTreeSet, path::Path};

use anyhow::Result;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use super::scan::{Name, Scan};

/// A function, type, constant, macro, implementation or import.
#[derive(Debug, Clone)]
pub struct Item {
    /// The package, with underscores: `lawbook_core`.
    pub krate: String,
    /// The file, relative to the workspace.
    pub file: String,
    /// `fn`, `struct`, `impl`, …
    pub kind: &'static str,
    /// The names under which others reach it; for an implementation, the type's name.
    pub defines: Vec<String>,
    /// The names in it.
    pub uses: BTreeSet<Name>,
    /// Crates of the workspace that it names.
    pub names_crates: BTreeSet<String>,
    /// Hash of its tokens, documentation left out.
    pub hash: String,
    /// Whether it is an implementation, reached through its type.
    pub implements: bool,
    /// Whether it is a `use`.
    pub import: bool,
    /// Whether it is a `use` that only its own file sees.
    pub private_import: bool,
    /// The methods of a trait.
    pub methods: BTreeSet<String>,
    /// For the `measure` of an `impl Study`: the study's name.
    pub study: Option<String>,
}

impl Item {
    /// Place and name, for people.
    pub fn label(&self) -> String {
        format!("{}: {} {}", self.file, self.kind, self.defines.join(", "))
    }
}

/// The items of a file; test code is left out.
pub fn parse(root: &Path, file: &str, text: &str) -> Result<Vec<Item>> {
    let parsed = syn::parse_file(text)?;
    let mut items = Vec::new();
    let context = Context { root, file, krate: crate_of(file) };
    context.collect(&parsed.items, &mut items);
    Ok(items)
}

/// `crates/core/src/random.rs` belongs to `lawbook_core`; the crates in `experiments/` are one here, and are called `lab`.
fn crate_of(file: &str) -> String {
    match file.strip_prefix("crates/").and_then(|rest| rest.split('/').next()) {
        Some(name) => format!("lawbook_{}", name.replace('-', "_")),
        None => "lab".to_owned(),
    }
}

struct Context<'a> {
    root: &'a Path,
    file: &'a str,
    krate: String,
}

impl Context<'_> {
    fn collect(&self, parsed: &[syn::Item], items: &mut Vec<Item>) {
        for item in parsed {
            if attributes(item).iter().any(is_test) {
                continue;
            }
            match item {
                syn::Item::Mod(module) => {
                    self.collect(module.content.as_ref().map_or(&[][..], |(_, content)| content), items);
                }
                syn::Item::Use(import) => {
                    let private = matches!(import.vis, syn::Visibility::Inherited);
                    self.imports(&import.tree, &mut Vec::new(), private, items);
                }
                syn::Item::Impl(block) => items.extend(self.implementation(block)),
                syn::Item::Macro(makro) => {
                    let name = makro.ident.as_ref().map(ToString::to_string);
                    let body = makro.mac.tokens.to_token_stream();
                    match name {
                        Some(name) => items.push(self.item("macro", vec![name], body)),
                        // A macro that declares items, such as `params! { pub struct Params { … } }`.
                        None => items.push(self.item("macro call", declared(&body), makro.to_token_stream())),
                    }
                }
                syn::Item::Trait(declared) => {
                    let methods = declared.items.iter().filter_map(|part| match part {
                        syn::TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
                        _ => None,
                    });
                    let item = self.item("trait", vec![declared.ident.to_string()], declared.to_token_stream());
                    items.push(Item { methods: methods.collect(), ..item });
                }
                other => {
                    if let Some((kind, name)) = named(other) {
                        items.push(self.item(kind, vec![name], other.to_token_stream()));
                    }
                }
            }
        }
    }

    fn item(&self, kind: &'static str, defines: Vec<String>, tokens: TokenStream) -> Item {
        let mut scan = Scan { root: self.root, file: self.file, text: String::new(), uses: BTreeSet::new() };
        scan.tokens(tokens);
        let names_crates = scan.uses.iter().filter(|n| n.ident.starts_with("lawbook_")).map(|n| n.ident.clone()).collect();
        Item {
            krate: self.krate.clone(),
            file: self.file.to_owned(),
            kind,
            defines,
            uses: scan.uses,
            names_crates,
            hash: blake3::hash(scan.text.as_bytes()).to_hex()[..16].to_owned(),
            implements: false,
            import: false,
            private_import: false,
            methods: BTreeSet::new(),
            study: None,
        }
    }

    /// An implementation belongs to its type; one of a trait for a type of another crate, to the trait. Of an `impl Study`
    /// only what measures counts: parameters and `measure`.
    fn implementation(&self, block: &syn::ItemImpl) -> Option<Item> {
        let of_trait = block.trait_.as_ref().and_then(|(_, path, _)| path.segments.last()).map(|s| s.ident.to_string());
        let of_type = match &*block.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        if of_trait.as_deref() == Some("Study") {
            let mut tokens = TokenStream::new();
            let mut name = None;
            for part in &block.items {
                match part {
                    syn::ImplItem::Const(constant) if constant.ident == "NAME" => {
                        name = Some(constant.expr.to_token_stream().to_string().trim_matches('"').to_owned());
                    }
                    syn::ImplItem::Type(alias) => alias.to_tokens(&mut tokens),
                    syn::ImplItem::Fn(function) if function.sig.ident == "measure" => function.to_tokens(&mut tokens),
                    _ => {}
                }
            }
            let mut item = self.item("study", name.clone().into_iter().collect(), tokens);
            // It defines `measure`, which makes it no user of the trait.
            item.uses.retain(|name| name.ident != "measure");
            // Behind `Self` in it stands the type, with its own methods.
            item.uses.extend(of_type.map(|ident| Name { ident, within: None }));
            return Some(Item { study: name, implements: true, ..item });
        }
        let mut defines: Vec<String> = of_type.into_iter().collect();
        defines.extend(of_trait);
        Some(Item { implements: true, ..self.item("impl", defines, block.to_token_stream()) })
    }

    fn imports(&self, tree: &syn::UseTree, path: &mut Vec<String>, private: bool, items: &mut Vec<Item>) {
        let mut leaf = |defined: String, meant: String| {
            let mut segments = path.clone();
            segments.push(meant);
            let names_crates = segments.iter().filter(|s| s.starts_with("lawbook_")).cloned().collect();
            let before = std::iter::once(None).chain(segments.iter().cloned().map(Some)).collect::<Vec<_>>();
            let uses = segments.into_iter().zip(before).map(|(ident, within)| Name { ident, within }).collect();
            let item = self.item("use", vec![defined], TokenStream::new());
            items.push(Item { uses, names_crates, import: true, private_import: private, ..item });
        };
        match tree {
            syn::UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.imports(&part.tree, path, private, items);
                path.pop();
            }
            syn::UseTree::Name(name) => {
                let name = name.ident.to_string();
                let defined = if name == "self" { path.last().cloned().unwrap_or_default() } else { name.clone() };
                leaf(defined, name);
            }
            syn::UseTree::Rename(rename) => leaf(rename.rename.to_string(), rename.ident.to_string()),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|part| self.imports(part, path, private, items));
            }
            // Wildcard imports are denied by a lint; the one exception is test code, which is left out.
            syn::UseTree::Glob(_) => {}
        }
    }
}

/// Kind and name of an item that has a name.
fn named(item: &syn::Item) -> Option<(&'static str, String)> {
    Some(match item {
        syn::Item::Fn(item) => ("fn", item.sig.ident.to_string()),
        syn::Item::Struct(item) => ("struct", item.ident.to_string()),
        syn::Item::Enum(item) => ("enum", item.ident.to_string()),
        syn::Item::Union(item) => ("union", item.ident.to_string()),
        syn::Item::Type(item) => ("type", item.ident.to_string()),
        syn::Item::Const(item) => ("const", item.ident.to_string()),
        syn::Item::Static(item) => ("static", item.ident.to_string()),
        _ => return None,
    })
}

/// The names that follow `struct`, `enum`, `fn` and the like in the body of a macro call.
fn declared(body: &TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    let declares = |token: &TokenTree| matches!(token.to_string().as_str(), "struct" | "enum" | "fn" | "const" | "type");
    let pairs = tokens.windows(2).filter(|pair| declares(&pair[0]));
    pairs.filter(|pair| matches!(pair[1], TokenTree::Ident(_))).map(|pair| pair[1].to_string()).collect()
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attribute: &syn::Attribute) -> bool {
    let text = attribute.meta.to_token_stream().to_string();
    text == "test" || text == "cfg (test)"
}
