//! Registering. The answer is the same whether or not the e-mail or number is already known here (decisions 3).

use super::limits::{self, Limited};
use super::messages::Letters;
use super::registration_form::CitizenRegistration;
use super::{Accounts, CitizenForm, Failure, Field, FieldErrors, RegistrationMode};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::facts::{Email, FieldError, Username};
use crate::ids::AccountId;
use crate::language::Language;
use crate::link::{LinkPurpose, MailedLink};
use crate::outbox::{Message, OutboxRow};
use crate::profile::{Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind, Profile};
use crate::secret::Secret;
use crate::store::{StoreError, StoreResult, Tx};
use crate::time::{Span, Timestamp};

/// What came of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterOutcome {
    /// Accepted, as far as this page tells: a mail says how it goes on.
    Accepted,
    /// Something in the form must be mended.
    Refused(FieldErrors),
    /// Not open to everybody.
    NotOpen(RegistrationMode),
    /// Too many registrations from this network, or with this e-mail address.
    SlowDown {
        /// When another is allowed.
        until: Timestamp,
    },
}

/// Everything a registration writes, made before its transaction.
struct NewRegistration {
    account: Account,
    identifiers: Vec<Identifier>,
    link: MailedLink,
    /// Sent when nothing collides.
    activation: OutboxRow,
    /// Sent instead, when something does.
    not_completed: OutboxRow,
    /// Counts registrations with this address, known or not; never the mails to a holder of it, or the count would tell.
    registrations: Digest,
}

impl Accounts {
    /// The policy for `class`; open where development left it unset.
    pub fn registration_mode(&self, class: AccountClass) -> RegistrationMode {
        let policy = &self.settings.registration;
        match class {
            AccountClass::Citizen => policy.citizen.unwrap_or(RegistrationMode::Open),
            AccountClass::Business => policy.business.unwrap_or(RegistrationMode::Open),
            AccountClass::Organisation => RegistrationMode::FederatedOnly,
        }
    }

    /// Registers a citizen.
    pub async fn register_citizen(&self, ctx: &Ctx, form: &CitizenForm) -> Result<RegisterOutcome, Failure> {
        match self.registration_mode(AccountClass::Citizen) {
            RegistrationMode::Open => {}
            mode => return Ok(RegisterOutcome::NotOpen(mode)),
        }
        let checked = match form.check(&self.settings, ctx.now.date_in_vietnam()) {
            Ok(checked) => checked,
            Err(errors) => return Ok(RegisterOutcome::Refused(errors)),
        };
        let per_address = self.settings.limits.registrations_per_hour_and_address;
        if self.is_flood(ctx, "registrations", per_address, Span::hours(1)).await {
            return Ok(RegisterOutcome::SlowDown { until: ctx.now + Span::hours(1) });
        }
        let password_hash = self.hasher.hash(checked.password.expose(), ctx.entropy()).await?;
        let registration = self.prepare(ctx, checked, password_hash);
        self.write_registration(ctx, registration).await
    }

    fn prepare(&self, ctx: &Ctx, checked: CitizenRegistration, password_hash: String) -> NewRegistration {
        let vault = self.vault.as_ref();
        let id = AccountId::new(ctx.now, ctx.entropy());
        let identifiers = [
            (IdentifierKind::Email, checked.email.compare_key()),
            (IdentifierKind::Phone, checked.phone.e164().to_owned()),
            (IdentifierKind::IdentityNumber, checked.identity_number.digest_input().to_owned()),
        ]
        .map(|(kind, text)| Identifier {
            account_id: id.clone(),
            kind,
            digest: kind.digest(vault, &text),
            claimed: false,
            verified_at: None,
            source: FactSource::SelfDeclared,
        });
        let (link, activation) = self.activation_link(ctx, &id, &checked.username, &checked.email, ctx.language);
        let not_completed = self.letters.news(
            ctx,
            &checked.email,
            ctx.language,
            Message::RegistrationNotCompleted {
                sign_in: self.letters.sign_in_url(),
                desk: self.letters.desk(ctx.language),
            },
        );
        let profile = Profile {
            full_name: Some(checked.full_name),
            birth_date: Some(checked.birth_date),
            email: Some(checked.email),
            phone: Some(checked.phone),
            identity_number: Some(checked.identity_number),
            business_name: None,
            business_code: None,
            address: Some(checked.address),
        };
        let account = Account {
            profile: profile.seal_for(&id, vault, ctx.entropy()),
            id,
            class: AccountClass::Citizen,
            state: AccountState::Pending,
            username: checked.username,
            password_hash: Some(password_hash),
            language: ctx.language,
            created_at: ctx.now,
            updated_at: ctx.now,
            activated_at: None,
            password_distrusted_at: None,
            devices_known_from: None,
        };
        let registrations = Limited::RegistrationsWith(&link.email).key(vault);
        NewRegistration { account, identifiers: identifiers.into(), link, activation, not_completed, registrations }
    }

