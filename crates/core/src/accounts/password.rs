//! Setting another password: by the owner who is signed in, or as the step that a distrusted password leads to
//! (`docs/adr/0014`). Either way it is the current one that is replaced, once, and everything it had opened ends.

use super::beginning::Proved;
use super::limits::Limited;
use super::messages::{Letters, time_and_day};
use super::not_me::NotMeLetter;
use super::remembered::forget_all;
use super::ticket::TicketContent;
use super::{Accounts, Failure, Field, FieldErrors, Here, NewSession, SignedIn};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::facts::FieldError;
use crate::ids::AccountId;
use crate::outbox::Message;
use crate::password::policy::{PasswordInput, PersonalWords};
use crate::profile::{Account, AccountState};
use crate::secret::Secret;
use crate::session::Session;
use crate::store::{PasswordChange, StoreError, StoreResult, Tx};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A new password as typed.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of the form")]
pub struct PasswordForm {
    pub current_password: String,
    pub password: String,
    pub password_confirmation: String,
}

/// What came of a change by the owner.
#[derive(Debug)]
pub enum ChangePasswordOutcome {
    /// Changed. This session goes on under a new cookie; all others have ended.
    Changed(Box<NewSession>),
    /// Something in the form must be mended.
    Refused(FieldErrors),
    /// The current password was wrong (or is no longer the current one), or there were too many tries.
    WrongPassword,
    /// The account has no password that could be changed.
    NoPassword,
}

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
                username: account.username.display().to_owned(),
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

    /// Changes the password of whoever is signed in and types the current one.
    pub async fn change_password(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        form: &PasswordForm,
        known_device: Option<&str>,
    ) -> Result<ChangePasswordOutcome, Failure> {
        let Some(old) = who.account.password_hash.clone() else { return Ok(ChangePasswordOutcome::NoPassword) };
        let password = match self.check_form(&who.account, form, true)? {
            Ok(password) => password,
            Err(errors) => return Ok(ChangePasswordOutcome::Refused(errors)),
        };
        if !self.password_is_right_from(ctx, &who.account, &form.current_password, known_device).await? {
            return Ok(ChangePasswordOutcome::WrongPassword);
        }
        let change = PasswordChange {
            old,
            distrusted_at: None,
            new: self.hasher.hash(password.expose(), ctx.entropy()).await?,
            devices_known_from: ctx.now,
        };
        let replacing = self.replacing(ctx, who.account.clone(), change)?;
        let cookie = Secret::random(ctx.entropy());
        let renewed = Session { secret: self.session_digest(&cookie), last_seen_at: ctx.now, ..who.session.clone() };
        let changed = self
            .store
            .tx("change_password", move |tx| {
                // Whoever comes second changes nothing, and neither does a session that ended meanwhile.
                if !replacing.replace(tx, Some(&renewed))? || !tx.renew_session(&renewed)? {
                    return Err(StoreError::Conflict("password".to_owned()));
                }
                Ok(renewed.clone())
            })
            .await;
        match changed {
            Ok(session) => {
                Ok(ChangePasswordOutcome::Changed(Box::new(self.new_session(ctx, cookie, session, known_device))))
            }
            Err(StoreError::Conflict(_)) => Ok(ChangePasswordOutcome::WrongPassword),
            Err(other) => Err(other.into()),
        }
    }

    /// Reads the form and holds the new password to the rules for new passwords.
    fn check_form(
        &self,
        account: &Account,
        form: &PasswordForm,
        needs_current: bool,
    ) -> Result<Result<PasswordInput, FieldErrors>, Failure> {
        let profile = self.open_profile(account)?;
        let personal = PersonalWords::new(
            profile.full_name.as_ref(),
            Some(&account.username),
            profile.phone.as_ref(),
            profile.birth_date.as_ref(),
            profile.email.as_ref(),
        )
        .and_identity_number(profile.identity_number.as_ref())
        .and_business(profile.business_name.as_ref(), profile.business_code.as_ref());
        let mut errors = FieldErrors::default();
        if needs_current && form.current_password.is_empty() {
            errors.add(Field::CurrentPassword, FieldError::Missing);
        }
        let password = errors.keep_password(&form.password, &form.password_confirmation, &personal);
        if needs_current && password.as_ref().is_some_and(|new| new.confirm(&form.current_password).is_ok()) {
            errors.add(Field::Password, FieldError::SameAsBefore);
        }
        Ok(password.filter(|_| errors.is_empty()).ok_or(errors))
    }

    fn replacing(&self, ctx: &Ctx, account: Account, change: PasswordChange) -> Result<Replacing, Failure> {
        let email = self.open_profile(&account)?.email;
        let letter = email.map(|email| self.letters.of_changed_password(ctx, &account, &email));
        Ok(Replacing { ctx: ctx.clone(), account, change, letter, letters: self.letters.clone() })
    }
}

fn same_as_before() -> FieldErrors {
    FieldErrors::one(Field::Password, FieldError::SameAsBefore)
}

impl Letters {
    fn of_changed_password(&self, ctx: &Ctx, account: &Account, email: &crate::facts::Email) -> NotMeLetter {
        let limited = Limited::PasswordMails(account.id.as_str());
        self.with_not_me(ctx, (account, email), &limited, |link, days| Message::PasswordChanged {
            username: account.username.display().to_owned(),
            at: time_and_day(ctx.now),
            link,
            days,
            desk: self.desk(account.language),
        })
    }
}

/// A password that takes the place of another, with everything its transaction needs.
struct Replacing {
    ctx: Ctx,
    account: Account,
    change: PasswordChange,
    letter: Option<NotMeLetter>,
    letters: Letters,
}

impl Replacing {
    /// Replaces the password and ends all that the old one had opened, but the session `keep` with what it gave
    /// (security.md row 22); no browser is remembered any more. `false` when somebody was faster.
    fn replace(&self, tx: &mut dyn Tx, keep: Option<&Session>) -> StoreResult<bool> {
        let (id, now) = (&self.account.id, self.ctx.now);
        if !tx.replace_password(id, &self.change, now)? {
            return Ok(false);
        }
        // In this order: a code given meanwhile either finds its challenge gone, or began a session that ends.
        tx.delete_challenges_of_account(id)?;
        forget_all(tx, &self.letters, &self.ctx, &self.account)?;
        tx.end_sessions_of_account(id, keep.map(|session| &session.id), now)?;
        match keep {
            Some(session) => tx.revoke_grants_of_other_sessions(id, &session.id, true, now)?,
            None => tx.revoke_grants_of_account(id, None, now)?,
        };
        let mut entry = AuditEntry::new(&self.ctx, AuditKind::PasswordChanged).account(id);
        entry.session_id = keep.map(|session| session.id.clone());
        tx.insert_audit(&entry)?;
        self.letter.iter().try_for_each(|letter| letter.post(tx))?;
        Ok(true)
    }
}
