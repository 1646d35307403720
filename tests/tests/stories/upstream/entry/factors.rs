//! A session of two factors, and a portal that vouches for its person by one: what was proved when, and that whatever comes
//! of it ends.

use super::{Gate, class, of};
use crate::walk::sign_in_with;
use portal_id_testkit::Citizen;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::service::parameter;
use serde_json::json;

/// The portal's second level is one factor there; the first is two.
const ONE_FACTOR: &str = r#"
[[federation.upstreams.levels]]
claim = "loAs"
value = "LoA1"
ial = 1
amr = ["pwd", "sms", "mfa"]

[[federation.upstreams.levels]]
claim = "loAs"
value = "LoA2"
ial = 2
amr = ["pwd"]
"#;

/// Signed in here by password and code five minutes ago, and linked.
async fn linked() -> (Gate, Citizen) {
    let mut gate = Gate::with(ONE_FACTOR, |_| ()).await;
    let an = gate.idp.citizen("nguyen.thi.an").activated().create().await;
    gate.person("an", &an.identity_number);
    let _ = sign_in_with(&gate.idp, &an, &mut gate.browser).await.expect("home");
    gate.link(&an.username, "an").await;
    gate.idp.advance(Span::minutes(5)).await;
    (gate, an)
}

// security: row 11
#[tokio::test]
async fn factors_of_before_count_for_a_level_and_not_for_a_fresh_sign_in() {
    let (mut gate, _an) = linked().await;
    let signed_in_here = gate.idp.now().seconds() - 300;
    let demands = gate.demands(&class(3));
    let there = gate.browser.open(&demands).await.expect_away(&gate.portal.base);
    assert_eq!(of(&there, "prompt"), None);
    let page = gate.come_back(&there).await;
    let told = gate.claims(page).await;
    assert_eq!((&told["acr"], &told["amr"]), (&json!(class(3)), &json!(["pwd", "sms", "mfa"])));
    assert_eq!(told["auth_time"], signed_in_here, "when the code was given, and no later");

    // Asked for anew, only what was proved there then is told of: the second factor follows here.
    let (mut gate, an) = linked().await;
    let demands = format!("{}&max_age=600", gate.demands(&class(3)));
    let there = gate.browser.open(&demands).await.expect_away(&gate.portal.base);
    assert_eq!(of(&there, "prompt").as_deref(), Some("login"));
    let now = gate.idp.now().seconds();
    gate.signed_in_there(json!(now));
    let page = gate.come_back(&there).await.expect("step-up");
    let code = gate.browser.submit(page.form_to("/sign-in/step-up")).await.expect("code");
    let given = gate.idp.newest_code(&an.e164).await;
    let page = gate.browser.submit(code.form_with("code").fill("code", &given).press("action", "verify")).await;
    let told = gate.claims(page).await;
    assert_eq!((&told["acr"], &told["amr"]), (&json!(class(3)), &json!(["pwd", "sms", "mfa"])));
    assert_eq!(told["auth_time"], now);
}

// security: row 11
#[tokio::test]
async fn whoever_has_no_factor_here_is_sent_once_and_the_service_learns_the_truth() {
    for essential in [true, false] {
        let mut gate = Gate::with(ONE_FACTOR, |_| ()).await;
        gate.vouches("LoA1");
        let there = gate.request(&[("idp_hint", "vnconnect")]).await.expect_away(&gate.portal.base);
        let page = gate.come_back(&there).await;
        assert_eq!(gate.claims(page).await["acr"], class(2));
        gate.vouches("LoA2");
        let asks = if essential { gate.demands(&class(3)) } else { gate.asks(&[("acr_values", &class(3))]) };
        let there = gate.browser.open(&format!("{asks}&max_age=600")).await.expect_away(&gate.portal.base);
        gate.signed_in_there(json!(gate.idp.now().seconds()));
        let back = gate.come_back(&there).await.expect_away(&gate.service.redirect_uri);
        if essential {
            assert_eq!(parameter(&back, "error").as_deref(), Some("unmet_authentication_requirements"));
        } else {
            let told = gate.service.redeem(&back).await.id_token();
            assert_eq!((&told["acr"], &told["ial"], &told["amr"]), (&json!(class(1)), &json!(2), &json!(["pwd"])));
        }
    }
}
