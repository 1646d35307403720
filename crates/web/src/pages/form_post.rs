//! Back to a service that wants its answer by POST. Nothing on our pages runs by itself, so a button sends it.

use super::layout::Layout;
use askama::Template;
use portal_id_oidc::ClientRedirect;

/// The page with the button (OAuth 2.0 Form Post Response Mode §2).
#[derive(Template)]
#[template(path = "pages/form-post.html")]
pub(crate) struct FormPostPage {
    pub(super) layout: Layout,
    /// The verified address that the answer goes to.
    pub(super) address: String,
    /// The answer.
    pub(super) fields: Vec<(&'static str, String)>,
}

impl FormPostPage {
    /// The page's one script, which sends the form (OAuth 2.0 Form Post Response Mode §2). Without scripts the button
    /// does. The policy knows it by its hash, so the template must hold exactly this. The method is called by its
    /// prototype, because the button's id hides it on the form itself.
    pub(crate) const SCRIPT: &'static str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

    /// The key of its title.
    pub(crate) const TITLE: &'static str = "form-post-title";

    /// The page that carries `redirect`.
    pub(crate) fn new(layout: Layout, redirect: &ClientRedirect) -> Self {
        Self { layout, address: redirect.action().to_owned(), fields: redirect.fields().to_vec() }
    }
}
