//! The developer's commands. Each is complete on a machine that has only Rust, Node and Python: what is
//! missing is installed or built first, and what was started is stopped at the end.

mod advisories;
mod bench;
mod check;
mod demo;
mod docs;
mod generate;
mod interrupt;
mod ports;
mod processes;
mod provider;
mod repository;
mod security_tests;
mod servers;
mod setup;
mod tests;
mod upstream;

use anyhow::Result;
use clap::{Parser, Subcommand};
use repository::Repository;
use std::process::ExitCode;

/// Portal ID's workshop.
///
/// New here? `cargo xtask demo` starts the provider and a sample service to walk through in a browser;
/// `cargo xtask test` runs every test. Both install what is missing first.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Commands {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the provider, a stand-in for the national portal and a sample provincial service, and say what to try (Ctrl-C stops all)
    Demo(demo::Options),
    /// Run the tests: everything, or the named areas
    Test(tests::Options),
    /// Install or build whatever demo and test need, without running anything
    Setup,
    /// Rewrite the generated files (or, with --check, fail when one is stale)
    Gen(generate::Options),
    /// Run what CI runs before the tests: formatting, lints, walls, documentation, generated files
    Check,
    /// Compare our dependencies with the advisory database (needs the network)
    Advisories,
    /// Build the guide (mdBook) into docs/book
    Docs,
    /// Measure the release build and write docs/reference/bench-*.md
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match run(Commands::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if interrupt::happened() => {
            eprintln!("Stopped.");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    interrupt::listen()?;
    let repository = Repository::here()?;
    match command {
        Command::Demo(options) => demo::run(&repository, &options),
        Command::Test(options) => tests::run(&repository, &options),
        Command::Setup => setup::everything(&repository),
        Command::Gen(options) => generate::run(&repository, &options),
        Command::Check => check::run(&repository),
        Command::Advisories => advisories::run(&repository),
        Command::Docs => docs::run(&repository),
        Command::Bench(options) => bench::run(&repository, &options),
    }
}
