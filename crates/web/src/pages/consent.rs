//! What a service would learn, and the person's answer: allow or refuse.

use super::fact::Fact;
use super::layout::Layout;
use crate::edge::{CsrfForm, Fields, FormFields, PageError, PageResult, Visit};
use crate::protocol::answer::respond_authorize;
use crate::protocol::authorize::{Authorize, presentable, to_enrol};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::facts::{BirthDate, BusinessCode, FormerNumber, IdentityNumber, Phone};
use portal_id_core::profile::AccountClass;
use portal_id_oidc::{AuthorizeOutcome, ConsentAsk};
use serde_json::{Map, Value};

/// The consent page.
#[derive(Template)]
#[template(path = "pages/consent.html")]
pub(crate) struct ConsentPage {
    pub(super) layout: Layout,
    pub(super) service: String,
    pub(super) username: String,
    /// Where the browser goes afterwards; `None` for an app.
    pub(super) origin: Option<String>,
    pub(super) grants: Vec<Grant>,
}

/// What one scope opens.
pub(crate) struct Grant {
    pub(super) title: String,
    pub(super) body: Option<String>,
    pub(super) facts: Vec<Fact>,
}

/// The person's answer.
pub(crate) struct Decision(String);

impl FormFields for Decision {
    const FIELDS: &'static [&'static str] = &["decision"];

    fn from_fields(fields: &Fields) -> Self {
        Self(fields.get("decision").to_owned())
    }
}

impl ConsentPage {
    fn new(layout: Layout, username: &str, ask: ConsentAsk) -> Self {
        let grants = ask.scopes.iter().map(|scope| Grant::of(&layout, scope, &ask.claims)).collect();
        // The heading names the service already.
        let layout = Layout { service: None, ..layout };
        Self { layout, service: ask.client_name, username: username.to_owned(), origin: ask.redirect_origin, grants }
    }
}

impl Grant {
    /// What `scope` opens, as far as the person has it.
    pub(super) fn of(layout: &Layout, scope: &str, claims: &Map<String, Value>) -> Self {
        let facts = match scope {
            "profile" => vec![
                text(name_of(claims), claims, "name"),
                text("claim-birth_date", claims, "birthdate").map(|fact| shown(fact, day)),
                text("claim-username", claims, "preferred_username"),
            ],
            "email" => vec![text("claim-email", claims, "email").map(|fact| remarked(fact, claims, "email_verified"))],
            "phone" => vec![
                text("claim-phone", claims, "phone_number")
                    .map(|fact| remarked(shown(fact, phone), claims, "phone_number_verified")),
            ],
            "address" => vec![place("claim-address", claims, "address")],
            "identity" => vec![
                text("claim-identity_number", claims, "identity_number")
                    .map(|fact| remarked(shown(fact, identity_number), claims, "identity_number_verified")),
                text("claim-former_number", claims, "former_number")
                    .map(|fact| remarked(shown(fact, former_number), claims, "former_number_verified")),
            ],
            "organization" => vec![
                text("claim-business_name", claims, "business_name")
                    .map(|fact| remarked(fact, claims, "business_name_verified")),
                text("claim-business_code", claims, "business_code")
                    .map(|fact| remarked(shown(fact, business_code), claims, "business_code_verified")),
                place("claim-head_office", claims, "head_office")
                    .map(|fact| remarked(fact, claims, "head_office_verified")),
            ],
            _ => Vec::new(),
        };
        let facts: Vec<Fact> = facts.into_iter().flatten().collect();
        let empty = facts.is_empty().then(|| layout.t("consent-nothing"));
        Self {
            title: layout.texts.optional(&format!("scope-{scope}")).unwrap_or_else(|| scope.to_owned()),
            body: layout.texts.optional(&format!("scope-{scope}-body")).or(empty),
            facts,
        }
    }
}

fn text(label: &'static str, claims: &Map<String, Value>, name: &str) -> Option<Fact> {
    claims.get(name).and_then(Value::as_str).map(|value| Fact::plain(label, value.to_owned()))
}

/// A place in one line.
fn place(label: &'static str, claims: &Map<String, Value>, name: &str) -> Option<Fact> {
    claims.get(name).and_then(Value::as_object).and_then(|address| text(label, address, "formatted"))
}

/// Whose name it is: a person's, or a business's.
fn name_of(claims: &Map<String, Value>) -> &'static str {
    match claims.get("account_type").and_then(Value::as_str).and_then(AccountClass::from_text) {
        Some(AccountClass::Business | AccountClass::Organisation) => "claim-business_name",
        Some(AccountClass::Citizen) | None => "claim-full_name",
    }
}

fn shown(fact: Fact, how: fn(&str) -> Option<String>) -> Fact {
    Fact { value: how(&fact.value).unwrap_or(fact.value), ..fact }
}

/// What nobody vouches for is marked as such (decisions 7).
fn remarked(fact: Fact, claims: &Map<String, Value>, verified: &str) -> Fact {
    let verified = claims.get(verified).and_then(Value::as_bool).unwrap_or_default();
    Fact { remark: (!verified).then_some("consent-unverified"), ..fact }
}

fn day(iso: &str) -> Option<String> {
    BirthDate::from_stored(iso).ok().map(|date| date.vietnamese())
}

