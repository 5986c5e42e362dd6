//! **Memory search.** Free recall follows a context that drifts with what is studied and recalled, `t_i = ρ t_{i−1} + β c_i`,
//! `|t| = 1`. Items are bound to their contexts, and the present context cues recall. Three regularities follow:
//!
//! recency, `a_j = t_j·t = ρ^(lag)` for orthonormal items, so that the last item comes first with the greatest chance; contiguity,
//! for a recalled item brings back the context it was studied in; and its forward asymmetry, for the item itself is part of
//! later contexts alone. Recency returns when distractors follow every item, not the last alone: what counts is relative.
//!
//! *Assumptions*: orthonormal items, a choice rule on activations (ratios, or differences as in Howard & Kahana 2002).
//!
//! *Sources*: M. W. Howard & M. J. Kahana, *A distributed representation of temporal context*, J. Math. Psychol. 46 (2002) 269;
//! P. B. Sederberg, M. W. Howard & M. J. Kahana, *A context-based theory of recency and contiguity in free recall*, Psychol. Rev.
//! 115 (2008) 893. What is measured is the associative network; what is predicted are closed forms and exact sums over all
//! orders of recall.

pub mod contiguity;
pub mod recency;

use crate::framework::Law;

/// The law.
pub fn law() -> Law {
    Law::new("memory", "memory-search", file!())
        .title("Memory search: recency and contiguity from a drifting context")
        .statement(
            "A context that drifts with what is studied and recalled makes recall start at the end of a list and move to \
             neighbours, forward rather than backward; both survive distractors after every item.",
        )
        .equation(
            r"t_i = \rho_i t_{i-1} + \beta c_i,\quad \rho_i = \sqrt{1+\beta^2\left[(t_{i-1}\cdot c_i)^2-1\right]} -
              \beta\, t_{i-1}\cdot c_i, \qquad t_i\cdot t_j = (1-\beta^2)^{|i-j|/2}",
        )
        .symbol("t_i", "context after item i, of unit length")
        .symbol("c_i", "input to the context: the item studied; at recall (1−γ) item + γ context of study, of unit length")
        .symbol(r"\beta", "drift: how much of the input enters the context")
        .symbol(r"\rho_i", "how much of the context stays")
        .source(
            "M. W. Howard & M. J. Kahana, A distributed representation of temporal context, J. Math. Psychol. 46 (2002) 269",
        )
        .study::<recency::Recency>()
        .study::<contiguity::Contiguity>()
}
