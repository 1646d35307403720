//! A provider for one test.

use crate::browser::Browser;
use crate::businesses::Company;
use crate::citizens::Person;
use crate::outside::{Beyond, FrozenClock, Keeper, SeededEntropy};
use crate::people::HolderBuilder;
use crate::provider::{Provider, Providers};
use crate::servers;
use crate::service::ServiceBuilder;
use axum::Router;
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::ctx::Ctx;
use portal_id_core::entropy::Entropy;
use portal_id_core::outbox::{Channel, OutboxState};
use portal_id_core::ports::{EmailMessage, TextMessage};
use portal_id_core::store::AuditFilter;
use portal_id_core::time::{Clock, Span, Timestamp};
use portal_id_keys::KeyEncryptionKey;
use portal_id_server::config::{Config, Mode};
use portal_id_server::house::{House, Outside};
use portal_id_server::jobs;
use std::sync::Arc;
use tempfile::TempDir;

/// The issuer of every test provider.
pub const ISSUER: &str = "https://id.example.gov.vn";

/// A whole provider on a database of its own: a SQLite file that is thrown away with it, or PostgreSQL and Redis where
/// there are such servers to test on.
pub struct TestIdp {
    pub house: Arc<House>,
    pub clock: Arc<FrozenClock>,
    pub mails: Arc<Keeper<EmailMessage>>,
    pub texts: Arc<Keeper<TextMessage>>,
    pub beyond: Arc<Beyond>,
    folder: TempDir,
}

