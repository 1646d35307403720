//! Messages to people, and notices to services: written in the transaction that causes them, delivered later by `notify`.

mod message;

pub use message::{Message, SecurityChange, SessionEnded};

use crate::ids::{ClientId, MessageId};
use crate::language::Language;
use crate::ports::{SealPurpose, Sealed};
use crate::sms::Acceptance;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// By which way a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    Email,
    /// A text message.
    Sms,
    /// A call to a client (OpenID Connect Back-Channel Logout 1.0).
    Backchannel,
}

impl Channel {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Backchannel => "backchannel",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Email, Self::Sms, Self::Backchannel].into_iter().find(|channel| channel.as_str() == text)
    }
}

/// A message with its recipient: what is sealed in an outbox row, and erased on delivery or expiry (decisions 12).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// The e-mail address as typed, the phone in E.164, or the client's id.
    pub to: Recipient,
    /// The language to write in.
    pub language: Language,
    /// What to say.
    pub message: Message,
}

impl Envelope {
    /// The purpose under which envelopes are sealed.
    pub const SEAL: SealPurpose = SealPurpose::Outbox;
}

/// Where a message goes; not printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recipient(pub String);

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recipient(…)")
    }
}

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboxState {
    /// Waiting for its next attempt.
    Pending,
    /// Taken by the mail server or gateway; whether it arrived is another question ([`crate::sms::Arrival`]).
    Accepted,
    /// Given up after too many attempts or a permanent refusal; an operator should look.
    Dead,
    /// Its time was over before it could be delivered; never sent late.
    Expired,
}

impl OutboxState {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            // The stored word is older than the distinction.
            Self::Accepted => "delivered",
            Self::Dead => "dead",
            Self::Expired => "expired",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Pending, Self::Accepted, Self::Dead, Self::Expired].into_iter().find(|state| state.as_str() == text)
    }
}

/// A row of the outbox.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// Its identity, also given to gateways to recognise a repeated delivery.
    pub id: MessageId,
    /// The way it travels.
    pub channel: Channel,
    /// The template's name.
    pub template: String,
    /// The recipient, masked, for operators.
    pub masked_recipient: String,
    /// The sealed envelope; `None` once delivered, dead or expired.
    pub envelope: Option<Sealed<Envelope>>,
    /// How it stands.
    pub state: OutboxState,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next attempt is due.
    pub next_attempt_at: Timestamp,
    /// A worker holds it until then.
    pub leased_until: Option<Timestamp>,
    /// The last refusal, in words for operators, without personal data.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// It must not be sent at or after this moment.
    pub not_after: Timestamp,
    /// When it reached its final state.
    pub settled_at: Option<Timestamp>,
    /// The client it is a notice to; `None` for messages to people.
    pub client_id: Option<ClientId>,
}

/// What came of one attempt to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Accepted by the other side.
    Accepted,
    /// Accepted by a gateway that is known by name, and may tell later what became of the message.
    AcceptedBy(Acceptance),
    /// Refused for now, or not reached: try again.
    Passing(String),
    /// Asked, and no answer came: the message may have been taken and may be billed. Try again.
    Unanswered(String),
    /// Refused for good: trying again cannot help.
    Permanent(String),
}

/// How long to wait before attempt number `attempts + 1`: 2 s, 4 s, 8 s … at most an hour for mail. A text message
/// is tried much sooner, since its code dies in minutes, and a notice to a service every quarter of an hour.
pub fn backoff(channel: Channel, attempts: u32) -> Span {
    let longest = match channel {
        Channel::Email => Span::hours(1),
        Channel::Sms => Span::seconds(20),
        Channel::Backchannel => Span::minutes(15),
    };
    Span::seconds(1_i64 << attempts.clamp(1, 20)).min(longest)
}
