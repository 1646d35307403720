//! The way to another provider. To sign in, or to prove it again, a link is enough: whoever follows somebody else's link
//! can do no more there than be themselves. To link an account takes a form of ours, or a foreign page could tie the
//! account of somebody to an identity of its own choice.

use super::{AGAIN_FOR_LEVEL, ANEW, Upstreams, trouble};
use crate::edge::flow::{Destination, OpenFlow};
use crate::edge::{CsrfForm, Fields, FormFields, Next, PageError, PageResult, Path, Visit};
use crate::pages::confirm;
use crate::pages::layout::Layout;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::flow::Requirement;
use portal_id_core::upstream::Purpose;
use portal_id_federation::{Departing, Federation};
use portal_id_oidc::UpstreamAsk;

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

/// `GET /upstream/{id}/start`, with `again=1` to prove anew who one is, and `again=level` to prove it better.
pub(crate) async fn get(visit: Visit, State(s): State<Upstreams>, Path(id): Path<String>) -> PageResult {
    let again = match visit.query.get("again") {
        ANEW => Some(true),
        AGAIN_FOR_LEVEL => Some(false),
        _ => None,
    };
    let session = visit.who.as_ref().filter(|_| again.is_some()).map(|who| who.session.id.clone());
    // What is to prove an account must have happened since its person arrived.
    let proves = visit.next == Some(Next::Arrival);
    let anew = proves || (session.is_some() && again == Some(true));
    let purpose = session.map_or(Purpose::SignIn, |session| Purpose::Again { session });
    leave(visit, &s.federation, &id, purpose, anew).await
}

/// Leads somebody to the provider that the request of a service names, or that alone reaches the level it asks for.
pub(crate) async fn lead(mut visit: Visit, federation: &Federation, ask: UpstreamAsk) -> PageResult {
    if let Some(open) = &mut visit.flow {
        open.destination.get_or_insert_with(|| Destination::of(&ask.ask));
    }
    // The service may have sent its request by a form.
    leave(visit.like_after_a_form(), federation, ask.upstream.as_str(), ask.purpose, false).await
}

/// Leaves for the provider with what the pending request demands of the sign-in there. `anew` if one's own page does.
async fn leave(visit: Visit, federation: &Federation, id: &str, purpose: Purpose, anew: bool) -> PageResult {
    let Requirement { signed_in_since, level } = visit.flow.as_ref().map(OpenFlow::requirement).unwrap_or_default();
    let reaches = |(ial, aal)| federation.reaching(ial, aal).iter().any(|offer| offer.id.as_str() == id);
    let for_level = level.is_some_and(|level| matches!(purpose, Purpose::Again { .. }) || reaches(level));
    let visit = if for_level { visit.trying_upstream() } else { visit };
    let departing = Departing {
        purpose,
        baggage: visit.baggage(),
        anew: anew || signed_in_since.is_some(),
        least: level,
        login_hint: hint_for(&visit, id),
    };
    leave_for(visit, federation, id, departing).await
}

/// Whom the service expects, if it named this provider: else the hint is a name of ours, and nothing to tell anybody.
fn hint_for(visit: &Visit, id: &str) -> Option<String> {
    let params = &visit.flow.as_ref()?.flow.params;
    params.get("idp_hint").filter(|named| *named == id)?;
    params.get("login_hint").map(str::to_owned)
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
        // Whoever the browser happens to be signed in as there need not be the owner.
        anew: true,
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
    let purpose = departing.purpose.clone();
    match federation.begin(&visit.ctx, id, departing).await {
        Ok(departure) if visit.after_form => {
            let layout = visit.layout(GoingTherePage::TITLE);
            let name = federation.offer(id).map(|offer| offer.name.text(layout.texts.language()).to_owned());
            let page = GoingTherePage { layout, name: name.unwrap_or_default(), address: departure.location };
            Ok(visit.page(StatusCode::OK, page))
        }
        Ok(departure) => Ok(visit.see_other(&departure.location)),
        Err(why) => Ok(trouble::show(visit, federation, id, Some(&purpose), &why)),
    }
}