    /// A link that activates `account`, and the mail that carries it. `ctx.browser` need not give the password again
    /// (decisions 2): the caller sees to it that this is a browser in which the password was given.
    pub(super) fn activation_link(
        &self,
        ctx: &Ctx,
        account: &AccountId,
        username: &Username,
        email: &Email,
        language: Language,
    ) -> (MailedLink, OutboxRow) {
        let secret = Secret::random(ctx.entropy());
        let hours = self.settings.activation_hours;
        let link = MailedLink {
            secret: self.vault.digest(DigestPurpose::MailedLink, &[b"activation", secret.expose().as_bytes()]),
            purpose: LinkPurpose::Activation,
            account_id: account.clone(),
            email: IdentifierKind::Email.digest(self.vault.as_ref(), &email.compare_key()),
            browser: ctx.browser,
            created_at: ctx.now,
            expires_at: ctx.now + Span::hours(hours),
            used_at: None,
        };
        let message = Message::Activation {
            username: username.display().to_owned(),
            link: format!("{}/activate?token={}", self.letters.public_url, secret.expose()),
            hours,
        };
        let row = self.letters.email(ctx, email, language, Span::hours(hours), message);
        (link, row)
    }

    async fn write_registration(&self, ctx: &Ctx, new: NewRegistration) -> Result<RegisterOutcome, Failure> {
        let writer = Writer {
            ctx: ctx.clone(),
            new,
            letters: self.letters.clone(),
            accounts_per_phone: self.settings.accounts_per_phone,
            mails: self.settings.limits.mails(),
        };
        let written = match self.store.tx("register", move |tx| writer.write(tx)).await {
            // Somebody took the name between our look and our insert.
            Err(StoreError::Conflict(key)) if key == "accounts.username_key" => Written::UsernameTaken,
            other => other?,
        };
        Ok(match written {
            Written::Accepted => RegisterOutcome::Accepted,
            Written::UsernameTaken => RegisterOutcome::Refused(FieldErrors::one(Field::Username, FieldError::Taken)),
            Written::TooManyMails { until } => RegisterOutcome::SlowDown { until },
        })
    }
}

struct Writer {
    ctx: Ctx,
    new: NewRegistration,
    letters: Letters,
    accounts_per_phone: u32,
    mails: crate::throttle::Rule,
}

enum Written {
    Accepted,
    UsernameTaken,
    TooManyMails { until: Timestamp },
}

impl Writer {
    fn write(&self, tx: &mut dyn Tx) -> StoreResult<Written> {
        let new = &self.new;
        // Looked at before anything is freed: a refusal must leave the earlier registration as it was.
        if let Some(until) = limits::blocked_until(tx, &new.registrations, &self.mails, self.ctx.now)? {
            return Ok(Written::TooManyMails { until });
        }
        if !self.free_username(tx)? {
            return Ok(Written::UsernameTaken);
        }
        if let Err(blocked) = limits::mark(tx, &new.registrations, &self.mails, self.ctx.now)? {
            return Ok(Written::TooManyMails { until: blocked.until });
        }
        self.replace_unactivated(tx)?;
        let collision = self.collision(tx)?;
        // The account is written even when something collides, without a link that anybody knows: a name that stayed
        // free would tell a stranger that the e-mail or number is known here.
        tx.insert_account(&new.account)?;
        new.identifiers.iter().try_for_each(|identifier| tx.insert_identifier(identifier))?;
        tx.insert_link(&new.link)?;
        let (kind, row) = match collision {
            Collision::None => (AuditKind::Registered, &new.activation),
            Collision::With(_) | Collision::PhoneShared => (AuditKind::RegistrationCollided, &new.not_completed),
        };
        tx.insert_message(row)?;
        tx.insert_audit(&AuditEntry::new(&self.ctx, kind).account(&new.account.id))?;
        if let Collision::With(holder) = collision {
            self.tell_holder(tx, &holder)?;
        }
        Ok(Written::Accepted)
    }

