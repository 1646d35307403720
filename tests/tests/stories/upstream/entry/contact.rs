//! A service whose scope needs an e-mail address or a phone of somebody who has none here.

use super::Gate;
use portal_id_testkit::core::facts::{Email, Phone};
use portal_id_testkit::core::profile::Profile;
use portal_id_testkit::service::parameter;

impl Gate {
    /// Somebody who arrived by the portal: nobody knows how to reach them.
    async fn arrived() -> Self {
        let mut gate = Self::open().await;
        let there = gate.request(&[("idp_hint", "vnconnect")]).await.expect_away(&gate.portal.base);
        let page = gate.come_back(&there).await;
        gate.claims(page).await;
        gate
    }

    /// The holder of the one link gave this.
    async fn give(&self, change: impl Fn(&mut Profile) + Send + 'static) {
        let (vault, ctx) = (self.idp.house.vault.clone(), self.idp.ctx());
        let page = self.service.authorize_url("openid").to_string();
        let mut browser = self.browser.clone();
        let claims = self.claims(browser.open(&page).await).await;
        let subject = claims["sub"].as_str().unwrap().to_owned();
        let id = portal_id_testkit::core::ids::AccountId::from_text(&subject);
        let given = self.idp.house.store.tx("give", move |tx| {
            let account = tx.find_account(&id)?.expect("the account");
            let mut profile = account.open_profile(vault.as_ref())?;
            change(&mut profile);
            tx.update_profile(&id, &profile.seal_for(&id, vault.as_ref(), ctx.entropy()), ctx.now)
        });
        given.await.unwrap();
    }

    /// Where the service's request leads.
    async fn led_to(&mut self, scope: &str) -> String {
        let request = self.service.authorize_url(scope);
        let page = self.browser.open(request.as_str()).await;
        if page.url.as_str().starts_with(&self.service.redirect_uri) {
            "the service".to_owned()
        } else {
            page.url.path().to_owned()
        }
    }
}

#[tokio::test]
async fn who_has_none_is_asked_before_the_service_is_told_of_them_and_only_if_it_needs_one() {
    let mut gate = Gate::arrived().await;
    for (scope, led) in [
        ("openid", "the service"),
        ("openid profile identity", "the service"),
        ("openid email", "/account/contact"),
        ("openid phone", "/account/contact"),
        ("openid email phone", "/account/contact"),
    ] {
        assert_eq!(gate.led_to(scope).await, led, "{scope}");
        let silent = gate.service.authorize_url_with(scope, &[("prompt", "none")]);
        let back = gate.browser.open(silent.as_str()).await.expect_away(&gate.service.redirect_uri);
        let expected = (led != "the service").then_some("interaction_required");
        assert_eq!(parameter(&back, "error").as_deref(), expected, "{scope}");
    }
    gate.give(|profile| profile.email = Some(Email::from_stored("binh@example.vn").unwrap())).await;
    for (scope, led) in [
        ("openid email", "the service"),
        ("openid phone", "/account/contact"),
        ("openid email phone", "/account/contact"),
    ] {
        assert_eq!(gate.led_to(scope).await, led, "{scope}");
    }
    gate.give(|profile| profile.phone = Some(Phone::from_stored("+84912345678").unwrap())).await;
    assert_eq!(gate.led_to("openid email phone").await, "the service");
}

#[tokio::test]
async fn somebody_who_registered_here_has_both_and_is_never_asked() {
    let mut gate = Gate::open().await;
    let an = gate.idp.citizen("nguyen.thi.an").activated().create().await;
    let _ = crate::walk::sign_in_with(&gate.idp, &an, &mut gate.browser).await.expect("home");
    assert_eq!(gate.led_to("openid email phone").await, "the service");
}
