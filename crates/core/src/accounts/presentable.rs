//! Whom a service may be told of: the policy may want an authenticator or a passkey of a person first.

use super::{Accounts, Failure, SignedIn};
use crate::ctx::Ctx;

/// Somebody who is signed in, and has enrolled what the policy wants of them. Only [`Accounts::presentable`] makes one:
/// whatever tells a service of a person asks for it, and cannot be reached by another way.
#[derive(Clone, Debug)]
pub struct Presentable(SignedIn);

impl Presentable {
    /// The session and its account.
    pub const fn who(&self) -> &SignedIn {
        &self.0
    }
}

impl Accounts {
    /// The person as services may be told of; `None` when they must enrol first.
    pub async fn presentable(&self, ctx: &Ctx, who: &SignedIn) -> Result<Option<Presentable>, Failure> {
        Ok((!self.must_enrol(ctx, who).await?).then(|| Presentable(who.clone())))
    }

    /// Whether the policy wants this person to enrol an authenticator or a passkey before they go on.
    pub async fn must_enrol(&self, ctx: &Ctx, who: &SignedIn) -> Result<bool, Failure> {
        let wanted = self.settings.factors.required_for.contains(&who.account.class);
        Ok(wanted && !self.factors(ctx, who).await?.has_own())
    }
}
