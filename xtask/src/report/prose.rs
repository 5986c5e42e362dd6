//! Sentences of law files as HTML: `code` in backticks, and papers of arXiv as links.

use maud::{Markup, html};

/// A sentence with its code set as code.
pub(super) fn prose(text: &str) -> Markup {
    let pieces: Vec<&str> = text.split('`').collect();
    // A backtick without its partner is a backtick.
    if pieces.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (i, piece) in pieces.iter().enumerate() {
            @if i % 2 == 0 { (piece) } @else { code { (piece) } }
        }
    }
}

/// A clause as a sentence.
pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// A reference, linked where it names an arXiv identifier.
pub(super) fn reference(text: &str) -> Markup {
    let Some((start, end)) = arxiv(text) else { return prose(text) };
    let identifier = &text[start..end];
    html! {
        (prose(&text[..start])) a href={ "https://arxiv.org/abs/" (identifier) } { (identifier) } (prose(&text[end..]))
    }
}

/// Where the first identifier like 2310.03722 after the word arXiv stands.
fn arxiv(text: &str) -> Option<(usize, usize)> {
    let word = text.find("arXiv")?;
    let start = word + text[word..].find(|c: char| c.is_ascii_digit())?;
    let length = text[start..].find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len() - start);
    let identifier = text[start..start + length].trim_end_matches('.');
    let (month, number) = identifier.split_once('.')?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    (month.len() == 4 && matches!(number.len(), 4 | 5) && digits(month) && digits(number))
        .then_some((start, start + identifier.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_set_as_code_and_everything_is_escaped() {
        assert_eq!(prose("run `a < b` & see").into_string(), "run <code>a &lt; b</code> &amp; see");
        assert_eq!(prose("one ` alone").into_string(), "one ` alone");
    }

    #[test]
    fn arxiv_identifiers_are_linked() {
        let linked = reference("Wang & Ramdas, 2023, arXiv:2310.03722. Theorem 1").into_string();
        assert!(linked.contains(r#"<a href="https://arxiv.org/abs/2310.03722">2310.03722</a>. Theorem 1"#), "{linked}");
        assert_eq!(reference("Hopfield 1982, PNAS 79, 2554").into_string(), "Hopfield 1982, PNAS 79, 2554");
    }
}
