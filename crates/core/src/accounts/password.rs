//! Setting another password: by the owner who is signed in, or as the step that a distrusted password leads to
//! (`docs/adr/0014`). Either way it is the current one that is replaced, once, and everything it had opened ends.

use super::beginning::Proved;
use super::limits::{self, Limited};
use super::messages::{Letters, time_and_day};
use super::not_me::NotMeLetter;
use super::remembered::forget_all;
use super::sign_in::NAMED_WAIT;
use super::{Accounts, Failure, Field, FieldErrors, Here, NewSession, SignedIn};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::facts::FieldError;
use crate::ids::AccountId;
use crate::outbox::Message;
use crate::password::policy::{PasswordInput, PersonalWords};
use crate::ports::{SealPurpose, Sealed};
use crate::profile::{Account, AccountState};
use crate::secret::Secret;
use crate::session::Session;
use crate::store::{PasswordChange, StoreError, StoreResult, Tx};
use crate::throttle::Rule;
use crate::time::{Span, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
    WrongPassword {
        /// Minutes to wait at most.
        wait_minutes: i64,
    },
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
    WrongPassword {
        /// Minutes to wait at most.
        wait_minutes: i64,
    },
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
struct TicketContent {
    new_password_of: AccountId,
    distrusted_at: Timestamp,
    until: Timestamp,
    /// What a sign-in proved so far; `None` for whoever came from the mailbox.
    signing_in: Option<Proved>,
}

const TICKET_LIFETIME: Span = Span::minutes(15);

impl Accounts {
    /// The ticket of a sign-in that proved everything but a trusted password.
    pub(super) fn ticket_of_sign_in(
        &self,
        ctx: &Ctx,
        account: &AccountId,
        distrusted_at: Timestamp,
        proved: Proved,
    ) -> NewPasswordTicket {
        self.seal_ticket(ctx, account, distrusted_at, Some(proved))
    }

    /// The ticket of whoever took the trust from the password just now, by a link from the mailbox.
    pub(super) fn ticket_of_mailbox(&self, ctx: &Ctx, account: &Account) -> NewPasswordTicket {
        self.seal_ticket(ctx, &account.id, ctx.now, None)
    }

    fn seal_ticket(
        &self,
        ctx: &Ctx,
        account: &AccountId,
        distrusted_at: Timestamp,
        signing_in: Option<Proved>,
    ) -> NewPasswordTicket {
        let until = ctx.now + TICKET_LIFETIME;
        let content = TicketContent { new_password_of: account.clone(), distrusted_at, until, signing_in };
        let sealed =
            Sealed::seal(self.vault.as_ref(), SealPurpose::Flow, &ticket_context(ctx), &content, ctx.entropy());
        NewPasswordTicket(URL_SAFE_NO_PAD.encode(sealed.as_bytes()))
    }

    /// The ticket's content and its account, while its password is distrusted since that same moment.
    async fn open_new_password(
        &self,
        ctx: &Ctx,
        ticket: &NewPasswordTicket,
    ) -> Result<Option<(TicketContent, Account, String)>, Failure> {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(&ticket.0) else { return Ok(None) };
        let sealed: Sealed<TicketContent> = Sealed::from_bytes(bytes);
        let opened = sealed.open(self.vault.as_ref(), SealPurpose::Flow, &ticket_context(ctx)).ok();
        let Some(content) = opened.filter(|content| ctx.now < content.until && ctx.browser.is_some()) else {
            return Ok(None);
        };
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
                return Ok(NewPasswordOutcome::WrongPassword { wait_minutes: NAMED_WAIT.as_minutes_up() });
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
        let wrong = ChangePasswordOutcome::WrongPassword { wait_minutes: NAMED_WAIT.as_minutes_up() };
        let password = match self.check_form(&who.account, form, true)? {
            Ok(password) => password,
            Err(errors) => return Ok(ChangePasswordOutcome::Refused(errors)),
        };
        let known = self.open_known_devices(known_device);
        if !self.password_is_right_from(ctx, &who.account, &form.current_password, &known).await? {
            return Ok(wrong);
        }
        let Some(old) = who.account.password_hash.clone() else { return Ok(wrong) };
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
            Err(StoreError::Conflict(_)) => Ok(wrong),
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
        let personal = PersonalWords::of_person(profile.full_name.as_ref(), profile.birth_date.as_ref())
            .and_numbers(profile.identity_number.as_ref(), profile.former_number.as_ref())
            .and_business(profile.business_name.as_ref(), profile.business_code.as_ref())
            .and_contact(Some(&account.username), profile.phone.as_ref(), profile.email.as_ref());
        let mut errors = FieldErrors::default();
        if needs_current && form.current_password.is_empty() {
            errors.add(Field::CurrentPassword, FieldError::Missing);
        }
        let password = match PasswordInput::parse(&form.password) {
            Ok(password) => password,
            Err(error) => {
                errors.add(Field::Password, error);
                return Ok(Err(errors));
            }
        };
        if let Err(error) = password.accept_as_new(&personal) {
            errors.add(Field::Password, error);
        }
        if needs_current && password.confirm(&form.current_password).is_ok() {
            errors.add(Field::Password, FieldError::SameAsBefore);
        }
        if let Err(error) = password.confirm(&form.password_confirmation) {
            errors.add(Field::PasswordConfirmation, error);
        }
        Ok(if errors.is_empty() { Ok(password) } else { Err(errors) })
    }

    fn replacing(&self, ctx: &Ctx, account: Account, change: PasswordChange) -> Result<Replacing, Failure> {
        let email = self.open_profile(&account)?.email;
        let letter = email.map(|email| self.letters.of_changed_password(ctx, &account, &email));
        let limit = letter.as_ref().map(|letter| Limited::MailsTo(&letter.link.email).key(self.vault.as_ref()));
        Ok(Replacing {
            ctx: ctx.clone(),
            account,
            change,
            letter: letter.zip(limit),
            letters: self.letters.clone(),
            mails: self.settings.limits.mails(),
        })
    }
}

fn same_as_before() -> FieldErrors {
    FieldErrors::one(Field::Password, FieldError::SameAsBefore)
}

fn ticket_context(ctx: &Ctx) -> Vec<u8> {
    let mut context = b"new-password-ticket".to_vec();
    context.extend(ctx.browser.iter().flat_map(|browser| *browser.as_bytes()));
    context
}

impl Letters {
    fn of_changed_password(&self, ctx: &Ctx, account: &Account, email: &crate::facts::Email) -> NotMeLetter {
        self.with_not_me(ctx, account, email, |link, days| Message::PasswordChanged {
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
    letter: Option<(NotMeLetter, Digest)>,
    letters: Letters,
    mails: Rule,
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
        if let Some((letter, limit)) = &self.letter
            && limits::mark(tx, limit, &self.mails, now)?.is_ok()
        {
            letter.post(tx)?;
        }
        Ok(true)
    }
}
