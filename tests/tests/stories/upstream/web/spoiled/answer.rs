//! What a provider answers by way of the browser: by address, and by form.

use super::{swapped, usual};
use crate::upstream::web::{Town, is_signed_in};
use http::StatusCode;
use portal_id_testkit::core::audit::AuditKind;
use portal_id_testkit::core::time::Span;
use portal_id_testkit::idp::ISSUER;
use portal_id_testkit::service::parameter;
use portal_id_testkit::{Browser, Page, Provider, TestIdp};
use std::sync::Arc;
use url::Url;

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comes {
    /// The person is in, and the service has its code.
    In,
    /// They said no there, and are asked again here.
    AskedAgain,
    /// It belongs to no attempt of this browser at this provider.
    Over,
    /// It is no answer.
    Malformed,
    /// It answers an attempt, with neither a code nor an error.
    NoCode,
    /// The provider says what happened.
    Said,
    /// It is not believed.
    Distrusted,
    /// The form cannot be read.
    Unreadable,
    /// The address is longer than any of ours.
    TooLong,
}
use Comes::{AskedAgain, Distrusted, In, Malformed, NoCode, Over, Said, TooLong, Unreadable};

impl Comes {
    fn of(page: &Page, service: &str) -> Self {
        let (status, name) = (page.status().as_u16(), page.name());
        let lead = page.attribute("p.lead", "id").unwrap_or_default();
        match (status, name.as_str(), lead.as_str()) {
            (303, ..) if page.url.as_str().starts_with(service) => In,
            (200, "sign-in", _) => AskedAgain,
            (400, "error", _) => Unreadable,
            (414, "error", _) => TooLong,
            (410, "upstream-trouble", "upstream-over-title") => Over,
            (400, "upstream-trouble", "upstream-malformed-title") => Malformed,
            (502, "upstream-trouble", "upstream-said-title") => Said,
            (502, "upstream-trouble", "upstream-distrusted-title") => Distrusted,
            _ => panic!("{status} {name} {lead}: {}", page.words()),
        }
    }

    /// Whether the attempt is used up: by what answered it, whatever came of that.
    const fn uses_up(self) -> bool {
        matches!(self, In | AskedAgain | NoCode | Said | Distrusted)
    }
}

/// A parameter, spoiled, and what comes of it by address and by form.
struct Row {
    name: &'static str,
    how: &'static str,
    values: Vec<String>,
    by_address: Comes,
    by_form: Comes,
}

/// The rows that every parameter of an answer has. By form an empty one is a missing one (RFC 6749 §3.1), and nothing is
/// taken that is too long or has a control character in it.
fn rows(name: &'static str, good: &str, missing: Comes, empty: Comes, wrong: Comes) -> Vec<Row> {
    let rows = usual(good).into_iter().map(|(how, values)| {
        let (by_address, by_form) = match how {
            "missing" => (missing, missing),
            "empty" => (empty, missing),
            "twice" => (Malformed, Malformed),
            "of 10 KB" => (Malformed, Unreadable),
            "endless" => (TooLong, Unreadable),
            "in NFD" => (wrong, wrong),
            _ => (wrong, Unreadable),
        };
        Row { name, how, values, by_address, by_form }
    });
    rows.collect()
}

fn row(name: &'static str, how: &'static str, value: impl Into<String>, comes: Comes) -> Row {
    Row { name, how, values: vec![value.into()], by_address: comes, by_form: comes }
}

/// Two providers, and a person on the way from a service to one of them.
struct Answering {
    town: Town,
    province: Arc<Provider>,
    good: Vec<(String, String)>,
}

impl Answering {
    async fn begin() -> Self {
        let (portal, province) = (Provider::vnconnect(), Provider::generic("tinh"));
        let idp = TestIdp::start_with_providers(&[&portal, &province], |_| {}).await;
        let mut answering = Self { town: Town::around(idp, portal).await, province, good: Vec::new() };
        answering.leave().await;
        answering
    }

    /// Leaves in a new browser; the good answer is that to this attempt.
    async fn leave(&mut self) {
        // So many may leave from one network in a minute, and no more.
        self.town.idp.advance(Span::seconds(10)).await;
        self.town.browser = self.town.idp.browser();
        let there = self.town.leave().await;
        self.good = self.town.portal.sign_in(&there).query_pairs().into_owned().collect();
        self.good.push(("iss".to_owned(), self.town.portal.issuer()));
    }

