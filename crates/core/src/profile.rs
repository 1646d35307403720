//! An account and the facts it holds. Personal facts are kept sealed; equality look-ups go through blind indexes.

use crate::digest::{Digest, DigestPurpose};
use crate::entropy::Entropy;
use crate::facts::{
    Address, BirthDate, BusinessCode, BusinessName, Email, FormerNumber, FullName, IdentityNumber, Phone, Username,
};
use crate::ids::AccountId;
use crate::language::Language;
use crate::ports::{SealPurpose, Sealed, Unsealable, Vault};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What kind of holder an account has (decisions 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountClass {
    /// A natural person.
    Citizen,
    /// A business, by its representative.
    Business,
    /// Another organisation; only through federation.
    Organisation,
}

impl AccountClass {
    /// The stored and spoken value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Business => "business",
            Self::Organisation => "organisation",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Citizen, Self::Business, Self::Organisation].into_iter().find(|class| class.as_str() == text)
    }
}

/// Where an account is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountState {
    /// Registered, waiting for activation. Its username is reserved until the link expires.
    Pending,
    /// In use.
    Active,
    /// Stopped by an operator.
    Disabled,
    /// Ended by its holder or an operator.
    Closed,
}

impl AccountState {
    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Closed => "closed",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Pending, Self::Active, Self::Disabled, Self::Closed].into_iter().find(|state| state.as_str() == text)
    }
}

/// An account as it is remembered.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its identity; never re-used.
    pub id: AccountId,
    /// Citizen, business or organisation.
    pub class: AccountClass,
    /// Where it is in its life.
    pub state: AccountState,
    /// The name it signs in with; unique in its case-mapped form.
    pub username: Username,
    /// Argon2id in PHC form; `None` for an account that never set a password (security.md row 40).
    pub password_hash: Option<String>,
    /// The personal facts, sealed for this account.
    pub profile: Sealed<Profile>,
    /// The language its messages are written in.
    pub language: Language,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When the profile or credentials last changed: the `updated_at` claim.
    pub updated_at: Timestamp,
    /// When it was activated.
    pub activated_at: Option<Timestamp>,
    /// Since when the password opens no session by itself: its holder said that somebody else had signed in with it,
    /// and must set another first (`docs/adr/0014`).
    pub password_distrusted_at: Option<Timestamp>,
    /// Marks of known browsers from before this moment are nothing.
    pub devices_known_from: Option<Timestamp>,
}

impl Account {
    /// Opens the personal facts.
    pub fn open_profile(&self, vault: &dyn Vault) -> Result<Profile, Unsealable> {
        self.profile.open(vault, Profile::SEAL, self.id.as_str().as_bytes())
    }

    /// What its holder is called: by the name they sign in with, or where they never chose one by their business's, or their
    /// own.
    pub fn called(&self, vault: &dyn Vault) -> String {
        if self.username.is_chosen() {
            return self.username.display().to_owned();
        }
        let profile = self.open_profile(vault).unwrap_or_default();
        let business = profile.business_name.as_ref().map(|name| name.as_str().to_owned());
        let own = profile.full_name.as_ref().map(|name| name.as_str().to_owned());
        business.or(own).or_else(|| profile.email.as_ref().map(Email::masked)).unwrap_or_default()
    }
}

/// The personal facts of an account. Serialised only to be sealed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Profile {
    /// The holder's name, or the representative's.
    pub full_name: Option<FullName>,
    /// Date of birth.
    pub birth_date: Option<BirthDate>,
    /// E-mail address as typed.
    pub email: Option<Email>,
    /// Mobile phone.
    pub phone: Option<Phone>,
    /// Personal identity number.
    pub identity_number: Option<IdentityNumber>,
    /// The number of a former identity card, beside the identity number of today.
    pub former_number: Option<FormerNumber>,
    /// Name of the business.
    pub business_name: Option<BusinessName>,
    /// Business code.
    pub business_code: Option<BusinessCode>,
    /// Address of the holder or head office, as typed.
    pub address: Option<Address>,
}

impl Profile {
    /// The purpose under which profiles are sealed.
    const SEAL: SealPurpose = SealPurpose::Profile;

    /// The number of a former identity card, kept beside the identity number or instead of it: whoever has no other
    /// number still meets whoever gives the same one as their former.
    pub(crate) fn any_former_number(&self) -> Option<FormerNumber> {
        self.former_number.clone().or_else(|| self.identity_number.as_ref()?.as_former())
    }

    /// The facts that are looked up by equality, in their normal forms.
    pub fn looked_up(&self) -> Vec<(IdentifierKind, String)> {
        [
            (IdentifierKind::Email, self.email.as_ref().map(Email::compare_key)),
            (IdentifierKind::Phone, self.phone.as_ref().map(|phone| phone.e164().to_owned())),
            (IdentifierKind::IdentityNumber, self.identity_number.as_ref().map(|n| n.digest_input().to_owned())),
            (IdentifierKind::FormerNumber, self.any_former_number().map(|n| n.digest_input().to_owned())),
            (IdentifierKind::BusinessCode, self.business_code.as_ref().map(|code| code.digest_input().to_owned())),
        ]
        .into_iter()
        .filter_map(|(kind, text)| text.map(|text| (kind, text)))
        .collect()
    }

    /// Seals the facts for the account they belong to: moved to another they do not open.
    pub fn seal_for(&self, id: &AccountId, vault: &dyn Vault, entropy: &dyn Entropy) -> Sealed<Self> {
        Sealed::seal(vault, Self::SEAL, id.as_str().as_bytes(), self, entropy)
    }
}

