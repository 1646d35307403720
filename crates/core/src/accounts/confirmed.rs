//! The gate in front of one's own factors: whoever passes has proved who they are a short while ago, by two factors or a
//! passkey. A stolen session, or a screen left alone, changes nothing (security.md row 11).
//!
//! When the proof was given lives in a sealed cookie, bound to the session and its secret: nothing is stored.

use super::beginning::Here;
use super::passkey_questions::{Purpose, Unproved};
use super::{Accounts, Credentials, Failure, SignInOutcome, SignedIn};
use crate::acr::Aal;
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::passkey::{Assertion, PasskeyAsk};
use crate::ports::{SealPurpose, Sealed};
use crate::profile::Account;
use crate::session::Session;
use crate::time::Timestamp;

/// Somebody who has proved a short while ago who they are. Only [`Accounts::confirmed`] makes one: whatever asks for it
/// cannot be reached otherwise.
#[derive(Clone, Debug)]
pub struct Confirmed(SignedIn);

impl Confirmed {
    /// Whose account it is.
    pub const fn account(&self) -> &Account {
        &self.0.account
    }

    /// The session it holds for.
    pub const fn session(&self) -> &Session {
        &self.0.session
    }
}

/// What came of proving again who one is.
#[derive(Debug)]
pub enum ConfirmOutcome {
    /// Proved: the browser keeps this.
    Confirmed {
        /// The cookie's value.
        cookie: String,
    },
    /// Wrong, or too many tries.
    Refused,
    /// The account has no password to prove anything by: a passkey, or signing in anew.
    NoPassword,
    /// The passkey's question was too old or answered already: ask again.
    NotFresh,
    /// The session stands on the password alone: the second step follows, as at sign-in.
    SignIn(SignInOutcome),
}

impl Accounts {
    /// The gate: whether the person of this session proved lately who they are, by signing in or since.
    pub fn confirmed(&self, ctx: &Ctx, who: &SignedIn, cookie: Option<&str>) -> Option<Confirmed> {
        let lasts = self.settings.factors.confirmed_for();
        let proved_at = [who.session.proved_at(), self.open_confirmation(who, cookie)].into_iter().flatten().max()?;
        // A remembered browser is one factor: it may read one's account, never change who can get in.
        (who.session.aal() >= Aal(2) && ctx.now < proved_at + lasts).then(|| Confirmed(who.clone()))
    }

    /// Proves again who one is, by the password. At a browser that the account knows a stranger's guesses elsewhere are
    /// in nobody's way.
    pub async fn confirm(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        password: &str,
        here: Here<'_>,
    ) -> Result<ConfirmOutcome, Failure> {
        // A distrusted password proves nothing either: somebody else may know it.
        if who.account.wants_password() {
            return Ok(ConfirmOutcome::NoPassword);
        }
        if who.session.aal() < Aal(2) {
            let name = who.account.username.display().to_owned();
            let credentials = Credentials { name, password: password.to_owned() };
            let here = Here { previous: Some(&who.session), two_factors: true, ..here };
            return Ok(ConfirmOutcome::SignIn(self.sign_in_here(ctx, credentials, here).await?));
        }
        if !self.password_is_right_from(ctx, &who.account, password, here.known_device).await? {
            return Ok(ConfirmOutcome::Refused);
        }
        self.note_confirmation(ctx, who).await
    }

    /// What to ask the browser for, to prove by a passkey who one is; `None` for whoever has none.
    pub async fn ask_passkey_to_confirm(&self, ctx: &Ctx, who: &SignedIn) -> Result<Option<PasskeyAsk>, Failure> {
        self.ask_own_passkey(ctx, who, Purpose::Confirm).await
    }

    /// Proves again who one is, by a passkey. At a remembered browser that is a sign-in of its own.
    pub async fn confirm_with_passkey(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        assertion: &Assertion,
        here: Here<'_>,
    ) -> Result<ConfirmOutcome, Failure> {
        let checked = self.check_own_passkey(ctx, who, Purpose::Confirm, assertion).await?;
        let signed = match checked {
            Ok(signed) => signed,
            Err(Unproved::NotFresh) => return Ok(ConfirmOutcome::NotFresh),
            Err(Unproved::Refused) => return Ok(ConfirmOutcome::Refused),
        };
        if who.session.aal() < Aal(2) {
            let here = Here { previous: Some(&who.session), ..here };
            return Ok(match self.begin_passkey_session(ctx, &who.account, signed, here).await? {
                Some(new) => ConfirmOutcome::SignIn(SignInOutcome::SignedIn(Box::new(new))),
                None => ConfirmOutcome::Refused,
            });
        }
        let now = ctx.now;
        if !self.store.tx("use_passkey", move |tx| signed.note_use(tx, now)).await? {
            return Ok(ConfirmOutcome::Refused);
        }
        self.note_confirmation(ctx, who).await
    }

    async fn note_confirmation(&self, ctx: &Ctx, who: &SignedIn) -> Result<ConfirmOutcome, Failure> {
        let entry =
            AuditEntry::new(ctx, AuditKind::IdentityConfirmed).account(&who.account.id).session(&who.session.id);
        self.store.tx("note_confirmation", move |tx| tx.insert_audit(&entry)).await?;
        let context = confirmation_context(&who.session);
        let sealed = Sealed::seal(self.vault.as_ref(), SealPurpose::Confirmation, &context, &ctx.now, ctx.entropy());
        Ok(ConfirmOutcome::Confirmed { cookie: sealed.to_text() })
    }

    fn open_confirmation(&self, who: &SignedIn, cookie: Option<&str>) -> Option<Timestamp> {
        let sealed = Sealed::from_text(cookie?)?;
        sealed.open(self.vault.as_ref(), SealPurpose::Confirmation, &confirmation_context(&who.session)).ok()
    }
}

/// Good for this session under this secret, and no other.
fn confirmation_context(session: &Session) -> Vec<u8> {
    [session.id.as_str().as_bytes(), session.secret.as_bytes()].concat()
}
