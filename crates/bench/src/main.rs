//! The bench: measures the release build of `portal-id` as a black box over HTTP on loopback, beside the floor that the
//! same machine gives in the same run.
//!
//! Owns the load, the floors and the page of figures. Leaves the promises to the page's table (`report`) and the
//! provider to itself: nothing here reaches into the process that is measured.

mod seed;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Measures Portal ID.
#[derive(Parser)]
#[command(name = "portal-id-bench", version)]
struct Commands {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure a release build and write the page of figures
    Run,
    /// Fill a database with generated accounts
    Seed(seed::Options),
}

fn main() -> ExitCode {
    let result = match Commands::parse().command {
        Command::Run => Ok(()),
        Command::Seed(options) => seed::run(options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("portal-id-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
