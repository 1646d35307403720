//! A receipt of delivery: by its parameters, or by the text that SMPP 3.4 (appendix B) suggests.

use crate::sms::verdict::is_plain;
use portal_id_core::sms::Arrival;
use rusmpp::pdus::{DataSm, DeliverSm};
use rusmpp::tlvs::{Tlv, TlvValue};
use rusmpp::values::{EsmClass, MessageState, MessageType};

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    /// The SMSC's id of the message.
    pub(super) id: String,
    /// What became of it.
    pub(super) arrival: Arrival,
}

/// The receipt in a deliver_sm, if it is one and says something final. `unmarked`: also one that is not marked so.
pub(super) fn of_deliver(told: &DeliverSm, unmarked: bool) -> Option<Receipt> {
    read(told.esm_class, told.tlvs(), told.short_message().as_ref(), unmarked)
}

/// The receipt in a data_sm, likewise; its text stands in a parameter.
pub(super) fn of_data(told: &DataSm, unmarked: bool) -> Option<Receipt> {
    read(told.esm_class, told.tlvs(), &[], unmarked)
}

/// People can write to us what looks like a receipt; only the SMSC marks one (SMPP 3.4 §5.2.12).
fn read(esm_class: EsmClass, tlvs: &[Tlv], text: &[u8], unmarked: bool) -> Option<Receipt> {
    let is_marked = matches!(esm_class.message_type, MessageType::ShortMessageContainsMCDeliveryReceipt);
    if !is_marked && !unmarked {
        return None;
    }
    let (mut id, mut arrival, mut text) = (None, None, text);
    for tlv in tlvs {
        match tlv.value() {
            Some(TlvValue::ReceiptedMessageId(given)) => id = Some(given.as_str().to_owned()),
            Some(TlvValue::MessageState(state)) => arrival = of_state(*state),
            Some(TlvValue::MessagePayload(payload)) if text.is_empty() => text = payload.value.as_ref(),
            _ => {}
        }
    }
    let text = String::from_utf8_lossy(text);
    let id = id.or_else(|| word_after(&text, "id:")).filter(|id| is_plain(id))?;
    let arrival = arrival.or_else(|| of_word(&word_after(&text, "stat:")?))?;
    Some(Receipt { id, arrival })
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
    use rusmpp::tlvs::MessageDeliveryRequestTlvValue;
    use rusmpp::types::{COctetString, OctetString};

    const MARKED: u8 = 0x04;

    fn told(esm_class: u8, text: &str) -> DeliverSm {
        let text = OctetString::from_slice(text.as_bytes()).unwrap();
        DeliverSm::builder().esm_class(EsmClass::from(esm_class)).short_message(text).build()
    }

    fn read(text: &str) -> Option<(String, Arrival)> {
        of_deliver(&told(MARKED, text), false).map(|receipt| (receipt.id, receipt.arrival))
    }

    #[test]
    fn the_suggested_text_is_read() {
        let text = |stat: &str| {
            format!(
                "id:c449ab9744f47b6af1879e49e75e4f40 sub:001 dlvrd:001 submit date:2611231200 done date:2611231200 stat:{stat} err:000 text:Ma xac thuc"
            )
        };
        let id = "c449ab9744f47b6af1879e49e75e4f40".to_owned();
        assert_eq!(read(&text("DELIVRD")), Some((id.clone(), Arrival::Delivered)));
        for stat in ["EXPIRED", "DELETED", "UNDELIV", "REJECTD"] {
            assert_eq!(read(&text(stat)), Some((id.clone(), Arrival::Failed)), "{stat}");
        }
        for stat in ["ENROUTE", "ACCEPTD", "UNKNOWN", ""] {
            assert_eq!(read(&text(stat)), None, "{stat}");
        }
    }

    #[test]
    fn a_message_of_a_person_is_no_receipt() {
        for text in ["", "STOP", "id: stat:DELIVRD", "paid:1 stat:DELIVRD", "id:a\u{7}b stat:DELIVRD", "id:1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    /// Only the SMSC marks; an intermediate notification (0x20) says nothing final.
    #[test]
    fn what_looks_like_a_receipt_and_is_not_marked_as_one_is_none_unless_the_operator_says_so() {
        let text = "id:smsc-1 stat:DELIVRD";
        for esm_class in [0x00, 0x08, 0x20, 0x24, 0x40] {
            assert_eq!(of_deliver(&told(esm_class, text), false), None, "{esm_class:#x}");
        }
        for esm_class in [0x04, 0x44, 0x07] {
            assert!(of_deliver(&told(esm_class, text), false).is_some(), "{esm_class:#x}");
        }
        assert!(of_deliver(&told(0x00, text), true).is_some());
        assert_eq!(of_deliver(&told(0x00, "STOP"), true), None);
    }

    #[test]
    fn the_parameters_are_read_before_the_text() {
        let mut deliver = told(MARKED, "id:other stat:UNDELIV");
        let id = COctetString::from_string("smsc-1".to_owned()).unwrap();
        deliver.push_tlv(MessageDeliveryRequestTlvValue::ReceiptedMessageId(id));
        deliver.push_tlv(MessageDeliveryRequestTlvValue::MessageState(MessageState::Delivered));
        let expected = Receipt { id: "smsc-1".to_owned(), arrival: Arrival::Delivered };
        assert_eq!(of_deliver(&deliver, false), Some(expected));
    }
}
