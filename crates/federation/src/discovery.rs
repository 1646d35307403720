//! Where the endpoints of an upstream are: as set, else as its metadata say (OpenID Connect Discovery 1.0, RFC 8414).

use crate::kept::Kept;
use crate::line::{Errand, Failed, Line};
use crate::settings::Addresses;
use portal_id_core::ports::{CallBody, UpstreamCall};
use portal_id_core::time::Timestamp;
use serde_json::{Map, Value};
use std::sync::Arc;
use url::Url;

/// The endpoints of an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    pub(crate) issuer: String,
    pub(crate) authorization: String,
    pub(crate) token: String,
    pub(crate) userinfo: Option<String>,
    pub(crate) jwks: String,
    pub(crate) end_session: Option<String>,
    /// Whether its authorization answers name their issuer (RFC 9207 §3).
    pub(crate) names_issuer: bool,
}

impl Endpoints {
    /// Whether an address lies at one of the endpoints' origins.
    pub(crate) fn has_origin_of(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        let own = [Some(&self.authorization), Some(&self.token), self.end_session.as_ref()];
        own.into_iter().flatten().filter_map(|own| Url::parse(own).ok()).any(|own| own.origin() == url.origin())
    }
}

/// The endpoints as this node knows them.
#[derive(Default)]
pub(crate) struct Discovery(Kept<Endpoints>);

impl Discovery {
    /// What is known without asking.
    pub(crate) fn at_hand(&self, set: &Addresses, now: Timestamp) -> Option<Arc<Endpoints>> {
        match &set.discovery {
            None => assembled(set, &Map::new()).ok().map(Arc::new),
            Some(_) => self.0.at_hand(now),
        }
    }

    /// The endpoints; fetched where they are not known yet, or no longer surely.
    pub(crate) async fn endpoints(
        &self,
        set: &Addresses,
        line: &Line,
        now: Timestamp,
    ) -> Result<Arc<Endpoints>, Failed> {
        let Some(url) = &set.discovery else {
            // Complete, or the settings would have been refused.
            let complete = assembled(set, &Map::new()).map(Arc::new);
            return complete.map_err(|why| line.failed(now, Errand::Metadata, why));
        };
        let call = UpstreamCall { url, accept: "application/json", authorization: None, body: CallBody::Get };
        let fetch = || line.fetch(now, Errand::Metadata, call, |document| assembled(set, document));
        self.0.get(now, None, fetch).await.map(|known| known.what)
    }
}

/// What is set wins over what the metadata say.
fn assembled(set: &Addresses, document: &Map<String, Value>) -> Result<Endpoints, String> {
    let said = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let issuer = match (&set.issuer, said("issuer")) {
        // OpenID Connect Discovery 1.0 §4.3.
        (Some(set), Some(said)) if *set != said => {
            return Err("its metadata name another issuer; set issuer to what they say, if that is right".to_owned());
        }
        (Some(set), _) => set.clone(),
        (None, Some(said)) if set.discovery.as_deref().is_some_and(|from| same_origin(from, &said)) => said,
        (None, _) => return Err("its metadata name no issuer at their own origin; set issuer".to_owned()),
    };
    // Metadata that came over TLS lead nobody to a place without it.
    let plain = set.discovery.as_deref().is_some_and(|from| from.starts_with("http://"));
    let pick = |own: &Option<String>, name: &str| own.clone().or_else(|| said(name).filter(|said| is_web(said, plain)));
    let need = |own: &Option<String>, name: &str| pick(own, name).ok_or_else(|| format!("its metadata lack {name}"));
    Ok(Endpoints {
        issuer,
        authorization: need(&set.authorization, "authorization_endpoint")?,
        token: need(&set.token, "token_endpoint")?,
        userinfo: pick(&set.userinfo, "userinfo_endpoint"),
        jwks: need(&set.jwks, "jwks_uri")?,
        end_session: pick(&set.end_session, "end_session_endpoint"),
        names_issuer: document.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
    })
}

fn is_web(text: &str, plain: bool) -> bool {
    let web = |url: Url| (url.scheme() == "https" || (plain && url.scheme() == "http")) && url.fragment().is_none();
    Url::parse(text).is_ok_and(web)
}

fn same_origin(one: &str, other: &str) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    origin(one).is_some_and(|one| Some(one) == origin(other))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Map<String, Value> {
        let document = json!({
            "issuer": "https://sso.example/realms/digo",
            "authorization_endpoint": "https://sso.example/auth",
            "token_endpoint": "https://sso.example/token",
            "jwks_uri": "https://sso.example/keys",
            "end_session_endpoint": "javascript:alert(1)",
            "authorization_response_iss_parameter_supported": true,
        });
        document.as_object().unwrap().clone()
    }

    fn set(issuer: Option<&str>) -> Addresses {
        let discovery = Some("https://sso.example/realms/digo/.well-known/openid-configuration".to_owned());
        Addresses { issuer: issuer.map(str::to_owned), discovery, ..Addresses::default() }
    }

    #[test]
    fn metadata_say_where_things_are_and_what_is_set_wins() {
        let token = Some("https://other.example/token".to_owned());
        let endpoints = assembled(&Addresses { token, ..set(None) }, &document()).unwrap();
        assert_eq!((endpoints.issuer.as_str(), endpoints.names_issuer), ("https://sso.example/realms/digo", true));
        assert_eq!(endpoints.token, "https://other.example/token");
        assert_eq!(endpoints.authorization, "https://sso.example/auth");
        assert_eq!((endpoints.userinfo, endpoints.end_session), (None, None), "a script is no endpoint");
    }

    // security: row 27
    #[test]
    fn metadata_that_came_over_tls_lead_nobody_to_a_place_without_it() {
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            let mut document = document();
            document.insert(name.to_owned(), json!("http://sso.example/x"));
            assert_eq!(assembled(&set(None), &document).unwrap_err(), format!("its metadata lack {name}"));
        }
        let mut document = document();
        document.insert("userinfo_endpoint".to_owned(), json!("http://sso.example/x"));
        document.insert("end_session_endpoint".to_owned(), json!("http://sso.example/x"));
        let endpoints = assembled(&set(None), &document).unwrap();
        assert_eq!((endpoints.userinfo, endpoints.end_session), (None, None));
    }

    // security: row 25
    #[test]
    fn metadata_of_another_issuer_are_refused() {
        assert!(assembled(&set(Some("https://sso.example/realms/other")), &document()).is_err());
        assert!(assembled(&set(Some("https://sso.example/realms/digo")), &document()).is_ok());
        let mut elsewhere = document();
        elsewhere.insert("issuer".to_owned(), json!("https://evil.example"));
        assert!(assembled(&set(None), &elsewhere).is_err());
        for lacking in ["authorization_endpoint", "token_endpoint", "jwks_uri", "issuer"] {
            let mut document = document();
            document.remove(lacking);
            assert!(assembled(&set(None), &document).is_err(), "{lacking}");
        }
    }

    // security: row 2
    #[test]
    fn only_an_address_at_one_of_its_origins_is_the_upstreams() {
        let endpoints = assembled(&set(None), &document()).unwrap();
        assert!(endpoints.has_origin_of("https://sso.example/logout?x=1"));
        for foreign in [
            "https://evil.example/",
            "http://sso.example/",
            "https://sso.example:8443/",
            "javascript:alert(1)",
            "//sso.example",
            "",
        ] {
            assert!(!endpoints.has_origin_of(foreign), "{foreign}");
        }
    }
}
