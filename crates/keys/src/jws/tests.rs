//! What is refused beside what holds. Forged headers are signed with the real key, so that only the header is at fault.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use hmac::{Hmac, Mac as _};
use proptest::prelude::*;
use serde_json::json;
use sha2::Sha256;
use std::sync::LazyLock;

static EC: LazyLock<KeyMaterial> = LazyLock::new(|| fresh(SigningAlgorithm::Es256));
static RSA: LazyLock<KeyMaterial> = LazyLock::new(|| fresh(SigningAlgorithm::Rs256));
static PSS: LazyLock<KeyMaterial> = LazyLock::new(|| fresh(SigningAlgorithm::Ps256));
static ED: LazyLock<KeyMaterial> = LazyLock::new(|| fresh(SigningAlgorithm::EdDsa));

fn fresh(algorithm: SigningAlgorithm) -> KeyMaterial {
    KeyMaterial::import(algorithm, &generate(algorithm).unwrap()).unwrap()
}

fn all() -> [&'static KeyMaterial; 4] {
    [&EC, &RSA, &PSS, &ED]
}

fn find(kid: &str) -> Option<&'static KeyMaterial> {
    all().into_iter().find(|key| key.kid.as_str() == kid)
}

fn claims() -> Map<String, Value> {
    json!({ "iss": "https://id.example.vn", "sub": "018f", "exp": 1_795_392_300, "name": "Nguyễn Thị An" })
        .as_object()
        .unwrap()
        .clone()
}

fn signed(key: &KeyMaterial) -> String {
    key.sign("at+jwt", &claims()).unwrap().unwrap()
}

fn verified(token: &str) -> Result<VerifiedToken, VerifyError> {
    verify(token, "at+jwt", find)
}

/// The signing input with this header and our claims.
fn unsigned(header: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(Value::Object(claims()).to_string()))
}

/// A token with this header, truly signed by `key`.
fn forged(key: &KeyMaterial, header: &str) -> String {
    let input = unsigned(header);
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(key.signer.sign(input.as_bytes()).unwrap()))
}

fn header(alg: &str, typ: &str, kid: &str) -> Value {
    json!({ "alg": alg, "typ": typ, "kid": kid })
}

#[test]
fn a_signed_token_verifies_with_every_algorithm_and_gives_its_claims_back() {
    for key in all() {
        assert_eq!(verified(&signed(key)), Ok(VerifiedToken { claims: claims(), kid: key.kid.clone() }));
    }
}

#[test]
fn the_header_has_alg_typ_and_kid_and_nothing_else() {
    for key in all() {
        let token = signed(key);
        let first = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        let written: Value = serde_json::from_slice(&first).unwrap();
        assert_eq!(written, header(key.algorithm.as_str(), "at+jwt", key.kid.as_str()));
    }
}

#[test]
fn a_signature_of_es256_is_64_bytes_and_not_der() {
    // RFC 7518 §3.4
    for _ in 0..20 {
        let token = signed(&EC);
        assert_eq!(URL_SAFE_NO_PAD.decode(token.rsplit('.').next().unwrap()).unwrap().len(), 64);
    }
}

// security: row 18
#[test]
fn no_algorithm_but_the_keys_own_is_accepted_whatever_the_signature() {
    let names = [
        "none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "ES256", "ES256K",
        "ES384", "EdDSA", "es256", "RS256 ",
    ];
    for key in all() {
        for alg in names {
            let input = unsigned(&header(alg, "at+jwt", key.kid.as_str()).to_string());
            let mut mac =
                Hmac::<Sha256>::new_from_slice(Value::Object(key.public.clone()).to_string().as_bytes()).unwrap();
            mac.update(input.as_bytes());
            let hmac = mac.finalize().into_bytes().to_vec();
            let real = key.signer.sign(input.as_bytes()).unwrap();
            let foreign =
                all().into_iter().find(|other| other.kid != key.kid).unwrap().signer.sign(input.as_bytes()).unwrap();
            for (signature, is_real) in [
                (Vec::new(), false),
                (hmac, false),
                (foreign, false),
                (vec![0; 64], false),
                (vec![0; 256], false),
                (real, true),
            ] {
                let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
                let expected = match (alg == key.algorithm.as_str(), is_real) {
                    (true, true) => Ok(key.kid.clone()),
                    (true, false) => Err(VerifyError::Signature),
                    (false, _) => Err(VerifyError::Algorithm),
                };
                assert_eq!(
                    verified(&token).map(|token| token.kid),
                    expected,
                    "{alg} with a key of {}",
                    key.algorithm.as_str()
                );
            }
        }
    }
}

