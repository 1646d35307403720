//! Sending a code: what it is bound to, and how often one may be sent.

use super::Accounts;
use super::limits::{self, Limited};
use super::six_digits;
use crate::ctx::Ctx;
use crate::digest::{Digest, DigestPurpose};
use crate::facts::Phone;
use crate::ids::{AccountId, ChallengeId, MessageId};
use crate::outbox::{Message, OutboxRow, OutboxState};
use crate::ports::Vault;
use crate::profile::{Account, IdentifierKind, PhoneStanding};
use crate::sms::Arrival;
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

/// How the message with a code fares, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Waiting for its turn, taken by a gateway, or on the phone.
    Fine,
    /// Every gateway failed so far; it is tried again.
    StillTrying,
    /// It was not sent and will not be any more.
    GivenUp,
    /// A gateway took it, and the network could not deliver it.
    NotDelivered,
}

impl Sending {
    pub(super) fn of(tx: &mut dyn Tx, message: &MessageId) -> StoreResult<Self> {
        let Some(row) = tx.find_message(message)? else { return Ok(Self::Fine) };
        Ok(match row.state {
            OutboxState::Pending if row.attempts == 0 => Self::Fine,
            OutboxState::Pending => Self::StillTrying,
            OutboxState::Dead | OutboxState::Expired => Self::GivenUp,
            OutboxState::Accepted => match tx.find_send(message)?.and_then(|send| send.arrival) {
                Some(Arrival::Failed) => Self::NotDelivered,
                Some(Arrival::Delivered) | None => Self::Fine,
            },
        })
    }
}

/// How often codes may be sent for one account.
pub(super) struct SendLimits {
    account_id: AccountId,
    for_account: Digest,
    to_typed_phone: Digest,
    to_proved_phone: Digest,
    rule: Rule,
    proved_phone_rule: Rule,
}

impl SendLimits {
    /// Counts one code, or says until when none may be sent. Numbers that were only typed are counted together, apart from
    /// those that their account has proved to hold, so that strangers who typed somebody's number can neither flood it nor
    /// use up its holder's codes. A proved number may be that of a family: it has a higher limit over all its accounts.
    pub(super) fn mark(&self, tx: &mut dyn Tx, now: Timestamp) -> StoreResult<Option<Timestamp>> {
        let phone = PhoneStanding::of(&tx.list_identifiers(&self.account_id)?);
        self.mark_knowing(tx, phone, now)
    }

    /// The same for whoever knows already what is known of the phone.
    pub(super) fn mark_knowing(
        &self,
        tx: &mut dyn Tx,
        phone: PhoneStanding,
        now: Timestamp,
    ) -> StoreResult<Option<Timestamp>> {
        let to_phone = match phone {
            PhoneStanding::Proved => (&self.to_proved_phone, &self.proved_phone_rule),
            PhoneStanding::Typed | PhoneStanding::None => (&self.to_typed_phone, &self.rule),
        };
        Ok(limits::mark_both(tx, [(&self.for_account, &self.rule), to_phone], now)?.err())
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
        let code = six_digits::fresh(ctx.entropy());
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
            to_typed_phone: Limited::CodesToPhone(&phone).key(vault),
            to_proved_phone: Limited::CodesToProvedPhone(&phone).key(vault),
            rule: self.settings.codes.sends(),
            proved_phone_rule: self.settings.codes.sends_to_proved_phone(),
        }
    }
}
