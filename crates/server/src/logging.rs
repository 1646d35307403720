//! What the process says about itself, on standard error.

use std::io::IsTerminal as _;

/// Logs to standard error; `RUST_LOG` chooses what, `info` unless set.
pub fn start(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second start of logging in one process (tests) is not an error worth stopping for.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}
