//! `new`: write a law file that runs, and enter it in the list of its family.

use std::{fs, io::Write};

use anyhow::{Context, Result};

use crate::{
    cli::NewArgs,
    error::Misuse,
    new_law::{self, NewLaw},
    workspace,
};

/// Writes both and says what comes next.
pub fn run(args: &NewArgs) -> Result<u8> {
    let root = workspace::root();
    let lists = new_law::lists(&root)?;
    let law = NewLaw::parse(&args.law, &lists)?;
    let after = law.register(&lists[&law.family])?;
    let file = root.join(law.file());
    if file.exists() {
        return Err(Misuse::error(format!("{} is there already: take another name, or remove it", law.file())));
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, law.text()).with_context(|| format!("{} cannot be written", law.file()))?;
    let entered = replace(&root.join(law.list()), &after);
    if entered.is_err() {
        fs::remove_file(&file)?;
    }
    entered.with_context(|| format!("{} cannot be written", law.list()))?;
    println!("wrote {}, which runs as it is:", law.file());
    println!("\n    cargo run -p lab -- judge {}\n", law.id);
    println!("Make it yours from top to bottom: the statement and its equation, the paper's parameters, the grid, the");
    println!(
        "prediction with its margin and rivals, the measurement. Commit it before the first run that counts, so that the"
    );
    println!("margins are known to be older than the numbers. Then:\n");
    println!("    cargo xtask run {}", law.id);
    println!("    cargo xtask validate");
    Ok(0)
}

/// Writes a file whole or not at all.
fn replace(path: &std::path::Path, text: &str) -> Result<()> {
    let folder = path.parent().context("a file has a folder")?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    new.persist(path)?;
    Ok(())
}
