//! The e-mail address or phone that an account has none of: asked for, and proved by a code. Whoever need not give it now
//! may pass on.

pub(crate) mod code;

use super::layout::Layout;
use super::moment;
use super::problems::Problems;
use crate::edge::flow::OpenFlow;
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, AskContactOutcome, Field, FieldErrors, Missing};
use portal_id_core::facts::{Email, Phone};
use portal_id_core::pending_contact::ContactKind;
use std::sync::Arc;

/// The page that asks.
#[derive(Template)]
#[template(path = "pages/contact.html")]
pub(crate) struct ContactPage {
    pub(crate) layout: Layout,
    pub(crate) problems: Problems,
    /// What was done, or cannot be.
    pub(crate) news: Option<String>,
    /// Whether the service on the way cannot go on without.
    pub(crate) needed: bool,
    /// What stands in the field for the address, if that is missing.
    pub(crate) email: Option<String>,
    /// What stands in the field for the phone, if that is missing.
    pub(crate) phone: Option<String>,
    pub(crate) action: String,
    /// Where whoever passes on goes.
    pub(crate) onward: String,
}

/// What the page sends: one of both.
pub(crate) struct ContactFields {
    action: String,
    email: String,
    phone: String,
}

impl FormFields for ContactFields {
    const FIELDS: &'static [&'static str] = &["action", "email", "phone"];

    fn from_fields(fields: &Fields) -> Self {
        let get = |name| fields.get(name).to_owned();
        Self { action: get("action"), email: get("email"), phone: get("phone") }
    }
}

/// What the page says besides its forms, and what was typed.
struct Remark {
    status: StatusCode,
    problems: Problems,
    news: Option<String>,
    typed: Option<(ContactKind, String)>,
}

impl Remark {
    fn none() -> Self {
        Self { status: StatusCode::OK, problems: Problems::default(), news: None, typed: None }
    }
}

/// What can have happened before, as the address says it, and the key of its words.
const SAID: [(&str, &str); 3] =
    [("email", "contact-done-email"), ("phone", "contact-done-phone"), ("taken", "contact-taken")];

/// `GET /account/contact`
pub(crate) async fn get(visit: Visit, State(accounts): State<Arc<Accounts>>) -> PageResult {
    let said = visit.query.get("said");
    let said = SAID.into_iter().find(|(word, _)| *word == said);
    let status = if said.is_some_and(|(word, _)| word == "taken") { StatusCode::CONFLICT } else { StatusCode::OK };
    let news = said.map(|(_, key)| Texts::of(visit.ctx.language).text(key));
    show(visit, &accounts, Remark { status, news, ..Remark::none() }).await
}

/// `POST /account/contact`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    CsrfForm(fields): CsrfForm<ContactFields>,
) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Contact)) };
    if !accounts.may_give_contact(&visit.ctx, who, visit.confirmation()).await? {
        return Ok(visit.by_way_of("/account/confirm", Next::Contact));
    }
    let (kind, field, typed) = match fields.action.as_str() {
        "email" => (ContactKind::Email, Field::Email, fields.email),
        "phone" => (ContactKind::Phone, Field::Phone, fields.phone),
        _ => return Err(PageError::Malformed("unknown-action")),
    };
    let texts = Texts::of(visit.ctx.language);
    let remark = match accounts.ask_contact(&visit.ctx, who, kind, &typed).await? {
        AskContactOutcome::Sent(id) => return Ok(code::begin(visit, &id)),
        AskContactOutcome::NotMissing => Remark::none(),
        AskContactOutcome::Malformed(error) => Remark {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            problems: Problems::told(texts, &FieldErrors::one(field, error), &[field]),
            news: None,
            typed: Some((kind, typed)),
        },
        AskContactOutcome::TooMany { until } | AskContactOutcome::Wait { until } => Remark {
            status: StatusCode::TOO_MANY_REQUESTS,
            problems: Problems::default(),
            news: Some(texts.text_with("code-too-many-sent", &[("until", &moment::from(until))])),
            typed: Some((kind, typed)),
        },
    };
    show(visit, &accounts, remark).await
}

async fn show(mut visit: Visit, accounts: &Accounts, remark: Remark) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Contact)) };
    let missing = accounts.missing_contact(&visit.ctx, who).await?;
    if !missing.email && !missing.phone {
        return Ok(leave(visit));
    }
    let needed = is_needed(&visit, &missing);
    let layout = visit.layout("contact-title");
    let typed = |kind, suggested: Option<String>| match &remark.typed {
        Some((of, typed)) if *of == kind => typed.clone(),
        _ => suggested.unwrap_or_default(),
    };
    let suggested_email = missing.suggested_email.as_ref().map(|email: &Email| email.as_str().to_owned());
    let suggested_phone = missing.suggested_phone.as_ref().map(Phone::national);
    let page = ContactPage {
        problems: remark.problems,
        news: remark.news,
        needed,
        email: missing.email.then(|| typed(ContactKind::Email, suggested_email)),
        phone: missing.phone.then(|| typed(ContactKind::Phone, suggested_phone)),
        action: layout.to(Next::Contact.path()),
        onward: onward(&mut visit),
        layout,
    };
    Ok(visit.page(remark.status, page))
}

/// Whether the service on the way needs something that is missing.
fn is_needed(visit: &Visit, missing: &Missing) -> bool {
    let needs = visit.flow.as_ref().map(OpenFlow::contact).unwrap_or_default();
    (missing.email && needs.email) || (missing.phone && needs.phone)
}

/// Where whoever has given what is missing, or passes on, goes. Never here again.
fn onward(visit: &mut Visit) -> String {
    visit.next = visit.next.filter(|next| *next != Next::Contact);
    visit.onward().as_str().to_owned()
}

fn leave(mut visit: Visit) -> Response {
    visit.next = visit.next.filter(|next| *next != Next::Contact);
    visit.resume()
}
