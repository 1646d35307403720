//! How somebody without an account comes to one today (decisions 1): by the form, by arriving with an account from
//! elsewhere, or not at all.

use super::layout::Layout;
use super::upstream::Way;
use portal_id_core::accounts::{Accounts, RegistrationMode};
use portal_id_core::ctx::Ctx;
use portal_id_core::profile::AccountClass;

/// What a page offers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NewHere {
    /// The page with the forms.
    Register,
    /// The name of the provider to come by: an account is made at the first arrival.
    Arrive(String),
    /// The desk.
    Ask,
}

impl NewHere {
    /// What holds on the day of `ctx`. While nobody may come by another provider, the page with the forms says where else
    /// to go.
    pub(crate) fn of(accounts: &Accounts, ctx: &Ctx, ways: &[Way]) -> Self {
        let classes = [AccountClass::Citizen, AccountClass::Business];
        let is = |mode| classes.into_iter().any(|class| accounts.registration_mode(ctx, class) == mode);
        match ways.first() {
            _ if is(RegistrationMode::Open) => Self::Register,
            Some(way) if is(RegistrationMode::FederatedOnly) => Self::Arrive(way.name.clone()),
            None if is(RegistrationMode::FederatedOnly) => Self::Register,
            _ => Self::Ask,
        }
    }

    /// The sentence in place of the button to register.
    pub(crate) fn sentence(&self, layout: &Layout) -> Option<String> {
        match self {
            Self::Register => None,
            Self::Arrive(name) => Some(layout.t1("new-here-federated", "name", name)),
            Self::Ask => Some(layout.t1("new-here-closed", "desk", &layout.desk)),
        }
    }
}
