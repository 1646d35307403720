//! The first page: the ways in, or who is signed in.

use super::fact::Fact;
use super::layout::Layout;
use super::moment;
use super::new_here::NewHere;
use super::upstream::Way;
use crate::edge::{PageResult, Visit};
use askama::Template;
use axum::extract::State;
use http::StatusCode;
use portal_id_core::accounts::{Accounts, SignedIn};
use portal_id_core::facts::{BusinessCode, BusinessName, Email, FormerNumber, FullName, IdentityNumber, Phone};
use portal_id_core::profile::Profile;
use portal_id_federation::Federation;
use std::sync::Arc;

/// The home page.
#[derive(Template)]
#[template(path = "pages/home.html")]
pub(crate) struct HomePage {
    pub(super) layout: Layout,
    pub(super) account: Option<AccountSummary>,
    /// Whether to say, without any urging, that there are better ways than a code by SMS.
    pub(super) hint: bool,
    /// How somebody without an account comes to one.
    pub(super) new_here: NewHere,
}

/// Who is signed in.
pub(crate) struct AccountSummary {
    pub(super) name: String,
    pub(super) facts: Vec<Fact>,
}

impl AccountSummary {
    pub(super) fn of(who: &SignedIn, profile: &Profile) -> Self {
        let username = who.account.username.is_chosen().then(|| who.account.username.display().to_owned());
        let person = profile.full_name.as_ref().map(FullName::as_str);
        let name = person.or(profile.business_name.as_ref().map(BusinessName::as_str)).or(username.as_deref());
        let name = name.unwrap_or_default().to_owned();
        let mut facts: Vec<_> = username.map(|username| Fact::plain("label-username", username)).into_iter().collect();
        let masked = [
            ("claim-email", profile.email.as_ref().map(Email::masked)),
            ("claim-phone", profile.phone.as_ref().map(Phone::masked)),
            ("claim-identity_number", profile.identity_number.as_ref().map(IdentityNumber::masked)),
            ("claim-former_number", profile.former_number.as_ref().map(FormerNumber::masked)),
            ("claim-business_code", profile.business_code.as_ref().map(BusinessCode::masked)),
        ];
        facts.extend(masked.into_iter().filter_map(|(label, value)| value.map(|value| Fact::plain(label, value))));
        facts.extend(who.session.proved_at().map(|at| Fact::plain("home-signed-in-since", moment::at(at))));
        Self { name, facts }
    }
}

/// `GET /`
pub(crate) async fn get(
    visit: Visit,
    State(accounts): State<Arc<Accounts>>,
    State(federation): State<Arc<Federation>>,
) -> PageResult {
    let (account, hint) = match &visit.who {
        Some(who) => {
            let account = AccountSummary::of(who, &accounts.profile(who).await?.0);
            (Some(account), !accounts.factors(&visit.ctx, who).await?.has_own())
        }
        None => (None, false),
    };
    let layout = visit.layout("home-title");
    let new_here = NewHere::of(&accounts, &visit.ctx, &Way::all(layout.texts, &federation));
    let page = HomePage { layout, account, hint, new_here };
    Ok(visit.page(StatusCode::OK, page))
}
