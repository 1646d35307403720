//! The one visible list of what is wired to what.

use crate::config::{Config, Mode};
use crate::tls::Certificates;
use crate::{clients, production, upstreams};
use anyhow::{Context as _, bail};
use async_trait::async_trait;
use axum::Router;
use portal_id_core::accounts::{Accounts, AccountsParts};
use portal_id_core::ctx::Ctx;
use portal_id_core::entropy::{Entropy, OsEntropy};
use portal_id_core::ports::{Mailer, NoticeWriter, Outgoing, SmsGateway, UpstreamHttp, Vault};
use portal_id_core::store::Store;
use portal_id_core::time::Clock;
use portal_id_federation::Federation;
use portal_id_keys::{HouseVault, KeyEncryptionKey, KeyRing, PasskeySignatures};
use portal_id_notify::{
    Courier, Failover, HttpOutgoing, NoticeCourier, Receipts, Renderer, Reports, Smtp, StoredReceipts, WayBack,
};
use portal_id_oidc::{Provider, ProviderParts};
use portal_id_storage::{Counters, SqlBackend};
use portal_id_web::{Assets, Readiness, WebParts};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the world outside is made of: the real one in production, a frozen and seeded one in tests.
#[derive(Clone)]
pub struct Outside {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of chance.
    pub entropy: Arc<dyn Entropy>,
    /// The key-encryption key.
    pub kek: Arc<KeyEncryptionKey>,
    /// Takes e-mails; `None` for the configured mail server.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Takes text messages; `None` for the configured gateways.
    pub gateway: Option<Arc<dyn SmsGateway>>,
    /// Calls addresses that clients registered; `None` for the network.
    pub outgoing: Option<Arc<dyn Outgoing>>,
    /// Calls every upstream provider; `None` for the network.
    pub upstreams: Option<Arc<dyn UpstreamHttp>>,
}

impl Outside {
    /// The real one, with what the configuration names.
    pub(crate) fn real(clock: Arc<dyn Clock>, kek: KeyEncryptionKey) -> Self {
        Self {
            clock,
            entropy: Arc::new(OsEntropy),
            kek: Arc::new(kek),
            mailer: None,
            gateway: None,
            outgoing: None,
            upstreams: None,
        }
    }
}

/// A wired provider.
pub struct House {
    /// The configuration in force.
    pub config: Config,
    /// The world outside.
    pub outside: Outside,
    /// The database.
    pub store: Store,
    /// Its counters.
    pub counters: Arc<Counters>,
    /// The keys that seal and digest.
    pub vault: Arc<dyn Vault>,
    /// The keys that sign.
    pub ring: Arc<KeyRing>,
    /// The use cases.
    pub accounts: Arc<Accounts>,
    /// The protocol.
    pub provider: Arc<Provider>,
    /// The other providers by which people may arrive.
    pub federation: Arc<Federation>,
    /// The delivery of messages.
    pub courier: Arc<Courier>,
    /// The delivery of notices to services.
    pub notices: Arc<NoticeCourier>,
    /// The pages and endpoints.
    pub router: Router,
    /// Set when the process was told to stop: `/readyz` then says so.
    pub leaving: Arc<AtomicBool>,
}

impl Outside {
    /// The circumstances of a job or a command at this moment.
    pub fn job_ctx(&self, name: &str) -> Ctx {
        Ctx::for_job(self.clock.now(), Arc::clone(&self.entropy), name)
    }
}

/// Reads every file that the configuration names and makes everything that can be made without the database: what
/// `portal-id check` can promise about a start.
pub fn preflight(config: &Config) -> anyhow::Result<()> {
    config.check()?;
    let config = config.clone().completed();
    config.ephemeral.check()?;
    config.notify.check()?;
    Smtp::new(&config.notify.smtp)?;
    if !config.notify.sms_gateways.is_empty() {
        Failover::from_settings(&config.notify.sms_gateways, &way_back(&config, None))?;
    }
    Renderer::new(&config.notify)?;
    HttpOutgoing::new(&config.outgoing, config.mode != Mode::Production)?;
    upstreams::preflight(&config)?;
    config.server.tls.as_ref().map(Certificates::open).transpose()?;
    Assets::load(&config.web).context("reading the portal's logo and colours")?;
    clients::read_file(&config)?;
    Ok(())
}

