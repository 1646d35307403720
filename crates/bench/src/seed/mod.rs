//! Fills a database with generated accounts.

use anyhow::Result;
use portal_id_core::entropy::{Entropy, OsEntropy};
use portal_id_core::facts::{Email, FullName, Phone, Username};
use portal_id_core::ids::AccountId;
use portal_id_core::language::Language;
use portal_id_core::password::hash::HashSettings;
use portal_id_core::password::pool::HashPool;
use portal_id_core::ports::Vault;
use portal_id_core::profile::{Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind, Profile};
use portal_id_core::store::Store;
use portal_id_core::time::{Clock as _, Timestamp};
use portal_id_keys::{HouseVault, KeyEncryptionKey};
use portal_id_server::SystemClock;
use portal_id_server::config::Config;
use std::path::PathBuf;
use std::sync::Arc;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "Cong-Dan-2026!";
/// Accounts of one transaction.
const PORTION: u64 = 500;

/// What to fill, and how far.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The provider's configuration file.
    #[arg(long)]
    pub(crate) config: PathBuf,
    /// How many accounts.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) accounts: u64,
}

/// The name of an account.
pub(crate) fn username(number: u64) -> String {
    format!("nguoidan{number:08}")
}

/// Its phone, as dialled within Vietnam.
pub(crate) fn phone(number: u64) -> String {
    format!("09{:08}", number % 100_000_000)
}

/// Fills it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(fill(options))
}

async fn fill(options: &Options) -> Result<()> {
    let config = Config::read(&options.config)?;
    let kek = KeyEncryptionKey::read(&config.server.key_encryption_key_file)?;
    let store = Store::new(portal_id_storage::open(&config.storage)?);
    let now = SystemClock.now();
    let vault = Arc::new(HouseVault::open(&store, &kek, now, &OsEntropy).await?);
    let hashing = HashSettings { threads: 1, ..config.accounts.hashing };
    let hash = HashPool::start(hashing)?.hash(PASSWORD, &OsEntropy).await?;
    let key = username(options.accounts.saturating_sub(1));
    if store.read("look_for_last", move |tx| tx.find_account_by_username(&key)).await?.is_some() {
        return Ok(());
    }
    let mut from = 0;
    while from < options.accounts {
        let to = options.accounts.min(from + PORTION);
        let made: Result<Vec<_>> = (from..to).map(|number| make(vault.as_ref(), number, &hash, now)).collect();
        let made = made?;
        store
            .tx("seed", move |tx| {
                for (account, identifiers) in &made {
                    tx.insert_account(account)?;
                    identifiers.iter().try_for_each(|identifier| tx.insert_identifier(identifier))?;
                }
                Ok(())
            })
            .await?;
        from = to;
    }
    Ok(())
}

fn make(vault: &dyn Vault, number: u64, hash: &str, now: Timestamp) -> Result<(Account, Vec<Identifier>)> {
    let chance: &dyn Entropy = &OsEntropy;
    let id = AccountId::new(now, chance);
    let refused = |what: &'static str| move |reason| anyhow::anyhow!("{what}: {reason:?}");
    let phone = Phone::parse(&phone(number)).map_err(refused("phone"))?.phone;
    let email = Email::parse(&format!("nguoidan{number}@example.vn")).map_err(refused("e-mail"))?;
    let texts = [
        (IdentifierKind::Email, email.compare_key(), FactSource::Mailbox),
        (IdentifierKind::Phone, phone.e164().to_owned(), FactSource::PhoneCode),
    ];
    let identifiers = texts.map(|(kind, text, source)| Identifier {
        account_id: id.clone(),
        kind,
        digest: kind.digest(vault, &text),
        claimed: kind == IdentifierKind::Email,
        verified_at: Some(now),
        source,
    });
    let profile = Profile {
        full_name: Some(FullName::parse("Nguyễn Văn Dân").map_err(refused("name"))?),
        birth_date: None,
        email: Some(email),
        phone: Some(phone),
        identity_number: None,
        business_name: None,
        business_code: None,
        address: None,
    };
    let username = Username::parse(&username(number)).map_err(refused("username"))?;
    let account = Account {
        profile: profile.seal_for(&id, vault, chance),
        id,
        class: AccountClass::Citizen,
        state: AccountState::Active,
        username,
        password_hash: Some(hash.to_owned()),
        language: Language::default(),
        created_at: now,
        updated_at: now,
        activated_at: Some(now),
    };
    Ok((account, identifiers.into()))
}
