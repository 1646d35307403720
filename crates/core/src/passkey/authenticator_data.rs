//! What a device says and signs: the binary form of WebAuthn §6.1, in which COSE keys lie (§6.5.1).

use ciborium::Value;
use coset::{AsCborValue as _, CoseKey};

/// The person touched the device.
const UP: u8 = 1;
/// The person unlocked the device.
const UV: u8 = 1 << 2;
/// The passkey may be copied to other devices.
const BE: u8 = 1 << 3;
/// The passkey has been copied.
const BS: u8 = 1 << 4;
/// A new key follows.
const AT: u8 = 1 << 6;
/// Extensions follow.
const ED: u8 = 1 << 7;

/// The bytes that name the make of a device, which we do not ask for.
const AAGUID_BYTES: usize = 16;

/// What a device says.
pub(super) struct AuthenticatorData {
    /// SHA-256 of the host that the passkey belongs to.
    pub(super) rp_id_hash: [u8; 32],
    flags: u8,
    /// The signature count.
    pub(super) counter: u32,
    /// Credential id and key of a passkey that was just made.
    pub(super) attested: Option<(Vec<u8>, CoseKey)>,
}

impl AuthenticatorData {
    /// Reads it whole: bytes that are left over belong to nothing that was signed for us.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>()?;
        let (&[flags], rest) = rest.split_first_chunk::<1>()?;
        let (counter, mut rest) = rest.split_first_chunk::<4>()?;
        let has = |flag| flags & flag != 0;
        let attested = if has(AT) { Some(attested(&mut rest)?) } else { None };
        if has(ED) {
            cbor(&mut rest)?.as_map()?;
        }
        rest.is_empty().then(|| Self {
            rp_id_hash: *rp_id_hash,
            flags,
            counter: u32::from_be_bytes(*counter),
            attested,
        })
    }

    /// Whether a person touched the device and unlocked it.
    pub(super) const fn is_person_verified(&self) -> bool {
        self.flags & (UP | UV) == UP | UV
    }

    /// Whether it contradicts itself: a copy of what cannot be copied (§6.1.3).
    pub(super) const fn is_contradictory(&self) -> bool {
        self.flags & (BE | BS) == BS
    }
}

/// Takes the attested credential data off the front.
fn attested(rest: &mut &[u8]) -> Option<(Vec<u8>, CoseKey)> {
    let (_, after) = rest.split_first_chunk::<AAGUID_BYTES>()?;
    let (length, after) = after.split_first_chunk::<2>()?;
    let (id, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    *rest = after;
    let key = CoseKey::from_cbor_value(cbor(rest)?).ok()?;
    Some((id.to_vec(), key))
}

/// Takes one CBOR item off the front.
fn cbor(rest: &mut &[u8]) -> Option<Value> {
    ciborium::from_reader(rest).ok()
}
