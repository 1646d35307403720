//! The floor: bare axum handlers that do the same work as the product's endpoints and nothing else. A process of its
//! own, so that both sides pay for the same client and share the machine in the same way.

mod facts;

mod handlers;
mod upstream;

use anyhow::Result;
use axum::Router;
use axum::routing::{get, post};
pub(crate) use facts::CALLERS;

use facts::Facts;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// What the floor stands on.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The provider's configuration file: the floor opens the database and the keys that it names.
    #[arg(long)]
    config: PathBuf,
    /// Where to listen.
    #[arg(long)]
    port: u16,
    /// The bytes to answer as discovery.
    #[arg(long)]
    discovery: PathBuf,
    /// The bytes to answer as key set.
    #[arg(long)]
    jwks: PathBuf,
}

/// Serves until killed.
pub(crate) fn run(options: &Options) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(options))
}

async fn serve(options: &Options) -> Result<()> {
    let facts = Arc::new(Facts::gather(&options.config).await?);
    tokio::spawn(read_keys(Arc::clone(&facts)));
    let discovery: &'static [u8] = std::fs::read(&options.discovery)?.leak();
    let jwks: &'static [u8] = std::fs::read(&options.jwks)?.leak();
    let router = Router::new()
        .route("/readyz", get(async || "ready"))
        .route("/.well-known/openid-configuration", get(async move || handlers::bytes(discovery)))
        .route("/jwks", get(async move || handlers::bytes(jwks)))
        .route("/authorize", get(handlers::authorize))
        .route("/token", post(handlers::token))
        .route("/update", post(handlers::update))
        .route("/renew", post(handlers::renew))
        .route("/userinfo", get(handlers::userinfo))
        .route("/token-of-a-client", post(handlers::token_of_client))
        .route("/introspect", post(handlers::introspect))
        .with_state(Arc::clone(&facts))
        .merge(upstream::router(facts, options.port, jwks));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

/// As the provider's job does: a ring that was not read for five minutes signs nothing more.
async fn read_keys(facts: Arc<Facts>) {
    loop {
        crate::clock::sleep(Duration::from_secs(30)).await;
        if let Err(error) = facts.ring.reload(facts::circumstances().now).await {
            eprintln!("the floor cannot read its keys: {error}");
        }
    }
}
