//! What a service demands of a session, and the cheapest way there. Steps know neither each other nor their order: after
//! each the request is judged anew.

use crate::acr::{Aal, Ial};
use crate::session::Session;
use crate::time::Timestamp;

/// What a request demands of the session it will use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    /// The person must have proved who they are at or after this moment (`prompt=login`, `max_age`).
    pub signed_in_since: Option<Timestamp>,
    /// The least level that is asked for (`acr_values`, `claims`), where one is.
    pub level: Option<(Ial, Aal)>,
}

impl Requirement {
    /// Whether one factor is not enough: a session of a remembered browser does not count.
    pub fn two_factors(&self) -> bool {
        self.level.is_some_and(|(_, aal)| aal >= Aal(2))
    }

    /// Whether the person of the session proved who they are recently enough. Where nobody knows when that was, it was not,
    /// whatever is asked.
    pub fn is_recent_enough(&self, session: &Session) -> bool {
        self.signed_in_since.is_none_or(|since| session.proved_at().is_some_and(|at| at >= since))
    }
}

/// How a session comes to a level that a service asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is there already.
    Enough,
    /// The person proves a second factor here.
    SecondFactor,
    /// The person proves who they are at this one of the upstreams.
    Upstream(usize),
    /// No way leads there.
    None,
}

/// The cheapest way that suffices: a factor here before a journey elsewhere, and of the upstreams the first that reaches
/// it. `second_factor` is whether the account has one here; each upstream comes with what its rules make of a sign-in there
/// at best. Nothing here raises `ial`.
pub fn cheapest_way(
    session: &Session,
    (ial, aal): (Ial, Aal),
    second_factor: bool,
    upstreams: &[&[(Ial, Aal)]],
) -> Way {
    let here = session.aal();
    if session.ial >= ial && here >= aal {
        return Way::Enough;
    }
    if session.ial >= ial && second_factor && aal <= Aal(2) {
        return Way::SecondFactor;
    }
    // What was proved here before still counts, and who vouches is the upstream alone.
    let reaches = |level: &(Ial, Aal)| level.0 >= ial && level.1.max(here) >= aal;
    let found = upstreams.iter().position(|levels| levels.iter().any(reaches));
    found.map_or(Way::None, Way::Upstream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acr::Amr;
    use crate::digest::Digest;
    use crate::ids::{AccountId, SessionId};

    fn session(ial: u8, amr: &[Amr]) -> Session {
        Session {
            id: SessionId::from_text("session"),
            secret: Digest::from_bytes([0; 32]),
            account_id: AccountId::from_text("account"),
            auth_time: Timestamp::from_millis(0),
            last_seen_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(1),
            amr: amr.to_vec(),
            ial: Ial(ial),
            user_agent: String::new(),
            network: String::new(),
            ended_at: None,
        }
    }

    // security: row 11
    #[test]
    fn a_person_is_sent_no_further_than_the_level_needs() {
        let (one, two) = ([Amr::Pwd], [Amr::Pwd, Amr::Sms, Amr::Mfa]);
        let basic = &[(Ial(1), Aal(2))][..];
        let portal = &[(Ial(1), Aal(2)), (Ial(2), Aal(2))][..];
        let chip = &[(Ial(3), Aal(3))][..];
        let all = [basic, portal, chip];
        let (second, third, fourth) = ((Ial(0), Aal(2)), (Ial(2), Aal(2)), (Ial(3), Aal(3)));
        for (ial, amr, least, factor, expected) in [
            (0, &two[..], second, true, Way::Enough),
            (0, &one, second, true, Way::SecondFactor),
            (0, &one, second, false, Way::Upstream(0)),
            (0, &two, third, true, Way::Upstream(1)),
            (0, &one, third, true, Way::Upstream(1)),
            // Vouched for already: what is missing is a factor.
            (2, &one, third, true, Way::SecondFactor),
            (2, &one, third, false, Way::Upstream(1)),
            (2, &two, third, false, Way::Enough),
            (2, &two, fourth, true, Way::Upstream(2)),
            // No second factor here is of hardware.
            (3, &two, fourth, true, Way::Upstream(2)),
        ] {
            assert_eq!(cheapest_way(&session(ial, amr), least, factor, &all), expected, "{ial} {amr:?} {least:?}");
        }
        assert_eq!(cheapest_way(&session(0, &two), third, true, &[]), Way::None);
        assert_eq!(cheapest_way(&session(0, &one), fourth, true, &all[..2]), Way::None);
    }
}
