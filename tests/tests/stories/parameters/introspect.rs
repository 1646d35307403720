//! The introspection endpoint.

use super::{Good, INVALID, Proof, Row, beside_basic, spoil_each, spoil_the_request};
use portal_id_testkit::TestIdp;

#[tokio::test]
async fn every_parameter_spoiled_in_every_way() {
    let idp = TestIdp::start().await;
    let service = idp.service().acting_for_itself(&["tax:read"]).register().await;
    spoil_the_request(&service, "/introspect").await;
    let token = service.act_for_itself(&[]).await.field("access_token");
    // RFC 7662 §2.2: what is no token is not active, and no error.
    let mut rows = vec![
        Row {
            name: "token",
            missing: INVALID,
            long: Good,
            wrong: &[("nonsense", Good), ("a.b.c", Good), ("{}", Good)],
        },
        Row { name: "token_type_hint", missing: Good, long: Good, wrong: &[("refresh_token", Good), ("[]", Good)] },
        Row { name: "resource", missing: Good, long: Good, wrong: &[("x", Good)] },
    ];
    rows.extend(beside_basic());
    spoil_each(&service, "/introspect", &[("token", token.as_str())], Proof::Basic, &rows).await;
    assert!(service.finds_active(&token).await);
}
