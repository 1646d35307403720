//! Who may register an account of a class, and from which day on (decisions 1). The law sets days (Decree 69/2024
//! art. 40), so an operator writes them down beforehand and no release is needed on the day.

use crate::profile::AccountClass;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use time::macros::format_description;
use time::{Date, Duration};

/// Who may register an account of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationMode {
    /// Anybody, by the form.
    Open,
    /// Only by arriving with a national-portal account.
    FederatedOnly,
    /// Nobody.
    Closed,
}

/// The registration policy of each class. Production refuses to start unless all three are set (decisions 1).
///
/// Each is one of the words `open`, `federated-only` and `closed`, or a list of `{ mode, from }`: a mode holds from
/// the beginning of the day `from` in Vietnam (`"2027-07-01"`) until the next one does. The first of a list has no
/// `from`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RegistrationSettings {
    /// Citizens: `open`, `federated-only`, `closed`, or a list of `{ mode, from }`.
    pub citizen: Option<RegistrationPolicy>,
    /// Businesses: the same.
    pub business: Option<RegistrationPolicy>,
    /// Other organisations: the same; `open` is not possible for them.
    pub organisation: Option<RegistrationPolicy>,
    /// Whether the citizen's form has the optional question for their sex. The answer is held against the identity
    /// number, which encodes it, and then forgotten.
    pub ask_sex: bool,
}

impl RegistrationSettings {
    /// Who may register an account of `class` on `day`; anybody where development left it unset.
    pub fn mode(&self, class: AccountClass, day: Date) -> RegistrationMode {
        match class {
            // Through federation or not at all (decisions 1).
            AccountClass::Organisation => match self.of(class).map(|policy| policy.mode(day)) {
                Some(RegistrationMode::Closed) => RegistrationMode::Closed,
                Some(RegistrationMode::Open | RegistrationMode::FederatedOnly) | None => {
                    RegistrationMode::FederatedOnly
                }
            },
            AccountClass::Citizen | AccountClass::Business => {
                self.of(class).map_or(RegistrationMode::Open, |policy| policy.mode(day))
            }
        }
    }

    /// Whether there is a class that anybody may register in on `day`.
    pub fn is_open_to_anybody(&self, day: Date) -> bool {
        [AccountClass::Citizen, AccountClass::Business]
            .into_iter()
            .any(|class| self.mode(class, day) == RegistrationMode::Open)
    }

    /// The last day on which `class` is open, if `day` is one of the thirty days that end with it: people who are about
    /// to register are told then.
    pub fn closes_soon(&self, class: AccountClass, day: Date) -> Option<Date> {
        let last = self.of(class)?.last_open_day(day)?;
        (last - day < NOTICE).then_some(last)
    }

    const fn of(&self, class: AccountClass) -> Option<&RegistrationPolicy> {
        match class {
            AccountClass::Citizen => self.citizen.as_ref(),
            AccountClass::Business => self.business.as_ref(),
            AccountClass::Organisation => self.organisation.as_ref(),
        }
    }
}

/// For how long before the end people are told of it.
const NOTICE: Duration = Duration::days(30);

/// Who may register an account of one class, from which day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationPolicy {
    /// Holds from the beginning.
    first: RegistrationMode,
    /// Later modes with their first days, the earliest first.
    changes: Vec<(Date, RegistrationMode)>,
}

/// Why a list is no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Nothing in it.
    #[error("a list of registration modes has at least one")]
    Empty,
    /// The first mode has a day, so that nothing is said about the days before.
    #[error("the first registration mode of a list holds from the beginning: leave its `from` out")]
    NothingBefore,
    /// A later mode has none.
    #[error("every registration mode of a list but the first needs a `from`")]
    NoDay,
    /// A day is not later than the one before.
    #[error("the days of a list of registration modes must follow one another")]
    OutOfOrder,
}

impl RegistrationPolicy {
    /// A policy that changes: each mode with the day from which it holds.
    pub fn of(steps: impl IntoIterator<Item = (RegistrationMode, Option<Date>)>) -> Result<Self, PolicyFault> {
        let mut steps = steps.into_iter();
        let first = match steps.next() {
            None => return Err(PolicyFault::Empty),
            Some((_, Some(_))) => return Err(PolicyFault::NothingBefore),
            Some((mode, None)) => mode,
        };
        let mut changes: Vec<(Date, RegistrationMode)> = Vec::new();
        for (mode, from) in steps {
            let from = from.ok_or(PolicyFault::NoDay)?;
            if changes.last().is_some_and(|(before, _)| *before >= from) {
                return Err(PolicyFault::OutOfOrder);
            }
            changes.push((from, mode));
        }
        Ok(Self { first, changes })
    }

