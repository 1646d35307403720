//! Counting before doing. Floods by address are counted in the ephemeral store and forgiven when it is out of reach;
//! what protects an account is durable.

use super::Accounts;
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::outbox::SecurityChange;
use crate::ports::{EphemeralKey, Vault};
use crate::store::{StoreError, StoreResult, Tx};
use crate::throttle::{Rule, Throttle};
use crate::time::{Span, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What a durable limit is about. The account's own id is the key, so that every alias, case and Unicode form of a
/// sign-in name counts as one (security.md row 14).
pub(super) enum Limited<'a> {
    /// Passwords for an account, from browsers that it does not know.
    Passwords(&'a str),
    /// Passwords for an account from one browser that it knows.
    PasswordsFromKnownDevice(&'a str, &'a str),
    /// Passwords for a name that leads to no account: counted alike, so that it looks alike.
    PasswordsForUnknown(&'a str),
    /// Wrong codes of an account, over all its challenges.
    WrongCodes(&'a str),
    /// Codes sent for an account.
    CodesForAccount(&'a str),
    /// Codes sent to a phone that was only typed.
    CodesToPhone(&'a Digest),
    /// Accounts that are active with a phone: nothing is marked, the row is a gate ([`take_turn`]).
    AccountsWithPhone(&'a Digest),
    /// Codes sent to a phone that each account has proved to hold.
    CodesToProvedPhone(&'a Digest),
    /// Codes to an e-mail address that somebody gives as their own: apart from the mails to its holder, who would not
    /// learn of what strangers try otherwise.
    ContactCodesTo(&'a Digest),
    /// Wrong codes for an address or phone that an account gives as its own.
    WrongContactCodes(&'a str),
    /// Registrations with an e-mail address, each of which sends it a mail.
    RegistrationsWith(&'a Digest),
    /// Activation mails sent again to an address, known or not; nothing else counts here, or the number of mails until
    /// the limit would tell whether the address is known (security.md row 15).
    ResendsTo(&'a Digest),
    /// Mails to the holder of an address about what strangers try with it.
    MailsTo(&'a Digest),
    /// Mails to an owner with a link to correct the phone.
    PhoneCorrections(&'a str),
    /// Mails to an owner about sign-ins from new browsers. Only such sign-ins count: whoever could use the limit up by
    /// other mails would keep the owner from learning of one.
    NewBrowserMails(&'a str),
    /// Mails to an owner about new passwords, likewise.
    PasswordMails(&'a str),
    /// Mails to an owner about wrong codes, likewise.
    WrongCodeMails(&'a str),
    /// Mails to an owner about one kind of change to their factors, likewise.
    FactorMails(&'a str, SecurityChange),
}

impl Limited<'_> {
    /// The limit's key in the store.
    pub(super) fn key(&self, vault: &dyn Vault) -> Digest {
        let parts: Vec<&[u8]> = match self {
            Self::Passwords(account) => vec![b"passwords", account.as_bytes()],
            Self::PasswordsFromKnownDevice(account, device) => {
                vec![b"passwords-device", account.as_bytes(), device.as_bytes()]
            }
            Self::PasswordsForUnknown(name) => vec![b"passwords-unknown", name.as_bytes()],
            Self::WrongCodes(account) => vec![b"wrong-codes", account.as_bytes()],
            Self::CodesForAccount(account) => vec![b"codes-account", account.as_bytes()],
            Self::CodesToPhone(phone) => vec![b"codes-phone", phone.as_bytes()],
            Self::AccountsWithPhone(phone) => vec![b"accounts-phone", phone.as_bytes()],
            Self::CodesToProvedPhone(phone) => vec![b"codes-proved-phone", phone.as_bytes()],
            Self::ContactCodesTo(email) => vec![b"codes-email", email.as_bytes()],
            Self::WrongContactCodes(account) => vec![b"wrong-contact-codes", account.as_bytes()],
            Self::RegistrationsWith(email) => vec![b"registrations", email.as_bytes()],
            Self::ResendsTo(email) => vec![b"resends", email.as_bytes()],
            Self::MailsTo(email) => vec![b"mails", email.as_bytes()],
            Self::PhoneCorrections(account) => vec![b"phone-corrections", account.as_bytes()],
            Self::NewBrowserMails(account) => vec![b"mails-new-browser", account.as_bytes()],
            Self::PasswordMails(account) => vec![b"mails-password", account.as_bytes()],
            Self::WrongCodeMails(account) => vec![b"mails-wrong-codes", account.as_bytes()],
            Self::FactorMails(account, change) => {
                vec![b"mails-factors", account.as_bytes(), change.as_str().as_bytes()]
            }
        };
        vault.digest(DigestPurpose::Throttle, &parts)
    }
}

impl Accounts {
    /// Counts one more from the visitor's network, and says whether that is a flood.
    pub(super) async fn is_flood(&self, ctx: &Ctx, kind: &'static str, max: u32, period: Span) -> bool {
        let network = ctx.address.network();
        if self.settings.limits.exempt_networks.contains(&network) {
            return false;
        }
        self.count(ctx, kind, &network, period).await > u64::from(max)
    }

    /// Counts one more for one account from the visitor's network, and says whether that is too many.
    pub(super) async fn is_too_many_here(&self, ctx: &Ctx, account_or_name: &Digest) -> bool {
        let part = format!("{}:{}", URL_SAFE_NO_PAD.encode(account_or_name.as_bytes()), ctx.address.network());
        self.count(ctx, "tries", &part, Span::minutes(1)).await > u64::from(self.settings.limits.tries_per_minute)
    }

    async fn count(&self, ctx: &Ctx, kind: &'static str, part: &str, period: Span) -> u64 {
        match self.ephemeral.count(&EphemeralKey::new(kind, part), period, ctx.now).await {
            Ok(count) => count,
            Err(unreachable) => {
                tracing::warn!(error = %unreachable, "A flood counter is out of reach; the durable limits still hold.");
                0
            }
        }
    }
}

/// Puts a mark on a durable limit, or says until when it does not allow one, with the row as it stands.
pub(super) fn mark(tx: &mut dyn Tx, key: &Digest, rule: &Rule, now: Timestamp) -> StoreResult<Result<(), Blocked>> {
    match marked(tx, key, rule, now)? {
        Ok(throttle) => put(tx, &throttle).map(Ok),
        Err(blocked) => Ok(Err(blocked)),
    }
}

/// Puts marks on two durable limits at once, or says until when one does not allow it: a refusal leaves no mark on either.
pub(super) fn mark_both(
    tx: &mut dyn Tx,
    limits: [(&Digest, &Rule); 2],
    now: Timestamp,
) -> StoreResult<Result<(), Timestamp>> {
    let found = tx.find_throttles(limits.map(|(key, _)| key))?;
    let [one, other] = limits;
    let [mut first, mut second] = found;
    let marked = [(one, &mut first), (other, &mut second)].map(|((key, rule), found)| {
        let mut throttle = found.take().unwrap_or_else(|| Throttle::fresh(*key, now));
        throttle.mark(rule, now).map(|()| throttle)
    });
    let marked = match marked {
        [Ok(one), Ok(other)] => [one, other],
        [Err(until), _] | [_, Err(until)] => return Ok(Err(until)),
    };
    if tx.put_throttles(&marked)? { Ok(Ok(())) } else { Err(StoreError::Retry) }
}

/// The row of a durable limit with one mark more, not written yet.
pub(super) fn marked(
    tx: &mut dyn Tx,
    key: &Digest,
    rule: &Rule,
    now: Timestamp,
) -> StoreResult<Result<Throttle, Blocked>> {
    let mut throttle = tx.find_throttle(key)?.unwrap_or_else(|| Throttle::fresh(*key, now));
    Ok(match throttle.mark(rule, now) {
        Ok(()) => Ok(throttle),
        Err(until) => Err(Blocked { until, throttle }),
    })
}

/// Whether a durable limit allows one more, without putting a mark.
pub(super) fn blocked_until(
    tx: &mut dyn Tx,
    key: &Digest,
    rule: &Rule,
    now: Timestamp,
) -> StoreResult<Option<Timestamp>> {
    Ok(tx.find_throttle(key)?.and_then(|throttle| rule.blocked_until(&throttle.marks, now)))
}

/// Gate without a mark: of many who want the row of `key` at once one goes on, and the others run again after it.
pub(super) fn take_turn(tx: &mut dyn Tx, key: &Digest, now: Timestamp) -> StoreResult<()> {
    let throttle = tx.find_throttle(key)?.unwrap_or_else(|| Throttle::fresh(*key, now));
    // Whoever finds it swept away begins anew: a turn lasts as long as its transaction.
    put(tx, &Throttle { expires_at: now, ..throttle })
}

/// Takes a mark back: the try was right.
pub(super) fn unmark(tx: &mut dyn Tx, key: &Digest, at: Timestamp) -> StoreResult<()> {
    // Most people have no other.
    if tx.take_only_mark(key, at)? {
        return Ok(());
    }
    match tx.find_throttle(key)? {
        Some(mut throttle) => {
            throttle.unmark(at);
            put(tx, &throttle)
        }
        None => Ok(()),
    }
}

/// Writes a limit's row through its version gate; whoever loses runs again.
pub(super) fn put(tx: &mut dyn Tx, throttle: &Throttle) -> StoreResult<()> {
    if tx.put_throttle(throttle)? { Ok(()) } else { Err(StoreError::Retry) }
}

/// A limit that does not allow one more.
pub(super) struct Blocked {
    /// When it will.
    pub(super) until: Timestamp,
    /// The row as it stands.
    pub(super) throttle: Throttle,
}
