//! Requests made of spoiled pieces, thousands of them, at every endpoint of the real router: no fault, no panic. They come
//! from nobody, from somebody who is signed in, and from somebody who is half-way in by another provider.

use http::Request;
use portal_id_testkit::core::entropy::Entropy;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::outside::SeededEntropy;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Provider, Service, TestIdp};
use serde_json::json;
use std::path::Path;

const NAMES: [&str; 47] = [
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
    "again",
    "next",
    "lang",
    "said",
    "iss",
    "error",
    "error_description",
    "logout_token",
    "idp_hint",
    "vnconnect",
    "MaTTHCDP",
    "action",
    "account",
    "id",
    "username",
    "password",
    "email",
    "phone",
];

const PIECES: [&str; 40] = [
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
    "arrival",
    "1",
    "access_denied",
    "https://portal.example/oauth2/token",
    "code-1",
    "verify",
    "level",
    "%7f",
];

/// What forms of ours have, with values that do something.
const FIELDS: [(&str, &str); 18] = [
    ("action", "verify"),
    ("action", "resend"),
    ("action", "code"),
    ("action", "remove"),
    ("action", "skip"),
    ("account", "0"),
    ("account", "7"),
    ("code", "123456"),
    ("code", ""),
    ("link", "x"),
    ("id", "x"),
    ("name", "x"),
    ("email", "a@example.vn"),
    ("phone", "0912345678"),
    ("decision", "deny"),
    ("request", "x"),
    ("logout_token", "a.b.c"),
    ("username", "nguoi.khac"),
];

/// What stands for a placeholder of an address: mostly a provider that there is.
const PLACES: [&str; 14] = [
    "vnconnect",
    "vnconnect",
    "vnconnect",
    "vnconnect",
    "tinh",
    "off",
    "VNCONNECT",
    "nobody",
    "e%CC%81",
    "%00",
    "%ff",
    "%2f",
    "..",
    "%3Cscript%3E",
];

/// Every address of the router, as its source has them: so that none is forgotten here.
fn addresses() -> Vec<String> {
    let mut all = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/web/src"), &mut all);
    all.sort();
    for known in ["/authorize", "/upstream/{id}/start", "/upstream/{id}/backchannel-logout", "/account/password/first"]
    {
        assert!(all.iter().any(|address| address == known), "{known} is not among {all:?}");
    }
    all
}

fn collect(folder: &Path, all: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                collect(&path, all);
            }
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for after in source.split(".route(").skip(1) {
            let address = after.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let (address, _) = address.unwrap_or_else(|| panic!("{}: a route without an address", path.display()));
            all.push(address.to_owned());
        }
    }
}

struct Chance(SeededEntropy);

impl Chance {
    fn below(&self, bound: usize) -> usize {
        (&self.0 as &dyn Entropy).below(u32::try_from(bound).unwrap()) as usize
    }

