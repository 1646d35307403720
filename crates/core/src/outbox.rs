//! Messages to people: written in the transaction that causes them, delivered later by `notify`.

use crate::ids::{ClientId, MessageId, SessionId};
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

/// What a message says. Each variant is one folder of templates in `notify`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Message {
    /// E-mail: the link that activates a registration.
    Activation {
        /// The chosen username.
        username: String,
        /// The whole link, made from the configured public address only (security.md row 5).
        link: String,
        /// How many hours the link lives.
        hours: i64,
    },
    /// E-mail to the typed address: the registration could not be completed, and what to do; names no field
    /// (decisions 3).
    RegistrationNotCompleted {
        /// The address of the sign-in page.
        sign_in: String,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// E-mail to the holder: somebody tried to register with data of this account (decisions 3).
    RegistrationAttempted {
        /// The address of the sign-in page.
        sign_in: String,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// E-mail to the owner, once: too many wrong passwords (decisions 9).
    SignInThrottled {
        /// The username.
        username: String,
        /// When trying is allowed again, as a time of day in Vietnam.
        until: String,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// E-mail to the owner, once: after the right password too many wrong codes, so somebody knows the password.
    SecondStepThrottled {
        /// The username.
        username: String,
        /// When trying is allowed again, as time and day in Vietnam.
        until: String,
        /// The whole link under which the owner says that it was somebody else.
        link: String,
        /// How many days the link lives.
        days: i64,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// E-mail: the link to correct a phone number that never received a code (decisions 5).
    PhoneCorrection {
        /// The username.
        username: String,
        /// The whole link.
        link: String,
        /// How many minutes the link lives.
        minutes: i64,
    },
    /// E-mail: the phone number was corrected.
    PhoneCorrected {
        /// The username.
        username: String,
        /// The new number, masked.
        phone: String,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// E-mail: the account was signed in from a browser that it does not know.
    NewBrowser {
        /// The username.
        username: String,
        /// When, as time and day in Vietnam.
        at: String,
        /// The browser's name from our own table; empty when it is not in it.
        browser: String,
        /// What the browser runs on, likewise.
        system: String,
        /// The network, masked; may be empty.
        network: String,
        /// The whole link under which the owner says that it was somebody else.
        link: String,
        /// How many days the link lives.
        days: i64,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// E-mail: the password was changed.
    PasswordChanged {
        /// The username.
        username: String,
        /// When, as time and day in Vietnam.
        at: String,
        /// The whole link under which the owner says that it was somebody else.
        link: String,
        /// How many days the link lives.
        days: i64,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// E-mail: a way to prove who the owner is was added, used up or removed.
    SecurityChanged {
        /// The username.
        username: String,
        /// What happened.
        change: SecurityChange,
        /// When, in Vietnam.
        at: String,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// SMS: the code of a sign-in.
    SignInCode {
        /// Six digits.
        code: String,
        /// How many minutes it lives.
        minutes: i64,
        /// The host for WebOTP's last line, used where the gateway's setting allows it (decisions 13).
        host: String,
    },
    /// Notice to a client: a session that it was reached in has ended. No words; the token is made at delivery.
    SessionEnded(SessionEnded),
}

/// What a client is told when a session ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnded {
    /// The session.
    pub session_id: SessionId,
    /// The `sub` by which the client knows the person.
    pub subject: String,
}

/// What happened to the ways by which an owner proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityChange {
    /// An authenticator was added.
    AuthenticatorAdded,
    /// An authenticator was removed.
    AuthenticatorRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A new list of recovery codes was made.
    RecoveryCodesMade,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// A browser is remembered.
    DeviceRemembered,
    /// Remembered browsers were forgotten.
    DevicesForgotten,
    /// What was added lately was removed, since the owner said that a sign-in was somebody else's.
    AddedLatelyRemoved,
}

impl SecurityChange {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::AuthenticatorAdded,
        Self::AuthenticatorRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::RecoveryCodesMade,
        Self::RecoveryCodeUsed,
        Self::DeviceRemembered,
        Self::DevicesForgotten,
        Self::AddedLatelyRemoved,
    ];

    /// The word that templates choose their sentence by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthenticatorAdded => "authenticator_added",
            Self::AuthenticatorRemoved => "authenticator_removed",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::DeviceRemembered => "device_remembered",
            Self::DevicesForgotten => "devices_forgotten",
            Self::AddedLatelyRemoved => "added_lately_removed",
        }
    }
}

impl Message {
    /// The template's name: the folder in `notify/templates`, and what operators see.
    pub const fn template(&self) -> &'static str {
        match self {
            Self::Activation { .. } => "activation",
            Self::RegistrationNotCompleted { .. } => "registration_not_completed",
            Self::RegistrationAttempted { .. } => "registration_attempted",
            Self::SignInThrottled { .. } => "sign_in_throttled",
            Self::SecondStepThrottled { .. } => "second_step_throttled",
            Self::PhoneCorrection { .. } => "phone_correction",
            Self::PhoneCorrected { .. } => "phone_corrected",
            Self::NewBrowser { .. } => "new_browser",
            Self::PasswordChanged { .. } => "password_changed",
            Self::SecurityChanged { .. } => "security_changed",
            Self::SignInCode { .. } => "sign_in_code",
            Self::SessionEnded(_) => "session_ended",
        }
    }

    /// The way it travels.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::SignInCode { .. } => Channel::Sms,
            Self::SessionEnded(_) => Channel::Backchannel,
            _ => Channel::Email,
        }
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({})", self.template())
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
