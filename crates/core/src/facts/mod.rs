//! What persons and businesses say about themselves, as values that are right once they exist.
//!
//! Owns: how each field of a form is read, its one normal form, why it is refused ([`FieldError`]), and how it is
//! shown when it must not be shown whole (`masked`). Every value has two doors: `parse` for what somebody typed,
//! with all rules, and `from_stored` for what was accepted once, which checks the shape alone, so that a rule
//! made stricter later never locks an account out. serde uses `from_stored`.
//! Leaves: uniqueness and claims to the accounts; the passwords to [`crate::password`]; the texts to the pages.

/// serde as the plain string of `as_str`, read back by `from_stored`; an error names the reason, never the value.
macro_rules! serde_as_text {
    ($value:ty) => {
        impl serde::Serialize for $value {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $value {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::from_stored(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Debug that shows the masked form alone: personal data stays out of logs.
macro_rules! debug_masked {
    ($value:ident) => {
        impl std::fmt::Debug for $value {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($value), "({})"), self.masked())
            }
        }
    };
}

mod address;
mod address_parts;
mod birth_date;
mod birthplace;
mod business_code;
mod business_name;
mod email;
mod field_error;
mod former_number;
mod full_name;
mod identity_number;
mod phone;
mod sex;
mod street;
mod typed_text;
mod username;

pub use address::{Address, AddressInput, AddressRefusal};
pub use birth_date::BirthDate;
pub use birthplace::Birthplace;
pub use business_code::{BusinessCode, BusinessCodeKind};
pub use business_name::BusinessName;
pub use email::Email;
pub use field_error::FieldError;
pub use former_number::FormerNumber;
pub use full_name::FullName;
pub use identity_number::{IdentityKind, IdentityNumber, KnownFacts};
pub use phone::{ParsedPhone, Phone, PrefixMove};
pub use sex::Sex;
pub use street::Street;
pub use typed_text::unaccented;
pub use username::Username;
