//! The page for everything that went wrong: what happened, what to do, and the id to ask with.

use super::layout::Layout;
use crate::edge::PageError;
use askama::Template;

/// The error page.
#[derive(Template)]
#[template(path = "pages/error.html")]
pub(crate) struct ErrorPage {
    pub(super) layout: Layout,
    key: &'static str,
    reason: Option<&'static str>,
}

impl ErrorPage {
    /// The key that the frame takes as title; the page shows a more precise one.
    pub(crate) const TITLE: &'static str = "fault-title";

    /// The page for `error`.
    pub(crate) fn new(layout: Layout, error: &PageError) -> Self {
        Self { layout, key: error.key(), reason: error.reason() }
    }

    fn title(&self) -> String {
        self.layout.t(&format!("fault-{}-title", self.key))
    }

    fn body(&self) -> String {
        self.layout.t(&format!("fault-{}-body", self.key))
    }

    fn what_to_do(&self) -> String {
        self.layout.t(&format!("fault-{}-do", self.key))
    }

    /// Only what is told to services has a text; the rest is for developers.
    fn reason_text(&self) -> Option<String> {
        self.layout.texts.optional(&format!("refusal-{}", self.reason?))
    }
}
