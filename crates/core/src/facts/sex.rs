//! Sex, as identity numbers encode it and as a person may state it to have a number checked.

use super::FieldError;

/// Sex as the 12-digit number encodes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// An even century digit.
    Male,
    /// An odd century digit.
    Female,
}

impl Sex {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Male, Self::Female];

    /// The value in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }

    /// Reads the answer of a form; the question may stay open.
    pub fn parse(chosen: &str) -> Result<Option<Self>, FieldError> {
        match chosen.trim() {
            "" => Ok(None),
            chosen => Self::ALL.into_iter().find(|sex| sex.as_str() == chosen).map(Some).ok_or(FieldError::Malformed),
        }
    }
}
