//! The code that was sent to the phone of an account which may be the person's.

use super::{Waiting, waiting};
use crate::edge::{CsrfForm, Next, PageError, PageResult, Visit};
use crate::pages::code::{Remark, challenge, remark_of, resent, sending_trouble};
use crate::pages::notice::{self, Notice};
use crate::pages::one_code::{OneCodeFields, OneCodePage};
use crate::pages::upstream::arrived::arrived;
use crate::texts::Texts;
use axum::extract::State;
use axum::response::Response;
use portal_id_core::accounts::{Accounts, ArrivalProofOutcome, ChallengeView, SecondStepOutcome};
use portal_id_federation::Federation;
use std::sync::Arc;

/// Its address.
pub(super) const PATH: &str = "/sign-in/arrival/code";

/// `GET /sign-in/arrival/code?challenge=`
pub(crate) async fn get(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
) -> PageResult {
    match waiting(visit, &accounts, &federation).await? {
        Ok(waiting) => show(waiting, &accounts, Remark::none()).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// `POST /sign-in/arrival/code?challenge=`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
    CsrfForm(fields): CsrfForm<OneCodeFields>,
) -> PageResult {
    let waiting = match waiting(visit, &accounts, &federation).await? {
        Ok(waiting) => waiting,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Waiting { visit, ticket, .. } = &waiting;
    let id = challenge(visit);
    match fields.action.as_str() {
        "verify" | "" => {}
        "resend" => {
            let outcome = accounts.resend_code(&visit.ctx, &id).await?;
            return match resent(visit, &outcome) {
                Some(remark) => show(waiting, &accounts, remark).await,
                None => Ok(over(waiting.visit)),
            };
        }
        _ => return Err(PageError::Malformed("unknown-action")),
    }
    let proved = accounts.prove_arrival_by_code(&visit.ctx, ticket, &id, &fields.code, visit.here(false)).await?;
    let told = match proved {
        ArrivalProofOutcome::Arrived(outcome) => {
            let Waiting { visit, by, .. } = waiting;
            return Ok(arrived(visit, &federation, &by, outcome));
        }
        ArrivalProofOutcome::Over | ArrivalProofOutcome::Wrong { tries_left: 0 } => return Ok(over(waiting.visit)),
        ArrivalProofOutcome::Malformed => SecondStepOutcome::Malformed,
        ArrivalProofOutcome::Wrong { tries_left } => SecondStepOutcome::Wrong { tries_left },
        ArrivalProofOutcome::Expired => SecondStepOutcome::Expired,
        ArrivalProofOutcome::Throttled { until } => SecondStepOutcome::Throttled { until },
    };
    let remark = remark_of(visit, &told, &fields.code, None);
    show(waiting, &accounts, remark).await
}

async fn show(waiting: Waiting, accounts: &Accounts, remark: Remark) -> PageResult {
    let Waiting { mut visit, .. } = waiting;
    visit.next = None;
    let id = challenge(&visit);
    let ChallengeView::Open { phone: Some(phone), sending, .. } = accounts.view_challenge(&visit.ctx, &id).await?
    else {
        return Ok(over(visit));
    };
    let layout = visit.layout("arrival-code-title");
    let texts: Texts = layout.texts;
    let minutes = accounts.settings().codes.lifetime_minutes;
    let status = remark.status;
    let page = OneCodePage {
        page: "arrival-code",
        problems: crate::pages::problems::Problems::default(),
        news: sending_trouble(sending, true).map(|key| texts.text_with(key, &[("desk", &layout.desk)])),
        lead: texts.text_with("code-sent", &[("phone", &phone), ("minutes", &minutes)]),
        action: layout.to_with(PATH, &[("challenge", id.as_str())]),
        not_received: "code-not-received-wait",
        back: (layout.to(Next::Arrival.path()), "arrival-code-back"),
        layout,
    };
    Ok(visit.page(status, page.saying(remark)))
}

fn over(mut visit: Visit) -> Response {
    visit.next = None;
    notice::show(visit, Notice::ARRIVAL_CODE_OVER)
}
