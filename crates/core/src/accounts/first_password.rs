//! The first password of an account that another provider's word made: its holder chooses it, and the name to sign in
//! with. Until then nobody signs in to the account with any password (security.md row 40).
//!
//! It also takes the place of a password that is distrusted (`docs/adr/0014`): whoever proves here by a passkey, or by
//! the other provider, who they are, need not know what a stranger may have set.

use super::enrolling::Standing;
use super::limits::Limited;
use super::messages::{Letters, time_and_day};
use super::not_me::NotMeLetter;
use super::registration_writing::free_username;
use super::{Accounts, Confirmed, Failure, Field, FieldErrors, PasswordForm};
use crate::audit::{AuditEntry, AuditKind};
use crate::credential::Factors;
use crate::ctx::Ctx;
use crate::facts::{Email, FieldError, Username};
use crate::outbox::Message;
use crate::profile::Account;
use crate::store::{FirstPassword, StoreError, StoreResult, Tx};
use crate::time::{Span, Timestamp};

/// A first password as typed.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "the fields are those of the form")]
pub struct FirstPasswordForm {
    pub username: String,
    pub password: String,
    pub password_confirmation: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstPasswordOutcome {
    /// Set: its holder signs in here too, with a second step ([`Accounts::has_second_step`]).
    Set,
    /// Something in the form must be mended.
    Refused(FieldErrors),
    /// Too many tries from this network.
    SlowDown {
        /// When trying is allowed again.
        until: Timestamp,
    },
    /// There is a password already: it is changed, not set.
    HasOne,
    /// The session ended meanwhile.
    Over,
}

impl Account {
    /// Whether its holder can set a password without knowing another: there is none, or none that is trusted.
    pub const fn wants_password(&self) -> bool {
        self.password_hash.is_none() || self.password_distrusted_at.is_some()
    }
}

impl Accounts {
    /// Whether the account has something to take the second step with: without it a password opens nothing.
    pub async fn has_second_step(&self, ctx: &Ctx, account: &Account) -> Result<bool, Failure> {
        let (id, phone) = (account.id.clone(), self.open_profile(account)?.phone.is_some());
        let credentials = self.store.read("second_step_of_password", move |tx| tx.list_credentials(&id)).await?;
        Ok(Factors::of(&credentials, ctx.now).suffice(phone))
    }

    /// Gives one's own account its first password. The name is chosen with it, unless there is a chosen one.
    pub async fn set_first_password(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
        form: &FirstPasswordForm,
    ) -> Result<FirstPasswordOutcome, Failure> {
        let account = owner.account();
        if !account.wants_password() {
            return Ok(FirstPasswordOutcome::HasOne);
        }
        let (username, password) = match self.check_first(account, form)? {
            Ok(checked) => checked,
            Err(errors) => return Ok(FirstPasswordOutcome::Refused(errors)),
        };
        // As a registration does, this tells whether a name is taken.
        let per_address = self.settings.limits.registrations_per_hour_and_address;
        if self.is_flood(ctx, "registrations", per_address, Span::hours(1)).await {
            return Ok(FirstPasswordOutcome::SlowDown { until: ctx.now + Span::hours(1) });
        }
        let hash = self.hasher.hash(&password, ctx.entropy()).await?;
        let first = FirstPassword { username, hash, distrusted_at: account.password_distrusted_at };
        let setting = self.setting(ctx, owner, first)?;
        match self.store.tx("set_first_password", move |tx| setting.set(tx)).await {
            // Somebody took the name between our look and our update.
            Err(StoreError::Conflict(key)) if key == "accounts.username_key" => Ok(taken()),
            other => Ok(other?),
        }
    }

    /// Holds the form to the rules for usernames and new passwords.
    fn check_first(
        &self,
        account: &Account,
        form: &FirstPasswordForm,
    ) -> Result<Result<(Username, String), FieldErrors>, Failure> {
        let username =
            if account.username.is_chosen() { Ok(account.username.clone()) } else { Username::parse(&form.username) };
        let named = match &username {
            Ok(username) => Account { username: username.clone(), ..account.clone() },
            Err(_) => account.clone(),
        };
        let typed = PasswordForm {
            current_password: String::new(),
            password: form.password.clone(),
            password_confirmation: form.password_confirmation.clone(),
        };
        Ok(match (username, self.check_form(&named, &typed, false)?) {
            (Ok(username), Ok(password)) => Ok((username, password.expose().to_owned())),
            (username, password) => {
                let mut errors = FieldErrors::default();
                errors.keep(Field::Username, username);
                password.err().iter().flat_map(FieldErrors::iter).for_each(|(field, error)| errors.add(field, error));
                Err(errors)
            }
        })
    }

    fn setting(&self, ctx: &Ctx, owner: &Confirmed, first: FirstPassword) -> Result<Setting, Failure> {
        let account = Account { username: first.username.clone(), ..owner.account().clone() };
        let email = self.open_profile(&account)?.email;
        let letter = email.map(|email| self.letters.of_first_password(ctx, &account, &email));
        let entry = AuditEntry::new(ctx, AuditKind::PasswordSet).account(&account.id).session(&owner.session().id);
        Ok(Setting { ctx: ctx.clone(), standing: Standing::of(owner), account, first, letter, entry })
    }
}

impl Letters {
    fn of_first_password(&self, ctx: &Ctx, account: &Account, email: &Email) -> NotMeLetter {
        let limited = Limited::PasswordMails(account.id.as_str());
        self.with_not_me(ctx, (account, email), &limited, |link, days| Message::PasswordSet {
            username: self.called(account),
            at: time_and_day(ctx.now),
            link,
            days,
            desk: self.desk(account.language),
        })
    }
}

fn taken() -> FirstPasswordOutcome {
    FirstPasswordOutcome::Refused(FieldErrors::one(Field::Username, FieldError::Taken))
}

/// Everything that the transaction needs.
struct Setting {
    ctx: Ctx,
    standing: Standing,
    /// With its new name.
    account: Account,
    first: FirstPassword,
    letter: Option<NotMeLetter>,
    entry: AuditEntry,
}

impl Setting {
    fn set(&self, tx: &mut dyn Tx) -> StoreResult<FirstPasswordOutcome> {
        if !self.standing.holds(tx)? {
            return Ok(FirstPasswordOutcome::Over);
        }
        let id = &self.account.id;
        let is_own = |holder: &Account| holder.id == *id;
        let own = tx.find_account_by_username(self.first.username.key())?.is_some_and(|holder| is_own(&holder));
        if !own && !free_username(tx, &self.ctx, &self.first.username, |_, _| Ok(false))? {
            return Ok(taken());
        }
        if !tx.set_first_password(id, &self.first, self.ctx.now)? {
            return Ok(FirstPasswordOutcome::HasOne);
        }
        // What was begun with a distrusted password goes no further now that there is a trusted one.
        tx.delete_challenges_of_account(id)?;
        tx.insert_audit(&self.entry)?;
        self.letter.iter().try_for_each(|letter| letter.post(tx))?;
        Ok(FirstPasswordOutcome::Set)
    }
}
