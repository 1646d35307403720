//! `prompt`, `max_age`, `acr_values` and `id_token_hint`: whether the person has to sign in, may stay silent, or must be asked.

use crate::error::AuthorizationFault;
use crate::parameters::Parameters;
use portal_id_core::acr::{Aal, Ial, asked_for};
use portal_id_core::flow::Requirement;
use portal_id_core::session::Session;
use portal_id_core::time::{Span, Timestamp};

/// The values we honour; what discovery advertises. Others are ignored (OpenID Connect Core §3.1.2.1). `create` leads to
/// registration only while there is anybody who may register; else it asks for no more than `login`.
pub(crate) const fn values(registers: bool) -> &'static [&'static str] {
    if registers {
        &["none", "login", "consent", "select_account", "create"]
    } else {
        &["none", "login", "consent", "select_account"]
    }
}

/// Longer than anybody's session.
const LONG: Span = Span::days(50_000);

/// What a request says about signing in.
#[expect(clippy::struct_excessive_bools, reason = "each is one value of a set that the standard defines")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prompt {
    /// No page may be shown.
    pub(super) silent: bool,
    /// The person signs in again.
    pub(super) login: bool,
    /// The person is asked again what the client may learn.
    pub(super) consent: bool,
    /// The person registers (Initiating User Registration via OpenID Connect §4).
    pub(super) create: bool,
    /// How old the sign-in may be.
    pub(super) max_age: Option<Span>,
    /// The least level that the client asks for (`acr_values`).
    pub(super) level: Option<(Ial, Aal)>,
}

/// Reads `prompt`, `max_age` and `acr_values` (OpenID Connect Core §3.1.2.1).
pub(super) fn read(params: &Parameters) -> Result<Prompt, AuthorizationFault> {
    let values = values_of(params);
    let has = |value| values.contains(&value);
    if has("none") && values.len() > 1 {
        return Err(AuthorizationFault::invalid_request("prompt none stands alone"));
    }
    let max_age = params.get("max_age").map(|text| {
        let whole = text.bytes().all(|byte| byte.is_ascii_digit());
        // A number beyond u32 is longer than anybody's session: it demands no more than that somebody knows when.
        if whole {
            Ok(text.parse::<u32>().map_or(LONG, |seconds| Span::seconds(seconds.into())))
        } else {
            Err(max_age_fault())
        }
    });
    Ok(Prompt {
        silent: has("none"),
        login: has("login") || has("select_account"),
        consent: has("consent"),
        create: has("create"),
        max_age: max_age.transpose()?,
        level: asked_for(params.get("acr_values").unwrap_or_default().split(' ')),
    })
}

fn values_of(params: &Parameters) -> Vec<&str> {
    params.get("prompt").unwrap_or_default().split(' ').filter(|value| !value.is_empty()).collect()
}

/// Whether no page may be shown (`prompt=none`).
pub(crate) fn is_silent(params: &Parameters) -> bool {
    values_of(params) == ["none"]
}

fn max_age_fault() -> AuthorizationFault {
    AuthorizationFault::invalid_request("max_age must be a whole number of seconds")
}

/// Who the client expects, and who is there, both as the client knows people.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Subjects<'a> {
    /// The person must be one of each of these: of `id_token_hint`, and of `sub` in `claims`.
    pub(super) expected: &'a [Vec<String>],
    /// The `sub` of the person who is signed in; `None` when the client never met them.
    pub(super) present: Option<&'a str>,
}

impl Subjects<'_> {
    fn fit(&self) -> bool {
        let is_one_of = |known: &Vec<String>| known.iter().any(|subject| Some(subject.as_str()) == self.present);
        self.expected.iter().all(is_one_of)
    }
}

/// Who is at the browser, as far as the request cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// The right person, signed in recently enough.
    Present,
    /// Somebody has to sign in; with what is demanded of that sign-in.
    SignIn(Requirement),
    /// Not possible without a page, or somebody else is signed in.
    LoginRequired,
}

impl Prompt {
    /// The same with the level that `claims` asks for (OpenID Connect Core §5.5.1.1).
    pub(super) fn with_level(self, level: Option<(Ial, Aal)>) -> Self {
        Self { level: self.level.max(level), ..self }
    }

    /// The same for a client that must be told when the person signed in: however long ago, if only that is known.
    pub(super) fn telling_when(self, must: bool) -> Self {
        Self { max_age: self.max_age.or(must.then_some(LONG)), ..self }
    }

