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
    /// A one-time password: of an authenticator (RFC 6238), or one from a printed list.
    Otp,
    /// Possession of a key.
    Pop,
    /// The person was at the device and unlocked it.
    User,
    /// Possession of a key in hardware: a USB token, a card's chip.
    Hwk,
    /// Possession of a smart card, that of a telephone's SIM included.
    Sc,
    /// More than one kind of factor.
    Mfa,
}

impl Amr {
    /// All values.
    pub const ALL: [Self; 8] = [Self::Pwd, Self::Sms, Self::Otp, Self::Pop, Self::User, Self::Hwk, Self::Sc, Self::Mfa];

    /// Reads a stored value.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.as_str() == text)
    }

    /// The registered value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pwd => "pwd",
            Self::Sms => "sms",
            Self::Otp => "otp",
            Self::Pop => "pop",
            Self::User => "user",
            Self::Hwk => "hwk",
            Self::Sc => "sc",
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
        let in_hardware = amr.iter().any(|factor| matches!(factor, Amr::Hwk | Amr::Sc));
        match (amr.contains(&Amr::Mfa), in_hardware) {
            (true, true) => Self(3),
            (true, false) => Self(2),
            (false, _) => Self(1),
        }
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

/// What a sign-in here is worth at best: two factors, and nobody who vouches.
pub const LOCAL: (Ial, Aal) = (Ial(0), Aal(2));

/// The classes that can be reached by one of these ways, each worth `ial` and `aal` at best; the lowest first.
pub fn reachable(ways: &[(Ial, Aal)]) -> Vec<&'static str> {
    let reached = |least: (Ial, Aal)| ways.iter().any(|(ial, aal)| *ial >= least.0 && *aal >= least.1);
    CLASSES.iter().filter(|class| reached((class.1, class.2))).map(|class| class.0).collect()
}

/// What a class needs at least; `None` for one that we do not know.
pub fn least(class: &str) -> Option<(Ial, Aal)> {
    CLASSES.iter().find(|known| known.0 == class).map(|known| (known.1, known.2))
}

/// The highest of these classes that `ial` and `aal` both reach. Each class is a minimum, so whoever reaches a higher one
/// truly is of it too.
pub fn best_met<'a>(values: impl IntoIterator<Item = &'a str>, ial: Ial, aal: Aal) -> Option<&'static str> {
    let reached = |class: &&(&'static str, Ial, Aal)| ial >= class.1 && aal >= class.2;
    let known = values.into_iter().filter_map(|value| CLASSES.iter().position(|class| class.0 == value));
    known.filter_map(|at| CLASSES.get(at).filter(reached).map(|class| (at, class.0))).max().map(|(_, value)| value)
}

/// With what a service that asks for these classes (`acr_values`, in any order) is content: the lowest of them. `None` when
/// it names none that we know: unknown values say nothing (OpenID Connect Core §3.1.2.1).
pub fn asked_for<'a>(acr_values: impl IntoIterator<Item = &'a str>) -> Option<(Ial, Aal)> {
    // Each class asks no less than the one before it.
    acr_values.into_iter().filter_map(least).min()
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

    #[test]
    fn every_value_is_read_back_and_two_kinds_of_factor_make_the_second_level() {
        for factor in Amr::ALL {
            assert_eq!(Amr::from_text(factor.as_str()), Some(factor));
        }
        assert_eq!(Aal::of(&[Amr::Pwd]), Aal(1));
        assert_eq!(Aal::of(&[Amr::Pwd, Amr::Otp, Amr::Mfa]), Aal(2));
        assert_eq!(Aal::of(&[Amr::Pop, Amr::User, Amr::Mfa]), Aal(2));
        assert_eq!((Aal::of(&[Amr::Hwk]), Aal::of(&[Amr::Hwk, Amr::Mfa])), (Aal(1), Aal(3)));
        assert_eq!(Aal::of(&[Amr::Sc, Amr::Mfa]), Aal(3));
    }

    // security: row 11
    #[test]
    fn a_service_asks_for_the_lowest_class_that_it_names_and_that_we_know() {
        let of = |values: &str| asked_for(values.split(' ')).map(|(ial, aal)| (ial.0, aal.0));
        for (values, least) in [
            ("urn:portal-id:loa:2", (0, 2)),
            ("urn:portal-id:loa:3 urn:portal-id:loa:2", (0, 2)),
            ("urn:portal-id:loa:3", (2, 2)),
            ("gold urn:portal-id:loa:4", (3, 3)),
            ("urn:portal-id:loa:1", (0, 1)),
            ("urn:portal-id:loa:2 urn:portal-id:loa:1", (0, 1)),
        ] {
            assert_eq!(of(values), Some(least), "{values}");
        }
        for nothing in ["", " ", "gold", "urn:portal-id:loa:5"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
        assert!(CLASSES.is_sorted_by_key(|class| (class.1, class.2)) && CLASSES.is_sorted_by_key(|class| class.2));
    }

    #[test]
    fn what_is_reachable_is_what_some_way_reaches_and_each_class_says_what_it_needs() {
        let local = [LOCAL];
        assert_eq!(reachable(&local), ["urn:portal-id:loa:1", "urn:portal-id:loa:2"]);
        assert_eq!(reachable(&[]), Vec::<&str>::new());
        let with_portal = [local[0], (Ial(2), Aal(2))];
        assert_eq!(reachable(&with_portal).last(), Some(&"urn:portal-id:loa:3"));
        assert_eq!(reachable(&[(Ial(3), Aal(3))]).len(), 4);
        // Two ways do not add up to one.
        assert!(!reachable(&[(Ial(3), Aal(1)), (Ial(0), Aal(3))]).contains(&"urn:portal-id:loa:3"));
        assert_eq!(least("urn:portal-id:loa:3"), Some((Ial(2), Aal(2))));
        assert_eq!(least("gold"), None);
    }

    // security: row 11
    #[test]
    fn of_the_classes_asked_for_the_highest_that_is_reached_is_met() {
        let of = |values: &str, ial, aal| best_met(values.split(' '), Ial(ial), Aal(aal));
        assert_eq!(of("urn:portal-id:loa:1", 0, 2), Some("urn:portal-id:loa:1"));
        assert_eq!(of("urn:portal-id:loa:1 urn:portal-id:loa:2", 0, 2), Some("urn:portal-id:loa:2"));
        assert_eq!(of("urn:portal-id:loa:3 urn:portal-id:loa:1", 0, 2), Some("urn:portal-id:loa:1"));
        assert_eq!(of("urn:portal-id:loa:2", 0, 1), None);
        assert_eq!(of("gold", 3, 3), None);
    }
}
