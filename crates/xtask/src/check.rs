//! `cargo xtask check`: the gates of CI that come before the tests, from the one list in `.ci/run`.

use crate::processes;
use crate::repository::Repository;
use anyhow::Result;
use std::process::Command;

pub(crate) fn run(repository: &Repository) -> Result<()> {
    let mut command = Command::new(repository.path(".ci/run"));
    processes::run("running the gates of .ci/run", command.arg("gates").current_dir(repository.root()))
}
