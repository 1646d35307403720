//! After a registration: what happens next. The same page in every case (decisions 3).

use super::layout::Layout;
use crate::edge::Visit;
use crate::texts::Texts;
use askama::Template;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::facts::ParsedPhone;

/// The page after the form.
#[derive(Template)]
#[template(path = "pages/registered.html")]
pub(crate) struct RegisteredPage {
    pub(super) layout: Layout,
    /// As typed, so that a slip is seen.
    pub(super) email: String,
    pub(super) hours: i64,
    pub(super) phone_moved: Option<String>,
    /// The form to begin again with.
    pub(super) again: &'static str,
}

/// What was registered, as its page tells it.
pub(super) struct Registered {
    pub(super) email: String,
    pub(super) phone: ParsedPhone,
    /// For how long the link works.
    pub(super) hours: i64,
    /// The form that was filled in.
    pub(super) form: &'static str,
}

/// Shows it.
pub(super) fn show(visit: Visit, registered: Registered) -> Response {
    let Registered { email, phone, hours, form } = registered;
    let phone_moved = phone_moved(Texts::of(visit.ctx.language), &phone);
    let page = RegisteredPage { layout: visit.layout("registered-title"), email, hours, phone_moved, again: form };
    visit.page(StatusCode::OK, page)
}

/// Tells whoever typed an 11-digit number from before 2018 which number is meant now: of it no more than they typed.
pub(super) fn phone_moved(texts: Texts, read: &ParsedPhone) -> Option<String> {
    let moved = read.moved?;
    let phone = read.phone.masked();
    Some(texts.text_with("phone-moved", &[("old", &moved.old), ("new", &moved.new), ("phone", &phone)]))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use portal_id_core::facts::Phone;
    use portal_id_core::language::Language;

    #[test]
    fn a_number_from_before_2018_is_told_with_its_new_prefix_and_masked() {
        let told = |typed| phone_moved(Texts::of(Language::En), &Phone::parse(typed).unwrap());
        let text = told("0168 912 3456").unwrap();
        assert!(text.contains("0168") && text.contains("038 ••• •456") && !text.contains("9123"), "{text}");
        assert_eq!(told("0389 123 456"), None);
    }
}
