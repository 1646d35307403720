//! Where an upstream is, as far as settings and preset say it. What they leave open the metadata say.

use super::UpstreamSettings;
use url::Url;

/// The addresses that are set, or follow from the preset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    pub(crate) issuer: Option<String>,
    pub(crate) discovery: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) userinfo: Option<String>,
    pub(crate) jwks: Option<String>,
    pub(crate) end_session: Option<String>,
}

impl Addresses {
    /// Those of `settings`; or what is missing.
    pub(super) fn of(settings: &UpstreamSettings) -> Result<Self, String> {
        let places = settings.preset.defaults().places;
        let base = settings.base_url.as_deref().or(places.base_url).map(|base| base.trim_end_matches('/'));
        // An issuer that is set takes the base's place, where metadata lie below it.
        let root = base.or(settings.issuer.as_deref().map(|issuer| issuer.trim_end_matches('/')));
        let below = |place: Option<&str>| place.zip(root).map(|(place, root)| format!("{root}{place}"));
        let set = |name: &str, own: &Option<String>, or: Option<String>| match own {
            Some(own) if own.is_empty() => Ok(None),
            Some(own) => address(name, own).map(Some),
            None => or.map(|made| address(name, &made)).transpose(),
        };
        let discovery = set("discovery_url", &settings.discovery_url, below(places.discovery))?;
        // Where metadata are read they say everything that is not set. What a preset knows is a guess beside them; and when
        // the operator says where they are, the preset's base need not even be the same place.
        let pick = |name: &str, own, place| set(name, own, if discovery.is_none() { below(place) } else { None });
        let own_metadata = discovery.is_some() && settings.discovery_url.is_some();
        let found = Self {
            issuer: settings.issuer.clone().or_else(|| if own_metadata { None } else { below(places.issuer) }),
            authorization: pick("authorization_endpoint", &settings.authorization_endpoint, places.authorization)?,
            token: pick("token_endpoint", &settings.token_endpoint, places.token)?,
            userinfo: pick("userinfo_endpoint", &settings.userinfo_endpoint, places.userinfo)?,
            jwks: pick("jwks_uri", &settings.jwks_uri, places.jwks)?,
            end_session: pick("end_session_endpoint", &settings.end_session_endpoint, places.end_session)?,
            discovery,
        };
        if found.discovery.is_some() {
            return Ok(found);
        }
        let needed = [
            ("issuer", &found.issuer),
            ("authorization_endpoint", &found.authorization),
            ("token_endpoint", &found.token),
            ("jwks_uri", &found.jwks),
        ];
        let missing: Vec<_> = needed.iter().filter(|(_, one)| one.is_none()).map(|(name, _)| *name).collect();
        if missing.is_empty() {
            Ok(found)
        } else {
            Err(format!("these must be set, or discovery_url: {}", missing.join(", ")))
        }
    }

    /// Those that are called, or that people are sent to.
    pub(super) fn called(self) -> impl Iterator<Item = String> {
        let Self { issuer: _, discovery, authorization, token, userinfo, jwks, end_session } = self;
        [discovery, authorization, token, userinfo, jwks, end_session].into_iter().flatten()
    }
}

/// An absolute web address without a password in it. Whether it may be called is judged when it is.
fn address(name: &str, text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| format!("{name} is no address"))?;
    let web = matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none();
    if web && url.fragment().is_none() { Ok(text.to_owned()) } else { Err(format!("{name} is no web address")) }
}
