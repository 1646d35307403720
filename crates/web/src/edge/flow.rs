//! A pending authorization request on its way through our pages, in the address of each of them.

use portal_id_oidc::Flow;
use url::Url;

/// A pending request that this browser may go on with.
#[derive(Clone, Debug)]
pub(crate) struct OpenFlow {
    /// The request.
    pub(crate) flow: Flow,
    /// The request as addresses carry it: sealed, and bound to this browser.
    pub(crate) sealed: String,
}

impl OpenFlow {
    /// The origin that the answer goes to, for the pages' policy (decisions 17). `None` for an app's own scheme.
    ///
    /// A request is sealed for a browser only after its redirect URI was found to be registered, so the URI that it
    /// names can be believed here.
    pub(crate) fn redirect_origin(&self) -> Option<String> {
        let url = Url::parse(self.flow.params.get("redirect_uri")?).ok()?;
        let origin = url.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }

    /// The languages that the service asked for.
    pub(crate) fn ui_locales(&self) -> Option<&str> {
        self.flow.params.get("ui_locales")
    }
}