fn phone(e164: &str) -> Option<String> {
    Phone::from_stored(e164).ok().map(|phone| phone.masked())
}

fn identity_number(digits: &str) -> Option<String> {
    IdentityNumber::from_stored(digits).ok().map(|number| number.masked())
}

fn former_number(digits: &str) -> Option<String> {
    FormerNumber::from_stored(digits).ok().map(|number| number.masked())
}

fn business_code(code: &str) -> Option<String> {
    BusinessCode::from_stored(code).ok().map(|code| code.masked())
}

/// `GET /consent?flow=`
pub(crate) async fn get(mut visit: Visit, State(s): State<Authorize>) -> PageResult {
    let Some(open) = visit.flow.take() else { return Err(PageError::FlowOver) };
    let Ok(who) = presentable(&visit, &s.accounts).await? else {
        visit.flow = Some(open);
        return Ok(to_enrol(visit));
    };
    let outcome = s.provider.resume(&visit.ctx, &open.flow, who.as_ref()).await?;
    visit.flow = Some(open);
    match (outcome, &visit.who) {
        (AuthorizeOutcome::Consent(ask), Some(_)) => {
            let username = visit.called().unwrap_or_default();
            let visit = visit.showing_client();
            let page = ConsentPage::new(visit.layout("consent-title"), &username, ask);
            Ok(visit.page(StatusCode::OK, page))
        }
        (outcome, _) => respond_authorize(visit, &s.federation, outcome).await,
    }
}

/// `POST /consent?flow=`
pub(crate) async fn post(
    mut visit: Visit,
    State(s): State<Authorize>,
    CsrfForm(decision): CsrfForm<Decision>,
) -> PageResult {
    let allow = match decision.0.as_str() {
        "allow" => true,
        "deny" => false,
        _ => return Err(PageError::Malformed("unknown-decision")),
    };
    let Some(open) = visit.flow.take() else { return Err(PageError::FlowOver) };
    let Ok(who) = presentable(&visit, &s.accounts).await? else {
        visit.flow = Some(open);
        return Ok(to_enrol(visit));
    };
    // Signed out meanwhile: the way begins again at the sign-in page.
    let outcome = match &who {
        Some(who) => s.provider.decide_consent(&visit.ctx, &open.flow, who, allow).await?,
        None => s.provider.resume(&visit.ctx, &open.flow, None).await?,
    };
    visit.flow = Some(open);
    respond_authorize(visit, &s.federation, outcome).await
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use portal_id_core::language::Language;
    use serde_json::json;

    fn grant(scope: &str, claims: &Value) -> Grant {
        Grant::of(&samples::layout(Language::Vi), scope, claims.as_object().unwrap_or(&Map::new()))
    }

    fn values(grant: &Grant) -> Vec<(&str, &str, bool)> {
        grant.facts.iter().map(|fact| (fact.label, fact.value.as_str(), fact.remark.is_some())).collect()
    }

    #[test]
    fn a_person_sees_their_own_values_and_numbers_masked() {
        let profile = grant("profile", &json!({ "name": "Nguyễn Thị An", "birthdate": "1985-03-27", "updated_at": 1 }));
        assert_eq!(
            values(&profile),
            [("claim-full_name", "Nguyễn Thị An", false), ("claim-birth_date", "27/03/1985", false)]
        );
        let phone = grant("phone", &json!({ "phone_number": "+84912345678", "phone_number_verified": true }));
        assert_eq!(values(&phone), [("claim-phone", "091 ••• •678", false)]);
        let identity =
            grant("identity", &json!({ "identity_number": "024185001234", "identity_number_verified": false }));
        let former = grant("identity", &json!({ "former_number": "121234567", "former_number_verified": false }));
        assert_eq!(values(&former), [("claim-former_number", "•••••4567", true)]);
        assert!(
            identity
                .facts
                .iter()
                .all(|fact| fact.remark == Some("consent-unverified") && !fact.value.contains("024185001234"))
        );
    }

    #[test]
    fn a_business_sees_its_own_values_and_a_households_number_masked() {
        let profile = grant("profile", &json!({ "name": "Hộ kinh doanh Vải Đỏ", "account_type": "business" }));
        assert_eq!(values(&profile), [("claim-business_name", "Hộ kinh doanh Vải Đỏ", false)]);
        let organization = grant(
            "organization",
            &json!({
                "business_name": "Hộ kinh doanh Vải Đỏ",
                "business_name_verified": false,
                "business_code": "024185001234",
                "business_code_verified": true,
                "head_office": { "formatted": "Số 5, Phường Bắc Giang" },
                "head_office_verified": false,
            }),
        );
        assert_eq!(
            values(&organization),
            [
                ("claim-business_name", "Hộ kinh doanh Vải Đỏ", true),
                ("claim-business_code", "••••••••1234", false),
                ("claim-head_office", "Số 5, Phường Bắc Giang", true)
            ]
        );
    }

    #[test]
    fn a_scope_without_a_value_says_so_and_an_unknown_one_is_named() {
        let email = grant("email", &json!({}));
        assert_eq!(
            (email.title.as_str(), email.body.as_deref()),
            ("Địa chỉ email", Some("Bạn chưa có thông tin này."))
        );
        assert_eq!(grant("x<y", &json!({})).title, "x<y");
    }
}
