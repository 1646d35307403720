//! The page that asks for one code: of an arrival's proof, or of a contact.

use super::code::Remark;
use super::layout::Layout;
use super::problems::Problems;
use crate::edge::{Fields, FormFields};
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "pages/one-code.html")]
pub(crate) struct OneCodePage {
    pub(crate) layout: Layout,
    /// What the page calls itself.
    pub(crate) page: &'static str,
    pub(crate) problems: Problems,
    /// What came of asking for another code.
    pub(crate) news: Option<String>,
    /// Where the code was sent, and how long it works.
    pub(crate) lead: String,
    pub(crate) action: String,
    /// The key of what to try when nothing comes.
    pub(crate) not_received: &'static str,
    /// Where to choose another way, and the key of its words.
    pub(crate) back: (String, &'static str),
}

impl OneCodePage {
    /// The page with what is to be said.
    pub(super) fn saying(self, remark: Remark) -> Self {
        Self { problems: remark.problems, news: remark.news.or(self.news), ..self }
    }
}

/// What the page sends.
pub(crate) struct OneCodeFields {
    pub(super) code: String,
    pub(super) action: String,
}

impl FormFields for OneCodeFields {
    const FIELDS: &'static [&'static str] = &["code", "action"];

    fn from_fields(fields: &Fields) -> Self {
        Self { code: fields.get("code").to_owned(), action: fields.get("action").to_owned() }
    }
}
