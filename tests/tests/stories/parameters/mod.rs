//! Every parameter of the endpoints for programs, spoiled in every way: missing, empty, twice, oversized, of another type.
//! Each refusal has its error, its status and its headers; and after all of them the good request still goes through.

mod introspect;
mod revoke;
mod token;
mod userinfo;

use portal_id_testkit::Service;
use portal_id_testkit::browser::Answer;

/// What an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// 200.
    Good,
    /// 400 with this error.
    Bad(&'static str),
    /// 401 `invalid_client`.
    Unproved,
}

use Is::{Bad, Good, Unproved};

/// `invalid_request`.
const INVALID: Is = Bad("invalid_request");

/// What comes of one parameter, spoiled.
struct Row {
    name: &'static str,
    /// Left out, or sent without a value, which is the same (RFC 6749 §3.1).
    missing: Is,
    /// As long as a form of ours may have.
    long: Is,
    /// Values of another type or meaning.
    wrong: &'static [(&'static str, Is)],
}

/// How one request proves who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// HTTP Basic.
    Basic,
    /// What the fields hold.
    Fields,
}

/// Sends `good` with each row's parameter spoiled in each way.
async fn spoil_each(service: &Service, path: &str, good: &[(&str, &str)], proof: Proof, rows: &[Row]) {
    let header = service.basic().filter(|_| proof == Proof::Basic);
    let (long, endless) = ("x".repeat(6000), "x".repeat(9000));
    for row in rows {
        let others: Vec<(&str, &str)> = good.iter().copied().filter(|(name, _)| *name != row.name).collect();
        let value = good.iter().find(|(name, _)| *name == row.name).map_or("x", |(_, value)| value);
        let mut tries = vec![
            ("missing", vec![], row.missing),
            ("empty", vec![""], row.missing),
            // RFC 6749 §3.2; but `resource` may be sent several times (RFC 8707 §2), and what nobody knows is ignored.
            ("twice", vec![value, value], if matches!(row.name, "resource" | "audience") { Good } else { INVALID }),
            ("long", vec![long.as_str()], row.long),
            ("endless", vec![endless.as_str()], INVALID),
            ("with a control character", vec!["a\u{0}b"], INVALID),
            ("with a line break", vec!["a\r\nb"], INVALID),
        ];
        if row.name == "resource" {
            // The good one is used up by the last request alone.
            tries.retain(|(how, ..)| *how != "twice");
        }
        tries.extend(row.wrong.iter().map(|(value, is)| ("wrong", vec![*value], *is)));
        for (how, values, expected) in tries {
            let mut fields = others.clone();
            fields.extend(values.iter().map(|value| (row.name, *value)));
            let answer = service.send(path, header.as_deref(), &fields).await;
            let shown: Vec<String> = values.iter().map(|value| value.chars().take(40).collect()).collect();
            assert_is(&answer, expected, proof, &format!("{path}: {} {how} {shown:?}", row.name));
        }
    }
    let answer = service.send(path, header.as_deref(), good).await;
    assert_is(&answer, Good, proof, "the good request after all of them");
}

fn assert_is(answer: &Answer, expected: Is, proof: Proof, what: &str) {
    let (status, error) = match expected {
        Good => (200, None),
        Bad(error) => (400, Some(error)),
        Unproved => (401, Some("invalid_client")),
    };
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    let Some(error) = error else { return };
    let body = answer.json();
    assert_eq!(body["error"], error, "{what}: {body}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{what}");
    assert_eq!(answer.header("pragma"), Some("no-cache"), "{what}");
    let challenged = expected == Unproved && proof == Proof::Basic;
    assert_eq!(answer.header("www-authenticate").is_some(), challenged, "{what}");
    let description = body["error_description"].as_str().unwrap();
    let plain = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    assert!(description.chars().all(plain), "{what}: {description}");
    let id = answer.header("x-request-id").unwrap();
    assert!(description.ends_with(&format!("; request {id}")), "{what}: {description}");
    if let Some(challenge) = answer.header("www-authenticate") {
        assert!(!challenge.contains(id), "{what}: the challenge stays as it is");
    }
    assert_eq!(body.as_object().unwrap().len(), 2, "{what}: {body}");
}

/// The parameters that say who asks, beside HTTP Basic.
fn beside_basic() -> [Row; 4] {
    [
        Row {
            name: "client_id",
            missing: Good,
            long: INVALID,
            wrong: &[("other", INVALID), ("TEST-SERVICE", INVALID)],
        },
        Row { name: "client_secret", missing: Good, long: INVALID, wrong: &[("x", INVALID)] },
        Row { name: "client_assertion", missing: Good, long: Unproved, wrong: &[("a.b.c", Unproved)] },
        Row { name: "client_assertion_type", missing: Good, long: Unproved, wrong: &[("jwt", Unproved)] },
    ]
}

/// What is wrong with a request before any parameter is read.
async fn spoil_the_request(service: &Service, path: &str) {
    use http::Request;
    let mut browser = service.browser();
    let form = "application/x-www-form-urlencoded";
    for (what, request, status) in [
        ("GET", Request::get(path).body("".into()), 405),
        ("PUT", Request::put(path).header("content-type", form).body("token=x".into()), 405),
        ("no type", Request::post(path).body("token=x".into()), 400),
        ("JSON", Request::post(path).header("content-type", "application/json").body("{}".into()), 400),
        ("multipart", Request::post(path).header("content-type", "multipart/form-data").body("token=x".into()), 400),
        ("no UTF-8", Request::post(path).header("content-type", form).body("token=%ff".into()), 400),
        ("many", Request::post(path).header("content-type", form).body("a=1&".repeat(65).into()), 400),
        ("a huge one", Request::post(path).header("content-type", form).body("x".repeat(40_000).into()), 413),
        (
            "two proofs",
            Request::post(path)
                .header("content-type", form)
                .header("authorization", "Basic YTpi")
                .header("authorization", "Basic YTpi")
                .body("token=x".into()),
            400,
        ),
    ] {
        let answer = browser.send_raw(request.unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {what}: {}", answer.text());
        assert_eq!(answer.json()["error"], "invalid_request", "{path}: {what}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}: {what}");
        assert_eq!(answer.header("allow").is_some(), status == 405, "{path}: {what}");
        let id = answer.header("x-request-id").unwrap();
        assert!(answer.json()["error_description"].as_str().unwrap().ends_with(id), "{path}: {what}");
    }
    for (what, header, challenged) in [
        ("nobody", None, false),
        ("Bearer", Some("Bearer x"), true),
        ("a wrong secret", Some("Basic dGVzdC1zZXJ2aWNlOng="), true),
        ("no secret", Some("Basic dGVzdC1zZXJ2aWNlOg=="), true),
        ("no pair", Some("Basic eA=="), true),
        ("no base64", Some("Basic !"), true),
    ] {
        let fields = [("grant_type", "client_credentials"), ("token", "x")];
        let answer = service.send(path, header, &fields).await;
        let proof = if challenged { Proof::Basic } else { Proof::Fields };
        assert_is(&answer, Unproved, proof, &format!("{path}: {what}"));
    }
}
