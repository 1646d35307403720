//! What an upstream's words about levels mean.

use portal_id_core::acr::{Amr, Ial};
use schemars::JsonSchema;
use serde::Deserialize;

/// What one value of a claim about levels means.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// The claim.
    pub claim: String,
    /// Its value; numbers as text.
    pub value: String,
    /// Who vouches for the identity then, 0 to 3 (`docs/reference/acr.md`).
    pub ial: u8,
    /// How the person signed in then.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub amr: Vec<Amr>,
    /// The `acr_values` that asks the upstream for this level.
    #[serde(default)]
    pub ask: Option<String>,
}

/// What it means when no rule fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DefaultLevel {
    /// Who vouches for the identity, 0 to 3. With 0 nothing that the upstream says of a person is used but who they are there.
    pub ial: u8,
    /// How the person signed in, beside what the ID token says.
    #[schemars(with = "Vec<String>")]
    pub amr: Vec<Amr>,
}

impl DefaultLevel {
    pub(crate) const fn ial(&self) -> Ial {
        Ial(self.ial)
    }
}