    fn value(&self, name: &str) -> &str {
        self.good.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    async fn table(&self) -> Vec<Row> {
        let (state, code, issuer) = (self.value("state"), self.value("code"), self.value("iss"));
        let there = self.town.idp.browser().open("/upstream/vnconnect/start").await.expect_away(&self.town.portal.base);
        let of_other_browser = parameter(&self.town.portal.sign_in(&there), "state").unwrap();
        let there = self.town.browser.clone().open("/upstream/tinh/start").await.expect_away(&self.province.base);
        let of_province = parameter(&self.province.sign_in(&there), "state").unwrap();
        let mut table = rows("state", state, Over, Over, Over);
        table.extend([
            row("state", "in the other case", swapped(state), Over),
            row("state", "cut", &state[..state.len() - 1], Over),
            row("state", "with more behind it", format!("{state}A"), Over),
            row("state", "with a blank", format!("{state} "), Over),
            row("state", "of another browser", of_other_browser, Over),
            row("state", "of another provider", of_province, Over),
        ]);
        table.extend(rows("code", code, NoCode, NoCode, Said));
        table.extend([
            row("code", "in the other case", swapped(code), Said),
            row("code", "of another provider", "code-of-tinh", Said),
            row("code", "with a blank", format!("{code} "), Said),
            row("code", "with markup", "<script>alert(1)</script>", Said),
        ]);
        // The portal does not promise to name itself (RFC 9207); where it does, it must be itself.
        table.extend(rows("iss", issuer, In, Distrusted, Distrusted));
        table.extend([
            row("iss", "in the other case", swapped(issuer), Distrusted),
            row("iss", "with a slash", format!("{issuer}/"), Distrusted),
            row("iss", "of another provider", self.province.issuer(), Distrusted),
            row("iss", "of the base", &self.town.portal.base, Distrusted),
        ]);
        // An error wins over a code.
        table.extend(rows("error", "server_error", In, Said, Said));
        table.extend([
            row("error", "that says no", "access_denied", AskedAgain),
            row("error", "that says no in the other case", "ACCESS_DENIED", AskedAgain),
            row("error", "with markup", "<script>alert(1)</script>", Said),
        ]);
        // What it says besides is nobody's to read.
        for name in ["error_description", "session_state"] {
            let ignored = rows(name, "x", In, In, In).into_iter().map(|row| Row {
                by_address: if row.by_address == TooLong { TooLong } else { In },
                by_form: if row.by_form == Unreadable { Unreadable } else { In },
                ..row
            });
            table.extend(ignored);
        }
        table
    }

    /// The good answer, spoiled.
    fn spoil(&self, row: &Row) -> Vec<(String, String)> {
        let others = self.good.iter().filter(|(known, _)| known != row.name).cloned();
        others.chain(row.values.iter().map(|value| (row.name.to_owned(), value.clone()))).collect()
    }

    /// Sends an answer by address, or as a form that another site posts.
    async fn send(&self, browser: &mut Browser, id: &str, answer: &[(String, String)], by_form: bool) -> Page {
        let mut callback = Url::parse(&format!("{ISSUER}/upstream/{id}/callback")).unwrap();
        if !by_form {
            callback.query_pairs_mut().extend_pairs(answer);
            return browser.come_back(callback.as_str()).await;
        }
        // Our cookies are held back from it.
        let posted = self.town.idp.browser().post(&callback, answer).await;
        assert!(posted.header("set-cookie").is_none());
        match posted.header("location").filter(|_| posted.status == StatusCode::SEE_OTHER).map(str::to_owned) {
            Some(onward) => browser.come_back(&onward).await,
            None => Page::new(callback, posted),
        }
    }

    fn judge(&self, page: &Page) -> Comes {
        Comes::of(page, &self.town.service.redirect_uri)
    }
}

// security: rows 10, 25, 36
#[tokio::test]
async fn every_parameter_of_a_providers_answer_is_met_whatever_becomes_of_it() {
    let mut answering = Answering::begin().await;
    let count = answering.table().await.len();
    for (by_form, at) in (0..2 * count).map(|at| (at >= count, at % count)) {
        answering.leave().await;
        let row = answering.table().await.swap_remove(at);
        let what = format!("{} {}, by form: {by_form}", row.name, row.how);
        let answer = answering.spoil(&row);
        // At another provider, and in another browser, it gets nobody in and uses nothing up.
        let own = answering.town.browser.clone();
        for (id, mut browser) in [("tinh", own), ("vnconnect", answering.town.idp.browser())] {
            let seen = answering.judge(&answering.send(&mut browser, id, &answer, by_form).await);
            // The attempt of the other provider is this browser's as well, and the answer is not that provider's.
            let of_there = id == "tinh" && row.how == "of another provider" && row.name == "state";
            let nothing = matches!(seen, Over | Malformed | TooLong | Unreadable) && !of_there;
            assert!(nothing || (of_there && seen == Distrusted), "{what}, elsewhere: {seen:?}");
            assert!(!is_signed_in(&mut browser).await, "{what}, elsewhere");
        }
        let expected = if by_form { row.by_form } else { row.by_address };
        let mut browser = answering.town.browser.clone();
        let page = answering.send(&mut browser, "vnconnect", &answer, by_form).await;
        let seen = match answering.judge(&page) {
            Malformed if expected == NoCode => NoCode,
            seen => seen,
        };
        assert_eq!(seen, expected, "{what}: {}", page.words());
        assert!(!page.html().contains("<script>alert") && page.answer.header("set-cookie") != Some("x=y"), "{what}");
        assert_eq!(is_signed_in(&mut browser).await, expected == In, "{what}");
        // What was no answer to the attempt leaves it waiting for its own; what was one is over.
        let page = answering.send(&mut browser, "vnconnect", &answering.good, by_form).await;
        let again = if expected.uses_up() { Over } else { In };
        assert_eq!(answering.judge(&page), again, "{what}: then the good answer");
        if expected.uses_up() && expected != In {
            answering.town.browser = browser;
            let page = answering.town.walk().await;
            answering.town.tokens(page).await.fields();
        }
    }
    assert!(!answering.town.idp.audited(AuditKind::ArrivalRefused).await);
}
