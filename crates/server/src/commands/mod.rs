//! The commands beside `serve`.

pub mod account;
pub mod audit;
pub mod client;
pub mod docs;
pub mod keys;
pub mod messages;
mod notices;
pub mod sms;
pub mod upstream;

use crate::cli::{Cli, Command};
use crate::config::Config;
use crate::house::{self, House, Outside};
use crate::tls::Certificates;
use crate::{SystemClock, clients, demo, logging, production, serve};
use anyhow::{Context as _, bail};
use portal_id_core::entropy::OsEntropy;
use portal_id_core::time::Timestamp;
use portal_id_keys::KeyEncryptionKey;
use portal_id_storage::{FileClaim, OpenError, StorageSettings};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Runs one command.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(args) if args.demo => demo::serve(&args).await,
        Command::Serve(_) => {
            let config = Config::read(&cli.config)?;
            logging::start(config.server.log_json);
            let certificates = config.server.tls.as_ref().map(Certificates::open).transpose()?;
            let _claim = FileClaim::take(&config.storage)?;
            wait_for_database(&config.storage).await?;
            let house = Arc::new(House::build(config.clone(), outside(&config)?).await?);
            let listener = TcpListener::bind(config.server.listen)
                .await
                .with_context(|| format!("listening on {}", config.server.listen))?;
            clients::warn_of_legacy(&house.store).await?;
            let router = house.router.clone();
            serve::run(house, listener, router, certificates).await
        }
        Command::Check => check(&Config::read(&cli.config)?),
        Command::Client(command) => client::run(&house(&cli.config).await?, command).await,
        Command::Keys(crate::cli::KeysCommand::GenerateKek) => {
            println!("{}", KeyEncryptionKey::generate(&OsEntropy, false).expose());
            Ok(())
        }
        Command::Keys(command) => keys::run(&house(&cli.config).await?, &command).await,
        Command::Messages(command) => messages::run(&house(&cli.config).await?, command).await,
        Command::Audit(command) => audit::run(&house(&cli.config).await?, command).await,
        Command::Sms(command) => sms::run(Config::read(&cli.config)?, command).await,
        Command::Account(command) => account::run(&house(&cli.config).await?, command).await,
        Command::Upstream(command) => upstream::run(&house(&cli.config).await?, command).await,
        Command::Docs { page } => {
            print!("{}", docs::render(page)?);
            Ok(())
        }
    }
}

/// Waits for a database server that is not there yet, as after a power cut, and says every few seconds what it waits for.
#[expect(clippy::disallowed_methods, reason = "a start that waits for another program; nothing is served yet")]
async fn wait_for_database(settings: &StorageSettings) -> anyhow::Result<()> {
    const PAUSE: Duration = Duration::from_secs(1);
    const TOLD_EVERY: u64 = 5;
    for second in 0.. {
        let asked = settings.clone();
        match tokio::task::spawn_blocking(move || portal_id_storage::reach(&asked)).await? {
            Err(OpenError::Unreachable(why)) if second < settings.start_patience_seconds => {
                if second % TOLD_EVERY == 0 {
                    let database = settings.public_url();
                    tracing::warn!(database, why = why.trim(), "Waiting for the database; nothing is served yet.");
                }
                tokio::time::sleep(PAUSE).await;
            }
            reached => {
                return reached.with_context(|| format!("reaching the database {}", settings.public_url()));
            }
        }
    }
    Ok(())
}

fn outside(config: &Config) -> anyhow::Result<Outside> {
    let path = &config.server.key_encryption_key_file;
    let kek = KeyEncryptionKey::read(path).with_context(|| {
        format!(
            "the key-encryption key {}: make one with `portal-id keys generate-kek` in a file that only the service can read",
            path.display()
        )
    })?;
    Ok(Outside::real(Arc::new(SystemClock), kek))
}

async fn house(config: &std::path::Path) -> anyhow::Result<House> {
    let config = Config::read(config)?;
    let outside = outside(&config)?;
    House::build(config, outside).await
}

/// A moment as an operator reads it, in Vietnam's time.
fn moment(at: Timestamp) -> String {
    let local = at.in_vietnam();
    format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
}

fn check(config: &Config) -> anyhow::Result<()> {
    house::preflight(config)?;
    let kek = outside(config)?.kek;
    let refusals = production::refusals(config, kek.is_demo(), false);
    if !refusals.is_empty() {
        bail!("this configuration must not face real people:\n  - {}", refusals.join("\n  - "));
    }
    println!("The configuration is complete: {:?}, issuer {}.", config.mode, config.oidc.issuer);
    for fault in config.federation.unfinished() {
        println!("Switched off, and not to be switched on yet: {fault}");
    }
    Ok(())
}
