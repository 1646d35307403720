//! The userinfo endpoint: where its token comes from, by both methods.

use crate::walk::{signed_in, tokens};
use http::{Method, Request};
use portal_id_testkit::browser::Answer;
use portal_id_testkit::{Service, TestIdp};

const FORM: &str = "application/x-www-form-urlencoded";

/// What an answer must be (RFC 6750 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// 200 with the claims.
    Good,
    /// 401, and no error in the challenge: nobody said who they are.
    NoToken,
    /// 401 `invalid_token`.
    Invalid,
    /// 400 `invalid_request`.
    Bad,
    /// 403 `insufficient_scope`.
    Narrow,
    /// 405, with the methods that there are.
    NoMethod,
    /// 413.
    TooLarge,
    /// 431.
    HeadersTooLarge,
}

use Is::{Bad, Good, HeadersTooLarge, Invalid, Narrow, NoMethod, NoToken, TooLarge};

/// A request.
#[derive(Clone)]
struct Asked {
    method: Method,
    authorization: Vec<Vec<u8>>,
    query: String,
    kind: Option<&'static str>,
    body: Vec<u8>,
}

fn get() -> Asked {
    Asked { method: Method::GET, authorization: Vec::new(), query: String::new(), kind: None, body: Vec::new() }
}

fn post() -> Asked {
    Asked { method: Method::POST, ..get() }
}

impl Asked {
    fn with(mut self, header: impl AsRef<[u8]>) -> Self {
        self.authorization.push(header.as_ref().to_vec());
        self
    }

    fn at(self, query: String) -> Self {
        Self { query, ..self }
    }

    fn of(self, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { kind: Some(kind), body: body.into(), ..self }
    }