    /// Who may register on `day`.
    pub fn mode(&self, day: Date) -> RegistrationMode {
        let in_force = self.changes.iter().rev().find(|(from, _)| *from <= day);
        in_force.map_or(self.first, |(_, mode)| *mode)
    }

    /// Whether it is ever open.
    pub fn is_ever_open(&self) -> bool {
        self.first == RegistrationMode::Open || self.changes.iter().any(|(_, mode)| *mode == RegistrationMode::Open)
    }

    /// The last day on which it is open without a break from `day` on; `None` when it is not open or never ends.
    fn last_open_day(&self, day: Date) -> Option<Date> {
        if self.mode(day) != RegistrationMode::Open {
            return None;
        }
        let end = self.changes.iter().find(|(from, mode)| *from > day && *mode != RegistrationMode::Open);
        end.and_then(|(from, _)| from.previous_day())
    }
}

impl From<RegistrationMode> for RegistrationPolicy {
    /// A policy that never changes.
    fn from(mode: RegistrationMode) -> Self {
        Self { first: mode, changes: Vec::new() }
    }
}

/// One `{ mode, from }` of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    mode: RegistrationMode,
    #[serde(default, deserialize_with = "day")]
    from: Option<Date>,
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    struct Day;

    impl Visitor<'_> for Day {
        type Value = Date;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a day in quotes, such as \"2027-07-01\"")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Date, E> {
            Date::parse(text, format_description!("[year]-[month]-[day]"))
                .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(Day).map(Some)
}

