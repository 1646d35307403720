//! Who vouched for which fact of an account, when, and at which level: apart from the facts, which their holder may have
//! typed.
//!
//! A record counts only while the fact is still the one that was vouched for: it carries its digest. So whoever changes
//! a fact here loses the level with it, and nothing that happens here can raise one.

use crate::acr::Ial;
use crate::digest::{Digest, DigestPurpose};
use crate::ids::AccountId;
use crate::ports::Vault;
use crate::profile::{FactSource, IdentifierKind, Profile};
use crate::time::Timestamp;
use crate::upstream::UpstreamId;

/// The facts that somebody can vouch for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VouchedKind {
    /// The holder's name.
    FullName,
    /// Date of birth.
    BirthDate,
    /// Personal identity number.
    IdentityNumber,
    /// The number of a former identity card.
    FormerNumber,
    /// Name of the business or organisation.
    BusinessName,
    /// Business code.
    BusinessCode,
    /// E-mail address.
    Email,
    /// Mobile phone.
    Phone,
}

impl VouchedKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::FullName,
        Self::BirthDate,
        Self::IdentityNumber,
        Self::FormerNumber,
        Self::BusinessName,
        Self::BusinessCode,
        Self::Email,
        Self::Phone,
    ];

    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::BirthDate => "birth_date",
            Self::IdentityNumber => "identity_number",
            Self::FormerNumber => "former_number",
            Self::BusinessName => "business_name",
            Self::BusinessCode => "business_code",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The fact of a profile in its normal form.
    pub fn of(self, profile: &Profile) -> Option<String> {
        match self {
            Self::FullName => profile.full_name.as_ref().map(|name| name.as_str().to_owned()),
            Self::BirthDate => profile.birth_date.as_ref().map(|date| date.as_str().to_owned()),
            Self::IdentityNumber => profile.identity_number.as_ref().map(|number| number.digest_input().to_owned()),
            Self::FormerNumber => profile.former_number.as_ref().map(|number| number.digest_input().to_owned()),
            Self::BusinessName => profile.business_name.as_ref().map(|name| name.as_str().to_owned()),
            Self::BusinessCode => profile.business_code.as_ref().map(|code| code.digest_input().to_owned()),
            Self::Email => profile.email.as_ref().map(crate::facts::Email::compare_key),
            Self::Phone => profile.phone.as_ref().map(|phone| phone.e164().to_owned()),
        }
    }

    /// The digest of a fact's normal form, for this account alone.
    pub fn digest(self, vault: &dyn Vault, account: &AccountId, normal_form: &str) -> Digest {
        let parts = [account.as_str(), self.as_str(), normal_form];
        vault.digest(DigestPurpose::VouchedFact, &parts.map(str::as_bytes))
    }
}

impl From<IdentifierKind> for VouchedKind {
    fn from(kind: IdentifierKind) -> Self {
        match kind {
            IdentifierKind::Email => Self::Email,
            IdentifierKind::Phone => Self::Phone,
            IdentifierKind::IdentityNumber => Self::IdentityNumber,
            IdentifierKind::FormerNumber => Self::FormerNumber,
            IdentifierKind::BusinessCode => Self::BusinessCode,
        }
    }
}

/// That somebody vouched for a fact, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VouchedFact {
    /// Whose fact.
    pub account_id: AccountId,
    /// Which fact.
    pub kind: VouchedKind,
    /// [`VouchedKind::digest`] of it.
    pub value: Digest,
    /// Who vouched.
    pub source: FactSource,
    /// By which upstream, if by one.
    pub upstream: Option<UpstreamId>,
    /// At which level.
    pub ial: Ial,
    /// When.
    pub verified_at: Timestamp,
}

/// How much somebody's word about a fact weighs: at which level they gave it, and among equals who they are. The national
/// portal weighs more than another provider, and that more than whoever saw the papers at the desk. A later word takes the
/// place of one that weighs no more; a lighter one changes nothing, neither who vouches nor since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    // In this order: the level counts first.
    ial: Ial,
    rank: u8,
}

impl Weight {
    /// That of a word of `source` at level `ial`.
    pub const fn of(source: FactSource, ial: Ial) -> Self {
        let rank = match source {
            FactSource::SelfDeclared => 0,
            FactSource::Mailbox | FactSource::PhoneCode | FactSource::Desk => 1,
            FactSource::Provider => 2,
            FactSource::NationalPortal => 3,
        };
        Self { ial, rank }
    }
}

impl VouchedFact {
    /// How much it weighs.
    pub const fn weight(&self) -> Weight {
        Weight::of(self.source, self.ial)
    }

    /// Whether it still is about what the profile says.
    pub fn holds(&self, profile: &Profile, vault: &dyn Vault) -> bool {
        let value = self.kind.of(profile);
        value.is_some_and(|value| self.kind.digest(vault, &self.account_id, &value) == self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_of_a_word_counts_first_and_then_who_gave_it() {
        use FactSource::{Desk, NationalPortal, Provider};
        let lightest_first = [
            (Desk, 0),
            (Provider, 0),
            (NationalPortal, 0),
            (Desk, 1),
            (Provider, 1),
            (NationalPortal, 1),
            (Provider, 2),
            (NationalPortal, 2),
            (Provider, 3),
        ];
        let weights = lightest_first.map(|(source, ial)| Weight::of(source, Ial(ial)));
        assert!(weights.is_sorted_by(|lighter, heavier| lighter < heavier), "{weights:?}");
    }
}
