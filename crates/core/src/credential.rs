//! The ways to prove who one is that an account has enrolled beside its password and phone: authenticators, passkeys,
//! recovery codes, remembered browsers.

use crate::digest::Digest;
use crate::ids::{AccountId, CredentialId};
use crate::profile::AccountClass;
use crate::time::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

/// What an operator decides about the ways to prove who one is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FactorSettings {
    /// Days for which a person may let a browser be remembered: there the password is enough, unless a service asks for
    /// the second level (`acr_values`). 0 for never.
    pub remembered_device_days: i64,
    /// Minutes for which a person who has just proved who they are may change their factors without doing so again.
    pub confirmation_minutes: i64,
    /// The classes of account that must have an authenticator or a passkey: whoever has none is led to enrol one before
    /// any service is told who they are. Empty: nobody must.
    pub required_for: Vec<AccountClass>,
}

impl Default for FactorSettings {
    fn default() -> Self {
        Self { remembered_device_days: 30, confirmation_minutes: 20, required_for: Vec::new() }
    }
}

impl FactorSettings {
    /// How long a browser is remembered; `None` when the policy does not allow it.
    pub fn remembered_for(&self) -> Option<Span> {
        (self.remembered_device_days > 0).then(|| Span::days(self.remembered_device_days))
    }

    /// How long a proof of who one is opens the page of factors.
    pub const fn confirmed_for(&self) -> Span {
        Span::minutes(self.confirmation_minutes)
    }
}

/// What kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// An app that shows a new code every half minute (RFC 6238).
    Authenticator,
    /// One code of a printed list.
    RecoveryCode,
    /// A key pair at a device or in its cloud (WebAuthn).
    Passkey,
    /// A browser in which the password is enough for a while.
    Device,
}

impl CredentialKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Authenticator, Self::RecoveryCode, Self::Passkey, Self::Device];

    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticator",
            Self::RecoveryCode => "recovery_code",
            Self::Passkey => "passkey",
            Self::Device => "device",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// How many of a kind an account may have.
    pub const fn most(self) -> usize {
        match self {
            Self::Authenticator => 2,
            Self::RecoveryCode | Self::Passkey | Self::Device => 10,
        }
    }
}

/// A credential as it is remembered.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Its identity.
    pub id: CredentialId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What kind.
    pub kind: CredentialKind,
    /// The keyed digest of what it is found by; no two credentials share one.
    pub key: Digest,
    /// What its owner calls it, or what the remembered browser calls itself.
    pub name: String,
    /// The seed or the public key, sealed for this row ([`Credential::seal_context`]).
    pub sealed: Option<Vec<u8>>,
    /// The last accepted step of an authenticator, the signature count of a passkey.
    pub counter: i64,
    /// When it was enrolled.
    pub created_at: Timestamp,
    /// When it last proved who somebody is. A recovery code has then been used up.
    pub last_used_at: Option<Timestamp>,
    /// The first moment at which it no longer counts.
    pub expires_at: Option<Timestamp>,
}

impl Credential {
    /// The context under which its secret is sealed: moved to another row or account it does not open.
    pub fn seal_context(account: &AccountId, id: &CredentialId) -> Vec<u8> {
        format!("{account}/{id}").into_bytes()
    }

    /// Whether it can still prove anything at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        let in_time = self.expires_at.is_none_or(|end| now < end);
        in_time && (self.kind != CredentialKind::RecoveryCode || self.last_used_at.is_none())
    }
}

/// A way to take the second step of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// A code by SMS.
    Sms,
    /// A code of an authenticator.
    Authenticator,
    /// A passkey.
    Passkey,
    /// A code of the printed list.
    RecoveryCode,
}

/// What an account can take the second step with, beside a code by SMS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// How many authenticators.
    pub authenticators: usize,
    /// How many passkeys.
    pub passkeys: usize,
    /// How many recovery codes that were not used.
    pub recovery_codes: usize,
}

impl Factors {
    /// Counts what is good at `now`.
    pub fn of(credentials: &[Credential], now: Timestamp) -> Self {
        let count = |kind| credentials.iter().filter(|one| one.kind == kind && one.is_good(now)).count();
        Self {
            authenticators: count(CredentialKind::Authenticator),
            passkeys: count(CredentialKind::Passkey),
            recovery_codes: count(CredentialKind::RecoveryCode),
        }
    }

    /// What the second step asks for first: what costs nobody anything and cannot be taken over with a SIM card, if the
    /// person has it. Computed from what is enrolled now, never from what was used before.
    pub const fn preferred(self) -> Factor {
        if self.authenticators > 0 {
            Factor::Authenticator
        } else if self.passkeys > 0 {
            Factor::Passkey
        } else {
            Factor::Sms
        }
    }

    /// Whether there is any way to take the second step, for somebody who has a phone or not.
    pub const fn suffice(self, phone: bool) -> bool {
        phone || self.has_own() || self.recovery_codes > 0
    }

    /// Whether there is a way that needs no text message.
    pub const fn has_own(self) -> bool {
        self.authenticators > 0 || self.passkeys > 0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);

    /// One of this kind that never ends, for tests.
    pub(crate) fn credential(kind: CredentialKind) -> Credential {
        Credential {
            id: CredentialId::from_text("c"),
            account_id: AccountId::from_text("a"),
            kind,
            key: Digest::from_bytes([7; 32]),
            name: String::new(),
            sealed: None,
            counter: 0,
            created_at: NOW,
            last_used_at: None,
            expires_at: None,
        }
    }

    #[test]
    fn every_kind_is_read_back() {
        for kind in CredentialKind::ALL {
            assert_eq!(CredentialKind::from_text(kind.as_str()), Some(kind));
        }
        assert_eq!(CredentialKind::from_text("password"), None);
    }

    #[test]
    fn a_recovery_code_is_good_until_it_was_used_and_a_device_until_it_expires() {
        let used = Some(NOW);
        for (kind, good) in [
            (CredentialKind::Authenticator, true),
            (CredentialKind::Passkey, true),
            (CredentialKind::Device, true),
            (CredentialKind::RecoveryCode, false),
        ] {
            assert_eq!(Credential { last_used_at: used, ..credential(kind) }.is_good(NOW), good, "{kind:?}");
        }
        let device = Credential { expires_at: Some(NOW), ..credential(CredentialKind::Device) };
        assert!(device.is_good(NOW - Span::millis(1)) && !device.is_good(NOW));
    }

    #[test]
    fn the_second_step_asks_for_what_needs_no_text_message_first() {
        use CredentialKind as K;
        for (kinds, preferred) in [
            (&[][..], Factor::Sms),
            (&[K::RecoveryCode, K::Device], Factor::Sms),
            (&[K::Passkey, K::RecoveryCode], Factor::Passkey),
            (&[K::Passkey, K::Authenticator], Factor::Authenticator),
        ] {
            let all: Vec<_> = kinds.iter().map(|kind| credential(*kind)).collect();
            assert_eq!(Factors::of(&all, NOW).preferred(), preferred, "{kinds:?}");
        }
    }
}
