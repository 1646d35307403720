//! Proving again who one is, before one's factors can be seen or changed.

use super::layout::Layout;
use super::passkey::{PasskeyFields, PasskeyForm};
use super::problems::{self, Problems};
use super::sign_in;
use super::upstream::{DENIED, Way};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, ConfirmOutcome, Confirmed, Field};
use portal_id_core::acr::Aal;
use portal_id_federation::Federation;
use std::sync::Arc;

/// The page that asks for the password, or a passkey.
#[derive(Template)]
#[template(path = "pages/confirm.html")]
pub(crate) struct ConfirmPage {
    pub(super) layout: Layout,
    /// Whether they just said no at a provider.
    pub(super) denied: bool,
    pub(super) problems: Problems,
    /// Whether there is a password to ask for.
    pub(super) has_password: bool,
    pub(super) passkey: Option<PasskeyForm>,
    /// Whether their session stands on one factor, and they have a second: proved lately by the first, that is what lacks.
    pub(super) second_step: bool,
    /// The providers that the account is linked to, with the addresses where one proves anew who one is.
    pub(super) ways: Vec<(Way, String)>,
}

/// What the page sends.
pub(crate) struct ConfirmFields {
    password: String,
}

impl FormFields for ConfirmFields {
    const FIELDS: &'static [&'static str] = &["password"];

    fn from_fields(fields: &Fields) -> Self {
        Self { password: fields.get("password").to_owned() }
    }
}

/// The person of this visit, if they proved a short while ago who they are; else the way to where they do so, which
/// comes back to `next`.
pub(super) fn owner(visit: Visit, accounts: &Accounts, next: Next) -> Result<(Visit, Confirmed), Box<Response>> {
    let Some(who) = &visit.who else { return Err(Box::new(visit.by_way_of("/sign-in", next))) };
    match accounts.confirmed(&visit.ctx, who, visit.confirmation()) {
        Some(owner) => Ok((visit, owner)),
        None => Err(Box::new(visit.by_way_of("/account/confirm", next))),
    }
}

/// `GET /account/confirm?next=`
pub(crate) async fn get(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
) -> PageResult {
    show(visit, (&accounts, &federation), StatusCode::OK, Problems::default()).await
}

/// `POST /account/confirm?next=`
pub(crate) async fn post(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
    CsrfForm(fields): CsrfForm<ConfirmFields>,
) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Security)) };
    let outcome = accounts.confirm(&visit.ctx, who, &fields.password, visit.here(false)).await?;
    go_on(visit, (&accounts, &federation), outcome).await
}

/// `POST /account/confirm/passkey?next=`
pub(crate) async fn post_passkey(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
    CsrfForm(fields): CsrfForm<PasskeyFields>,
) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Security)) };
    let outcome = match fields.assertion() {
        Ok(assertion) => accounts.confirm_with_passkey(&visit.ctx, who, &assertion, visit.here(false)).await?,
        Err(_) => ConfirmOutcome::NotFresh,
    };
    go_on(visit, (&accounts, &federation), outcome).await
}

async fn go_on(mut visit: Visit, house: (&Accounts, &Federation), outcome: ConfirmOutcome) -> PageResult {
    let texts = Texts::of(visit.ctx.language);
    // Whoever comes without saying where from wanted to see their factors.
    visit.next.get_or_insert(Next::Security);
    let (status, problem) = match outcome {
        ConfirmOutcome::Confirmed { cookie } => return Ok(visit.confirmed(&cookie).resume()),
        ConfirmOutcome::SignIn(outcome) => match sign_in::go_on(visit, outcome) {
            Ok(response) => return Ok(response),
            Err((again, status, problem)) => {
                visit = *again;
                (status, problem)
            }
        },
        ConfirmOutcome::Refused => (StatusCode::UNPROCESSABLE_ENTITY, problems::refused(texts, "confirm-refused")),
        // The page says so itself.
        ConfirmOutcome::NoPassword => {
            return show(visit, house, StatusCode::UNPROCESSABLE_ENTITY, Problems::default()).await;
        }
        ConfirmOutcome::NotFresh => (StatusCode::UNPROCESSABLE_ENTITY, texts.text("passkey-not-fresh")),
    };
    show(visit, house, status, Problems::one(Field::Password, problem)).await
}

async fn show(
    visit: Visit,
    (accounts, federation): (&Accounts, &Federation),
    status: StatusCode,
    problems: Problems,
) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Security)) };
    let passkey = accounts.ask_passkey_to_confirm(&visit.ctx, who).await?.map(PasskeyForm::from);
    let links = accounts.own_links(&visit.ctx, who).await?;
    let has_password = !who.account.wants_password();
    let layout = visit.layout("confirm-title");
    let open = Way::all(layout.texts, federation).into_iter();
    let linked = open.filter(|way| links.iter().any(|link| link.upstream.as_str() == way.id));
    let ways = linked
        .map(|way| {
            let address = layout.to_with(&way.start(), &[("again", "1")]);
            (way, address)
        })
        .collect();
    let denied = visit.query.get("said") == DENIED;
    let second_step =
        who.session.aal() < Aal(2) && !has_password && accounts.has_second_step(&visit.ctx, &who.account).await?;
    let page = ConfirmPage { layout, denied, problems, has_password, passkey, second_step, ways };
    Ok(visit.page_with_passkey(status, page))
}
