//! The two divisions of the country that a place can be named in.

use serde::{Deserialize, Serialize};

/// Which division of the country a unit and its code are from (decisions 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Era {
    /// Since 1 July 2025: province and ward (Decision 19/2025/QD-TTg).
    #[default]
    #[serde(rename = "2025")]
    Era2025,
    /// Before: province, district and ward (Decision 124/2004/QD-TTg).
    #[serde(rename = "2004")]
    Era2004,
}

impl Era {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Era2025, Self::Era2004];

    /// `2025` or `2004`: the form field's and the stored value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Era2025 => "2025",
            Self::Era2004 => "2004",
        }
    }

    /// Reads a form field or stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|era| era.as_str() == text)
    }
}
