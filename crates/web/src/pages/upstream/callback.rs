//! The way back from another provider (OpenID Connect Core §3.1.2.5). What comes through the browser is `state` and a
//! code, or an error; who somebody is comes over the back channel alone (security.md row 39).

use super::arrived::{By, arrived};
use super::{Upstreams, trouble};
use crate::edge::form::read_form;
use crate::edge::visit::see_other;
use crate::edge::{Call, LocalPath, PageError, PageResult, Path, Visit};
use crate::protocol::posted::{self, Destination};
use axum::extract::{RawQuery, Request, State};
use portal_id_federation::{Answer, Arrived, MalformedAnswer, Stranded, Trouble};
use portal_id_oidc::Parameters;

/// What an answer is made of. Whatever else comes along is left behind.
const OF_AN_ANSWER: [&str; 4] = ["state", "code", "error", "iss"];

/// `GET /upstream/{id}/callback`
pub(crate) async fn get(
    visit: Visit,
    State(s): State<Upstreams>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let outcome = match answer(&visit, &s, query.as_deref().unwrap_or_default()) {
        Ok(answer) => s.federation.finish(&visit.ctx, &id, &answer).await,
        Err(MalformedAnswer) => Err(Stranded::from(Trouble::Malformed)),
    };
    match outcome {
        Ok(Arrived { identity, purpose, baggage }) => {
            let visit = visit.back_with(&baggage).await?;
            let by = By { upstream: identity.upstream.clone(), class: identity.class, purpose: purpose.clone() };
            let outcome = s.accounts.arrive(&visit.ctx, identity, purpose, visit.here(false)).await?;
            Ok(arrived(visit, &s.federation, &by, outcome))
        }
        Err(stranded) => trouble::stranded(visit, &s.federation, &id, stranded).await,
    }
}

fn answer(visit: &Visit, s: &Upstreams, query: &str) -> Result<Answer, MalformedAnswer> {
    let sealed = visit.query.find(posted::PARAMETER);
    let carried = sealed.and_then(|text| posted::open(s.vault.as_ref(), &visit.ctx, Destination::Upstream, text));
    match (sealed, carried) {
        (Some(_), Some(params)) => Answer::read(of_an_answer(&params)),
        // Altered, or too late: then no attempt is found.
        (Some(_), None) => Ok(Answer::default()),
        (None, _) => Answer::read(
            form_urlencoded::parse(query.as_bytes())
                .collect::<Vec<_>>()
                .iter()
                .map(|(name, value)| (&**name, &**value)),
        ),
    }
}

fn of_an_answer(params: &Parameters) -> impl Iterator<Item = (&str, &str)> {
    OF_AN_ANSWER.into_iter().flat_map(|name| params.every(name).map(move |value| (name, value)))
}

/// `POST /upstream/{id}/callback`: an answer by form. It comes from another site, so without our cookies, and goes on as a
/// GET that has them (decisions 15).
pub(crate) async fn post(
    Call { ctx }: Call,
    State(s): State<Upstreams>,
    Path(id): Path<String>,
    request: Request,
) -> PageResult {
    let offer = s.federation.offer(&id).ok_or(PageError::NotFound)?;
    let (parts, body) = request.into_parts();
    let params = Parameters::parse(&read_form(&parts.headers, body).await?);
    let params = params.map_err(|fault| PageError::Malformed(fault.key()))?;
    let mut kept = form_urlencoded::Serializer::new(String::new());
    kept.extend_pairs(of_an_answer(&params));
    let kept = Parameters::parse(kept.finish().as_bytes()).map_err(|fault| PageError::Malformed(fault.key()))?;
    let sealed = posted::seal(s.vault.as_ref(), &ctx, Destination::Upstream, &kept);
    Ok(see_other(LocalPath::of_upstream(&offer.id, "callback").with(posted::PARAMETER, &sealed).as_str()))
}
