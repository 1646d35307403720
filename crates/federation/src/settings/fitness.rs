//! Whether the settings make upstreams, and upstreams that may face real people.

use super::{Addresses, FederationSettings, Resolved, UpstreamSettings};
use crate::SetupFault;

impl FederationSettings {
    /// Reads the files that they name, and says what no upstream can be made of.
    pub fn check(&self) -> Result<(), SetupFault> {
        self.resolved().map(drop)
    }

    /// The upstreams, decided.
    pub(crate) fn resolved(&self) -> Result<Vec<Resolved>, SetupFault> {
        let mut upstreams: Vec<Resolved> = Vec::new();
        for settings in &self.upstreams {
            if upstreams.iter().any(|other| other.id == settings.id) {
                let why = "another upstream has the same id".to_owned();
                return Err(SetupFault { upstream: settings.id.clone(), why });
            }
            upstreams.push(Resolved::of(settings)?);
        }
        Ok(upstreams)
    }

    /// Every reason not to face real people with them: whoever reads or answers in an upstream's place would be whom they
    /// please.
    pub fn unfit_for_production(&self) -> Vec<String> {
        let open = self.upstreams.iter().flat_map(|upstream| {
            let is_open = |address: &str| !address.is_empty() && !address.starts_with("https://");
            let set = upstream.addresses().into_iter().filter(|(_, address)| is_open(address)).map(|(name, _)| name);
            // What a preset makes of an issuer is called all the same. An issuer itself is a name.
            let made = Addresses::of(upstream).into_iter().flat_map(Addresses::called).filter(|at| is_open(at)).count();
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
}
