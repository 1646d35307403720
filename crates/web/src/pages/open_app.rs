//! Back to an app on the same device. Browsers do not follow a redirect to an app's scheme after a form (decisions 17).

use super::layout::Layout;
use askama::Template;

/// The page with the link.
#[derive(Template)]
#[template(path = "pages/open-app.html")]
pub(crate) struct OpenAppPage {
    pub(super) layout: Layout,
    /// The verified address with the answer in it.
    pub(super) address: String,
}

impl OpenAppPage {
    /// The key of its title.
    pub(crate) const TITLE: &'static str = "open-app-title";

    /// The page that leads to `address`.
    pub(crate) const fn new(layout: Layout, address: String) -> Self {
        Self { layout, address }
    }
}
