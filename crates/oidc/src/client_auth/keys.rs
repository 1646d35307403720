//! The public keys of clients: registered with them, or fetched from where they publish them (RFC 7517 §5).

use super::assertion::TYPS;
use crate::error::ProtocolError;
use crate::provider::Provider;
use portal_id_core::client::Client;
use portal_id_core::time::{Span, Timestamp};
use portal_id_keys::{ClientKeys, ForeignError};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a fetched set is used without asking again: as long as most providers let theirs be kept.
const KEEP: Span = Span::hours(1);
/// How often a `kid` that is not in the set makes us fetch it again: anybody can write a new `kid`.
const FETCH_AGAIN_AFTER: Span = Span::seconds(60);
/// How long we wait after a fetch that failed.
const TRY_AGAIN_AFTER: Span = Span::seconds(10);

/// The sets fetched by this node, by address. There are as many as there are registered addresses.
#[derive(Default)]
pub(crate) struct FetchedKeys(Mutex<HashMap<String, Fetched>>);

/// What is known of one address.
#[derive(Clone)]
struct Fetched {
    /// The last good set, and when it came.
    good: Option<(Arc<ClientKeys>, Timestamp)>,
    /// When we last asked.
    asked_at: Timestamp,
}

impl Fetched {
    /// The set, while it need not be fetched again.
    fn fresh(&self, now: Timestamp) -> Option<Arc<ClientKeys>> {
        self.good.as_ref().filter(|(_, at)| now < *at + KEEP).map(|(keys, _)| Arc::clone(keys))
    }

    /// Whether it is too early to ask again.
    fn is_too_early(&self, now: Timestamp) -> bool {
        let failed = self.good.as_ref().is_none_or(|(_, at)| *at < self.asked_at);
        now < self.asked_at + if failed { TRY_AGAIN_AFTER } else { FETCH_AGAIN_AFTER }
    }
}

impl FetchedKeys {
    fn find(&self, uri: &str) -> Option<Fetched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(uri).cloned()
    }

    /// Notes what came of a fetch; a failed one leaves the last good set in use.
    fn note(&self, uri: &str, keys: Option<Arc<ClientKeys>>, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(uri.to_owned()).or_insert(Fetched { good: None, asked_at: now });
        known.asked_at = known.asked_at.max(now);
        if let Some(keys) = keys {
            known.good = Some((keys, now));
        }
    }
}

impl Provider {
    /// Verifies an assertion with the keys of this client: header and signature.
    pub(super) async fn verify_assertion(
        &self,
        client: &Client,
        assertion: &str,
        now: Timestamp,
    ) -> Result<Map<String, Value>, ProtocolError> {
        let refused = |why: &dyn std::fmt::Display| {
            tracing::debug!(client = %client.id, %why, "A client's assertion does not verify.");
            ProtocolError::invalid_client(self.issuer(), false)
        };
        if let Some(set) = &client.metadata.jwks {
            let keys = ClientKeys::read(set).map_err(|fault| refused(&fault))?;
            return keys.verify(assertion, &TYPS).map_err(|error| refused(&error));
        }
        let Some(uri) = &client.metadata.jwks_uri else {
            return Err(refused(&"it has no keys"));
        };
        let known = self.fetched_keys().find(uri);
        if let Some(keys) = known.as_ref().and_then(|known| known.fresh(now)) {
            match keys.verify(assertion, &TYPS) {
                Err(ForeignError::UnknownKey) if !known.is_some_and(|known| known.is_too_early(now)) => {}
                verified => return verified.map_err(|error| refused(&error)),
            }
        }
        let keys = self.fetch_keys(client, uri, now).await?;
        keys.verify(assertion, &TYPS).map_err(|error| refused(&error))
    }

    /// Fetches the set; the last good one when that fails.
    async fn fetch_keys(&self, client: &Client, uri: &str, now: Timestamp) -> Result<Arc<ClientKeys>, ProtocolError> {
        let known = self.fetched_keys().find(uri);
        let old = known.as_ref().and_then(|known| known.good.as_ref()).map(|(keys, _)| Arc::clone(keys));
        let fetched = if known.is_some_and(|known| known.is_too_early(now)) {
            Err("it was tried a moment ago".to_owned())
        } else {
            self.ask_for_keys(uri).await.map(Arc::new).inspect_err(|why| {
                tracing::warn!(client = %client.id, why, "The keys of a client cannot be fetched from its jwks_uri.");
            })
        };
        self.fetched_keys().note(uri, fetched.as_ref().ok().cloned(), now);
        match (fetched, old) {
            (Ok(keys), _) | (Err(_), Some(keys)) => Ok(keys),
            (Err(why), None) => Err(ProtocolError::temporarily_unavailable(&format!("keys of {}: {why}", client.id))),
        }
    }

    async fn ask_for_keys(&self, uri: &str) -> Result<ClientKeys, String> {
        let answer = self.outgoing().get(uri, "application/jwk-set+json, application/json").await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status != 200 {
            return Err(format!("it answered {}", answer.status));
        }
        let set = serde_json::from_slice(&answer.body).map_err(|_| "it is not JSON".to_owned())?;
        ClientKeys::read(&set).map_err(|fault| fault.to_string())
    }
}
