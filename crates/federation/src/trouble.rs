//! What can go wrong between us and an upstream, named for what happened. Pages have a sentence for each.

use crate::attempt::Baggage;
use portal_id_core::upstream::{Purpose, UpstreamId};

/// Settings that no upstream can be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("federation.upstreams, {upstream}: {why}")]
pub struct SetupFault {
    /// Which upstream.
    pub upstream: UpstreamId,
    /// What to mend.
    pub why: String,
}

/// Why somebody cannot go to an upstream, or did not arrive by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such upstream, or it is switched off.
    Unknown,
    /// It does not answer, answers with faults, or did so a moment ago.
    Away,
    /// Too many people are arriving by it at this moment.
    Busy,
    /// Too many people leave from one network at this moment.
    Flood,
    /// Our own store of one-time marks is out of reach: nobody can be let in without (decisions 11).
    OutOfReach,
    /// The sign-in was not begun here, in this browser, at this upstream, a short while ago; or it is over.
    AttemptOver,
    /// The answer is not one that the protocol knows.
    Malformed,
    /// The person said no.
    Denied,
    /// The upstream refused, in its own words: the error's code, of plain characters.
    TheySaid(String),
    /// Something that should prove who it is from does not.
    Distrusted(Distrust),
    /// It named a kind of account that we do not know.
    UnknownClass,
    /// It did not say what the kind of account needs.
    Incomplete(Missing),
}

/// Somebody who came back and did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    /// Why.
    pub trouble: Trouble,
    /// What they left for, and what they were on the way to then; `None` where it is not known to be theirs.
    pub begun: Option<(Purpose, Baggage)>,
}

impl From<Trouble> for Stranded {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, begun: None }
    }
}

/// What an upstream did not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// What the person is known by.
    Subject,
    /// A personal identity number.
    IdentityNumber,
    /// A business code.
    BusinessCode,
}

/// Why an answer is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// No ID token, or no access token where one is needed.
    #[error("the token answer lacks a token")]
    NoToken,
    /// A part that is larger than any honest one.
    #[error("a part of the answer is too long")]
    TooLong,
    /// The token is no JWS with a header that we read.
    #[error("a token has a form or a header that is not taken")]
    Form,
    /// `alg` is `none`, symmetric, or not taken.
    #[error("a token's algorithm is not taken")]
    Algorithm,
    /// No published key made the signature.
    #[error("a token's signature does not hold under any published key")]
    Signature,
    /// `iss` is another's.
    #[error("a token is of another issuer")]
    Issuer,
    /// `aud` or `azp` is not ours.
    #[error("a token is for another client")]
    Audience,
    /// `exp`, `iat` or `nbf`.
    #[error("a token's time is over, has not begun, or is missing")]
    Time,
    /// `nonce` is missing or another's.
    #[error("the ID token answers another request")]
    Nonce,
    /// `sub` is missing, empty or too long.
    #[error("the ID token names nobody")]
    Subject,
    /// `at_hash` does not fit the access token.
    #[error("the access token does not belong to the ID token")]
    AccessTokenHash,
    /// Userinfo is of somebody else, or of nobody.
    #[error("userinfo is of another person than the ID token")]
    UserinfoSubject,
    /// Userinfo was to be signed, or not to be.
    #[error("userinfo is not signed as it should be")]
    UserinfoForm,
    /// The answer says to come from another issuer (RFC 9207).
    #[error("the authorization answer is of another issuer")]
    ResponseIssuer,
    /// The person was to sign in anew, and did not.
    #[error("the person did not sign in anew as asked")]
    TooOld,
    /// A logout token, not an ID token.
    #[error("the token is a logout token")]
    OtherKind,
}

/// Why a logout token ends nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutRefusal {
    /// There is no such upstream, it is switched off, or it may not end sessions.
    #[error("no provider may sign people out here")]
    Unknown,
    /// Its keys cannot be fetched, or our marks are out of reach: it may try again.
    #[error("the token cannot be judged now")]
    Later,
    /// Not what the standard asks for (OpenID Connect Back-Channel Logout 1.0 §2.6).
    #[error("{0}")]
    Invalid(&'static str),
}
