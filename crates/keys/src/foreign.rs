//! Public keys of clients, and tokens signed with them (RFC 7515, RFC 7517). Nothing private is ever taken in.
//!
//! Owns which keys and headers are read, and that the signature holds. What the token says is the caller's to judge.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsVerifier, PS256, RS256};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The algorithms in which clients may sign, as discovery names them. `Ed25519` is the newer name of what `EdDSA` means
/// with our one Edwards curve (RFC 9864 §2.2).
pub const CLIENT_ALGORITHMS: [&str; 5] = ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"];

/// The longest token of a client that is read, in bytes: no form holds a longer one.
const MAX_BYTES: usize = 8 * 1024;
/// The most keys of a set.
const MAX_KEYS: usize = 32;
/// RSA beyond this makes every verification expensive, and no client needs it (security.md row 16).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// The longest public exponent in bytes; 65537 has three. A long one is expensive too.
const LONGEST_EXPONENT: usize = 4;

/// Why a key set of a client cannot be registered or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeysFault {
    /// Not an object with a list `keys` of objects (RFC 7517 §5).
    #[error("it is no JWK Set: an object with a list \"keys\"")]
    NotASet,
    /// More keys than a client needs.
    #[error("it has more than {} keys", MAX_KEYS)]
    TooMany,
    /// A private key: its owner should make a new one, since this one was shown around.
    #[error("it holds a private key: register the public half, of a new key")]
    Private,
    /// A symmetric key.
    #[error("it holds a symmetric key, which is no public key")]
    Symmetric,
    /// A key of a kind that we verify with, but broken, too short or too long.
    #[error("one of its keys cannot be used: RSA of 2048 to 4096 bits, EC on P-256, or OKP with Ed25519")]
    Unusable,
    /// No key to verify with.
    #[error("it has no key for signatures: RSA, EC on P-256, or OKP with Ed25519")]
    None,
}

/// Why a token is not one of this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignError {
    /// Longer than any form of ours.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64url without padding (RFC 7515 §7.1).
    #[error("the token does not have three parts of base64url")]
    Parts,
    /// The header has a member that we do not read: among others `crit`, `jwk`, `jku`, `x5u` and `x5c` would tell us what
    /// to trust (RFC 8725 §3.10).
    #[error("the token's header has a member that is not read here, or lacks alg")]
    Header,
    /// `typ` names another kind of token (RFC 8725 §3.11).
    #[error("the token is of another type")]
    Type,
    /// `alg` is none of [`CLIENT_ALGORITHMS`].
    #[error("the token's algorithm is not taken")]
    Algorithm,
    /// No registered key has this `kid` and fits this `alg` (RFC 8725 §3.1).
    #[error("no registered key has this kid and fits this algorithm")]
    UnknownKey,
    /// The signature does not hold.
    #[error("the token's signature does not hold")]
    Signature,
    /// The signed content is not a JSON object.
    #[error("the token's content is not a JSON object")]
    Claims,
}

/// The header of a client's token. `x5t` and `x5t#S256` only name a certificate by its digest; they are read past.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(rename = "x5t")]
    _x5t: Option<String>,
    #[serde(rename = "x5t#S256")]
    _x5t_s256: Option<String>,
}

/// The kinds of key that we verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    Ed25519,
}

/// One public key.
#[derive(Clone, Debug)]
struct ClientKey {
    kind: Kind,
    kid: Option<String>,
    alg: Option<String>,
    /// `kty` and the members that make the key, nothing else.
    public: Map<String, Value>,
}

/// The keys of one client that may verify.
#[derive(Clone, Debug)]
pub struct ClientKeys(Vec<ClientKey>);

