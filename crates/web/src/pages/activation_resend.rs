//! Sending the activation mail again: to who holds an earlier link, or to who just gave the right password.

use super::notice::{self, Notice};
use super::{activation_link, moment};
use crate::edge::{CsrfForm, Fields, FormFields, PageResult, Visit};
use axum::extract::State;
use portal_id_core::accounts::{Accounts, ResendOutcome, ResendTicket};
use std::sync::Arc;

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
        ResendOutcome::Sent => Ok(notice::show(visit, Notice::ACTIVATION_RESENT)),
        ResendOutcome::SlowDown { until } => {
            Ok(notice::show_with(visit, Notice::ACTIVATION_SLOW, &[("until", &moment::from(until))]))
        }
        ResendOutcome::Unknown => Ok(activation_link::unknown(visit)),
    }
}
