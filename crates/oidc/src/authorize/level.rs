//! The level that a request asks for, and the cheapest way there for somebody who is signed in.
//!
//! Asked for in vain, the answer depends on the question: `acr_values` is content with the best there is, an essential
//! `acr` of `claims` is not (OpenID Connect Core §3.1.2.1, §5.5.1.1).

use super::outcome::ContactNeed;
use crate::claims;
use crate::provider::Provider;
use portal_id_core::accounts::{Failure, SignedIn};
use portal_id_core::acr::{self, Aal, Ial};
use portal_id_core::credential::Factors;
use portal_id_core::ctx::Ctx;
use portal_id_core::flow::{Way, cheapest_way};
use portal_id_core::session::Session;
use portal_id_core::store::StoreResult;
use portal_id_core::upstream::UpstreamId;
use portal_id_core::upstream_way::UpstreamWay;

/// A level: who vouches at least, and how the person signed in at least.
type Least = (Ial, Aal);

/// What comes next for the level's sake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: it is reached, or nothing more can be had.
    Nothing,
    /// The second factor, here.
    SecondFactor,
    /// A journey to this upstream.
    Upstream(UpstreamId),
}

/// By which ways the person can be raised.
#[derive(Clone, Copy, Debug)]
struct Ways<'a> {
    /// Whether the account has a second factor here.
    second_factor: bool,
    /// The upstreams, the one to be tried first at the front.
    upstreams: &'a [&'a UpstreamWay],
}

/// Judges a session. Where no way leads to all that is asked for, the next best is tried: what is essential, else the most
/// that can be had here. Nobody is asked for what would not be enough in the end.
fn judge(session: &Session, wanted: Least, essential: Option<Least>, ways: Ways<'_>) -> Next {
    let levels: Vec<_> = ways.upstreams.iter().map(|way| way.levels.as_slice()).collect();
    let here = (acr::LOCAL.0, wanted.1.min(acr::LOCAL.1));
    for least in [wanted, essential.unwrap_or(here)] {
        match cheapest_way(session, least, ways.second_factor, &levels) {
            Way::Enough => return Next::Nothing,
            Way::SecondFactor => return Next::SecondFactor,
            Way::Upstream(at) => {
                return ways.upstreams.get(at).map_or(Next::Nothing, |way| Next::Upstream(way.id.clone()));
            }
            Way::None => {}
        }
    }
    Next::Nothing
}

impl Provider {
    /// What the person has to do first so that `wanted` is reached. Asks the database only when something is missing.
    /// `upstream_tried`: they have been to an upstream for this request already, and what they brought is what there is.
    pub(super) async fn next_for_level(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        (wanted, essential): (Option<Least>, Option<Least>),
        upstream_tried: bool,
    ) -> Result<Next, Failure> {
        let session = &who.session;
        let Some(wanted) = wanted.filter(|(ial, aal)| session.ial < *ial || session.aal() < *aal) else {
            return Ok(Next::Nothing);
        };
        let id = who.account.id.clone();
        let found = self.store().read("ways_to_a_level", move |tx| {
            StoreResult::Ok((tx.list_credentials(&id)?, tx.list_upstream_links(&id)?))
        });
        let (credentials, links) = found.await?;
        let phone = claims::open_profile(self.vault(), &who.account)?.phone.is_some();
        let second_factor = Factors::of(&credentials, ctx.now).suffice(phone);
        let mut upstreams: Vec<_> = self.upstreams().on().filter(|_| !upstream_tried).collect();
        // Where the person is known already they only have to come back.
        upstreams.sort_by_key(|way| !links.iter().any(|link| link.upstream == way.id));
        Ok(judge(session, wanted, essential, Ways { second_factor, upstreams: &upstreams }))
    }

    /// How the person cannot be reached that the service needs to.
    pub(super) fn missing_contact(&self, who: &SignedIn, needed: ContactNeed) -> Result<ContactNeed, Failure> {
        if !needed.is_any() {
            return Ok(needed);
        }
        let profile = claims::open_profile(self.vault(), &who.account)?;
        let (email, phone) = (profile.email.is_none(), profile.phone.is_none());
        Ok(ContactNeed { email: needed.email && email, phone: needed.phone && phone })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::acr::Amr;

    const TWO: Least = (Ial(0), Aal(2));
    const THREE: Least = (Ial(2), Aal(2));
    const FOUR: Least = (Ial(3), Aal(3));

    fn session(ial: u8, amr: &[Amr]) -> Session {
        Session { ial: Ial(ial), amr: amr.to_vec(), ..testing::session(NOW) }
    }

    fn way(id: &str, levels: &[Least]) -> UpstreamWay {
        UpstreamWay { id: UpstreamId::parse(id).unwrap(), is_on: true, deep_link: false, levels: levels.to_vec() }
    }

    fn to(id: &str) -> Next {
        Next::Upstream(UpstreamId::parse(id).unwrap())
    }

    // security: row 11
    #[test]
    fn what_is_missing_decides_who_is_asked_and_what_cannot_be_had_is_not_asked_for() {
        let (one, two) = (&[Amr::Pwd][..], &[Amr::Pwd, Amr::Sms, Amr::Mfa][..]);
        let (portal, keycloak) = (way("vnconnect", &[(Ial(1), Aal(2)), THREE]), way("hue", &[(Ial(0), Aal(1))]));
        let all = [&keycloak, &portal];
        for (ial, amr, wanted, essential, second_factor, upstreams, expected) in [
            (0, one, TWO, None, true, &all[..], Next::SecondFactor),
            (0, one, TWO, None, false, &all[..], to("vnconnect")),
            (0, one, TWO, None, false, &all[..1], Next::Nothing),
            (0, two, THREE, None, true, &all[..], to("vnconnect")),
            // One journey, not two: what is missing here comes with it.
            (0, one, THREE, None, true, &all[..], to("vnconnect")),
            // Nobody vouches so highly: two factors are the most that can be had.
            (0, one, THREE, None, true, &all[..1], Next::SecondFactor),
            (0, two, THREE, None, true, &all[..1], Next::Nothing),
            (2, one, THREE, None, true, &all[..], Next::SecondFactor),
            // Asked for the highest class, and content with the third.
            (0, two, FOUR, Some(THREE), true, &all[..], to("vnconnect")),
            (0, two, FOUR, Some(THREE), true, &[][..], Next::Nothing),
            (0, one, THREE, Some(THREE), true, &[][..], Next::Nothing),
            (0, one, THREE, Some(TWO), true, &[][..], Next::SecondFactor),
            (2, two, FOUR, Some(THREE), true, &all[..], Next::Nothing),
            (0, two, FOUR, None, true, &all[..], Next::Nothing),
        ] {
            let judged = judge(&session(ial, amr), wanted, essential, Ways { second_factor, upstreams });
            assert_eq!(judged, expected, "{ial} {amr:?} {wanted:?} {essential:?} {second_factor} {}", upstreams.len());
        }
    }
}
