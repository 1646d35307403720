//! What a production configuration refuses (security.md row 34): everything meant for a demonstration, and everything
//! that must have been a decision.

use crate::config::{Config, Mode};
use portal_id_core::accounts::RegistrationPolicy;
use portal_id_core::password::hash::HashSettings;
use std::net::IpAddr;

/// Every reason not to start, in words that say what to set. Empty for a good configuration.
pub fn refusals(config: &Config, kek_is_demo: bool, has_demo_clients: bool) -> Vec<String> {
    if config.mode != Mode::Production {
        return outside_production(config);
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
    refuse(
        !config.server.listen.ip().is_loopback()
            && config.server.tls.is_none()
            && config.web.trusted_proxies.is_empty(),
        "server.listen is not a loopback address, but there is neither server.tls nor a proxy in web.trusted_proxies: \
         passwords would travel unprotected",
    );
    refuse(
        config.server.metrics.is_some_and(|metrics| !is_near(metrics.ip())),
        "server.metrics must be a loopback address or one of a private network: whoever asks there is not asked who they are",
    );
    refuse(kek_is_demo, "the key-encryption key was made for a demo; make one with `portal-id keys generate-kek`");
    refuse(has_demo_clients, "the database holds clients of the demo; start with a database of its own");
    let policy = &config.accounts.registration;
    for (class, policy) in
        [("citizen", &policy.citizen), ("business", &policy.business), ("organisation", &policy.organisation)]
    {
        refuse(policy.is_none(), &format!("accounts.registration.{class} must be set: open, federated-only or closed"));
    }
    refuse(
        policy.organisation.as_ref().is_some_and(RegistrationPolicy::is_ever_open),
        "accounts.registration.organisation cannot be open: organisations come by federation only",
    );
    refuse(config.notify.sms_gateways.is_empty(), "notify.sms_gateways is empty: without a gateway nobody can sign in");
    refuse(
        !config.oidc.require_nonce_without_pkce,
        "oidc.require_nonce_without_pkce = false is for conformance tests only",
    );
    let (hashing, least) = (&config.accounts.hashing, HashSettings::default());
    refuse(
        hashing.memory_kib < least.memory_kib || hashing.passes < least.passes,
        "accounts.hashing is weaker than 19456 KiB and 2 passes",
    );
    refusals.extend(config.federation.unfit_for_production());
    refusals
}

/// A development or demo may be lax because nobody else can reach it.
fn outside_production(config: &Config) -> Vec<String> {
    let listeners = [("server.listen", Some(config.server.listen)), ("server.metrics", config.server.metrics)];
    let open = listeners.iter().filter(|(_, address)| address.is_some_and(|address| !address.ip().is_loopback()));
    open.map(|(name, _)| format!("{name} must be a loopback address unless mode is \"production\"")).collect()
}

/// Whether nobody but this machine and its private network (RFC 1918, RFC 4193) can reach an address.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../../../deploy/portal-id.example.toml");
    const CLIENTS: &str = include_str!("../../../deploy/clients.example.toml");

    fn good() -> Config {
        Config::from_toml(GOOD).unwrap()
    }

    #[test]
    fn the_example_configuration_is_complete_and_its_clients_can_be_registered() {
        assert_eq!(refusals(&good(), false, false), Vec::<String>::new());
        let file: crate::clients::ClientsFile = toml::from_str(CLIENTS).unwrap();
        for client in file.client {
            crate::clients::check(&client.client_id, &client.metadata).unwrap();
        }
    }

    // security: row 34
    #[test]
    fn each_convenience_of_the_demo_is_refused_by_itself() {
        assert!(refusals(&good(), true, false)[0].contains("key-encryption key"));
        assert!(refusals(&good(), false, true)[0].contains("clients of the demo"));
        let mut http = good();
        http.oidc.issuer = "http://localhost:8080".to_owned();
        assert!(refusals(&http, false, false)[0].contains("https"));
        for class in ["citizen", "business", "organisation"] {
            let mut unset = good();
            let policies = &mut unset.accounts.registration;
            let policy = match class {
                "citizen" => &mut policies.citizen,
                "business" => &mut policies.business,
                _ => &mut policies.organisation,
            };
            *policy = None;
            assert!(refusals(&unset, false, false)[0].contains(class), "{class}");
        }
        let organisations_someday = GOOD.replace(
            "organisation = \"federated-only\"",
            "organisation = [{ mode = \"federated-only\" }, { mode = \"open\", from = \"2027-07-01\" }]",
        );
        let someday = Config::from_toml(&organisations_someday).unwrap();
        assert!(refusals(&someday, false, false)[0].contains("organisations come by federation"));
        let mut bare = good();
        bare.server.listen = "0.0.0.0:8080".parse().unwrap();
        assert_eq!(refusals(&bare, false, false), Vec::<String>::new(), "a proxy of ours stands in front");
        bare.web.trusted_proxies.clear();
        assert!(refusals(&bare, false, false)[0].contains("unprotected"));
        bare.server.tls = Some(toml::from_str("certificate_file = \"a\"\nprivate_key_file = \"b\"").unwrap());
        assert_eq!(refusals(&bare, false, false), Vec::<String>::new());
        let mut lax = good();
        lax.oidc.require_nonce_without_pkce = false;
        assert!(refusals(&lax, false, false)[0].contains("nonce"));
        let mut weak = good();
        weak.accounts.hashing.memory_kib = 1024;
        assert!(refusals(&weak, false, false)[0].contains("hashing"));
        let mut open = good();
        let upstream = "id = \"a\"\nbase_url = \"http://provider.example\"\nclient_id = \"c\"\nclient_secret = \"s\"";
        open.federation.upstreams = vec![toml::from_str(upstream).unwrap()];
        assert!(refusals(&open, false, false)[0].contains("federation.upstreams, a"));
        let mut watched = good();
        for near in ["127.0.0.1:9464", "10.1.2.3:9464", "192.168.1.2:9464", "[::1]:9464", "[fd00::1]:9464"] {
            watched.server.metrics = Some(near.parse().unwrap());
            assert_eq!(refusals(&watched, false, false), Vec::<String>::new(), "{near}");
        }
        for far in ["0.0.0.0:9464", "[::]:9464", "203.0.113.7:9464", "[2001:db8::1]:9464"] {
            watched.server.metrics = Some(far.parse().unwrap());
            assert!(refusals(&watched, false, false)[0].contains("server.metrics"), "{far}");
        }
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

    // security: row 34
    #[test]
    fn development_faces_nobody_but_its_own_machine() {
        let mut config = Config::from_toml("mode = \"development\"").unwrap();
        config.server.listen = "0.0.0.0:8080".parse().unwrap();
        assert!(refusals(&config, false, false)[0].contains("loopback"));
        let mut config = Config::from_toml("mode = \"development\"").unwrap();
        config.server.metrics = Some("10.1.2.3:9464".parse().unwrap());
        assert!(refusals(&config, false, false)[0].contains("server.metrics"));
    }
}
