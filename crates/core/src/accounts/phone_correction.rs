//! Correcting a phone number that never received a code: by whoever has the password and the mailbox (decisions 5).

use super::limits::{self, Limited};
use super::mailed_link::find_good;
use super::{Accounts, Failure, Field, FieldErrors, phone_cap};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::facts::{ParsedPhone, Phone};
use crate::ids::ChallengeId;
use crate::link::{LinkPurpose, MailedLink};
use crate::outbox::{Message, OutboxRow};
use crate::ports::Sealed;
use crate::profile::{Account, Identifier, IdentifierKind, Profile};
use crate::secret::Secret;
use crate::store::StoreError;
use crate::time::{Span, Timestamp};
use std::sync::Arc;

const LINK_LIFETIME: Span = Span::minutes(30);

/// What came of asking for the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskCorrectionOutcome {
    /// The link is on its way.
    Sent {
        /// How long it works.
        minutes: i64,
    },
    /// The phone has already received a code: only the desk can change it.
    NotPossible,
    /// Too many mails.
    SlowDown {
        /// When another is allowed.
        until: Timestamp,
    },
    /// The challenge is over: sign in again.
    Over,
}

/// What the page behind the link shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneCorrectionView {
    /// The link works.
    Ready {
        /// The username.
        username: String,
        /// The number to correct, masked.
        phone: String,
    },
    /// Used, expired, unknown, or the phone was verified meanwhile.
    Over,
}

/// What came of giving another number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorrectPhoneOutcome {
    /// Corrected: sign in again.
    Corrected {
        /// The number as it was read.
        phone: ParsedPhone,
    },
    /// Something must be mended.
    Refused(FieldErrors),
    /// The password was wrong, or there were too many tries.
    WrongPassword,
    /// The link no longer works.
    Over,
}

impl Accounts {
    /// Mails the link. The open challenge of this browser proves that the password was given; one that raises a session
    /// proves nothing of the kind.
    pub async fn ask_phone_correction(&self, ctx: &Ctx, id: &ChallengeId) -> Result<AskCorrectionOutcome, Failure> {
        let open = self.open_challenge(ctx, id).await?;
        let Some((_, account)) = open.filter(|(challenge, _)| challenge.raises_session.is_none()) else {
            return Ok(AskCorrectionOutcome::Over);
        };
        let Some(email) = self.open_profile(&account)?.email else {
            return Ok(AskCorrectionOutcome::NotPossible);
        };
        let digest = IdentifierKind::Email.digest(self.vault.as_ref(), &email.compare_key());
        let secret = Secret::random(ctx.entropy());
        let link = MailedLink {
            secret: self.correction_digest(secret.expose()),
            purpose: LinkPurpose::PhoneCorrection,
            account_id: account.id.clone(),
            email: digest,
            browser: ctx.browser,
            created_at: ctx.now,
            expires_at: ctx.now + LINK_LIFETIME,
            used_at: None,
        };
        let row = self.letters.email(
            ctx,
            &email,
            account.language,
            LINK_LIFETIME,
            Message::PhoneCorrection {
                username: self.letters.called(&account),
                link: format!("{}/sign-in/phone?token={}", self.letters.public_url, secret.expose()),
                minutes: LINK_LIFETIME.as_minutes_up(),
            },
        );
        let limited = Limited::PhoneCorrections(account.id.as_str());
        let (key, rule, now) = (limited.key(self.vault.as_ref()), self.settings.limits.mails(), ctx.now);
        let outcome = self
            .store
            .tx("ask_phone_correction", move |tx| {
                if !tx.list_identifiers(&account.id)?.iter().any(Identifier::is_unproved_phone) {
                    return Ok(AskCorrectionOutcome::NotPossible);
                }
                if let Err(blocked) = limits::mark(tx, &key, &rule, now)? {
                    return Ok(AskCorrectionOutcome::SlowDown { until: blocked.until });
                }
                tx.insert_link(&link)?;
                tx.insert_message(&row)?;
                Ok(AskCorrectionOutcome::Sent { minutes: LINK_LIFETIME.as_minutes_up() })
            })
            .await?;
        Ok(outcome)
    }

