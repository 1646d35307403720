//! Giving an address or phone: whether one may, and the code that is sent there.

use super::{NewContact, code_digest};
use crate::accounts::limits::{self, Limited};
use crate::accounts::{Accounts, Failure, SignedIn, six_digits};
use crate::acr::Aal;
use crate::credential::Factors;
use crate::ctx::Ctx;
use crate::facts::FieldError;
use crate::ids::{MessageId, PendingContactId};
use crate::outbox::{Message, OutboxRow};
use crate::pending_contact::{ContactKind, PendingContact};
use crate::ports::{SealPurpose, Sealed};
use crate::time::Timestamp;

/// What came of giving an address or phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskContactOutcome {
    /// A code is on its way there.
    Sent(PendingContactId),
    /// It is no address or phone.
    Malformed(FieldError),
    /// Too many codes for this account, address or phone.
    TooMany {
        /// When another can be sent.
        until: Timestamp,
    },
    /// Too soon after the last one.
    Wait {
        /// When another can be sent.
        until: Timestamp,
    },
    /// The account has one already.
    NotMissing,
}

impl Accounts {
    /// Whether whoever is signed in may give an address or phone now, or must first prove again who they are: a phone opens
    /// the second step. Of whoever cannot prove two factors here, as after the first arrival by another provider that vouches
    /// for one, nothing more is asked than to have signed in a short while ago.
    pub async fn may_give_contact(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        confirmation: Option<&str>,
    ) -> Result<bool, Failure> {
        if self.confirmed(ctx, who, confirmation).is_some() {
            return Ok(true);
        }
        let lately = ctx.now < who.session.auth_time + self.settings.factors.confirmed_for();
        if !lately || who.session.aal() >= Aal(2) {
            return Ok(false);
        }
        let has_phone = self.open_profile(&who.account)?.phone.is_some();
        let id = who.account.id.clone();
        let credentials = self.store.look("factors_of_contact", move |tx| tx.list_credentials(&id)).await?;
        let factors = Factors::of(&credentials, ctx.now);
        Ok(factors.passkeys == 0 && (who.account.wants_password() || !factors.suffice(has_phone)))
    }

    /// Sends a code to an address or phone that whoever is signed in gives as theirs.
    pub async fn ask_contact(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        kind: ContactKind,
        typed: &str,
    ) -> Result<AskContactOutcome, Failure> {
        let Some(browser) = ctx.browser else {
            return Err(Failure::Internal("a session without a browser cookie".to_owned()));
        };
        let contact = match NewContact::parse(kind, typed) {
            Ok(contact) => contact,
            Err(error) => return Ok(AskContactOutcome::Malformed(error)),
        };
        if !contact.is_missing(&self.open_profile(&who.account)?) {
            return Ok(AskContactOutcome::NotMissing);
        }
        let vault = self.vault.as_ref();
        let id = PendingContactId::new(ctx.now, ctx.entropy());
        let code = six_digits::fresh(ctx.entropy());
        let digest = contact.digest(vault);
        let pending = PendingContact {
            id: id.clone(),
            account_id: who.account.id.clone(),
            kind,
            contact: Sealed::seal(
                vault,
                SealPurpose::Contact,
                id.as_str().as_bytes(),
                &contact.text().to_owned(),
                ctx.entropy(),
            ),
            digest,
            browser,
            code: code_digest(vault, &id, contact.text(), &code),
            created_at: ctx.now,
            sent_at: ctx.now,
            expires_at: ctx.now + self.settings.codes.lifetime(),
            tries: 0,
            used_at: None,
            version: 0,
        };
        let row = self.contact_message(ctx, who, &contact, code);
        let to = match kind {
            ContactKind::Email => Limited::ContactCodesTo(&digest),
            ContactKind::Phone => Limited::CodesToPhone(&digest),
        };
        let for_account = Limited::CodesForAccount(who.account.id.as_str()).key(vault);
        let (to, rule, now) = (to.key(vault), self.settings.codes.sends(), ctx.now);
        let outcome = self.store.tx("ask_contact", move |tx| {
            if let Err(until) = limits::mark_both(tx, [(&for_account, &rule), (&to, &rule)], now)? {
                return Ok(AskContactOutcome::TooMany { until });
            }
            tx.insert_pending_contact(&pending)?;
            tx.insert_message(&row)?;
            Ok(AskContactOutcome::Sent(pending.id.clone()))
        });
        Ok(outcome.await?)
    }

    fn contact_message(&self, ctx: &Ctx, who: &SignedIn, contact: &NewContact, code: String) -> OutboxRow {
        let (lifetime, language) = (self.settings.codes.lifetime(), who.account.language);
        let minutes = lifetime.as_minutes_up();
        match contact {
            NewContact::Email(email) => {
                let username = self.letters.called(&who.account);
                self.letters.email(ctx, email, language, lifetime, Message::ContactCode { username, code, minutes })
            }
            NewContact::Phone(phone) => {
                let message = Message::PhoneCode { code, minutes, host: self.letters.host().to_owned() };
                let id = MessageId::new(ctx.now, ctx.entropy());
                self.letters.text_message(ctx, id, (phone, language), lifetime, message)
            }
        }
    }
}
