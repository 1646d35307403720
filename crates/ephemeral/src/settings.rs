//! Which store, and how much of it.

use crate::address::{Address, without_password};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Fewer entries than this would refuse ordinary traffic.
const FEWEST_ENTRIES: u32 = 1000;
/// The bounds of how long a store may be waited for, in milliseconds.
const PATIENCE: std::ops::RangeInclusive<u32> = 50..=5000;

/// Where counts and one-time marks live.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EphemeralSettings {
    /// `in-process`: in the memory of this one node, gone at its restart. Several nodes share a Redis 7 or later:
    /// `redis://user:password@host:6379/0`, `redis+sentinel://user:password@host:26379,host:26379/master-name/0`
    /// (user and password are those of the Redis behind the Sentinels) or
    /// `redis+cluster://user:password@host:6379,host:6379`; `rediss…` speaks TLS. Its `maxmemory-policy` must be
    /// `noeviction`.
    pub url: String,
    /// In the process: the most marks kept at once, and the most counts. When all marks are live, new ones are refused
    /// rather than old ones forgotten; a new count displaces the oldest. At least 1000; about 300 bytes of memory for
    /// each, and a mark's value, of 16 KiB at most.
    pub max_entries: u32,
    /// Redis: what every key begins with, for a Redis that is shared with others.
    pub prefix: String,
    /// Redis: how long one answer is waited for, in milliseconds (50 to 5000). After a failure the store counts as out
    /// of reach for a second, so that people do not wait for it one after the other.
    pub patience_milliseconds: u32,
}

impl Default for EphemeralSettings {
    fn default() -> Self {
        Self {
            url: "in-process".to_owned(),
            max_entries: 200_000,
            prefix: "portal-id".to_owned(),
            patience_milliseconds: 500,
        }
    }
}

impl fmt::Debug for EphemeralSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EphemeralSettings")
            .field("url", &without_password(&self.url))
            .field("max_entries", &self.max_entries)
            .field("prefix", &self.prefix)
            .field("patience_milliseconds", &self.patience_milliseconds)
            .finish()
    }
}

/// Settings that name no store that may be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// An address that cannot be read.
    #[error("ephemeral.url = \"{address}\" cannot be used: {why}")]
    Address {
        /// The address, without its password.
        address: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The library refuses the address.
    #[error("ephemeral.url cannot be used: {0}")]
    Refused(String),
    /// Too few entries to serve ordinary traffic.
    #[error("ephemeral.max_entries = {0} is too few: at least {FEWEST_ENTRIES}")]
    TooFewEntries(u32),
    /// A patience out of bounds.
    #[error("ephemeral.patience_milliseconds = {0} is out of bounds: 50 to 5000")]
    Patience(u32),
    /// A Redis that throws live keys away when its memory is full: a replay mark could vanish.
    #[error(
        "the Redis of ephemeral.url has maxmemory-policy {0}, so a one-time mark could vanish while it counts: set `maxmemory-policy noeviction`"
    )]
    Evicts(String),
}

impl EphemeralSettings {
    /// Whether a store can be opened from these settings.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.address().map(drop)
    }

    pub(crate) fn address(&self) -> Result<Address, SettingsError> {
        if self.max_entries < FEWEST_ENTRIES {
            return Err(SettingsError::TooFewEntries(self.max_entries));
        }
        if !PATIENCE.contains(&self.patience_milliseconds) {
            return Err(SettingsError::Patience(self.patience_milliseconds));
        }
        Address::read(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a_store_in_the_process() {
        assert_eq!(EphemeralSettings::default().address(), Ok(Address::InProcess));
    }

    #[test]
    fn a_password_in_the_address_is_not_printed() {
        let settings = EphemeralSettings { url: "redis://:hunter2@cache:6379/0".to_owned(), ..Default::default() };
        let printed = format!("{settings:?}");
        assert!(printed.contains("redis://…@cache:6379/0") && !printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn numbers_out_of_bounds_are_refused() {
        let settings = EphemeralSettings { max_entries: 999, ..EphemeralSettings::default() };
        assert_eq!(settings.check(), Err(SettingsError::TooFewEntries(999)));
        for patience in [0, 49, 5001] {
            let settings = EphemeralSettings { patience_milliseconds: patience, ..EphemeralSettings::default() };
            assert_eq!(settings.check(), Err(SettingsError::Patience(patience)));
        }
    }
}
