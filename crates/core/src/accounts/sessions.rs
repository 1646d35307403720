//! The list of one's own sessions, and ending them.

use super::ending::{self, Which};
use super::session::SignOut;
use super::{Accounts, Failure, SignedIn};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::ids::SessionId;
use crate::session::Session;
use crate::time::{Span, Timestamp};

/// One of a person's sessions, as its owner sees it: nothing here opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// Its identity; not the cookie.
    pub id: SessionId,
    /// What the browser called itself.
    pub user_agent: String,
    /// The network it was begun from, masked; may be empty.
    pub network: String,
    /// When the person signed in, if anybody knows.
    pub signed_in_at: Option<Timestamp>,
    /// When it was last used, to about two minutes.
    pub last_seen_at: Timestamp,
}

/// A person's live sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSessions {
    /// The one that asks.
    pub this: OwnSession,
    /// The others, the newest first.
    pub others: Vec<OwnSession>,
    /// Whether there are more than these.
    pub more: bool,
}

/// What came of ending one session.
#[derive(Clone, Debug)]
pub enum EndSessionOutcome {
    /// It has ended, with what it had given.
    Ended,
    /// It was the one that asked: nobody is signed in there any more.
    EndedThis(SignOut),
    /// There is no such session, it is over, or it is another person's (security.md row 33).
    Unknown,
}

/// How many other sessions are shown.
const MOST_SHOWN: u32 = 50;

impl OwnSession {
    fn of(session: Session) -> Self {
        Self {
            signed_in_at: session.proved_at(),
            id: session.id,
            user_agent: session.user_agent,
            network: session.network,
            last_seen_at: session.last_seen_at,
        }
    }
}

impl Accounts {
    /// The live sessions of whoever is signed in.
    pub async fn own_sessions(&self, ctx: &Ctx, who: &SignedIn) -> Result<OwnSessions, Failure> {
        let (account, now) = (who.account.id.clone(), ctx.now);
        let seen_after = now - Span::minutes(self.settings.sessions.idle_minutes);
        // One for this session, one to see that there are more.
        let listed = self
            .store
            .read("list_sessions", move |tx| tx.list_sessions(&account, now, seen_after, MOST_SHOWN + 2))
            .await?;
        let mut others: Vec<_> =
            listed.into_iter().filter(|session| session.id != who.session.id).map(OwnSession::of).collect();
        let most = usize::try_from(MOST_SHOWN).unwrap_or(usize::MAX);
        let more = others.len() > most;
        others.truncate(most);
        let this = Session { last_seen_at: now, ..who.session.clone() };
        Ok(OwnSessions { this: OwnSession::of(this), others, more })
    }

    /// Ends one session of whoever is signed in, with what lives by it.
    pub async fn end_own_session(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        id: &SessionId,
    ) -> Result<EndSessionOutcome, Failure> {
        if *id == who.session.id {
            return Ok(EndSessionOutcome::EndedThis(self.sign_out(ctx, who).await?));
        }
        let (ctx, account, id) = (ctx.clone(), who.account.id.clone(), id.clone());
        let (settings, letters) = (self.settings.sessions.clone(), self.letters.clone());
        let outcome = self
            .store
            .tx("end_own_session", move |tx| {
                let found = tx.find_session_by_id(&id)?;
                let own = found.filter(|session| session.account_id == account && session.is_live(ctx.now, &settings));
                if own.is_none() || ending::end(tx, &letters, &ctx, Which::One(&id))?.sessions == 0 {
                    return Ok(EndSessionOutcome::Unknown);
                }
                tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::SessionEnded).account(&account).session(&id))?;
                Ok(EndSessionOutcome::Ended)
            })
            .await?;
        Ok(outcome)
    }

    /// Ends every session of whoever is signed in but this one, with what lives by them.
    pub async fn end_other_sessions(&self, ctx: &Ctx, who: &SignedIn) -> Result<(), Failure> {
        let (ctx, who, letters) = (ctx.clone(), who.clone(), self.letters.clone());
        self.store
            .tx("end_other_sessions", move |tx| {
                let (account, this) = (&who.account.id, &who.session.id);
                let others = Which::Others { of: account, keep: this, offline_too: false };
                let ended = ending::end(tx, &letters, &ctx, others)?;
                if ended.sessions + ended.grants == 0 {
                    return Ok(());
                }
                tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::OtherSessionsEnded).account(account).session(this))
            })
            .await?;
        Ok(())
    }

    /// Ends every session of whoever is signed in, and takes back what services may do without one.
    pub async fn end_all_sessions(&self, ctx: &Ctx, who: &SignedIn) -> Result<SignOut, Failure> {
        let (ctx, who, letters) = (ctx.clone(), who.clone(), self.letters.clone());
        let outcome = self
            .store
            .tx("end_all_sessions", move |tx| {
                let (account, this) = (&who.account.id, &who.session.id);
                let ended = ending::end(tx, &letters, &ctx, Which::All(account))?;
                tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::AllSessionsEnded).account(account).session(this))?;
                // The browser can only tell of the session that it has.
                Ok(SignOut { clients: ended.clients.into_iter().filter(|one| one.session_id == *this).collect() })
            })
            .await?;
        Ok(outcome)
    }
}