// security: row 18
#[test]
fn a_header_with_any_further_member_is_refused_although_the_signature_holds() {
    for key in all() {
        let good = header(key.algorithm.as_str(), "at+jwt", key.kid.as_str());
        assert!(verified(&forged(key, &good.to_string())).is_ok());
        let further = [
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("jwk", Value::Object(key.public.clone())),
            ("jku", json!("https://attacker.example/jwks")),
            ("x5u", json!("https://attacker.example/cert")),
            ("x5c", json!(["MIIB"])),
            ("x5t", json!("AAAA")),
            ("x5t#S256", json!("AAAA")),
            ("cty", json!("JWT")),
            ("zip", json!("DEF")),
            ("enc", json!("A256GCM")),
            ("epk", json!({})),
        ];
        for (member, value) in further {
            let mut bad = good.clone();
            bad[member] = value;
            assert_eq!(verified(&forged(key, &bad.to_string())), Err(VerifyError::Header), "{member}");
        }
    }
}

// security: row 18
#[test]
fn a_header_that_lacks_repeats_or_mistypes_a_member_is_refused() {
    let kid = EC.kid.as_str();
    for bad in [
        format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#),
        format!(r#"{{"typ":"at+jwt","kid":"{kid}"}}"#),
        r#"{"alg":"ES256","typ":"at+jwt"}"#.to_owned(),
        format!(r#"{{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#),
        format!(r#"{{"alg":"ES256","typ":"JWT","typ":"at+jwt","kid":"{kid}"}}"#),
        format!(r#"{{"alg":["ES256"],"typ":"at+jwt","kid":"{kid}"}}"#),
        format!(r#"{{"alg":null,"typ":"at+jwt","kid":"{kid}"}}"#),
        r#"{"alg":"ES256","typ":"at+jwt","kid":7}"#.to_owned(),
        format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}"}} {{}}"#),
        String::new(),
        "null".to_owned(),
        "\u{0}".to_owned(),
        "[".repeat(4000),
    ] {
        assert_eq!(verified(&forged(&EC, &bad)), Err(VerifyError::Header), "{bad}");
    }
}

// security: row 18
// security: row 24
#[test]
fn a_token_of_another_type_is_refused() {
    for (written, expected) in [
        ("JWT", "at+jwt"),
        ("at+jwt", "JWT"),
        ("logout+jwt", "JWT"),
        ("JWT", "logout+jwt"),
        ("AT+JWT", "at+jwt"),
        ("application/at+jwt", "at+jwt"),
        ("", "JWT"),
    ] {
        for key in all() {
            let token = key.sign(written, &claims()).unwrap().unwrap();
            assert_eq!(verify(&token, expected, find), Err(VerifyError::Type), "{written} as {expected}");
            assert!(verify(&token, written, find).is_ok());
        }
    }
}

#[test]
fn a_key_that_is_not_ours_is_refused_even_under_the_kid_of_one_that_is() {
    for algorithm in SigningAlgorithm::ALL {
        let stranger = fresh(algorithm);
        assert_eq!(verified(&signed(&stranger)), Err(VerifyError::UnknownKey));
        let ours = all().into_iter().find(|key| key.algorithm == algorithm).unwrap();
        let posing = forged(&stranger, &header(algorithm.as_str(), "at+jwt", ours.kid.as_str()).to_string());
        assert_eq!(verified(&posing), Err(VerifyError::Signature));
    }
}

// security: row 31
#[test]
fn every_prefix_and_every_suffix_of_a_token_is_refused() {
    for key in all() {
        let token = signed(key);
        for at in 0..token.len() {
            assert!(verified(&token[..at]).is_err(), "the first {at} characters");
            assert!(verified(&token[at + 1..]).is_err(), "all but the first {} characters", at + 1);
        }
        for added in ["A", "AA", "=", ".", " ", "\n", "AAAA", ".AAAA"] {
            assert!(verified(&format!("{token}{added}")).is_err(), "with {added:?} behind");
            assert!(verified(&format!("{added}{token}")).is_err(), "with {added:?} before");
        }
    }
}

// security: row 31
#[test]
fn a_token_with_any_one_character_changed_is_refused() {
    for key in all() {
        let token = signed(key);
        for at in 0..token.len() {
            for bit in 0..7 {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let changed = String::from_utf8(bytes).unwrap();
                assert!(verified(&changed).is_err(), "bit {bit} of character {at}");
            }
        }
    }
}

// security: row 31
#[test]
fn the_last_characters_unused_bits_must_be_zero() {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for key in all() {
        let token = signed(key);
        let accepted = ALPHABET
            .iter()
            .filter(|last| verified(&format!("{}{}", &token[..token.len() - 1], char::from(**last))).is_ok());
        assert_eq!(accepted.count(), 1);
    }
}

// security: row 31
#[test]
fn parts_of_two_good_tokens_do_not_make_a_third() {
    for key in all() {
        let other = key.sign("at+jwt", json!({ "sub": "another" }).as_object().unwrap()).unwrap().unwrap();
        let (one, two): (Vec<&str>, Vec<&str>) = (signed(key).leak().split('.').collect(), other.split('.').collect());
        assert_eq!(verified(&[one[0], two[1], one[2]].join(".")), Err(VerifyError::Signature));
        assert_eq!(verified(&[one[0], one[1], two[2]].join(".")), Err(VerifyError::Signature));
        assert_eq!(verified(&[one[0], one[1], ""].join(".")), Err(VerifyError::Signature));
        assert_eq!(verified(&[one[0], one[1], "", ""].join(".")), Err(VerifyError::Parts));
    }
}

#[test]
fn a_token_too_long_is_neither_made_nor_read() {
    let long = json!({ "name": "x".repeat(MAX_TOKEN_BYTES) });
    for key in all() {
        assert!(key.sign("JWT", long.as_object().unwrap()).unwrap().is_none());
    }
    assert_eq!(verified(&"A".repeat(MAX_TOKEN_BYTES + 1)), Err(VerifyError::TooLong));
}

// security: row 36
#[test]
fn dates_beyond_every_calendar_pass_through_as_they_are() {
    for exp in [
        json!(1e300),
        json!(-1e300),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.5),
        json!("soon"),
        json!({}),
        json!(null),
    ] {
        let claims = json!({ "exp": exp, "iat": exp, "nbf": exp, "auth_time": exp });
        for key in all() {
            let token = key.sign("at+jwt", claims.as_object().unwrap()).unwrap().unwrap();
            assert_eq!(Value::Object(verified(&token).unwrap().claims), claims);
        }
    }
}

#[test]
fn content_that_is_not_an_object_is_refused_although_the_signature_holds() {
    for content in ["", "[]", "\"text\"", "7", "{", "{} {}"] {
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header("ES256", "at+jwt", EC.kid.as_str()).to_string()),
            URL_SAFE_NO_PAD.encode(content)
        );
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(EC.signer.sign(input.as_bytes()).unwrap()));
        assert_eq!(verified(&token), Err(VerifyError::Claims), "{content}");
    }
}

