//! The address or phone that an account has none of yet: whoever arrived by another provider may have neither, and a
//! service may need one. It becomes the account's when its holder gives the code that was sent there.
//!
//! The page says the same of every address: only whoever reads its mail learns that another account has it (security.md
//! row 15).

use super::limits::{self, Limited};
use super::six_digits::six_digits;
use super::{Accounts, Failure, Letters, SignedIn, phone_cap};
use crate::acr::Aal;
use crate::audit::{AuditEntry, AuditKind};
use crate::challenge::CodeSettings;
use crate::credential::Factors;
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::facts::{Email, FieldError, Phone};
use crate::ids::{MessageId, PendingContactId};
use crate::outbox::{Message, OutboxRow, SecurityChange};
use crate::pending_contact::{ContactKind, PendingContact};
use crate::ports::{SealPurpose, Sealed, Unsealable, Vault};
use crate::profile::{Account, FactSource, Identifier, IdentifierKind, Profile};
use crate::store::{StoreError, StoreResult, Tx};
use crate::throttle::Throttle;
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

/// What came of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProveContactOutcome {
    /// It is the account's now.
    Proved,
    /// The code was right, and another account has the address, or as many as may have the phone.
    Taken,
    /// Not six digits; nothing was counted.
    Malformed,
    /// Wrong.
    Wrong {
        /// Tries left.
        tries_left: u32,
    },
    /// Right or wrong, its time is over: ask for another.
    Expired,
    /// Used, over, unknown, or another browser's.
    Over,
    /// Too many wrong codes of this account.
    Throttled {
        /// When trying is allowed again.
        until: Timestamp,
    },
}

/// A contact, read.
enum Read {
    Email(Email),
    Phone(Phone),
}

impl Read {
    fn parse(kind: ContactKind, typed: &str) -> Result<Self, FieldError> {
        match kind {
            ContactKind::Email => Email::parse(typed).map(Self::Email),
            ContactKind::Phone => Phone::parse(typed).map(|parsed| Self::Phone(parsed.phone)),
        }
    }

    /// As it is kept.
    fn text(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Phone(phone) => phone.e164(),
        }
    }

    fn digest(&self, vault: &dyn Vault) -> Digest {
        match self {
            Self::Email(email) => IdentifierKind::Email.digest(vault, &email.compare_key()),
            Self::Phone(phone) => IdentifierKind::Phone.digest(vault, phone.e164()),
        }
    }

    fn change(&self) -> SecurityChange {
        match self {
            Self::Email(_) => SecurityChange::EmailAdded,
            Self::Phone(_) => SecurityChange::PhoneAdded,
        }
    }

    fn is_missing(&self, profile: &Profile) -> bool {
        match self {
            Self::Email(_) => profile.email.is_none(),
            Self::Phone(_) => profile.phone.is_none(),
        }
    }
}

/// The address or phone as it was read.
pub(super) fn open_contact(vault: &dyn Vault, pending: &PendingContact) -> Result<String, Unsealable> {
    pending.contact.open(vault, SealPurpose::Contact, pending.id.as_str().as_bytes())
}

/// Bound to the row and to the contact that it was sent to.
fn code_digest(vault: &dyn Vault, id: &PendingContactId, contact: &str, code: &str) -> Digest {
    let parts = ["contact", id.as_str(), contact, code];
    vault.digest(DigestPurpose::Code, &parts.map(str::as_bytes))
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
        let second_step = has_phone || factors.authenticators > 0 || factors.recovery_codes > 0;
        Ok(factors.passkeys == 0 && (who.account.wants_password() || !second_step))
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
        let contact = match Read::parse(kind, typed) {
            Ok(contact) => contact,
            Err(error) => return Ok(AskContactOutcome::Malformed(error)),
        };
        if !contact.is_missing(&self.open_profile(&who.account)?) {
            return Ok(AskContactOutcome::NotMissing);
        }
        let vault = self.vault.as_ref();
        let id = PendingContactId::new(ctx.now, ctx.entropy());
        let code = format!("{:06}", ctx.entropy().below(1_000_000));
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
        let counted = [Limited::CodesForAccount(who.account.id.as_str()), to].map(|limited| limited.key(vault));
        let (rule, now) = (self.settings.codes.sends(), ctx.now);
        let outcome = self.store.tx("ask_contact", move |tx| {
            // All are looked at before any is marked: a refusal must leave no mark.
            for key in &counted {
                if let Some(until) = limits::blocked_until(tx, key, &rule, now)? {
                    return Ok(AskContactOutcome::TooMany { until });
                }
            }
            for key in &counted {
                if let Err(blocked) = limits::mark(tx, key, &rule, now)? {
                    return Ok(AskContactOutcome::TooMany { until: blocked.until });
                }
            }
            tx.insert_pending_contact(&pending)?;
            tx.insert_message(&row)?;
            Ok(AskContactOutcome::Sent(pending.id.clone()))
        });
        Ok(outcome.await?)
    }

    fn contact_message(&self, ctx: &Ctx, who: &SignedIn, contact: &Read, code: String) -> OutboxRow {
        let (lifetime, language) = (self.settings.codes.lifetime(), who.account.language);
        let minutes = lifetime.as_minutes_up();
        match contact {
            Read::Email(email) => {
                let username = self.letters.called(&who.account);
                self.letters.email(ctx, email, language, lifetime, Message::ContactCode { username, code, minutes })
            }
            Read::Phone(phone) => {
                let message = Message::PhoneCode { code, minutes, host: self.letters.host().to_owned() };
                let id = MessageId::new(ctx.now, ctx.entropy());
                self.letters.text_message(ctx, id, (phone, language), lifetime, message)
            }
        }
    }

    /// Whoever is signed in gives the code that was sent there.
    pub async fn prove_contact(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        id: &PendingContactId,
        code: &str,
    ) -> Result<ProveContactOutcome, Failure> {
        let Some(code) = six_digits(code) else { return Ok(ProveContactOutcome::Malformed) };
        let proving = Proving {
            ctx: ctx.clone(),
            who: who.clone(),
            id: id.clone(),
            code,
            codes: self.settings.codes.clone(),
            letters: self.letters.clone(),
            accounts_per_phone: self.settings.accounts_per_phone,
        };
        Ok(self.store.tx("prove_contact", move |tx| proving.prove(tx)).await?)
    }
}

