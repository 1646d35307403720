//! One's own account: what we know, who vouches for it, and the ways to its parts.

use super::layout::Layout;
use super::moment;
use crate::edge::{Next, PageResult, Visit};
use crate::texts::Texts;
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, OwnFacts, Provenance, SignedIn};
use portal_id_core::facts::{
    BirthDate, BusinessCode, BusinessName, Email, FormerNumber, FullName, IdentityNumber, Phone,
};
use portal_id_core::profile::{FactSource, IdentifierKind};
use portal_id_core::time::Timestamp;
use portal_id_core::vouched::VouchedKind;
use portal_id_federation::Federation;
use std::sync::Arc;

/// The overview.
#[derive(Template)]
#[template(path = "pages/account.html")]
pub(crate) struct AccountPage {
    pub(crate) layout: Layout,
    pub(crate) facts: Vec<OwnFact>,
    /// What was taken from the account, told.
    pub(crate) disputed: Vec<String>,
    /// When the person signed in.
    pub(crate) since: Option<String>,
    /// Whether an address or a phone is missing.
    pub(crate) incomplete: bool,
    /// Whether there are links, or may be.
    pub(crate) links: bool,
    /// Whether a password can be set without knowing another.
    pub(crate) wants_password: bool,
}

/// A fact, and who vouches for it.
pub(crate) struct OwnFact {
    /// The key of its name.
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// By whom, at which level and when; or that its holder typed it.
    pub(crate) vouched: Option<String>,
}

impl OwnFact {
    fn all(texts: Texts, federation: &Federation, who: &SignedIn, own: &OwnFacts) -> Vec<Self> {
        let profile = &own.profile;
        let username = &who.account.username;
        let chosen = username.is_chosen().then(|| username.display().to_owned());
        let named = chosen.map(|value| Self { label: "label-username", value, vouched: None });
        let typed = [
            (
                VouchedKind::FullName,
                "claim-full_name",
                profile.full_name.as_ref().map(FullName::as_str).map(str::to_owned),
            ),
            (VouchedKind::BirthDate, "claim-birth_date", profile.birth_date.as_ref().map(BirthDate::vietnamese)),
            (
                VouchedKind::BusinessName,
                "claim-business_name",
                profile.business_name.as_ref().map(BusinessName::as_str).map(str::to_owned),
            ),
            (VouchedKind::Email, "claim-email", profile.email.as_ref().map(Email::masked)),
            (VouchedKind::Phone, "claim-phone", profile.phone.as_ref().map(Phone::masked)),
            (
                VouchedKind::IdentityNumber,
                "claim-identity_number",
                profile.identity_number.as_ref().map(IdentityNumber::masked),
            ),
            (
                VouchedKind::FormerNumber,
                "claim-former_number",
                profile.former_number.as_ref().map(FormerNumber::masked),
            ),
            (
                VouchedKind::BusinessCode,
                "claim-business_code",
                profile.business_code.as_ref().map(BusinessCode::masked),
            ),
        ];
        let facts = typed.into_iter().filter_map(|(kind, label, value)| {
            let by = own.vouched.iter().find(|provenance| provenance.kind == kind);
            value.map(|value| Self { label, value, vouched: Some(told(texts, federation, by)) })
        });
        named.into_iter().chain(facts).collect()
    }
}

/// Who vouches for a fact, in a sentence.
fn told(texts: Texts, federation: &Federation, by: Option<&Provenance>) -> String {
    let Some(by) = by else { return texts.text("account-declared") };
    let at = moment::at(by.at);
    let at_desk = |key| texts.text_with(key, &[("at", &at)]);
    match by.source {
        FactSource::SelfDeclared => texts.text("account-declared"),
        FactSource::Mailbox => at_desk("account-vouched-mailbox"),
        FactSource::PhoneCode => at_desk("account-vouched-phone"),
        FactSource::Desk => at_desk("account-vouched-desk"),
        FactSource::NationalPortal | FactSource::Provider => {
            let name = provider(texts, federation, by);
            match i64::from(by.ial.0) {
                0 => texts.text_with("account-vouched-plain", &[("name", &name), ("at", &at)]),
                level => texts.text_with("account-vouched", &[("name", &name), ("level", &level), ("at", &at)]),
            }
        }
    }
}

