//! The way to another provider. To sign in, or to prove it again, a link is enough: whoever follows somebody else's link
//! can do no more there than be themselves. To link an account takes a form of ours, or a foreign page could tie the
//! account of somebody to an identity of its own choice.

use super::{Upstreams, trouble};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Visit};
use crate::pages::confirm;
use crate::pages::layout::Layout;
use askama::Template;
use axum::extract::{Path, State};
use http::StatusCode;
use portal_id_core::upstream::Purpose;
use portal_id_federation::{Departing, Federation};

/// The page that leads there by itself: after a form of ours a redirect to another site would be held against the page's
/// `form-action`, and so would each of that site's own redirects (decisions 17).
#[derive(Template)]
#[template(path = "pages/going-there.html")]
pub(crate) struct GoingTherePage {
    pub(crate) layout: Layout,
    /// The provider's name.
    pub(crate) name: String,
    /// The address at the provider.
    pub(crate) address: String,
}

impl GoingTherePage {
    /// The key of its title.
    pub(crate) const TITLE: &'static str = "going-there-title";
}

/// `GET /upstream/{id}/start`, with `again=1` to prove anew who one is.
pub(crate) async fn get(visit: Visit, State(s): State<Upstreams>, Path(id): Path<String>) -> PageResult {
    let again = visit.query.get("again") == "1";
    let session = visit.who.as_ref().filter(|_| again).map(|who| who.session.id.clone());
    let anew = session.is_some() || visit.flow.as_ref().is_some_and(|open| open.wants_a_new_sign_in());
    let departing = Departing {
        purpose: session.map_or(Purpose::SignIn, |session| Purpose::Again { session }),
        baggage: visit.baggage(),
        anew,
        least: None,
        login_hint: None,
    };
    leave_for(visit, &s.federation, &id, departing).await
}

/// `POST /upstream/{id}/link`: whoever confirmed who they are links their account, and comes back to their links.
pub(crate) async fn link(
    visit: Visit,
    State(s): State<Upstreams>,
    Path(id): Path<String>,
    CsrfForm(LinkFields): CsrfForm<LinkFields>,
) -> PageResult {
    let (mut visit, owner) = match confirm::owner(visit, &s.accounts, Next::Links) {
        Ok(owner) => owner,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    visit.next = Some(Next::Links);
    let departing = Departing {
        purpose: Purpose::Link { session: owner.session().id.clone() },
        baggage: visit.baggage(),
        anew: false,
        least: None,
        login_hint: None,
    };
    leave_for(visit, &s.federation, &id, departing).await
}

/// What the form of a link sends: its button, and nothing else.
pub(crate) struct LinkFields;

impl FormFields for LinkFields {
    const FIELDS: &'static [&'static str] = &[];

    fn from_fields(_: &Fields) -> Self {
        Self
    }
}

/// Sends the browser to the provider `id`, or says why not.
pub(crate) async fn leave_for(
    visit: Visit,
    federation: &Federation,
    id: &str,
    departing: Departing,
) -> Result<axum::response::Response, PageError> {
    match federation.begin(&visit.ctx, id, departing).await {
        Ok(departure) if visit.after_form => {
            let layout = visit.layout(GoingTherePage::TITLE);
            let name = federation.offer(id).map(|offer| offer.name.text(layout.texts.language()).to_owned());
            let page = GoingTherePage { layout, name: name.unwrap_or_default(), address: departure.location };
            Ok(visit.page(StatusCode::OK, page))
        }
        Ok(departure) => Ok(visit.see_other(&departure.location)),
        Err(why) => Ok(trouble::show(visit, federation, id, &why)),
    }
}
