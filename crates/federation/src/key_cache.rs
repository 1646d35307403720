//! The keys of an upstream: fetched when needed, kept, and fetched again when something does not verify with them.

use crate::kept::{Kept, Known};
use crate::line::{Errand, Failed, Line};
use crate::trouble::Distrust;
use portal_id_core::ports::{CallBody, UpstreamCall};
use portal_id_core::time::Timestamp;
use portal_id_keys::{ClientKeys, ForeignError};
use serde_json::{Map, Value};

/// The keys as this node knows them.
#[derive(Default)]
pub(crate) struct KeyCache(Kept<ClientKeys>);

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
    /// Whether there are keys to verify with, though new ones cannot be fetched.
    pub(crate) fn are_at_hand(&self, now: Timestamp) -> bool {
        self.0.at_hand(now).is_some()
    }

    /// How many keys there are to verify with.
    pub(crate) async fn fetch(&self, line: &Line, jwks: &str, now: Timestamp) -> Result<usize, Failed> {
        self.keys(line, jwks, now, None).await.map(|known| known.what.count())
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
        match first.what.verify(token, typs) {
            // The keys may have changed since: also under the same name.
            Err(ForeignError::UnknownKey | ForeignError::Signature) => {}
            other => return other.map_err(|error| Unverified::Distrusted(error.into())),
        }
        let again = self.keys(line, jwks, now, Some(first.fetched_at)).await.map_err(Unverified::NoKeys)?;
        again.what.verify(token, typs).map_err(|error| Unverified::Distrusted(error.into()))
    }

    /// The keys; `not_these` were fetched then, and are not good enough.
    async fn keys(
        &self,
        line: &Line,
        jwks: &str,
        now: Timestamp,
        not_these: Option<Timestamp>,
    ) -> Result<Known<ClientKeys>, Failed> {
        let call = UpstreamCall {
            url: jwks,
            accept: "application/jwk-set+json, application/json",
            authorization: None,
            body: CallBody::Get,
        };
        let fetch = || line.fetch(now, Errand::Keys, call, read);
        self.0.get(now, not_these, fetch).await
    }
}

/// The usable keys of a set. One without any would let nobody in: those of before serve better.
fn read(set: &Map<String, Value>) -> Result<ClientKeys, String> {
    ClientKeys::read_usable(&Value::Object(set.clone())).map_err(|fault| fault.to_string())
}
