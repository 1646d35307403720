//! Sending a code: what it is bound to, and how often one may be sent.

use super::Accounts;
use super::limits::{self, Limited};
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::facts::Phone;
use crate::ids::{AccountId, ChallengeId, MessageId};
use crate::outbox::{Message, OutboxRow};
use crate::ports::Vault;
use crate::profile::{Account, IdentifierKind};
use crate::store::{StoreResult, Tx};
use crate::throttle::Rule;
use crate::time::Timestamp;

/// The digest of a code. It is bound to the challenge and to the phone it was sent to: a code that reached one number
/// proves nothing about another that was put in its place meanwhile.
pub(super) fn code_digest(vault: &dyn Vault, challenge: &ChallengeId, phone: &Phone, code: &str) -> Digest {
    vault.digest(DigestPurpose::Code, &[challenge.as_str().as_bytes(), phone.e164().as_bytes(), code.as_bytes()])
}

/// The outbox id of the code that a challenge sent at `sent_at`: by it the page can tell whether a gateway took it.
pub(super) fn code_message_id(challenge: &ChallengeId, sent_at: Timestamp) -> MessageId {
    MessageId::from_text(format!("{challenge}.{}", sent_at.millis()))
}

/// How often codes may be sent for one account.
pub(super) struct SendLimits {
    account_id: AccountId,
    for_account: Digest,
    to_phone: Digest,
    rule: Rule,
}

impl SendLimits {
    /// Counts one code, or says until when none may be sent. A phone that this account has proved to hold counts for
    /// the account alone; numbers that were only typed are counted together, so that strangers who typed somebody's
    /// number can neither flood it nor use up its holder's codes.
    pub(super) fn mark(&self, tx: &mut dyn Tx, now: Timestamp) -> StoreResult<Option<Timestamp>> {
        let facts = tx.list_identifiers(&self.account_id)?;
        let proved = facts.iter().any(|fact| fact.kind == IdentifierKind::Phone && fact.is_verified());
        let both = [self.for_account, self.to_phone];
        let keys = if proved { &both[..1] } else { &both[..] };
        // All are looked at before any is marked: a refusal must leave no mark.
        for key in keys {
            if let Some(until) = limits::blocked_until(tx, key, &self.rule, now)? {
                return Ok(Some(until));
            }
        }
        for key in keys {
            if let Err(blocked) = limits::mark(tx, key, &self.rule, now)? {
                return Ok(Some(blocked.until));
            }
        }
        Ok(None)
    }
}

impl Accounts {
    /// A fresh code: its digest for the challenge, and the message that carries it.
    pub(super) fn new_code(
        &self,
        ctx: &Ctx,
        account: &Account,
        phone: &Phone,
        id: &ChallengeId,
    ) -> (Digest, OutboxRow) {
        let code = format!("{:06}", ctx.entropy().below(1_000_000));
        let digest = code_digest(self.vault.as_ref(), id, phone, &code);
        let lifetime = self.settings.codes.lifetime();
        let message =
            Message::SignInCode { code, minutes: lifetime.as_minutes_up(), host: self.letters.host().to_owned() };
        let row =
            self.letters.text_message(ctx, code_message_id(id, ctx.now), (phone, account.language), lifetime, message);
        (digest, row)
    }

    /// The limits that a code for this account and phone counts against.
    pub(super) fn send_limits(&self, account: &Account, phone: &Phone) -> SendLimits {
        let vault = self.vault.as_ref();
        let phone = IdentifierKind::Phone.digest(vault, phone.e164());
        SendLimits {
            account_id: account.id.clone(),
            for_account: Limited::CodesForAccount(account.id.as_str()).key(vault),
            to_phone: Limited::CodesToPhone(&phone).key(vault),
            rule: self.settings.codes.sends(),
        }
    }
}
