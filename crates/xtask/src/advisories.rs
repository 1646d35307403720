//! `cargo xtask advisories`: known holes in our dependencies. Apart from CI, because the advisory
//! database may be out of reach, and that must not look like a clean bill of health.

use crate::processes;
use crate::repository::Repository;
use crate::setup::{self, Need};
use anyhow::{Result, bail};
use std::process::Command;

pub(crate) fn run(repository: &Repository) -> Result<()> {
    setup::prepare(repository, &[Need::CargoDeny])?;
    processes::progress("fetching the advisory database");
    if !processes::succeeds(deny(repository).args(["fetch", "db"])) {
        bail!(
            "the advisory database (https://github.com/rustsec/advisory-db) is out of reach, so nothing was checked; \
             try again on a machine that reaches it"
        );
    }
    processes::run("comparing our dependencies with it", deny(repository).args(["check", "advisories"]))
}

fn deny(repository: &Repository) -> Command {
    let program = repository.tool("cargo-deny").unwrap_or_else(|| "cargo-deny".into());
    let mut command = Command::new(program);
    command.arg("--all-features").current_dir(repository.root());
    command
}
