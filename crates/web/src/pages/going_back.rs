//! Back to the service after a form of ours, by a page that goes on by itself: a redirect that follows a form is held
//! against the page's `form-action`, and so is every further redirect of the service (decisions 17).

use super::layout::Layout;
use askama::Template;

/// The page that goes on by itself.
#[derive(Template)]
#[template(path = "pages/going-back.html")]
pub(crate) struct GoingBackPage {
    pub(super) layout: Layout,
    /// The verified address with the answer in it.
    pub(super) address: String,
}

impl GoingBackPage {
    /// The key of its title.
    pub(crate) const TITLE: &'static str = "going-back-title";

    /// The page that leads to `address`.
    pub(crate) const fn new(layout: Layout, address: String) -> Self {
        Self { layout, address }
    }
}
