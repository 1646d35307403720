//! What a notice to a client says, made at the moment of its delivery.

use crate::ctx::Ctx;
use crate::ids::ClientId;
use crate::outbox::SessionEnded;
use crate::secret::Secret;
use async_trait::async_trait;

/// A notice ready to be posted.
#[derive(Clone, Debug)]
pub struct WrittenNotice {
    /// The address that the client has registered by now.
    pub to: String,
    /// The signed token. Whoever holds it can tell the client that a session ended.
    pub logout_token: Secret,
}

/// Why there is nothing to post; the words are for operators.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// Try again: the database or the keys are out of reach.
    #[error("{0}")]
    Later(String),
    /// Nobody is to be told any more.
    #[error("{0}")]
    Never(&'static str),
}

/// Writes logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4). They live for minutes while a notice may wait for
/// a day, so each attempt gets its own.
#[async_trait]
pub trait NoticeWriter: Send + Sync {
    /// The notice to `client`. `jti` is its own for every attempt.
    async fn write(
        &self,
        ctx: &Ctx,
        client: &ClientId,
        ended: &SessionEnded,
        jti: &str,
    ) -> Result<WrittenNotice, NotWritten>;
}
