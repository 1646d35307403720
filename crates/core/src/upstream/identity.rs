//! What an upstream said about a person, as it was brought, and what they came for.

use super::{LogoutOf, UpstreamId};
use crate::acr::{Amr, Ial};
use crate::digest::{Digest, DigestPurpose};
use crate::entropy::Entropy;
use crate::facts::{BirthDate, BusinessCode, BusinessName, Email, FormerNumber, FullName, IdentityNumber, Phone};
use crate::ids::SessionId;
use crate::ports::{SealPurpose, Sealed, Vault};
use crate::profile::{AccountClass, FactSource};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What links are made by: a claim of the upstream and its value, such as `TechID` and an opaque text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkKey {
    /// The claim's name: the same value of another claim is another person's.
    pub claim: String,
    /// Its value.
    pub value: String,
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkKey({}, …)", self.claim)
    }
}

impl LinkKey {
    /// What is stored of it: readable to nobody, and bound to the issuer that it came from (security.md row 7).
    pub fn digest(&self, vault: &dyn Vault, upstream: &UpstreamId, issuer: &str) -> Digest {
        let parts = [upstream.as_str(), issuer, self.claim.as_str(), self.value.as_str()];
        vault.digest(DigestPurpose::UpstreamLink, &parts.map(str::as_bytes))
    }
}

/// A fact that an upstream brought, which may be its own holder's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought<T> {
    /// The fact.
    pub value: T,
    /// Whether the upstream vouches for it.
    pub vouched: bool,
}

/// What an upstream said about a person, read and found well-formed. There is no place in here for anything else:
/// religion, family and blood group are dropped by not being read (`docs/guide/operator/national-portal.md`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtFacts {
    /// The holder's name, or the representative's.
    pub full_name: Option<FullName>,
    /// Date of birth.
    pub birth_date: Option<BirthDate>,
    /// The 12-digit number; 9 digits where there is no other.
    pub identity_number: Option<IdentityNumber>,
    /// The number of a former identity card, beside the 12-digit one.
    pub former_number: Option<FormerNumber>,
    /// Name of the business or organisation.
    pub business_name: Option<BusinessName>,
    /// Business or tax code.
    pub business_code: Option<BusinessCode>,
    /// E-mail address.
    pub email: Option<Brought<Email>>,
    /// Mobile phone.
    pub phone: Option<Brought<Phone>>,
}

/// At which level a person arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtLevel {
    /// Who vouches for the identity.
    pub ial: Ial,
    /// How the person signed in there.
    pub amr: Vec<Amr>,
    /// When, if that is known; never later than the arrival.
    pub at: Option<Timestamp>,
    /// Whether the upstream was asked to sign the person in anew, for this arrival alone.
    pub anew: bool,
}

/// What is needed to end the upstream's session later: its ID token as a hint, and the address that it named.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamEnding {
    /// The ID token (`id_token_hint`).
    pub id_token: String,
    /// The address that the claims named for signing out, if they did.
    pub logout_uri: Option<String>,
}

impl fmt::Debug for UpstreamEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpstreamEnding(…)")
    }
}

impl UpstreamEnding {
    /// Seals it for the session it belongs to.
    pub fn seal_for(&self, session: &SessionId, vault: &dyn Vault, entropy: &dyn Entropy) -> Sealed<Self> {
        Sealed::seal(vault, SealPurpose::UpstreamSession, session.as_str().as_bytes(), self, entropy)
    }
}

/// How long somebody may take at an upstream: a card, a code, a telephone that must be found first.
pub const LONGEST_JOURNEY: Span = Span::minutes(15);

/// A person as an upstream vouched for them, a moment ago.
#[derive(Clone, Serialize, Deserialize)]
pub struct UpstreamIdentity {
    /// Which upstream.
    pub upstream: UpstreamId,
    /// As what it vouches.
    pub source: FactSource,
    /// The issuer of its ID token.
    pub issuer: String,
    /// Issuers that it had before, as configured: links made then still hold.
    pub former_issuers: Vec<String>,
    /// What links are made by.
    pub key: LinkKey,
    /// The `sub` of its ID token: what its logout tokens name.
    pub subject: String,
    /// The `sid` of its ID token.
    pub session: Option<String>,
    /// The class of account.
    pub class: AccountClass,
    /// What it said about the person.
    pub facts: BroughtFacts,
    /// At which level.
    pub level: BroughtLevel,
    /// When the person left for it, by our clock.
    pub left_at: Timestamp,
    /// When it says that they signed in there, by its own clock.
    pub auth_time: Option<Timestamp>,
    /// How its session ends.
    pub ending: UpstreamEnding,
}

impl fmt::Debug for UpstreamIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UpstreamIdentity({}, {}, {:?})", self.upstream, self.class.as_str(), self.level)
    }
}

impl UpstreamIdentity {
    /// The digests under which a link may stand: with the issuer of today first, then with those before.
    pub fn link_digests(&self, vault: &dyn Vault) -> Vec<Digest> {
        let issuers = std::iter::once(&self.issuer).chain(&self.former_issuers);
        issuers.map(|issuer| self.key.digest(vault, &self.upstream, issuer)).collect()
    }

    /// The digests by which logout tokens will find the session.
    pub fn session_digests(&self, vault: &dyn Vault) -> (Option<Digest>, Digest) {
        let digest = |kind, value| LogoutOf::digest(vault, &self.upstream, &self.issuer, kind, value);
        (self.session.as_deref().map(|sid| digest("sid", sid)), digest("sub", &self.subject))
    }
}

/// What somebody who goes to an upstream is about to do here when they come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Signing in.
    SignIn,
    /// Proving again, or better, who the person of this session is.
    Again {
        /// The session.
        session: SessionId,
    },
    /// Linking the account of this session.
    Link {
        /// The session.
        session: SessionId,
    },
}
