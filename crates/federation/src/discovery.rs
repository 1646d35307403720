//! Where the endpoints of an upstream are: as set, else as its metadata say (OpenID Connect Discovery 1.0, RFC 8414).

use crate::line::{Failed, Line};
use crate::settings::Addresses;
use portal_id_core::ports::{CallBody, UpstreamCall};
use portal_id_core::time::{Span, Timestamp};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex as Held, PoisonError};
use tokio::sync::Mutex;
use url::Url;

/// How long metadata are used without asking again.
const KEEP: Span = Span::hours(1);
/// How long old ones still serve when they cannot be fetched.
const KEEP_STALE: Span = Span::hours(24);

/// How long we do without a fetch that failed, while old metadata serve: whoever signs in then need not wait for it.
const TRY_AGAIN_AFTER: Span = Span::seconds(30);

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
pub(crate) struct Discovery {
    known: Held<Option<Known>>,
    /// One asks at a time; the others then find what came.
    asking: Mutex<()>,
}

#[derive(Clone)]
struct Known {
    endpoints: Arc<Endpoints>,
    fetched_at: Timestamp,
    asked_at: Timestamp,
}

impl Known {
    /// Whether to use it without asking: it is new enough, or good enough and we asked in vain a moment ago.
    fn serves(&self, now: Timestamp) -> bool {
        now < self.fetched_at + KEEP || (self.is_good(now) && now < self.asked_at + TRY_AGAIN_AFTER)
    }

    fn is_good(&self, now: Timestamp) -> bool {
        now < self.fetched_at + KEEP_STALE
    }
}

impl Discovery {
    fn known(&self) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    /// What is known without asking.
    pub(crate) fn at_hand(&self, set: &Addresses, now: Timestamp) -> Option<Arc<Endpoints>> {
        match &set.discovery {
            None => assembled(set, &Map::new()).ok().map(Arc::new),
            Some(_) => self.known().filter(|known| known.is_good(now)).map(|known| known.endpoints),
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
            return assembled(set, &Map::new()).map(Arc::new).map_err(|why| line.failed(now, why));
        };
        if let Some(known) = self.known().filter(|known| known.serves(now)) {
            return Ok(known.endpoints);
        }
        let _turn = self.asking.lock().await;
        let known = self.known();
        if let Some(known) = known.clone().filter(|known| known.serves(now)) {
            return Ok(known.endpoints);
        }
        let call = UpstreamCall { url, accept: "application/json", authorization: None, body: CallBody::Get };
        let fetched = match line.object(now, call).await {
            Ok(document) => assembled(set, &document).map_err(|why| line.failed(now, why)),
            Err(failed) => Err(failed),
        };
        let known = match (fetched, known) {
            (Ok(endpoints), _) => Known { endpoints: Arc::new(endpoints), fetched_at: now, asked_at: now },
            (Err(_), Some(old)) if old.is_good(now) => Known { asked_at: now, ..old },
            (Err(failed), _) => return Err(failed),
        };
        self.note(known.clone());
        Ok(known.endpoints)
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
    let pick = |own: &Option<String>, name: &str| own.clone().or_else(|| said(name).filter(|said| is_web(said)));
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

fn is_web(text: &str) -> bool {
    let web = |url: Url| matches!(url.scheme(), "https" | "http") && url.fragment().is_none();
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
