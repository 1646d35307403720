//! What a second step that was judged comes to, in the same transaction: a session begins, or is raised.

use super::beginning::{Beginning, Begun, Proved};
use super::judging::{Judged, Judging, Right};
use super::second_step::SecondStepOutcome;
use crate::acr::Ial;
use crate::ids::AccountId;
use crate::ports::Vault;
use crate::session::Session;
use crate::store::{StoreResult, Tx};

/// One second step taken, with everything its transaction needs.
pub(super) struct Attempt {
    pub(super) judging: Judging,
    pub(super) beginning: Beginning,
}

/// What came of it.
pub(super) enum Checked {
    Right(AccountId, Begun),
    Raised(Session),
    Refused(SecondStepOutcome),
}

impl Attempt {
    pub(super) fn check(&self, tx: &mut dyn Tx, vault: &dyn Vault) -> StoreResult<Checked> {
        let Right { challenge, account, first } = match self.judging.judge(tx, vault)? {
            Judged::Right(right) => *right,
            Judged::Refused(outcome) => return Ok(Checked::Refused(outcome)),
        };
        let amr = self.judging.proof.amr();
        if let Some(session) = &challenge.raises_session {
            return Ok(match self.beginning.raise(tx, &challenge, session, amr)? {
                Some(session) => Checked::Raised(session),
                None => Checked::Refused(SecondStepOutcome::Over),
            });
        }
        let proved = Proved { amr: amr.to_vec(), ial: Ial(0), at: self.judging.ctx.now };
        let begun = self.beginning.begin(tx, &account, proved, first)?;
        Ok(Checked::Right(account.id, begun))
    }
}