impl ClientKeys {
    /// Reads a JWK Set. Keys of other kinds or for encryption are passed over (RFC 7517 §5); a private or symmetric key
    /// spoils the whole set.
    pub fn read(set: &Value) -> Result<Self, ClientKeysFault> {
        let keys = set.get("keys").and_then(Value::as_array).ok_or(ClientKeysFault::NotASet)?;
        if keys.len() > MAX_KEYS {
            return Err(ClientKeysFault::TooMany);
        }
        let mut usable = Vec::new();
        for key in keys {
            usable.extend(read_key(key.as_object().ok_or(ClientKeysFault::NotASet)?)?);
        }
        Ok(Self(usable))
    }

    /// Reads the set of a provider that we did not choose the keys of: whatever cannot be used is passed over, and what is
    /// signed with it is not believed. That includes a private key, which by now is anybody's.
    pub fn read_usable(set: &Value) -> Result<Self, ClientKeysFault> {
        let keys = set.get("keys").and_then(Value::as_array).ok_or(ClientKeysFault::NotASet)?;
        let usable = keys.iter().filter_map(|key| read_key(key.as_object()?).ok().flatten());
        let usable: Vec<_> = usable.filter(ClientKey::works).take(MAX_KEYS + 1).collect();
        match usable.len() {
            0 => Err(ClientKeysFault::None),
            1..=MAX_KEYS => Ok(Self(usable)),
            _ => Err(ClientKeysFault::TooMany),
        }
    }

    /// How many keys there are that we can use.
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// Reads a JWK Set that is to be registered: it must have a key, and every key must work.
    pub fn check(set: &Value) -> Result<Self, ClientKeysFault> {
        let keys = Self::read(set)?;
        if keys.0.is_empty() {
            return Err(ClientKeysFault::None);
        }
        if keys.0.iter().all(ClientKey::works) { Ok(keys) } else { Err(ClientKeysFault::Unusable) }
    }

    /// Verifies a token of one of the types `typs`, or of none; gives the claims as they were signed.
    pub fn verify(&self, token: &str, typs: &[&str]) -> Result<Map<String, Value>, ForeignError> {
        let (signed, header, claims, signature) = split(token)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| ForeignError::Header)?;
        if header.typ.as_ref().is_some_and(|typ| !typs.iter().any(|known| known.eq_ignore_ascii_case(typ))) {
            return Err(ForeignError::Type);
        }
        if !CLIENT_ALGORITHMS.contains(&header.alg.as_str()) {
            return Err(ForeignError::Algorithm);
        }
        let mut fits = self.0.iter().filter(|key| key.may_have_signed(&header)).peekable();
        if fits.peek().is_none() {
            return Err(ForeignError::UnknownKey);
        }
        let holds = |key: &ClientKey| {
            key.verifier(&header.alg).is_some_and(|verifier| verifier.verify(signed.as_bytes(), &signature).is_ok())
        };
        if !fits.any(holds) {
            return Err(ForeignError::Signature);
        }
        serde_json::from_slice(&claims).map_err(|_| ForeignError::Claims)
    }
}

/// The `sub` of a token that nobody has verified: only to look up whose keys to verify it with.
pub fn unverified_subject(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    let (_, _, claims, _) = split(token).ok()?;
    serde_json::from_slice::<Subject>(&claims).ok().map(|claims| claims.sub)
}

type Parts<'a> = (&'a str, Vec<u8>, Vec<u8>, Vec<u8>);

/// What is signed, header, claims, signature.
fn split(token: &str) -> Result<Parts<'_>, ForeignError> {
    if token.len() > MAX_BYTES {
        return Err(ForeignError::TooLong);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(ForeignError::Parts)?;
    let (header, claims) = signed.split_once('.').ok_or(ForeignError::Parts)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| ForeignError::Parts);
    Ok((signed, decode(header)?, decode(claims)?, decode(signature)?))
}

