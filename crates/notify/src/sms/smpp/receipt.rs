//! A receipt of delivery: by its parameters, or by the text that SMPP 3.4 (appendix B) suggests.

use crate::sms::verdict::is_plain;
use portal_id_core::sms::Arrival;
use rusmpp::pdus::DeliverSm;
use rusmpp::tlvs::TlvValue;
use rusmpp::values::MessageState;

/// The SMSC's id of the message and what became of it, if the receipt is one and says something final.
pub(super) fn read(deliver: &DeliverSm) -> Option<(String, Arrival)> {
    let (mut id, mut arrival) = (None, None);
    for tlv in deliver.tlvs() {
        match tlv.value() {
            Some(TlvValue::ReceiptedMessageId(given)) => id = Some(given.as_str().to_owned()),
            Some(TlvValue::MessageState(state)) => arrival = of_state(*state),
            _ => {}
        }
    }
    let text = String::from_utf8_lossy(deliver.short_message().as_ref()).into_owned();
    let id = id.or_else(|| word_after(&text, "id:")).filter(|id| is_plain(id))?;
    let arrival = arrival.or_else(|| of_word(&word_after(&text, "stat:")?))?;
    Some((id, arrival))
}

fn of_state(state: MessageState) -> Option<Arrival> {
    match state {
        MessageState::Delivered => Some(Arrival::Delivered),
        MessageState::Expired | MessageState::Deleted | MessageState::Undeliverable | MessageState::Rejected => {
            Some(Arrival::Failed)
        }
        _ => None,
    }
}

fn of_word(word: &str) -> Option<Arrival> {
    match word {
        "DELIVRD" => Some(Arrival::Delivered),
        "EXPIRED" | "DELETED" | "UNDELIV" | "REJECTD" => Some(Arrival::Failed),
        _ => None,
    }
}

fn word_after(text: &str, label: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let at = if lower.starts_with(label) { 0 } else { lower.find(&format!(" {label}"))? + 1 };
    text.get(at + label.len()..)?.split_ascii_whitespace().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rusmpp::types::OctetString;

    fn told(text: &str) -> Option<(String, Arrival)> {
        read(&DeliverSm::builder().short_message(OctetString::from_slice(text.as_bytes()).unwrap()).build())
    }

    #[test]
    fn the_suggested_text_is_read() {
        let text = |stat: &str| {
            format!(
                "id:c449ab9744f47b6af1879e49e75e4f40 sub:001 dlvrd:001 submit date:2611231200 done date:2611231200 stat:{stat} err:000 text:Ma xac thuc"
            )
        };
        let id = "c449ab9744f47b6af1879e49e75e4f40".to_owned();
        assert_eq!(told(&text("DELIVRD")), Some((id.clone(), Arrival::Delivered)));
        for stat in ["EXPIRED", "DELETED", "UNDELIV", "REJECTD"] {
            assert_eq!(told(&text(stat)), Some((id.clone(), Arrival::Failed)), "{stat}");
        }
        for stat in ["ENROUTE", "ACCEPTD", "UNKNOWN", ""] {
            assert_eq!(told(&text(stat)), None, "{stat}");
        }
    }

    #[test]
    fn a_message_of_a_person_is_no_receipt() {
        for text in ["", "STOP", "id: stat:DELIVRD", "paid:1 stat:DELIVRD", "id:a\u{7}b stat:DELIVRD", "id:1"] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
