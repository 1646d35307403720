//! The access token of a gateway: fetched once, kept until a minute before its end, fetched anew when the gateway says
//! that it is over.

use super::exchange::{guarded_url, send, timed};
use super::fill::{Filling, Names};
use super::form::Form;
use super::settings::{AnswerFormat, AnswerSettings, BodyKind, TokenSettings};
use super::verdict::{Answer, Verdict};
use crate::SetupError;
use portal_id_core::secret::Secret;
use portal_id_core::time::{Span, Timestamp};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;

/// A token is not used in its last minute: it must outlive the way to the gateway and a difference of clocks.
const MARGIN: Span = Span::minutes(1);

/// A token in use.
pub(super) struct Access {
    /// The token.
    pub(super) token: Secret,
    /// The session that it was fetched for.
    pub(super) session: String,
    until: Timestamp,
}

/// What the last fetch came to.
enum Kept {
    Token(Arc<Access>),
    /// Those who waited for it do not ask again: they would wait for the same silence one after the other.
    Failed {
        until: Timestamp,
        verdict: Verdict,
    },
}

/// Fetches and keeps tokens.
pub(super) struct TokenKeeper {
    url: Url,
    is_form: bool,
    fields: Form,
    settings: TokenSettings,
    kept: Mutex<Option<Kept>>,
}

impl TokenKeeper {
    /// As the settings say; also whether it goes to this machine.
    pub(super) fn new(settings: &TokenSettings, names: &Names) -> Result<(Self, bool), SetupError> {
        let (url, loopback) = guarded_url(&settings.url).map_err(|why| SetupError::new(format!("token.url {why}")))?;
        let fields = Form::read("token.fields", &serde_json::Value::Object(settings.fields.clone()), names)?;
        let is_form = match settings.body {
            BodyKind::Json => false,
            BodyKind::Form if fields.is_flat() => true,
            BodyKind::Form | BodyKind::Xml => {
                return Err(SetupError::new("token.body must be json, or form with flat fields"));
            }
        };
        Ok((Self { url, is_form, fields, settings: settings.clone(), kept: Mutex::default() }, loopback))
    }

    /// The token to use at `now`, or what its absence means for the message.
    pub(super) async fn access(
        &self,
        client: &reqwest::Client,
        message_id: &str,
        now: Timestamp,
    ) -> Result<Arc<Access>, Verdict> {
        // Held while fetching: the messages of one round wait for one token instead of fetching one each.
        let mut kept = self.kept.lock().await;
        match kept.as_ref() {
            Some(Kept::Token(access)) if now < access.until => return Ok(Arc::clone(access)),
            Some(Kept::Failed { until, verdict }) if now <= *until => return Err(verdict.clone()),
            _ => {}
        }
        let (fetched, took) = timed(self.fetch(client, message_id, now)).await;
        *kept = Some(match &fetched {
            Ok(access) => Kept::Token(Arc::clone(access)),
            Err(verdict) => Kept::Failed { until: now + took, verdict: verdict.clone() },
        });
        fetched
    }

    /// Forgets a token that the gateway no longer takes, unless another one is in use already.
    pub(super) async fn forget(&self, over: &Arc<Access>) {
        let mut kept = self.kept.lock().await;
        if matches!(kept.as_ref(), Some(Kept::Token(access)) if Arc::ptr_eq(access, over)) {
            *kept = None;
        }
    }

    /// Whether the gateway's answer says that the token is over. An acceptance never does, whatever its id is: the message
    /// would be sent twice.
    pub(super) fn is_over(&self, answer: &Answer, rules: &AnswerSettings) -> bool {
        if answer.is_acceptance(rules) {
            return false;
        }
        answer.status == 401 || answer.error_code(rules).is_some_and(|code| self.settings.over.contains(&code))
    }

    async fn fetch(&self, client: &reqwest::Client, message_id: &str, now: Timestamp) -> Result<Arc<Access>, Verdict> {
        let session = session(message_id);
        let parameters = BTreeMap::new();
        let with = Filling {
            phone: "",
            text: "",
            id: message_id,
            template: "",
            parameters: &parameters,
            unix: now.seconds(),
            seconds_left: 0,
            access: Some(("", &session)),
            jwt: "",
        };
        let request = client.post(self.url.clone());
        let request =
            if self.is_form { request.form(&self.fields.pairs(&with)) } else { request.json(&self.fields.json(&with)) };
        let (status, body) = send(request)
            .await
            .map_err(|silence| Verdict::Passing(format!("the token's address {}", silence.words())))?;
        let answer = Answer::read(AnswerFormat::Json, status, &body);
        let token = answer.text_at(&self.settings.place).filter(|token| !token.is_empty());
        let Some(token) = token.filter(|_| (200..300).contains(&status)) else {
            let words = format!("gave no token, with status {status}");
            // Its own faults pass; anything else is about our keys.
            return Err(match status {
                408 | 425 | 429 | 500..=599 => Verdict::Passing(words),
                _ => Verdict::GatewayRefused(words),
            });
        };
        let lifetime = answer.text_at(&self.settings.lifetime).and_then(|seconds| seconds.parse::<i64>().ok());
        let lifetime = Span::seconds(lifetime.unwrap_or_else(|| i64::from(self.settings.lifetime_seconds)));
        Ok(Arc::new(Access { token: Secret::new(token), session, until: now + (lifetime - MARGIN) }))
    }
}

/// A name for the token's session: of this message, so that no two tokens share one.
fn session(message_id: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(message_id).into();
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
