//! What becomes of somebody who arrives by another provider (decisions 24): a pure function of what was found, so that its
//! whole table can be tested. Nothing is ever linked because an e-mail, a phone or a number is the same (security.md row
//! 7): a number only says whom to ask for a proof.

use super::ArrivalRefusal;
use crate::accounts::RegistrationMode;
use crate::profile::AccountState;

/// An account of the same class that has one of the numbers that the upstream vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// Where it is in its life. Registrations that wait for their activation hold nothing and match nothing.
    pub(super) state: AccountState,
    /// Whether somebody else of this upstream is its holder already.
    pub(super) linked_here: bool,
    /// Whether somebody vouches for the number being its holder's.
    pub(super) verified: bool,
    /// Whether another upstream does so, whose word weighs more than this arrival's.
    pub(super) outweighs: bool,
}

impl Match {
    const fn is_active(self) -> bool {
        matches!(self.state, AccountState::Active)
    }

    /// An operator stopped the person of this number: arriving once more must not undo that.
    const fn is_stopped(self) -> bool {
        matches!(self.state, AccountState::Disabled) && self.verified
    }

    /// Whose number cannot be taken away by this upstream: it vouched for another person, or one whose word weighs more did,
    /// and either would take it back; or an operator stopped the account.
    const fn stands(self) -> bool {
        self.is_stopped() || (self.is_active() && (self.linked_here || self.outweighs))
    }
}

/// How far the person has proved that an account here is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proved {
    /// Nobody asked them yet.
    NotAsked,
    /// They proved to hold this one.
    Holds(usize),
    /// Asked for each that matches, they declined or could not.
    Declined,
}

/// What is known at the first arrival of a person.
#[derive(Clone, Copy, Debug)]
pub(super) struct First<'a> {
    /// Whether the upstream vouches for who the person is.
    pub(super) vouched: bool,
    /// Whether it named what an account of the class needs.
    pub(super) complete: bool,
    /// Who may register an account of the class today.
    pub(super) mode: RegistrationMode,
    /// Accounts with one of the numbers.
    pub(super) matches: &'a [Match],
    /// Whether one of them was proved.
    pub(super) proved: Proved,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Ask the person to prove that one of the active matches is theirs.
    Ask,
    /// Link this account; take the number from these others.
    Link { account: usize, displaced: Vec<usize> },
    /// Make an account; take the number from these others.
    New { displaced: Vec<usize> },
    /// Nothing.
    Refuse(ArrivalRefusal),
}

/// Decides about a person whom no link leads to.
pub(super) fn first_arrival(first: First<'_>) -> Verdict {
    let anew = |displaced| match first.mode {
        RegistrationMode::Closed => Verdict::Refuse(ArrivalRefusal::NotOpen),
        RegistrationMode::Open | RegistrationMode::FederatedOnly => Verdict::New { displaced },
    };
    if !first.vouched {
        return anew(Vec::new());
    }
    if !first.complete {
        return Verdict::Refuse(ArrivalRefusal::Incomplete);
    }
    if first.matches.iter().any(|one| one.is_stopped()) {
        return Verdict::Refuse(ArrivalRefusal::Disabled);
    }
    let but = |kept: Option<usize>| (0..first.matches.len()).filter(|at| Some(*at) != kept).collect::<Vec<_>>();
    let others_stand = |kept: Option<usize>| but(kept).into_iter().any(|at| first.matches[at].stands());
    let anybody_to_ask = first.matches.iter().any(|one| one.is_active());
    match first.proved {
        Proved::Holds(account) if first.matches.get(account).is_some_and(|one| one.is_active()) => {
            if others_stand(Some(account)) {
                return Verdict::Refuse(ArrivalRefusal::AtTheDesk);
            }
            Verdict::Link { account, displaced: but(Some(account)) }
        }
        Proved::Declined if anybody_to_ask && first.mode == RegistrationMode::Closed => anew(Vec::new()),
        Proved::Declined if others_stand(None) => Verdict::Refuse(ArrivalRefusal::AtTheDesk),
        Proved::NotAsked | Proved::Holds(_) if anybody_to_ask => Verdict::Ask,
        Proved::NotAsked | Proved::Holds(_) | Proved::Declined => anew(but(None)),
    }
}

/// What is known of a person whom a link leads to an account, or who is about to link the one they are signed in to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// Where the account is in its life.
    pub(super) state: AccountState,
    /// Whether the upstream says the same class of it.
    pub(super) same_class: bool,
    /// Whether the upstream's numbers can be those of the person that somebody vouched for here.
    pub(super) same_person: bool,
    /// Other accounts with one of the numbers.
    pub(super) others: &'a [Match],
}

