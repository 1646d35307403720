//! Who gets an account by arriving, and what people without one are offered, on the days of the registration policy.

use super::Gate;
use portal_id_testkit::core::accounts::RegistrationPolicy;
use portal_id_testkit::core::time::Span;
use serde_json::{Value, json};

/// Citizens and businesses by this policy.
async fn under(policy: &Value) -> Gate {
    let read = |written: &Value| serde_json::from_value::<RegistrationPolicy>(written.clone()).unwrap();
    Gate::with("", |config| {
        config.accounts.registration.citizen = Some(read(policy));
        config.accounts.registration.business = Some(read(policy));
    })
    .await
}

impl Gate {
    /// What the sign-in page and the first page offer somebody without an account: the button to register, or words.
    async fn offers(&self) -> Option<String> {
        let mut browser = self.idp.browser();
        let mut said = Vec::new();
        for page in ["/", "/sign-in"] {
            let page = browser.open(page).await;
            assert_ne!(page.link("register").is_some(), page.link("who-may").is_some(), "{}", page.words());
            let sentence = page.texts_of("#new-here").pop();
            // Where the sentence names the portal, its button stands beside it, and leads there.
            let by_the_portal = sentence.as_ref().is_some_and(|text| text.contains("Không cần đăng ký"));
            assert_eq!(page.link("arrive"), by_the_portal.then(|| "/upstream/vnconnect/start".to_owned()));
            said.push(sentence);
        }
        let asks = self.asks(&[("prompt", "create")]);
        let first = browser.open(&asks).await.name();
        assert_eq!(first, if said[0].is_none() { "register" } else { "sign-in" });
        assert_eq!(said[0], said[1]);
        said.pop().flatten()
    }

    /// Whether somebody whom nobody knows here comes in by the portal.
    async fn lets_in(&mut self, tech_id: &str, number: &str) -> bool {
        self.person(tech_id, number);
        self.browser = self.idp.browser();
        let there = self.request(&[("idp_hint", "vnconnect")]).await.expect_away(&self.portal.base);
        let page = self.come_back(&there).await;
        let refused = page.name() == "register-closed";
        assert!(refused || page.url.as_str().starts_with(&self.service.redirect_uri), "{}", page.words());
        !refused
    }
}

#[tokio::test]
async fn while_people_register_the_button_is_there_and_arriving_makes_an_account_too() {
    let mut gate = under(&json!("open")).await;
    assert_eq!(gate.offers().await, None);
    assert!(gate.lets_in("binh", "024185001234").await);
}

#[tokio::test]
async fn from_the_day_on_accounts_are_made_by_arriving_alone_and_later_not_at_all() {
    let mut gate = under(&json!([
        { "mode": "open" },
        { "mode": "federated-only", "from": "2026-12-10" },
        { "mode": "closed", "from": "2026-12-20" },
    ]))
    .await;
    assert_eq!(gate.offers().await, None);
    // It is nine in the morning of 23 November in Vietnam: to the last moment of 9 December, and over it.
    gate.idp.advance(Span::hours(16 * 24 + 15) - Span::millis(1)).await;
    assert_eq!(gate.offers().await, None);
    gate.idp.advance(Span::millis(1)).await;
    let offers = gate.offers().await.expect("a sentence");
    assert!(offers.contains("Không cần đăng ký"), "{offers}");
    assert!(gate.lets_in("binh", "024185001234").await);
    gate.idp.advance(Span::days(10)).await;
    let offers = gate.offers().await.expect("a sentence");
    assert!(offers.contains("không nhận tài khoản mới"), "{offers}");
    assert!(!gate.lets_in("cuc", "024185004321").await);
    assert!(gate.lets_in("binh", "024185001234").await, "who has an account keeps it");
}

#[tokio::test]
async fn where_only_arriving_makes_an_account_and_nothing_is_on_the_page_with_the_forms_says_where_to_go() {
    let gate = Gate::with("enabled = false", |config| {
        let federated = serde_json::from_value::<RegistrationPolicy>(json!("federated-only")).unwrap();
        config.accounts.registration.citizen = Some(federated.clone());
        config.accounts.registration.business = Some(federated);
    })
    .await;
    let page = gate.idp.browser().open("/sign-in").await.expect("sign-in");
    assert!(page.link("register").is_some() && page.link("by-vnconnect").is_none());
}