/// The key, if it is one to verify with.
fn read_key(key: &Map<String, Value>) -> Result<Option<ClientKey>, ClientKeysFault> {
    let text = |member: &str| key.get(member).and_then(Value::as_str);
    if key.contains_key("k") || text("kty") == Some("oct") {
        return Err(ClientKeysFault::Symmetric);
    }
    if ["d", "p", "q", "dp", "dq", "qi", "oth"].iter().any(|member| key.contains_key(*member)) {
        return Err(ClientKeysFault::Private);
    }
    let (kind, members): (_, &[&str]) = match (text("kty"), text("crv")) {
        (Some("RSA"), _) => (Kind::Rsa, &["kty", "n", "e"]),
        (Some("EC"), Some("P-256")) => (Kind::P256, &["kty", "crv", "x", "y"]),
        (Some("OKP"), Some("Ed25519")) => (Kind::Ed25519, &["kty", "crv", "x"]),
        _ => return Ok(None),
    };
    // RFC 7517 §4.2, §4.3.
    let verifies = text("use").is_none_or(|used| used == "sig")
        && key.get("key_ops").is_none_or(|ops| ops.as_array().is_some_and(|ops| ops.contains(&"verify".into())));
    let alg = text("alg").map(str::to_owned);
    if !verifies || alg.as_deref().is_some_and(|alg| !kind.algorithms().contains(&alg)) {
        return Ok(None);
    }
    let public = members.iter().map(|member| Some(((*member).to_owned(), Value::from(text(member)?))));
    let public = public.collect::<Option<Map<_, _>>>().ok_or(ClientKeysFault::Unusable)?;
    let key = ClientKey { kind, kid: text("kid").map(str::to_owned), alg, public };
    if key.has_good_size() { Ok(Some(key)) } else { Err(ClientKeysFault::Unusable) }
}

impl Kind {
    /// What a key of this kind may sign with: the key decides, never the header (RFC 8725 §3.1).
    const fn algorithms(self) -> &'static [&'static str] {
        match self {
            Self::Rsa => &["RS256", "PS256"],
            Self::P256 => &["ES256"],
            Self::Ed25519 => &["EdDSA", "Ed25519"],
        }
    }
}

impl ClientKey {
    fn has_good_size(&self) -> bool {
        let bytes = |member: &str| {
            let text = self.public.get(member).and_then(Value::as_str).unwrap_or_default();
            URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
        };
        match self.kind {
            Kind::Rsa => {
                let (n, e) = (bytes("n"), bytes("e"));
                let leading = n.first().map_or(8, |byte| byte.leading_zeros() as usize);
                RSA_BITS.contains(&(n.len() * 8).saturating_sub(leading)) && (1..=LONGEST_EXPONENT).contains(&e.len())
            }
            Kind::P256 => bytes("x").len() == 32 && bytes("y").len() == 32,
            Kind::Ed25519 => bytes("x").len() == 32,
        }
    }

    /// Whether the header can mean this key. A token or a key without `kid` fits any.
    fn may_have_signed(&self, header: &Header) -> bool {
        let same_kid = match (&self.kid, &header.kid) {
            (Some(own), Some(named)) => own == named,
            _ => true,
        };
        let plain = |alg: &str| if alg == "Ed25519" { "EdDSA".to_owned() } else { alg.to_owned() };
        let same_alg = self.alg.as_deref().is_none_or(|own| plain(own) == plain(&header.alg));
        same_kid && same_alg && self.kind.algorithms().contains(&header.alg.as_str())
    }

    /// Whether a signature can be verified with it: that a point lies on its curve only shows here.
    fn works(&self) -> bool {
        self.kind.algorithms().iter().all(|alg| self.verifier(alg).is_some())
    }

    fn verifier(&self, alg: &str) -> Option<Box<dyn JwsVerifier>> {
        let jwk = Jwk::from_map(self.public.clone()).ok()?;
        Some(match alg {
            "RS256" => Box::new(RS256.verifier_from_jwk(&jwk).ok()?),
            "PS256" => Box::new(PS256.verifier_from_jwk(&jwk).ok()?),
            "ES256" => Box::new(ES256.verifier_from_jwk(&jwk).ok()?),
            "EdDSA" | "Ed25519" => Box::new(EdDSA.verifier_from_jwk(&jwk).ok()?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests;
