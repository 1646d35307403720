//! Outcomes of which there is nothing to show but what happened and perhaps one way on: a title and a sentence, named
//! by the notice alone (`<name>-title`, `<name>-body`).

use super::layout::Layout;
use crate::edge::Visit;
use crate::texts::TextArgument;
use askama::Template;
use axum::response::Response;
use http::StatusCode;

/// What happened.
#[derive(Clone, Copy)]
pub(crate) struct Notice {
    /// What the page calls itself.
    page: &'static str,
    /// The key of the title.
    pub(crate) title: &'static str,
    /// The key of the sentence.
    pub(crate) body: &'static str,
    status: StatusCode,
    /// Whether something was brought to a good end.
    done: bool,
    way_on: Option<WayOn>,
}

/// The one way on from a notice.
#[derive(Clone, Copy)]
struct WayOn {
    id: &'static str,
    path: &'static str,
    /// The key of its words.
    words: &'static str,
}

/// The page of a notice.
#[derive(Template)]
#[template(path = "pages/notice.html")]
pub(crate) struct NoticePage {
    layout: Layout,
    notice: Notice,
    body: String,
}

/// A notice that goes by the name of its texts and answers 200.
macro_rules! notice {
    ($name:literal) => {
        Notice {
            page: $name,
            title: concat!($name, "-title"),
            body: concat!($name, "-body"),
            status: StatusCode::OK,
            done: false,
            way_on: None,
        }
    };
}

const SIGN_IN: Option<WayOn> = Some(WayOn { id: "sign-in", path: "/sign-in", words: "sign-in-submit" });
const SIGN_IN_AGAIN: Option<WayOn> = Some(WayOn { id: "sign-in", path: "/sign-in", words: "code-over-sign-in" });
const ARRIVAL: Option<WayOn> = Some(WayOn { id: "arrival", path: "/sign-in/arrival", words: "arrival-code-back" });
const CONTACT: Option<WayOn> = Some(WayOn { id: "contact", path: "/account/contact", words: "contact-code-back" });
const PHONE: Option<WayOn> = Some(WayOn { id: "contact", path: "/account/contact", words: "password-set-phone-add" });
const ACCOUNT: Option<WayOn> = Some(WayOn { id: "account", path: "/account", words: "security-back" });

impl Notice {
    /// The account is active.
    pub(super) const ACTIVATED: Self = Self { done: true, way_on: SIGN_IN, ..notice!("activated") };
    /// The link of the activation mail was used before.
    pub(super) const ACTIVATION_USED: Self = Self { way_on: SIGN_IN, ..notice!("activation-used") };
    /// Another activation mail is on its way.
    pub(super) const ACTIVATION_RESENT: Self = notice!("activation-resent");
    /// Another activation mail has to wait.
    pub(super) const ACTIVATION_SLOW: Self =
        Self { page: "activation-resent", status: StatusCode::TOO_MANY_REQUESTS, ..notice!("activation-slow") };
    /// The registration was deleted by who did not make it.
    pub(super) const DISOWNED: Self = notice!("disowned");
    /// The sign-in is over: begin again.
    pub(super) const CODE_OVER: Self = Self { status: StatusCode::GONE, way_on: SIGN_IN_AGAIN, ..notice!("code-over") };
    /// The password was right, but an operator suspended the account.
    pub(super) const DISABLED: Self =
        Self { page: "account-stopped", status: StatusCode::FORBIDDEN, ..notice!("disabled") };
    /// The password was right, but the account was closed.
    pub(super) const CLOSED: Self =
        Self { page: "account-stopped", status: StatusCode::FORBIDDEN, ..notice!("closed") };
    /// The link to correct the phone number is on its way.
    pub(super) const PHONE_ASKED: Self = notice!("phone-asked");
    /// The link to correct the phone number has to wait.
    pub(super) const PHONE_SLOW: Self = Self { status: StatusCode::TOO_MANY_REQUESTS, ..notice!("phone-slow") };
    /// The number has received a code before: only the desk can change it.
    pub(super) const PHONE_NOT_POSSIBLE: Self = Self { status: StatusCode::CONFLICT, ..notice!("phone-not-possible") };
    /// The link to correct the phone number no longer works.
    pub(super) const PHONE_LINK_OVER: Self =
        Self { status: StatusCode::GONE, way_on: SIGN_IN_AGAIN, ..notice!("phone-link-over") };
    /// The owner changed the password.
    pub(super) const PASSWORD_CHANGED: Self = Self { done: true, way_on: ACCOUNT, ..notice!("password-changed") };
    /// A distrusted password was replaced, and the new one is now to be used.
    pub(super) const NEW_PASSWORD_SAVED: Self = Self { done: true, way_on: SIGN_IN, ..notice!("new-password-saved") };

    /// A first password was set.
    pub(super) const PASSWORD_SET: Self = Self { done: true, way_on: ACCOUNT, ..notice!("password-set") };
    /// A first password was set that opens nothing yet: there is no phone for the code.
    pub(super) const PASSWORD_SET_PHONE: Self = Self { way_on: PHONE, ..notice!("password-set-phone") };
    /// The code that proves an account is over; the arrival is not.
    pub(super) const ARRIVAL_CODE_OVER: Self =
        Self { status: StatusCode::GONE, way_on: ARRIVAL, ..notice!("arrival-code-over") };
    /// The code that proves a contact is over.
    pub(super) const CONTACT_CODE_OVER: Self =
        Self { status: StatusCode::GONE, way_on: CONTACT, ..notice!("contact-code-over") };

    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 18] = [
        Self::ACTIVATED,
        Self::ACTIVATION_USED,
        Self::ACTIVATION_RESENT,
        Self::ACTIVATION_SLOW,
        Self::DISOWNED,
        Self::CODE_OVER,
        Self::DISABLED,
        Self::CLOSED,
        Self::PHONE_ASKED,
        Self::PHONE_SLOW,
        Self::PHONE_NOT_POSSIBLE,
        Self::PHONE_LINK_OVER,
        Self::PASSWORD_CHANGED,
        Self::NEW_PASSWORD_SAVED,
        Self::PASSWORD_SET,
        Self::PASSWORD_SET_PHONE,
        Self::ARRIVAL_CODE_OVER,
        Self::CONTACT_CODE_OVER,
    ];
}

impl NoticePage {
    /// The page of `notice`. Its sentence may name the desk, and whatever else is given.
    pub(super) fn new(layout: Layout, notice: Notice, given: &[(&str, &dyn TextArgument)]) -> Self {
        let mut arguments: Vec<(&str, &dyn TextArgument)> = vec![("desk", &layout.desk)];
        arguments.extend_from_slice(given);
        let body = layout.texts.text_with(notice.body, &arguments);
        Self { layout, notice, body }
    }
}

/// Shows a notice.
pub(super) fn show(visit: Visit, notice: Notice) -> Response {
    show_with(visit, notice, &[])
}

/// Shows a notice whose sentence names more than the desk.
pub(super) fn show_with(visit: Visit, notice: Notice, given: &[(&str, &dyn TextArgument)]) -> Response {
    let page = NoticePage::new(visit.layout(notice.title), notice, given);
    visit.page(notice.status, page)
}
