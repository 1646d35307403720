//! Why somebody cannot go to another provider, or did not arrive by it: what happened, and which other ways there are.

use super::{AGAIN_FOR_LEVEL, ANEW, DENIED, Way};
use crate::edge::{LocalPath, Next, PageResult, Visit};
use crate::pages::layout::Layout;
use askama::Template;
use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use portal_id_core::time::Span;
use portal_id_core::upstream::Purpose;
use portal_id_federation::{Distrust, Federation, Missing, Stranded, Trouble};

/// When a provider that is left alone may be called again at the earliest.
const TRY_AGAIN_AFTER: Span = Span::seconds(30);

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct What {
    /// The key of the title.
    pub(crate) title: &'static str,
    /// The key of the sentence.
    pub(crate) body: &'static str,
    status: StatusCode,
    /// Whether to try the same provider again may help.
    again: bool,
    /// Whether other ways to sign in may.
    ways: bool,
    /// Whether an operator may have to look for it: then the page says the request's id.
    reference: bool,
}

/// What goes by the name of its texts.
macro_rules! what {
    ($name:literal, $status:ident) => {
        What {
            title: concat!($name, "-title"),
            body: concat!($name, "-body"),
            status: StatusCode::$status,
            again: false,
            ways: false,
            reference: false,
        }
    };
}

impl What {
    /// There is no such provider, or it is switched off.
    pub(crate) const UNKNOWN: Self = Self { ways: true, ..what!("upstream-unknown", NOT_FOUND) };
    /// It does not answer.
    pub(crate) const AWAY: Self = Self { again: true, ways: true, ..what!("upstream-away", SERVICE_UNAVAILABLE) };
    /// Too many people are arriving by it.
    pub(crate) const BUSY: Self = Self { again: true, ways: true, ..what!("upstream-busy", SERVICE_UNAVAILABLE) };
    /// Too many people leave from one network.
    pub(crate) const FLOOD: Self = Self { again: true, ways: true, ..what!("upstream-flood", TOO_MANY_REQUESTS) };
    /// Our own marks are out of reach.
    pub(crate) const OUT_OF_REACH: Self =
        Self { again: true, ways: true, ..what!("upstream-out-of-reach", SERVICE_UNAVAILABLE) };
    /// The attempt is over, or another browser's; or the proof waited too long.
    pub(crate) const OVER: Self = Self { again: true, ways: true, ..what!("upstream-over", GONE) };
    /// The answer is none.
    pub(crate) const MALFORMED: Self =
        Self { again: true, ways: true, reference: true, ..what!("upstream-malformed", BAD_REQUEST) };
    /// It refused in its own words.
    pub(crate) const SAID: Self =
        Self { again: true, ways: true, reference: true, ..what!("upstream-said", BAD_GATEWAY) };
    /// Whoever was asked there for more said no.
    pub(crate) const DENIED: Self = Self { again: true, ..what!("upstream-refused", FORBIDDEN) };
    /// Its answer is not believed.
    pub(crate) const DISTRUSTED: Self =
        Self { ways: true, reference: true, ..what!("upstream-distrusted", BAD_GATEWAY) };
    /// The person did not sign in anew.
    pub(crate) const TOO_OLD: Self = Self { again: true, ways: true, ..what!("upstream-too-old", FORBIDDEN) };
    /// It named a kind of account that we do not know.
    pub(crate) const UNKNOWN_CLASS: Self =
        Self { ways: true, reference: true, ..what!("upstream-unknown-class", FORBIDDEN) };
    /// It did not say what an account needs.
    pub(crate) const INCOMPLETE: Self = Self { ways: true, ..what!("upstream-incomplete", FORBIDDEN) };
    /// Its person is another than the one it vouched for before.
    pub(crate) const PERSON_CHANGED: Self = Self { reference: true, ..what!("arrival-person-changed", FORBIDDEN) };
    /// It names another kind of account than before.
    pub(crate) const CLASS_CHANGED: Self = Self { reference: true, ..what!("arrival-class-changed", FORBIDDEN) };
    /// The person is linked to another account here.
    pub(crate) const LINKED_ELSEWHERE: Self = what!("arrival-linked-elsewhere", CONFLICT);
    /// The account is linked to another person there.
    pub(crate) const ANOTHER_LINKED_HERE: Self = what!("arrival-another-linked-here", CONFLICT);
    /// Somebody else came back than left.
    pub(crate) const SOMEBODY_ELSE: Self = Self { again: true, ..what!("arrival-somebody-else", FORBIDDEN) };
    /// Two people want the same number.
    pub(crate) const AT_THE_DESK: Self = Self { reference: true, ..what!("arrival-desk", CONFLICT) };

    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 19] = [
        Self::UNKNOWN,
        Self::AWAY,
        Self::BUSY,
        Self::FLOOD,
        Self::OUT_OF_REACH,
        Self::OVER,
        Self::MALFORMED,
        Self::SAID,
        Self::DENIED,
        Self::DISTRUSTED,
        Self::TOO_OLD,
        Self::UNKNOWN_CLASS,
        Self::INCOMPLETE,
        Self::PERSON_CHANGED,
        Self::CLASS_CHANGED,
        Self::LINKED_ELSEWHERE,
        Self::ANOTHER_LINKED_HERE,
        Self::SOMEBODY_ELSE,
        Self::AT_THE_DESK,
    ];

    const fn of(trouble: &Trouble) -> Self {
        match trouble {
            Trouble::Unknown => Self::UNKNOWN,
            Trouble::Away => Self::AWAY,
            Trouble::Busy => Self::BUSY,
            Trouble::Flood => Self::FLOOD,
            Trouble::OutOfReach => Self::OUT_OF_REACH,
            Trouble::AttemptOver => Self::OVER,
            Trouble::Malformed => Self::MALFORMED,
            Trouble::Denied => Self::DENIED,
            // Whom it cannot name it did not tell us of.
            Trouble::TheySaid(_) | Trouble::Incomplete(Missing::Subject) => Self::SAID,
            Trouble::Distrusted(Distrust::TooOld) => Self::TOO_OLD,
            Trouble::Distrusted(_) => Self::DISTRUSTED,
            Trouble::UnknownClass => Self::UNKNOWN_CLASS,
            Trouble::Incomplete(_) => Self::INCOMPLETE,
        }
    }
}