    /// Judges the session. `started_at` is when the request first arrived, for a person who comes back from our pages:
    /// what is asked of the sign-in is then met by one since that moment.
    pub(super) fn presence(
        &self,
        session: Option<&Session>,
        subjects: Subjects<'_>,
        started_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Presence {
        let requirement = self.requirement(started_at, now);
        let must_see_the_page = started_at.is_none() && (self.login || self.create);
        if must_see_the_page || !session.is_some_and(|session| requirement.is_recent_enough(session)) {
            return if self.silent { Presence::LoginRequired } else { Presence::SignIn(requirement) };
        }
        // OpenID Connect Core §3.1.2.1, §3.1.2.2: the person of the hint or of `claims`, or an error.
        if subjects.fit() { Presence::Present } else { Presence::LoginRequired }
    }

    /// What is demanded of the session.
    pub(super) fn requirement(&self, started_at: Option<Timestamp>, now: Timestamp) -> Requirement {
        let begun = started_at.unwrap_or(now);
        let asked_anew = (self.login || self.create).then_some(begun);
        // Whoever signed in since the request began has met any max_age, however long the pages took.
        let young_enough = self.max_age.map(|age| begun.min(now - age));
        Requirement { signed_in_since: asked_anew.max(young_enough), level: self.level }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::acr::Amr;
    use portal_id_core::auth_time;
    use proptest::prelude::*;

    fn prompt(query: &str) -> Prompt {
        read(&Parameters::parse(query.as_bytes()).unwrap()).unwrap()
    }

    fn fault(query: &str) -> Option<&'static str> {
        read(&Parameters::parse(query.as_bytes()).unwrap()).err().map(|fault| fault.error)
    }

    fn first(query: &str, signed_in_ago: Option<Span>) -> Presence {
        let session = signed_in_ago.map(|ago| testing::session(NOW - ago));
        prompt(query).presence(session.as_ref(), Subjects::default(), None, NOW)
    }

    fn signs_in(presence: Presence) -> bool {
        matches!(presence, Presence::SignIn(_))
    }

    #[test]
    fn values_are_read_and_unknown_ones_ignored() {
        assert_eq!(prompt("prompt=login%20consent"), Prompt { login: true, consent: true, ..Prompt::default() });
        assert_eq!(prompt("prompt=select_account"), Prompt { login: true, ..Prompt::default() });
        assert_eq!(prompt("prompt=dance"), Prompt::default());
        assert_eq!(prompt("max_age=0").max_age, Some(Span::ZERO));
    }

    #[test]
    fn nonsense_is_an_invalid_request() {
        for query in
            ["prompt=none%20login", "prompt=login%20none", "max_age=-1", "max_age=1.5", "max_age=x", "max_age=%2B5"]
        {
            assert_eq!(fault(query), Some("invalid_request"), "{query}");
        }
        assert_eq!(fault("max_age=99999999999"), None, "a long time is no nonsense");
    }

    #[test]
    fn a_live_session_is_enough_when_nothing_else_is_asked() {
        assert_eq!(first("", Some(Span::hours(3))), Presence::Present);
        assert_eq!(first("prompt=none", Some(Span::hours(3))), Presence::Present);
        assert!(signs_in(first("", None)));
        assert_eq!(first("prompt=none", None), Presence::LoginRequired);
    }

    // security: row 11
    #[test]
    fn prompt_login_shows_the_page_however_fresh_the_session() {
        for query in ["prompt=login", "prompt=select_account", "prompt=create"] {
            assert!(signs_in(first(query, Some(Span::ZERO))), "{query}");
        }
    }

    // security: row 11
    #[test]
    fn coming_back_satisfies_prompt_login_only_with_a_sign_in_since() {
        let begun = NOW - Span::minutes(2);
        let back = |signed_in_at| {
            prompt("prompt=login").presence(
                Some(&testing::session(signed_in_at)),
                Subjects::default(),
                Some(begun),
                NOW,
            )
        };
        assert_eq!(back(begun + Span::minutes(1)), Presence::Present);
        assert_eq!(
            back(begun - Span::millis(1)),
            Presence::SignIn(Requirement { signed_in_since: Some(begun), level: None })
        );
    }

    // security: row 11
    #[test]
    fn max_age_is_met_by_a_young_session_or_by_a_sign_in_since_the_request_began() {
        assert_eq!(first("max_age=300", Some(Span::seconds(300))), Presence::Present);
        assert!(signs_in(first("max_age=300", Some(Span::millis(300_001)))));
        assert_eq!(first("max_age=1&prompt=none", Some(Span::seconds(2))), Presence::LoginRequired);
        assert!(signs_in(first("max_age=0", Some(Span::millis(1)))));
        let begun = NOW - Span::minutes(10);
        let back = |signed_in_at| {
            prompt("max_age=1").presence(Some(&testing::session(signed_in_at)), Subjects::default(), Some(begun), NOW)
        };
        assert_eq!(back(begun), Presence::Present);
        assert!(signs_in(back(begun - Span::millis(1))));
    }

    // security: row 11
    #[test]
    fn a_session_of_which_nobody_knows_when_it_was_proved_answers_no_question_about_it() {
        let unknown = testing::session(auth_time::UNKNOWN);
        let judged = |prompt: Prompt, started_at| prompt.presence(Some(&unknown), Subjects::default(), started_at, NOW);
        assert_eq!(judged(prompt(""), None), Presence::Present);
        for query in ["max_age=0", "max_age=4294967295", "max_age=99999999999", "prompt=login"] {
            assert!(signs_in(judged(prompt(query), None)), "{query}");
            assert!(signs_in(judged(prompt(query), Some(NOW - Span::minutes(1)))), "{query}");
        }
        assert_eq!(judged(prompt("max_age=99999999999&prompt=none"), None), Presence::LoginRequired);
        // Whoever must be told when is not told of this one.
        assert!(signs_in(judged(prompt("").telling_when(true), None)));
        assert_eq!(judged(prompt("prompt=none").telling_when(true), None), Presence::LoginRequired);
        let old = testing::session(NOW - Span::days(400));
        for prompt in [prompt("").telling_when(true), prompt("max_age=99999999999")] {
            assert_eq!(prompt.presence(Some(&old), Subjects::default(), None, NOW), Presence::Present);
        }
        assert!(signs_in(prompt("max_age=60").telling_when(true).presence(Some(&old), Subjects::default(), None, NOW)));
    }

    // security: row 11
    #[test]
    fn a_level_is_no_answer_to_a_question_about_the_sign_in_itself() {
        let one_factor = Session { amr: vec![Amr::Pwd], ..testing::session(NOW) };
        let judged =
            |query: &str, session: &Session| prompt(query).presence(Some(session), Subjects::default(), None, NOW);
        // What is missing of the level is asked for apart, of whoever is there.
        for query in ["", "acr_values=urn:portal-id:loa:1", "acr_values=urn:portal-id:loa:2"] {
            assert_eq!(judged(query, &one_factor), Presence::Present, "{query}");
        }
        assert!(signs_in(judged("acr_values=urn:portal-id:loa:2&prompt=login", &one_factor)));
        let old = Session { auth_time: NOW - Span::minutes(2), ..one_factor.clone() };
        assert!(signs_in(judged("acr_values=urn:portal-id:loa:2&max_age=60", &old)));
        let expected = [vec!["else".to_owned()]];
        let subjects = Subjects { expected: &expected, present: Some("this one") };
        let hinted = prompt("acr_values=urn:portal-id:loa:2").presence(Some(&one_factor), subjects, None, NOW);
        assert_eq!(hinted, Presence::LoginRequired, "no second factor makes another person of somebody");
    }

    // security: row 11
    #[test]
    fn of_two_levels_that_are_asked_for_the_higher_counts() {
        let level = |query: &str, of_claims| prompt(query).with_level(of_claims).level;
        let (two, three) = (Some((Ial(0), Aal(2))), Some((Ial(2), Aal(2))));
        assert_eq!(level("", None), None);
        assert_eq!(level("acr_values=urn:portal-id:loa:2", None), two);
        assert_eq!(level("acr_values=urn:portal-id:loa:2", three), three);
        assert_eq!(level("acr_values=urn:portal-id:loa:3", two), three);
        assert_eq!(level("acr_values=gold", two), two);
    }

    #[test]
    fn the_person_is_the_one_of_the_hint_and_of_the_claims_or_the_answer_is_login_required() {
        let session = testing::session(NOW);
        let with = |expected: &[&[&str]], present| {
            let expected: Vec<Vec<String>> =
                expected.iter().map(|one| one.iter().map(|subject| (*subject).to_owned()).collect()).collect();
            prompt("").presence(Some(&session), Subjects { expected: &expected, present }, None, NOW)
        };
        assert_eq!(with(&[], Some("an")), Presence::Present);
        assert_eq!(with(&[], None), Presence::Present, "a client that never met the person");
        assert_eq!(with(&[&["an"]], Some("an")), Presence::Present);
        assert_eq!(with(&[&["an"], &["binh", "an"]], Some("an")), Presence::Present);
        assert_eq!(with(&[&["an"]], Some("somebody else")), Presence::LoginRequired);
        assert_eq!(with(&[&["an"], &["binh"]], Some("an")), Presence::LoginRequired);
        assert_eq!(with(&[&["an"]], None), Presence::LoginRequired);
        assert_eq!(with(&[&[]], Some("an")), Presence::LoginRequired, "values that are nobody");
        let expected = [vec!["somebody else".to_owned()]];
        let nobody_there = Subjects { expected: &expected, present: None };
        assert!(
            signs_in(prompt("").presence(None, nobody_there, None, NOW)),
            "a person may still become the right one"
        );
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_values_make_the_reader_panic(values in "[a-z ]{0,40}", age in "[-0-9.e]{0,24}") {
            let query = crate::parameters::encode_pairs([("prompt", values.as_str()), ("max_age", age.as_str())]);
            let _ = read(&Parameters::parse(query.as_bytes()).unwrap());
        }
    }
}
