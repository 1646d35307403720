//! Who vouches for which of one's own facts, for the page of the account.

use super::{Accounts, Failure, SignedIn};
use crate::acr::Ial;
use crate::profile::{FactSource, Identifier, IdentifierKind, Profile};
use crate::time::Timestamp;
use crate::upstream::UpstreamId;
use crate::vouched::VouchedKind;

/// That somebody vouches for a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// For which.
    pub kind: VouchedKind,
    /// Who.
    pub source: FactSource,
    /// By which upstream, if by one.
    pub upstream: Option<UpstreamId>,
    /// At which level; 0 for what its holder proved here.
    pub ial: Ial,
    /// When.
    pub at: Timestamp,
}

/// One's own facts.
#[derive(Clone, Debug, Default)]
pub struct OwnFacts {
    /// The facts.
    pub profile: Profile,
    /// Who vouches for which. What is not here its holder typed.
    pub vouched: Vec<Provenance>,
    /// What was taken from the account since it is vouched for as somebody else's, and when.
    pub disputed: Vec<(IdentifierKind, Timestamp)>,
}

impl Accounts {
    /// The facts of whoever is signed in, with who vouches for each.
    pub async fn own_facts(&self, who: &SignedIn) -> Result<OwnFacts, Failure> {
        let profile = self.open_profile(&who.account)?;
        let id = who.account.id.clone();
        let (identifiers, facts, disputed) = self
            .store
            .read("own_facts", move |tx| {
                Ok((tx.list_identifiers(&id)?, tx.list_vouched_facts(&id)?, tx.list_disputed(&id)?))
            })
            .await?;
        let holds = facts.into_iter().filter(|fact| fact.holds(&profile, self.vault.as_ref()));
        let mut vouched: Vec<_> = holds
            .map(|fact| Provenance {
                kind: fact.kind,
                source: fact.source,
                upstream: fact.upstream,
                ial: fact.ial,
                at: fact.verified_at,
            })
            .collect();
        for verified in identifiers.iter().filter_map(of_identifier) {
            if vouched.iter().all(|known| known.kind != verified.kind) {
                vouched.push(verified);
            }
        }
        Ok(OwnFacts { profile, vouched, disputed })
    }
}

/// What was verified here: at the desk, or by a code.
fn of_identifier(identifier: &Identifier) -> Option<Provenance> {
    let kind = VouchedKind::from(identifier.kind);
    let at = identifier.verified_at?;
    Some(Provenance { kind, source: identifier.source, upstream: None, ial: Ial(0), at })
}
