//! The page behind "this was not me". Opening it changes nothing; its button does.

use super::layout::Layout;
use crate::edge::{CsrfForm, Fields, FormFields, LocalPath, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, NewPasswordTicket, NotMeOutcome, NotMeView};
use std::sync::Arc;

/// The page with the button.
#[derive(Template)]
#[template(path = "pages/not-me.html")]
pub(crate) struct NotMePage {
    pub(super) layout: Layout,
    pub(super) token: String,
    pub(super) username: String,
}

/// Everything has ended; whoever knows the password can replace it at once.
#[derive(Template)]
#[template(path = "pages/not-me-done.html")]
pub(crate) struct NotMeDonePage {
    pub(super) layout: Layout,
    /// Where a new password is set, if there was one.
    pub(super) new_password: Option<String>,
}

/// The link no longer works.
#[derive(Template)]
#[template(path = "pages/not-me-over.html")]
pub(crate) struct NotMeOverPage {
    pub(super) layout: Layout,
}

/// What the button sends.
pub(crate) struct NotMeFields {
    token: String,
}

impl FormFields for NotMeFields {
    const FIELDS: &'static [&'static str] = &["token"];

    fn from_fields(fields: &Fields) -> Self {
        Self { token: fields.get("token").to_owned() }
    }
}

/// `GET /sign-in/not-me?token=`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let token = visit.query.get("token").to_owned();
    match accounts.view_not_me(&visit.ctx, &token).await? {
        NotMeView::Ready { username } => {
            let page = NotMePage { layout: visit.layout("not-me-title"), token, username };
            Ok(visit.page(StatusCode::OK, page))
        }
        NotMeView::Over => Ok(over(visit)),
    }
}

/// `POST /sign-in/not-me`
pub(crate) async fn post(
    mut visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<NotMeFields>,
) -> PageResult {
    match accounts.disown_sign_in(&visit.ctx, &fields.token).await? {
        NotMeOutcome::Ended(ticket) => {
            // Whoever was signed in here with this account no longer is.
            visit.who = None;
            let path = |ticket: NewPasswordTicket| {
                LocalPath::new("/sign-in/new-password").with("ticket", ticket.as_str()).to_string()
            };
            let page = NotMeDonePage { layout: visit.layout("not-me-done-title"), new_password: ticket.map(path) };
            Ok(visit.page(StatusCode::OK, page))
        }
        NotMeOutcome::Over => Ok(over(visit)),
    }
}

fn over(visit: Visit) -> Response {
    let page = NotMeOverPage { layout: visit.layout("not-me-over-title") };
    visit.page(StatusCode::GONE, page)
}
