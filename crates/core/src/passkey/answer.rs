//! What a browser answers, and the checks in the order of the specification.

use super::authenticator_data::AuthenticatorData;
use super::key::PublicKey;
use super::{RelyingParty, decode, encode};
use crate::ports::SignatureVerifier;
use ciborium::Value;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The longest credential id (§4, Credential ID).
const LONGEST_ID: usize = 1023;

/// Why an answer proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyFault {
    /// A part is not base64url, not CBOR or not JSON, or is too long.
    #[error("a part of the answer cannot be read")]
    Unreadable,
    /// The answer is to another question: of another type, with another challenge.
    #[error("the answer is to another question")]
    OtherQuestion,
    /// It was given to a page of another origin, or inside another site's frame.
    #[error("the answer was given to another site")]
    OtherSite,
    /// The device did not see a person, or the person did not unlock it.
    #[error("the person was not verified")]
    PersonNotVerified,
    /// A key that we did not ask for.
    #[error("the key is of a kind that was not asked for")]
    OtherKey,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

/// The answer to an offer to make a passkey.
#[derive(Clone, Debug)]
pub struct Attestation {
    client_data: Vec<u8>,
    object: Vec<u8>,
}

/// A passkey that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// Its credential id.
    pub id: Vec<u8>,
    /// Its public key.
    pub key: PublicKey,
    /// Its signature count, often always 0.
    pub counter: u32,
}

/// The answer to an ask to prove who somebody is.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The credential id that the device chose.
    pub credential_id: Vec<u8>,
    /// The user handle that the passkey was made with.
    pub user_handle: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

/// What a good assertion says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// The signature count, often always 0.
    pub counter: u32,
}

/// What the browser says about the ceremony (§5.8.1). Further members are ignored, as the specification wants.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

impl Attestation {
    /// From what the page sends, base64url.
    pub fn read(client_data: &str, object: &str) -> Result<Self, PasskeyFault> {
        Ok(Self { client_data: bytes(client_data)?, object: bytes(object)? })
    }

    /// The challenge that it says it answers. To be believed only after [`Attestation::verify`] with it.
    pub fn challenge(&self) -> Option<Vec<u8>> {
        challenge_of(&self.client_data)
    }

    /// §7.1, registering a new credential.
    pub fn verify(&self, rp: &RelyingParty, challenge: &[u8]) -> Result<NewPasskey, PasskeyFault> {
        check_client_data(&self.client_data, "webauthn.create", rp, challenge)?;
        let object: Value = ciborium::from_reader(self.object.as_slice()).map_err(|_| PasskeyFault::Unreadable)?;
        let members = object.as_map().ok_or(PasskeyFault::Unreadable)?;
        let data = members.iter().find(|(name, _)| name.as_text() == Some("authData"));
        let data = data.and_then(|(_, value)| value.as_bytes()).ok_or(PasskeyFault::Unreadable)?;
        let data = check_authenticator_data(data, rp)?;
        let (id, key) = data.attested.ok_or(PasskeyFault::Unreadable)?;
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(PasskeyFault::Unreadable);
        }
        let key = PublicKey::of_cose(&key).ok_or(PasskeyFault::OtherKey)?;
        Ok(NewPasskey { id, key, counter: data.counter })
    }
}

impl Assertion {
    /// From what the page sends, base64url.
    pub fn read(
        credential_id: &str,
        client_data: &str,
        authenticator_data: &str,
        signature: &str,
        user_handle: &str,
    ) -> Result<Self, PasskeyFault> {
        Ok(Self {
            credential_id: bytes(credential_id)?,
            user_handle: decode(user_handle).ok_or(PasskeyFault::Unreadable)?,
            client_data: bytes(client_data)?,
            authenticator_data: bytes(authenticator_data)?,
            signature: bytes(signature)?,
        })
    }

    /// The challenge that it says it answers. To be believed only after [`Assertion::verify`] with it.
    pub fn challenge(&self) -> Option<Vec<u8>> {
        challenge_of(&self.client_data)
    }

