//! Listening, and stopping without losing what was acknowledged.

use crate::house::House;
use crate::jobs;
use anyhow::Context as _;
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Serves until the process is told to stop, then finishes the requests and deliveries in flight.
pub async fn run(house: Arc<House>, listener: TcpListener, router: Router) -> anyhow::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let jobs = jobs::start(&house, &stopped);
    tracing::info!(
        issuer = house.provider.issuer(),
        address = %listener.local_addr()?,
        "Portal ID is ready."
    );
    let mut told = stopped.clone();
    let patience = Duration::from_secs(house.config.server.shutdown_seconds);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        // An error means that the sender is gone: that too is a reason to stop.
        let _ = told.wait_for(|stop| *stop).await;
    });
    let server = tokio::spawn(server.into_future());
    told_to_stop().await?;
    tracing::info!("Portal ID is stopping: requests in flight are finished first.");
    stop.send_replace(true);
    if tokio::time::timeout(patience, server).await.is_err() {
        tracing::warn!("Some requests took too long and were cut off.");
    }
    for job in jobs {
        let _ = tokio::time::timeout(patience, job).await;
    }
    Ok(())
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
