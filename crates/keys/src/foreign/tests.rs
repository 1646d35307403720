//! Tokens of clients as josekit signs them, and each with one thing spoiled.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use hmac::{Hmac, Mac as _};
use josekit::jwk::alg::{ec::EcCurve, ed::EdCurve};
use josekit::jws::JwsSigner;
use proptest::prelude::*;
use serde_json::json;
use sha2::Sha256;
use std::sync::LazyLock;

/// A client's key: what it signs with, and its public half.
struct Own {
    private: Jwk,
    public: Map<String, Value>,
}

static RSA: LazyLock<Own> = LazyLock::new(|| own(Jwk::generate_rsa_key(2048).unwrap(), "rsa", &["kty", "n", "e"]));
static EC: LazyLock<Own> =
    LazyLock::new(|| own(Jwk::generate_ec_key(EcCurve::P256).unwrap(), "ec", &["kty", "crv", "x", "y"]));
static ED: LazyLock<Own> =
    LazyLock::new(|| own(Jwk::generate_ed_key(EdCurve::Ed25519).unwrap(), "ed", &["kty", "crv", "x"]));

fn own(private: Jwk, kid: &str, members: &[&str]) -> Own {
    let mut public = Map::new();
    for member in members {
        public.insert((*member).to_owned(), private.parameter(member).unwrap().clone());
    }
    public.insert("kid".to_owned(), kid.into());
    Own { private, public }
}

fn key_of(alg: &str) -> &'static Own {
    match alg {
        "ES256" => &EC,
        "EdDSA" | "Ed25519" => &ED,
        _ => &RSA,
    }
}

fn set(keys: &[&Own]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.public.clone()).collect::<Vec<_>>() })
}

fn all() -> ClientKeys {
    ClientKeys::check(&set(&[&RSA, &EC, &ED])).unwrap()
}

fn signature(alg: &str, input: &str) -> Vec<u8> {
    let jwk = &key_of(alg).private;
    let signer: Box<dyn JwsSigner> = match alg {
        "RS256" => Box::new(RS256.signer_from_jwk(jwk).unwrap()),
        "PS256" => Box::new(PS256.signer_from_jwk(jwk).unwrap()),
        "ES256" => Box::new(ES256.signer_from_jwk(jwk).unwrap()),
        _ => Box::new(EdDSA.signer_from_jwk(jwk).unwrap()),
    };
    signer.sign(input.as_bytes()).unwrap()
}

fn input(header: &Value, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims))
}