impl TestIdp {
    /// A provider with the defaults.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A provider with changed settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_outside(change, |_| {}).await
    }

    /// A provider whose text messages leave through the gateways of its settings, as in production.
    pub async fn start_through_gateways(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_outside(change, |outside| outside.gateway = None).await
    }

    /// A provider by which people arrive from these others.
    pub async fn start_with_providers(providers: &[&Arc<Provider>], change: impl FnOnce(&mut Config)) -> Self {
        let configure = |config: &mut Config| {
            for provider in providers {
                provider.configure(config, "");
            }
            change(config);
        };
        let add = |outside: &mut Outside| {
            let providers = providers.iter().map(|provider| Arc::clone(provider));
            outside.upstreams = Some(Arc::new(Providers::new(providers, &outside.clock)));
        };
        Self::start_outside(configure, add).await
    }

    /// The same, called over the network by the house's own client, with `more` lines of the upstream's settings.
    pub async fn start_calling(provider: &Arc<Provider>, more: &str) -> Self {
        Self::start_calling_all(&[(provider, more)]).await
    }

    /// The same with several of them.
    pub async fn start_calling_all(providers: &[(&Arc<Provider>, &str)]) -> Self {
        let configure = |config: &mut Config| providers.iter().for_each(|(one, more)| one.configure(config, more));
        let add = |outside: &mut Outside| {
            for (one, _) in providers {
                one.by_clock(&outside.clock);
            }
            outside.upstreams = None;
        };
        Self::start_outside(configure, add).await
    }

    async fn start_outside(change: impl FnOnce(&mut Config), exchange: impl FnOnce(&mut Outside)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { mode: Mode::Development, ..Config::default() };
        config.storage.url = match servers::postgres() {
            Some(_) => servers::fresh_database(),
            None => format!("sqlite:{}", folder.path().join("test.sqlite3").display()),
        };
        // Enough for races; sixteen for each of a hundred stories would only take time.
        config.storage.postgres_connections = 4;
        if let Some(url) = servers::redis() {
            config.ephemeral.url = url;
            config.ephemeral.prefix = servers::unique("story");
        }
        ISSUER.clone_into(&mut config.oidc.issuer);
        // A cheap hash: what is tested is when it is computed, never its cost.
        config.accounts.hashing.memory_kib = 32;
        config.accounts.hashing.passes = 1;
        change(&mut config);
        let clock = Arc::new(FrozenClock::default());
        let (mails, texts) = (Arc::new(Keeper::default()), Arc::new(Keeper::default()));
        let beyond = Arc::new(Beyond::default());
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(20_261_123));
        let kek = KeyEncryptionKey::parse(KeyEncryptionKey::generate(entropy.as_ref(), true).expose()).unwrap();
        let mut outside = Outside {
            clock: clock.clone(),
            entropy,
            kek: Arc::new(kek),
            mailer: Some(mails.clone()),
            gateway: Some(texts.clone()),
            outgoing: Some(beyond.clone()),
            upstreams: Some(Arc::new(Providers::default())),
        };
        exchange(&mut outside);
        let house = Arc::new(House::build(config, outside).await.unwrap());
        Self { house, clock, mails, texts, beyond, folder }
    }

    /// Stops this provider and starts another on the same database.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// The same, with changed settings.
    pub async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Self {
        let Self { house, clock, mails, texts, beyond, folder } = self;
        let (mut config, outside) = (house.config.clone(), house.outside.clone());
        assert_eq!(Arc::strong_count(&house), 1, "somebody still holds the provider");
        drop(house);
        change(&mut config);
        let house = Arc::new(House::build(config, outside).await.unwrap());
        Self { house, clock, mails, texts, beyond, folder }
    }

    /// Another node of the same provider: the same database, clock and chance.
    pub async fn second_node(&self) -> Self {
        let (config, outside) = (self.house.config.clone(), self.house.outside.clone());
        let house = Arc::new(House::build(config, outside).await.unwrap());
        let (clock, mails, texts) = (self.clock.clone(), self.mails.clone(), self.texts.clone());
        let beyond = self.beyond.clone();
        Self { house, clock, mails, texts, beyond, folder: tempfile::tempdir().unwrap() }
    }

    /// Every byte of the database as it lies on the disk, or in a backup.
    pub fn database_bytes(&self) -> Vec<u8> {
        if servers::postgres().is_some() {
            return servers::dump(&self.house.config.storage.url);
        }
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    pub fn router(&self) -> Router {
        self.house.router.clone()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass, and the jobs that only keep a node fresh run.
    pub async fn advance(&self, span: Span) {
        self.clock.advance(span);
        let ephemeral = &self.house.config.ephemeral;
        if ephemeral.url.starts_with("redis") && servers::redis().is_some() {
            servers::age(&ephemeral.url, &ephemeral.prefix, span);
        }
        self.house.ring.reload(self.now()).await.unwrap();
    }

    pub fn ctx(&self) -> Ctx {
        self.house.outside.job_ctx("test")
    }

    /// Delivers what is due.
    pub async fn deliver(&self) {
        let (mails, texts) = (self.mails.count(), self.texts.count());
        for channel in [Channel::Email, Channel::Sms, Channel::Backchannel] {
            jobs::deliver_once(&self.house, channel).await.unwrap();
        }
        self.mails.put_in_order(mails);
        self.texts.put_in_order(texts);
    }

    /// The newest mail to `address`, after delivering what is due.
    pub async fn newest_mail(&self, address: &str) -> EmailMessage {
        self.deliver().await;
        self.mails.kept().into_iter().rfind(|mail| mail.to == address).unwrap_or_else(|| panic!("no mail to {address}"))
    }

    /// The mails to `address`, after delivering what is due.
    pub async fn mails_to(&self, address: &str) -> Vec<EmailMessage> {
        self.deliver().await;
        self.mails.kept().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// Whether some mail to `address` has `words` in it. Mails of one moment may leave in any order.
    pub async fn told(&self, address: &str, words: &str) -> bool {
        self.mails_to(address).await.iter().any(|mail| mail.text.contains(words))
    }

    /// The code in the newest text message to `phone` (E.164), after delivering what is due.
    pub async fn newest_code(&self, phone: &str) -> String {
        self.deliver().await;
        let kept = self.texts.kept();
        let text = &kept.iter().rfind(|text| text.to == phone).unwrap_or_else(|| panic!("no text to {phone}")).text;
        text.split(|c: char| !c.is_ascii_digit())
            .find(|digits| digits.len() == 6)
            .unwrap_or_else(|| panic!("no code in {text:?}"))
            .to_owned()
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router(), &self.house.config.oidc.issuer)
    }

    pub fn citizen(&self, username: &str) -> HolderBuilder<'_, Person> {
        HolderBuilder::new(self, username)
    }

    pub fn business(&self, username: &str) -> HolderBuilder<'_, Company> {
        HolderBuilder::new(self, username)
    }

    pub fn service(&self) -> ServiceBuilder<'_> {
        ServiceBuilder::new(self)
    }

    /// The audit trail, the newest first.
    pub async fn audit(&self) -> Vec<AuditEntry> {
        self.house.store.read("audit", |tx| tx.list_audit(&AuditFilter::default(), 1000)).await.unwrap()
    }

    /// Whether the audit trail has an entry of this kind.
    pub async fn audited(&self, kind: AuditKind) -> bool {
        self.audit().await.iter().any(|entry| entry.kind == kind)
    }

    /// Delivers what is due and fails if a message was left behind or given up.
    pub async fn expect_an_empty_outbox(&self) {
        self.deliver().await;
        for state in [OutboxState::Pending, OutboxState::Dead, OutboxState::Expired] {
            let left = self.house.store.read("outbox", move |tx| tx.list_messages(state, 10)).await.unwrap();
            assert!(left.is_empty(), "messages left behind: {left:?}");
        }
    }
}
