//! Sending the activation mail again: to who holds an earlier link, or to who just gave the right password.

use super::layout::Layout;
use super::{activation_link, moment};
use crate::edge::{CsrfForm, Fields, FormFields, PageResult, Visit};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, ResendOutcome, ResendTicket};
use std::sync::Arc;

/// The mail is on its way, or has to wait.
#[derive(Template)]
#[template(path = "pages/activation-resent.html")]
pub(crate) struct ActivationResentPage {
    pub(super) layout: Layout,
    pub(super) until: Option<String>,
}

/// What the button sends: one of both.
pub(crate) struct ResendFields {
    token: String,
    ticket: String,
}

impl FormFields for ResendFields {
    const FIELDS: &'static [&'static str] = &["token", "ticket"];

    fn from_fields(fields: &Fields) -> Self {
        Self { token: fields.get("token").to_owned(), ticket: fields.get("ticket").to_owned() }
    }
}

/// `POST /activate/resend`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<ResendFields>,
) -> PageResult {
    let outcome = if fields.ticket.is_empty() {
        accounts.resend_activation(&visit.ctx, &fields.token).await?
    } else {
        accounts.resend_activation_by_ticket(&visit.ctx, &ResendTicket::from_text(fields.ticket)).await?
    };
    match outcome {
        ResendOutcome::Sent => {
            let page = ActivationResentPage { layout: visit.layout("activation-resent-title"), until: None };
            Ok(visit.page(StatusCode::OK, page))
        }
        ResendOutcome::SlowDown { until } => {
            let page = ActivationResentPage {
                layout: visit.layout("activation-slow-title"),
                until: Some(moment::from(until)),
            };
            Ok(visit.page(StatusCode::TOO_MANY_REQUESTS, page))
        }
        ResendOutcome::Unknown => Ok(activation_link::unknown(visit)),
    }
}
