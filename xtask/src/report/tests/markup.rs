//! The page as text: its structure, and what must and must not be in it.

use std::collections::HashSet;

use anyhow::Result;
use lawbook_claims::{Claim, Kind, Point, PublishedTable, Verdict};

use super::{
    super::{published, render},
    fixture,
};

fn page() -> String {
    let page = render(&fixture::outcome(), &fixture::links()).expect("the fixture's LaTeX is sound");
    // To be looked at: `LAWBOOK_REPORT=FILE.html cargo nextest run -p xtask every_tag_is_closed`.
    if let Some(file) = std::env::var_os("LAWBOOK_REPORT") {
        std::fs::write(file, &page).expect("a file that can be written");
    }
    page
}

/// The tags of the page with what stands between `<` and `>`, style and script left out.
fn tags(page: &str) -> Vec<&str> {
    let bare = [("<style>", "</style>"), ("<script>", "</script>")].map(|(from, to)| {
        let start = page.find(from).expect(from) + from.len();
        start..page.find(to).expect(to)
    });
    let opened = page.match_indices('<').filter(|(at, _)| !bare.iter().any(|range| range.contains(at)));
    opened.map(|(at, _)| &page[at + 1..at + page[at..].find('>').expect("a tag ends")]).collect()
}

/// The values of an attribute.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    let after = page.match_indices(&start).map(|(at, _)| &page[at + start.len()..]);
    after.map(|rest| &rest[..rest.find('"').expect("a value ends")]).collect()
}

/// The part of the page that belongs to one figure.
fn figure<'a>(page: &'a str, id: &str) -> &'a str {
    let from = page.find(&format!("aria-labelledby=\"{id}/title ")).expect(id);
    let end = page[from..].find("</figure>").expect(id);
    &page[from..from + end]
}

#[test]
fn every_tag_is_closed() {
    let page = page();
    let mut open = Vec::new();
    for tag in tags(&page) {
        let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).unwrap_or_default();
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "in {open:?}"),
            None if tag.ends_with('/') || matches!(name, "!DOCTYPE" | "meta" | "input" | "wbr" | "br") => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn identifiers_are_unique_and_links_within_the_page_lead_somewhere() {
    let page = page();
    let identifiers = values(&page, "id");
    let known: HashSet<&str> = identifiers.iter().copied().collect();
    assert_eq!(known.len(), identifiers.len());
    assert!(known.contains("law-of-balance") && known.contains("hopfield-capacity/critical-load"));
    for target in values(&page, "href").iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(known.contains(target), "#{target}");
    }
    for label in values(&page, "aria-labelledby").iter().flat_map(|labels| labels.split(' ')) {
        assert!(known.contains(label), "{label}");
    }
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let page = page();
    for way in
        [" src=", " srcset=", "<link", "<iframe", "<object", "<embed", "<image", "@import", "@font-face", "url(", "fetch("]
    {
        assert!(!page.contains(way), "{way}");
    }
    // Addresses only stand in links that a reader may follow.
    let links = values(&page, "href").into_iter().filter(|link| link.starts_with("http")).count();
    let print_rule = 1;
    assert_eq!(page.matches("http").count(), links + print_rule + page.matches("http-equiv").count());
}

#[test]
fn every_claim_is_in_the_table_and_in_its_law() {
    let (page, outcome) = (page(), fixture::outcome());
    for (card, claim) in outcome.claims() {
        let anchor = format!("{}/{}", card.id, claim.claim.id);
        assert!(values(&page, "id").contains(&anchor.as_str()), "{anchor}");
        assert!(page.contains(&format!("<a href=\"#{anchor}\">{}</a>", claim.claim.id)), "{anchor}");
    }
    for verdict in [Verdict::Holds, Verdict::Fails, Verdict::Undecided, Verdict::OutOfRegime, Verdict::Error] {
        assert!(outcome.count(verdict) > 0, "the fixture has no claim that {verdict}");
    }
    let [hold, fail, undecided] = [Verdict::Holds, Verdict::Fails, Verdict::Undecided].map(|verdict| outcome.count(verdict));
    let counts = format!("{hold} hold, {fail} fail, {undecided} undecided, 1 out of regime, 1 in error");
    assert!(page.contains(&format!("<h1>4 laws, 25 claims: {counts}</h1>")), "{counts}");
}

/// A mark for every site in each panel, and one in the legend.
#[test]
fn every_figure_has_all_its_evidence() {
    let (page, outcome) = (page(), fixture::outcome());
    let mut figures = 0;
    for (card, claim) in outcome.claims().filter(|(_, claim)| !claim.judgement.measured.is_empty()) {
        let panels = match claim.claim.kind {
            Kind::Curve | Kind::Distribution => 2,
            Kind::Exponent | Kind::Threshold { .. } => 1,
            Kind::Value | Kind::Bound | Kind::Exact => continue,
        };
        let figure = figure(&page, &format!("{}/{}", card.id, claim.claim.id));
        let marks = figure.matches("class=\"fill evidence\"").count();
        assert_eq!(marks, panels * claim.claim.sites.len() + 1, "{}", claim.claim.id);
        // Each interval is an upright and two caps.
        assert_eq!(figure.matches("class=\"line interval\"").count(), 3 * marks, "{}", claim.claim.id);
        let kinds = claim.claim.rivals.iter().enumerate().map(|(i, _)| format!("class=\"line rival{i}\""));
        assert!(kinds.into_iter().all(|kind| figure.matches(&kind).count() > 1), "{}", claim.claim.id);
        assert!(
            figure.contains("class=\"line prediction\"") && figure.contains("class=\"fill band\""),
            "{}",
            claim.claim.id
        );
        figures += 1;
    }
    assert_eq!(figures, 7);
    for law in &outcome.laws {
        let count = |exact: bool| {
            let drawn = law.claims.iter().filter(|claim| !claim.judgement.measured.is_empty());
            drawn
                .filter(
                    |c| if exact { c.claim.kind == Kind::Exact } else { matches!(c.claim.kind, Kind::Value | Kind::Bound) },
                )
                .count()
        };
        for (name, rows) in [("forest", count(false)), ("exact", count(true))].into_iter().filter(|(_, rows)| *rows > 0) {
            let figure = figure(&page, &format!("{}/{name}", law.card.id));
            assert_eq!(figure.matches("class=\"fill evidence\"").count(), rows + 1, "{} {name}", law.card.id);
        }
    }
}

