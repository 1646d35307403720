//! What the pages and endpoints are built of, handed out in one place.

use crate::assets::Assets;
use crate::edge::cookies::CookieNames;
use crate::edge::flow::Destination;
use crate::edge::request_id::RequestIds;
use crate::edge::{Edge, House};
use crate::protocol::health::Readiness;
use crate::settings::WebSettings;
use async_trait::async_trait;
use axum::extract::FromRef;
use portal_id_core::accounts::{Accounts, Failure, SignedIn};
use portal_id_core::ctx::Ctx;
use portal_id_core::entropy::Entropy;
use portal_id_core::ports::{SmsReports, Vault};
use portal_id_core::secret::Secret;
use portal_id_core::time::Clock;
use portal_id_federation::Federation;
use portal_id_oidc::{AuthorizeOutcome, Flow, Provider};
use std::sync::Arc;
use url::Url;

/// Everything that the pages need of the rest of the house.
#[derive(Clone)]
pub struct WebParts {
    /// The use cases of accounts.
    pub accounts: Arc<Accounts>,
    /// The protocol; its issuer is our public address.
    pub provider: Arc<Provider>,
    /// The other providers by which people may arrive.
    pub federation: Arc<Federation>,
    /// The clock, read once per request.
    pub clock: Arc<dyn Clock>,
    /// The source of chance.
    pub entropy: Arc<dyn Entropy>,
    /// The keys of the house.
    pub vault: Arc<dyn Vault>,
    /// What the operator decided about the pages.
    pub settings: WebSettings,
    /// The files that pages load: [`Assets::load`] with the same settings.
    pub assets: Assets,
    /// Takes what SMS gateways report.
    pub sms_reports: Arc<dyn SmsReports>,
    /// Whether this node can serve.
    pub ready: Arc<dyn Readiness>,
}

/// What the pages that people see need.
#[derive(Clone)]
pub(crate) struct People {
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) federation: Arc<Federation>,
}

impl FromRef<People> for Arc<Accounts> {
    fn from_ref(people: &People) -> Self {
        Arc::clone(&people.accounts)
    }
}

impl FromRef<People> for Arc<Federation> {
    fn from_ref(people: &People) -> Self {
        Arc::clone(&people.federation)
    }
}

impl WebParts {
    /// The edge of these parts.
    pub(crate) fn edge(&self) -> Edge {
        let issuer = Url::parse(self.provider.issuer());
        // The issuer was checked when the provider was made; whatever is no address gets the strictest cookies.
        let (cookies, origin) = match &issuer {
            Ok(issuer) => (CookieNames::of(issuer), issuer.origin().ascii_serialization()),
            Err(_) => (CookieNames::strictest(self.provider.issuer()), String::new()),
        };
        Edge {
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            request_ids: RequestIds::new(self.entropy.as_ref()),
            vault: Arc::clone(&self.vault),
            house: Arc::new(TheHouse { accounts: Arc::clone(&self.accounts), provider: Arc::clone(&self.provider) }),
            assets: self.assets.clone(),
            settings: self.settings.clone(),
            desk: self.accounts.settings().desk.clone(),
            cookies,
            origin,
        }
    }
}

/// The real answers to what the edge asks.
struct TheHouse {
    accounts: Arc<Accounts>,
    provider: Arc<Provider>,
}

#[async_trait]
impl House for TheHouse {
    async fn session(&self, ctx: &Ctx, cookie: &Secret) -> Result<Option<SignedIn>, Failure> {
        self.accounts.session(ctx, cookie).await
    }

    async fn judge_flow(&self, ctx: &Ctx, flow: &Flow) -> Result<Option<Destination>, Failure> {
        // For nobody in particular: then the answer is who asks, and never a code.
        let outcome = self.provider.resume(ctx, flow, None).await?;
        Ok(match outcome {
            AuthorizeOutcome::SignIn(ask) => Some(Destination::of(&ask)),
            _ => None,
        })
    }

    fn seal_flow(&self, ctx: &Ctx, flow: &Flow) -> String {
        self.provider.seal_flow(ctx, flow)
    }

    fn open_flow(&self, ctx: &Ctx, text: &str) -> Option<Flow> {
        self.provider.open_flow(ctx, text)
    }
}
