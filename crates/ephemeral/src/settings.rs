//! Which store, and how much of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The one store that is built so far.
const IN_PROCESS: &str = "in-process";
/// Fewer entries than this would refuse ordinary traffic.
const FEWEST_ENTRIES: u32 = 1000;

/// Where counts and one-time marks live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EphemeralSettings {
    /// `in-process`: in the memory of this one node, gone at its restart. Several nodes need a shared store, which is
    /// not built yet.
    pub url: String,
    /// The most marks kept at once, and the most counts. When all marks are live, new ones are refused rather than old
    /// ones forgotten; a new count displaces the oldest. At least 1000; about 300 bytes of memory for each, and a mark's
    /// value, of 16 KiB at most.
    pub max_entries: u32,
}

impl Default for EphemeralSettings {
    fn default() -> Self {
        Self { url: IN_PROCESS.to_owned(), max_entries: 200_000 }
    }
}

/// Settings that name no store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A store that is not built.
    #[error(
        "ephemeral.url = \"{0}\" is not available: only \"in-process\" (one node) is built so far; a shared store (redis://…) is a later option"
    )]
    NoSuchStore(String),
    /// Too few entries to serve ordinary traffic.
    #[error("ephemeral.max_entries = {0} is too few: at least {FEWEST_ENTRIES}")]
    TooFewEntries(u32),
}

impl EphemeralSettings {
    /// Whether a store can be opened from these settings.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.url != IN_PROCESS {
            return Err(SettingsError::NoSuchStore(without_password(&self.url)));
        }
        if self.max_entries < FEWEST_ENTRIES {
            return Err(SettingsError::TooFewEntries(self.max_entries));
        }
        Ok(())
    }
}

/// The address as it may be shown: what stands before an `@` may be a password.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a_store_in_the_process() {
        assert_eq!(EphemeralSettings::default().check(), Ok(()));
        assert!(crate::InProcess::open(&EphemeralSettings::default()).is_ok());
    }

    #[test]
    fn another_store_is_refused_with_the_later_option_named_and_no_password_shown() {
        let settings =
            EphemeralSettings { url: "redis://:hunter2@cache:6379/0".to_owned(), ..EphemeralSettings::default() };
        let refused = crate::InProcess::open(&settings).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("redis://…@cache:6379/0"), "{refused}");
        assert!(refused.contains("later option"));
        assert!(!refused.contains("hunter2"));
    }

    #[test]
    fn too_few_entries_are_refused() {
        let settings = EphemeralSettings { max_entries: 999, ..EphemeralSettings::default() };
        assert_eq!(settings.check(), Err(SettingsError::TooFewEntries(999)));
    }
}