    fn form(self, fields: &[(&str, &str)]) -> Self {
        self.of(FORM, form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
    }

    async fn send(self, service: &Service) -> Answer {
        let mut request = Request::builder().method(self.method).uri(format!("/userinfo{}", self.query));
        for value in self.authorization {
            request = request.header("authorization", http::HeaderValue::from_bytes(&value).unwrap());
        }
        if let Some(kind) = self.kind {
            request = request.header("content-type", kind);
        }
        service.browser().send_raw(request.body(self.body.into()).unwrap()).await
    }
}

fn assert_is(answer: &Answer, expected: Is, what: &str) {
    let (status, error, in_challenge) = match expected {
        Good => (200, None, None),
        NoToken => (401, Some("invalid_token"), Some("")),
        Invalid => (401, Some("invalid_token"), Some(", error=\"invalid_token\", error_description=\"")),
        Bad => (400, Some("invalid_request"), Some(", error=\"invalid_request\", error_description=\"")),
        Narrow => (403, Some("insufficient_scope"), Some(", error=\"insufficient_scope\", scope=\"openid\"")),
        NoMethod => (405, Some("invalid_request"), None),
        TooLarge => (413, Some("invalid_request"), None),
        HeadersTooLarge => (431, Some("invalid_request"), None),
    };
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"), "{what}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{what}");
    assert_eq!(answer.header("allow").is_some(), expected == NoMethod, "{what}");
    let challenge = answer.header("www-authenticate");
    let Some(error) = error else { return assert_eq!(challenge, None, "{what}") };
    let (body, id) = (answer.json(), answer.header("x-request-id").unwrap());
    assert_eq!((&body["error"], body.as_object().unwrap().len()), (&error.into(), 2), "{what}: {body}");
    let description = body["error_description"].as_str().unwrap();
    let description = description.strip_suffix(&format!("; request {id}")).unwrap_or_else(|| panic!("{what}: {body}"));
    assert!(description.len() > 10, "{what}: {body}");
    let Some(in_challenge) = in_challenge else { return assert_eq!(challenge, None, "{what}") };
    let challenge = challenge.unwrap_or_else(|| panic!("{what}: no challenge"));
    let rest = challenge.strip_prefix("Bearer realm=\"https://id.example.gov.vn\"").unwrap();
    assert!(rest.starts_with(in_challenge) && rest.is_empty() == in_challenge.is_empty(), "{what}: {challenge}");
    if rest.contains("error_description") {
        assert!(rest.ends_with(&format!("\"{description}\"")), "{what}: {challenge}");
    }
    assert!(!challenge.contains(id), "{what}: {challenge}");
}

struct Ready {
    _idp: TestIdp,
    service: Service,
    /// A good access token.
    good: String,
    /// One without the scope `openid`.
    narrow: String,
    /// What is no access token of a person, though from us.
    others: Vec<String>,
}

async fn ready() -> Ready {
    let idp = TestIdp::start().await;
    let service = idp.service().with(|client| client.first_party = true).acting_for_itself(&["tax:read"]);
    let service = service.register().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(&idp, &an).await;
    let given = tokens(&mut browser, &service, "openid offline_access").await;
    let others = ["id_token", "refresh_token"].map(|name| given.field(name));
    let machine = service.act_for_itself(&[]).await.field("access_token");
    let narrow = tokens(&mut browser, &service, "profile").await.field("access_token");
    Ready { _idp: idp, service, good: given.field("access_token"), narrow, others: [&others[..], &[machine]].concat() }
}

impl Ready {
    async fn expect(&self, tries: Vec<(String, Asked, Is)>) {
        for (what, asked, expected) in tries {
            let what = format!("{} {what}", asked.method);
            assert_is(&asked.send(&self.service).await, expected, &what);
        }
        for good in [get().with(format!("Bearer {}", self.good)), post().form(&[("access_token", &self.good)])] {
            assert_is(&good.send(&self.service).await, Good, "the good request after all of them");
        }
    }
}

#[tokio::test]
async fn the_header_spoiled_in_every_way() {
    let ready = ready().await;
    let (good, narrow) = (&ready.good, &ready.narrow);
    let mut headers = vec![
        ("missing", vec![], NoToken),
        ("empty", vec![String::new()], NoToken),
        ("of a scheme alone", vec!["Bearer".to_owned()], NoToken),
        ("of a scheme and a blank", vec!["Bearer ".to_owned()], NoToken),
        ("of a token alone", vec![good.clone()], NoToken),
        ("of another scheme", vec![format!("DPoP {good}")], NoToken),
        ("of Basic", vec!["Basic dGVzdC1zZXJ2aWNlOng=".to_owned()], NoToken),
        ("good", vec![format!("Bearer {good}")], Good),
        ("in small letters", vec![format!("bearer {good}")], Good),
        ("with two blanks", vec![format!("Bearer  {good}")], Good),
        ("twice", vec![format!("Bearer {good}"), format!("Bearer {good}")], Bad),
        ("twice, once empty", vec![format!("Bearer {good}"), String::new()], Bad),
        ("with more behind it", vec![format!("Bearer {good} x")], Invalid),
        ("with a comma", vec![format!("Bearer {good}, Bearer {good}")], Invalid),
        ("in quotes", vec![format!("Bearer \"{good}\"")], Invalid),
        ("with a letter changed", vec![format!("Bearer {}", altered(good))], Invalid),
        ("nonsense", vec!["Bearer nonsense".to_owned()], Invalid),
        ("of JSON", vec!["Bearer {}".to_owned()], Invalid),
        ("of dots", vec!["Bearer ..".to_owned()], Invalid),
        ("long", vec![format!("Bearer {}", "x".repeat(9000))], Invalid),
        ("endless", vec![format!("Bearer {}", "x".repeat(40_000))], HeadersTooLarge),
        ("without openid", vec![format!("Bearer {narrow}")], Narrow),
        ("of no text", vec!["Bearer thẻ".to_owned()], Bad),
    ];
    headers.extend(ready.others.iter().map(|other| ("of another kind", vec![format!("Bearer {other}")], Invalid)));
    let mut tries = Vec::new();
    for (what, values, expected) in headers {
        for asked in [get(), post(), post().form(&[]), post().form(&[("x", "1")])] {
            let asked = values.iter().fold(asked, Asked::with);
            tries.push((format!("header {what}, body {:?}", asked.kind), asked, expected));
        }
    }
    ready.expect(tries).await;
}

/// The same token, signed by nobody.
fn altered(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 20);
    format!("{rest}{}{}", if last.starts_with('A') { 'B' } else { 'A' }, &last[1..])
}

