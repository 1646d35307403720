//! What an operator decides about accounts.

use super::RegistrationSettings;
use crate::challenge::CodeSettings;
use crate::credential::FactorSettings;
use crate::language::LocalText;
use crate::password::hash::HashSettings;
use crate::session::SessionSettings;
use crate::throttle::SignInLimits;
use schemars::JsonSchema;
use serde::Deserialize;

/// Everything about accounts and signing in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountSettings {
    /// Who may register. A class has one mode, or a list of `{ mode, from }`: each mode holds from the beginning of the
    /// day `from` in Vietnam (`"2027-07-01"`) until the next one does; the first of the list has no `from`.
    pub registration: RegistrationSettings,
    /// Hours an activation link lives; the username stays reserved as long.
    pub activation_hours: i64,
    /// Days a "this was not me" link lives, in the mails about a sign-in from a new browser and about a new password.
    pub not_me_days: i64,
    /// How many accounts may share one phone.
    pub accounts_per_phone: u32,
    /// Whether a 9-digit number (CMND) alone is accepted as identity number. Those cards ended on 31 December 2024
    /// (Identity Law 2023 art. 46).
    pub accept_cmnd: bool,
    /// Where people get help in person: a place, a telephone number, opening hours.
    pub desk: LocalText,
    /// The two-digit code of the province whose wards the registration page offers at once: that of the portal.
    pub home_province: Option<String>,
    /// The code by SMS.
    pub codes: CodeSettings,
    /// The other ways to prove who one is: authenticators, passkeys, recovery codes, remembered browsers.
    pub factors: FactorSettings,
    /// Sessions.
    pub sessions: SessionSettings,
    /// How often things may be tried.
    pub limits: SignInLimits,
    /// The cost of password hashes.
    pub hashing: HashSettings,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            registration: RegistrationSettings::default(),
            activation_hours: 24,
            not_me_days: 10,
            accounts_per_phone: 5,
            accept_cmnd: false,
            desk: LocalText::new("bộ phận Một cửa nơi gần nhất", "the nearest one-stop service desk"),
            home_province: None,
            codes: CodeSettings::default(),
            factors: FactorSettings::default(),
            sessions: SessionSettings::default(),
            limits: SignInLimits::default(),
            hashing: HashSettings::default(),
        }
    }
}
