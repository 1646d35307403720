//! The national portal's deep link, which a service hands on: straight there, and back with the procedure.

use super::{Gate, class, of};
use crate::walk::sign_in_with;
use portal_id_testkit::service::parameter;
use url::Url;

const PROCEDURE: [(&str, &str); 4] = [
    ("vnconnect", "1"),
    ("MaTTHCDP", "1.004194.000.00.00.H05"),
    ("MaCoQuanThucHien", "H05.18_7"),
    ("MaDVC", "Dvc-0123456789"),
];

fn of_procedure(back: &Url) -> Vec<(String, String)> {
    let ours = |name: &str| PROCEDURE.iter().any(|(known, _)| *known == name);
    let pairs = back.query_pairs().filter(|(name, _)| ours(name));
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn sent() -> Vec<(String, String)> {
    PROCEDURE.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

#[tokio::test]
async fn a_deep_link_leads_through_the_national_portal_and_its_procedure_comes_back_with_the_code() {
    let mut gate = Gate::open().await;
    let state = "ă&=+%25 \u{1f600}";
    let there = gate.request(&[&PROCEDURE[..], &[("state", state)]].concat()).await.expect_away(&gate.portal.base);
    assert!(PROCEDURE.iter().all(|(name, value)| of(&there, name).as_deref() != Some(*value)), "{there}");
    let back = gate.come_back(&there).await.expect_away(&gate.service.redirect_uri);
    assert_eq!(of_procedure(&back), sent());
    assert_eq!(parameter(&back, "state").as_deref(), Some(state));
    assert_eq!(gate.service.redeem(&back).await.id_token()["acr"], class(3));
    // Signed in already: no page, no journey, and the same comes back.
    let back = gate.request(&PROCEDURE).await.expect_away(&gate.service.redirect_uri);
    assert_eq!((of_procedure(&back), parameter(&back, "code").is_some()), (sent(), true));
}

#[tokio::test]
async fn the_procedure_comes_back_whatever_became_of_the_request_and_however_somebody_signed_in() {
    let mut gate = Gate::open().await;
    let silent = [&PROCEDURE[..], &[("prompt", "none")]].concat();
    let back = gate.request(&silent).await.expect_away(&gate.service.redirect_uri);
    assert_eq!((parameter(&back, "error").as_deref(), of_procedure(&back)), (Some("login_required"), sent()));
    // By the password after all, over the second step.
    let an = gate.idp.citizen("nguyen.thi.an").activated().create().await;
    let there = gate.request(&PROCEDURE).await.expect_away(&gate.portal.base);
    let back = gate.portal.refuse(&there, "access_denied");
    let page = gate.browser.come_back(back.as_str()).await.expect("sign-in");
    let back = an.sign_in(&gate.idp, &mut gate.browser, &page).await.expect_away(&gate.service.redirect_uri);
    assert_eq!((of_procedure(&back), parameter(&back, "code").is_some()), (sent(), true));
}

// security: row 36
#[tokio::test]
async fn what_is_not_plain_is_refused_and_does_not_come_back() {
    let mut gate = Gate::open().await;
    let _ = {
        let an = gate.idp.citizen("nguyen.thi.an").activated().create().await;
        sign_in_with(&gate.idp, &an, &mut gate.browser).await
    };
    for wrong in ["", " ", "a b", "<script>", "ă", "a/b", "../..", "%00", &"7".repeat(65)] {
        for at in 1..PROCEDURE.len() {
            let mut asked = PROCEDURE;
            asked[at].1 = wrong;
            let back = gate.request(&asked).await.expect_away(&gate.service.redirect_uri);
            let error = parameter(&back, "error");
            if wrong.is_empty() {
                assert_eq!(error, None, "a parameter without a value is none");
            } else {
                assert_eq!(error.as_deref(), Some("invalid_request"), "{wrong:?}");
            }
            let mut left = sent();
            left.remove(at);
            assert_eq!(of_procedure(&back), left, "{wrong:?}");
        }
    }
    let longest = "7".repeat(64);
    let back = gate.request(&[("MaDVC", &longest)]).await.expect_away(&gate.service.redirect_uri);
    assert_eq!(of_procedure(&back), [("MaDVC".to_owned(), longest)]);
}

#[tokio::test]
async fn a_registered_address_that_names_a_procedure_itself_is_told_of_no_other() {
    let mut gate = Gate::open().await;
    gate.service = {
        let address = "https://service.example.vn/callback?MaDVC=mine";
        let service = gate.idp.service().id("own").with(|client| {
            client.first_party = true;
            client.redirect_uris = vec![address.to_owned()];
        });
        service.register().await
    };
    let there = gate.request(&PROCEDURE).await.expect_away(&gate.portal.base);
    let back = gate.come_back(&there).await.expect_away(&gate.service.redirect_uri);
    let told = of_procedure(&back);
    assert_eq!(told.iter().filter(|(name, _)| name == "MaDVC").count(), 1);
    assert!(told.contains(&("MaDVC".to_owned(), "mine".to_owned())), "{back}");
    assert!(told.contains(&("MaTTHCDP".to_owned(), PROCEDURE[1].1.to_owned())), "{back}");
}

// security: row 10, 25
#[tokio::test]
async fn two_tabs_end_each_at_its_own_procedure_in_whatever_order_they_come_back() {
    for first_first in [true, false] {
        let mut gate = Gate::open().await;
        let mut begin = async |procedure: &str, state: &str| {
            let asked = [("vnconnect", "1"), ("MaTTHCDP", procedure), ("state", state)];
            gate.request(&asked).await.expect_away(&gate.portal.base)
        };
        let one = begin("1.111", "state-one").await;
        let two = begin("2.222", "state-two").await;
        let mut tabs = [(one, "1.111", "state-one"), (two, "2.222", "state-two")];
        if !first_first {
            tabs.reverse();
        }
        let mut people = Vec::new();
        for (there, procedure, state) in tabs {
            let back = gate.come_back(&there).await.expect_away(&gate.service.redirect_uri);
            assert_eq!(parameter(&back, "MaTTHCDP").as_deref(), Some(procedure));
            assert_eq!(parameter(&back, "state").as_deref(), Some(state));
            people.push(gate.service.redeem(&back).await.id_token()["sub"].clone());
            // Each way back is walked once.
            let again = gate.come_back(&there).await.expect("upstream-trouble");
            assert!(again.html().contains("upstream-over-title"), "{}", again.words());
        }
        assert_eq!(people[0], people[1]);
    }
}