    fn correction_digest(&self, secret: &str) -> Digest {
        self.vault.digest(DigestPurpose::MailedLink, &[b"phone-correction", secret.as_bytes()])
    }

    /// How the link stands. Changes nothing.
    pub async fn view_phone_correction(&self, ctx: &Ctx, secret: &str) -> Result<PhoneCorrectionView, Failure> {
        let Some((_, account)) = self.find_correction(ctx, secret).await? else {
            return Ok(PhoneCorrectionView::Over);
        };
        Ok(PhoneCorrectionView::Ready {
            username: self.letters.called(&account),
            phone: self.open_profile(&account)?.phone.map(|phone| phone.masked()).unwrap_or_default(),
        })
    }

    async fn find_correction(&self, ctx: &Ctx, secret: &str) -> Result<Option<(MailedLink, Account)>, Failure> {
        let (digest, now) = (self.correction_digest(secret), ctx.now);
        let found = self
            .store
            .read("find_phone_correction", move |tx| {
                let found = find_good(tx, LinkPurpose::PhoneCorrection, &digest, now)?;
                // A phone that was verified meanwhile is corrected no more (decisions 5).
                let found = found.filter(|(_, _, facts)| facts.iter().any(Identifier::is_unproved_phone));
                Ok(found.map(|(link, account, _)| (link, account)))
            })
            .await?;
        Ok(found)
    }

    /// Replaces the number, given the password and a working link.
    pub async fn correct_phone(
        &self,
        ctx: &Ctx,
        secret: &str,
        password: &str,
        phone: &str,
    ) -> Result<CorrectPhoneOutcome, Failure> {
        let Some((link, account)) = self.find_correction(ctx, secret).await? else {
            return Ok(CorrectPhoneOutcome::Over);
        };
        let parsed = match Phone::parse(phone) {
            Ok(parsed) => parsed,
            Err(error) => {
                return Ok(CorrectPhoneOutcome::Refused(FieldErrors::one(Field::Phone, error)));
            }
        };
        if !self.password_is_right(ctx, &account, password).await? {
            return Ok(CorrectPhoneOutcome::WrongPassword);
        }
        let digest = IdentifierKind::Phone.digest(self.vault.as_ref(), parsed.phone.e164());
        let (profile, row) = self.with_phone(ctx, &account, parsed.phone.clone())?;
        let (ctx, vault) = (ctx.clone(), Arc::clone(&self.vault));
        let accounts_per_phone = self.settings.accounts_per_phone;
        let corrected = self
            .store
            .tx("correct_phone", move |tx| {
                if !tx.take_link(LinkPurpose::PhoneCorrection, &link.secret, ctx.now)?
                    || !phone_cap::has_room(tx, vault.as_ref(), &digest, accounts_per_phone, ctx.now)?
                    || !tx.replace_unverified_identifier(&account.id, IdentifierKind::Phone, &digest)?
                {
                    // Nothing of it may remain, the used link included.
                    return Err(StoreError::Conflict("phone_correction".to_owned()));
                }
                tx.update_profile(&account.id, &profile, ctx.now)?;
                row.iter().try_for_each(|row| tx.insert_message(row))?;
                tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::PhoneCorrected).account(&account.id))
            })
            .await;
        match corrected {
            Err(StoreError::Conflict(_)) => Ok(CorrectPhoneOutcome::Over),
            other => Ok(other.map(|()| CorrectPhoneOutcome::Corrected { phone: parsed })?),
        }
    }

    /// The profile with another phone, sealed, and the mail that tells of it.
    fn with_phone(
        &self,
        ctx: &Ctx,
        account: &Account,
        phone: Phone,
    ) -> Result<(Sealed<Profile>, Option<OutboxRow>), Failure> {
        let mut profile = self.open_profile(account)?;
        let message = Message::PhoneCorrected {
            username: self.letters.called(account),
            phone: phone.masked(),
            desk: self.letters.desk(account.language),
        };
        let row = profile.email.as_ref().map(|email| self.letters.news(ctx, email, account.language, message));
        profile.phone = Some(phone);
        let sealed = profile.seal_for(&account.id, self.vault.as_ref(), ctx.entropy());
        Ok((sealed, row))
    }
}
