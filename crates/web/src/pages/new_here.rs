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
    /// The provider to come by: an account is made at the first arrival.
    Arrive(Way),
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
            Some(way) if is(RegistrationMode::FederatedOnly) => Self::Arrive(way.clone()),
            None if is(RegistrationMode::FederatedOnly) => Self::Register,
            _ => Self::Ask,
        }
    }

    /// The provider that the sentence speaks of: its button stands beside it.
    pub(crate) const fn way(&self) -> Option<&Way> {
        match self {
            Self::Arrive(way) => Some(way),
            Self::Register | Self::Ask => None,
        }
    }

    /// The sentence in place of the button to register.
    pub(crate) fn sentence(&self, layout: &Layout) -> Option<String> {
        match self {
            Self::Register => None,
            Self::Arrive(way) => Some(layout.t1("new-here-federated", "name", &way.name)),
            Self::Ask => Some(layout.t1("new-here-closed", "desk", &layout.desk)),
        }
    }
}