#[test]
fn colours_are_left_to_the_style_sheet() {
    let page = page();
    let drawn: Vec<&str> = values(&page, "fill").into_iter().chain(values(&page, "stroke")).collect();
    assert!(drawn.iter().all(|value| *value == "none"), "{drawn:?}");
    assert!(!page.contains("5EED"), "a sentinel colour is left");
}

#[test]
fn numbers_are_numbers() {
    let page = page();
    for broken in ["NaN", ">inf", "-inf", "\"inf\""] {
        assert!(!page.contains(broken), "{broken}");
    }
}

#[test]
fn what_law_files_say_is_escaped() {
    let page = page();
    assert!(page.contains("covariances &lt;C₁ &amp; C₂&gt;."));
    assert!(page.contains("the domain &lt;0, 1&gt;") && page.contains("a &lt; b\n+a &gt; b &amp;&amp; &quot;c&quot;"));
}

#[test]
fn equations_are_mathml() {
    let page = page();
    assert_eq!(page.matches("<math display=\"block\"").count(), 7);
    assert_eq!(page.matches("<math display=\"inline\"").count(), 12);
    assert!(!page.contains("<merror"));
}

#[test]
fn bad_latex_names_its_law() {
    let mut outcome = fixture::outcome();
    outcome.laws[1].card.equation = r"\frac{1}{".to_owned();
    let error = format!("{:#}", render(&outcome, &fixture::links()).expect_err("bad LaTeX"));
    assert!(error.starts_with("law hopfield-capacity: its equation: the LaTeX `\\frac{1}{` cannot be read"), "{error}");
    let mut outcome = fixture::outcome();
    outcome.laws[0].card.symbols[1].0 = r"\nosuch".to_owned();
    let error = format!("{:#}", render(&outcome, &fixture::links()).expect_err("bad LaTeX"));
    assert!(error.starts_with("law law-of-balance: symbol for the two layers"), "{error}");
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    assert_eq!(page(), page());
}

/// A run that was stopped before it had anything to say.
#[test]
fn an_empty_run_has_a_page() -> Result<()> {
    let mut outcome = fixture::outcome();
    outcome.laws.clear();
    let page = render(&outcome, &fixture::links())?;
    assert!(page.contains("<h1>0 laws, 0 claims</h1>"));
    Ok(())
}

/// Published numbers stand beside measured ones, with their faults; what was not measured says so.
#[test]
fn published_numbers_stand_beside_measured_ones() {
    let page = page();
    let from = page.find("<table class=\"published\">").expect("a table of published numbers");
    let table = &page[from..from + page[from..].find("</table>").expect("its end")];
    assert_eq!(table.matches("<tr>").count(), 4);
    assert!(table.contains("0.1379") && table.contains("0.1517<") && table.contains("Hebb &amp; noise"));
    assert!(table.contains("sampled without <code>replacement</code>") && table.contains("not measured<"));
    assert_eq!(page.matches("class=\"published\"").count(), 1);
}

/// A fault that all numbers share is said once and not in every row.
#[test]
fn a_common_fault_stands_in_the_caption() {
    let site = Point::default().site("error");
    let claim = Claim::value("error", site.clone(), 0.0);
    let table = |second: &str| {
        let table = PublishedTable::new("errors", "their logs", ["n"]);
        let table =
            table.row(["20"], 1.0, site.clone()).fault("of another task").row(["40"], 2.0, site.clone()).fault(second);
        published::beside(&claim, &table, &[Some(1.0), None]).into_string()
    };
    let (common, own) = (table("of another task"), table("of a third"));
    assert!(common.matches("of another task").count() == 1 && !common.contains("<th scope=\"col\">Known fault"));
    assert!(own.contains("<th scope=\"col\">Known fault") && own.contains("of a third"));
}

/// 144 cells of which those beyond the corner were not measured; the law's line, the rival's, and a halo behind each.
#[test]
fn a_phase_diagram_shows_what_was_measured_and_what_is_predicted() {
    let page = page();
    let drawn = figure(&page, "hopfield-capacity/critical-load/phases");
    let shaded = drawn.matches("class=\"fill shade").count();
    let unmeasured = (0..144).filter(|i| i % 16 + i / 16 >= 20).count();
    // Three more are in the legend.
    assert_eq!((shaded, unmeasured), (144 - unmeasured + 3, 10));
    assert_eq!(drawn.matches("class=\"line halo").count(), 2);
    assert!(drawn.contains("class=\"line prediction") && drawn.contains("class=\"line rival0"));
    assert!(!page.contains("exponent/phases"));
}
