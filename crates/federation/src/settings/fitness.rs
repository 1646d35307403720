//! Whether the settings make upstreams, and upstreams that may face real people.

use super::{Addresses, FederationSettings, Resolved, UpstreamSettings};
use crate::SetupFault;

impl FederationSettings {
    /// Reads the files that they name, and says what no upstream that is switched on can be made of.
    pub fn check(&self) -> Result<(), SetupFault> {
        self.resolved().map(drop)
    }

    /// What those that are switched off still lack. It holds nothing up: somebody waits for an answer from there, and
    /// everybody else signs in meanwhile.
    pub fn unfinished(&self) -> Vec<SetupFault> {
        let off = self.upstreams.iter().filter(|settings| !settings.enabled);
        off.filter_map(|settings| Resolved::of(settings).err()).collect()
    }

    /// The upstreams, decided, but those that are [unfinished](Self::unfinished).
    pub(crate) fn resolved(&self) -> Result<Vec<Resolved>, SetupFault> {
        let mut upstreams = Vec::new();
        for (at, settings) in self.upstreams.iter().enumerate() {
            if self.upstreams.iter().take(at).any(|other| other.id == settings.id) {
                let why = "another upstream has the same id".to_owned();
                return Err(SetupFault { upstream: settings.id.clone(), why });
            }
            match Resolved::of(settings) {
                Ok(upstream) => upstreams.push(upstream),
                Err(_) if !settings.enabled => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(upstreams)
    }

    /// Every reason not to face real people with those that are switched on: whoever reads or answers in an upstream's place
    /// would be whom they please.
    pub fn unfit_for_production(&self) -> Vec<String> {
        let on = self.upstreams.iter().filter(|upstream| upstream.enabled);
        let open = on.flat_map(|upstream| {
            let is_open = |address: &str| !address.is_empty() && !address.starts_with("https://");
            let set = upstream.addresses().into_iter().filter(|(_, address)| is_open(address)).map(|(name, _)| name);
            // What a preset makes of an issuer is called all the same. An issuer itself is a name.
            let made =
                Addresses::of(upstream).ok().into_iter().flat_map(Addresses::called).filter(|at| is_open(at)).count();
            let mut names: Vec<_> = set.collect();
            if names.is_empty() && made > 0 {
                names.push("issuer");
            }
            let say = |name| format!("federation.upstreams, {}: {name} must be an https address", upstream.id);
            names.into_iter().map(say).collect::<Vec<_>>()
        });
        open.collect()
    }
}

impl UpstreamSettings {
    /// The addresses that are called, or that people are sent to, as they are set.
    fn addresses(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("base_url", &self.base_url),
            ("discovery_url", &self.discovery_url),
            ("authorization_endpoint", &self.authorization_endpoint),
            ("token_endpoint", &self.token_endpoint),
            ("userinfo_endpoint", &self.userinfo_endpoint),
            ("jwks_uri", &self.jwks_uri),
            ("end_session_endpoint", &self.end_session_endpoint),
        ];
        all.into_iter().filter_map(|(name, address)| Some((name, address.as_deref()?))).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn settings(toml: &str) -> FederationSettings {
        toml::from_str(toml).unwrap()
    }

    // security: row 27
    #[test]
    fn real_people_are_sent_to_https_addresses_alone() {
        let of = |line: &str| {
            let lines = "[[upstreams]]\nid = \"a\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
            settings(&format!("{lines}{line}")).unfit_for_production()
        };
        assert!(of("base_url = \"https://provider.example\"\nend_session_endpoint = \"\"").is_empty());
        for name in [
            "base_url",
            "discovery_url",
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "end_session_endpoint",
        ] {
            let refused = of(&format!("{name} = \"http://provider.example/x\""));
            assert_eq!(refused, [format!("federation.upstreams, a: {name} must be an https address")]);
            assert!(of(&format!("enabled = false\n{name} = \"http://provider.example/x\"")).is_empty(), "{name}");
        }
        // Where a preset looks below the issuer, that is called too; where it does not, it is a name.
        let refused = of("issuer = \"http://provider.example\"");
        assert_eq!(refused, ["federation.upstreams, a: issuer must be an https address"]);
        assert!(of("preset = \"vnconnect\"\nissuer = \"http://provider.example\"").is_empty());
        assert!(of("issuer = \"http://provider.example\"\ndiscovery_url = \"https://provider.example/d\"").is_empty());
    }

    #[test]
    fn what_no_upstream_can_be_made_of_is_said_before_the_start() {
        let one =
            "[[upstreams]]\nid = \"a\"\nbase_url = \"https://p.example\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
        settings(one).check().unwrap();
        let twice = settings(&one.repeat(2)).check().unwrap_err().to_string();
        assert!(twice.contains("another upstream has the same id"), "{twice}");
        let bare = settings("[[upstreams]]\nid = \"b\"\npreset = \"vneid\"\nclient_id = \"c\"").check();
        assert!(bare.unwrap_err().to_string().contains("token_endpoint"));
        settings(&format!("{one}clock_skew_seconds = 600")).check().unwrap();
        let late = settings(&format!("{one}clock_skew_seconds = 601")).check().unwrap_err().to_string();
        assert!(late.contains("clock_skew_seconds cannot be more than 600"), "{late}");
    }

    #[test]
    fn what_is_switched_off_may_wait_for_its_settings_and_says_what_it_lacks() {
        let whole =
            "[[upstreams]]\nid = \"a\"\nbase_url = \"https://p.example\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
        let off = "[[upstreams]]\nid = \"b\"\npreset = \"vneid\"\nenabled = false\n";
        let both = settings(&format!("{whole}{off}"));
        assert_eq!(both.resolved().unwrap().iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a"]);
        let lacks: Vec<_> = both.unfinished().iter().map(ToString::to_string).collect();
        assert!(lacks.len() == 1 && lacks[0].contains("b: ") && lacks[0].contains("token_endpoint"), "{lacks:?}");
        assert!(settings(&off.repeat(2)).check().is_err(), "two of one name are two, on or off");
        assert!(settings(&off.replace("false", "true")).check().is_err());
        let gone = format!("{whole}enabled = false\nroot_ca_file = \"x\"");
        assert!(settings(&gone).unfinished().is_empty(), "read where it is called from");
    }
}