#[tokio::test]
async fn the_field_spoiled_in_every_way() {
    let ready = ready().await;
    let (good, narrow) = (ready.good.as_str(), ready.narrow.as_str());
    let (long, endless, changed) = ("x".repeat(6000), "x".repeat(9000), altered(good));
    let mut fields = vec![
        ("missing", vec![], NoToken),
        ("empty", vec![""], NoToken),
        ("good", vec![good], Good),
        ("twice", vec![good, good], Bad),
        // A parameter without a value is none (RFC 6749 §3.1).
        ("twice, once empty", vec![good, ""], Good),
        ("long", vec![&long], Invalid),
        ("endless", vec![&endless], Bad),
        ("nonsense", vec!["nonsense"], Invalid),
        ("of JSON", vec!["{}"], Invalid),
        ("with a scheme", vec!["Bearer x"], Invalid),
        ("with a control character", vec!["a\u{0}b"], Bad),
        ("with a line break", vec!["a\r\nb"], Bad),
        ("with a letter changed", vec![&changed], Invalid),
        ("without openid", vec![narrow], Narrow),
    ];
    fields.extend(ready.others.iter().map(|other| ("of another kind", vec![other.as_str()], Invalid)));
    let mut tries = Vec::new();
    for (what, values, expected) in fields {
        let mut form = vec![("x", "1"), ("x", "2")];
        form.extend(values.iter().map(|value| ("access_token", *value)));
        tries.push((format!("field {what}"), post().form(&form), expected));
    }
    ready.expect(tries).await;
}

// security: row 24
#[tokio::test]
async fn a_token_in_two_places_or_in_none_that_counts_is_no_token() {
    let ready = ready().await;
    let good = &ready.good;
    let (header, in_form) = (format!("Bearer {good}"), format!("access_token={good}"));
    let boundary = format!("--b\r\nContent-Disposition: form-data; name=\"access_token\"\r\n\r\n{good}\r\n--b--\r\n");
    let tries = [
        ("both", post().with(&header).form(&[("access_token", good)]), Bad),
        ("both, the field nonsense", post().with(&header).form(&[("access_token", "x")]), Bad),
        ("both, the header nonsense", post().with("Bearer x").form(&[("access_token", good)]), Bad),
        // RFC 6750 §5.3: addresses are kept in histories and logs.
        ("in the query", get().at(format!("?{in_form}")), NoToken),
        ("in the query", post().at(format!("?{in_form}")), NoToken),
        ("in the query, form empty", post().at(format!("?{in_form}")).form(&[]), NoToken),
        ("in the query beside the header", get().at("?access_token=x".to_owned()).with(&header), Good),
        ("in the body", get().of(FORM, in_form.clone()), NoToken),
        ("in a body of no kind", Asked { body: in_form.clone().into(), ..post() }, NoToken),
        ("in JSON", post().of("application/json", format!("{{\"access_token\":\"{good}\"}}")), NoToken),
        ("in a multipart form", post().of("multipart/form-data; boundary=b", boundary), NoToken),
        ("in the header beside JSON", post().with(&header).of("application/json", "{}"), Good),
        ("in no UTF-8", post().of(FORM, "access_token=%ff"), Bad),
        ("among many", post().of(FORM, format!("{}{in_form}", "a=1&".repeat(65))), Bad),
        ("in a huge form", post().of(FORM, "x".repeat(40_000)), TooLarge),
        ("in the header beside a huge form", post().with(&header).of(FORM, "x".repeat(40_000)), TooLarge),
    ];
    ready.expect(tries.map(|(what, asked, is)| (what.to_owned(), asked, is)).to_vec()).await;
    let methods = [Method::PUT, Method::PATCH, Method::DELETE];
    let by = |method| ("header".to_owned(), Asked { method, ..get() }.with(&header), NoMethod);
    ready.expect(methods.map(by).to_vec()).await;
}
