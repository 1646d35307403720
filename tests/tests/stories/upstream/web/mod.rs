//! People who arrive by another provider, at the real pages: the way there, the way back, and what a service learns.

mod arriving;
mod away;
mod certificates;
mod contact;
mod declining;
mod distrust;
mod faults;
mod foreign_forms;
mod leaving;
mod links;
mod logout_tokens;
mod metrics;
mod mixing;
mod own_account;
mod proving;
mod refusing;
mod switched;

use http::StatusCode;
use portal_id_testkit::service::TokenAnswer;
use portal_id_testkit::{Browser, Page, Provider, Service, TestIdp};
use std::sync::Arc;
use url::Url;

/// What a service asks that wants to know everything an upstream may vouch for.
const SCOPE: &str = "openid profile identity organization";

/// A house that takes in people from the national portal, a service, and a person at their browser.
struct Town {
    idp: TestIdp,
    portal: Arc<Provider>,
    service: Service,
    browser: Browser,
}

impl Town {
    async fn begin() -> Self {
        Self::with("").await
    }

    /// With further lines of the upstream's settings.
    async fn with(more: &str) -> Self {
        let portal = Provider::vnconnect();
        let idp = TestIdp::start_with_providers(&[&portal], |config| {
            config.federation.upstreams.clear();
            portal.configure(config, more);
        })
        .await;
        Self::around(idp, portal).await
    }

    /// The portal is on a socket, and the house calls it as in earnest.
    async fn calling(more: &str) -> Self {
        let portal = Provider::vnconnect_on_a_socket().await;
        let idp = TestIdp::start_calling(&portal, more).await;
        Self::around(idp, portal).await
    }

    async fn around(idp: TestIdp, portal: Arc<Provider>) -> Self {
        let service = idp.service().with(|client| client.first_party = true).register().await;
        let browser = idp.browser();
        Self { idp, portal, service, browser }
    }

    /// From the service's request, over the button of the sign-in page, to the national portal.
    async fn leave(&mut self) -> Url {
        let request = self.service.authorize_url(SCOPE);
        let page = self.browser.open(request.as_str()).await.expect("sign-in");
        let button = page.link("by-vnconnect").expect("the button");
        self.browser.open(&button).await.expect_away(&self.portal.base)
    }

    /// There and back.
    async fn walk(&mut self) -> Page {
        let there = self.leave().await;
        self.come_back(&there).await
    }

    async fn come_back(&mut self, there: &Url) -> Page {
        self.browser.come_back(self.portal.sign_in(there).as_str()).await
    }

    /// What the service is given, at the end of a walk that leads there.
    async fn tokens(&self, page: Page) -> TokenAnswer {
        self.service.redeem(&page.expect_away(&self.service.redirect_uri)).await
    }
}

/// Fails unless the page says this of another provider; `what` names the text.
#[track_caller]
fn expect_trouble(page: Page, status: u16, what: &str) -> Page {
    let page = page.expect("upstream-trouble");
    assert_eq!(page.attribute("p.lead", "id").as_deref(), Some(format!("{what}-title").as_str()), "{}", page.words());
    assert_eq!(page.status(), StatusCode::from_u16(status).unwrap());
    page
}

/// Whether somebody is signed in at the browser.
async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.open("/account/sessions").await.name() == "sessions"
}
