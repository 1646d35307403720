//! Registering, alike for each class. The answer is the same whether or not the e-mail or number is already known here
//! (decisions 3). Left to [`super::registration_writing`]: what the transaction finds and writes.

use super::contact::CheckedRegistration;
use super::limits::Limited;
use super::registration_writing::{NewRegistration, Writer, Written};
use super::{Accounts, BusinessForm, CitizenForm, Failure, Field, FieldErrors, RegistrationMode};
use crate::ctx::Ctx;
use crate::digest::DigestPurpose;
use crate::facts::{Email, FieldError, ParsedPhone, Username};
use crate::ids::AccountId;
use crate::language::Language;
use crate::link::{LinkPurpose, MailedLink};
use crate::outbox::{Message, OutboxRow};
use crate::profile::{Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind};
use crate::secret::Secret;
use crate::store::StoreError;
use crate::time::{Span, Timestamp};
use time::Date;

/// What came of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterOutcome {
    /// Accepted, as far as this page tells: a mail says how it goes on.
    Accepted {
        /// The phone as it was read: the page says so when its prefix of before 2018 was replaced.
        phone: ParsedPhone,
    },
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

impl Accounts {
    /// Who may register an account of `class` now.
    pub fn registration_mode(&self, ctx: &Ctx, class: AccountClass) -> RegistrationMode {
        self.settings.registration.mode(class, ctx.now.date_in_vietnam())
    }

    /// The last day on which `class` is open, when that day is near.
    pub fn registration_closes_soon(&self, ctx: &Ctx, class: AccountClass) -> Option<Date> {
        self.settings.registration.closes_soon(class, ctx.now.date_in_vietnam())
    }

    /// Registers a citizen.
    pub async fn register_citizen(&self, ctx: &Ctx, form: &CitizenForm) -> Result<RegisterOutcome, Failure> {
        self.register(ctx, AccountClass::Citizen, |today| form.check(&self.settings, today)).await
    }

    /// Registers a business.
    pub async fn register_business(&self, ctx: &Ctx, form: &BusinessForm) -> Result<RegisterOutcome, Failure> {
        self.register(ctx, AccountClass::Business, |today| form.check(today)).await
    }

    async fn register(
        &self,
        ctx: &Ctx,
        class: AccountClass,
        check: impl FnOnce(Date) -> Result<CheckedRegistration, FieldErrors> + Send,
    ) -> Result<RegisterOutcome, Failure> {
        match self.registration_mode(ctx, class) {
            RegistrationMode::Open => {}
            mode => return Ok(RegisterOutcome::NotOpen(mode)),
        }
        let checked = match check(ctx.now.date_in_vietnam()) {
            Ok(checked) => checked,
            Err(errors) => return Ok(RegisterOutcome::Refused(errors)),
        };
        let per_address = self.settings.limits.registrations_per_hour_and_address;
        if self.is_flood(ctx, "registrations", per_address, Span::hours(1)).await {
            return Ok(RegisterOutcome::SlowDown { until: ctx.now + Span::hours(1) });
        }
        let password_hash = self.hasher.hash(checked.password.expose(), ctx.entropy()).await?;
        let phone = checked.phone.clone();
        let registration = self.prepare(ctx, checked, password_hash);
        self.write_registration(ctx, registration, phone).await
    }

    fn prepare(&self, ctx: &Ctx, checked: CheckedRegistration, password_hash: String) -> NewRegistration {
        let vault = self.vault.as_ref();
        let id = AccountId::new(ctx.now, ctx.entropy());
        let declared = |(kind, text): (IdentifierKind, String)| Identifier {
            account_id: id.clone(),
            kind,
            digest: kind.digest(vault, &text),
            claimed: false,
            verified_at: None,
            source: FactSource::SelfDeclared,
        };
        let identifiers = checked.profile.looked_up().into_iter().map(declared).collect();
        let (link, activation) = self.activation_link(ctx, &id, &checked.username, &checked.email, ctx.language);
        let not_completed = self.letters.not_completed(ctx, &checked.email, ctx.language);
        let account = Account {
            profile: checked.profile.seal_for(&id, vault, ctx.entropy()),
            id,
            class: checked.class,
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
        NewRegistration { account, identifiers, link, activation, not_completed, registrations }
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

    async fn write_registration(
        &self,
        ctx: &Ctx,
        new: NewRegistration,
        phone: ParsedPhone,
    ) -> Result<RegisterOutcome, Failure> {
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
            Written::Accepted => RegisterOutcome::Accepted { phone },
            Written::UsernameTaken => RegisterOutcome::Refused(FieldErrors::one(Field::Username, FieldError::Taken)),
            Written::TooManyMails { until } => RegisterOutcome::SlowDown { until },
        })
    }
}
