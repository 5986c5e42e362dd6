//! LaTeX to MathML, which browsers set themselves.

use anyhow::{Result, anyhow};
use maud::{Markup, PreEscaped, html};
use pulldown_latex::{Parser, RenderConfig, Storage, config::DisplayMode, push_mathml};

/// An equation, in the parts that stand side by side where there is room.
pub(super) fn display(latex: &str) -> Result<Vec<Markup>> {
    parts(latex).into_iter().map(|part| mathml(part, DisplayMode::Block)).collect()
}

/// A symbol within a line.
pub(super) fn inline(latex: &str) -> Result<Markup> {
    mathml(latex, DisplayMode::Inline)
}

/// The pieces between wide spaces that are not inside of anything.
fn parts(latex: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, _) in latex.match_indices(['{', '}', '\\']) {
        let rest = &latex[at..];
        let command =
            |name: &str| rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphabetic()));
        let escaped = latex[..at].chars().rev().take_while(|c| *c == '\\').count() % 2 == 1;
        match () {
            () if escaped => {}
            () if rest.starts_with('{') || command(r"\left") || command(r"\begin") => depth += 1,
            () if rest.starts_with('}') || command(r"\right") || command(r"\end") => depth -= 1,
            () if depth == 0 && (command(r"\quad") || command(r"\qquad")) => {
                parts.push(&latex[start..at]);
                start = at + if command(r"\quad") { r"\quad".len() } else { r"\qquad".len() };
            }
            () => {}
        }
    }
    parts.push(&latex[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The source goes along as an annotation, so that it can be copied from the page.
fn mathml(latex: &str, display_mode: DisplayMode) -> Result<Markup> {
    let storage = Storage::new();
    let events: Result<Vec<_>, _> = Parser::new(latex, &storage).collect();
    let events = events.map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        anyhow!("the LaTeX `{latex}` cannot be read: {reason}")
    })?;
    let annotation = html! { (latex) }.into_string();
    let mut mathml = String::new();
    let config = RenderConfig { display_mode, annotation: Some(&annotation), ..RenderConfig::default() };
    push_mathml(&mut mathml, events.into_iter().map(Ok::<_, std::fmt::Error>), config)?;
    // The renderer escapes the entity that it writes for a space.
    Ok(PreEscaped(escaped(&mathml.replace("&amp;nbsp;", "\u{a0}").replace("&nbsp;", "\u{a0}"))))
}

/// The renderer writes the operators `<` and `&` as they are.
fn escaped(mathml: &str) -> String {
    let mut escaped = String::with_capacity(mathml.len());
    for (i, c) in mathml.char_indices() {
        let next = mathml[i + c.len_utf8()..].chars().next();
        match c {
            '<' if !next.is_some_and(|c| c.is_ascii_alphabetic() || c == '/') => escaped.push_str("&lt;"),
            '&' if !next.is_some_and(|c| c.is_ascii_alphabetic()) => escaped.push_str("&amp;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_constructs_become_mathml() -> Result<()> {
        for latex in [
            r"\mathbb{E}\,[\theta_i^2 - \theta_j^2] = \frac{\eta}{B}\sum_{k=1}^{N} \mathrm{tr}\,(C_k)",
            r"\begin{aligned} a &= b \\ c &\le d \end{aligned}",
            r"\lim_{n\to\infty}\ \left\lVert x_n \right\rVert_2 = \sqrt{1-q}, \quad x\in\mathbb{R}^{d\times d}",
            r"\operatorname{sign}(x) = \begin{cases} 1 & x>0 \\ -1 & x<0 \end{cases}",
            r"\dot m = -\nabla_{\!\theta} \hat{L}, \; \text{as } \alpha \ll 1",
        ] {
            for Markup { 0: mathml } in display(latex)? {
                assert!(mathml.starts_with("<math display=\"block\"") && mathml.ends_with("</math>"), "{mathml}");
                assert!(!mathml.contains("merror") && !mathml.contains("nbsp"), "{mathml}");
            }
        }
        Ok(())
    }

    #[test]
    fn wide_spaces_part_an_equation_where_nothing_is_open() {
        assert_eq!(
            parts(r"a = b, \qquad c = \text{d \quad e} \quad \{ f"),
            ["a = b, ", r" c = \text{d \quad e} ", r" \{ f"]
        );
        let whole = r"\begin{cases} 1 & x \\ 0 \qquad y \end{cases} \quadratic \left( a \quad b \right)";
        assert_eq!(parts(whole), [whole]);
    }

    #[test]
    fn bad_latex_is_an_error_in_one_line() {
        for latex in [r"\frac{1}{", r"\nosuchcommand", r"x^"] {
            let error = inline(latex).map(|_| ()).expect_err(latex).to_string();
            assert!(error.contains(latex) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn operators_and_annotation_are_escaped() -> Result<()> {
        let Markup { 0: mathml } = inline(r"a <b \& c \text{ & <d>}")?;
        assert!(mathml.contains("<mo>&lt;</mo>") && mathml.contains("&amp;</mi>"), "{mathml}");
        assert!(mathml.contains("a &lt;b") && !mathml.contains("<b"), "{mathml}");
        Ok(())
    }
}
