//! Who here has a number that an upstream vouches for.

use super::decide::Match;
use crate::facts::{FormerNumber, IdentityKind, IdentityNumber};
use crate::ids::AccountId;
use crate::ports::Vault;
use crate::profile::{Account, AccountClass, AccountState, Identifier, IdentifierKind, Profile};
use crate::store::{StoreResult, Tx};
use crate::upstream::{BroughtFacts, UpstreamIdentity};
use crate::vouched::{VouchedKind, Weight};

/// An account with one of the numbers.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) account: Account,
    /// Which of its facts are the same.
    pub(super) same: Vec<IdentifierKind>,
    pub(super) as_match: Match,
}

/// The numbers to look for. Of an organisation none: it is known by its link alone.
fn sought(class: AccountClass, facts: &BroughtFacts) -> Vec<(IdentifierKind, String)> {
    let mut sought = Vec::new();
    match class {
        AccountClass::Citizen => {
            let former = facts.identity_number.as_ref().and_then(IdentityNumber::as_former);
            for number in former.iter().chain(&facts.former_number).map(FormerNumber::digest_input) {
                // Whoever had no other number may have typed it as their identity number.
                sought.push((IdentifierKind::FormerNumber, number.to_owned()));
                sought.push((IdentifierKind::IdentityNumber, number.to_owned()));
            }
            if let Some(number) = facts.identity_number.as_ref().filter(|number| number.kind() == IdentityKind::Cccd) {
                sought.push((IdentifierKind::IdentityNumber, number.digest_input().to_owned()));
            }
        }
        AccountClass::Business => {
            let code = facts.business_code.iter().map(|code| (IdentifierKind::BusinessCode, code.digest_input()));
            sought.extend(code.map(|(kind, code)| (kind, code.to_owned())));
        }
        AccountClass::Organisation => {}
    }
    sought
}

/// The accounts of the identity's class that have one of its numbers, but `known`. Registrations that wait for their
/// activation hold nothing; numbers that were taken from an account are not its own any more.
pub(super) fn look(
    tx: &mut dyn Tx,
    vault: &dyn Vault,
    identity: &UpstreamIdentity,
    known: Option<&AccountId>,
) -> StoreResult<Vec<Found>> {
    let mut all: Vec<Found> = Vec::new();
    if identity.level.ial.0 == 0 {
        return Ok(all);
    }
    for (kind, number) in sought(identity.class, &identity.facts) {
        let digest = kind.digest(vault, &number);
        for state in [AccountState::Active, AccountState::Disabled, AccountState::Closed] {
            for (account, fact) in tx.list_accounts_by_identifier(kind, &digest, state)? {
                if account.class == identity.class && Some(&account.id) != known {
                    note(&mut all, account, &fact);
                }
            }
        }
    }
    let mut possible = Vec::new();
    for mut found in all {
        let facts = tx.list_identifiers(&found.account.id)?;
        let profile = found.account.open_profile(vault)?;
        // A former number alone makes nobody the person of another number that somebody vouched for.
        if can_be(&profile, &facts, identity) {
            let links = tx.list_upstream_links(&found.account.id)?;
            found.as_match.linked_here = links.iter().any(|link| link.upstream == identity.upstream);
            let (own, brought) =
                (tx.list_vouched_facts(&found.account.id)?, Weight::of(identity.source, identity.level.ial));
            found.as_match.outweighs = own.iter().any(|fact| {
                found.same.iter().any(|kind| is_word_for(fact.kind, *kind))
                    && fact.upstream.as_ref().is_some_and(|by| *by != identity.upstream)
                    && fact.weight() > brought
                    && fact.holds(&profile, vault)
            });
            possible.push(found);
        }
    }
    Ok(possible)
}

/// Whether a word about one fact is one about the number, too: who vouched for nine digits and then for the twelve that
/// replaced them has vouched for both.
fn is_word_for(fact: VouchedKind, number: IdentifierKind) -> bool {
    fact == VouchedKind::from(number) || (fact == VouchedKind::IdentityNumber && number == IdentifierKind::FormerNumber)
}

fn note(all: &mut Vec<Found>, account: Account, fact: &Identifier) {
    if let Some(found) = all.iter_mut().find(|found| found.account.id == account.id) {
        if !found.same.contains(&fact.kind) {
            found.same.push(fact.kind);
        }
        found.as_match.verified |= fact.is_verified();
        return;
    }
    let (state, verified) = (account.state, fact.is_verified());
    let as_match = Match { state, linked_here: false, verified, outweighs: false };
    all.push(Found { account, same: vec![fact.kind], as_match });
}

/// Whether an upstream's person can be that of an account, as far as somebody vouched for a number of it. Somebody who
/// moved from 9 digits to 12 stays one person; a subject that was given to another person does not open the first one's
/// account.
pub(super) fn can_be(profile: &Profile, facts: &[Identifier], identity: &UpstreamIdentity) -> bool {
    let verified = |kind| facts.iter().any(|fact| fact.kind == kind && fact.is_verified());
    let brought = &identity.facts;
    match identity.class {
        AccountClass::Citizen => {
            let (Some(ours), Some(theirs)) = (&profile.identity_number, &brought.identity_number) else { return true };
            if ours == theirs || !verified(IdentifierKind::IdentityNumber) {
                return true;
            }
            match (ours.as_former(), theirs.as_former()) {
                (Some(former), None) => brought.former_number.as_ref() == Some(&former),
                (None, Some(former)) => profile.former_number.as_ref() == Some(&former),
                _ => false,
            }
        }
        AccountClass::Business => match (&profile.business_code, &brought.business_code) {
            (Some(ours), Some(theirs)) => {
                ours.digest_input() == theirs.digest_input() || !verified(IdentifierKind::BusinessCode)
            }
            _ => true,
        },
        AccountClass::Organisation => true,
    }
}

/// Whether the upstream said what an account of the class needs. An organisation needs an identity of its own there:
/// `sub` may be that of a person who acts for it.
pub(super) fn is_complete(identity: &UpstreamIdentity) -> bool {
    match identity.class {
        AccountClass::Citizen => identity.facts.identity_number.is_some(),
        AccountClass::Business => identity.facts.business_code.is_some(),
        AccountClass::Organisation => identity.key.claim != "sub",
    }
}