/// The provider that vouches, as people know it; also one that is switched off by now.
fn provider(texts: Texts, federation: &Federation, by: &Provenance) -> String {
    let offer = by.upstream.as_ref().and_then(|upstream| federation.offer(upstream.as_str()));
    match offer {
        Some(offer) => offer.name.text(texts.language()).to_owned(),
        None if by.source == FactSource::NationalPortal => texts.text("account-national-portal"),
        None => texts.text("account-other-provider"),
    }
}

/// What was taken from the account, a sentence for each time.
fn lost(texts: Texts, disputed: &[(IdentifierKind, Timestamp)], desk: &str) -> Vec<String> {
    let told = disputed.iter().filter_map(|(kind, at)| {
        let with = |other| disputed.contains(&(other, *at));
        let key = match kind {
            IdentifierKind::IdentityNumber if with(IdentifierKind::FormerNumber) => "account-disputed-both",
            IdentifierKind::IdentityNumber => "account-disputed-identity",
            // Told together with the other.
            IdentifierKind::FormerNumber if with(IdentifierKind::IdentityNumber) => return None,
            IdentifierKind::FormerNumber => "account-disputed-former",
            IdentifierKind::BusinessCode => "account-disputed-business",
            // Nobody is ever matched by these.
            IdentifierKind::Email | IdentifierKind::Phone => return None,
        };
        Some(texts.text_with(key, &[("at", &moment::at(*at)), ("desk", &desk)]))
    });
    told.collect()
}

/// `GET /account`
pub(crate) async fn get(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
) -> PageResult {
    let Some(who) = &visit.who else { return Ok(visit.by_way_of("/sign-in", Next::Account)) };
    let own = accounts.own_facts(who).await?;
    let linked = !accounts.own_links(&visit.ctx, who).await?.is_empty();
    let layout = visit.layout("account-title");
    let texts = layout.texts;
    let page = AccountPage {
        facts: OwnFact::all(texts, &federation, who, &own),
        disputed: lost(texts, &own.disputed, &layout.desk),
        since: who.session.proved_at().map(moment::at),
        incomplete: own.profile.email.is_none() || own.profile.phone.is_none(),
        links: linked || !federation.offers().is_empty(),
        wants_password: who.account.wants_password(),
        layout,
    };
    Ok(visit.page(StatusCode::OK, page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use portal_id_core::language::Language;
    use portal_id_core::time::Span;

    #[test]
    fn what_was_taken_is_named_and_what_was_taken_at_once_is_told_once() {
        use IdentifierKind::{BusinessCode, FormerNumber, IdentityNumber};
        const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);
        let (texts, later) = (Texts::of(Language::Vi), NOW + Span::days(1));
        for (disputed, told) in [
            (&[(IdentityNumber, NOW)][..], &["số định danh cá nhân đã"][..]),
            (&[(FormerNumber, NOW)], &["số chứng minh nhân dân cũ đã"]),
            (&[(BusinessCode, NOW)], &["mã số doanh nghiệp đã"]),
            (&[(FormerNumber, NOW), (IdentityNumber, NOW)], &["số định danh cá nhân và số chứng minh nhân dân cũ đã"]),
            (
                &[(IdentityNumber, later), (FormerNumber, NOW)],
                &["số định danh cá nhân đã", "số chứng minh nhân dân cũ đã"],
            ),
        ] {
            let sentences = lost(texts, disputed, "quầy số 7");
            assert_eq!(sentences.len(), told.len(), "{sentences:?}");
            for (sentence, words) in sentences.iter().zip(told) {
                assert!(sentence.contains(words) && sentence.contains("quầy số 7"), "{sentence}");
            }
        }
    }
}
