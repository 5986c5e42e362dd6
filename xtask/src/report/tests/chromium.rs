//! The page in a real browser, where there is one.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use maud::html;
use serde_json::Value;

use super::{super::render, fixture};

/// Widths of a phone, a tablet and a desk, and the phone in the dark.
const FRAMES: [(u32, &str); 4] = [(360, "light"), (820, "light"), (1280, "light"), (360, "dark")];

/// Looks at each frame and writes down what it sees.
const PROBE: &str = r##"
  const look = (frame) => {
    const page = frame.contentDocument, all = (what) => [...page.querySelectorAll(what)], root = page.documentElement;
    const style = (what, property) => frame.contentWindow.getComputedStyle(page.querySelector(what))[property];
    const box = (element) => element.getBoundingClientRect();
    const heads = all("#verdicts thead button"), laws = () => all("#verdicts tbody .of-law").map((cell) => cell.textContent);
    const before = laws();
    heads[0].click();
    const sorted = laws();
    const search = page.querySelector("#verdicts input");
    search.value = "escape threshold";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    return {
      overflow: root.scrollWidth - root.clientWidth,
      figures: all("svg.figure").map((svg) => ({
        name: svg.querySelector("title").textContent,
        width: box(svg).width, height: box(svg).height, text: svg.querySelectorAll("text").length,
        inside: [...svg.querySelectorAll(".evidence, [class*=shade]")].filter((dot) => {
          const [mark, frame] = [box(dot), box(dot.closest("svg"))];
          return mark.width > 0 && mark.left >= frame.left - 5 && mark.right <= frame.right + 5
            && mark.top >= frame.top - 5 && mark.bottom <= frame.bottom + 5;
        }).length,
        dots: svg.querySelectorAll(".evidence, [class*=shade]").length,
        cut: [...svg.querySelectorAll("text")].filter((text) => box(text).right > box(svg).right + 2 || box(text).left < box(svg).left - 2)
          .map((text) => text.textContent),
      })),
      equations: all("math").map((math) => box(math).height),
      sorted: JSON.stringify(sorted) === JSON.stringify([...before].sort()),
      shown: all("#verdicts tbody tr").filter((row) => !row.hidden).length,
      colours: [style("html", "backgroundColor"), style("html", "color"), style(".line.prediction", "stroke"), style(".fill.band", "fill")],
      dashes: style(".line.rival0", "strokeDasharray"),
    };
  };
  let seen;
  try { seen = [...document.querySelectorAll("iframe")].map(look); } catch (error) { seen = String(error.stack); }
  document.body.textContent = "PROBE" + JSON.stringify(seen) + "PROBE";
"##;

fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    folders.iter().flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file())
}

fn look(browser: &PathBuf, page: &str) -> Result<Vec<Value>> {
    let folder = tempfile::tempdir()?;
    let harness = html! {
        (maud::DOCTYPE)
        body {
            @for (width, scheme) in FRAMES {
                iframe style={ "border: 0; height: 700px; color-scheme: " (scheme) "; width: " (width) "px" } srcdoc=(page) {}
            }
            script { (maud::PreEscaped(format!("addEventListener('load', () => {{{PROBE}}});"))) }
        }
    };
    let file = folder.path().join("harness.html");
    std::fs::write(&file, harness.into_string())?;
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--timeout=30000", "--window-size=1400,900"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", file.display()))
        .stderr(Stdio::null())
        .output()?;
    let dom = String::from_utf8(output.stdout)?;
    let seen = dom.split("PROBE").nth(1).with_context(|| format!("the browser said nothing: {dom:.300}"))?;
    Ok(serde_json::from_str(&seen.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))?)
}

#[test]
fn renders_in_chromium() -> Result<()> {
    let Some(browser) = chromium() else {
        println!("skipped: no Chromium");
        return Ok(());
    };
    let outcome = fixture::outcome();
    let seen = look(&browser, &render(&outcome, &fixture::links())?)?;
    assert_eq!(seen.len(), FRAMES.len());
    for (frame, (width, scheme)) in seen.iter().zip(FRAMES) {
        let here = format!("at {width} px, {scheme}");
        assert_eq!(frame["overflow"], 0, "the page scrolls sideways {here}");
        let figures = frame["figures"].as_array().context("figures")?;
        assert_eq!(figures.len(), 13, "{here}");
        for figure in figures {
            let name = &figure["name"];
            assert!(
                figure["width"].as_f64() > Some(300.0) && figure["height"].as_f64() > Some(90.0),
                "{name} is empty {here}"
            );
            assert!(figure["text"].as_u64() > Some(5), "{name} has no labels {here}");
            assert!(figure["dots"].as_u64() > Some(1), "{name} has no evidence {here}");
            assert_eq!(figure["inside"], figure["dots"], "{name} has evidence outside its frame {here}");
            assert_eq!(figure["cut"], Value::Array(Vec::new()), "{name} has cut text {here}");
        }
        let equations = frame["equations"].as_array().context("equations")?;
        assert!(equations.len() == 19 && equations.iter().all(|height| height.as_f64() > Some(5.0)), "{equations:?} {here}");
        assert_eq!(frame["sorted"], true, "a click on a head does not sort {here}");
        assert_eq!(frame["shown"], 0, "the filter lets through what does not match {here}");
        assert!(frame["dashes"].as_str().is_some_and(|dashes| dashes.contains("px")), "rivals are not dashed {here}");
    }
    let (light, dark) = (&seen[0]["colours"], &seen[3]["colours"]);
    for i in 0..4 {
        assert_ne!(light[i], dark[i], "the dark page has the colours of the light one");
    }
    Ok(())
}
