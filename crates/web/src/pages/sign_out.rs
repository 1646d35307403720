//! The question before signing out, and the page after it. What the buttons do is in `protocol::sign_out`.

use super::layout::Layout;
use askama::Template;

/// Asks whether the person wants to leave.
#[derive(Template)]
#[template(path = "pages/sign-out.html")]
pub(crate) struct SignOutPage {
    pub(super) layout: Layout,
    pub(super) asked_by: Option<String>,
    pub(super) carried: Vec<(&'static str, String)>,
}

impl SignOutPage {
    /// The key of its title.
    pub(crate) const TITLE: &'static str = "sign-out-title";

    /// The page for a service's request; `carried` are hidden fields that bring it back.
    pub(crate) fn new(layout: Layout, asked_by: Option<String>, carried: Vec<(&'static str, String)>) -> Self {
        Self { layout, asked_by, carried }
    }
}

/// Says that nobody is signed in here any more.
#[derive(Template)]
#[template(path = "pages/signed-out.html")]
pub(crate) struct SignedOutPage {
    pub(super) layout: Layout,
}

impl SignedOutPage {
    /// The key of its title.
    pub(crate) const TITLE: &'static str = "signed-out-title";

    /// The page.
    pub(crate) const fn new(layout: Layout) -> Self {
        Self { layout }
    }
}
