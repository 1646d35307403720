//! Sessions that stand on one of an upstream: how to end that one too, and what happens here when it ended there.

use crate::accounts::ending::{self, Which};
use crate::accounts::{Accounts, Failure};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::ids::{AccountId, SessionId};
use crate::session::Session;
use crate::time::Timestamp;
use crate::upstream::{LogoutOf, UpstreamEnding, UpstreamId};
use std::collections::BTreeMap;

/// More sessions than anybody has.
const ALL: u32 = 10_000;

impl Accounts {
    /// On which session of which upstream a session stands, and how to end it there. Asked before signing out.
    pub async fn upstream_ending(&self, session: &SessionId) -> Result<Option<(UpstreamId, UpstreamEnding)>, Failure> {
        let id = session.clone();
        let found = self.store.read("upstream_ending", move |tx| tx.find_upstream_session(&id)).await?;
        match found {
            Some(row) => Ok(Some((row.upstream.clone(), row.open_ending(self.vault.as_ref())?))),
            None => Ok(None),
        }
    }

    /// An upstream says that a session of it, or everything of a person, ended there (OpenID Connect Back-Channel Logout
    /// 1.0 §2.6): what began with it ends here, and the services are told. With `everywhere` every session of the person
    /// ends, however it began, and whether or not one that began there is left. Whoever is on their way from there does not
    /// arrive by it any more. How many ended. `said_at` is when the upstream said so, by its own clock.
    pub async fn end_upstream_sessions(
        &self,
        ctx: &Ctx,
        upstream: &UpstreamId,
        issuer: &str,
        (of, said_at): (&LogoutOf, Timestamp),
        everywhere: bool,
    ) -> Result<u32, Failure> {
        let Some(ended) = of.ended_by(self.vault.as_ref(), upstream, issuer) else { return Ok(0) };
        // First: a session that begins too late to be found below finds the mark.
        self.mark_as_left(ctx, &ended, said_at).await?;
        let (ctx, upstream, letters) = (ctx.clone(), upstream.clone(), self.letters.clone());
        let count = self
            .store
            .tx("end_upstream_sessions", move |tx| {
                let mut found: BTreeMap<SessionId, AccountId> =
                    tx.list_sessions_of_upstream(&upstream, &ended)?.into_iter().collect();
                if everywhere {
                    for account in tx.list_accounts_of_upstream(&upstream, &ended)? {
                        let all = tx.list_sessions(&account, ctx.now, Timestamp::from_millis(0), ALL)?;
                        found.extend(all.into_iter().map(|session| (session.id, account.clone())));
                    }
                }
                let mut count = 0;
                for (session, account) in &found {
                    if ending::end(tx, &letters, &ctx, Which::One(session))?.sessions > 0 {
                        let entry = AuditEntry::new(&ctx, AuditKind::UpstreamEndedSession).upstream(&upstream);
                        tx.insert_audit(&entry.account(account).session(session))?;
                        count += 1;
                    }
                }
                Ok(count)
            })
            .await?;
        Ok(count)
    }

    /// Ends a session that began at the very moment in which it ended at its upstream.
    pub(super) async fn end_what_ended_there(
        &self,
        ctx: &Ctx,
        upstream: &UpstreamId,
        session: &Session,
    ) -> Result<(), Failure> {
        let (ctx, letters) = (ctx.clone(), self.letters.clone());
        let (upstream, session) = (upstream.clone(), session.clone());
        self.store
            .tx("end_what_ended_there", move |tx| {
                ending::end(tx, &letters, &ctx, Which::One(&session.id))?;
                let entry = AuditEntry::new(&ctx, AuditKind::UpstreamEndedSession).upstream(&upstream);
                tx.insert_audit(&entry.account(&session.account_id).session(&session.id))
            })
            .await?;
        Ok(())
    }
}
