//! How the notices to a client stand (OpenID Connect Back-Channel Logout 1.0), for `portal-id client show`.

use portal_id_core::outbox::{OutboxRow, OutboxState};
use portal_id_core::store::OutboxCount;
use std::fmt::Write as _;

/// How many stand in each state, and the newest with their last refusal. Nothing in it names a person.
pub(super) fn told(counts: &[OutboxCount], newest: &[OutboxRow]) -> String {
    let of = |state| counts.iter().find(|count| count.state == state).map_or(0, |count| count.count);
    let mut text = format!(
        "notices of ended sessions: {} accepted, {} waiting, {} refused, {} given up after a day\n",
        of(OutboxState::Accepted),
        of(OutboxState::Pending),
        of(OutboxState::Dead),
        of(OutboxState::Expired)
    );
    for row in newest {
        let (written, why) = (super::moment(row.created_at), row.last_error.as_deref().unwrap_or("-"));
        let word = word(row.state);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {written}  {word:<9} tries {:<4} {why}", row.attempts);
    }
    text
}

fn word(state: OutboxState) -> &'static str {
    match state {
        OutboxState::Pending => "waiting",
        OutboxState::Accepted => "accepted",
        OutboxState::Dead => "refused",
        OutboxState::Expired => "given up",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal_id_core::ids::{ClientId, MessageId};
    use portal_id_core::outbox::Channel;
    use portal_id_core::time::{Span, Timestamp};

    #[test]
    fn the_notices_are_told_with_their_number_and_their_last_refusal() {
        let now = Timestamp::from_seconds(1_795_400_000);
        let row = OutboxRow {
            id: MessageId::from_text("m1"),
            channel: Channel::Backchannel,
            template: "session_ended".to_owned(),
            masked_recipient: "tax".to_owned(),
            envelope: None,
            state: OutboxState::Pending,
            attempts: 3,
            next_attempt_at: now,
            leased_until: None,
            last_error: Some("the service answered 503".to_owned()),
            created_at: now,
            not_after: now + Span::hours(24),
            settled_at: None,
            client_id: Some(ClientId::from_text("tax")),
        };
        let counts = [
            OutboxCount { state: OutboxState::Accepted, count: 41 },
            OutboxCount { state: OutboxState::Pending, count: 1 },
        ];
        let text = told(&counts, &[row]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "notices of ended sessions: 41 accepted, 1 waiting, 0 refused, 0 given up after a day");
        assert!(lines[1].contains("waiting") && lines[1].ends_with("the service answered 503"), "{text}");
        assert!(told(&[], &[]).starts_with("notices of ended sessions: 0 accepted"));
    }
}
