//! What the browser gets when somebody arrived by another provider, at once or after they proved an account.

use super::trouble::{self, What};
use crate::edge::{LocalPath, Next, Visit};
use crate::pages::notice::{self, Notice};
use crate::pages::register_closed;
use axum::response::Response;
use portal_id_core::accounts::{ArrivalOutcome, ArrivalRefusal, Missing};
use portal_id_core::profile::AccountClass;
use portal_id_core::upstream::{Purpose, UpstreamId};
use portal_id_federation::Federation;

/// By whom somebody arrived, as which kind of account, and what they went there for.
#[derive(Clone, Debug)]
pub(crate) struct By {
    pub(crate) upstream: UpstreamId,
    pub(crate) class: AccountClass,
    pub(crate) purpose: Purpose,
}

/// Goes on with what came of an arrival. `visit` carries what the person was on the way to.
pub(crate) fn arrived(visit: Visit, federation: &Federation, by: &By, outcome: ArrivalOutcome) -> Response {
    match outcome {
        ArrivalOutcome::SignedIn { new, first, missing } => signed_in(visit.start_session(&new), first, &missing),
        ArrivalOutcome::Prove(ticket) => {
            let path = visit.path("/sign-in/arrival");
            visit.keep_arrival(&ticket).to(path)
        }
        ArrivalOutcome::Linked => {
            let path = LocalPath::from(Next::Links.path()).with("done", "linked");
            visit.to(path)
        }
        ArrivalOutcome::NotProved => {
            let path = visit.path("/sign-in/arrival");
            visit.to(path)
        }
        ArrivalOutcome::Over => nothing(visit.forget_arrival(), federation, by, What::OVER),
        ArrivalOutcome::Refused(why) => refused(visit.forget_arrival(), federation, by, why),
    }
}

/// Goes on with whoever is in: back to an arrival that they now prove; to what a new account lacks; else on.
fn signed_in(visit: Visit, first: bool, missing: &Missing) -> Response {
    if visit.next == Some(Next::Arrival) && visit.arrival_ticket().is_some() {
        return visit.resume();
    }
    let visit = visit.forget_arrival();
    if first && (missing.email || missing.phone) {
        let path = visit.path(Next::Contact.path());
        return visit.to(path);
    }
    visit.resume()
}

fn refused(visit: Visit, federation: &Federation, by: &By, why: ArrivalRefusal) -> Response {
    let what = match why {
        ArrivalRefusal::NotOpen => return register_closed::show_after_arrival(visit, by.class),
        ArrivalRefusal::Disabled => return notice::show(visit, Notice::DISABLED),
        ArrivalRefusal::Closed => return notice::show(visit, Notice::CLOSED),
        ArrivalRefusal::Incomplete => What::INCOMPLETE,
        ArrivalRefusal::PersonChanged => What::PERSON_CHANGED,
        ArrivalRefusal::ClassChanged => What::CLASS_CHANGED,
        ArrivalRefusal::LinkedElsewhere => What::LINKED_ELSEWHERE,
        ArrivalRefusal::AnotherLinkedHere => What::ANOTHER_LINKED_HERE,
        ArrivalRefusal::SomebodyElse => What::SOMEBODY_ELSE,
        ArrivalRefusal::AtTheDesk => What::AT_THE_DESK,
    };
    nothing(visit, federation, by, what)
}

fn nothing(visit: Visit, federation: &Federation, by: &By, what: What) -> Response {
    trouble::page(visit, federation, by.upstream.as_str(), Some(&by.purpose), what)
}