// security: row 18
#[test]
fn a_private_key_of_another_type_or_size_is_not_taken_in() {
    let ec = generate(SigningAlgorithm::Es256).unwrap();
    let rsa = generate(SigningAlgorithm::Rs256).unwrap();
    assert!(KeyMaterial::import(SigningAlgorithm::Rs256, &ec).is_err());
    assert!(KeyMaterial::import(SigningAlgorithm::Es256, &rsa).is_err());
    let ed = generate(SigningAlgorithm::EdDsa).unwrap();
    for (algorithm, key) in [
        (SigningAlgorithm::Ps256, &ec),
        (SigningAlgorithm::Ps256, &ed),
        (SigningAlgorithm::EdDsa, &ec),
        (SigningAlgorithm::EdDsa, &rsa),
        (SigningAlgorithm::Es256, &ed),
    ] {
        assert!(KeyMaterial::import(algorithm, key).is_err(), "{}", algorithm.as_str());
    }
    let small: Map<String, Value> = Jwk::generate_rsa_key(1024).unwrap().into();
    for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Ps256] {
        assert!(KeyMaterial::import(algorithm, &serde_json::to_vec(&small).unwrap()).is_err());
    }
    for bad in [b"".as_slice(), b"null", b"{}", br#"{"kty":"oct","k":"AAAA"}"#] {
        assert!(KeyMaterial::import(SigningAlgorithm::Es256, bad).is_err());
    }
}

