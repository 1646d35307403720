//! In which claims an upstream says what.

use schemars::JsonSchema;
use serde::Deserialize;

/// The names of claims that may hold a fact: the first that is there and not empty counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "OneOrMany")]
#[schemars(with = "OneOrMany")]
pub struct ClaimNames(pub Vec<String>);

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for ClaimNames {
    fn from(names: OneOrMany) -> Self {
        match names {
            // An empty name takes a preset's claim away.
            OneOrMany::One(name) if name.is_empty() => Self(Vec::new()),
            OneOrMany::One(name) => Self(vec![name]),
            OneOrMany::Many(names) => Self(names),
        }
    }
}

impl ClaimNames {
    pub(crate) fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }
}

/// In which claims an upstream says what. No other claim about a person is read: only those of `levels`, and
/// `email_verified` and `phone_number_verified`, which say how far these can be believed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClaimMap {
    /// What people are known by: it must never be given to another person.
    pub subject: Option<ClaimNames>,
    /// Which kind of account; see `classes`.
    pub class: Option<ClaimNames>,
    /// The person's name.
    pub full_name: Option<ClaimNames>,
    /// Date of birth.
    pub birth_date: Option<ClaimNames>,
    /// The 12-digit number.
    pub identity_number: Option<ClaimNames>,
    /// The 9-digit number of former cards.
    pub former_number: Option<ClaimNames>,
    /// Name of the business or organisation.
    pub business_name: Option<ClaimNames>,
    /// Business or tax code: the first that is a good one.
    pub business_code: Option<ClaimNames>,
    /// E-mail address.
    pub email: Option<ClaimNames>,
    /// Mobile phone.
    pub phone: Option<ClaimNames>,
    /// Where the person is sent to sign out there.
    pub logout_uri: Option<ClaimNames>,
}

impl ClaimMap {
    /// What is set, and where nothing is, what the preset has.
    pub(super) fn or(&self, preset: Self) -> Self {
        let pick = |own: &Option<ClaimNames>, preset: Option<ClaimNames>| own.clone().or(preset);
        Self {
            subject: pick(&self.subject, preset.subject),
            class: pick(&self.class, preset.class),
            full_name: pick(&self.full_name, preset.full_name),
            birth_date: pick(&self.birth_date, preset.birth_date),
            identity_number: pick(&self.identity_number, preset.identity_number),
            former_number: pick(&self.former_number, preset.former_number),
            business_name: pick(&self.business_name, preset.business_name),
            business_code: pick(&self.business_code, preset.business_code),
            email: pick(&self.email, preset.email),
            phone: pick(&self.phone, preset.phone),
            logout_uri: pick(&self.logout_uri, preset.logout_uri),
        }
    }
}
