//! The `claims` parameter (OpenID Connect Core §5.5): which claims a client wants by name, and where.
//!
//! A claim is told only if a granted scope opens it: naming one moves it into the ID token and never widens what the
//! person allowed (security.md row 38). Beyond that three names mean something to the request itself: `sub` and `acr`
//! with values, and an essential `auth_time` ([`ClaimsAsked`]); all that is not understood is ignored, and never kept.

use super::strict_json;
use crate::claims;
use crate::error::AuthorizationFault;
use crate::parameters::Parameters;
use portal_id_core::acr::{Aal, Ial, asked_for, best_met};
use portal_id_core::claims_request::{ClaimRequest, RequestedClaims};
use portal_id_core::client::Client;
use portal_id_core::session::Session;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The longest value of the parameter, and the most names for one place: more than any library sends.
const MAX_BYTES: usize = 4 * 1024;
const MAX_NAMES: usize = 32;

/// What the parameter comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ClaimsAsked {
    /// What the grant has to remember.
    pub(super) kept: Option<RequestedClaims>,
    /// The person must be one of each of these.
    pub(super) subjects: Vec<Vec<String>>,
    /// The classes asked for, in the client's order.
    pub(super) acr_values: Vec<String>,
    /// Whether one of them must be reached.
    acr_is_essential: bool,
    /// Whether the client must be told when the person signed in (OpenID Connect Core §2).
    pub(super) auth_time_is_essential: bool,
}

impl ClaimsAsked {
    /// With which level the client is content.
    pub(super) fn level(&self) -> Option<(Ial, Aal)> {
        asked_for(self.acr_values.iter().map(String::as_str))
    }

    /// The same, if no less will do.
    pub(super) fn essential_level(&self) -> Option<(Ial, Aal)> {
        self.level().filter(|_| self.acr_is_essential)
    }

    /// OpenID Connect Core §5.5.1.1: an essential class that was not reached is a failed sign-in.
    pub(super) fn is_met_by(&self, session: &Session) -> bool {
        let values = self.acr_values.iter().map(String::as_str);
        !self.acr_is_essential || self.acr_values.is_empty() || best_met(values, session.ial, session.aal()).is_some()
    }
}

/// Whether the parameter can be read at all.
pub(super) fn check(params: &Parameters) -> Result<(), AuthorizationFault> {
    targets(params).map(drop)
}

/// Reads the parameter.
pub(super) fn read(params: &Parameters, client: &Client) -> Result<ClaimsAsked, AuthorizationFault> {
    let Targets { userinfo, mut id_token } = targets(params)?;
    let subjects = [userinfo.get("sub"), id_token.get("sub")].into_iter().flatten();
    let subjects = subjects.filter(|asked| !asked.values.is_empty()).map(texts).collect();
    let acr = id_token.get("acr").cloned().unwrap_or_default();
    let auth_time_is_essential = id_token.get("auth_time").is_some_and(|asked| asked.essential);
    let aliases = client.metadata.claim_aliases.all();
    // What is about the person, and the class to tell. No value of a personal claim is kept: it would lie in the database
    // in the open, and no value can bring about a fact.
    id_token.retain(|name, asked| match name.as_str() {
        "acr" => asked.essential && !asked.values.is_empty(),
        _ => claims::is_personal(name) || aliases.contains_key(name.as_str()),
    });
    for (name, asked) in &mut id_token {
        if name != "acr" {
            asked.values.clear();
        }
    }
    Ok(ClaimsAsked {
        kept: (!id_token.is_empty()).then_some(RequestedClaims { id_token }),
        subjects,
        acr_values: texts(&acr),
        acr_is_essential: acr.essential,
        auth_time_is_essential,
    })
}

