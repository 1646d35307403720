//! The settings of signing keys, and which of them do not fit together.

use portal_id_core::time::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long keys are announced, kept and trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KeySettings {
    /// For how many seconds relying parties may keep our key set (`Cache-Control: max-age` of the JWKS).
    pub jwks_max_age_seconds: u32,
    /// How many seconds beyond that a new key waits before it signs: for clocks that differ and nodes that were cut off.
    /// At least `max_staleness_seconds`.
    pub margin_seconds: u32,
    /// The longest life in seconds of any token we sign: a key that no longer signs stays published for that long.
    pub longest_token_lifetime_seconds: u32,
    /// For how many seconds a node that cannot read the key table goes on signing.
    pub max_staleness_seconds: u32,
    /// For how many days a key that is no longer published still verifies an ID token that a service sends as a hint:
    /// people stay signed in there for longer than a key lives, and sign out with the ID token they began with.
    pub hint_days: u32,
}

impl Default for KeySettings {
    fn default() -> Self {
        Self {
            jwks_max_age_seconds: 3600,
            margin_seconds: 600,
            longest_token_lifetime_seconds: 86_400,
            max_staleness_seconds: 300,
            hint_days: 90,
        }
    }
}

/// Settings of signing keys that do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A node that was cut off would hand out a key set without the new key for longer than the new key waits.
    #[error(
        "keys.margin_seconds must be at least keys.max_staleness_seconds: a node that was cut off still hands out the old key set"
    )]
    MarginBelowStaleness,
    /// A token's life of zero would withdraw a key together with its last signature.
    #[error("keys.longest_token_lifetime_seconds must be at least 300")]
    LifetimeTooShort,
    /// The key table is read every 30 seconds: less would stop signing between two good reads.
    #[error("keys.max_staleness_seconds must be at least 60: the key table is read every 30 seconds")]
    StalenessTooShort,
}

impl KeySettings {
    /// Whether the settings fit together.
    pub const fn check(&self) -> Result<(), SettingsError> {
        if self.max_staleness_seconds < 60 {
            return Err(SettingsError::StalenessTooShort);
        }
        if self.margin_seconds < self.max_staleness_seconds {
            return Err(SettingsError::MarginBelowStaleness);
        }
        if self.longest_token_lifetime_seconds < 300 {
            return Err(SettingsError::LifetimeTooShort);
        }
        Ok(())
    }

    /// How long relying parties may keep the key set.
    pub fn jwks_max_age(&self) -> Span {
        Span::seconds(self.jwks_max_age_seconds.into())
    }

    /// How long a new key is announced before it signs (decisions 23).
    pub fn announcement(&self) -> Span {
        Span::seconds(i64::from(self.jwks_max_age_seconds) + i64::from(self.margin_seconds))
    }

    /// How long a key stays published after its last signature.
    pub fn longest_token_lifetime(&self) -> Span {
        Span::seconds(self.longest_token_lifetime_seconds.into())
    }

    /// How long a withdrawn key still verifies hints.
    pub fn hints_for(&self) -> Span {
        Span::days(self.hint_days.into())
    }

    /// How long the last good reading of the key table is trusted for signing.
    pub fn max_staleness(&self) -> Span {
        Span::seconds(self.max_staleness_seconds.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_fit_together() {
        assert_eq!(KeySettings::default().check(), Ok(()));
        assert_eq!(KeySettings::default().announcement(), Span::minutes(70));
    }

    #[test]
    fn settings_under_which_a_new_key_would_sign_unknown_to_somebody_are_refused() {
        let with = |change: fn(&mut KeySettings)| {
            let mut settings = KeySettings::default();
            change(&mut settings);
            settings.check()
        };
        assert_eq!(with(|s| s.margin_seconds = 299), Err(SettingsError::MarginBelowStaleness));
        assert_eq!(with(|s| s.longest_token_lifetime_seconds = 0), Err(SettingsError::LifetimeTooShort));
        assert_eq!(with(|s| s.max_staleness_seconds = 30), Err(SettingsError::StalenessTooShort));
    }
}
