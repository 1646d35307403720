//! The gate of a grant: the one durable write of a token request, and what happens to those who come second.

use super::{Circumstances, Denial, Presented, Step};
use crate::error::ProtocolError;
use crate::provider::Provider;
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::ctx::Ctx;
use portal_id_core::grant::Grant;
use portal_id_core::ids::GrantId;
use portal_id_core::store::{StoreError, StoreResult, Tx};
use portal_id_core::time::Timestamp;
use std::sync::Arc;

/// What the gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    /// The tokens may be handed out.
    Passed,
    /// They may not.
    Refused(ProtocolError),
}

impl Provider {
    /// Takes the step. Of many at the same time one passes; the others are judged by what they find afterwards.
    pub(super) async fn pass_gate(
        &self,
        ctx: &Ctx,
        presented: &Arc<dyn Presented>,
        grant: &Grant,
        step: Step,
        at: &Arc<Circumstances>,
    ) -> Result<Passage, ProtocolError> {
        if matches!(step, Step::Repeat { .. }) {
            return Ok(Passage::Passed);
        }
        let (id, presented, at, replay) =
            (grant.id.clone(), Arc::clone(presented), Arc::clone(at), replay_entry(ctx, grant));
        let name = if matches!(step, Step::Redeem { .. }) { "redeem_code" } else { "refresh" };
        let passage = self
            .store()
            .tx(name, move |tx| {
                if take(tx, &id, step, at.now)? {
                    Ok(Passage::Passed)
                } else {
                    second(tx, &id, presented.as_ref(), &at, &replay)
                }
            })
            .await?;
        Ok(passage)
    }

    /// Ends a family after a replay, and remembers why.
    pub(super) async fn end_family(&self, ctx: &Ctx, grant: &Grant) -> Result<(), ProtocolError> {
        let (id, replay, now) = (grant.id.clone(), replay_entry(ctx, grant), ctx.now);
        self.store().tx("replay_detected", move |tx| revoke(tx, &id, &replay, now)).await?;
        Ok(())
    }
}

fn take(tx: &mut dyn Tx, id: &GrantId, step: Step, now: Timestamp) -> StoreResult<bool> {
    match step {
        Step::Redeem { idle_expires_at } => tx.use_code(id, idle_expires_at, now),
        Step::Advance { from, idle_expires_at } => tx.advance_generation(id, from, idle_expires_at, now),
        Step::Repeat { .. } => Ok(true),
    }
}

/// Somebody was faster: the grant is judged again as that one left it.
fn second(
    tx: &mut dyn Tx,
    id: &GrantId,
    presented: &dyn Presented,
    at: &Circumstances,
    replay: &AuditEntry,
) -> StoreResult<Passage> {
    let refused = Ok(Passage::Refused(presented.refusal()));
    let Some(grant) = tx.find_grant(id)? else { return refused };
    match presented.judge(&grant, at) {
        // A refresh beside another: both get the one successor, which is what was signed already.
        Ok(Step::Repeat { .. }) => Ok(Passage::Passed),
        Ok(_) => Err(StoreError::Retry),
        Err(Denial::Because(error)) => Ok(Passage::Refused(error)),
        Err(Denial::Replayed) => {
            revoke(tx, id, replay, at.now)?;
            refused
        }
    }
}

fn revoke(tx: &mut dyn Tx, id: &GrantId, replay: &AuditEntry, now: Timestamp) -> StoreResult<()> {
    if tx.revoke_grant(id, now)? { tx.insert_audit(replay) } else { Ok(()) }
}

fn replay_entry(ctx: &Ctx, grant: &Grant) -> AuditEntry {
    AuditEntry::new(ctx, AuditKind::ReplayDetected)
        .account(&grant.account_id)
        .client(&grant.client_id)
        .session(&grant.session_id)
}