/// From which others the numbers are taken.
pub(super) fn known_arrival(known: Known<'_>) -> Result<Vec<usize>, ArrivalRefusal> {
    match known.state {
        AccountState::Active => {}
        AccountState::Disabled => return Err(ArrivalRefusal::Disabled),
        AccountState::Closed | AccountState::Pending => return Err(ArrivalRefusal::Closed),
    }
    if !known.same_class {
        return Err(ArrivalRefusal::ClassChanged);
    }
    if !known.same_person {
        return Err(ArrivalRefusal::PersonChanged);
    }
    if known.others.iter().any(|one| one.stands()) {
        return Err(ArrivalRefusal::AtTheDesk);
    }
    Ok((0..known.others.len()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use AccountState::{Active, Closed, Disabled};
    use ArrivalRefusal as Refusal;
    use RegistrationMode::{Closed as Shut, FederatedOnly, Open};

    const fn found(state: AccountState, verified: bool, linked_here: bool) -> Match {
        Match { state, linked_here, verified, outweighs: false }
    }

    const HERS: Match = found(Active, false, false);
    const HERS_VERIFIED: Match = found(Active, true, false);
    const OF_ANOTHER_SUBJECT: Match = found(Active, true, true);
    const OUTWEIGHS: Match = Match { outweighs: true, ..HERS_VERIFIED };
    const STOPPED: Match = found(Disabled, true, false);
    const STOPPED_CLAIM: Match = found(Disabled, false, false);
    const CLOSED: Match = found(Closed, true, false);

    fn first(matches: &[Match], proved: Proved, mode: RegistrationMode) -> Verdict {
        first_arrival(First { vouched: true, complete: true, mode, matches, proved })
    }

    fn new(displaced: &[usize]) -> Verdict {
        Verdict::New { displaced: displaced.to_vec() }
    }

    fn link(account: usize, displaced: &[usize]) -> Verdict {
        Verdict::Link { account, displaced: displaced.to_vec() }
    }

    // The rows of the table in docs/adr/0022.
    // security: row 7
    #[test]
    fn a_first_arrival_goes_the_way_of_its_row() {
        let refuse = Verdict::Refuse;
        let (unasked, held, declined) = (Proved::NotAsked, Proved::Holds(0), Proved::Declined);
        for (matches, proved, expected, when_closed) in [
            // Nobody here has the number.
            (&[][..], unasked, new(&[]), refuse(Refusal::NotOpen)),
            // One account has it, typed or vouched for: asked, then linked, or displaced.
            (&[HERS][..], unasked, Verdict::Ask, Verdict::Ask),
            (&[HERS], held, link(0, &[]), link(0, &[])),
            (&[HERS], declined, new(&[0]), refuse(Refusal::NotOpen)),
            (&[HERS_VERIFIED], unasked, Verdict::Ask, Verdict::Ask),
            (&[HERS_VERIFIED], held, link(0, &[]), link(0, &[])),
            (&[HERS_VERIFIED], declined, new(&[0]), refuse(Refusal::NotOpen)),
            // It is somebody else of the same upstream: with a proof the link is replaced, without one nobody is displaced.
            (&[OF_ANOTHER_SUBJECT], unasked, Verdict::Ask, Verdict::Ask),
            (&[OF_ANOTHER_SUBJECT], held, link(0, &[]), link(0, &[])),
            (&[OF_ANOTHER_SUBJECT], declined, refuse(Refusal::AtTheDesk), refuse(Refusal::NotOpen)),
            // Somebody who knows better vouched for it elsewhere: the same.
            (&[OUTWEIGHS], unasked, Verdict::Ask, Verdict::Ask),
            (&[OUTWEIGHS], held, link(0, &[]), link(0, &[])),
            (&[OUTWEIGHS], declined, refuse(Refusal::AtTheDesk), refuse(Refusal::NotOpen)),
            // Several have it.
            (&[HERS, HERS_VERIFIED], unasked, Verdict::Ask, Verdict::Ask),
            (&[HERS, HERS_VERIFIED], Proved::Holds(1), link(1, &[0]), link(1, &[0])),
            (&[HERS, HERS_VERIFIED], declined, new(&[0, 1]), refuse(Refusal::NotOpen)),
            (&[HERS, OF_ANOTHER_SUBJECT], held, refuse(Refusal::AtTheDesk), refuse(Refusal::AtTheDesk)),
            (&[HERS, OUTWEIGHS], held, refuse(Refusal::AtTheDesk), refuse(Refusal::AtTheDesk)),
            (&[HERS, OF_ANOTHER_SUBJECT], Proved::Holds(1), link(1, &[0]), link(1, &[0])),
            (&[HERS, OF_ANOTHER_SUBJECT], declined, refuse(Refusal::AtTheDesk), refuse(Refusal::NotOpen)),
            // An operator stopped the person; a mere claim of a stopped or closed account holds nobody up.
            (&[STOPPED], unasked, refuse(Refusal::Disabled), refuse(Refusal::Disabled)),
            (&[HERS, STOPPED], held, refuse(Refusal::Disabled), refuse(Refusal::Disabled)),
            (&[STOPPED_CLAIM], unasked, new(&[0]), refuse(Refusal::NotOpen)),
            (&[CLOSED], unasked, new(&[0]), refuse(Refusal::NotOpen)),
            (&[CLOSED, HERS], Proved::Holds(1), link(1, &[0]), link(1, &[0])),
            // A proof counts for an account that is active and matches, and for nothing else.
            (&[CLOSED], held, new(&[0]), refuse(Refusal::NotOpen)),
            (&[HERS], Proved::Holds(7), Verdict::Ask, Verdict::Ask),
        ] {
            for mode in [Open, FederatedOnly] {
                assert_eq!(first(matches, proved, mode), expected, "{matches:?} {proved:?} {mode:?}");
            }
            assert_eq!(first(matches, proved, Shut), when_closed, "{matches:?} {proved:?} closed");
        }
    }

    /// Whoever is vouched for by nobody brings only who they are at the upstream: its list of numbers that people typed
    /// there can neither find out nor touch an account here.
    // security: row 7
    #[test]
    fn an_upstream_that_vouches_for_nobody_touches_no_account() {
        for matches in [&[][..], &[HERS], &[HERS_VERIFIED, OF_ANOTHER_SUBJECT], &[STOPPED]] {
            for proved in [Proved::NotAsked, Proved::Declined, Proved::Holds(0)] {
                for complete in [true, false] {
                    let of = |mode| first_arrival(First { vouched: false, complete, mode, matches, proved });
                    assert_eq!(of(Open), new(&[]));
                    assert_eq!(of(FederatedOnly), new(&[]));
                    assert_eq!(of(Shut), Verdict::Refuse(Refusal::NotOpen));
                }
            }
        }
    }

    #[test]
    fn a_person_without_what_their_class_needs_is_refused_before_anybody_is_looked_for() {
        for matches in [&[][..], &[HERS], &[STOPPED]] {
            let of = First { vouched: true, complete: false, mode: Open, matches, proved: Proved::NotAsked };
            assert_eq!(first_arrival(of), Verdict::Refuse(Refusal::Incomplete));
        }
    }

    /// Whatever the combination: no account is linked without its proof, and none that is linked to another subject of the
    /// upstream, whose number another upstream vouches for with more weight, or stopped as the same person, ever loses its number.
    // security: row 7
    #[test]
    fn over_the_whole_matrix_nothing_is_linked_without_proof_and_no_vouched_holder_loses_a_number() {
        let states = [Active, Disabled, Closed];
        let one = states.into_iter().flat_map(|state| {
            [(true, true), (true, false), (false, true), (false, false)].map(|(a, b)| found(state, a, b))
        });
        let one: Vec<Match> = one.chain([OUTWEIGHS]).collect();
        let pairs = one.iter().flat_map(|a| one.iter().map(|b| vec![*a, *b]));
        for matches in one.iter().map(|only| vec![*only]).chain(pairs) {
            for mode in [Open, FederatedOnly, Shut] {
                for proved in [Proved::NotAsked, Proved::Declined, Proved::Holds(0), Proved::Holds(1)] {
                    let verdict = first(&matches, proved, mode);
                    let displaced = match &verdict {
                        Verdict::Link { account, displaced } => {
                            assert_eq!(proved, Proved::Holds(*account));
                            assert!(matches[*account].is_active() && !displaced.contains(account));
                            displaced
                        }
                        Verdict::New { displaced } => {
                            assert_ne!(mode, Shut);
                            displaced
                        }
                        Verdict::Ask | Verdict::Refuse(_) => continue,
                    };
                    assert!(displaced.iter().all(|at| !matches[*at].stands()), "{matches:?} {proved:?}");
                }
            }
        }
    }

    #[test]
    fn a_known_person_goes_in_unless_they_are_stopped_another_class_or_another_person() {
        let good = Known { state: Active, same_class: true, same_person: true, others: &[] };
        assert_eq!(known_arrival(good), Ok(vec![]));
        assert_eq!(known_arrival(Known { others: &[HERS, CLOSED], ..good }), Ok(vec![0, 1]));
        for (known, refusal) in [
            (Known { state: Disabled, ..good }, Refusal::Disabled),
            (Known { state: Closed, ..good }, Refusal::Closed),
            (Known { same_class: false, ..good }, Refusal::ClassChanged),
            (Known { same_person: false, ..good }, Refusal::PersonChanged),
            (Known { others: &[HERS, OF_ANOTHER_SUBJECT], ..good }, Refusal::AtTheDesk),
            (Known { others: &[OUTWEIGHS], ..good }, Refusal::AtTheDesk),
            (Known { others: &[STOPPED], ..good }, Refusal::AtTheDesk),
        ] {
            assert_eq!(known_arrival(known), Err(refusal));
        }
    }
}
