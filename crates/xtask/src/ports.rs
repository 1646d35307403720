//! TCP ports: free ones for tests, and waiting until somebody answers in good health.

use crate::interrupt;
use crate::processes::Background;
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// A port that nobody used a moment ago.
pub(crate) fn free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on the loopback")?;
    Ok(listener.local_addr()?.port())
}

/// An error that says what to do when `port` is taken.
pub(crate) fn must_be_free(port: u16, option: &str) -> Result<()> {
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
        bail!("port {port} is in use: stop whoever listens there, or choose another with {option} <PORT>");
    }
    Ok(())
}

/// Waits until `GET /healthz` answers 200 on the loopback's `port`, as long as `program` lives.
pub(crate) fn wait_until_healthy(program: &mut Background, port: u16) -> Result<()> {
    const TRIES: u32 = 1200;
    for _ in 0..TRIES {
        program.still_running()?;
        if healthy(port) {
            return Ok(());
        }
        interrupt::pause()?;
    }
    bail!("nobody answers http://localhost:{port}/healthz after a minute{}", program.last_words());
}

fn healthy(port: u16) -> bool {
    ask(port).is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn ask(port: u16) -> Option<String> {
    let patience = Duration::from_secs(2);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, patience).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = [0; 64];
    let length = stream.read(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer[..length]).into_owned())
}
