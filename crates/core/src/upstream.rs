//! Other providers that people arrive by: what one of them says about a person, and who of it is who here.
//!
//! [`UpstreamIdentity`] is made by `portal-id-federation` alone, from what came over the back channel: nothing in it has
//! passed through a browser (security.md row 39). What becomes of it is decided in [`crate::accounts`].

use crate::acr::{Amr, Ial};
use crate::digest::{Digest, DigestPurpose};
use crate::entropy::Entropy;
use crate::facts::{BirthDate, BusinessCode, BusinessName, Email, FormerNumber, FullName, IdentityNumber, Phone};
use crate::ids::{AccountId, SessionId, UpstreamLinkId};
use crate::ports::{SealPurpose, Sealed, Unsealable, Vault};
use crate::profile::{AccountClass, FactSource};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The name of an upstream in the configuration: 1 to 32 of `a`–`z`, digits and hyphens, a letter first. It stands in
/// addresses and in the database, and is never given to another provider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UpstreamId(String);

/// A text that names no upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of an upstream has 1 to 32 of the characters a-z, 0-9 and -, a letter first")]
pub struct NoUpstreamId;

impl UpstreamId {
    const LONGEST: usize = 32;

    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, NoUpstreamId> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let good = text.len() <= Self::LONGEST
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(fits);
        if good { Ok(Self(text.to_owned())) } else { Err(NoUpstreamId) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UpstreamId {
    type Error = NoUpstreamId;

    fn try_from(text: String) -> Result<Self, NoUpstreamId> {
        Self::parse(&text)
    }
}

impl From<UpstreamId> for String {
    fn from(id: UpstreamId) -> Self {
        id.0
    }
}

impl fmt::Display for UpstreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl schemars::JsonSchema for UpstreamId {
    fn schema_name() -> Cow<'static, str> {
        "UpstreamId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[a-z][a-z0-9-]{0,31}$" })
    }
}

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
    /// When; never later than the arrival.
    pub at: Timestamp,
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
        let of = LogoutOf { subject: Some(self.subject.clone()), session: self.session.clone() };
        let subject = of.subject_digest(vault, &self.upstream, &self.issuer);
        let session = of.session_digest(vault, &self.upstream, &self.issuer);
        // `sub` was checked to be there.
        (session, subject.unwrap_or_else(|| vault.digest(DigestPurpose::UpstreamSession, &[])))
    }
}

/// Whom a logout token of an upstream is about: at least one of both (OpenID Connect Back-Channel Logout 1.0 §2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoutOf {
    /// `sub`.
    pub subject: Option<String>,
    /// `sid`.
    pub session: Option<String>,
}

impl LogoutOf {
    fn digest(vault: &dyn Vault, upstream: &UpstreamId, issuer: &str, kind: &str, value: &str) -> Digest {
        let parts = [upstream.as_str(), issuer, kind, value];
        vault.digest(DigestPurpose::UpstreamSession, &parts.map(str::as_bytes))
    }

    /// The digest of `sub`.
    pub fn subject_digest(&self, vault: &dyn Vault, upstream: &UpstreamId, issuer: &str) -> Option<Digest> {
        self.subject.as_ref().map(|value| Self::digest(vault, upstream, issuer, "sub", value))
    }

    /// The digest of `sid`.
    pub fn session_digest(&self, vault: &dyn Vault, upstream: &UpstreamId, issuer: &str) -> Option<Digest> {
        self.session.as_ref().map(|value| Self::digest(vault, upstream, issuer, "sid", value))
    }

    /// Both as the store looks for them; `None` when the token names nobody.
    pub fn ended_by(&self, vault: &dyn Vault, upstream: &UpstreamId, issuer: &str) -> Option<EndedBy> {
        let subject = self.subject_digest(vault, upstream, issuer);
        match (self.session_digest(vault, upstream, issuer), subject) {
            (Some(session), Some(subject)) => Some(EndedBy::Both { session, subject }),
            (Some(session), None) => Some(EndedBy::Session(session)),
            (None, Some(subject)) => Some(EndedBy::Subject(subject)),
            (None, None) => None,
        }
    }
}

/// Which sessions an upstream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// Those that began with this session of it.
    Session(Digest),
    /// Those of this person.
    Subject(Digest),
    /// Those that are both: a session of another person is not meant.
    Both {
        /// The session.
        session: Digest,
        /// The person.
        subject: Digest,
    },
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

/// Who of an upstream an account is, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamLink {
    /// Its identity.
    pub id: UpstreamLinkId,
    /// Which upstream.
    pub upstream: UpstreamId,
    /// Its issuer when the link was made, for operators.
    pub issuer: String,
    /// [`LinkKey::digest`].
    pub key: Digest,
    /// The digest of what logout tokens call the person ([`LogoutOf::subject_digest`]), since they last arrived. `None`
    /// where a program that did not note it was the last to see them.
    pub subject: Option<Digest>,
    /// The account.
    pub account_id: AccountId,
    /// When the link was made.
    pub created_at: Timestamp,
    /// When the person last arrived by it.
    pub last_used_at: Timestamp,
}

/// That a session of ours stands on one of an upstream, as it is remembered.
#[derive(Clone, Debug)]
pub struct UpstreamSession {
    /// Our session.
    pub session_id: SessionId,
    /// The link by which the person arrived; it may be gone by now.
    pub link_id: UpstreamLinkId,
    /// Which upstream.
    pub upstream: UpstreamId,
    /// The digest of the upstream's `sid`.
    pub sid: Option<Digest>,
    /// The digest of the upstream's `sub`.
    pub subject: Digest,
    /// How to end it there.
    pub ending: Sealed<UpstreamEnding>,
    /// When the person arrived.
    pub began_at: Timestamp,
}

impl UpstreamSession {
    /// Opens what is needed to end the upstream's session.
    pub fn open_ending(&self, vault: &dyn Vault) -> Result<UpstreamEnding, Unsealable> {
        self.ending.open(vault, SealPurpose::UpstreamSession, self.session_id.as_str().as_bytes())
    }
}

/// With which addresses an upstream's secret was used: it goes to no others (security.md row 37).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamSecret {
    /// Which upstream.
    pub upstream: UpstreamId,
    /// The digest of its configured addresses.
    pub addresses: Digest,
    /// The digest of its secret.
    pub secret: Digest,
    /// Since when.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_upstream_is_a_plain_word_that_fits_an_address() {
        for good in ["vnconnect", "v", "keycloak-digo", "a2"] {
            assert_eq!(UpstreamId::parse(good).map(String::from), Ok(good.to_owned()));
        }
        let long = "a".repeat(33);
        for bad in ["", "2a", "-a", "VNConnect", "a b", "a/b", "a.b", "ă", "a\n", long.as_str()] {
            assert_eq!(UpstreamId::parse(bad), Err(NoUpstreamId), "{bad}");
        }
    }
}
