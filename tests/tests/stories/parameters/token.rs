//! The token endpoint, one grant type after the other.

use super::{Bad, Good, INVALID, Is, Proof, Row, Unproved, beside_basic, spoil_each, spoil_the_request};
use crate::walk::signed_in;
use portal_id_testkit::core::client::ClientAuthMethod;
use portal_id_testkit::service::{ASSERTION_TYPE, VERIFIER, parameter};
use portal_id_testkit::{OwnKey, Service, TestIdp};

const TAX: &str = "https://tax.example.gov.vn/api";
const INVALID_GRANT: Is = Bad("invalid_grant");
const INVALID_SCOPE: Is = Bad("invalid_scope");
const UNSUPPORTED: Is = Bad("unsupported_grant_type");

const GRANT_TYPE: Row = Row {
    name: "grant_type",
    missing: INVALID,
    long: UNSUPPORTED,
    wrong: &[("password", UNSUPPORTED), ("Authorization_Code", UNSUPPORTED), ("[]", UNSUPPORTED), ("0", UNSUPPORTED)],
};

const RESOURCE: Row = Row {
    name: "resource",
    missing: Good,
    long: Bad("invalid_target"),
    wrong: &[
        ("tax", Bad("invalid_target")),
        ("https://other.example", Bad("invalid_target")),
        ("https://tax.example.gov.vn/api#x", Bad("invalid_target")),
    ],
};

/// Ignored as what nobody knows (RFC 6749 §3.2).
const UNKNOWN: Row = Row { name: "audience", missing: Good, long: Good, wrong: &[("x", Good), ("{}", Good)] };

async fn ready() -> (TestIdp, Service) {
    let idp = TestIdp::start().await;
    let builder = idp.service().with(|client| {
        client.first_party = true;
        client.resources = vec![TAX.to_owned()];
    });
    let service = builder.acting_for_itself(&["tax:read"]).register().await;
    (idp, service)
}

async fn code(idp: &TestIdp, service: &Service) -> String {
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = signed_in(idp, &an).await;
    let request = service.authorize_url("openid offline_access");
    parameter(&browser.open(request.as_str()).await.expect_away(&service.redirect_uri), "code").unwrap()
}

#[tokio::test]
async fn what_no_parameter_can_make_good() {
    let (_idp, service) = ready().await;
    spoil_the_request(&service, "/token").await;
}

#[tokio::test]
async fn every_parameter_of_a_redemption_spoiled_in_every_way() {
    let (idp, service) = ready().await;
    let code = code(&idp, &service).await;
    let good = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &service.redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    // Whatever leaves the request good uses the code up, so those are tried with refreshing and below.
    let rows = [
        GRANT_TYPE,
        Row {
            name: "code",
            missing: INVALID,
            long: INVALID_GRANT,
            wrong: &[("nonsense", INVALID_GRANT), ("{}", INVALID_GRANT)],
        },
        Row {
            name: "redirect_uri",
            missing: INVALID,
            long: INVALID_GRANT,
            wrong: &[
                ("https://service.example.vn/other", INVALID_GRANT),
                ("callback", INVALID_GRANT),
                ("[]", INVALID_GRANT),
            ],
        },
        Row {
            name: "code_verifier",
            missing: INVALID_GRANT,
            long: INVALID_GRANT,
            wrong: &[("short", INVALID_GRANT), ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", INVALID_GRANT)],
        },
    ];
    spoil_each(&service, "/token", &good, Proof::Basic, &rows).await;
}

#[tokio::test]
async fn every_parameter_of_a_refresh_spoiled_in_every_way() {
    let (idp, service) = ready().await;
    let code = code(&idp, &service).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &service.redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    let token = service.token(&fields).await.field("refresh_token");
    // Within ten seconds the same token is good again and again.
    let good = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let mut rows = vec![
        GRANT_TYPE,
        Row {
            name: "refresh_token",
            missing: INVALID,
            long: INVALID_GRANT,
            wrong: &[("nonsense", INVALID_GRANT), ("a.1.b", INVALID_GRANT), ("{}", INVALID_GRANT)],
        },
        Row {
            name: "scope",
            missing: Good,
            long: INVALID_SCOPE,
            wrong: &[("email", INVALID_SCOPE), ("[]", INVALID_SCOPE), ("openid", Good)],
        },
        RESOURCE,
        UNKNOWN,
    ];
    rows.extend(beside_basic());
    spoil_each(&service, "/token", &good, Proof::Basic, &rows).await;
}

#[tokio::test]
async fn every_parameter_of_client_credentials_spoiled_in_every_way() {
    let (_idp, service) = ready().await;
    let good = [("grant_type", "client_credentials"), ("resource", TAX)];
    let mut rows = vec![
        GRANT_TYPE,
        Row {
            name: "scope",
            missing: Good,
            long: INVALID_SCOPE,
            wrong: &[("openid", INVALID_SCOPE), ("{}", INVALID_SCOPE), ("tax:read", Good)],
        },
        RESOURCE,
        UNKNOWN,
        Row { name: "code", missing: Good, long: Good, wrong: &[("x", Good)] },
    ];
    rows.extend(beside_basic());
    spoil_each(&service, "/token", &good, Proof::Basic, &rows).await;
}

#[tokio::test]
async fn every_parameter_of_a_secret_in_the_body_spoiled_in_every_way() {
    let idp = TestIdp::start().await;
    let builder = idp.service().with(|client| client.token_endpoint_auth_method = ClientAuthMethod::ClientSecretPost);
    let service = builder.acting_for_itself(&[]).register().await;
    let secret = service.secret.clone().unwrap();
    let good =
        [("grant_type", "client_credentials"), ("client_id", "test-service"), ("client_secret", secret.as_str())];
    let rows = [
        Row { name: "client_id", missing: Unproved, long: Unproved, wrong: &[("other", Unproved), ("[]", Unproved)] },
        Row { name: "client_secret", missing: Unproved, long: Unproved, wrong: &[("x", Unproved), ("{}", Unproved)] },
        Row { name: "client_assertion", missing: Good, long: Unproved, wrong: &[("a.b.c", Unproved)] },
        Row { name: "client_assertion_type", missing: Good, long: Unproved, wrong: &[(ASSERTION_TYPE, Unproved)] },
    ];
    spoil_each(&service, "/token", &good, Proof::Fields, &rows).await;
}

#[tokio::test]
async fn every_parameter_of_an_assertion_spoiled_in_every_way() {
    let idp = TestIdp::start().await;
    let service = idp.service().with_key(&OwnKey::named("first")).acting_for_itself(&[]).register().await;
    let assertion = service.assertion();
    let good = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
    ];
    // What leaves the request good would use the assertion up.
    let rows = [
        Row {
            name: "client_assertion",
            missing: Unproved,
            long: Unproved,
            wrong: &[("a.b.c", Unproved), ("{}", Unproved)],
        },
        Row {
            name: "client_assertion_type",
            missing: Unproved,
            long: Unproved,
            wrong: &[("urn:ietf:params:oauth:client-assertion-type:saml2-bearer", Unproved), ("jwt", Unproved)],
        },
    ];
    spoil_each(&service, "/token", &good, Proof::Fields, &rows).await;
}
