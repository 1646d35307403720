//! What a production configuration refuses (security.md row 34): everything meant for a demonstration, and everything
//! that must have been a decision.

use crate::config::{Config, Mode};
use portal_id_core::accounts::RegistrationMode;

/// Every reason not to start, in words that say what to set. Empty for a good configuration.
pub fn refusals(config: &Config, kek_is_demo: bool, has_demo_clients: bool) -> Vec<String> {
    if config.mode != Mode::Production {
        return Vec::new();
    }
    let mut refusals = Vec::new();
    let mut refuse = |when: bool, why: &str| {
        if when {
            refusals.push(why.to_owned());
        }
    };
    refuse(
        !config.oidc.issuer.starts_with("https://"),
        "oidc.issuer must be an https address: it is the public address of this provider",
    );
    refuse(kek_is_demo, "the key-encryption key was made for a demo; make one with `portal-id keys generate-kek`");
    refuse(has_demo_clients, "the database holds clients of the demo; start with a database of its own");
    let policy = &config.accounts.registration;
    for (class, mode) in
        [("citizen", policy.citizen), ("business", policy.business), ("organisation", policy.organisation)]
    {
        refuse(mode.is_none(), &format!("accounts.registration.{class} must be set: open, federated-only or closed"));
    }
    refuse(
        policy.organisation == Some(RegistrationMode::Open),
        "accounts.registration.organisation cannot be open: organisations come by federation only",
    );
    refuse(config.notify.sms_gateways.is_empty(), "notify.sms_gateways is empty: without a gateway nobody can sign in");
    refusals
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [oidc]
        issuer = "https://id.example.gov.vn"
        [accounts.registration]
        citizen = "open"
        business = "closed"
        organisation = "federated-only"
        [[notify.sms_gateways]]
        preset = "esms"
        api_key = "k"
        secret_key = "s"
        brandname = "CONG DVC"
    "#;

    fn good() -> Config {
        Config::from_toml(GOOD).unwrap()
    }

    #[test]
    fn a_complete_production_configuration_starts() {
        assert_eq!(refusals(&good(), false, false), Vec::<String>::new());
    }

    // security: row 34
    #[test]
    fn each_convenience_of_the_demo_is_refused_by_itself() {
        assert!(refusals(&good(), true, false)[0].contains("key-encryption key"));
        assert!(refusals(&good(), false, true)[0].contains("clients of the demo"));
        let mut http = good();
        http.oidc.issuer = "http://localhost:8080".to_owned();
        assert!(refusals(&http, false, false)[0].contains("https"));
        let mut unset = good();
        unset.accounts.registration.business = None;
        assert!(refusals(&unset, false, false)[0].contains("business"));
        let mut mute = good();
        mute.notify.sms_gateways.clear();
        assert!(refusals(&mute, false, false)[0].contains("sms_gateways"));
    }

    #[test]
    fn development_may_do_all_of_it() {
        let mut config = Config::from_toml("").unwrap();
        config.mode = Mode::Development;
        assert!(refusals(&config, true, true).is_empty());
    }
}
