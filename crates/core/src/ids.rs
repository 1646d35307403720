//! A type for each identifier, so that one can never stand in for another.

use crate::entropy::Entropy;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// UUID version 7 (RFC 9562 §5.7) from the request's moment and our source of chance: time-ordered, so that
/// the indexes of growing tables stay compact.
fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> String {
    let millis = now.millis().unsigned_abs();
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes::<10>()).into_uuid().to_string()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A fresh identifier.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                Self(uuid_v7(now, entropy))
            }

            /// Takes a stored or received identifier as it is.
            pub fn from_text(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// An account; also the public `sub` of its tokens.
    AccountId
);
id!(
    /// A browser session.
    SessionId
);
id!(
    /// A sign-in that waits for its second step, whichever factor takes it.
    ChallengeId
);
id!(
    /// A way to prove who one is that an account has enrolled: an authenticator, a passkey, a recovery code, a
    /// remembered browser.
    CredentialId
);
id!(
    /// One authorization by a person for a client, with its code and its family of refresh tokens.
    GrantId
);
id!(
    /// That an account is somebody at an upstream provider.
    UpstreamLinkId
);
id!(
    /// An e-mail address or phone that waits for its proof.
    PendingContactId
);
id!(
    /// A message waiting in the outbox; also the request id given to gateways.
    MessageId
);
id!(
    /// An entry of the audit trail.
    AuditId
);
id!(
    /// The `client_id` of a relying party (RFC 6749 §2.2). Chosen by the operator, not random.
    ClientId
);
id!(
    /// The `kid` of a signing key (RFC 7517 §4.5).
    KeyId
);
