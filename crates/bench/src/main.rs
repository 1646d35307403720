//! The bench: measures the release build of `portal-id` as a black box over HTTP on loopback, beside the floor that the
//! same machine gives in the same run.
//!
//! Owns the load, the floors and the page of figures. Leaves the provider to itself: nothing here reaches into the
//! process that is measured.

mod clock;
mod floor;
mod load;
mod run;
mod seed;
mod sinks;
mod walks;

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
    Run(run::Options),
    /// Fill a database with generated accounts
    Seed(seed::Options),
    /// Serve what the product is compared with
    #[command(hide = true)]
    Floor(floor::Options),
}

fn main() -> ExitCode {
    let result = match Commands::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Seed(options) => seed::run(&options),
        Command::Floor(options) => floor::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("portal-id-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
