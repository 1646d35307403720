//! The revocation endpoint.

use super::{Good, INVALID, Proof, Row, beside_basic, spoil_each, spoil_the_request};
use portal_id_testkit::TestIdp;

#[tokio::test]
async fn every_parameter_spoiled_in_every_way() {
    let idp = TestIdp::start().await;
    let service = idp.service().acting_for_itself(&["tax:read"]).register().await;
    spoil_the_request(&service, "/revoke").await;
    let (token, kept) = (service.act_for_itself(&[]).await, service.act_for_itself(&[]).await);
    let (token, kept) = (token.field("access_token"), kept.field("access_token"));
    // RFC 7009 §2.2: what is no token is as good as taken back.
    let rows = [
        Row {
            name: "token",
            missing: INVALID,
            long: Good,
            wrong: &[("nonsense", Good), ("a.b.c", Good), ("{}", Good)],
        },
        Row { name: "token_type_hint", missing: Good, long: Good, wrong: &[("unknown", Good), ("[]", Good)] },
    ];
    spoil_each(&service, "/revoke", &[("token", token.as_str())], Proof::Basic, &rows).await;
    spoil_each(&service, "/revoke", &[("token", token.as_str())], Proof::Basic, &beside_basic()).await;
    assert!(!service.finds_active(&token).await && service.finds_active(&kept).await);
}
