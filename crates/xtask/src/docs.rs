//! `cargo xtask docs`: the guide as a book.

use crate::processes;
use crate::repository::Repository;
use crate::setup::{self, Need};
use anyhow::{Context, Result};
use std::process::Command;

pub(crate) fn run(repository: &Repository) -> Result<()> {
    setup::prepare(repository, &[Need::MdBook])?;
    let program = repository.tool("mdbook").context("mdbook was installed but is not found; run the command again")?;
    processes::run("building the guide", Command::new(program).arg("build").arg(repository.path("docs")))?;
    println!("The guide: {}", repository.path("docs/book/index.html").display());
    Ok(())
}
