//! A provider's name in an address.

use crate::upstream::web::{Town, is_signed_in};
use portal_id_testkit::idp::ISSUER;
use url::Url;

/// Names that no provider has, as addresses write them.
const NAMES: [&str; 12] = [
    "nobody",
    "VNCONNECT",
    "vnconnect%20",
    "vnconnect%00",
    "vnconnect%0d%0aSet-Cookie:%20x=y",
    "vnconnect%2fstart",
    "e%CC%82%CC%81",
    "%F0%9F%98%80",
    "%3Cscript%3E",
    "%ff",
    "%zz",
    "%2e%2e%2f",
];

// security: row 36
#[tokio::test]
async fn a_name_that_no_provider_has_is_told_so_at_each_of_their_addresses() {
    let mut town = Town::begin().await;
    let endless = "a".repeat(10 * 1024);
    for name in NAMES.into_iter().chain([endless.as_str()]) {
        let shown = &name[..name.len().min(40)];
        for address in ["start", "callback?code=c&state=s", "signed-out?state=s"] {
            let page = town.browser.open(&format!("/upstream/{name}/{address}")).await;
            let expected = match (name, address.starts_with("signed-out")) {
                (_, true) => ("signed-out", 200),
                // What is no text is no address of ours.
                ("%ff", false) => ("error", 404),
                (_, false) => ("upstream-trouble", 404),
            };
            assert_eq!((page.name().as_str(), page.status().as_u16()), expected, "{shown}, {address}");
            assert!(!page.html().contains("<script>") && page.answer.header("x-request-id").is_some());
        }
        for address in ["callback", "link", "backchannel-logout"] {
            let url = Url::parse(&format!("{ISSUER}/upstream/{name}/{address}")).unwrap();
            let answer = town.browser.post(&url, &[]).await;
            // Without a form's proof nobody is linked, whoever it is to.
            let expected = match (name, address) {
                (_, "callback") | ("%ff", "link") => (404, "text/html; charset=utf-8"),
                (_, "link") => (403, "text/html; charset=utf-8"),
                ("%ff", _) => (404, "application/json"),
                _ => (400, "application/json"),
            };
            let seen = (answer.status.as_u16(), answer.header("content-type").unwrap());
            assert_eq!(seen, expected, "{shown}, {address}: {}", answer.text());
        }
        assert!(!is_signed_in(&mut town.browser).await);
    }
    let page = town.walk().await;
    town.tokens(page).await.fields();
}