/// What somebody went to a provider for: another try is for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// To sign in.
    SigningIn,
    /// Signed in, to prove anew who they are, for a page of their own.
    Confirming,
    /// Signed in, to prove it better, for a service that asks for more than their session is worth: they may go on without.
    Level,
    /// To link their account. Whoever signed in there instead would get a second one.
    Linking,
}

impl For {
    /// What `purpose` was for, where it is known.
    fn of(purpose: Option<&Purpose>, visit: &Visit) -> Self {
        match purpose {
            Some(Purpose::Link { .. }) => Self::Linking,
            _ if visit.is_stepping_up() => Self::Level,
            Some(Purpose::Again { .. }) => Self::Confirming,
            Some(Purpose::SignIn) | None => Self::SigningIn,
        }
    }
}

/// The page of it.
#[derive(Template)]
#[template(path = "pages/upstream-trouble.html")]
pub(crate) struct TroublePage {
    pub(crate) layout: Layout,
    what: What,
    /// The provider's name; our word for one where there is none.
    name: String,
    /// The same provider once more.
    again: Option<Way>,
    /// The other providers.
    others: Vec<Way>,
    /// The provider's own word for what happened.
    code: Option<String>,
    went_for: For,
}

impl TroublePage {
    /// The page of `what` at the provider `id`.
    pub(crate) fn new(
        layout: Layout,
        ways: Vec<Way>,
        id: &str,
        (what, went_for): (What, For),
        code: Option<String>,
    ) -> Self {
        let (same, others): (Vec<_>, Vec<_>) = ways.into_iter().partition(|way| way.id == id);
        let same = same.into_iter().next();
        let name = same.as_ref().map_or_else(|| layout.t("upstream-other-provider"), |way| way.name.clone());
        Self { what, name, again: same.filter(|_| what.again), others, code, went_for, layout }
    }

    /// The address of another try.
    fn try_again(&self, way: &Way) -> String {
        let again = |value| self.layout.to_with(&way.start(), &[("again", value)]);
        match self.went_for {
            For::SigningIn => self.layout.to(&way.start()),
            For::Confirming => again(ANEW),
            For::Level => again(AGAIN_FOR_LEVEL),
            // By the form there, which no foreign page can send.
            For::Linking => Next::Links.path().to_owned(),
        }
    }

    fn stepping_up(&self) -> bool {
        self.went_for == For::Level
    }

    fn body(&self) -> String {
        self.layout.texts.text_with(self.what.body, &[("name", &self.name), ("desk", &self.layout.desk)])
    }

    fn signs_in(&self) -> bool {
        self.what.ways && self.layout.signed_in_as.is_none()
    }
}

/// Says why nobody can go to the provider `id` for `purpose`, or came back from it in vain. The log says it under the id
/// that the page gives the person for whoever is to look for it.
pub(crate) fn show(
    visit: Visit,
    federation: &Federation,
    id: &str,
    purpose: Option<&Purpose>,
    why: &Trouble,
) -> Response {
    if federation.offer(id).is_some() {
        let request_id = &visit.ctx.request_id;
        tracing::info!(request_id, upstream = id, reason = ?why, "Somebody did not arrive by another provider.");
    }
    let code = match why {
        Trouble::TheySaid(code) => Some(code.clone()),
        _ => None,
    };
    draw(visit, federation, id, (What::of(why), purpose), code)
}

/// Says what happened at the provider `id`, where somebody was for `purpose`.
pub(crate) fn page(visit: Visit, federation: &Federation, id: &str, purpose: Option<&Purpose>, what: What) -> Response {
    draw(visit, federation, id, (what, purpose), None)
}

fn draw(
    visit: Visit,
    federation: &Federation,
    id: &str,
    (what, purpose): (What, Option<&Purpose>),
    code: Option<String>,
) -> Response {
    let layout = visit.layout(what.title);
    let ways = Way::all(layout.texts, federation);
    let page = TroublePage::new(layout, ways, id, (what, For::of(purpose, &visit)), code);
    let mut response = visit.page(what.status, page);
    if matches!(what.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(TRY_AGAIN_AFTER.as_seconds()));
    }
    response
}

/// Goes on with somebody who came back and did not arrive. Who said no there is told so where they came from, with what they
/// were on the way to, and chooses another way.
pub(crate) async fn stranded(visit: Visit, federation: &Federation, id: &str, stranded: Stranded) -> PageResult {
    let visit = match &stranded.begun {
        Some((_, baggage)) => visit.back_with(baggage).await?,
        None => visit,
    };
    if stranded.trouble == Trouble::Denied && !visit.is_stepping_up() {
        let path = match &stranded.begun {
            Some((Purpose::Link { .. }, _)) => LocalPath::from(Next::Links.path()).with("done", DENIED),
            Some((Purpose::Again { .. }, _)) if visit.next.is_some() => {
                visit.path("/account/confirm").with("said", DENIED)
            }
            _ => visit.path("/sign-in").with("said", DENIED),
        };
        return Ok(visit.to(path));
    }
    let purpose = stranded.begun.as_ref().map(|(purpose, _)| purpose);
    Ok(show(visit, federation, id, purpose, &stranded.trouble))
}