struct Proving {
    ctx: Ctx,
    who: SignedIn,
    id: PendingContactId,
    code: String,
    codes: CodeSettings,
    letters: Letters,
    accounts_per_phone: u32,
}

impl Proving {
    fn prove(&self, tx: &mut dyn Tx) -> StoreResult<ProveContactOutcome> {
        let (vault, now) = (self.letters.vault.as_ref(), self.ctx.now);
        let owner = &self.who.account.id;
        let found =
            tx.find_pending_contact(&self.id)?.filter(|pending| pending.is_open(&self.ctx, owner, self.codes.tries));
        let Some(mut pending) = found else { return Ok(ProveContactOutcome::Over) };
        let limit = Limited::WrongContactCodes(self.who.account.id.as_str()).key(vault);
        let wrong_codes = tx.find_throttle(&limit)?.unwrap_or_else(|| Throttle::fresh(limit, now));
        if let Some(until) = self.codes.wrong_codes().blocked_until(&wrong_codes.marks, now) {
            return Ok(ProveContactOutcome::Throttled { until });
        }
        if now >= pending.expires_at {
            return Ok(ProveContactOutcome::Expired);
        }
        let text = open_contact(vault, &pending)?;
        if code_digest(vault, &pending.id, &text, &self.code) != pending.code {
            return self.count_wrong(tx, pending, wrong_codes);
        }
        pending.used_at = Some(now);
        if !tx.update_pending_contact(&pending)? {
            return Err(StoreError::Retry);
        }
        // Unchanged, for the gate: of many tries at once each is judged by a row that nobody has changed until then.
        limits::put(tx, &wrong_codes)?;
        let contact = Read::parse(pending.kind, &text).map_err(|_| unreadable())?;
        self.take(tx, &contact)
    }

    fn count_wrong(
        &self,
        tx: &mut dyn Tx,
        mut pending: PendingContact,
        mut wrong_codes: Throttle,
    ) -> StoreResult<ProveContactOutcome> {
        pending.tries += 1;
        if !tx.update_pending_contact(&pending)? {
            return Err(StoreError::Retry);
        }
        if let Err(until) = wrong_codes.mark(&self.codes.wrong_codes(), self.ctx.now) {
            return Ok(ProveContactOutcome::Throttled { until });
        }
        limits::put(tx, &wrong_codes)?;
        let tries_left = self.codes.tries.saturating_sub(pending.tries);
        Ok(if tries_left == 0 { ProveContactOutcome::Over } else { ProveContactOutcome::Wrong { tries_left } })
    }

    /// Makes it the account's.
    fn take(&self, tx: &mut dyn Tx, contact: &Read) -> StoreResult<ProveContactOutcome> {
        let (vault, now, id) = (self.letters.vault.as_ref(), self.ctx.now, &self.who.account.id);
        if !tx.lock_active_account(id)? {
            return Ok(ProveContactOutcome::Over);
        }
        let Some(account) = tx.find_account(id)? else { return Ok(ProveContactOutcome::Over) };
        let mut profile = account.open_profile(vault)?;
        if !contact.is_missing(&profile) {
            return Ok(ProveContactOutcome::Over);
        }
        let digest = contact.digest(vault);
        let (kind, source, free) = match contact {
            Read::Email(email) => {
                profile.email = Some(email.clone());
                let claimant = tx.find_claimant(account.class, IdentifierKind::Email, &digest)?;
                (IdentifierKind::Email, FactSource::Mailbox, claimant.is_none())
            }
            Read::Phone(phone) => {
                profile.phone = Some(phone.clone());
                let room = phone_cap::has_room(tx, vault, &digest, self.accounts_per_phone, now)?;
                (IdentifierKind::Phone, FactSource::PhoneCode, room)
            }
        };
        if !free {
            return Ok(ProveContactOutcome::Taken);
        }
        let claimed = kind == IdentifierKind::Email;
        let verified_at = Some(now);
        let identifier = Identifier { account_id: id.clone(), kind, digest, claimed, verified_at, source };
        if !tx.put_vouched_identifier(&identifier)? {
            // Somebody claimed it at this moment.
            return Err(StoreError::Retry);
        }
        let account = Account { profile: profile.seal_for(id, vault, self.ctx.entropy()), ..account };
        tx.update_profile(id, &account.profile, now)?;
        let entry = AuditEntry::new(&self.ctx, AuditKind::ContactVerified).account(id);
        tx.insert_audit(&entry.session(&self.who.session.id))?;
        // The mailbox that was there before, or the one that is the first: no other is known.
        let news = self.letters.security_change(&self.ctx, &account, &profile, contact.change());
        news.iter().try_for_each(|news| news.post(tx, now))?;
        Ok(ProveContactOutcome::Proved)
    }
}

fn unreadable() -> StoreError {
    StoreError::Fault("a contact that was accepted once does not read".to_owned())
}
