//! Requests made of spoiled pieces, thousands of them, at every endpoint of the real router: no fault, no panic.

use http::Request;
use portal_id_testkit::TestIdp;
use portal_id_testkit::core::entropy::Entropy;
use portal_id_testkit::outside::SeededEntropy;

const NAMES: [&str; 29] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "code_challenge",
    "code_challenge_method",
    "id_token_hint",
    "post_logout_redirect_uri",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "client_secret",
    "flow",
    "posted",
    "request",
    "token",
    "challenge",
    "csrf",
    "client_assertion",
    "client_assertion_type",
    "token_type_hint",
    "resource",
    "claims",
];

const PIECES: [&str; 32] = [
    "",
    "test-service",
    "https://service.example.vn/callback",
    "code",
    "openid",
    "none",
    "login",
    "S256",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "0",
    "-1",
    "9223372036854775808",
    "%00",
    "%ff%fe",
    "%0d%0aSet-Cookie:x",
    "%F0%9F%98%80",
    "e%CC%81",
    "..;/",
    "%252f",
    "eyJhbGciOiJub25lIn0.e30.",
    "eyJ9",
    "....",
    "javascript:alert(1)",
    "%e2%80%ae",
    "a=b&c=d",
    "%",
    "%zz",
    "+",
    "\u{1F600}",
];

struct Chance(SeededEntropy);

impl Chance {
    fn below(&self, bound: u32) -> usize {
        (&self.0 as &dyn Entropy).below(bound) as usize
    }

    fn query(&self) -> String {
        let pairs = (0..self.below(9)).map(|_| {
            let value: String = (0..=self.below(3)).map(|_| PIECES[self.below(32)]).collect();
            format!("{}={value}", NAMES[self.below(29)])
        });
        let mut query = pairs.collect::<Vec<_>>().join("&");
        if self.below(20) == 0 {
            query.push_str(&"x".repeat(self.below(20_000)));
        }
        query
    }
}

// security: row 36
#[tokio::test]
async fn no_mixture_of_spoiled_parameters_is_a_fault() {
    let idp = TestIdp::start().await;
    idp.service().register().await;
    let chance = Chance(SeededEntropy::new(36));
    let mut browser = idp.browser();
    let paths = [
        "/authorize",
        "/authorize/resume",
        "/token",
        "/introspect",
        "/revoke",
        "/userinfo",
        "/sign-out",
        "/sign-out/confirm",
        "/sign-in",
        "/sign-in/code",
        "/sign-in/phone",
        "/consent",
        "/activate",
        "/activate/resend",
        "/register/citizen",
        "/register/business",
        "/jwks",
        "/.well-known/openid-configuration",
    ];
    for number in 0..3000 {
        let (path, query, body) = (paths[chance.below(18)], chance.query(), chance.query());
        // What no HTTP library would let through as an address goes into the body instead.
        let address = format!("{path}?{query}");
        let uri = address.parse::<http::Uri>().unwrap_or_else(|_| http::Uri::from_static("/authorize"));
        let request = match chance.below(3) {
            0 => Request::get(uri),
            1 => Request::post(uri).header("content-type", "application/x-www-form-urlencoded"),
            _ => Request::post(uri)
                .header("content-type", PIECES[chance.below(9)])
                .header("authorization", ["Basic !", "Basic YTpi", "Bearer x.y.z", "Basic AGE6Yg=="][chance.below(4)])
                .header("accept-language", "vi;q=9,*;;,en-"),
        };
        let answer = browser.send_raw(request.body(body.clone().into()).unwrap()).await;
        assert!(!answer.status.is_server_error(), "number {number}: {address} with {body}: {}", answer.text());
    }
}
