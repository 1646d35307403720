//! Listening, and stopping without losing what was acknowledged.
//!
//! Connections are bounded in number and in the time they may take to say what they want: a thousand half-sent requests
//! must not keep people out (security.md row 16).

use crate::house::House;
use crate::jobs;
use crate::tls::Certificates;
use anyhow::Context as _;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use portal_id_core::time::Clock;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

pub mod metrics;

/// How long a TLS handshake or the head of a request may take to arrive, and an idle connection to say something more.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// Serves until the process is told to stop, then finishes the requests and deliveries in flight. Without certificates
/// it speaks http.
pub async fn run(
    house: Arc<House>,
    listener: TcpListener,
    router: Router,
    certificates: Option<Arc<Certificates>>,
) -> anyhow::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let tls = certificates.as_ref().map(Certificates::acceptor).transpose().context("preparing TLS")?;
    let metrics = metrics::start(&house, &stopped).await?;
    let mut jobs = jobs::start(&house, &stopped);
    jobs.extend(metrics);
    if let Some(certificates) = certificates {
        jobs.push(jobs::reload_certificates(&house, &stopped, Arc::clone(&certificates)));
        let clock = Arc::clone(&house.outside.clock);
        jobs.push(reload_when_told(certificates, clock, stopped.clone())?);
    }
    let settings = &house.config.server;
    tracing::info!(
        issuer = house.provider.issuer(), address = %listener.local_addr()?, tls = tls.is_some(), "Portal ID is ready."
    );
    let connections = GracefulShutdown::new();
    let door = Door { router, tls, patience: HEAD_TIMEOUT, stopped };
    tokio::select! {
        never = accept(&listener, &door, settings.max_connections, &connections) => match never {},
        told = async {
            told_to_stop().await?;
            drain(&house, Duration::from_secs(settings.drain_seconds)).await
        } => told?,
    }
    tracing::info!("Portal ID is stopping: requests in flight are finished first.");
    drop(listener);
    stop.send_replace(true);
    // One time for all of it, below what a service manager waits before it kills.
    let finish = async {
        connections.shutdown().await;
        for job in jobs {
            if let Err(error) = job.await {
                tracing::error!(%error, "A job broke.");
            }
        }
    };
    if tokio::time::timeout(Duration::from_secs(settings.shutdown_seconds), finish).await.is_err() {
        tracing::warn!(
            "Some requests or deliveries took too long and were cut off; messages are taken up at the next start."
        );
    }
    Ok(())
}

/// Serves on for `period` while `/readyz` tells load balancers to look elsewhere; told a second time, stops at once.
async fn drain(house: &House, period: Duration) -> anyhow::Result<()> {
    house.leaving.store(true, Ordering::Relaxed);
    if !period.is_zero() {
        tracing::info!(seconds = period.as_secs(), "Portal ID is leaving: load balancers are told first.");
        if let Ok(told) = tokio::time::timeout(period, told_to_stop()).await {
            told?;
        }
    }
    Ok(())
}

/// What every connection is met with.
#[derive(Clone)]
struct Door {
    router: Router,
    tls: Option<TlsAcceptor>,
    /// How long a handshake and the head of a request may take.
    patience: Duration,
    /// Whether the process is on its way out.
    stopped: watch::Receiver<bool>,
}

/// Takes connections in, at most `most` at a time: whoever comes then waits in the system's own queue.
async fn accept(
    listener: &TcpListener,
    door: &Door,
    most: usize,
    connections: &GracefulShutdown,
) -> std::convert::Infallible {
    let free = Arc::new(Semaphore::new(most.max(1)));
    loop {
        let Ok(place) = Arc::clone(&free).acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (door, watcher) = (door.clone(), connections.watcher());
                tokio::spawn(async move {
                    door.welcome(stream, peer, watcher).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Most often too many open files: it passes when connections end.
                tracing::warn!(%error, "A connection could not be taken in.");
                pause().await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "an edge that must not spin while the system is out of sockets")]
async fn pause() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

impl Door {
    async fn welcome(mut self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        let Some(tls) = self.tls.take() else { return self.serve(stream, peer, watcher).await };
        // A handshake holds a place like any connection, and no longer than the head of a request would. Nothing was
        // asked for yet, so a stop need not wait for it.
        let shaken = tokio::select! {
            shaken = tokio::time::timeout(self.patience, tls.accept(stream)) => shaken,
            _ = self.stopped.wait_for(|stopped| *stopped) => return,
        };
        match shaken {
            Ok(Ok(stream)) => self.serve(stream, peer, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "A TLS handshake failed."),
            Err(_) => tracing::debug!("A TLS handshake took too long."),
        }
    }

    async fn serve<S>(self, stream: S, peer: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router = self.router;
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            // A router is always ready; its clone is a counted reference.
            router.clone().call(request)
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience)
            // More than our own bound, whose refusal is a page or JSON and not a bare status.
            .max_headers(100)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "A connection broke off.");
        }
    }
}

async fn told_to_stop() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    tokio::select! {
        _ = terminate.recv() => {}
        pressed = tokio::signal::ctrl_c() => pressed.context("listening for Ctrl-C")?,
    }
    Ok(())
}

/// Looks at the certificate's files at once when told by SIGHUP.
fn reload_when_told(
    certificates: Arc<Certificates>,
    clock: Arc<dyn Clock>,
    mut stopped: watch::Receiver<bool>,
) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut told = signal(SignalKind::hangup()).context("listening for SIGHUP")?;
    Ok(tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = told.recv() => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            match jobs::look_at_certificates(&certificates, clock.now()).await {
                Ok(()) => tracing::info!("Told by SIGHUP: the TLS certificate was looked at."),
                Err(error) => tracing::error!(error = format!("{error:#}"), "Told by SIGHUP to no avail."),
            }
        }
    }))
}

#[cfg(test)]
mod tests;
