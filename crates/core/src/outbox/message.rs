//! What messages say.

use super::Channel;
use crate::ids::SessionId;
use serde::{Deserialize, Serialize};

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
    /// E-mail: an account that another provider made has its first password, or one in place of a distrusted one.
    PasswordSet {
        /// The username, with which its holder now signs in.
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
    /// E-mail: another provider vouches that a number of the account is somebody else's; the account lost it
    /// (decisions 24).
    NumberDisputed {
        /// The username.
        username: String,
        /// Whether it is the code of a business, not the number of a person.
        business: bool,
        /// When, as time and day in Vietnam.
        at: String,
        /// Where the desk is, as configured.
        desk: String,
    },
    /// E-mail: the code that proves an address to be the holder's.
    ContactCode {
        /// The username, or the holder's name where they chose none.
        username: String,
        /// Six digits.
        code: String,
        /// How many minutes it lives.
        minutes: i64,
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
    /// SMS: the code that proves a phone to be the holder's. Its own words: whoever gets it signs in nowhere, and may
    /// never have heard of the account.
    PhoneCode {
        /// Six digits.
        code: String,
        /// How many minutes it lives.
        minutes: i64,
        /// The host for WebOTP's last line, as in a sign-in code.
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
    /// The account was linked to a person of another provider.
    UpstreamLinked,
    /// It was linked to another person of that provider than before.
    UpstreamLinkReplaced,
    /// A link was removed.
    UpstreamUnlinked,
    /// The account, which had no e-mail address, has one: mails come there.
    EmailAdded,
    /// The account, which had no phone, has one: codes come there.
    PhoneAdded,
}

impl SecurityChange {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::AuthenticatorAdded,
        Self::AuthenticatorRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::RecoveryCodesMade,
        Self::RecoveryCodeUsed,
        Self::DeviceRemembered,
        Self::DevicesForgotten,
        Self::AddedLatelyRemoved,
        Self::UpstreamLinked,
        Self::UpstreamLinkReplaced,
        Self::UpstreamUnlinked,
        Self::EmailAdded,
        Self::PhoneAdded,
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
            Self::UpstreamLinked => "upstream_linked",
            Self::UpstreamLinkReplaced => "upstream_link_replaced",
            Self::UpstreamUnlinked => "upstream_unlinked",
            Self::EmailAdded => "email_added",
            Self::PhoneAdded => "phone_added",
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
            Self::PasswordSet { .. } => "password_set",
            Self::SecurityChanged { .. } => "security_changed",
            Self::NumberDisputed { .. } => "number_disputed",
            Self::ContactCode { .. } => "contact_code",
            Self::SignInCode { .. } => "sign_in_code",
            Self::PhoneCode { .. } => "phone_code",
            Self::SessionEnded(_) => "session_ended",
        }
    }

    /// The way it travels.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::SignInCode { .. } | Self::PhoneCode { .. } => Channel::Sms,
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
