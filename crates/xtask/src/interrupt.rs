//! Ctrl-C (and SIGTERM, SIGHUP): remembered here, so that every wait can end early and everything that
//! was started is stopped by the normal way out.

use anyhow::{Context, Result, bail};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

pub(crate) fn listen() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).context("cannot listen for Ctrl-C")
}

pub(crate) fn happened() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Waits a little between two looks at a process or a port; an error once somebody pressed Ctrl-C.
#[expect(clippy::disallowed_methods, reason = "the developer's commands wait for real processes")]
pub(crate) fn pause() -> Result<()> {
    thread::sleep(Duration::from_millis(50));
    if happened() {
        bail!("interrupted");
    }
    Ok(())
}
