//! `portal-id serve --demo`: the same provider on embedded defaults, with an inbox for everybody.
//!
//! Mail and text messages really leave through SMTP and a gateway's wire format; the two sinks that take them run in
//! this process on private loopback ports. A production configuration cannot reach any of this: the mode is set here.

mod inbox;
mod seed;
mod sms_sink;
mod smtp_sink;

pub use inbox::DemoInbox;

use crate::cli::ServeArgs;
use crate::config::{Config, Mode};
use crate::house::{House, Outside};
use crate::{SystemClock, logging, serve as serving};
use anyhow::Context as _;
use portal_id_core::accounts::RegistrationMode;
use portal_id_core::entropy::OsEntropy;
use portal_id_core::time::Clock;
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
    let inbox = DemoInbox::new(Arc::clone(&clock));
    let smtp = smtp_sink::start(inbox.clone()).await?;
    let sms = sms_sink::start(inbox.clone()).await?;
    let config = configure(args, smtp, sms)?;
    let outside = Outside {
        clock,
        entropy: Arc::new(OsEntropy),
        kek: Arc::new(demo_kek(&args.data)?),
        mailer: None,
        gateway: None,
        outgoing: None,
        upstreams: None,
    };
    let _claim = FileClaim::take(&config.storage)?;
    let house = Arc::new(House::build(config, outside).await?);
    seed::client(&house, &args.service).await?;
    seed::citizen(&house, &inbox).await?;
    seed::business(&house, &inbox).await?;
    let listener = TcpListener::bind(house.config.server.listen)
        .await
        .with_context(|| format!("port {} is taken; choose another with --port", args.port))?;
    let router = house.router.clone().merge(inbox::router(inbox));
    serving::run(house, listener, router, None).await
}

fn configure(args: &ServeArgs, smtp: SocketAddr, sms: SocketAddr) -> anyhow::Result<Config> {
    let mut config = Config { mode: Mode::Demo, ..Config::default() };
    config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    config.storage.url = format!("sqlite:{}", args.data.join("portal-id.sqlite3").display());
    config.oidc.issuer = format!("http://localhost:{}", args.port);
    config.accounts.registration.citizen = Some(RegistrationMode::Open.into());
    config.accounts.registration.business = Some(RegistrationMode::Open.into());
    config.accounts.registration.organisation = Some(RegistrationMode::Closed.into());
    config.accounts.accept_cmnd = true;
    config.accounts.home_province = Some("24".to_owned());
    config.notify.smtp.host = smtp.ip().to_string();
    config.notify.smtp.port = Some(smtp.port());
    config.notify.smtp.security = Security::None;
    config.notify.sms_gateways = vec![sms_sink::gateway(sms)?];
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
