//! What the floor's handlers need: the store, the keys, and a session and a grant for each of its callers.

use crate::run::settings::{CLIENT_ID, REDIRECT_URI};
use crate::seed;
use anyhow::{Context as _, Result};
use portal_id_core::acr::{Amr, Ial};
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::Digest;
use portal_id_core::entropy::{Entropy, OsEntropy};
use portal_id_core::grant::Grant;
use portal_id_core::ids::{AccountId, ClientId, GrantId, SessionId};
use portal_id_core::ports::Vault;
use portal_id_core::session::Session;
use portal_id_core::store::Store;
use portal_id_core::time::{Clock as _, Span, Timestamp};
use portal_id_keys::{HouseVault, KeyEncryptionKey, KeyRing};
use portal_id_server::SystemClock;
use portal_id_server::config::Config;
use std::path::Path;
use std::sync::Arc;

/// Callers that the floor knows; as many as the load has connections.
pub(crate) const CALLERS: usize = 64;

/// One caller.
pub(super) struct Caller {
    pub(super) session: Session,
    pub(super) grant: GrantId,
}

/// All of it.
pub(super) struct Facts {
    pub(super) store: Store,
    pub(super) ring: Arc<KeyRing>,
    pub(super) client: ClientId,
    pub(super) callers: Vec<Caller>,
}

impl Facts {
    /// Opens the database of the configuration and puts the callers into it.
    pub(super) async fn gather(config: &Path) -> Result<Self> {
        let config = Config::read(config)?;
        let kek = KeyEncryptionKey::read(&config.server.key_encryption_key_file)?;
        let store = Store::new(portal_id_storage::open(&config.storage)?);
        let ctx = circumstances();
        let vault: Arc<dyn Vault> = Arc::new(HouseVault::open(&store, &kek, ctx.now, ctx.entropy()).await?);
        let ring = KeyRing::open(store.clone(), vault, config.keys.clone(), &ctx).await?;
        let client = ClientId::from_text(CLIENT_ID);
        let mut callers = Vec::new();
        for number in 0..CALLERS {
            callers.push(caller(&store, &ctx, &client, u64::try_from(number)?).await?);
        }
        Ok(Self { store, ring, client, callers })
    }
}

/// The circumstances of a request.
pub(super) fn circumstances() -> Ctx {
    Ctx::for_job(SystemClock.now(), Arc::new(OsEntropy), "floor")
}

async fn caller(store: &Store, ctx: &Ctx, client: &ClientId, number: u64) -> Result<Caller> {
    let name = seed::Citizen::of(number).username;
    let account = store.read("floor_account", move |tx| tx.find_account_by_username(&name)).await?;
    let account = account.context("the database has too few accounts")?.id;
    let session = Session {
        id: SessionId::new(ctx.now, ctx.entropy()),
        secret: Digest::from_bytes(*ctx.entropy().bytes::<32>()),
        account_id: account.clone(),
        auth_time: ctx.now,
        last_seen_at: ctx.now,
        expires_at: ctx.now + Span::hours(12),
        amr: vec![Amr::Pwd, Amr::Sms, Amr::Mfa],
        ial: Ial(0),
        user_agent: String::new(),
        network: String::new(),
        ended_at: None,
    };
    let code = Digest::from_bytes(*ctx.entropy().bytes::<32>());
    let grant = grant(ctx.now, code, client, &account, &session.id);
    let (kept, id) = (session.clone(), grant.id.clone());
    store
        .tx("floor_caller", move |tx| {
            tx.insert_session(&kept)?;
            tx.insert_grant(&grant)
        })
        .await?;
    Ok(Caller { session, grant: id })
}

/// A grant as the product would write it.
pub(super) fn grant(
    now: Timestamp,
    code: Digest,
    client: &ClientId,
    account: &AccountId,
    session: &SessionId,
) -> Grant {
    let chance: &dyn Entropy = &OsEntropy;
    Grant {
        id: GrantId::new(now, chance),
        client_id: client.clone(),
        account_id: account.clone(),
        session_id: session.clone(),
        code,
        redirect_uri: REDIRECT_URI.to_owned(),
        scopes: ["openid", "profile", "email", "phone", "offline_access"].map(str::to_owned).into(),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
        auth_time: now,
        amr: vec![Amr::Pwd, Amr::Sms, Amr::Mfa],
        ial: Ial(0),
        issued_at: now,
        code_expires_at: now + Span::seconds(60),
        code_used_at: None,
        generation: 0,
        rotated_at: None,
        idle_expires_at: None,
        expires_at: now + Span::days(90),
        revoked_at: None,
        subject: None,
        claims: None,
        resources: Vec::new(),
    }
}
