//! Who vouches for a person's facts: what the claims about them say.

use portal_id_core::ports::Vault;
use portal_id_core::profile::{Account, AccountClass, FactSource, FactStanding, IdentifierKind, Profile};
use portal_id_core::store::{StoreResult, Tx};
use portal_id_core::time::Timestamp;
use portal_id_core::vouched::{VouchedFact, VouchedKind};

/// What is known of who vouches for one person's facts.
#[derive(Clone, Copy)]
pub(crate) struct Vouchers<'a> {
    /// For the identifiers.
    pub(crate) identifiers: &'a [FactStanding],
    /// For what is no identifier: the name of a business.
    pub(crate) others: &'a [VouchedFact],
    /// Judges whether those others are still about what the profile says.
    pub(crate) vault: &'a dyn Vault,
}

impl Vouchers<'_> {
    /// Of an identifier.
    pub(crate) fn of(&self, kind: IdentifierKind) -> Option<&FactStanding> {
        self.identifiers.iter().find(|fact| fact.kind == kind)
    }

    /// Of the name of a business, and since when: nobody, once its holder has typed another.
    pub(crate) fn of_business_name(&self, profile: &Profile) -> Option<(FactSource, Timestamp)> {
        let fact = self.others.iter().find(|fact| fact.kind == VouchedKind::BusinessName)?;
        fact.holds(profile, self.vault).then_some((fact.source, fact.verified_at))
    }
}

/// [`Vouchers::others`], read only where a claim will tell of them: a statement less for every citizen.
pub(crate) fn others(tx: &mut dyn Tx, account: &Account, scopes: &[String]) -> StoreResult<Vec<VouchedFact>> {
    let tells = account.class != AccountClass::Citizen && scopes.iter().any(|scope| scope == "organization");
    if tells { tx.list_vouched_facts(&account.id) } else { Ok(Vec::new()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW, PlainVault};
    use portal_id_core::acr::Ial;
    use portal_id_core::facts::BusinessName;

    #[test]
    fn who_vouched_for_a_name_has_not_vouched_for_the_one_that_its_holder_typed_since() {
        let mut profile = testing::business_profile();
        let account = testing::business_account().id;
        let name = VouchedKind::BusinessName.of(&profile).unwrap();
        let fact = VouchedFact {
            value: VouchedKind::BusinessName.digest(&PlainVault, &account, &name),
            account_id: account,
            kind: VouchedKind::BusinessName,
            source: FactSource::NationalPortal,
            upstream: None,
            ial: Ial(2),
            verified_at: NOW,
        };
        let vouchers = Vouchers { identifiers: &[], others: &[fact], vault: &PlainVault };
        assert_eq!(vouchers.of_business_name(&profile), Some((FactSource::NationalPortal, NOW)));
        profile.business_name = Some(BusinessName::from_stored("Công ty TNHH Bưởi Mẫu").unwrap());
        assert_eq!(vouchers.of_business_name(&profile), None);
    }
}
