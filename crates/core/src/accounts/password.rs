//! Changing the password: by the owner who is signed in and types the current one. Left to [`super::new_password`]: the step
//! that a distrusted password leads to; to [`super::replacing`]: what either does.

use super::{Accounts, Failure, Field, FieldErrors, NewSession, SignedIn};
use crate::ctx::Ctx;
use crate::facts::FieldError;
use crate::password::policy::{PasswordInput, PersonalWords};
use crate::profile::Account;
use crate::secret::Secret;
use crate::session::Session;
use crate::store::{PasswordChange, StoreError};

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

impl Accounts {
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
    pub(super) fn check_form(
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
        let password = errors.keep_password(&form.password, &form.password_confirmation, &personal);
        if needs_current && password.as_ref().is_some_and(|new| new.confirm(&form.current_password).is_ok()) {
            errors.add(Field::Password, FieldError::SameAsBefore);
        }
        Ok(password.filter(|_| errors.is_empty()).ok_or(errors))
    }
}
