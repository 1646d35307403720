//! The keys of an upstream: fetched when needed, kept, and fetched again when something does not verify with them.

use crate::line::{Failed, Line};
use crate::trouble::Distrust;
use portal_id_core::ports::{CallBody, UpstreamCall};
use portal_id_core::time::{Span, Timestamp};
use portal_id_keys::{ClientKeys, ForeignError};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex as Held, PoisonError};
use tokio::sync::Mutex;

/// How long keys are used without asking again.
const KEEP: Span = Span::hours(1);
/// How long old ones still serve when they cannot be fetched.
const KEEP_STALE: Span = Span::hours(24);
/// How often something that does not verify makes us fetch again: anybody can send us a logout token.
const FETCH_AGAIN_AFTER: Span = Span::seconds(10);

/// The keys as this node knows them.
#[derive(Default)]
pub(crate) struct KeyCache {
    known: Held<Option<Known>>,
    /// One asks at a time; the others then find what came.
    asking: Mutex<()>,
}

#[derive(Clone)]
struct Known {
    keys: Arc<ClientKeys>,
    fetched_at: Timestamp,
    asked_at: Timestamp,
    /// Why the last time that they were asked for brought no others.
    failed: Option<Failed>,
}

impl Known {
    /// Themselves, unless others are needed that could not be had: of a token that these do not verify nothing is known.
    fn unless_others_are_needed(self, not_these: Option<Timestamp>) -> Result<Self, Failed> {
        match self.failed.filter(|_| not_these.is_some()) {
            Some(failed) => Err(failed),
            None => Ok(self),
        }
    }
}

/// Why a token was not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unverified {
    /// There are no keys to verify it with.
    NoKeys(Failed),
    /// It is not of this upstream.
    Distrusted(Distrust),
}

impl From<ForeignError> for Distrust {
    fn from(error: ForeignError) -> Self {
        match error {
            ForeignError::TooLong => Self::TooLong,
            ForeignError::Algorithm => Self::Algorithm,
            ForeignError::UnknownKey | ForeignError::Signature => Self::Signature,
            ForeignError::Parts | ForeignError::Header | ForeignError::Type | ForeignError::Claims => Self::Form,
        }
    }
}

impl KeyCache {
    fn known(&self) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many keys there are to verify with.
    pub(crate) async fn fetch(&self, line: &Line, jwks: &str, now: Timestamp) -> Result<usize, Failed> {
        self.keys(line, jwks, now, None).await.map(|known| known.keys.count())
    }

    /// The claims of a token that one of the upstream's keys signed.
    pub(crate) async fn verify(
        &self,
        line: &Line,
        jwks: &str,
        (token, typs): (&str, &[&str]),
        now: Timestamp,
    ) -> Result<Map<String, Value>, Unverified> {
        let first = self.keys(line, jwks, now, None).await.map_err(Unverified::NoKeys)?;
        match first.keys.verify(token, typs) {
            // The keys may have changed since: also under the same name.
            Err(ForeignError::UnknownKey | ForeignError::Signature) => {}
            other => return other.map_err(|error| Unverified::Distrusted(error.into())),
        }
        let again = self.keys(line, jwks, now, Some(first.fetched_at)).await.map_err(Unverified::NoKeys)?;
        again.keys.verify(token, typs).map_err(|error| Unverified::Distrusted(error.into()))
    }

    /// The keys; `not_these` were fetched then, and are not good enough.
    async fn keys(
        &self,
        line: &Line,
        jwks: &str,
        now: Timestamp,
        not_these: Option<Timestamp>,
    ) -> Result<Known, Failed> {
        let good = |known: &Known| match not_these {
            None => now < known.fetched_at + KEEP,
            Some(fetched_at) => known.fetched_at > fetched_at || now < known.asked_at + FETCH_AGAIN_AFTER,
        };
        if let Some(known) = self.known().filter(good) {
            return known.unless_others_are_needed(not_these);
        }
        let _turn = self.asking.lock().await;
        let known = self.known();
        if let Some(known) = known.clone().filter(good) {
            return known.unless_others_are_needed(not_these);
        }
        let call = UpstreamCall {
            url: jwks,
            accept: "application/jwk-set+json, application/json",
            authorization: None,
            body: CallBody::Get,
        };
        let fetched = match line.object(now, call).await {
            Ok(set) => ClientKeys::read(&Value::Object(set)).map_err(|fault| line.failed(now, fault.to_string())),
            Err(failed) => Err(failed),
        };
        let fetched = match (fetched, known) {
            (Ok(keys), _) => Known { keys: Arc::new(keys), fetched_at: now, asked_at: now, failed: None },
            (Err(failed), Some(old)) if now < old.fetched_at + KEEP_STALE => {
                Known { asked_at: now, failed: Some(failed), ..old }
            }
            (Err(failed), _) => return Err(failed),
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(fetched.clone());
        fetched.unless_others_are_needed(not_these)
    }
}
