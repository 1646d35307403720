//! Further names for our claims, per client: services of this country already read `SoDinhDanh` or `citizenId`. What an
//! alias may read is a closed list, and its names never collide with those of the standards or ours.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The aliases of a client: a ready set, names of its own, or both. A name of its own wins over the set's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimAliases {
    /// A ready set of names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<AliasPreset>,
    /// Further names, each with what it tells.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, AliasSource>,
}

/// The names that existing services read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AliasPreset {
    /// Those of the national sign-in VNConnect: `TechID`, `SoDinhDanh`, `HoVaTen` …
    Vnconnect,
    /// Those of the city of Huế: `citizenId`, `identityCardId`, `identityPapers`, `phone`.
    Hue,
}

/// What an alias can tell. Each is told only where the claim that it is made of is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AliasSource {
    /// The `sub`.
    Subject,
    /// A person's name; nothing for a business.
    FullName,
    /// The name of a person or a business.
    Name,
    /// The username.
    Username,
    /// The date of birth, `YYYY-MM-DD`.
    BirthDate,
    /// The date of birth, `YYYYMMDD`.
    BirthDateCompact,
    /// The date of birth, `dd/MM/yyyy`.
    BirthDateVietnamese,
    /// `citizen`, `business` or `organisation`.
    AccountType,
    /// The same as `"1"`, `"2"` or `"3"`.
    AccountTypeNumber,
    /// The e-mail address.
    Email,
    /// The phone number with its country, `+84912345678`.
    Phone,
    /// The phone number as it is dialled here, `0912345678`.
    PhoneNational,
    /// The address, or else the head office, in one line.
    AddressLine,
    /// The identity number, of whichever kind.
    IdentityNumber,
    /// The identity number if it has 12 digits.
    #[serde(rename = "identity_number_12")]
    IdentityNumber12,
    /// The identity number if it has the 9 digits of a former card.
    #[serde(rename = "identity_number_9")]
    IdentityNumber9,
    /// A list of objects with `type` (`CCCD` or `CMND`) and `idNumber`.
    IdentityPapers,
    /// The business code, which is the tax code too.
    BusinessCode,
    /// The name of the business.
    BusinessName,
    /// How far the number that is told is vouched for, in the words of the national sign-in: `LoA2` where the national
    /// portal does, `LoA1` where the desk or another provider does, and only to whom signed in with two factors; nothing
    /// otherwise. It is about the number, not about this sign-in, which is what `ial` and `acr` are about.
    NumberAssurance,
}

impl AliasSource {
    /// The scopes of which each opens it.
    pub const fn opened_by(self) -> &'static [&'static str] {
        match self {
            Self::Subject => &["openid"],
            Self::FullName
            | Self::Name
            | Self::Username
            | Self::BirthDate
            | Self::BirthDateCompact
            | Self::BirthDateVietnamese
            | Self::AccountType
            | Self::AccountTypeNumber => &["profile"],
            Self::Email => &["email"],
            Self::Phone | Self::PhoneNational => &["phone"],
            Self::AddressLine => &["address", "organization"],
            Self::IdentityNumber | Self::IdentityNumber12 | Self::IdentityNumber9 | Self::IdentityPapers => {
                &["identity"]
            }
            Self::BusinessCode | Self::BusinessName => &["organization"],
            Self::NumberAssurance => &["identity", "organization"],
        }
    }
}

impl AliasPreset {
    /// Its names. Names for facts that we do not keep (religion, family, blood group, passport, sex) are not among them, nor
    /// is `loAs`: services read it as the level of a sign-in, and a local sign-in vouches for nobody.
    pub const fn names(self) -> &'static [(&'static str, AliasSource)] {
        match self {
            Self::Vnconnect => &[
                ("TechID", AliasSource::Subject),
                ("LoaiTaiKhoan", AliasSource::AccountTypeNumber),
                ("SoCMND", AliasSource::IdentityNumber9),
                ("SoDinhDanh", AliasSource::IdentityNumber12),
                ("HoVaTen", AliasSource::FullName),
                ("NgayThangNamSinh", AliasSource::BirthDateCompact),
                ("MaSoThue", AliasSource::BusinessCode),
                ("MaSoDoanhNghiep", AliasSource::BusinessCode),
                ("TenDoanhNghiep", AliasSource::BusinessName),
                ("DiaChi", AliasSource::AddressLine),
                ("SoDienThoai", AliasSource::PhoneNational),
                ("ThuDienTu", AliasSource::Email),
            ],
            Self::Hue => &[
                ("citizenId", AliasSource::IdentityNumber12),
                ("identityCardId", AliasSource::IdentityNumber9),
                ("identityPapers", AliasSource::IdentityPapers),
                ("phone", AliasSource::PhoneNational),
            ],
        }
    }
}

/// Why aliases cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasFault {
    /// The name means something else already.
    #[error("the claim alias {0:?} is the name of a claim with a meaning of its own")]
    Reserved(String),
    /// Not a name that services read.
    #[error("the claim alias {0:?} must be 1 to 64 letters, digits, '_', '-' or '.', the first a letter")]
    Name(String),
    /// No scope of the client opens what it tells.
    #[error("the claim alias {name:?} needs the scope {}", .scopes.join(" or "))]
    Scope {
        /// The alias.
        name: String,
        /// The scopes, any of which would do.
        scopes: &'static [&'static str],
    },
    /// More than anybody reads.
    #[error("at most {} claim aliases of its own", ClaimAliases::MOST)]
    TooMany,
}