impl House {
    /// Opens the database and wires everything to it. Refuses what the mode forbids before anything is served.
    pub async fn build(config: Config, outside: Outside) -> anyhow::Result<Self> {
        config.check()?;
        let config = config.completed();
        let backend: SqlBackend = portal_id_storage::open(&config.storage)
            .with_context(|| format!("opening the database {}", config.storage.public_url()))?;
        let counters = backend.counters();
        let store = Store::new(backend);
        refuse_demo_in_production(&config, &store, &outside.kek).await?;
        clients::sync_file(&config, &store, &outside.job_ctx("start")).await?;
        let ctx = outside.job_ctx("start");
        let vault: Arc<dyn Vault> = Arc::new(
            HouseVault::open(&store, &outside.kek, ctx.now, ctx.entropy()).await.context("opening the vault")?,
        );
        let ring = KeyRing::open(store.clone(), Arc::clone(&vault), config.keys.clone(), &ctx)
            .await
            .context("opening the signing keys")?;
        make_keys_for_clients(&store, &ring, &ctx).await?;
        let ephemeral = portal_id_ephemeral::open(&config.ephemeral).await.context("opening the ephemeral store")?;
        let federation = Arc::new(upstreams::federation(&config, &outside, &store, (&vault, &ephemeral), &ctx).await?);
        let accounts = Arc::new(Accounts::new(AccountsParts {
            store: store.clone(),
            vault: Arc::clone(&vault),
            ephemeral: Arc::clone(&ephemeral),
            signatures: Arc::new(PasskeySignatures),
            settings: config.accounts.clone(),
            upstreams: federation.ways(),
            public_url: config.oidc.issuer.clone(),
        })?);
        let outgoing = calls_to_services(&config, &outside)?;
        let provider = Arc::new(Provider::new(ProviderParts {
            store: store.clone(),
            vault: Arc::clone(&vault),
            keys: Arc::clone(&ring),
            ephemeral,
            outgoing: Arc::clone(&outgoing),
            settings: config.oidc.clone(),
            registration: config.accounts.registration.clone(),
            upstreams: federation.ways(),
        }));
        let courier = Arc::new(courier(&config, &outside, &store, &vault)?);
        let writer = Arc::clone(&provider) as Arc<dyn NoticeWriter>;
        let notices = NoticeCourier::new(store.clone(), Arc::clone(&vault), writer, outgoing, &config.notify);
        let notices = Arc::new(notices);
        let leaving = Arc::new(AtomicBool::new(false));
        let ready = Arc::new(Ready { store: store.clone(), ring: Arc::clone(&ring), leaving: Arc::clone(&leaving) });
        let router = portal_id_web::router(WebParts {
            accounts: Arc::clone(&accounts),
            provider: Arc::clone(&provider),
            federation: Arc::clone(&federation),
            clock: Arc::clone(&outside.clock),
            entropy: Arc::clone(&outside.entropy),
            vault: Arc::clone(&vault),
            assets: Assets::load(&config.web).context("reading the portal's logo and colours")?,
            settings: config.web.clone(),
            sms_reports: Arc::new(Reports::new(
                store.clone(),
                Arc::clone(&vault),
                &config.notify.sms_gateways,
                &way_back(&config, None).public_url,
            )?),
            ready,
        });
        Ok(Self {
            config,
            outside,
            store,
            counters,
            vault,
            ring,
            accounts,
            provider,
            federation,
            courier,
            notices,
            router,
            leaving,
        })
    }
}

/// What calls the addresses that clients registered.
fn calls_to_services(config: &Config, outside: &Outside) -> anyhow::Result<Arc<dyn Outgoing>> {
    Ok(match &outside.outgoing {
        Some(outgoing) => Arc::clone(outgoing),
        None => Arc::new(HttpOutgoing::new(&config.outgoing, config.mode != Mode::Production)?),
    })
}

async fn refuse_demo_in_production(config: &Config, store: &Store, kek: &KeyEncryptionKey) -> anyhow::Result<()> {
    let demo_clients = store
        .read("look_for_demo_clients", |tx| {
            Ok(tx.list_clients()?.iter().any(|client| client.source == portal_id_core::client::ClientSource::Demo))
        })
        .await?;
    let refusals = production::refusals(config, kek.is_demo(), demo_clients);
    if !refusals.is_empty() {
        bail!("this configuration must not face real people:\n  - {}", refusals.join("\n  - "));
    }
    Ok(())
}

/// The keys of algorithms that some client registered and that have none yet.
async fn make_keys_for_clients(store: &Store, ring: &KeyRing, ctx: &Ctx) -> anyhow::Result<()> {
    let clients = store.read("list_clients", |tx| tx.list_clients()).await?;
    let wanted: Vec<_> = clients.iter().flat_map(|client| client.metadata.signing_algorithms()).collect();
    ring.ensure(&wanted, ctx).await.context("making the signing keys that clients need")
}

/// How SMS gateways tell what became of a message.
pub(crate) fn way_back(config: &Config, receipts: Option<Arc<dyn Receipts>>) -> WayBack {
    WayBack { public_url: config.oidc.issuer.trim_end_matches('/').to_owned(), receipts }
}

fn courier(config: &Config, outside: &Outside, store: &Store, vault: &Arc<dyn Vault>) -> anyhow::Result<Courier> {
    let mailer: Arc<dyn Mailer> = match &outside.mailer {
        Some(mailer) => Arc::clone(mailer),
        None => Arc::new(Smtp::new(&config.notify.smtp)?),
    };
    let gateway: Arc<dyn SmsGateway> = if let Some(gateway) = &outside.gateway {
        Arc::clone(gateway)
    } else {
        let receipts = StoredReceipts::new(store.clone(), Arc::clone(&outside.clock));
        Arc::new(Failover::from_settings(&config.notify.sms_gateways, &way_back(config, Some(Arc::new(receipts))))?)
    };
    let renderer = Renderer::new(&config.notify)?;
    Ok(Courier::new(store.clone(), Arc::clone(vault), mailer, gateway, renderer, &config.notify)?)
}

/// Ready when the database answers, this node may still sign and nobody told it to stop. The ephemeral store is no part
/// of it: without it people sign in all the same (decisions 11).
struct Ready {
    store: Store,
    ring: Arc<KeyRing>,
    leaving: Arc<AtomicBool>,
}

#[async_trait]
impl Readiness for Ready {
    async fn ready(&self, ctx: &Ctx) -> Result<(), &'static str> {
        if self.leaving.load(Ordering::Relaxed) {
            return Err("leaving");
        }
        self.store.read("ready", |tx| tx.list_data_keys().map(drop)).await.map_err(|error| {
            tracing::warn!(%error, "Not ready: the database does not answer.");
            "database"
        })?;
        if self.ring.is_fresh(ctx.now) { Ok(()) } else { Err("keys") }
    }
}
