//! Every parameter of the end-session endpoint: missing, empty, twice, too long, and something else than it should be.

use crate::walk::{signed_in, tokens};
use http::StatusCode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Page, Service, TestIdp};
use url::Url;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The person is asked; nothing has ended.
    Asked,
    /// Signed out, and sent back with the `state` of the request.
    Back,
    /// Signed out, and sent back without a `state`.
    BackWithoutState,
    /// Signed out, and sent nowhere.
    SignedOut,
    /// Refused with 400.
    Refused,
}

use Outcome::{Asked, Back, BackWithoutState, Refused, SignedOut};

/// A parameter: what comes of it missing or empty, and of these other values.
struct Row {
    name: &'static str,
    missing: Outcome,
    others: Vec<(String, Outcome)>,
}

fn row(name: &'static str, missing: Outcome, others: &[(&str, Outcome)]) -> Row {
    Row { name, missing, others: others.iter().map(|(value, outcome)| ((*value).to_owned(), *outcome)).collect() }
}

fn table(access_token: &str) -> Vec<Row> {
    let mut rows = vec![
        row(
            "id_token_hint",
            Asked,
            &[("null", Asked), ("[]", Asked), ("{}", Asked), ("a.b.c", Asked), ("..", Asked), ("\u{0}", Refused)],
        ),
        row(
            "client_id",
            Back,
            &[("other", Asked), ("TEST-SERVICE", Asked), ("[\"test-service\"]", Asked), ("test-service ", Asked)],
        ),
        row(
            "post_logout_redirect_uri",
            SignedOut,
            &[
                ("javascript:alert(1)", SignedOut),
                ("data:text/html,x", SignedOut),
                ("//evil.example/", SignedOut),
                ("/bye", SignedOut),
                ("https://service.example.vn/bye/", SignedOut),
                ("https://service.example.vn/bye?x=1", SignedOut),
                ("https://service.example.vn/callback", SignedOut),
                ("[\"https://service.example.vn/bye\"]", SignedOut),
                ("https://service.example.vn/bye\r\nx: y", Refused),
            ],
        ),
        row(
            "state",
            BackWithoutState,
            &[("{\"a\":[1]}", Back), ("a&b=c#d", Back), ("đ <b>", Back), ("a\u{0}", Refused)],
        ),
        row("ui_locales", Back, &[("xx", Back), ("{}", Back), ("vi en \" '", Back)]),
        row("logout_hint", Back, &[("nguyen.thi.an", Back), ("\u{202e}", Back), ("[1]", Back)]),
        row("unknown", Back, &[("anything", Back)]),
    ];
    rows[0].others.push((access_token.to_owned(), Asked));
    rows
}

struct Ready {
    idp: TestIdp,
    service: Service,
    browser: Browser,
    hint: String,
    access_token: String,
}

async fn ready() -> Ready {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let answer = tokens(&mut browser, &service, "openid").await;
    let (hint, access_token) = (answer.field("id_token"), answer.field("access_token"));
    Ready { idp, service, browser, hint, access_token }
}

impl Ready {
    fn good(&self) -> Vec<(String, String)> {
        let good = [
            ("id_token_hint", self.hint.as_str()),
            ("client_id", &self.service.client_id),
            ("post_logout_redirect_uri", &self.service.post_logout),
            ("state", "state of the test"),
            ("ui_locales", "vi"),
            ("logout_hint", "an"),
            ("unknown", "x"),
        ];
        good.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// The requests of one row, each a good one with one parameter spoiled.
    fn spoiled(&self, row: &Row) -> Vec<(Vec<(String, String)>, Outcome)> {
        let good = self.good();
        let with = |value: Option<&str>| {
            let mut request: Vec<_> = good.iter().filter(|(name, _)| name != row.name).cloned().collect();
            request.extend(value.map(|value| (row.name.to_owned(), value.to_owned())));
            request
        };
        let mut twice = good.clone();
        twice.extend(good.iter().find(|(name, _)| name == row.name).cloned());
        let mut requests = vec![
            (with(None), row.missing),
            (with(Some("")), row.missing),
            // What nobody knows is ignored, however often it comes.
            (twice, if row.name == "unknown" { Back } else { Asked }),
            (with(Some(&"a".repeat(9 * 1024))), Refused),
        ];
        requests.extend(row.others.iter().map(|(value, outcome)| (with(Some(value)), *outcome)));
        requests
    }

    /// Sends the request by GET or by a form of another site; the status where not even a page of ours came of it.
    async fn send(&self, browser: &Browser, request: &[(String, String)], by_form: bool) -> Result<Page, StatusCode> {
        let endpoint = Url::parse("https://id.example.gov.vn/sign-out").unwrap();
        let mut browser = browser.clone();
        if by_form {
            let answer = self.idp.browser().post(&endpoint, request).await;
            let Some(next) = answer.header("location").filter(|_| answer.status == StatusCode::SEE_OTHER) else {
                return Err(answer.status);
            };
            return Ok(browser.open(endpoint.join(next).unwrap().as_str()).await);
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(request).finish();
        Ok(browser.open(&format!("{endpoint}?{query}")).await)
    }

    fn judge(&self, page: &Result<Page, StatusCode>, request: &[(String, String)]) -> Outcome {
        let page = match page {
            Ok(page) => page,
            Err(StatusCode::BAD_REQUEST) => return Refused,
            Err(other) => panic!("{other}"),
        };
        let state = request.iter().find(|(name, value)| name == "state" && !value.is_empty()).map(|(_, value)| value);
        match page.name().as_str() {
            "sign-out" => Asked,
            "signed-out" => SignedOut,
            "error" if page.status() == StatusCode::BAD_REQUEST => Refused,
            name => {
                let back = page.url.clone();
                assert!(name.starts_with(&format!("away to {}", self.service.post_logout)), "{name}");
                assert_eq!(parameter(&back, "state").as_ref(), state);
                assert_eq!(back.query_pairs().count(), usize::from(state.is_some()), "{back}");
                if state.is_some() { Back } else { BackWithoutState }
            }
        }
    }
}

// security: row 2, 35
#[tokio::test]
async fn a_spoiled_parameter_ends_no_session_that_its_hint_does_not_name() {
    let ready = ready().await;
    for by_form in [false, true] {
        for row in table(&ready.access_token) {
            for (request, expected) in ready.spoiled(&row) {
                if matches!(expected, Asked | Refused) {
                    let page = ready.send(&ready.browser, &request, by_form).await;
                    assert_eq!(ready.judge(&page, &request), expected, "{} by form: {by_form}: {request:?}", row.name);
                }
            }
        }
    }
    assert!(!ready.idp.audited(AuditKind::SignedOut).await);
}

// security: row 2
#[tokio::test]
async fn a_spoiled_parameter_leads_nowhere_but_to_the_registered_address() {
    let ready = ready().await;
    // The hint still leads back when its session is over: each request meets a browser where nobody is signed in.
    let nobody = ready.idp.browser();
    for by_form in [false, true] {
        for row in table(&ready.access_token) {
            for (request, expected) in ready.spoiled(&row) {
                // Without a session there is nothing to ask about.
                let expected = if expected == Asked { SignedOut } else { expected };
                let page = ready.send(&nobody, &request, by_form).await;
                assert_eq!(ready.judge(&page, &request), expected, "{} by form: {by_form}: {request:?}", row.name);
            }
        }
    }
}
