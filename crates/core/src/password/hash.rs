//! Argon2id in PHC form: what is stored instead of a password.

use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use schemars::JsonSchema;
use serde::Deserialize;
use subtle::ConstantTimeEq;

/// The cost of a password hash and the size of the pool that pays it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HashSettings {
    /// Memory of one hash in KiB. Raising it re-hashes each password at its next sign-in.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Threads that hash; 0 for one per core. Each keeps its own memory.
    pub threads: usize,
    /// How many people may wait for a thread before others are told to come back later.
    pub queue: usize,
}

impl Default for HashSettings {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, threads: 0, queue: 256 }
    }
}

const TAG_BYTES: usize = 32;

/// A stored hash that cannot be read: damaged, or of a kind we never made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored password hash cannot be read")]
pub struct UnreadableHash;

impl HashSettings {
    fn params(&self) -> Result<Params, UnreadableHash> {
        Params::new(self.memory_kib, self.passes, 1, Some(TAG_BYTES)).map_err(|_| UnreadableHash)
    }
}

/// The hash of `password` with `salt`, using `memory`, which grows as needed and is kept by its thread.
pub(super) fn hash(
    settings: &HashSettings,
    password: &[u8],
    salt: &[u8; 16],
    memory: &mut Vec<Block>,
) -> Result<String, UnreadableHash> {
    let params = settings.params()?;
    let tag = tag(&params, password, salt, memory)?;
    let salt = SaltString::encode_b64(salt).map_err(|_| UnreadableHash)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|_| UnreadableHash)?,
        salt: Some(salt.as_salt()),
        hash: Some(Output::new(&tag).map_err(|_| UnreadableHash)?),
    };
    Ok(phc.to_string())
}

/// Whether `password` has the stored hash `phc`.
pub(super) fn verify(phc: &str, password: &[u8], memory: &mut Vec<Block>) -> Result<bool, UnreadableHash> {
    let stored = PasswordHash::new(phc).map_err(|_| UnreadableHash)?;
    let params = Params::try_from(&stored).map_err(|_| UnreadableHash)?;
    let expected = stored.hash.ok_or(UnreadableHash)?;
    let mut salt_bytes = [0; Salt::MAX_LENGTH];
    let salt = stored.salt.ok_or(UnreadableHash)?.decode_b64(&mut salt_bytes).map_err(|_| UnreadableHash)?;
    let found = tag(&params, password, salt, memory)?;
    Ok(expected.as_bytes().ct_eq(&found).into())
}

/// Whether the stored hash `phc` was made with other costs than `settings` asks for.
pub fn needs_rehash(settings: &HashSettings, phc: &str) -> bool {
    let stored = PasswordHash::new(phc).ok().and_then(|stored| Params::try_from(&stored).ok());
    stored.is_none_or(|stored| stored.m_cost() != settings.memory_kib || stored.t_cost() != settings.passes)
}

fn tag(
    params: &Params,
    password: &[u8],
    salt: &[u8],
    memory: &mut Vec<Block>,
) -> Result<[u8; TAG_BYTES], UnreadableHash> {
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    let mut tag = [0; TAG_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password, salt, &mut tag, &mut memory[..blocks])
        .map_err(|_| UnreadableHash)?;
    Ok(tag)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn cheap() -> HashSettings {
        HashSettings { memory_kib: 32, passes: 1, ..HashSettings::default() }
    }

    #[test]
    fn a_password_has_its_hash_and_no_other_has() {
        let mut memory = Vec::new();
        let phc = hash(&cheap(), b"mat khau dung", &[7; 16], &mut memory).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=32,t=1,p=1$"));
        assert!(verify(&phc, b"mat khau dung", &mut memory).unwrap());
        assert!(!verify(&phc, b"mat khau sai", &mut memory).unwrap());
    }

    #[test]
    fn memory_left_by_another_hash_changes_nothing() {
        let mut used = Vec::new();
        hash(&HashSettings { memory_kib: 64, ..cheap() }, b"before", &[1; 16], &mut used).unwrap();
        let fresh = hash(&cheap(), b"same", &[2; 16], &mut Vec::new()).unwrap();
        assert_eq!(hash(&cheap(), b"same", &[2; 16], &mut used).unwrap(), fresh);
    }

    #[test]
    fn a_hash_made_with_lower_costs_is_due_for_a_new_one() {
        let phc = hash(&cheap(), b"x", &[1; 16], &mut Vec::new()).unwrap();
        assert!(!needs_rehash(&cheap(), &phc));
        assert!(needs_rehash(&HashSettings::default(), &phc));
        assert_eq!(verify("$1$md5$x", b"x", &mut Vec::new()), Err(UnreadableHash));
    }
}
