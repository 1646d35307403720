//! The upstream that a request names: `idp_hint`, or the national portal's deep link (`vnconnect=1`), whose procedure
//! parameters a service hands over to us and gets back with the answer.

use crate::error::AuthorizationFault;
use crate::parameters::Parameters;
use crate::redirect::VerifiedRedirect;
use portal_id_core::upstream_way::{UpstreamWay, UpstreamWays};

/// The parameter that names an upstream.
const HINT: &str = "idp_hint";
/// The one that says that the national portal sent the person.
const DEEP_LINK: &str = "vnconnect";
/// What the national portal's deep link carries: that it is one, the procedure, and who carries it out.
const OF_DEEP_LINK: [&str; 4] = [DEEP_LINK, "MaTTHCDP", "MaCoQuanThucHien", "MaDVC"];
/// The longest value of one of these.
const LONGEST: usize = 64;

/// Whether a value goes back to the service: it must read the same in whatever it is put into there.
fn is_plain(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    value.len() <= LONGEST && value.bytes().all(plain)
}

/// What a deep link carries comes whole or not at all: a procedure that lost its end would be another one.
pub(super) fn check(params: &Parameters) -> Result<(), AuthorizationFault> {
    let good = OF_DEEP_LINK.iter().all(|name| params.get(name).is_none_or(is_plain));
    if good { Ok(()) } else { Err(AuthorizationFault::invalid_request("a parameter of the deep link is not plain")) }
}

/// What goes back with the answer, whatever that is. What the service's own address says already is left to it.
pub(super) fn echoed(params: &Parameters, to: &VerifiedRedirect) -> Vec<(&'static str, String)> {
    let came = OF_DEEP_LINK.into_iter().filter_map(|name| Some((name, params.get(name).filter(|it| is_plain(it))?)));
    came.filter(|(name, _)| !to.has_in_query(name)).map(|(name, value)| (name, value.to_owned())).collect()
}

/// The upstream that the request leads to, on or off. A name that we do not know says nothing.
pub(super) fn named<'a>(params: &Parameters, ways: &'a UpstreamWays) -> Option<&'a UpstreamWay> {
    let by_hint = params.get(HINT).and_then(|name| ways.named(name));
    by_hint.or_else(|| params.get(DEEP_LINK).filter(|value| *value == "1").and_then(|_| ways.of_deep_link()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::authorize::request::return_address;
    use crate::flow::Flow;
    use crate::parameters::encode_pairs;
    use crate::redirect::ClientRedirect;
    use crate::testing;
    use portal_id_core::client::Client;
    use portal_id_core::upstream::UpstreamId;
    use proptest::prelude::*;
    use url::Url;

    fn params(query: &str) -> Parameters {
        Parameters::parse(query.as_bytes()).unwrap()
    }

    fn redirect(uri: &str) -> VerifiedRedirect {
        let mut client: Client = testing::client();
        client.metadata.redirect_uris = vec![uri.to_owned()];
        VerifiedRedirect::of_authorization(&client, uri).unwrap()
    }

    fn ways() -> UpstreamWays {
        let way = |id: &str, is_on, deep_link| UpstreamWay {
            id: UpstreamId::parse(id).unwrap(),
            is_on,
            deep_link,
            levels: Vec::new(),
        };
        UpstreamWays::new(vec![way("hue", true, false), way("vnconnect", true, true), way("old", false, false)])
    }

    // security: row 2
    #[test]
    fn a_request_names_an_upstream_of_ours_or_none() {
        let ways = ways();
        for (query, expected) in [
            ("", None),
            ("idp_hint=hue", Some("hue")),
            ("idp_hint=old", Some("old")),
            ("idp_hint=HUE", None),
            ("idp_hint=https%3A%2F%2Fevil.example", None),
            ("vnconnect=1", Some("vnconnect")),
            ("vnconnect=0", None),
            ("vnconnect=true", None),
            ("vnconnect=1&idp_hint=hue", Some("hue")),
            ("vnconnect=1&idp_hint=nobody", Some("vnconnect")),
            ("MaDVC=1", None),
        ] {
            assert_eq!(named(&params(query), &ways).map(|way| way.id.as_str()), expected, "{query}");
        }
        assert_eq!(named(&params("vnconnect=1&idp_hint=hue"), &UpstreamWays::default()), None);
    }

    #[test]
    fn an_address_that_says_it_already_is_not_told_again() {
        let came = params("vnconnect=1&MaDVC=5");
        let names = |uri: &str| echoed(&came, &redirect(uri)).iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(names("https://rp.example/cb"), ["vnconnect", "MaDVC"]);
        assert_eq!(names("https://rp.example/cb?MaDVC=9&a=vnconnect"), ["vnconnect"]);
        assert_eq!(names("https://rp.example/cb?vnconnect&Ma%44VC=9"), [""; 0]);
    }

    proptest! {
        // security: row 36
        #[test]
        fn what_the_deep_link_carries_comes_back_byte_for_byte(
            values in proptest::collection::vec("[A-Za-z0-9._-]{1,64}", 4),
            state in "\\PC{1,40}",
        ) {
            let sent: Vec<_> = OF_DEEP_LINK.into_iter().zip(values.iter().map(String::as_str)).collect();
            let query = encode_pairs(sent.iter().copied().chain([("state", state.as_str())]));
            prop_assert_eq!(check(&params(&query)), Ok(()));
            // Through every page of ours, and through the upstream.
            let kept = Flow::new(params(&query), testing::NOW).params.encode();
            let came = params(&kept);
            let to = redirect("https://rp.example/cb?tenant=1");
            let address = return_address(&came, &testing::client(), to, "https://id.example");
            let fault = AuthorizationFault::new("access_denied", "the person refused");
            let back = Url::parse(&ClientRedirect::fault(address, fault, "r").location()).unwrap();
            let pairs: Vec<_> = back.query_pairs().collect();
            for (name, value) in sent.into_iter().chain([("state", state.as_str())]) {
                let found: Vec<_> = pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1.as_ref()).collect();
                prop_assert_eq!(found, [value]);
            }
        }

        // security: row 36
        #[test]
        fn what_is_not_plain_or_too_long_is_refused_and_never_sent_back(value in "\\PC{1,80}", at in 0..4_usize) {
            prop_assume!(!is_plain(&value));
            let name = OF_DEEP_LINK[at];
            let params = params(&encode_pairs([(name, value.as_str())]));
            prop_assert_eq!(check(&params).map_err(|fault| fault.error), Err("invalid_request"));
            prop_assert_eq!(echoed(&params, &redirect("https://rp.example/cb")), vec![]);
        }
    }
}