fn texts(asked: &ClaimRequest) -> Vec<String> {
    asked.values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[derive(Default)]
struct Targets {
    userinfo: BTreeMap<String, ClaimRequest>,
    id_token: BTreeMap<String, ClaimRequest>,
}

fn targets(params: &Parameters) -> Result<Targets, AuthorizationFault> {
    let Some(text) = params.get("claims") else { return Ok(Targets::default()) };
    if text.len() > MAX_BYTES {
        return Err(fault("claims is too long"));
    }
    let whole = strict_json::object(text).ok_or(fault("claims is not one JSON object, each name in it once"))?;
    Ok(Targets { userinfo: target(&whole, "userinfo")?, id_token: target(&whole, "id_token")? })
}

fn target(whole: &Map<String, Value>, name: &str) -> Result<BTreeMap<String, ClaimRequest>, AuthorizationFault> {
    let Some(asked) = whole.get(name) else { return Ok(BTreeMap::new()) };
    let asked = asked.as_object().ok_or(fault("userinfo and id_token in claims must be objects"))?;
    if asked.len() > MAX_NAMES {
        return Err(fault("claims names too many claims"));
    }
    asked.iter().map(|(claim, how)| Ok((claim.clone(), one(how)?))).collect()
}

/// OpenID Connect Core §5.5.1: null, or an object; members that are not understood are ignored.
fn one(how: &Value) -> Result<ClaimRequest, AuthorizationFault> {
    let members = match how {
        Value::Null => return Ok(ClaimRequest::default()),
        Value::Object(members) => members,
        _ => return Err(fault("a claim in claims must be null or an object")),
    };
    let essential = match members.get("essential") {
        None => false,
        Some(Value::Bool(essential)) => *essential,
        Some(_) => return Err(fault("essential in claims must be true or false")),
    };
    let values = match (members.get("value"), members.get("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![value.clone()],
        (None, Some(Value::Array(values))) if !values.is_empty() => values.clone(),
        (None, Some(_)) => return Err(fault("values in claims must be an array of at least one")),
        (Some(_), Some(_)) => return Err(fault("a claim in claims has value or values, not both")),
    };
    Ok(ClaimRequest { essential, values })
}

fn fault(description: &'static str) -> AuthorizationFault {
    AuthorizationFault::invalid_request(description)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::acr::Amr;
    use portal_id_core::claim_aliases::{AliasPreset, ClaimAliases};
    use proptest::prelude::*;

    fn asked(text: &str) -> Result<ClaimsAsked, AuthorizationFault> {
        let query = crate::parameters::encode_pairs([("claims", text)]);
        read(&Parameters::parse(query.as_bytes()).unwrap(), &testing::client())
    }

    fn kept(text: &str) -> Vec<String> {
        asked(text).unwrap().kept.map(|kept| kept.id_token.into_keys().collect()).unwrap_or_default()
    }

    #[test]
    fn what_the_standard_allows_is_read_and_the_unknown_ignored() {
        for text in ["{}", " {\n\t} ", r#"{"userinfo":{}}"#, r#"{"x":[1],"id_token":{"x":{"y":{}}}}"#] {
            assert_eq!(asked(text).unwrap(), ClaimsAsked::default(), "{text}");
        }
        assert_eq!(
            kept(
                r#"{"id_token":{"email":null,"name":{"essential":true},"auth_time":{"essential":true},"http://x/y":null}}"#
            ),
            ["email", "name"]
        );
        assert_eq!(
            kept(r#"{"userinfo":{"email":{"essential":true}}}"#),
            [""; 0],
            "userinfo tells what the scopes open"
        );
    }

    #[test]
    fn wrong_types_are_invalid_requests() {
        for text in [
            "",
            "x",
            "[]",
            "null",
            "1",
            "\"x\"",
            "{",
            "{} {}",
            "{},",
            r#"{"a":1,}"#,
            r#"{"userinfo":null}"#,
            r#"{"userinfo":[]}"#,
            r#"{"id_token":"email"}"#,
            r#"{"id_token":{"email":true}}"#,
            r#"{"id_token":{"email":[]}}"#,
            r#"{"id_token":{"email":"x"}}"#,
            r#"{"id_token":{"email":{"essential":"true"}}}"#,
            r#"{"id_token":{"email":{"essential":null}}}"#,
            r#"{"id_token":{"email":{"values":"x"}}}"#,
            r#"{"id_token":{"email":{"values":[]}}}"#,
            r#"{"id_token":{"email":{"value":"x","values":["y"]}}}"#,
            r#"{"id_token":{"email":null,"email":null}}"#,
            r#"{"id_token":{},"id_token":{}}"#,
            r#"{"id_token":{"acr":{"value":"a","value":"b"}}}"#,
            r#"{"x":{"a":1,"a":2}}"#,
        ] {
            let error = if text.is_empty() { None } else { asked(text).err().map(|fault| fault.error) };
            assert_eq!(error, (!text.is_empty()).then_some("invalid_request"), "{text}");
        }
    }

    #[test]
    fn size_depth_and_number_have_their_limits() {
        let with = |names: usize| {
            let names: Vec<String> = (0..names).map(|at| format!("\"c{at}\":null")).collect();
            asked(&format!("{{\"id_token\":{{{}}}}}", names.join(","))).is_ok()
        };
        assert!(with(32) && !with(33));
        let deep = |levels: usize| asked(&format!("{{\"x\":{}1{}}}", "[".repeat(levels), "]".repeat(levels))).is_ok();
        assert!(deep(5) && !deep(6) && !deep(600));
        let long = |bytes: usize| asked(&format!("{{\"x\":\"{}\"}}", "y".repeat(bytes - 8))).is_ok();
        assert!(long(4096) && !long(4097));
    }

    // security: row 38
    #[test]
    fn no_value_of_a_personal_claim_and_no_claim_of_the_protocol_is_kept() {
        let asked = asked(
            r#"{"id_token":{"phone_number":{"value":"+84912345678"},"iss":{"value":"x"},"sub":null,"exp":null}}"#,
        );
        let kept = asked.unwrap().kept.unwrap();
        assert_eq!(serde_json::to_string(&kept).unwrap(), r#"{"id_token":{"phone_number":{}}}"#);
    }

    #[test]
    fn aliases_of_the_client_can_be_asked_for_by_their_names() {
        let mut client = testing::client();
        let query = crate::parameters::encode_pairs([("claims", r#"{"id_token":{"SoDinhDanh":null}}"#)]);
        let params = Parameters::parse(query.as_bytes()).unwrap();
        assert_eq!(read(&params, &client).unwrap().kept, None);
        client.metadata.claim_aliases = ClaimAliases { preset: Some(AliasPreset::Vnconnect), names: BTreeMap::new() };
        assert!(read(&params, &client).unwrap().kept.unwrap().id_token.contains_key("SoDinhDanh"));
    }

    #[test]
    fn a_person_can_be_named_in_either_place() {
        let both = asked(r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"values":["a","b",1]}}}"#).unwrap();
        assert_eq!(both.subjects, [vec!["a".to_owned(), "b".to_owned()], vec!["a".to_owned()]]);
        assert!(asked(r#"{"id_token":{"sub":{"essential":true}}}"#).unwrap().subjects.is_empty());
    }

    // security: row 11
    #[test]
    fn only_an_essential_auth_time_of_the_id_token_must_be_told() {
        let must = |text: &str| asked(text).unwrap().auth_time_is_essential;
        assert!(must(r#"{"id_token":{"auth_time":{"essential":true}}}"#));
        for content in [
            r#"{"id_token":{"auth_time":null}}"#,
            r#"{"id_token":{"auth_time":{"essential":false}}}"#,
            r#"{"userinfo":{"auth_time":{"essential":true}}}"#,
            "{}",
        ] {
            assert!(!must(content), "{content}");
        }
    }

    // security: row 11
    #[test]
    fn an_essential_class_is_reached_or_the_sign_in_has_failed() {
        let two = testing::session(NOW);
        let one = Session { amr: vec![Amr::Pwd], ..testing::session(NOW) };
        let met = |acr: &str, session: &Session| {
            asked(&format!("{{\"id_token\":{{\"acr\":{acr}}}}}")).unwrap().is_met_by(session)
        };
        let essential = |value: &str| format!(r#"{{"essential":true,"value":"urn:portal-id:loa:{value}"}}"#);
        assert!(met(&essential("1"), &one) && met(&essential("1"), &two));
        assert!(!met(&essential("2"), &one) && met(&essential("2"), &two));
        assert!(!met(&essential("3"), &two) && !met(&essential("gold"), &two));
        assert!(met(r#"{"value":"urn:portal-id:loa:3"}"#, &one), "voluntary");
        assert!(met(r#"{"essential":true}"#, &one), "any will do");
        assert!(met(r#"{"essential":true,"values":["gold","urn:portal-id:loa:2"]}"#, &two));
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_text_makes_the_reader_panic(text in "[{}\\[\\]:,\"a-z0-9\\\\. ]{0,60}|\\PC{0,60}") {
            let _ = asked(&text);
        }
    }
}