    fn one_of<T: Copy>(&self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Mostly pieces; now and then what is really good for this visitor.
    fn value(&self, visitor: &Visitor, name: &str) -> String {
        let own = visitor.own.iter().find(|(own, _)| *own == name);
        match own {
            Some((_, value)) if self.below(3) > 0 => value.clone(),
            _ => (0..=self.below(3)).map(|_| self.one_of(&PIECES)).collect(),
        }
    }

    fn query(&self, visitor: &Visitor) -> String {
        let own = visitor.own.iter().filter(|(name, _)| *name != "csrf" && self.below(3) == 0).map(|(name, _)| *name);
        let names: Vec<_> = own.chain((0..self.below(9)).map(|_| self.one_of(&NAMES))).collect();
        let pairs = names.into_iter().map(|name| format!("{name}={}", self.value(visitor, name)));
        let mut query = pairs.collect::<Vec<_>>().join("&");
        if self.below(20) == 0 {
            query.push_str(&"x".repeat(self.below(20_000)));
        }
        query
    }

    /// A form that may have come from a page of ours, or anything.
    fn body(&self, visitor: &Visitor) -> String {
        if self.below(2) == 0 {
            return self.query(visitor);
        }
        let fields = (0..self.below(4)).map(|_| self.one_of(&FIELDS));
        let pairs = fields.map(|(name, good)| match self.below(2) {
            0 => format!("{name}={good}"),
            _ => format!("{name}={}", self.value(visitor, name)),
        });
        std::iter::once(format!("csrf={}", self.value(visitor, "csrf"))).chain(pairs).collect::<Vec<_>>().join("&")
    }

    fn path(&self, address: &str) -> String {
        let segments = address.split('/').map(|segment| match segment {
            "{id}" => self.one_of(&PLACES),
            place if place.starts_with('{') => self.one_of(&PIECES),
            fixed => fixed,
        });
        segments.collect::<Vec<_>>().join("/")
    }
}

/// Whoever asks: cookies, and values that are good for them.
struct Visitor {
    cookies: String,
    own: Vec<(&'static str, String)>,
}

impl Visitor {
    fn at(browser: &Browser, own: Vec<(&'static str, String)>) -> Self {
        let cookies: Vec<_> = browser.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self { cookies: cookies.join("; "), own }
    }

    /// Nobody; somebody who is signed in; and somebody at the question whether an account here is theirs.
    async fn all(idp: &TestIdp, portal: &Provider, service: &Service, number: usize) -> [Self; 3] {
        let an = idp.citizen(&format!("nguoi.so.{number}")).activated().create().await;
        let mut signed_in = idp.browser();
        let page = signed_in.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
        let consent = an.sign_in(idp, &mut signed_in, &page).await.expect("consent");
        let form = consent.form_with("decision");
        let mut own = vec![("csrf", form.value("csrf").to_owned()), ("flow", flow_of(&form.action))];
        let there = signed_in.open("/upstream/vnconnect/start?again=1").await.expect_away(&portal.base);
        own.push(("state", parameter(&portal.sign_in(&there), "state").unwrap()));
        let signed_in = Self::at(&signed_in, own);
        portal.inside().userinfo.extend(
            json!({ "TechID": format!("tech-{number}"), "SoDinhDanh": an.identity_number })
                .as_object()
                .unwrap()
                .clone(),
        );
        let mut arriving = idp.browser();
        let page = arriving.open(service.authorize_url("openid").as_str()).await.expect("sign-in");
        let there = arriving.open(&page.link("by-vnconnect").unwrap()).await.expect_away(&portal.base);
        let page = arriving.open(portal.sign_in(&there).as_str()).await.expect("arrival");
        let sent = arriving.submit(page.form_with("account").press("action", "code")).await;
        let mut own = vec![("csrf", page.form_with("account").value("csrf").to_owned()), ("flow", flow_of(&page.url))];
        own.extend(parameter(&sent.url, "challenge").map(|challenge| ("challenge", challenge)));
        let arriving = Self::at(&arriving, own);
        [Self { cookies: String::new(), own: Vec::new() }, signed_in, arriving]
    }
}

fn flow_of(address: &url::Url) -> String {
    parameter(address, "flow").expect("a pending request")
}

// security: row 36
#[tokio::test]
async fn no_mixture_of_spoiled_parameters_is_a_fault() {
    let (portal, province, off) = (Provider::vnconnect(), Provider::generic("tinh"), Provider::generic("off"));
    let idp = TestIdp::start_with_providers(&[&portal, &province, &off], |config| {
        config.federation.upstreams[2].enabled = false;
    })
    .await;
    let service = idp.service().register().await;
    let chance = Chance(SeededEntropy::new(36));
    let addresses = addresses();
    let of_providers: Vec<_> = addresses.iter().filter(|address| address.starts_with("/upstream/")).cloned().collect();
    let mut browser = idp.browser();
    let mut visitors = Visitor::all(&idp, &portal, &service, 0).await;
    for number in 0..8000 {
        if number % 500 == 499 {
            // Whoever signed out or declined by chance is somebody again.
            idp.advance(Span::minutes(2)).await;
            visitors = Visitor::all(&idp, &portal, &service, number).await;
        }
        let visitor = &visitors[chance.below(3)];
        // Every fourth at those of other providers, which are few and take more to get far.
        let among = if number % 4 == 0 { &of_providers } else { &addresses };
        let path = chance.path(&among[chance.below(among.len())]);
        let (query, body) = (chance.query(visitor), chance.body(visitor));
        // What no HTTP library would let through as an address goes into the body instead.
        let address = format!("{path}?{query}");
        let uri = address.parse::<http::Uri>().unwrap_or_else(|_| http::Uri::from_static("/authorize"));
        let request = match chance.below(6) {
            0..=2 => Request::get(uri),
            3 | 4 => Request::post(uri)
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", "https://id.example.gov.vn"),
            _ => Request::post(uri)
                .header("content-type", PIECES[chance.below(9)])
                .header("authorization", ["Basic !", "Basic YTpi", "Bearer x.y.z", "Basic AGE6Yg=="][chance.below(4)])
                .header("accept-language", "vi;q=9,*;;,en-"),
        };
        let request = if visitor.cookies.is_empty() { request } else { request.header("cookie", &visitor.cookies) };
        let answer = browser.send_raw(request.body(body.clone().into()).unwrap()).await;
        // What another provider did is told as such.
        let told =
            answer.status != 500 && String::from_utf8_lossy(&answer.body).contains("data-page=\"upstream-trouble\"");
        let fault = answer.status.is_server_error() && !told;
        assert!(!fault, "number {number}: {address} with {body}: {}", String::from_utf8_lossy(&answer.body));
        // Nothing but pages, JSON and empty answers: a bare line of text would be a library's.
        let bare = answer.status.is_client_error()
            && answer.header("content-type").is_some_and(|kind| kind.starts_with("text/plain"));
        assert!(!bare, "number {number}: {address}: {}", String::from_utf8_lossy(&answer.body));
    }
}