/// The kinds of fact that are looked up by equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdentifierKind {
    /// An e-mail address.
    Email,
    /// A mobile phone.
    Phone,
    /// A personal identity number.
    IdentityNumber,
    /// The number of a former identity card. To link by, never to sign in with.
    FormerNumber,
    /// A business code.
    BusinessCode,
}

impl IdentifierKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Email, Self::Phone, Self::IdentityNumber, Self::FormerNumber, Self::BusinessCode];

    /// The stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::IdentityNumber => "identity_number",
            Self::FormerNumber => "former_number",
            Self::BusinessCode => "business_code",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The blind index of a fact's normal form.
    pub fn digest(self, vault: &dyn Vault, normal_form: &str) -> Digest {
        let purpose = match self {
            Self::Email => DigestPurpose::EmailIndex,
            Self::Phone => DigestPurpose::PhoneIndex,
            Self::IdentityNumber => DigestPurpose::IdentityNumberIndex,
            Self::FormerNumber => DigestPurpose::FormerNumberIndex,
            Self::BusinessCode => DigestPurpose::BusinessCodeIndex,
        };
        vault.digest(purpose, &[normal_form.as_bytes()])
    }
}

/// Who vouches for a fact (decisions 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactSource {
    /// The holder typed it; nobody checked.
    SelfDeclared,
    /// The holder proved control of the mailbox.
    Mailbox,
    /// The holder proved control of the phone.
    PhoneCode,
    /// The national portal vouched for it.
    NationalPortal,
    /// An official saw the papers at the desk.
    Desk,
    /// Another provider vouched for it, which is not the national portal.
    Provider,
}

impl FactSource {
    /// The stored and issued value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SelfDeclared => "self_declared",
            Self::Mailbox => "mailbox",
            Self::PhoneCode => "phone_code",
            Self::NationalPortal => "national_portal",
            Self::Desk => "desk",
            Self::Provider => "provider",
        }
    }

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::SelfDeclared, Self::Mailbox, Self::PhoneCode, Self::NationalPortal, Self::Desk, Self::Provider]
            .into_iter()
            .find(|source| source.as_str() == text)
    }
}

/// A looked-up fact of an account: its blind index, and who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// Whose fact it is.
    pub account_id: AccountId,
    /// What kind of fact.
    pub kind: IdentifierKind,
    /// The blind index of its normal form.
    pub digest: Digest,
    /// Whether this account holds the claim to it: at most one account of a class holds a claim to one e-mail,
    /// identity number or business code (decisions 3). Taken at activation. A phone is never claimed.
    pub claimed: bool,
    /// When it was verified, if it was.
    pub verified_at: Option<Timestamp>,
    /// Who vouches for it.
    pub source: FactSource,
}

/// Who vouches for one fact of an account: what claims are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactStanding {
    /// What kind of fact.
    pub kind: IdentifierKind,
    /// When it was verified, if it was.
    pub verified_at: Option<Timestamp>,
    /// Who vouches for it.
    pub source: FactSource,
}

impl FactStanding {
    /// Whether somebody other than the holder vouches for it.
    pub const fn is_verified(&self) -> bool {
        self.verified_at.is_some()
    }
}

impl From<&Identifier> for FactStanding {
    fn from(identifier: &Identifier) -> Self {
        Self { kind: identifier.kind, verified_at: identifier.verified_at, source: identifier.source }
    }
}

/// What is known of an account's phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneStanding {
    /// There is none.
    None,
    /// It was typed, and no code was ever accepted on it: its number may still be corrected (decisions 5).
    Typed,
    /// Its holder has proved to hold it.
    Proved,
}

impl PhoneStanding {
    /// Among all that an account is looked up by.
    pub fn of(facts: &[Identifier]) -> Self {
        match facts.iter().find(|fact| fact.kind == IdentifierKind::Phone) {
            None => Self::None,
            Some(phone) if phone.is_verified() => Self::Proved,
            Some(_) => Self::Typed,
        }
    }
}

impl Identifier {
    /// Whether somebody other than the holder vouches for it.
    pub const fn is_verified(&self) -> bool {
        self.verified_at.is_some()
    }

    /// Whether it is a phone on which no code was ever accepted: its number may still be corrected (decisions 5).
    pub fn is_unproved_phone(&self) -> bool {
        self.kind == IdentifierKind::Phone && !self.is_verified()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{IdentifierKind, Profile};
    use crate::facts::{FormerNumber, IdentityNumber};

    fn kinds(identity: &str, former: Option<&str>) -> Vec<(IdentifierKind, String)> {
        let identity_number = Some(IdentityNumber::from_stored(identity).unwrap());
        let former_number = former.map(|digits| FormerNumber::from_stored(digits).unwrap());
        Profile { identity_number, former_number, ..Profile::default() }.looked_up()
    }

    #[test]
    fn a_former_number_is_found_whether_it_stands_beside_the_identity_number_or_is_it() {
        let former = (IdentifierKind::FormerNumber, "121234567".to_owned());
        let today = (IdentifierKind::IdentityNumber, "024185001234".to_owned());
        assert_eq!(kinds("024185001234", None), std::slice::from_ref(&today));
        assert_eq!(kinds("024185001234", Some("121234567")), [today, former.clone()]);
        assert_eq!(kinds("121234567", None), [(IdentifierKind::IdentityNumber, former.1.clone()), former]);
    }

    #[test]
    fn a_profile_sealed_before_there_were_former_numbers_still_opens() {
        let before = r#"{"full_name":"Nguyễn Thị An","birth_date":null,"email":null,"phone":null,
            "identity_number":"024185001234","business_name":null,"business_code":null,"address":null}"#;
        let profile: Profile = serde_json::from_str(before).unwrap();
        assert!(profile.former_number.is_none() && profile.identity_number.is_some());
    }
}