    /// Tells the holder of an account that somebody tried to register with its data (decisions 3).
    fn tell_holder(&self, tx: &mut dyn Tx, holder: &AccountId) -> StoreResult<()> {
        let vault = self.letters.vault.as_ref();
        let Some(account) = tx.find_account(holder)? else {
            return Ok(());
        };
        let profile = account.open_profile(vault)?;
        let Some(email) = profile.email else {
            return Ok(());
        };
        let key = Limited::MailsTo(&IdentifierKind::Email.digest(vault, &email.compare_key())).key(vault);
        if limits::mark(tx, &key, &self.mails, self.ctx.now)?.is_err() {
            // The holder has been told often enough this hour.
            return Ok(());
        }
        let message = Message::RegistrationAttempted {
            sign_in: self.letters.sign_in_url(),
            desk: self.letters.desk(account.language),
        };
        tx.insert_message(&self.letters.news(&self.ctx, &email, account.language, message))
    }

    /// Whether the username is free, freeing it when only a lapsed registration, or one of the same mailbox, holds it.
    fn free_username(&self, tx: &mut dyn Tx) -> StoreResult<bool> {
        let Some(holder) = tx.find_account_by_username(self.new.account.username.key())? else {
            return Ok(true);
        };
        if holder.state != AccountState::Pending {
            return Ok(false);
        }
        let same_mailbox = tx
            .list_identifiers(&holder.id)?
            .iter()
            .any(|fact| fact.kind == IdentifierKind::Email && fact.digest == self.email());
        let reserved = tx
            .find_newest_link(LinkPurpose::Activation, &holder.id)?
            .is_some_and(|link| self.ctx.now < link.expires_at);
        if reserved && !(same_mailbox && holder.class == self.new.account.class) {
            return Ok(false);
        }
        self.delete_pending(tx, &holder.id)?;
        Ok(true)
    }

    /// A later registration with the same e-mail replaces one that was never activated (decisions 2).
    fn replace_unactivated(&self, tx: &mut dyn Tx) -> StoreResult<()> {
        for (account, _) in
            tx.list_accounts_by_identifier(IdentifierKind::Email, &self.email(), AccountState::Pending)?
        {
            if account.class == self.new.account.class {
                self.delete_pending(tx, &account.id)?;
            }
        }
        Ok(())
    }

    fn delete_pending(&self, tx: &mut dyn Tx, id: &AccountId) -> StoreResult<()> {
        if tx.delete_pending_account(id)? {
            tx.insert_audit(&AuditEntry::new(&self.ctx, AuditKind::RegistrationReplaced).account(id))?;
        }
        Ok(())
    }

    fn collision(&self, tx: &mut dyn Tx) -> StoreResult<Collision> {
        for identifier in &self.new.identifiers {
            match identifier.kind {
                IdentifierKind::Phone => {
                    if tx.count_active_accounts(IdentifierKind::Phone, &identifier.digest)? >= self.accounts_per_phone {
                        return Ok(Collision::PhoneShared);
                    }
                }
                kind => {
                    if let Some(holder) = tx.find_claimant(self.new.account.class, kind, &identifier.digest)? {
                        return Ok(Collision::With(holder));
                    }
                }
            }
        }
        Ok(Collision::None)
    }

    fn email(&self) -> Digest {
        self.new.link.email
    }
}

/// What of a registration is already taken.
enum Collision {
    None,
    /// This account holds the e-mail or the number.
    With(AccountId),
    /// The phone already has as many accounts as it may; nobody in particular is to be told.
    PhoneShared,
}
