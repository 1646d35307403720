//! Who is signed in, and signing out.

use super::ending::{self, Which};
use super::{Accounts, Failure};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::profile::{Account, AccountState, Identifier, Profile};
use crate::secret::Secret;
use crate::session::Session;
use crate::store::SessionClient;

/// A live session and its active account: the only proof that somebody is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The account.
    pub account: Account,
}

/// What signing out ended.
#[derive(Clone, Debug, Default)]
pub struct SignOut {
    /// The clients that this session had reached. Those that asked for it are told by us; the browser tells others
    /// (OpenID Connect Front-Channel Logout 1.0).
    pub clients: Vec<SessionClient>,
}

impl Accounts {
    /// Who the cookie's value stands for, if its session is live and its account active. Notes the request.
    pub async fn session(&self, ctx: &Ctx, cookie: &Secret) -> Result<Option<SignedIn>, Failure> {
        let secret = self.session_digest(cookie);
        let found = self.store.look("find_session", move |tx| tx.find_session_and_account(&secret)).await?;
        let found = found.map(|(session, account)| SignedIn { session, account });
        let live = found.filter(|who| {
            who.session.is_live(ctx.now, &self.settings.sessions) && who.account.state == AccountState::Active
        });
        if let Some(who) = &live
            && who.session.needs_touch(ctx.now)
        {
            let (id, now) = (who.session.id.clone(), ctx.now);
            self.store.write_alone("touch_session", move |tx| tx.touch_session(&id, now)).await?;
        }
        Ok(live)
    }

    /// Ends a session and the grants that live with it. Ending an ended session changes nothing.
    pub async fn sign_out(&self, ctx: &Ctx, who: &SignedIn) -> Result<SignOut, Failure> {
        let (ctx, who, letters) = (ctx.clone(), who.clone(), self.letters.clone());
        let outcome = self
            .store
            .tx("sign_out", move |tx| {
                let id = &who.session.id;
                let ended = ending::end(tx, &letters, &ctx, Which::One(id))?;
                if ended.sessions == 0 {
                    return Ok(SignOut::default());
                }
                tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::SignedOut).account(&who.account.id).session(id))?;
                Ok(SignOut { clients: ended.clients })
            })
            .await?;
        Ok(outcome)
    }

    /// The facts of the person who is signed in, with who vouches for each that can be looked up.
    pub async fn profile(&self, who: &SignedIn) -> Result<(Profile, Vec<Identifier>), Failure> {
        let profile = self.open_profile(&who.account)?;
        let id = who.account.id.clone();
        let identifiers = self.store.read("list_identifiers", move |tx| tx.list_identifiers(&id)).await?;
        Ok((profile, identifiers))
    }

    /// Opens an account's personal facts.
    pub(super) fn open_profile(&self, account: &Account) -> Result<Profile, crate::ports::Unsealable> {
        account.open_profile(self.vault.as_ref())
    }

    pub(super) fn session_digest(&self, cookie: &Secret) -> Digest {
        self.vault.digest(DigestPurpose::Session, &[cookie.expose().as_bytes()])
    }
}
