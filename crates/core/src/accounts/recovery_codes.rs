//! Making a list of recovery codes.

use super::enrolling::{Standing, fresh};
use super::{Accounts, Confirmed, Failure};
use crate::audit::AuditKind;
use crate::credential::CredentialKind;
use crate::ctx::Ctx;
use crate::ids::CredentialId;
use crate::outbox::SecurityChange;
use crate::recovery_code::{LIST, RecoveryCode};

impl Accounts {
    /// Makes a new list of recovery codes, shown this once; the list before no longer works. `None` when the session ended
    /// meanwhile.
    pub async fn make_recovery_codes(
        &self,
        ctx: &Ctx,
        owner: &Confirmed,
    ) -> Result<Option<Vec<RecoveryCode>>, Failure> {
        let codes: Vec<_> = (0..LIST).map(|_| RecoveryCode::random(ctx.entropy())).collect();
        let account = owner.account().id.clone();
        let rows: Vec<_> = codes
            .iter()
            .map(|code| {
                let key = code.key(&account, self.vault.as_ref());
                let id = CredentialId::new(ctx.now, ctx.entropy());
                fresh(ctx, owner, id, CredentialKind::RecoveryCode, key)
            })
            .collect();
        let news = self.news(ctx, owner, SecurityChange::RecoveryCodesMade, AuditKind::RecoveryCodesMade)?;
        let standing = Standing::of(owner);
        let made = self
            .store
            .tx("make_recovery_codes", move |tx| {
                if !standing.holds(tx)? {
                    return Ok(false);
                }
                tx.delete_credentials(&account, CredentialKind::RecoveryCode)?;
                rows.iter().try_for_each(|row| tx.insert_credential(row))?;
                news.write(tx)?;
                Ok(true)
            })
            .await?;
        Ok(made.then_some(codes))
    }
}
