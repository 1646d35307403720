//! The program `portal-id`.

use clap::Parser as _;
use portal_id_server::{cli::Cli, commands};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    // One TLS provider for the whole process; a second call cannot happen here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // On the heap: the state of all commands together is too large for a thread's stack.
    match Box::pin(commands::run(Cli::parse())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("portal-id: {error:#}");
            ExitCode::FAILURE
        }
    }
}
