//! `portal-id serve --demo`: the same provider on embedded defaults, with an inbox for everybody.
//!
//! Beside it a stand-in for the national portal, at an address of another site.
//!
//! Mail and text messages really leave through SMTP and a gateway's wire format; the two sinks that take them run in
//! this process on private loopback ports. A production configuration cannot reach any of this: the mode is set here.

mod inbox;
mod national_portal;
mod seed;
mod sms_sink;
mod smtp_sink;

pub use inbox::DemoInbox;

use crate::cli::ServeArgs;
use crate::config::{Config, Mode};
use crate::house::{House, Outside};
use crate::{SystemClock, logging, serve as serving};
use anyhow::Context as _;
use axum::Router;
use national_portal::{NationalPortal, Place};
use portal_id_core::accounts::RegistrationMode;
use portal_id_core::entropy::OsEntropy;
use portal_id_core::time::Clock;
use portal_id_federation::FederationSettings;
use portal_id_keys::KeyEncryptionKey;
use portal_id_notify::Security;
use portal_id_storage::FileClaim;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves the demonstration until told to stop.
pub async fn serve(args: &ServeArgs) -> anyhow::Result<()> {
    logging::start(false);
    std::fs::create_dir_all(&args.data).with_context(|| format!("making the folder {}", args.data.display()))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let issuer = format!("http://localhost:{}", args.port);
    let place = Place::of(args.national_portal_port).filter(|_| args.upstreams.is_none());
    let national = match place {
        Some(place) => NationalPortal::open(place, &args.data, &issuer, &clock).await?,
        None => None,
    };
    let federation = match (&args.upstreams, &national) {
        (Some(file), _) => Config::read(file)?.federation,
        (None, Some(national)) => national.federation()?,
        (None, None) => FederationSettings::default(),
    };
    let site = Site::open(clock, demo_kek(&args.data)?, |sinks| {
        let mut config = configuration(&args.data, SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)), sinks)?;
        config.oidc.issuer = issuer;
        config.accounts.accept_cmnd = true;
        config.accounts.home_province = Some("24".to_owned());
        config.federation = federation;
        Ok(config)
    })
    .await?;
    seed::client(&site.house, &args.service).await?;
    seed::citizen(&site.house, &site.inbox).await?;
    seed::business(&site.house, &site.inbox).await?;
    let listener = TcpListener::bind(site.house.config.server.listen)
        .await
        .with_context(|| format!("port {} is taken; choose another with --port", args.port))?;
    let router = site.router();
    let serving = serving::run(site.house, listener, router, None);
    match national {
        Some(national) => tokio::try_join!(serving, national.serve()).map(|_| ()),
        None => serving.await,
    }
}

/// Where the messages of a portal of the demonstration go.
struct Sinks {
    smtp: SocketAddr,
    sms: SocketAddr,
}

/// A portal of the demonstration: wired, with the inbox of everybody there.
struct Site {
    house: Arc<House>,
    inbox: DemoInbox,
    /// Its database is ours as long as this is held.
    _claim: FileClaim,
}

impl Site {
    /// Makes one; `configure` is told where its messages go.
    async fn open(
        clock: Arc<dyn Clock>,
        kek: KeyEncryptionKey,
        configure: impl FnOnce(&Sinks) -> anyhow::Result<Config>,
    ) -> anyhow::Result<Self> {
        let inbox = DemoInbox::new(Arc::clone(&clock));
        let sinks = Sinks { smtp: smtp_sink::start(inbox.clone()).await?, sms: sms_sink::start(inbox.clone()).await? };
        let config = configure(&sinks)?;
        let outside = Outside::real(clock, kek);
        let claim = FileClaim::take(&config.storage)?;
        let house = Arc::new(House::build(config, outside).await?);
        Ok(Self { house, inbox, _claim: claim })
    }

    /// Its pages and endpoints, and its inbox.
    fn router(&self) -> Router {
        self.house.router.clone().merge(inbox::router(self.inbox.clone()))
    }
}

/// What the portals of the demonstration have in common.
fn configuration(folder: &Path, listen: SocketAddr, sinks: &Sinks) -> anyhow::Result<Config> {
    let mut config = Config { mode: Mode::Demo, ..Config::default() };
    config.server.listen = listen;
    config.storage.url = format!("sqlite:{}", folder.join("portal-id.sqlite3").display());
    config.accounts.registration.citizen = Some(RegistrationMode::Open.into());
    config.accounts.registration.business = Some(RegistrationMode::Open.into());
    config.accounts.registration.organisation = Some(RegistrationMode::Closed.into());
    config.notify.smtp.host = sinks.smtp.ip().to_string();
    config.notify.smtp.port = Some(sinks.smtp.port());
    config.notify.smtp.security = Security::None;
    config.notify.sms_gateways = vec![sms_sink::gateway(sinks.sms)?];
    Ok(config)
}

/// The demonstration's key: made at its first start, and marked, so that a production refuses it.
fn demo_kek(folder: &Path) -> anyhow::Result<KeyEncryptionKey> {
    let path = folder.join("key-encryption-key");
    if !path.exists() {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        std::io::Write::write_all(&mut file, KeyEncryptionKey::generate(&OsEntropy, true).expose().as_bytes())?;
    }
    KeyEncryptionKey::read(&path).with_context(|| format!("reading {}", path.display()))
}
