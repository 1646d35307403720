//! The other providers by which people may arrive: who calls each of them, and whether its secret still goes where it went
//! (security.md row 37).

use crate::config::{Config, Mode};
use crate::house::Outside;
use anyhow::Context as _;
use portal_id_core::ctx::Ctx;
use portal_id_core::ports::{Ephemeral, UpstreamHttp, Vault};
use portal_id_core::store::Store;
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::{UpstreamId, UpstreamSecret};
use portal_id_federation::{Federation, FederationParts};
use portal_id_notify::{HttpOutgoing, OutgoingSettings};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A client for each upstream, with its own authorities, networks and patience; `instead` in place of all of them. One that
/// is switched off may have none yet.
fn callers(
    config: &Config,
    instead: Option<&Arc<dyn UpstreamHttp>>,
) -> anyhow::Result<BTreeMap<UpstreamId, Arc<dyn UpstreamHttp>>> {
    let own_machine = config.mode != Mode::Production;
    let mut callers = BTreeMap::new();
    for upstream in &config.federation.upstreams {
        let caller = if let Some(caller) = instead {
            Arc::clone(caller)
        } else {
            let settings = OutgoingSettings {
                root_ca_file: upstream.root_ca_file.clone(),
                allowed_networks: upstream.allowed_networks.clone(),
                timeout_seconds: upstream.timeout_seconds,
            };
            let caller = HttpOutgoing::new(&settings, own_machine);
            match caller.with_context(|| format!("federation.upstreams, {}", upstream.id)) {
                Ok(caller) => Arc::new(caller),
                Err(_) if !upstream.enabled => continue,
                Err(fault) => return Err(fault),
            }
        };
        callers.insert(upstream.id.clone(), caller);
    }
    Ok(callers)
}

/// Reads every file that the settings of upstreams name, and says what they lack.
pub(crate) fn preflight(config: &Config) -> anyhow::Result<()> {
    config.federation.check()?;
    callers(config, None)?;
    Ok(())
}

/// How an upstream's secret stands to the addresses that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It is used for the first time.
    New,
    /// It goes where it went.
    Same {
        /// Since when.
        since: Timestamp,
    },
    /// It would go elsewhere than it went.
    Moved {
        /// Whose it was when it went there: the upstream itself, or another of the same secret.
        used_by: UpstreamId,
    },
}

/// Compares what is configured with what was ever used, by this upstream or another: a secret of long ago may still be good,
/// and whoever can write other addresses into the file can write another id too.
pub(crate) async fn compare(federation: &Federation, store: &Store, id: &UpstreamId) -> anyhow::Result<Compared> {
    let Some((addresses, secret)) = federation.secret_digests(id) else { return Ok(Compared::New) };
    let uses = store.read("list_upstream_secrets", move |tx| tx.list_upstream_secrets(&secret)).await?;
    let own = uses.iter().find(|used| used.upstream == *id);
    Ok(match own {
        Some(own) if own.addresses == addresses => Compared::Same { since: own.since },
        Some(own) => Compared::Moved { used_by: own.upstream.clone() },
        None => match uses.into_iter().find(|used| used.addresses != addresses) {
            Some(other) => Compared::Moved { used_by: other.upstream },
            None => Compared::New,
        },
    })
}

/// Remembers that the secret of an upstream goes to the addresses that are configured now.
pub(crate) async fn remember(federation: &Federation, store: &Store, id: &UpstreamId, ctx: &Ctx) -> anyhow::Result<()> {
    let Some((addresses, secret)) = federation.secret_digests(id) else { return Ok(()) };
    let row = UpstreamSecret { upstream: id.clone(), addresses, secret, since: ctx.now };
    Ok(store.tx("put_upstream_secret", move |tx| tx.put_upstream_secret(&row)).await?)
}

/// The federation as it may be used from now on.
pub(crate) async fn federation(
    config: &Config,
    outside: &Outside,
    store: &Store,
    (vault, ephemeral): (&Arc<dyn Vault>, &Arc<dyn Ephemeral>),
    ctx: &Ctx,
) -> anyhow::Result<Federation> {
    let federation = Federation::new(FederationParts {
        settings: config.federation.clone(),
        public_url: config.oidc.issuer.clone(),
        vault: Arc::clone(vault),
        ephemeral: Arc::clone(ephemeral),
        http: callers(config, outside.upstreams.as_ref())?,
        limits: config.accounts.limits.clone(),
    })?;
    for fault in federation.unfinished() {
        tracing::warn!(%fault, "An upstream provider is switched off, and cannot be switched on before it is set up.");
    }
    held_back(federation, store, ctx).await
}

/// Keeps off every upstream whose secret would go to other addresses than ever before, until the secret is another one or an
/// operator says that the move is meant: whoever can change an address in a file or on the way to it must not be sent
/// what proves who we are.
async fn held_back(federation: Federation, store: &Store, ctx: &Ctx) -> anyhow::Result<Federation> {
    let mut held = Vec::new();
    for id in federation.ids() {
        match compare(&federation, store, &id).await? {
            Compared::Same { .. } => {}
            Compared::New => remember(&federation, store, &id, ctx).await?,
            Compared::Moved { used_by } => {
                tracing::error!(
                    upstream = %id, %used_by,
                    "An upstream provider stays off: its secret was used with other addresses. Give it a new secret, or say that the \
                     move is meant: portal-id upstream confirm <id>."
                );
                held.push(id);
            }
        }
    }
    Ok(federation.holding(held))
}
