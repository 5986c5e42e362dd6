//! Sentences of law files as HTML: `code` in backticks, N^(n−1) and T_c with raised and lowered letters, and papers of arXiv as
//! links.

use maud::{Markup, html};

/// A sentence with its code set as code and its formulas as formulas.
pub(super) fn prose(text: &str) -> Markup {
    let pieces: Vec<&str> = text.split('`').collect();
    // A backtick without its partner is a backtick.
    if pieces.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (i, piece) in pieces.iter().enumerate() {
            @if i % 2 == 0 { (formulas(piece)) } @else { code { (piece) } }
        }
    }
}

/// Where a piece of a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Line,
    Raised,
    Lowered,
}

/// Text with its exponents raised and its indices lowered.
fn formulas(text: &str) -> Markup {
    html! {
        @for (level, piece) in pieces(text) {
            @match level {
                Level::Line => (piece),
                Level::Raised => sup { (piece) },
                Level::Lowered => sub { (piece) },
            }
        }
    }
}

/// A text in pieces, without the marks that raise and lower.
pub(super) fn pieces(text: &str) -> Vec<(Level, &str)> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    loop {
        let mut marks = rest.match_indices(['^', '_']);
        let found = marks.find_map(|(at, mark)| Some((at, mark, script(&rest[..at], mark, &rest[at + 1..])?)));
        let Some((at, mark, Script { shown, length })) = found else { break };
        pieces.push((Level::Line, &rest[..at]));
        pieces.push((if mark == "^" { Level::Raised } else { Level::Lowered }, shown));
        rest = &rest[at + 1 + length..];
    }
    pieces.push((Level::Line, rest));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

/// What stands above or below the line.
struct Script<'a> {
    shown: &'a str,
    /// With the brackets that only group it.
    length: usize,
}

/// What a mark raises or lowers, if it does: `_` lowers after a letter that stands alone, so that `m_over_s` stays a name.
fn script<'a>(before: &str, mark: &str, after: &'a str) -> Option<Script<'a>> {
    let mut back = before.chars().rev();
    let base = back.next()?;
    let mut alone = || base.is_alphabetic() && !back.next().is_some_and(|c| c.is_alphanumeric() || c == '_');
    if base.is_whitespace() || mark == "_" && !alone() {
        return None;
    }
    let sign = after.chars().next().filter(|c| mark == "^" && "−-+".contains(*c)).map_or(0, char::len_utf8);
    if after[sign..].starts_with(['(', '{']) {
        let length = sign + closing(&after[sign..])? + 1;
        // Brackets only group, unless a sign stands before them.
        let shown = if sign == 0 { &after[1..length - 1] } else { &after[..length] };
        return Some(Script { shown, length });
    }
    if let Some(sign) = after.chars().next().filter(|c| "*∞".contains(*c)) {
        return Some(Script { shown: &after[..sign.len_utf8()], length: sign.len_utf8() });
    }
    let ends = |c: char| !c.is_alphanumeric() && c != '.' || "⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c);
    let letters = after[sign..].find(ends).map_or(after.len(), |end| sign + end);
    let shown = after[..letters].trim_end_matches('.');
    let is_name = after[shown.len()..].starts_with('_');
    (shown.len() > sign && !is_name).then_some(Script { shown, length: shown.len() })
}

/// Where the bracket closes that opens a text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(at, c)| {
        depth += match c {
            '(' | '{' => 1,
            ')' | '}' => -1,
            _ => 0,
        };
        (depth == 0).then_some(at)
    })
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
    fn exponents_are_raised_and_indices_lowered() {
        let set = |text| prose(text).into_string();
        assert_eq!(set("N^(n−1), e^{α(N+1)} and c^−2.5."), "N<sup>n−1</sup>, e<sup>α(N+1)</sup> and c<sup>−2.5</sup>.");
        assert_eq!(set("above T_c or β η_dec²"), "above T<sub>c</sub> or β η<sub>dec</sub>²");
        assert_eq!(set("b^−(2n−1), L_s/L_*"), "b<sup>−(2n−1)</sup>, L<sub>s</sub>/L<sub>*</sub>");
        assert_eq!(set("ℓ_∞ and W_1"), "ℓ<sub>∞</sub> and W<sub>1</sub>");
        assert_eq!(set("(m_over_s, x_1)"), "(m_over_s, x<sub>1</sub>)");
        for plain in ["m_over_s", "a ^ b", "two_layer", "_x", "R^(", "x_ "] {
            assert_eq!(set(plain), plain);
        }
    }

    #[test]
    fn arxiv_identifiers_are_linked() {
        let linked = reference("Wang & Ramdas, 2023, arXiv:2310.03722. Theorem 1").into_string();
        assert!(linked.contains(r#"<a href="https://arxiv.org/abs/2310.03722">2310.03722</a>. Theorem 1"#), "{linked}");
        assert_eq!(reference("Hopfield 1982, PNAS 79, 2554").into_string(), "Hopfield 1982, PNAS 79, 2554");
    }
}
