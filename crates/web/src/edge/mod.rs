//! Between HTTP and the pages: who asks, from where, in which language, whether the form is ours; and the headers,
//! cookies and error pages of every answer.
//!
//! Decides nothing about accounts or protocol. A page takes a [`Visit`] and, for a form, a [`CsrfForm`]; it answers
//! with [`Visit::page`] or [`Visit::to`], so that no page can forget a header or redirect elsewhere. Endpoints for
//! programs take a [`Call`].

pub(crate) mod address;
pub(crate) mod arrival;
pub(crate) mod cookies;
pub(crate) mod csrf;
pub(crate) mod error;
pub(crate) mod flow;
pub(crate) mod form;
pub(crate) mod headers;
pub(crate) mod language;
pub(crate) mod limits;
pub(crate) mod local_path;
pub(crate) mod next;
pub(crate) mod path;
pub(crate) mod request_id;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod visit;

pub(crate) use arrival::Call;
pub(crate) use error::{PageError, PageResult};
pub(crate) use form::{CsrfForm, Fields, FormFields};
pub(crate) use headers::PagePolicy;
pub(crate) use local_path::LocalPath;
pub(crate) use next::Next;
pub(crate) use path::Path;
pub(crate) use visit::Visit;

use crate::assets::Assets;
use crate::edge::cookies::{CookieKind, CookieNames};
use crate::edge::flow::Destination;
use crate::edge::request_id::RequestIds;
use crate::settings::WebSettings;
use async_trait::async_trait;
use http::HeaderMap;
use portal_id_core::accounts::{Failure, SignedIn};
use portal_id_core::ctx::Ctx;
use portal_id_core::entropy::Entropy;
use portal_id_core::language::LocalText;
use portal_id_core::ports::Vault;
use portal_id_core::secret::Secret;
use portal_id_core::time::Clock;
use portal_id_oidc::Flow;
use std::sync::Arc;

/// What the edge asks of the house for every visit.
#[async_trait]
pub(crate) trait House: Send + Sync {
    /// Who the session cookie stands for.
    async fn session(&self, ctx: &Ctx, cookie: &Secret) -> Result<Option<SignedIn>, Failure>;

    /// Seals a pending request for the browser of `ctx`.
    fn seal_flow(&self, ctx: &Ctx, flow: &Flow) -> String;

    /// Judges a pending request anew: whom it leads to, if it still may lead to anybody.
    async fn judge_flow(&self, ctx: &Ctx, flow: &Flow) -> Result<Option<Destination>, Failure>;

    /// Opens a pending request, if it is this browser's and not too old.
    fn open_flow(&self, ctx: &Ctx, text: &str) -> Option<Flow>;
}

/// What the edge is made of: the same for every request.
pub(crate) struct Edge {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) request_ids: RequestIds,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) house: Arc<dyn House>,
    pub(crate) assets: Assets,
    pub(crate) settings: WebSettings,
    /// Where people get help in person.
    pub(crate) desk: LocalText,
    pub(crate) cookies: CookieNames,
    /// Our own origin, as browsers write it.
    pub(crate) origin: String,
}

impl Edge {
    /// The cookie that names the browser; one that we cannot have set counts as none.
    pub(crate) fn browser_cookie(&self, headers: &HeaderMap) -> Option<Secret> {
        let is_ours = |value: &Secret| {
            value.expose().len() == 43
                && value.expose().bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        self.cookies.read(headers, CookieKind::Browser).filter(is_ours)
    }
}
