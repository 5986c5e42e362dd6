//! The page as text.

use super::{super::render, fixture};

/// Where the page may be looked at: `LAWBOOK_REPORT=FILE.html cargo nextest run -p xtask writes_the_page`.
#[test]
fn writes_the_page() -> anyhow::Result<()> {
    let page = render(&fixture::outcome(), &fixture::links())?;
    if let Some(file) = std::env::var_os("LAWBOOK_REPORT") {
        std::fs::write(file, page)?;
    }
    Ok(())
}
