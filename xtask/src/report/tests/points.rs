//! Claims whose points differ in more than their abscissae, and laws with many claims.

use lawbook_claims::{Claim, Margin, Point, Site};
use serde_json::json;

use super::{
    super::render,
    fixture::{self, around},
};
use crate::outcome::LawOutcome;

/// A claim that comes back to its abscissae at another r.
fn twice() -> Claim {
    let site = |m: f64, r: f64| -> Site {
        let params = json!({"M": m, "r": r, "eta_dec": 1});
        Point { study: "s".to_owned(), params: params.as_object().cloned().unwrap_or_default() }.site("error")
    };
    let points = [(5.0, 0.1), (5.0, 0.2), (10.0, 0.2), (20.0, 0.2), (20.0, 0.3), (30.0, 0.3)];
    Claim::curve("twice", points.map(|(m, r)| (m, site(m, r), r)))
        .within(Margin::Absolute(0.05))
        .rival("other", "says more above T_c", [1.0; 6])
        .axes("load T/T_c", "variance η_dec²")
}

fn law(id: &str, claims: Vec<Claim>) -> LawOutcome {
    let evidence = around(&[0.1, 0.2, 0.2, 0.2, 0.3, 0.3], 0.01, 12);
    fixture::law(id, "memory", "A law", "a = b", claims.into_iter().map(|claim| (claim, evidence.clone())).collect())
}

fn page(law: LawOutcome) -> String {
    let mut outcome = fixture::outcome();
    outcome.laws = vec![law];
    for claim in &mut outcome.laws[0].claims {
        claim.judgement = lawbook_claims::judge(&claim.claim, &claim.evidence, 1e-3);
    }
    render(&outcome, &fixture::links()).expect("sound LaTeX")
}

#[test]
fn what_tells_points_apart_is_in_the_table_and_beside_the_curves() {
    let page = page(law("several", vec![twice()]));
    assert!(page.contains("<th scope=\"col\">load T/T<sub>c</sub></th><th scope=\"col\">r</th><th scope=\"col\">Predicted"));
    assert!(page.contains("<th scope=\"row\">5</th><td class=\"number\">0.1</td>"));
    let drawn = &page[page.find("several/twice/about\">").expect("its figure")..];
    let drawn = &drawn[drawn.find("</desc>").expect("its description")..drawn.find("</figure>").expect("its end")];
    for name in ["r = 0.1", "r = 0.2", "r = 0.3"] {
        assert_eq!(drawn.matches(name).count(), 1, "{name}");
    }
    // Three curves in each panel, and the legend's sample.
    assert_eq!(drawn.matches("class=\"line prediction\"").count(), 2 * 3 + 1);
}

#[test]
fn formulas_are_set_in_figures_and_in_sentences() {
    let page = page(law("several", vec![twice()]));
    assert!(page.contains("load T/T</tspan><tspan dy=\"30\" font-size=\"94\">c</tspan>"), "the abscissa");
    assert!(page.contains(">dec</tspan><tspan dy=\"-30\">²</tspan>"), "the ordinate");
    assert!(page.contains("at load T/T<sub>c</sub> = ") && !page.contains("\u{E000}"));
    // A name to type stays as it is typed.
    assert!(page.contains("eta_dec = 1"));
}

#[test]
fn a_law_with_many_claims_has_an_index() {
    let many = |count: usize| {
        let named = |i: usize| Claim { id: format!("claim-{i}"), ..twice() };
        page(law("several", (0..count).map(named).collect()))
    };
    assert!(!many(3).contains("<nav class=\"index\""));
    let page = many(9);
    let index = &page[page.find("<nav class=\"index\"").expect("an index")..];
    let index = &index[..index.find("</nav>").expect("its end")];
    for i in 0..9 {
        assert!(index.contains(&format!("<a href=\"#several/claim-{i}\">claim-{i}</a>")), "{index}");
    }
    assert!(!index.contains(">holds<"), "what holds needs no word: {index}");
    assert!(page.contains("<a href=\"#several\">A law</a> <code>several</code>"));
}
