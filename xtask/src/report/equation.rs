//! LaTeX to MathML, which browsers set themselves.

use anyhow::{Result, anyhow};
use maud::{Markup, PreEscaped, html};
use pulldown_latex::{Parser, RenderConfig, Storage, config::DisplayMode, push_mathml};

/// An equation on a line of its own.
pub(super) fn display(latex: &str) -> Result<Markup> {
    mathml(latex, DisplayMode::Block)
}

/// A symbol within a line.
pub(super) fn inline(latex: &str) -> Result<Markup> {
    mathml(latex, DisplayMode::Inline)
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
    Ok(PreEscaped(escaped(&mathml)))
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
            r"\lim_{n\to\infty} \left\lVert x_n \right\rVert_2 = \sqrt{1-q}, \quad x\in\mathbb{R}^{d\times d}",
            r"\operatorname{sign}(x) = \begin{cases} 1 & x>0 \\ -1 & x<0 \end{cases}",
            r"\dot m = -\nabla_{\!\theta} \hat{L}, \; \text{as } \alpha \ll 1",
        ] {
            let Markup { 0: mathml } = display(latex)?;
            assert!(mathml.starts_with("<math display=\"block\"") && mathml.ends_with("</math>"), "{mathml}");
            assert!(!mathml.contains("merror"), "{mathml}");
        }
        Ok(())
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