impl<'de> Deserialize<'de> for RegistrationPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrList;

        impl<'de> Visitor<'de> for WordOrList {
            type Value = RegistrationPolicy;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("open, federated-only or closed, or a list of { mode, from }")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<RegistrationPolicy, E> {
                RegistrationMode::deserialize(StrDeserializer::new(word)).map(RegistrationPolicy::from)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<RegistrationPolicy, A::Error> {
                let steps = Vec::<Step>::deserialize(SeqAccessDeserializer::new(list))?;
                RegistrationPolicy::of(steps.into_iter().map(|step| (step.mode, step.from))).map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_any(WordOrList)
    }
}

impl JsonSchema for RegistrationPolicy {
    fn schema_name() -> Cow<'static, str> {
        "RegistrationPolicy".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mode = generator.subschema_for::<RegistrationMode>();
        json_schema!({
            "description": "Who may register, from which day on: one mode, or a list of modes with their first days.",
            "anyOf": [
                mode,
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": ["mode"],
                        "properties": {
                            "mode": mode,
                            "from": {
                                "description": "The first day in Vietnam on which it holds. The first mode has none.",
                                "type": "string",
                                "format": "date"
                            }
                        }
                    }
                }
            ]
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::RegistrationMode::{Closed, FederatedOnly, Open};
    use super::*;
    use crate::time::Timestamp;
    use time::macros::{date, datetime};

    fn read(json: &str) -> Result<RegistrationPolicy, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    fn settings(business: RegistrationPolicy) -> RegistrationSettings {
        RegistrationSettings { business: Some(business), ..RegistrationSettings::default() }
    }

    #[test]
    fn a_plain_word_holds_always() {
        for (word, mode) in [("open", Open), ("federated-only", FederatedOnly), ("closed", Closed)] {
            let policy = read(&format!("{word:?}")).unwrap();
            assert_eq!(policy, RegistrationPolicy::from(mode));
            assert_eq!((policy.mode(date!(1990 - 01 - 01)), policy.mode(date!(2090 - 01 - 01))), (mode, mode));
        }
        assert!(read("\"ajar\"").unwrap_err().contains("federated-only"));
        assert!(read("7").unwrap_err().contains("a list of { mode, from }"));
    }

    #[test]
    fn each_mode_of_a_list_holds_from_its_day_on() {
        let policy = read(
            r#"[{"mode":"open"},{"mode":"federated-only","from":"2027-07-01"},{"mode":"closed","from":"2028-01-01"}]"#,
        )
        .unwrap();
        for (day, mode) in [
            (date!(2026 - 11 - 23), Open),
            (date!(2027 - 06 - 30), Open),
            (date!(2027 - 07 - 01), FederatedOnly),
            (date!(2027 - 12 - 31), FederatedOnly),
            (date!(2028 - 01 - 01), Closed),
            (date!(2099 - 01 - 01), Closed),
        ] {
            assert_eq!(policy.mode(day), mode, "{day}");
        }
    }

    #[test]
    fn the_day_begins_in_vietnam() {
        let policy = RegistrationPolicy::of([(Open, None), (Closed, Some(date!(2027 - 07 - 01)))]).unwrap();
        let at = |moment: time::OffsetDateTime| {
            policy.mode(Timestamp::from_seconds(moment.unix_timestamp()).date_in_vietnam())
        };
        assert_eq!(at(datetime!(2027-06-30 16:59:59 UTC)), Open);
        assert_eq!(at(datetime!(2027-06-30 17:00:00 UTC)), Closed);
    }

    #[test]
    fn a_list_that_leaves_a_doubt_is_refused_with_its_reason() {
        for (list, reason) in [
            ("[]", PolicyFault::Empty),
            (r#"[{"mode":"open","from":"2027-07-01"}]"#, PolicyFault::NothingBefore),
            (r#"[{"mode":"open"},{"mode":"closed"}]"#, PolicyFault::NoDay),
            (
                r#"[{"mode":"open"},{"mode":"closed","from":"2027-07-01"},{"mode":"open","from":"2027-07-01"}]"#,
                PolicyFault::OutOfOrder,
            ),
            (
                r#"[{"mode":"open"},{"mode":"closed","from":"2027-07-01"},{"mode":"open","from":"2027-06-01"}]"#,
                PolicyFault::OutOfOrder,
            ),
        ] {
            assert!(read(list).unwrap_err().contains(&reason.to_string()), "{list}");
        }
        for day in ["2027-02-30", "01/07/2027", "2027-7-1", "soon"] {
            let list = format!(r#"[{{"mode":"open"}},{{"mode":"closed","from":{day:?}}}]"#);
            assert!(read(&list).unwrap_err().contains("2027-07-01"), "{day}");
        }
        assert!(read(r#"[{"mode":"open"},{"mode":"closed","until":"2027-07-01"}]"#).unwrap_err().contains("until"));
    }

    #[test]
    fn the_end_is_told_in_the_last_thirty_days_alone() {
        let ends = settings(RegistrationPolicy::of([(Open, None), (Closed, Some(date!(2027 - 07 - 01)))]).unwrap());
        for (day, told) in [
            (date!(2027 - 05 - 31), None),
            (date!(2027 - 06 - 01), Some(date!(2027 - 06 - 30))),
            (date!(2027 - 06 - 30), Some(date!(2027 - 06 - 30))),
            (date!(2027 - 07 - 01), None),
        ] {
            assert_eq!(ends.closes_soon(AccountClass::Business, day), told, "{day}");
            assert_eq!(ends.closes_soon(AccountClass::Citizen, day), None);
        }
        let goes_on = RegistrationPolicy::of([(Open, None), (Open, Some(date!(2027 - 07 - 01)))]).unwrap();
        assert_eq!(settings(goes_on).closes_soon(AccountClass::Business, date!(2027 - 06 - 30)), None);
        assert_eq!(settings(Open.into()).closes_soon(AccountClass::Business, date!(2027 - 06 - 30)), None);
    }

    #[test]
    fn what_is_unset_is_open_but_organisations_never_are() {
        let day = date!(2026 - 11 - 23);
        let unset = RegistrationSettings::default();
        assert_eq!(unset.mode(AccountClass::Citizen, day), Open);
        assert_eq!(unset.mode(AccountClass::Business, day), Open);
        let lax = RegistrationSettings { organisation: Some(Open.into()), ..RegistrationSettings::default() };
        assert_eq!(lax.mode(AccountClass::Organisation, day), FederatedOnly);
        assert_eq!(unset.mode(AccountClass::Organisation, day), FederatedOnly);
        let strict = RegistrationSettings { organisation: Some(Closed.into()), ..RegistrationSettings::default() };
        assert_eq!(strict.mode(AccountClass::Organisation, day), Closed);
        let shut = |business| RegistrationSettings { citizen: Some(Closed.into()), ..settings(business) };
        assert!(shut(Open.into()).is_open_to_anybody(day));
        assert!(!shut(FederatedOnly.into()).is_open_to_anybody(day));
        let later = RegistrationPolicy::of([(Closed, None), (Open, Some(date!(2027 - 07 - 01)))]).unwrap();
        assert!(later.is_ever_open());
        assert!(!shut(later.clone()).is_open_to_anybody(day));
        assert!(shut(later).is_open_to_anybody(date!(2027 - 07 - 01)));
    }
}
