//! Which origins belong to services: known to this node for some seconds, because anybody may ask as often as they like.

use crate::provider::Provider;
use crate::session_state::{origin, registered_origins};
use portal_id_core::accounts::Failure;
use portal_id_core::ctx::Ctx;
use portal_id_core::time::{Span, Timestamp};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// How long they are used without asking the database again: how late a service that was switched on or off may be seen.
const KEEP: Span = Span::seconds(10);

/// The origins of all clients that are on, and when they were read.
#[derive(Default)]
pub(crate) struct ClientOrigins(Mutex<Option<(Arc<BTreeSet<String>>, Timestamp)>>);

impl ClientOrigins {
    fn fresh(&self, now: Timestamp) -> Option<Arc<BTreeSet<String>>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(_, at)| *at <= now && now < *at + KEEP).map(|(origins, _)| Arc::clone(origins))
    }

    fn note(&self, origins: &Arc<BTreeSet<String>>, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(origins), now));
    }
}

impl Provider {
    /// The origin of the page at `address`, if a client that is on registered it: only there the page that judges a
    /// `session_state` may be framed (decisions 18). A change of clients is seen within ten seconds.
    pub async fn origin_of_a_client(&self, ctx: &Ctx, address: &str) -> Result<Option<String>, Failure> {
        let Some(asked) = origin(address) else { return Ok(None) };
        let origins = if let Some(origins) = self.client_origins().fresh(ctx.now) {
            origins
        } else {
            let clients = self.store().read("client_origins", |tx| tx.list_clients()).await?;
            let on = clients.iter().filter(|client| client.is_on());
            let origins = Arc::new(on.flat_map(|client| registered_origins(&client.metadata)).collect());
            self.client_origins().note(&origins, ctx.now);
            origins
        };
        Ok(origins.contains(&asked).then_some(asked))
    }
}
