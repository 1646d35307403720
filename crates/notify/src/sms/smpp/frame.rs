//! PDUs on the wire: cut by their length first and read afterwards, so that one that cannot be read ends nothing else.

use bytes::BytesMut;
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use tokio_util::codec::{Decoder as _, Encoder as _, LengthDelimitedCodec};

/// Nothing that an SMSC sends us is longer.
const MOST_OCTETS: usize = 4096;
/// The header: length, id, status and number (SMPP 3.4 §3.2).
const HEADER: usize = 16;

/// Cuts PDUs out of a stream.
pub(super) fn cutter() -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder()
        .big_endian()
        .length_field_length(4)
        // The length counts itself, and stays with its PDU.
        .num_skip(0)
        .max_frame_length(MOST_OCTETS)
        .new_codec()
}

/// A PDU, as far as it can be read.
pub(super) enum Heard {
    /// It can.
    Command(Box<Command>),
    /// A request that cannot.
    Unreadable {
        /// Its number.
        number: u32,
    },
}

/// Reads a PDU; `None` for what is too short to be one. Of an answer that cannot be read the header is enough: it says
/// whether the request was taken.
pub(super) fn read(pdu: &BytesMut) -> Option<Heard> {
    let word = |at: usize| pdu.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    let (id, number) = (CommandId::from(word(4)?), word(12)?);
    if let Some(command) = decode(pdu.clone()) {
        return Some(Heard::Command(Box::new(command)));
    }
    if !id.is_response() {
        return Some(Heard::Unreadable { number });
    }
    let mut header = BytesMut::from(pdu.get(..HEADER)?);
    header.get_mut(..4)?.copy_from_slice(&16_u32.to_be_bytes());
    decode(header).map(|command| Heard::Command(Box::new(command)))
}

fn decode(mut pdu: BytesMut) -> Option<Command> {
    CommandCodec::new().with_max_length(MOST_OCTETS).decode(&mut pdu).ok().flatten()
}

/// The octets of a PDU.
pub(super) fn write(status: CommandStatus, number: u32, pdu: Pdu) -> Option<BytesMut> {
    let mut octets = BytesMut::new();
    let command = Command::builder().status(status).sequence_number(number).pdu(pdu);
    CommandCodec::new().encode(&command, &mut octets).ok()?;
    Some(octets)
}
