//! The step that a distrusted password leads to (`docs/adr/0014`): another is set in its place.

use super::beginning::Proved;
use super::ticket::TicketContent;
use super::{Accounts, Failure, Field, FieldErrors, Here, NewSession, PasswordForm};
use crate::ctx::Ctx;
use crate::facts::FieldError;
use crate::ids::AccountId;
use crate::profile::{Account, AccountState};
use crate::secret::Secret;
use crate::store::PasswordChange;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What the step of a distrusted password shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewPasswordView {
    /// A new password can be set.
    Ready {
        /// The username.
        username: String,
        /// Whether the current password is asked: not of whoever has just signed in with it.
        needs_current: bool,
    },
    /// Over, unknown, or another browser's: sign in again.
    Over,
}

/// What came of that step.
#[derive(Debug)]
pub enum NewPasswordOutcome {
    /// Set, and the sign-in that led here is complete.
    SignedIn(Box<NewSession>),
    /// Set: sign in with it.
    Saved,
    /// Something in the form must be mended.
    Refused(FieldErrors),
    /// The current password was wrong, or there were too many tries.
    WrongPassword,
    /// Over, unknown, or another browser's: sign in again.
    Over,
}

/// Proved that its holder may set a new password in place of a distrusted one. Sealed, for this browser, for a quarter of
/// an hour, and for the trust as it was taken at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasswordTicket(String);

impl NewPasswordTicket {
    /// Takes a form's value in.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The form's value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Serialize, Deserialize)]
struct MaySet {
    new_password_of: AccountId,
    distrusted_at: Timestamp,
    /// What a sign-in proved so far; `None` for whoever came from the mailbox.
    signing_in: Option<Proved>,
}

impl TicketContent for MaySet {
    const KIND: &'static [u8] = b"new-password-ticket";
}

impl Accounts {
    /// The ticket of a sign-in that proved everything but a trusted password.
    pub(super) fn ticket_of_sign_in(
        &self,
        ctx: &Ctx,
        account: &AccountId,
        distrusted_at: Timestamp,
        proved: Proved,
    ) -> NewPasswordTicket {
        let new_password_of = account.clone();
        NewPasswordTicket(self.seal_ticket(ctx, MaySet { new_password_of, distrusted_at, signing_in: Some(proved) }))
    }

    /// The ticket of whoever took the trust from the password just now, by a link from the mailbox.
    pub(super) fn ticket_of_mailbox(&self, ctx: &Ctx, account: &Account) -> NewPasswordTicket {
        let new_password_of = account.id.clone();
        NewPasswordTicket(self.seal_ticket(ctx, MaySet { new_password_of, distrusted_at: ctx.now, signing_in: None }))
    }

    /// The ticket's content and its account, while its password is distrusted since that same moment.
    async fn open_new_password(
        &self,
        ctx: &Ctx,
        ticket: &NewPasswordTicket,
    ) -> Result<Option<(MaySet, Account, String)>, Failure> {
        let Some(content) = self.open_ticket::<MaySet>(ctx, &ticket.0) else { return Ok(None) };
        let id = content.new_password_of.clone();
        let account = self.store.read("find_account", move |tx| tx.find_account(&id)).await?;
        Ok(account
            .filter(|account| {
                account.state == AccountState::Active && account.password_distrusted_at == Some(content.distrusted_at)
            })
            .and_then(|account| account.password_hash.clone().map(|hash| (content, account, hash))))
    }

    /// What to show to the holder of a ticket.
    pub async fn view_new_password(&self, ctx: &Ctx, ticket: &NewPasswordTicket) -> Result<NewPasswordView, Failure> {
        Ok(match self.open_new_password(ctx, ticket).await? {
            Some((content, account, _)) => NewPasswordView::Ready {
                username: self.letters.called(&account),
                needs_current: content.signing_in.is_none(),
            },
            None => NewPasswordView::Over,
        })
    }

    /// Sets a new password in place of a distrusted one, and completes the sign-in that led here.
    pub async fn set_new_password(
        &self,
        ctx: &Ctx,
        ticket: &NewPasswordTicket,
        form: &PasswordForm,
        here: Here<'_>,
    ) -> Result<NewPasswordOutcome, Failure> {
        let Some((content, account, old)) = self.open_new_password(ctx, ticket).await? else {
            return Ok(NewPasswordOutcome::Over);
        };
        let password = match self.check_form(&account, form, content.signing_in.is_none())? {
            Ok(password) => password,
            Err(errors) => return Ok(NewPasswordOutcome::Refused(errors)),
        };
        if content.signing_in.is_none() {
            if !self.password_is_right(ctx, &account, &form.current_password).await? {
                return Ok(NewPasswordOutcome::WrongPassword);
            }
        } else if self.hasher.verify(password.expose(), Some(&old)).await? {
            return Ok(NewPasswordOutcome::Refused(same_as_before()));
        }
        let change = PasswordChange {
            old,
            distrusted_at: Some(content.distrusted_at),
            new: self.hasher.hash(password.expose(), ctx.entropy()).await?,
            devices_known_from: ctx.now,
        };
        let replacing = self.replacing(ctx, account, change)?;
        let cookie = Secret::random(ctx.entropy());
        let beginning = self.beginning(ctx, &cookie, here);
        let set = self
            .store
            .tx("set_new_password", move |tx| {
                if !replacing.replace(tx, None)? {
                    return Ok(None);
                }
                let proved = content.signing_in.as_ref();
                proved.map(|proved| beginning.start(tx, &replacing.account, proved, false)).transpose().map(Some)
            })
            .await?;
        Ok(match set {
            Some(Some(session)) => {
                NewPasswordOutcome::SignedIn(Box::new(self.new_session(ctx, cookie, session, here.known_device)))
            }
            Some(None) => NewPasswordOutcome::Saved,
            None => NewPasswordOutcome::Over,
        })
    }
}

fn same_as_before() -> FieldErrors {
    FieldErrors::one(Field::Password, FieldError::SameAsBefore)
}
