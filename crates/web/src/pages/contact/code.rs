//! The code that was sent to an address or phone which somebody gave as theirs.

use crate::edge::{CsrfForm, Next, PageError, PageResult, Visit};
use crate::pages::code::{Remark, remark_of, resent};
use crate::pages::notice::{self, Notice};
use crate::pages::one_code::{OneCodeFields, OneCodePage};
use crate::pages::problems::Problems;
use axum::extract::State;
use axum::response::Response;
use portal_id_core::accounts::{
    Accounts, AskContactOutcome, ContactView, ProveContactOutcome, ResendCodeOutcome, SecondStepOutcome,
};
use portal_id_core::ids::PendingContactId;
use portal_id_core::pending_contact::ContactKind;
use std::sync::Arc;

/// Its address.
const PATH: &str = "/account/contact/code";

fn pending(visit: &Visit) -> PendingContactId {
    PendingContactId::from_text(visit.query.get("contact"))
}

/// Leads to the page of a code that was just sent.
pub(super) fn begin(visit: Visit, id: &PendingContactId) -> Response {
    let path = visit.path(PATH).with("contact", id.as_str());
    visit.to(path)
}

/// `GET /account/contact/code?contact=`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    show(visit, &accounts, Remark::none()).await
}

/// `POST /account/contact/code?contact=`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<OneCodeFields>,
) -> PageResult {
    let Some(who) = visit.who.clone() else { return Ok(visit.by_way_of("/sign-in", Next::Contact)) };
    if !accounts.may_give_contact(&visit.ctx, &who, visit.confirmation()).await? {
        return Ok(visit.by_way_of("/account/confirm", Next::Contact));
    }
    let id = pending(&visit);
    match fields.action.as_str() {
        "verify" | "" => {}
        "resend" => return resend(visit, &accounts, &id).await,
        _ => return Err(PageError::Malformed("unknown-action")),
    }
    let Some(view) = accounts.view_contact(&visit.ctx, &who, &id).await? else { return Ok(over(visit)) };
    let told = match accounts.prove_contact(&visit.ctx, &who, &id, &fields.code).await? {
        ProveContactOutcome::Proved => return Ok(back(visit, view.kind.as_str())),
        ProveContactOutcome::Taken => return Ok(back(visit, "taken")),
        ProveContactOutcome::Over => return Ok(over(visit)),
        ProveContactOutcome::Malformed => SecondStepOutcome::Malformed,
        ProveContactOutcome::Wrong { tries_left } => SecondStepOutcome::Wrong { tries_left },
        ProveContactOutcome::Expired => SecondStepOutcome::Expired,
        ProveContactOutcome::Throttled { until } => SecondStepOutcome::Throttled { until },
    };
    let remark = remark_of(&visit, &told, &fields.code, None);
    show(visit, &accounts, remark).await
}

async fn resend(visit: Visit, accounts: &Accounts, id: &PendingContactId) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Contact)) };
    let outcome = match accounts.resend_contact_code(&visit.ctx, who, id).await? {
        Some(AskContactOutcome::Sent(id)) => return Ok(begin(visit, &id)),
        Some(AskContactOutcome::Wait { until }) => ResendCodeOutcome::Wait { until },
        Some(AskContactOutcome::TooMany { until }) => ResendCodeOutcome::TooMany { until },
        Some(AskContactOutcome::NotMissing | AskContactOutcome::Malformed(_)) | None => ResendCodeOutcome::Over,
    };
    match resent(&visit, &outcome) {
        Some(remark) => show(visit, accounts, remark).await,
        None => Ok(over(visit)),
    }
}

async fn show(visit: Visit, accounts: &Accounts, remark: Remark) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Contact)) };
    let id = pending(&visit);
    let Some(ContactView { kind, masked }) = accounts.view_contact(&visit.ctx, who, &id).await? else {
        return Ok(over(visit));
    };
    let layout = visit.layout("contact-code-title");
    let minutes = accounts.settings().codes.lifetime_minutes;
    let (sent, not_received) = match kind {
        ContactKind::Email => ("contact-code-by-mail", "contact-code-not-mailed"),
        ContactKind::Phone => ("contact-code-texted", "code-not-received-wait"),
    };
    let status = remark.status;
    let page = OneCodePage {
        page: "contact-code",
        problems: Problems::default(),
        news: None,
        lead: layout.texts.text_with(sent, &[("to", &masked), ("minutes", &minutes)]),
        action: layout.to_with(PATH, &[("contact", id.as_str())]),
        not_received,
        back: (layout.to(Next::Contact.path()), "contact-code-back"),
        layout,
    };
    Ok(visit.page(status, page.saying(remark)))
}

/// Back to what is still missing, or on.
fn back(visit: Visit, said: &'static str) -> Response {
    let path = visit.path(Next::Contact.path()).with("said", said);
    visit.to(path)
}

fn over(visit: Visit) -> Response {
    notice::show(visit, Notice::CONTACT_CODE_OVER)
}