#[test]
fn a_private_key_whose_public_part_is_another_keys_is_not_taken_in() {
    for (algorithm, members) in [
        (SigningAlgorithm::Es256, &["x", "y"][..]),
        (SigningAlgorithm::Rs256, &["n"][..]),
        (SigningAlgorithm::Ps256, &["n"][..]),
        (SigningAlgorithm::EdDsa, &["x"][..]),
    ] {
        let map = |bytes: &[u8]| serde_json::from_slice::<Map<String, Value>>(bytes).unwrap();
        let (mut mixed, other) = (map(&generate(algorithm).unwrap()), map(&generate(algorithm).unwrap()));
        for member in members {
            mixed[*member] = other[*member].clone();
        }
        assert!(
            KeyMaterial::import(algorithm, &serde_json::to_vec(&mixed).unwrap()).is_err(),
            "{}",
            algorithm.as_str()
        );
    }
}

#[test]
fn the_public_part_has_no_private_or_symmetric_member() {
    for key in all() {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(!key.public.contains_key(private), "{private}");
        }
        assert_eq!(key.public["kid"], key.kid.as_str());
        assert_eq!(key.public["alg"], key.algorithm.as_str());
    }
}

proptest! {
    // security: row 36
    #[test]
    fn no_text_makes_the_verifier_panic(text in ".{0,300}") {
        prop_assert!(verified(&text).is_err());
    }

    // security: row 36
    #[test]
    fn no_bytes_in_three_parts_make_the_verifier_panic(
        first in prop::collection::vec(any::<u8>(), 0..80),
        second in prop::collection::vec(any::<u8>(), 0..80),
        third in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let token = [part(&first), part(&second), part(&third)].join(".");
        prop_assert!(verified(&token).is_err());
        // The same behind a good header, so that the signature itself is what is odd.
        for key in all() {
            let good = header(key.algorithm.as_str(), "at+jwt", key.kid.as_str()).to_string();
            let token = [part(good.as_bytes()), part(&second), part(&third)].join(".");
            prop_assert_eq!(verified(&token), Err(VerifyError::Signature));
        }
    }

    // security: row 36
    #[test]
    fn an_odd_elliptic_signature_is_refused(r in prop::collection::vec(any::<u8>(), 32), zero_half in 0_usize..3, short in 0_usize..64) {
        let input = unsigned(&header("ES256", "at+jwt", EC.kid.as_str()).to_string());
        let mut signature = [r.as_slice(), r.as_slice()].concat();
        match zero_half {
            0 => signature[..32].fill(0),
            1 => signature[32..].fill(0),
            _ => signature.truncate(short),
        }
        prop_assert_eq!(verified(&format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))), Err(VerifyError::Signature));
    }
}
