//! Somebody arrived by another provider, and accounts here have the same number: is one of them theirs? They prove it by
//! signing in to it, by a code to its verified phone, or by yet another provider; or they decline, and are told before
//! what that does (decisions 24).

pub(crate) mod code;
pub(crate) mod decline;

use super::layout::Layout;
use super::moment;
use super::upstream::Way;
use super::upstream::arrived::{By, arrived};
use super::upstream::trouble::{self, What};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, ArrivalCodeOutcome, ArrivalOutcome, ArrivalView, Candidate, SignInOutcome};
use portal_id_core::profile::AccountClass;
use portal_id_core::secret::Secret;
use portal_id_core::upstream::Purpose;
use portal_id_federation::Federation;
use std::sync::Arc;

/// The page that asks.
#[derive(Template)]
#[template(path = "pages/arrival.html")]
pub(crate) struct ArrivalPage {
    pub(crate) layout: Layout,
    /// What came of a try.
    pub(crate) news: Option<String>,
    pub(crate) lead: String,
    pub(crate) candidates: Vec<CandidateLine>,
    pub(crate) action: String,
    /// Where one signs in, and comes back.
    pub(crate) sign_in: String,
    /// Other providers that may know the account, with their addresses.
    pub(crate) ways: Vec<(Way, String)>,
    /// Where it is said what happens to whoever declines.
    pub(crate) decline: String,
}

/// An account that may be the person's.
pub(crate) struct CandidateLine {
    /// Its place in the list.
    pub(crate) number: usize,
    /// What it is called, masked.
    pub(crate) name: String,
    /// Its phone, masked, if a code can be sent there.
    pub(crate) phone: Option<String>,
    pub(crate) has_password: bool,
}

impl ArrivalPage {
    /// The key of what whoever owns an account can do.
    fn mine(&self) -> &'static str {
        let by_code = self.candidates.iter().any(|candidate| candidate.phone.is_some());
        if by_code { "arrival-mine-body" } else { "arrival-mine-body-sign-in" }
    }
}

impl CandidateLine {
    fn of(texts: Texts, number: usize, candidate: Candidate) -> Self {
        let name = match candidate.username {
            Some(username) => texts.text_with("arrival-candidate", &[("username", &username)]),
            None => texts.text("arrival-candidate-unnamed"),
        };
        Self { number, name, phone: candidate.phone, has_password: candidate.has_password }
    }
}

/// What the page's buttons send.
pub(crate) struct ArrivalFields {
    action: String,
    account: String,
}

impl FormFields for ArrivalFields {
    const FIELDS: &'static [&'static str] = &["action", "account"];

    fn from_fields(fields: &Fields) -> Self {
        Self { action: fields.get("action").to_owned(), account: fields.get("account").to_owned() }
    }
}

/// An arrival that waits for its proof.
pub(super) struct Waiting {
    pub(super) visit: Visit,
    pub(super) ticket: Secret,
    pub(super) by: By,
    /// The provider, as pages name it.
    pub(super) way: Way,
    candidates: Vec<Candidate>,
}

/// The arrival of this browser's ticket; else the page that says that it is over, or its provider switched off.
pub(super) async fn waiting(
    visit: Visit,
    accounts: &Accounts,
    federation: &Federation,
) -> Result<Result<Waiting, Box<Response>>, PageError> {
    let over =
        |visit: Visit| Ok(Err(Box::new(trouble::page(visit.forget_arrival(), federation, "", None, What::OVER))));
    let Some(ticket) = visit.arrival_ticket().cloned() else { return over(visit) };
    let ArrivalView::Prove { upstream, class, candidates } = accounts.view_arrival(&visit.ctx, &ticket).await? else {
        return over(visit);
    };
    let Some(offer) = federation.offer(upstream.as_str()) else {
        let page = trouble::page(visit.forget_arrival(), federation, upstream.as_str(), None, What::UNKNOWN);
        return Ok(Err(Box::new(page)));
    };
    let way = Way::of(Texts::of(visit.ctx.language), &offer);
    Ok(Ok(Waiting { visit, ticket, by: By { upstream, class, purpose: Purpose::SignIn }, way, candidates }))
}

