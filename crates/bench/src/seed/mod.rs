//! Fills a database with generated citizens.

mod citizen;
mod engine;
mod names;

pub(crate) use citizen::Citizen;

use crate::run::progress;
use anyhow::{Context as _, Result, ensure};
use engine::{Engine, Value};
use portal_id_core::entropy::{Entropy, OsEntropy};
use portal_id_core::ids::AccountId;
use portal_id_core::language::Language;
use portal_id_core::password::hash::HashSettings;
use portal_id_core::password::pool::HashPool;
use portal_id_core::ports::Vault;
use portal_id_core::profile::{AccountClass, AccountState, FactSource, IdentifierKind};
use portal_id_core::store::Store;
use portal_id_core::time::{Clock as _, Timestamp};
use portal_id_keys::{HouseVault, KeyEncryptionKey};
use portal_id_server::SystemClock;
use portal_id_server::config::Config;
use std::path::{Path, PathBuf};

/// Everybody's password, and everybody's hash: ten million hashes would take a day and change no figure.
pub(crate) const PASSWORD: &str = "Cong-Dan-2026!";
/// How long people have been registering.
const YEARS_MILLIS: i64 = 2 * 365 * 24 * 60 * 60 * 1000;
/// Accounts between two words of progress.
const WORD_EVERY: u64 = 1_000_000;

/// What to fill, and how far.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The provider's configuration file. The provider must not be running; an SQLite file is spoiled if this is
    /// interrupted, so take one without data that matter.
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// How many accounts.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) accounts: u64,
}

/// Fills it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(fill(options))
}

async fn fill(options: &Options) -> Result<()> {
    let Some(last) = options.accounts.checked_sub(1) else { return Ok(()) };
    let config = Config::read(&options.config)?;
    let kek = KeyEncryptionKey::read(&config.server.key_encryption_key_file)?;
    let now = SystemClock.now();
    let store = Store::new(portal_id_storage::open(&config.storage)?);
    let vault = HouseVault::open(&store, &kek, now, &OsEntropy).await?;
    if find(&store, last).await?.is_some() {
        return Ok(());
    }
    // One program at a time writes an SQLite file.
    drop(store);
    let hashing = HashSettings { threads: 1, ..config.accounts.hashing };
    let hash = HashPool::start(hashing)?.hash(PASSWORD, &OsEntropy).await?;
    let folder = options.config.parent().unwrap_or(Path::new("."));
    let mut engine = Engine::start(&config.storage.url, folder)?;
    let step = YEARS_MILLIS / i64::try_from(options.accounts)?;
    for number in 0..options.accounts {
        let at = now.millis() - YEARS_MILLIS + step * i64::try_from(number)?;
        write(&mut engine, &vault, &Citizen::of(number), &hash, Timestamp::from_millis(at))?;
        if number % WORD_EVERY == WORD_EVERY - 1 {
            progress(&format!("{} million accounts", (number + 1) / WORD_EVERY));
        }
    }
    engine.finish()?;
    // The rows went past the store, so the store must find what it would have written.
    let store = Store::new(portal_id_storage::open(&config.storage)?);
    for number in [0, last] {
        check(&store, &vault, number).await.with_context(|| format!("reading account {number} back"))?;
    }
    Ok(())
}

fn write(engine: &mut Engine, vault: &dyn Vault, citizen: &Citizen, hash: &str, at: Timestamp) -> Result<()> {
    let chance: &dyn Entropy = &OsEntropy;
    let id = AccountId::new(at, chance);
    let (profile, username, class) = (citizen.profile(at)?, citizen.username()?, AccountClass::Citizen);
    let sealed = profile.seal_for(&id, vault, chance);
    let at = Value::Number(at.millis());
    engine.account(&[
        Value::Text(id.as_str()),
        Value::Text(class.as_str()),
        Value::Text(AccountState::Active.as_str()),
        Value::Text(username.display()),
        Value::Text(username.key()),
        Value::Text(hash),
        Value::Bytes(sealed.as_bytes()),
        Value::Text(Language::default().tag()),
        at,
        at,
        at,
    ])?;
    let email = profile.email.map(|email| email.compare_key()).unwrap_or_default();
    let phone = profile.phone.map(|phone| phone.e164().to_owned()).unwrap_or_default();
    let identity = profile.identity_number.map(|number| number.digest_input().to_owned()).unwrap_or_default();
    for (kind, text, source, verified, claimed) in [
        (IdentifierKind::Email, &email, FactSource::Mailbox, true, true),
        (IdentifierKind::Phone, &phone, FactSource::PhoneCode, true, false),
        (IdentifierKind::IdentityNumber, &identity, FactSource::SelfDeclared, false, true),
    ] {
        let digest = kind.digest(vault, text);
        // As the store writes a claim; `check` asks the store whether it still does.
        let claim = [format!("{}:{}:", class.as_str(), kind.as_str()).as_bytes(), digest.as_bytes()].concat();
        engine.identifier(&[
            Value::Text(id.as_str()),
            Value::Text(kind.as_str()),
            Value::Bytes(digest.as_bytes()),
            if claimed { Value::Bytes(&claim) } else { Value::Null },
            if verified { at } else { Value::Null },
            Value::Text(source.as_str()),
        ]);
    }
    Ok(())
}

async fn find(store: &Store, number: u64) -> Result<Option<portal_id_core::profile::Account>> {
    let key = Citizen::of(number).username()?.key().to_owned();
    Ok(store.read("seed_find", move |tx| tx.find_account_by_username(&key)).await?)
}

async fn check(store: &Store, vault: &dyn Vault, number: u64) -> Result<()> {
    let account = find(store, number).await?.context("it is not there")?;
    let profile = account.open_profile(vault).map_err(|_| anyhow::anyhow!("its profile does not open"))?;
    let identity = profile.identity_number.context("it has no identity number")?;
    let digest = IdentifierKind::IdentityNumber.digest(vault, identity.digest_input());
    let claimant = store
        .read("seed_check", move |tx| tx.find_claimant(AccountClass::Citizen, IdentifierKind::IdentityNumber, &digest))
        .await?;
    ensure!(claimant == Some(account.id), "it does not hold the claim to its identity number");
    Ok(())
}
