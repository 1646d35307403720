//! `portal-id messages …`: what became of e-mails, text messages and notices to services, without their words.

use crate::cli::{MessageState, MessagesCommand};
use crate::house::House;
use portal_id_core::outbox::{Channel, OutboxRow, OutboxState};
use portal_id_core::sms::{Arrival, SmsDay, SmsSend, VietnamDay};
use portal_id_core::store::StoreResult;

/// Runs one of the message commands.
pub async fn run(house: &House, command: MessagesCommand) -> anyhow::Result<()> {
    let MessagesCommand::List { state, limit } = command;
    let today = VietnamDay::of(house.outside.clock.now());
    let (rows, spent) = house
        .store
        .read("list_messages", move |tx| {
            let mut rows = Vec::new();
            for state in states(state) {
                rows.extend(tx.list_messages(*state, limit)?);
            }
            rows.sort_by(|one, other| {
                other.created_at.cmp(&one.created_at).then(other.id.as_str().cmp(one.id.as_str()))
            });
            rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            let rows = rows.into_iter().map(|row| Ok((tx.find_send(&row.id)?, row)));
            Ok((rows.collect::<StoreResult<Vec<_>>>()?, tx.find_sms_day(today)?))
        })
        .await?;
    println!(
        "written           template                    recipient           state      gateway      tries  told              why"
    );
    for (send, row) in &rows {
        println!("{}", line(row, send.as_ref()));
    }
    println!("\n{}", spending(spent.as_ref(), house.config.notify.sms.parts_per_day));
    Ok(())
}

fn states(wanted: Option<MessageState>) -> &'static [OutboxState] {
    match wanted {
        None => &[OutboxState::Pending, OutboxState::Accepted, OutboxState::Dead, OutboxState::Expired],
        Some(MessageState::Pending) => &[OutboxState::Pending],
        Some(MessageState::Accepted) => &[OutboxState::Accepted],
        Some(MessageState::Dead) => &[OutboxState::Dead],
        Some(MessageState::Expired) => &[OutboxState::Expired],
    }
}

/// What an operator may see of a message: never its words, never a whole recipient.
fn line(row: &OutboxRow, send: Option<&SmsSend>) -> String {
    let gateway = match (row.channel, send.and_then(|send| send.acceptance.as_ref())) {
        (Channel::Sms, Some(acceptance)) => acceptance.gateway.as_str(),
        (Channel::Sms, None) => "-",
        (Channel::Email, _) => "mail",
        (Channel::Backchannel, _) => "service",
    };
    // Accepted is what we saw; delivered and failed is what the gateway told afterwards.
    let (state, told) = match (row.state, send.and_then(|send| send.arrival.zip(send.told_at))) {
        (OutboxState::Accepted, Some((Arrival::Delivered, at))) => ("delivered", Some(at)),
        (OutboxState::Accepted, Some((Arrival::Failed, at))) => ("failed", Some(at)),
        (OutboxState::Accepted, None) => ("accepted", row.settled_at),
        (state, _) => (state.as_str(), row.settled_at),
    };
    format!(
        "{:<17} {:<27} {:<19} {state:<10} {gateway:<12} {:<6} {:<17} {}",
        super::moment(row.created_at),
        row.template,
        row.masked_recipient,
        row.attempts,
        told.map_or_else(|| "-".to_owned(), super::moment),
        row.last_error.as_deref().unwrap_or("-"),
    )
}

fn spending(today: Option<&SmsDay>, ceiling: Option<u32>) -> String {
    let parts = today.map_or(0, |today| today.parts);
    let ceiling = ceiling.map_or_else(|| "without a ceiling".to_owned(), |ceiling| format!("of {ceiling}"));
    format!("Text messages today: {parts} parts {ceiling}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal_id_core::ids::MessageId;
    use portal_id_core::sms::Acceptance;
    use portal_id_core::time::{Span, Timestamp};

    const NOW: Timestamp = Timestamp::from_seconds(1_795_400_000);

    fn row(state: OutboxState) -> OutboxRow {
        OutboxRow {
            id: MessageId::from_text("m1"),
            channel: Channel::Sms,
            template: "sign_in_code".to_owned(),
            masked_recipient: "091 ••• •678".to_owned(),
            envelope: None,
            state,
            attempts: 1,
            next_attempt_at: NOW,
            leased_until: None,
            last_error: None,
            created_at: NOW,
            not_after: NOW + Span::minutes(5),
            settled_at: Some(NOW + Span::minutes(1)),
            client_id: None,
        }
    }

    fn send(arrival: Option<Arrival>) -> SmsSend {
        SmsSend {
            message_id: MessageId::from_text("m1"),
            day: VietnamDay::of(NOW),
            parts: 1,
            acceptance: Some(Acceptance { gateway: "esms".to_owned(), id: Some("e-1".to_owned()) }),
            accepted_at: Some(NOW),
            unanswered_at: None,
            arrival,
            told_at: arrival.map(|_| NOW + Span::minutes(2)),
        }
    }

    #[test]
    fn accepted_delivered_and_failed_are_told_apart() {
        let of = |arrival| line(&row(OutboxState::Accepted), Some(&send(arrival)));
        for (arrival, word) in
            [(None, "accepted"), (Some(Arrival::Delivered), "delivered"), (Some(Arrival::Failed), "failed")]
        {
            let line = of(arrival);
            assert!(
                line.contains(&format!(" {word} ")) && line.contains(" esms ") && line.contains("091 ••• •678"),
                "{line}"
            );
        }
        assert!(line(&row(OutboxState::Expired), None).contains(" expired "));
        for (channel, way) in [(Channel::Email, " mail "), (Channel::Backchannel, " service ")] {
            assert!(line(&OutboxRow { channel, ..row(OutboxState::Accepted) }, None).contains(way));
        }
    }

    #[test]
    fn the_day_is_told_with_its_ceiling() {
        assert_eq!(spending(None, None), "Text messages today: 0 parts without a ceiling.");
        let today = SmsDay { day: VietnamDay::of(NOW), parts: 7, warned: None, refused: None };
        assert_eq!(spending(Some(&today), Some(20)), "Text messages today: 7 parts of 20.");
    }
}
