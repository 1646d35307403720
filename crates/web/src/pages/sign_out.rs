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
    /// What the frames load that tell services so.
    pub(super) frames: Vec<String>,
}

impl SignedOutPage {
    /// The key of its title.
    pub(crate) const TITLE: &'static str = "signed-out-title";

    /// The page.
    pub(crate) const fn new(layout: Layout, frames: Vec<String>) -> Self {
        Self { layout, frames }
    }
}

/// Tells services by frames that the person left, and then goes on: back to the one that asked, or to the provider by
/// which the person had arrived.
#[derive(Template)]
#[template(path = "pages/leaving.html")]
pub(crate) struct LeavingPage {
    pub(crate) layout: Layout,
    /// What the frames load.
    pub(crate) frames: Vec<String>,
    /// The address to go to: a verified one of a service, or that of the provider.
    pub(crate) address: String,
    /// The provider's name, if the person signs out there too.
    pub(crate) provider: Option<String>,
    /// Whether the page goes there by itself.
    pub(crate) by_itself: bool,
}

impl LeavingPage {
    /// The key of its title.
    pub(crate) const TITLE: &'static str = "leaving-title";

    /// The page's one script: it goes on when the frames are there, and soon in any case. Without scripts the browser
    /// does so a little later. The policy knows it by its hash, so the template must hold exactly this.
    pub(crate) const SCRIPT: &'static str = "function go(){location.replace(document.getElementById('continue').href)}addEventListener('load',go);setTimeout(go,5000)";
}