/// The key of a text, by what kind of number it speaks of.
pub(super) const fn by_class(class: AccountClass, person: &'static str, business: &'static str) -> &'static str {
    match class {
        AccountClass::Citizen => person,
        AccountClass::Business | AccountClass::Organisation => business,
    }
}

/// `GET /sign-in/arrival`. Whoever comes back signed in to one of the accounts has proved it.
pub(crate) async fn get(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
) -> PageResult {
    let waiting = match waiting(visit, &accounts, &federation).await? {
        Ok(waiting) => waiting,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Waiting { visit, ticket, by, .. } = &waiting;
    let Some(who) = &visit.who else { return Ok(show(waiting, &federation, StatusCode::OK, None)) };
    match accounts.prove_arrival_by_session(&visit.ctx, ticket, who, visit.here(false)).await? {
        ArrivalOutcome::NotProved => {
            let texts = Texts::of(visit.ctx.language);
            let called = visit.layout(TITLE).signed_in_as.unwrap_or_default();
            let news = texts.text_with("arrival-not-proved", &[("username", &called)]);
            Ok(show(waiting, &federation, StatusCode::OK, Some(news)))
        }
        outcome => {
            let by = by.clone();
            Ok(arrived(waiting.visit, &federation, &by, outcome))
        }
    }
}

/// `POST /sign-in/arrival`: a code to the phone of an account.
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
    CsrfForm(fields): CsrfForm<ArrivalFields>,
) -> PageResult {
    let (action, account) = (fields.action.as_str(), fields.account.parse::<usize>());
    let ("code", Ok(account)) = (action, account) else { return Err(PageError::Malformed("unknown-action")) };
    let waiting = match waiting(visit, &accounts, &federation).await? {
        Ok(waiting) => waiting,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let texts = Texts::of(waiting.visit.ctx.language);
    let sent = accounts.send_arrival_code(&waiting.visit.ctx, &waiting.ticket, account).await?;
    let (status, news) = match sent {
        ArrivalCodeOutcome::Said(SignInOutcome::CodeSent(challenge)) => {
            let path = waiting.visit.path(code::PATH).with("challenge", challenge.as_str());
            return Ok(waiting.visit.to(path));
        }
        ArrivalCodeOutcome::Said(SignInOutcome::TooManyCodes { until }) => {
            let news = texts.text_with("code-too-many-sent", &[("until", &moment::from(until))]);
            (StatusCode::TOO_MANY_REQUESTS, news)
        }
        // The phone or the account is gone since the page was drawn.
        ArrivalCodeOutcome::Said(_) | ArrivalCodeOutcome::Over => {
            (StatusCode::CONFLICT, texts.text("arrival-no-phone"))
        }
    };
    Ok(show(waiting, &federation, status, Some(news)))
}

/// The key of the page's title.
const TITLE: &str = "arrival-title";

fn show(waiting: Waiting, federation: &Federation, status: StatusCode, news: Option<String>) -> Response {
    let Waiting { mut visit, by, way, candidates, .. } = waiting;
    // Whoever goes on to another page comes back here; whatever they were on the way to is the request of a service.
    visit.next = Some(Next::Arrival);
    let onward = visit.layout(TITLE);
    visit.next = None;
    let layout = visit.layout(TITLE);
    let texts = layout.texts;
    let lead = by_class(by.class, "arrival-lead", "arrival-lead-business");
    let others = Way::all(texts, federation).into_iter().filter(|other| other.id != way.id);
    let lines = candidates.into_iter().enumerate();
    let page = ArrivalPage {
        news,
        lead: texts.text_with(lead, &[("name", &way.name)]),
        candidates: lines.map(|(number, candidate)| CandidateLine::of(texts, number, candidate)).collect(),
        action: layout.to(Next::Arrival.path()),
        sign_in: onward.to("/sign-in"),
        ways: others
            .map(|other| {
                let address = onward.to(&other.start());
                (other, address)
            })
            .collect(),
        decline: layout.to(decline::PATH),
        layout,
    };
    visit.page(status, page)
}