    /// §7.2, verifying an authentication assertion, by the key of the credential that it names.
    pub fn verify(
        &self,
        rp: &RelyingParty,
        challenge: &[u8],
        key: &PublicKey,
        signatures: &dyn SignatureVerifier,
    ) -> Result<Asserted, PasskeyFault> {
        check_client_data(&self.client_data, "webauthn.get", rp, challenge)?;
        let data = check_authenticator_data(&self.authenticator_data, rp)?;
        let signed = [self.authenticator_data.as_slice(), &Sha256::digest(&self.client_data)].concat();
        if !signatures.holds(key, &signed, &self.signature) {
            return Err(PasskeyFault::Signature);
        }
        Ok(Asserted { counter: data.counter })
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, PasskeyFault> {
    decode(text).filter(|bytes| !bytes.is_empty()).ok_or(PasskeyFault::Unreadable)
}

fn challenge_of(client_data: &[u8]) -> Option<Vec<u8>> {
    decode(&serde_json::from_slice::<ClientData>(client_data).ok()?.challenge)
}

/// §7.1 steps 5–10, §7.2 steps 9–14.
fn check_client_data(client_data: &[u8], kind: &str, rp: &RelyingParty, challenge: &[u8]) -> Result<(), PasskeyFault> {
    let said: ClientData = serde_json::from_slice(client_data).map_err(|_| PasskeyFault::Unreadable)?;
    let same_challenge: bool = said.challenge.as_bytes().ct_eq(encode(challenge).as_bytes()).into();
    if said.kind != kind || !same_challenge {
        return Err(PasskeyFault::OtherQuestion);
    }
    if said.origin != rp.origin || said.cross_origin {
        return Err(PasskeyFault::OtherSite);
    }
    Ok(())
}

/// §7.1 steps 14–17, §7.2 steps 16–19. The person must have unlocked the device: that is the second factor.
fn check_authenticator_data(data: &[u8], rp: &RelyingParty) -> Result<AuthenticatorData, PasskeyFault> {
    let data = AuthenticatorData::read(data).ok_or(PasskeyFault::Unreadable)?;
    if data.rp_id_hash != *Sha256::digest(rp.id.as_bytes()) {
        return Err(PasskeyFault::OtherSite);
    }
    if !data.is_person_verified() {
        return Err(PasskeyFault::PersonNotVerified);
    }
    if data.is_contradictory() {
        return Err(PasskeyFault::Unreadable);
    }
    Ok(data)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use coset::{CborSerializable as _, CoseKeyBuilder, iana};
    use proptest::prelude::*;
    use serde_json::json;

    const CHALLENGE: &[u8] = b"what is to be signed";

    /// Takes any signature that says so: signatures are another room's business.
    struct Says(bool);

    impl SignatureVerifier for Says {
        fn holds(&self, _: &PublicKey, _: &[u8], signature: &[u8]) -> bool {
            self.0 && signature == b"signature"
        }
    }

    fn rp() -> RelyingParty {
        RelyingParty::of("https://id.tinh.example")
    }

    fn key() -> PublicKey {
        PublicKey::Es256 { x: encode(&[1; 32]), y: encode(&[2; 32]) }
    }

    fn client_data(kind: &str) -> serde_json::Value {
        json!({ "type": kind, "challenge": encode(CHALLENGE), "origin": "https://id.tinh.example", "further": { "a": 1 } })
    }

    const UP: u8 = 1;
    const UV: u8 = 1 << 2;
    const BE: u8 = 1 << 3;
    const BS: u8 = 1 << 4;
    const AT: u8 = 1 << 6;
    const BOTH: u8 = UP | UV;

    fn data_for(rp: &str, flags: u8) -> Vec<u8> {
        [&Sha256::digest(rp)[..], &[flags], &7_u32.to_be_bytes()].concat()
    }

    fn data(flags: u8) -> Vec<u8> {
        data_for("id.tinh.example", flags)
    }

    fn assertion(client_data: &serde_json::Value, data: &[u8]) -> Assertion {
        let part = |bytes: &[u8]| encode(bytes);
        Assertion::read(&part(b"id"), &part(client_data.to_string().as_bytes()), &part(data), &part(b"signature"), "")
            .unwrap()
    }

    fn asserted(client_data: &serde_json::Value, data: &[u8]) -> Result<Asserted, PasskeyFault> {
        assertion(client_data, data).verify(&rp(), CHALLENGE, &key(), &Says(true))
    }

    #[test]
    fn a_good_assertion_gives_its_count() {
        let said = client_data("webauthn.get");
        for flags in [BOTH, BOTH | BE, BOTH | BE | BS] {
            assert_eq!(asserted(&said, &data(flags)), Ok(Asserted { counter: 7 }), "{flags:?}");
        }
        let good = assertion(&said, &data(BOTH));
        assert_eq!(good.challenge().unwrap(), CHALLENGE);
        assert_eq!(good.verify(&rp(), CHALLENGE, &key(), &Says(false)), Err(PasskeyFault::Signature));
    }

    // security: row 11
    #[test]
    fn each_thing_that_an_assertion_must_say_is_looked_at() {
        use PasskeyFault as F;
        let with = |member: &str, value: serde_json::Value| {
            let mut said = client_data("webauthn.get");
            said[member] = value;
            asserted(&said, &data(BOTH)).err()
        };
        for (member, value, fault) in [
            ("type", json!("webauthn.create"), F::OtherQuestion),
            ("type", json!("payment.get"), F::OtherQuestion),
            ("challenge", json!(encode(b"another")), F::OtherQuestion),
            ("challenge", json!(""), F::OtherQuestion),
            ("origin", json!("https://evil.example"), F::OtherSite),
            ("origin", json!("http://id.tinh.example"), F::OtherSite),
            ("origin", json!("https://id.tinh.example/"), F::OtherSite),
            ("origin", json!("https://a.id.tinh.example"), F::OtherSite),
            ("origin", json!("https://id.tinh.example:8443"), F::OtherSite),
            ("crossOrigin", json!(true), F::OtherSite),
            ("crossOrigin", json!("no"), F::Unreadable),
            ("origin", json!(null), F::Unreadable),
        ] {
            assert_eq!(with(member, value.clone()), Some(fault), "{member}: {value}");
        }
        assert_eq!(with("crossOrigin", json!(false)), None);
        let said = client_data("webauthn.get");
        for (flags, fault) in [
            (0, F::PersonNotVerified),
            (UP, F::PersonNotVerified),
            (UV, F::PersonNotVerified),
            (BOTH | BS, F::Unreadable),
            (BOTH | AT, F::Unreadable),
        ] {
            assert_eq!(asserted(&said, &data(flags)), Err(fault), "{flags:?}");
        }
        assert_eq!(asserted(&said, &data_for("evil.example", BOTH)), Err(F::OtherSite));
    }

    fn attestation(said: &serde_json::Value, data: Option<&[u8]>) -> Attestation {
        let data = data.map_or(Value::Null, |data| Value::Bytes(data.to_vec()));
        let object = Value::Map(vec![
            (Value::Text("fmt".to_owned()), Value::Text("none".to_owned())),
            (Value::Text("attStmt".to_owned()), Value::Map(Vec::new())),
            (Value::Text("authData".to_owned()), data),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&object, &mut bytes).unwrap();
        Attestation::read(&encode(said.to_string().as_bytes()), &encode(&bytes)).unwrap()
    }

    fn attested_with(flags: u8, id: &[u8]) -> Vec<u8> {
        let key = CoseKeyBuilder::new_ec2_pub_key(iana::EllipticCurve::P_256, vec![1; 32], vec![2; 32])
            .algorithm(iana::Algorithm::ES256)
            .build();
        let length = u16::try_from(id.len()).unwrap().to_be_bytes();
        [&data(flags | AT)[..], &[0; 16], &length, id, &key.to_vec().unwrap()].concat()
    }

    fn attested(id: &[u8]) -> Vec<u8> {
        attested_with(BOTH, id)
    }

    #[test]
    fn a_good_attestation_gives_id_key_and_count() {
        let made = attestation(&client_data("webauthn.create"), Some(&attested(b"id"))).verify(&rp(), CHALLENGE);
        assert_eq!(made, Ok(NewPasskey { id: b"id".to_vec(), key: key(), counter: 7 }));
    }

    #[test]
    fn an_attestation_without_a_key_an_id_or_a_verified_person_makes_no_passkey() {
        use PasskeyFault as F;
        let said = client_data("webauthn.create");
        let fault = |data: Option<&[u8]>| attestation(&said, data).verify(&rp(), CHALLENGE).err();
        assert_eq!(fault(None), Some(F::Unreadable));
        assert_eq!(fault(Some(&data(BOTH))), Some(F::Unreadable));
        assert_eq!(fault(Some(&attested(b""))), Some(F::Unreadable));
        assert_eq!(fault(Some(&attested(&[1; 1024]))), Some(F::Unreadable));
        assert_eq!(fault(Some(&attested(&[1; 1023]))), None);
        assert_eq!(fault(Some(&attested_with(UP, b"id"))), Some(F::PersonNotVerified));
        let mut longer = attested(b"id");
        longer.push(0);
        assert_eq!(fault(Some(&longer)), Some(F::Unreadable));
        let to_sign_in = attestation(&client_data("webauthn.get"), Some(&attested(b"id")));
        assert_eq!(to_sign_in.verify(&rp(), CHALLENGE), Err(F::OtherQuestion));
    }

    proptest! {
        // security: row 36
        #[test]
        fn any_bytes_are_an_answer_or_none(one in proptest::collection::vec(any::<u8>(), 1..120), two in proptest::collection::vec(any::<u8>(), 1..120)) {
            let said = client_data("webauthn.get").to_string();
            let made = client_data("webauthn.create").to_string();
            for client_data in [said.as_bytes(), made.as_bytes(), &one] {
                if let Ok(assertion) = Assertion::read("aWQ", &encode(client_data), &encode(&two), "c2ln", "") {
                    prop_assert!(assertion.verify(&rp(), CHALLENGE, &key(), &Says(true)).is_err());
                }
                if let Ok(attestation) = Attestation::read(&encode(client_data), &encode(&two)) {
                    prop_assert!(attestation.verify(&rp(), CHALLENGE).is_err());
                }
            }
        }
    }
}
