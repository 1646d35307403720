//! How sessions end: the one way for all of them. In the same transaction the grants that live by them are revoked and
//! the services that they reached are told, so that no end is ever known here alone. So it is with what a session means
//! to one service, when the person takes back what that service may know.

use super::messages::Letters;
use crate::ctx::Ctx;
use crate::ids::{AccountId, ClientId, MessageId, SessionId};
use crate::outbox::{Message, OutboxRow, SessionEnded};
use crate::store::{SessionClient, StoreResult, Tx};
use crate::time::Span;
use std::collections::BTreeMap;

/// How long a service that does not answer is told again. Sessions of services seldom live longer.
const NOTICE_LIFETIME: Span = Span::hours(24);

/// Which sessions end.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    /// This one. What services may do without a session stays.
    One(&'a SessionId),
    /// Every session of the account but one; what services may do without a session stays, unless `offline_too`.
    Others { of: &'a AccountId, keep: &'a SessionId, offline_too: bool },
    /// Every session of the account, and what services may do without one.
    All(&'a AccountId),
}

/// What ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// How many sessions. None when one was to end that had ended before.
    pub(super) sessions: u32,
    /// How many grants.
    pub(super) grants: u32,
    /// The services that those sessions had reached.
    pub(super) clients: Vec<SessionClient>,
}

/// Ends sessions.
pub(super) fn end(tx: &mut dyn Tx, letters: &Letters, ctx: &Ctx, which: Which<'_>) -> StoreResult<Ended> {
    let now = ctx.now;
    // Clients are listed after the end: a code that was being issued is then either noted or refused.
    let ended = match which {
        Which::One(id) => {
            if !tx.end_session(id, now)? {
                return Ok(Ended::default());
            }
            let clients = tx.list_session_clients(id)?;
            Ended { sessions: 1, grants: tx.revoke_online_grants_of_session(id, now)?, clients }
        }
        Which::Others { of, keep, offline_too } => {
            let sessions = tx.end_sessions_of_account(of, Some(keep), now)?;
            let grants = tx.revoke_grants_of_other_sessions(of, keep, offline_too, now)?;
            Ended { grants, ..ended(tx, &sessions)? }
        }
        Which::All(account) => {
            let sessions = tx.end_sessions_of_account(account, None, now)?;
            Ended { grants: tx.revoke_grants_of_account(account, None, now)?, ..ended(tx, &sessions)? }
        }
    };
    tell(tx, letters, ctx, &ended.clients)?;
    Ok(ended)
}

/// What these sessions had reached.
fn ended(tx: &mut dyn Tx, sessions: &[SessionId]) -> StoreResult<Ended> {
    let mut clients = Vec::new();
    for id in sessions {
        clients.extend(tx.list_session_clients(id)?);
    }
    Ok(Ended { sessions: u32::try_from(sessions.len()).unwrap_or(u32::MAX), grants: 0, clients })
}

/// Tells a service that the sessions which it was signed in with are over for it. It is signed in with them no more: their
/// later end is nothing that it may learn, and would name a session that it has not got.
///
/// A service that cannot be told keeps its place in them: what the browser loads when the person signs out
/// (Front-Channel Logout 1.0) is the only way to end its own session.
pub(super) fn part(
    tx: &mut dyn Tx,
    letters: &Letters,
    ctx: &Ctx,
    account: &AccountId,
    client: &ClientId,
) -> StoreResult<()> {
    if !wants_to_know(tx, client)? {
        return Ok(());
    }
    let parted = tx.take_client_of_sessions(account, client)?;
    parted.iter().try_for_each(|one| tx.insert_message(&letters.session_ended(ctx, one)))
}

/// Writes a notice for each of these sessions to each service that wants to know (OpenID Connect Back-Channel Logout
/// 1.0 §2.5).
fn tell(tx: &mut dyn Tx, letters: &Letters, ctx: &Ctx, reached: &[SessionClient]) -> StoreResult<()> {
    let mut wants: BTreeMap<&ClientId, bool> = BTreeMap::new();
    for one in reached {
        let wanted = match wants.get(&one.client_id) {
            Some(wanted) => *wanted,
            None => wants_to_know(tx, &one.client_id)?,
        };
        wants.insert(&one.client_id, wanted);
        if wanted {
            tx.insert_message(&letters.session_ended(ctx, one))?;
        }
    }
    Ok(())
}

/// Also one that this version cannot serve: a newer node tells it.
fn wants_to_know(tx: &mut dyn Tx, client: &ClientId) -> StoreResult<bool> {
    let client = tx.find_client(client)?.filter(|client| client.disabled_at.is_none());
    Ok(client.is_some_and(|client| client.metadata.backchannel_logout_uri.is_some()))
}

impl Letters {
    /// The notice that a session ended, to a client that it reached.
    fn session_ended(&self, ctx: &Ctx, reached: &SessionClient) -> OutboxRow {
        let id = MessageId::new(ctx.now, ctx.entropy());
        let SessionClient { session_id, client_id, subject } = reached.clone();
        let message = Message::SessionEnded(SessionEnded { session_id, subject });
        let to = (client_id.as_str(), client_id.as_str().to_owned(), ctx.language);
        OutboxRow { client_id: Some(client_id.clone()), ..self.row(ctx, id, to, NOTICE_LIFETIME, message) }
    }
}
