//! Levels: how a person signed in (`aal`), who vouches for who they are (`ial`), and the `acr` both make
//! (decisions 14). The table is explained in `docs/reference/acr.md`.

use serde::{Deserialize, Serialize};

/// How a factor was proved: values of RFC 8176 §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Amr {
    /// A password.
    Pwd,
    /// A code by SMS.
    Sms,
    /// More than one kind of factor.
    Mfa,
}

impl Amr {
    /// The registered value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pwd => "pwd",
            Self::Sms => "sms",
            Self::Mfa => "mfa",
        }
    }
}

/// How a person signed in, 1–3: one factor, two factors, a hardware-bound key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Aal(pub u8);

/// Who vouches for the identity, 0–3: nobody, the desk or a basic national account, the national portal, in person
/// or by chip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ial(pub u8);

impl Aal {
    /// What a list of proved factors amounts to.
    pub fn of(amr: &[Amr]) -> Self {
        if amr.contains(&Amr::Mfa) { Self(2) } else { Self(1) }
    }
}

/// The authentication context classes we issue, the lowest first: (value, least ial, least aal).
const CLASSES: [(&str, Ial, Aal); 4] = [
    ("urn:portal-id:loa:1", Ial(0), Aal(1)),
    ("urn:portal-id:loa:2", Ial(0), Aal(2)),
    ("urn:portal-id:loa:3", Ial(2), Aal(2)),
    ("urn:portal-id:loa:4", Ial(3), Aal(3)),
];

/// The highest class that `ial` and `aal` both reach. Local sign-in raises `aal` only, so it never passes loa:2.
pub fn acr(ial: Ial, aal: Aal) -> &'static str {
    CLASSES
        .iter()
        .rev()
        .find(|(_, least_ial, least_aal)| ial >= *least_ial && aal >= *least_aal)
        .map_or(CLASSES[0].0, |class| class.0)
}

/// The classes that this provider can really return today: what discovery advertises.
pub fn supported() -> [&'static str; 1] {
    // A local sign-in always takes two factors; the higher classes arrive with the national portal.
    [CLASSES[1].0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_sign_in_cannot_pass_the_second_class() {
        assert_eq!(acr(Ial(0), Aal(1)), "urn:portal-id:loa:1");
        assert_eq!(acr(Ial(0), Aal(2)), "urn:portal-id:loa:2");
        assert_eq!(acr(Ial(0), Aal(3)), "urn:portal-id:loa:2");
        assert_eq!(acr(Ial(2), Aal(2)), "urn:portal-id:loa:3");
        assert_eq!(acr(Ial(3), Aal(3)), "urn:portal-id:loa:4");
    }
}