impl ClaimAliases {
    /// The most names of a client's own.
    pub const MOST: usize = 32;

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.preset.is_none() && self.names.is_empty()
    }

    /// Every alias with what it tells. A reserved name is left out even if it was stored somehow (security.md row 38).
    pub fn all(&self) -> BTreeMap<&str, AliasSource> {
        let preset = self.preset.map_or(&[][..], AliasPreset::names).iter().copied();
        let own = self.names.iter().map(|(name, source)| (name.as_str(), *source));
        preset.chain(own).filter(|(name, _)| !is_reserved(name)).collect()
    }

    /// Whether they can be registered for a client that may ask for `scope`s.
    pub fn check(&self, may_ask_for: impl Fn(&str) -> bool) -> Result<(), AliasFault> {
        if self.names.len() > Self::MOST {
            return Err(AliasFault::TooMany);
        }
        for (name, source) in &self.names {
            if is_reserved(name) {
                return Err(AliasFault::Reserved(name.clone()));
            }
            if !is_name(name) {
                return Err(AliasFault::Name(name.clone()));
            }
            let scopes = source.opened_by();
            if !scopes.iter().any(|scope| may_ask_for(scope)) {
                return Err(AliasFault::Scope { name: name.clone(), scopes });
            }
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Names with a meaning in JWTs, in OpenID Connect, in introspection answers, or here. In any spelling of their letters:
/// some libraries read names so.
const RESERVED: &[&str] = &[
    // RFC 7519, RFC 9068, RFC 7800, RFC 8693, RFC 7662
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "scope",
    "cnf",
    "act",
    "may_act",
    "active",
    "username",
    "token_type",
    "roles",
    "groups",
    "entitlements",
    "authorization_details",
    // OpenID Connect Core §2, §3.1.3.6, §3.3.2.11, §5.1, §5.6.2; sign-out
    "nonce",
    "auth_time",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sub_jwk",
    "sid",
    "events",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
    "verified_claims",
    // ours
    "aal",
    "ial",
    "grant_id",
    "account_type",
];

/// Our facts come with further members that start with their names.
const RESERVED_BEGINNINGS: &[&str] =
    &["identity_number", "former_number", "business_code", "business_name", "head_office", "_claim"];

/// Whether a name means something already, so that no alias may have it.
pub fn is_reserved(name: &str) -> bool {
    let begins = |with: &&str| name.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) || RESERVED_BEGINNINGS.iter().any(begins)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::client::SCOPES;

    fn own(name: &str, source: AliasSource) -> ClaimAliases {
        ClaimAliases { preset: None, names: BTreeMap::from([(name.to_owned(), source)]) }
    }

    #[test]
    fn the_ready_sets_can_be_registered_as_they_are() {
        for preset in [AliasPreset::Vnconnect, AliasPreset::Hue] {
            let names = preset.names().iter().map(|(name, source)| ((*name).to_owned(), *source)).collect();
            assert_eq!(ClaimAliases { preset: None, names }.check(|_| true), Ok(()));
            assert_eq!(ClaimAliases { preset: Some(preset), names: BTreeMap::new() }.all().len(), preset.names().len());
        }
    }

    // security: row 38
    #[test]
    fn a_name_that_means_something_is_refused_and_never_issued() {
        for name in [
            "sub",
            "SUB",
            "iss",
            "aud",
            "exp",
            "acr",
            "email_verified",
            "identity_number_verified",
            "_claim_names",
            "Roles",
        ] {
            let aliases = own(name, AliasSource::Email);
            assert_eq!(aliases.check(|_| true), Err(AliasFault::Reserved(name.to_owned())), "{name}");
            assert!(aliases.all().is_empty(), "{name}");
        }
    }

    // security: row 38
    #[test]
    fn an_alias_needs_a_scope_that_opens_what_it_tells() {
        let aliases = own("SoDinhDanh", AliasSource::IdentityNumber12);
        assert!(matches!(aliases.check(|scope| scope != "identity"), Err(AliasFault::Scope { .. })));
        assert_eq!(aliases.check(|scope| scope == "identity"), Ok(()));
        assert_eq!(own("DiaChi", AliasSource::AddressLine).check(|scope| scope == "organization"), Ok(()));
    }

    #[test]
    fn odd_names_and_too_many_are_refused() {
        for name in ["", "9a", "Họ và tên", "a b", "a\"", &"x".repeat(65)] {
            assert_eq!(own(name, AliasSource::Email).check(|_| true), Err(AliasFault::Name(name.to_owned())), "{name}");
        }
        let names = (0..33).map(|at| (format!("a{at}"), AliasSource::Email)).collect();
        assert_eq!(ClaimAliases { preset: None, names }.check(|_| true), Err(AliasFault::TooMany));
    }

    #[test]
    fn a_name_of_its_own_wins_over_the_sets() {
        let aliases = ClaimAliases { preset: Some(AliasPreset::Vnconnect), ..own("HoVaTen", AliasSource::Name) };
        assert_eq!(aliases.all()["HoVaTen"], AliasSource::Name);
        assert_eq!(aliases.all()["TechID"], AliasSource::Subject);
    }

    #[test]
    fn every_source_is_written_as_in_the_guide_and_opened_by_a_scope() {
        for (text, source) in [
            ("subject", AliasSource::Subject),
            ("birth_date_compact", AliasSource::BirthDateCompact),
            ("identity_number_12", AliasSource::IdentityNumber12),
            ("identity_number_9", AliasSource::IdentityNumber9),
            ("phone_national", AliasSource::PhoneNational),
        ] {
            assert_eq!(serde_json::from_value::<AliasSource>(text.into()).unwrap(), source);
            assert!(source.opened_by().iter().all(|scope| SCOPES.contains(scope)));
        }
    }
}
