//! Keyed digests: what we store instead of bearer values, codes and look-up keys.

use std::fmt;
use subtle::ConstantTimeEq;

/// HMAC-SHA-256 under a key of the [vault](crate::ports::Vault). Compared in constant time, never printed whole.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    /// From the 32 bytes of a stored or computed digest.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// From a stored value; `None` when it is not 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes, for storage.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// What a digest is of. Each purpose has its own key, so a digest of one kind can never pass as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestPurpose {
    /// A session cookie's value.
    Session,
    /// The value of the cookie that names a browser before anybody is signed in.
    Browser,
    /// The secret of a mailed link.
    MailedLink,
    /// A code sent by SMS, together with its challenge.
    Code,
    /// What an enrolled credential is found by: a recovery code, the id of a passkey, the secret of a remembered browser.
    Credential,
    /// The challenge that a passkey signs.
    PasskeyChallenge,
    /// An authorization code (RFC 6749 §4.1.2).
    AuthorizationCode,
    /// A refresh token's authenticator (decisions 21).
    RefreshToken,
    /// A client secret made by us.
    ClientSecret,
    /// A form's anti-forgery value.
    Csrf,
    /// The key of a rate limit.
    Throttle,
    /// Blind index of an e-mail address.
    EmailIndex,
    /// Blind index of a phone number.
    PhoneIndex,
    /// Blind index of an identity number.
    IdentityNumberIndex,
    /// Blind index of the number of a former identity card.
    FormerNumberIndex,
    /// Blind index of a business code.
    BusinessCodeIndex,
    /// The `sid` that one client sees of a session (OpenID Connect Front-Channel Logout §3).
    SessionIdForClient,
    /// What a browser's readable cookie says of its session (OpenID Connect Session Management §4).
    LoginState,
    /// The secret in the address at which an SMS gateway reports.
    SmsReport,
    /// The `jti` of a client's assertion, with the client: the mark that it was used (RFC 7523 §3).
    ClientAssertion,
    /// What an upstream provider knows a person by.
    UpstreamLink,
    /// The `sub` or `sid` of an upstream's session.
    UpstreamSession,
    /// The `state` that we sent to an upstream.
    UpstreamState,
    /// The `jti` of an upstream's logout token, with the upstream: the mark that it was heeded.
    UpstreamLogout,
    /// The addresses of an upstream, and its secret.
    UpstreamSecret,
    /// The ticket of an arrival that waits for a proof.
    Arrival,
    /// A fact that somebody vouched for.
    VouchedFact,
}

impl DigestPurpose {
    /// The label that separates this purpose's key from all others.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Browser => "browser",
            Self::MailedLink => "mailed-link",
            Self::Code => "code",
            Self::Credential => "credential",
            Self::PasskeyChallenge => "passkey-challenge",
            Self::AuthorizationCode => "authorization-code",
            Self::RefreshToken => "refresh-token",
            Self::ClientSecret => "client-secret",
            Self::Csrf => "csrf",
            Self::Throttle => "throttle",
            Self::EmailIndex => "email-index",
            Self::PhoneIndex => "phone-index",
            Self::IdentityNumberIndex => "identity-number-index",
            Self::FormerNumberIndex => "former-number-index",
            Self::BusinessCodeIndex => "business-code-index",
            Self::SessionIdForClient => "session-id-for-client",
            Self::LoginState => "login-state",
            Self::SmsReport => "sms-report",
            Self::ClientAssertion => "client-assertion",
            Self::UpstreamLink => "upstream-link",
            Self::UpstreamSession => "upstream-session",
            Self::UpstreamState => "upstream-state",
            Self::UpstreamLogout => "upstream-logout",
            Self::UpstreamSecret => "upstream-secret",
            Self::Arrival => "arrival",
            Self::VouchedFact => "vouched-fact",
        }
    }
}