/// A token with this header, truly signed with the key that `alg` means.
fn signed(alg: &str, header: &Value) -> String {
    let input = input(header, r#"{"sub":"mot-cua"}"#);
    let signature = signature(alg, &input);
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn good(alg: &str) -> String {
    signed(alg, &json!({ "alg": alg, "kid": key_of(alg).public["kid"], "typ": "JWT" }))
}

const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

fn verify(token: &str) -> Result<Map<String, Value>, ForeignError> {
    all().verify(token, &TYPES)
}

#[test]
fn every_algorithm_that_we_name_verifies_with_and_without_kid_and_type() {
    for alg in CLIENT_ALGORITHMS {
        assert_eq!(verify(&good(alg)).unwrap()["sub"], "mot-cua", "{alg}");
        for header in [
            json!({ "alg": alg }),
            json!({ "alg": alg, "typ": "jwt" }),
            json!({ "alg": alg, "typ": "client-authentication+jwt" }),
            json!({ "alg": alg, "x5t": "abc", "x5t#S256": "def" }),
        ] {
            assert_eq!(verify(&signed(alg, &header)).unwrap()["sub"], "mot-cua", "{header}");
        }
        assert_eq!(unverified_subject(&good(alg)).as_deref(), Some("mot-cua"));
    }
}

// security: row 18
#[test]
fn one_odd_key_in_the_set_of_a_provider_takes_nothing_from_the_others_and_verifies_nothing() {
    let short = own(Jwk::generate_rsa_key(1024).unwrap(), "short", &["kty", "n", "e"]);
    let leaked = Jwk::generate_ec_key(EcCurve::P256).unwrap();
    let mut shown = Value::Object(leaked.as_ref().clone());
    shown["kid"] = "shown".into();
    let mut off_curve = Value::Object(EC.public.clone());
    (off_curve["x"], off_curve["kid"]) = (off_curve["y"].clone(), "off-curve".into());
    let odd = json!([
        short.public, shown, off_curve, "x", null, [], {}, { "kty": "oct", "k": "c2VjcmV0" }, { "kty": "RSA", "kid": "rsa" },
        { "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }, { "kty": "OKP", "crv": "Ed25519", "x": "AA" },
    ]);
    let of = |keys: Vec<Value>| ClientKeys::read_usable(&json!({ "keys": keys }));
    let odd = odd.as_array().unwrap().clone();
    assert_eq!(of(odd.clone()).unwrap_err(), ClientKeysFault::None);
    let keys = of([odd, vec![RSA.public.clone().into(), EC.public.clone().into()]].concat()).unwrap();
    assert_eq!(keys.count(), 2);
    for alg in ["RS256", "ES256"] {
        assert_eq!(keys.verify(&good(alg), &TYPES).unwrap()["sub"], "mot-cua", "{alg}");
    }
    let input = input(&json!({ "alg": "ES256", "kid": "shown" }), r#"{"sub":"mot-cua"}"#);
    let signature = ES256.signer_from_jwk(&leaked).unwrap().sign(input.as_bytes()).unwrap();
    let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
    assert_eq!(keys.verify(&token, &TYPES), Err(ForeignError::UnknownKey), "anybody has that key");
    assert_eq!(of(vec![EC.public.clone().into(); 33]).unwrap_err(), ClientKeysFault::TooMany);
}

// security: row 18
#[test]
fn a_header_that_would_choose_its_own_key_or_rules_is_refused() {
    let named: Value = json!({
        "jwk": EC.public, "jku": "https://evil.example/jwks", "x5u": "https://evil.example/cert", "x5c": ["MIIB"],
        "crit": ["exp"], "b64": false, "zip": "DEF", "cty": "JWT", "anything": 1,
    });
    for (member, value) in named.as_object().unwrap() {
        let mut header = json!({ "alg": "ES256", "kid": "ec", "typ": "JWT" });
        header[member] = value.clone();
        assert_eq!(verify(&signed("ES256", &header)), Err(ForeignError::Header), "{member}");
    }
    assert_eq!(verify(&signed("ES256", &json!({ "typ": "JWT" }))), Err(ForeignError::Header));
    let twice = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","alg":"none"}"#);
    assert_eq!(verify(&format!("{twice}.e30.AA")), Err(ForeignError::Header));
}

// security: row 18
#[test]
fn the_key_decides_the_algorithm_whatever_the_header_says() {
    for alg in ["none", "None", "", "HS256", "HS512", "RS384", "PS512", "ES384", "ES256K", "es256", "Ed448", "RS1"] {
        let header = json!({ "alg": alg, "kid": "rsa" });
        let input = input(&header, "{}");
        let mut mac = Hmac::<Sha256>::new_from_slice(json!(RSA.public).to_string().as_bytes()).unwrap();
        mac.update(input.as_bytes());
        for signature in [Vec::new(), mac.clone().finalize().into_bytes().to_vec(), signature("RS256", &input)] {
            let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
            assert_eq!(verify(&token), Err(ForeignError::Algorithm), "{alg}");
        }
    }
    for header_alg in CLIENT_ALGORITHMS {
        for signed_with in CLIENT_ALGORITHMS {
            let same = (header_alg == signed_with) || (header_alg.starts_with("Ed") && signed_with.starts_with("Ed"));
            for kid in ["rsa", "ec", "ed"] {
                let token = signed(signed_with, &json!({ "alg": header_alg, "kid": kid }));
                let fits = key_of(header_alg).public["kid"] == kid;
                let expected = if fits && same {
                    None
                } else if fits {
                    Some(ForeignError::Signature)
                } else {
                    Some(ForeignError::UnknownKey)
                };
                assert_eq!(verify(&token).err(), expected, "{header_alg} signed with {signed_with}, kid {kid}");
            }
        }
    }
}

// security: row 18
#[test]
fn a_key_registered_for_one_algorithm_verifies_no_other() {
    let mut only = RSA.public.clone();
    only.insert("alg".to_owned(), "PS256".into());
    let keys = ClientKeys::check(&json!({ "keys": [only] })).unwrap();
    assert!(keys.verify(&good("PS256"), &TYPES).is_ok());
    assert_eq!(keys.verify(&good("RS256"), &TYPES), Err(ForeignError::UnknownKey));
}

#[test]
fn another_type_of_token_is_refused() {
    for typ in ["at+jwt", "logout+jwt", "", "secevent+jwt", "dpop+jwt"] {
        assert_eq!(verify(&signed("ES256", &json!({ "alg": "ES256", "typ": typ }))), Err(ForeignError::Type), "{typ}");
    }
}

// security: row 31
#[test]
fn no_prefix_suffix_or_changed_character_verifies() {
    for alg in ["ES256", "EdDSA"] {
        let (token, keys) = (good(alg), all());
        for cut in 0..token.len() {
            assert!(keys.verify(&token[..cut], &TYPES).is_err(), "{alg}: prefix of {cut}");
            assert!(cut == 0 || keys.verify(&token[cut..], &TYPES).is_err(), "{alg}: from {cut}");
        }
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(keys.verify(&changed, &TYPES).is_err(), "{alg}: changed at {at}");
        }
    }
}

#[test]
fn of_a_set_only_what_verifies_is_taken() {
    let enc =
        json!({ "kty": "EC", "crv": "P-256", "x": EC.public["x"], "y": EC.public["y"], "use": "enc", "kid": "e" });
    let others = [
        enc,
        json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": "AA" }),
        json!({ "kty": "AKP", "pub": "AA" }),
        json!({ "kty": "RSA", "n": RSA.public["n"], "e": "AQAB", "alg": "RSA-OAEP-256" }),
        json!({ "kty": "RSA", "n": RSA.public["n"], "e": "AQAB", "key_ops": ["encrypt"] }),
        json!({}),
    ];
    let alone = json!({ "keys": others });
    assert!(ClientKeys::read(&alone).is_ok());
    assert_eq!(ClientKeys::check(&alone).unwrap_err(), ClientKeysFault::None);
    assert!(ClientKeys::read(&alone).unwrap().verify(&good("ES256"), &TYPES).is_err());
    let mut with_one = others.to_vec();
    with_one.push(json!(EC.public));
    assert!(ClientKeys::check(&json!({ "keys": with_one })).unwrap().verify(&good("ES256"), &TYPES).is_ok());
}

#[test]
fn a_private_or_symmetric_key_is_never_taken() {
    let private: Map<String, Value> = EC.private.clone().into();
    assert_eq!(ClientKeys::read(&json!({ "keys": [private] })).unwrap_err(), ClientKeysFault::Private);
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth"] {
        let mut key = RSA.public.clone();
        key.insert(member.to_owned(), "AA".into());
        assert_eq!(ClientKeys::read(&json!({ "keys": [key] })).unwrap_err(), ClientKeysFault::Private, "{member}");
    }
    for key in [json!({ "kty": "oct", "k": "c2VjcmV0" }), json!({ "kty": "oct" }), json!({ "kty": "RSA", "k": "AA" })] {
        assert_eq!(ClientKeys::read(&json!({ "keys": [key] })).unwrap_err(), ClientKeysFault::Symmetric);
    }
}

// security: row 16
#[test]
fn keys_that_are_broken_weak_or_expensive_cannot_be_registered() {
    let n = |bytes: usize| URL_SAFE_NO_PAD.encode(vec![0xff_u8; bytes]);
    let rsa = |n: String, e: &str| json!({ "kty": "RSA", "n": n, "e": e });
    for key in [
        rsa(n(128), "AQAB"),
        rsa(n(255), "AQAB"),
        rsa(n(513), "AQAB"),
        rsa(n(8192), "AQAB"),
        rsa(n(256), ""),
        rsa(n(256), "AQAAAAE"),
        rsa("!".to_owned(), "AQAB"),
        json!({ "kty": "RSA", "n": n(256) }),
        json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
        json!({ "kty": "EC", "crv": "P-256", "x": n(32), "y": n(32) }),
        json!({ "kty": "EC", "crv": "P-256", "x": n(31), "y": n(33) }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": n(31) }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": 5 }),
    ] {
        assert_eq!(ClientKeys::check(&json!({ "keys": [key] })).unwrap_err(), ClientKeysFault::Unusable, "{key}");
    }
    let many = json!({ "keys": vec![json!(EC.public); 33] });
    assert_eq!(ClientKeys::check(&many).unwrap_err(), ClientKeysFault::TooMany);
    for set in [json!([]), json!({}), json!({ "keys": {} }), json!({ "keys": [1] }), json!(null), json!("keys")] {
        assert_eq!(ClientKeys::check(&set).unwrap_err(), ClientKeysFault::NotASet, "{set}");
    }
}

#[test]
fn a_token_longer_than_any_form_is_not_looked_at() {
    let long = format!("{}.e30.AA", "A".repeat(8 * 1024));
    assert_eq!(verify(&long), Err(ForeignError::TooLong));
    assert_eq!(unverified_subject(&long), None);
}

#[test]
fn claims_that_are_no_object_are_refused_and_dates_beyond_every_calendar_pass_as_they_are() {
    let of = |claims: &str| {
        let input = input(&json!({ "alg": "ES256" }), claims);
        verify(&format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature("ES256", &input))))
    };
    for claims in
        ["[]", "1", "null", "", "{", &"[".repeat(3000), &format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500))]
    {
        assert_eq!(of(claims), Err(ForeignError::Claims));
    }
    assert_eq!(of(r#"{"exp":1e300}"#).unwrap()["exp"], json!(1e300));
}

proptest! {
    // security: row 36
    #[test]
    fn no_text_makes_the_reader_panic(token in "\\PC{0,200}", parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 3)) {
        let encoded = parts.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect::<Vec<_>>().join(".");
        for text in [&token, &encoded] {
            prop_assert!(verify(text).is_err());
            let _ = unverified_subject(text);
        }
    }

    // security: row 36
    #[test]
    fn no_signature_of_any_length_makes_the_verifier_panic(signature in proptest::collection::vec(any::<u8>(), 0..300), at in 0..5_usize) {
        let input = input(&json!({ "alg": CLIENT_ALGORITHMS[at] }), "{}");
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
        prop_assert!(verify(&token).is_err());
    }
}
