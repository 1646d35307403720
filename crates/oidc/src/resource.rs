//! Resource indicators (RFC 8707): which services an access token is for.

use crate::error::{AuthorizationFault, ProtocolError};
use crate::parameters::Parameters;
use portal_id_core::client::Client;
use portal_id_core::grant::Grant;
use url::Url;

/// The most resources of one request.
const MOST: usize = 8;

/// Why a text is no resource indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResourceFault {
    /// Not an absolute URI in at most 512 characters (RFC 8707 §2).
    #[error("a resource is an absolute URI of at most 512 characters")]
    NotAbsolute,
    /// It has a fragment (RFC 8707 §2).
    #[error("a resource has no fragment")]
    Fragment,
}

/// Checks a resource indicator, at registration and in requests.
pub fn check_resource(text: &str) -> Result<(), ResourceFault> {
    if text.contains('#') {
        return Err(ResourceFault::Fragment);
    }
    let plain = text.len() <= 512 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && Url::parse(text).is_ok() { Ok(()) } else { Err(ResourceFault::NotAbsolute) }
}

/// The resources that a request asks for.
pub(crate) fn asked(params: &Parameters) -> Result<Vec<String>, ProtocolError> {
    let mut asked: Vec<String> = Vec::new();
    for resource in params.every("resource") {
        check_resource(resource).map_err(|fault| ProtocolError::invalid_target(&fault.to_string()))?;
        if asked.len() == MOST {
            return Err(ProtocolError::invalid_target("more resources than one token is issued for"));
        }
        if !asked.iter().any(|known| known == resource) {
            asked.push(resource.to_owned());
        }
    }
    Ok(asked)
}

/// The resources that an authorization request asks for, each of which the client may have (RFC 8707 §2.1).
pub(crate) fn of_authorization(params: &Parameters, client: &Client) -> Result<Vec<String>, AuthorizationFault> {
    let refused = || AuthorizationFault::new("invalid_target", "resource is none that the client may have");
    let asked = asked(params).map_err(|_| refused())?;
    if asked.iter().all(|resource| client.metadata.resources.contains(resource)) { Ok(asked) } else { Err(refused()) }
}

/// The audience of a grant's access token: the resources asked for, at most those that the authorization request named
/// and that the client may still have; the issuer where userinfo is open, or when there is no resource.
pub(crate) fn audience(
    asked: Vec<String>,
    grant: &Grant,
    client: &Client,
    scopes: &[String],
    issuer: &str,
) -> Result<Vec<String>, ProtocolError> {
    let mut granted = client.metadata.resources.clone();
    if !grant.resources.is_empty() {
        granted.retain(|resource| grant.resources.contains(resource));
    }
    if !asked.iter().all(|resource| granted.contains(resource)) {
        return Err(not_granted());
    }
    // RFC 8707 §2.2: without any, what the authorization request named.
    let mut audience = if asked.is_empty() && !grant.resources.is_empty() { granted } else { asked };
    if audience.is_empty() || scopes.iter().any(|scope| scope == "openid") {
        audience.push(issuer.to_owned());
    }
    Ok(audience)
}

/// The audience of a client's own access token: the resources asked for, else all of them, else the issuer.
pub(crate) fn audience_of_client(
    asked: Vec<String>,
    client: &Client,
    issuer: &str,
) -> Result<Vec<String>, ProtocolError> {
    let own = &client.metadata.resources;
    if !asked.iter().all(|resource| own.contains(resource)) {
        return Err(not_granted());
    }
    Ok(match (asked.is_empty(), own.is_empty()) {
        (false, _) => asked,
        (true, false) => own.clone(),
        (true, true) => vec![issuer.to_owned()],
    })
}

fn not_granted() -> ProtocolError {
    ProtocolError::invalid_target("the client may not have a token for one of the resources")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;

    const ISSUER: &str = "https://id.example";
    const TAX: &str = "https://tax.example/api";
    const LAND: &str = "urn:example:land";

    fn client() -> Client {
        let mut client = testing::client();
        client.metadata.resources = vec![TAX.to_owned(), LAND.to_owned()];
        client
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn of(asked: &[&str], granted: &[&str], scopes: &[&str]) -> Result<Vec<String>, &'static str> {
        let grant = Grant { resources: texts(granted), ..testing::grant() };
        audience(texts(asked), &grant, &client(), &texts(scopes), ISSUER).map_err(|error| error.error)
    }

    #[test]
    fn a_resource_is_an_absolute_uri_without_a_fragment() {
        for good in [TAX, LAND, "https://a.example/?x=1", "api://a"] {
            assert_eq!(check_resource(good), Ok(()), "{good}");
        }
        for bad in ["", "tax", "/tax", "https://", "https://a.example/ b", "https://a.example/\u{1ea1}", "//a.example"]
        {
            assert_eq!(check_resource(bad), Err(ResourceFault::NotAbsolute), "{bad}");
        }
        assert_eq!(check_resource("https://a.example/#f"), Err(ResourceFault::Fragment));
        assert!(check_resource(&format!("https://a.example/{}", "a".repeat(512))).is_err());
    }

    #[test]
    fn resources_are_read_each_once_and_in_bounds() {
        let read = |query: &str| asked(&Parameters::parse(query.as_bytes()).unwrap()).map_err(|error| error.error);
        assert_eq!(read("").unwrap(), texts(&[]));
        let query = "resource=urn:example:land&resource=https%3A%2F%2Ftax.example%2Fapi&resource=urn:example:land";
        assert_eq!(read(query).unwrap(), [LAND, TAX]);
        assert_eq!(read("resource=tax"), Err("invalid_target"));
        let many: Vec<String> = (0..9).map(|number| format!("resource=urn:a:{number}")).collect();
        assert_eq!(read(&many[..8].join("&")).unwrap().len(), 8);
        assert_eq!(read(&many.join("&")), Err("invalid_target"));
    }

    // security: row 38
    #[test]
    fn an_audience_is_never_wider_than_what_was_granted_and_registered() {
        assert_eq!(of(&[], &[], &["openid"]).unwrap(), [ISSUER]);
        assert_eq!(of(&[TAX], &[], &["openid"]).unwrap(), [TAX, ISSUER]);
        assert_eq!(of(&[TAX], &[], &["profile"]).unwrap(), [TAX]);
        assert_eq!(of(&[], &[TAX], &["openid"]).unwrap(), [TAX, ISSUER]);
        assert_eq!(of(&[TAX], &[TAX, LAND], &["openid"]).unwrap(), [TAX, ISSUER]);
        assert_eq!(of(&[LAND], &[TAX], &["openid"]), Err("invalid_target"));
        assert_eq!(of(&["urn:other"], &[], &["openid"]), Err("invalid_target"));
        assert_eq!(of(&[], &["urn:taken:away"], &["profile"]).unwrap(), [ISSUER]);
        assert_eq!(of(&["urn:taken:away"], &["urn:taken:away"], &["openid"]), Err("invalid_target"));
    }

    // security: row 38
    #[test]
    fn a_client_gets_its_own_resources_for_itself_and_no_others() {
        let of = |asked: &[&str]| audience_of_client(texts(asked), &client(), ISSUER).map_err(|error| error.error);
        assert_eq!(of(&[]).unwrap(), [TAX, LAND]);
        assert_eq!(of(&[LAND]).unwrap(), [LAND]);
        assert_eq!(of(&["urn:other"]), Err("invalid_target"));
        assert_eq!(audience_of_client(Vec::new(), &testing::client(), ISSUER).unwrap(), [ISSUER]);
    }
}
