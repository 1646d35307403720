//! Sending another code for the same challenge.

use super::{Accounts, Failure};
use crate::ctx::Ctx;
use crate::ids::ChallengeId;
use crate::store::StoreError;
use crate::time::Timestamp;

/// What came of asking for another code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResendCodeOutcome {
    /// Another code is on its way; the one before no longer works.
    Sent,
    /// Too soon.
    Wait {
        /// When another can be sent.
        until: Timestamp,
    },
    /// Too many codes for this account or phone.
    TooMany {
        /// When another can be sent.
        until: Timestamp,
    },
    /// Over, unknown, or another browser's: sign in again.
    Over,
}

impl Accounts {
    /// Sends another code for the same challenge. The count of wrong tries goes on (security.md row 12).
    pub async fn resend_code(&self, ctx: &Ctx, id: &ChallengeId) -> Result<ResendCodeOutcome, Failure> {
        let Some((challenge, account)) = self.open_any_challenge(ctx, id).await? else {
            return Ok(ResendCodeOutcome::Over);
        };
        let wait_until = challenge.sent_at + self.settings.codes.resend_after();
        if challenge.has_code() && ctx.now < wait_until {
            return Ok(ResendCodeOutcome::Wait { until: wait_until });
        }
        let Some(phone) = self.open_profile(&account)?.phone else {
            return Ok(ResendCodeOutcome::Over);
        };
        let (code, row) = self.new_code(ctx, &account, &phone, id);
        let send_limits = self.send_limits(&account, &phone);
        let (now, codes) = (ctx.now, self.settings.codes.clone());
        let outcome = self
            .store
            .tx("resend_code", move |tx| {
                if let Some(until) = send_limits.mark(tx, now)? {
                    return Ok(ResendCodeOutcome::TooMany { until });
                }
                let mut challenge = challenge.clone();
                challenge.code = code;
                challenge.sent_at = now;
                challenge.expires_at = now + codes.lifetime();
                // Two requests at once: one sends, the other is told to wait.
                if !tx.update_challenge(&challenge)? {
                    return Err(StoreError::Conflict("challenges.version".to_owned()));
                }
                tx.insert_message(&row)?;
                Ok(ResendCodeOutcome::Sent)
            })
            .await;
        match outcome {
            Err(StoreError::Conflict(_)) => {
                Ok(ResendCodeOutcome::Wait { until: now + self.settings.codes.resend_after() })
            }
            other => Ok(other?),
        }
    }
}
