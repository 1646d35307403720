//! Text messages at their gateways, and what a day of them cost.

use super::StoreResult;
use crate::ids::MessageId;
use crate::sms::{Acceptance, Arrival, ReportedId, SmsDay, SmsSend, SpendAlarm, VietnamDay};
use crate::time::Timestamp;

/// Accepted text messages and the days they count for.
pub trait SmsRepo {
    /// Gate: sets parts of `day` aside for messages of the outbox, unless the day would then exceed `ceiling`: for all or
    /// none. A message that has parts set aside already keeps them, whatever the day and the ceiling.
    fn reserve_parts(
        &mut self,
        messages: &[(MessageId, u32)],
        day: VietnamDay,
        ceiling: Option<u32>,
    ) -> StoreResult<bool>;

    /// Gate: a gateway was asked and gave no answer. It may bill the message, so its parts are not given back any more.
    fn keep_parts(&mut self, id: &MessageId, now: Timestamp) -> StoreResult<bool>;

    /// Gate: gives back what was set aside for a message that nobody accepted, unless it was to be kept.
    fn release_parts(&mut self, id: &MessageId) -> StoreResult<bool>;

    /// Gate: notes who accepted the message that has parts set aside; once. What its gateway told before is noted with it.
    fn note_acceptance(&mut self, id: &MessageId, acceptance: &Acceptance, now: Timestamp) -> StoreResult<bool>;

    /// Gate: ends a message of the outbox that was accepted by a gateway which never tells anything afterwards, and notes
    /// who accepted it; `false` when it had ended already.
    fn settle_taken_text(
        &mut self,
        id: &MessageId,
        acceptance: &Acceptance,
        attempts: u32,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// Gate: notes what a gateway tells about a message that it accepted. Delivered is final; failed can still become
    /// delivered. What is told about an unknown message is kept for a while: its acceptance may not be noted yet.
    fn note_arrival(&mut self, gateway: &str, id: &ReportedId, arrival: Arrival, now: Timestamp) -> StoreResult<bool>;

    /// What is known of a message at its gateway.
    fn find_send(&mut self, id: &MessageId) -> StoreResult<Option<SmsSend>>;

    /// What was counted on a day.
    fn find_sms_day(&mut self, day: VietnamDay) -> StoreResult<Option<SmsDay>>;

    /// Gate: an alarm is given once a day, and once more for each higher ceiling.
    fn mark_spend_alarm(
        &mut self,
        day: VietnamDay,
        alarm: SpendAlarm,
        ceiling: u64,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// Deletes what was told before `before` about messages that nobody knew; at most `limit`; how many.
    fn delete_early_reports(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32>;

    /// Deletes days before `before`; at most `limit`; how many.
    fn delete_old_sms_days(&mut self, before: VietnamDay, limit: u32) -> StoreResult<u32>;
}
