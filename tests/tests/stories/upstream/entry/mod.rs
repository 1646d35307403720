//! The way in from a service's request: to which upstream it leads, for which level, and what comes back.

mod contact;
mod deep_link;
mod hints;
mod levels;
mod policy;
mod step_up;

use portal_id_server::config::Config;
use portal_id_testkit::core::ids::UpstreamLinkId;
use portal_id_testkit::core::upstream::{LinkKey, UpstreamLink};
use portal_id_testkit::upstream::upstream;
use portal_id_testkit::{Browser, Page, Provider, Service, TestIdp};
use serde_json::{Value, json};
use std::sync::Arc;
use url::Url;

/// The class of this number.
fn class(number: u8) -> String {
    format!("urn:portal-id:loa:{number}")
}

/// A house with the national portal, and a service of the province.
struct Gate {
    idp: TestIdp,
    portal: Arc<Provider>,
    service: Service,
    browser: Browser,
}

impl Gate {
    async fn open() -> Self {
        Self::with("", |_| ()).await
    }

    /// With further lines of the upstream's settings, and other settings.
    async fn with(more: &str, change: impl FnOnce(&mut Config)) -> Self {
        let portal = Provider::vnconnect();
        let idp = TestIdp::start_with_providers(&[&portal], |config| {
            config.federation.upstreams.clear();
            portal.configure(config, more);
            change(config);
        })
        .await;
        let service = idp.service().with(|client| client.first_party = true).register().await;
        let browser = idp.browser();
        Self { idp, portal, service, browser }
    }

    /// What the service asks: `openid`, and this.
    fn asks(&self, more: &[(&str, &str)]) -> String {
        self.service.authorize_url_with("openid", more).to_string()
    }

    /// What the service asks that can do with no less than a level.
    fn demands(&self, class: &str) -> String {
        let claims = json!({ "id_token": { "acr": { "essential": true, "value": class } } });
        self.asks(&[("claims", &claims.to_string())])
    }

    async fn request(&mut self, more: &[(&str, &str)]) -> Page {
        let asks = self.asks(more);
        self.browser.open(&asks).await
    }

    /// The person signs in at the portal, to which they were sent, and comes back.
    async fn come_back(&mut self, there: &Url) -> Page {
        self.browser.come_back(self.portal.sign_in(there).as_str()).await
    }

    /// The claims of the ID token that the service gets at the end.
    async fn claims(&self, page: Page) -> Value {
        let callback = page.expect_away(&self.service.redirect_uri);
        self.service.redeem(&callback).await.id_token()
    }

    /// The portal says this of levels from now on.
    fn vouches(&self, level: &str) {
        self.portal.inside().userinfo.insert("loAs".to_owned(), level.into());
    }

    /// When the person signed in at the portal; `null` for a portal that does not say.
    fn signed_in_there(&self, at: Value) {
        self.portal.inside().id_token.insert("auth_time".to_owned(), at);
    }

    /// Somebody of the portal is the holder of the account already.
    async fn link(&self, username: &str, tech_id: &str) {
        let (idp, name) = (&self.idp, upstream("vnconnect"));
        let (ctx, key) = (idp.ctx(), LinkKey { claim: "TechID".to_owned(), value: tech_id.to_owned() });
        let link = UpstreamLink {
            id: UpstreamLinkId::new(ctx.now, ctx.entropy()),
            key: key.digest(idp.house.vault.as_ref(), &name, &self.portal.issuer()),
            upstream: name,
            issuer: self.portal.issuer(),
            subject: None,
            account_id: super::id_of(idp, username).await,
            created_at: ctx.now,
            last_used_at: ctx.now,
        };
        assert!(idp.house.store.tx("link", move |tx| tx.insert_upstream_link(&link)).await.unwrap());
    }

    /// From now on the person at the portal is this one.
    fn person(&self, tech_id: &str, number: &str) {
        let mut inside = self.portal.inside();
        inside.id_token.insert("sub".to_owned(), format!("s-{tech_id}").into());
        for (claim, value) in [("sub", format!("s-{tech_id}").as_str()), ("TechID", tech_id), ("SoDinhDanh", number)] {
            inside.userinfo.insert(claim.to_owned(), value.into());
        }
    }
}

/// The value of a parameter.
fn of(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
