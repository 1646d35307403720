//! Looking at a challenge: whether this browser may go on with it, and what its page shows.

use super::code_sending::{Sending, code_message_id};
use super::{Accounts, Failure};
use crate::challenge::Challenge;
use crate::credential::Factors;
use crate::ctx::Ctx;
use crate::ids::ChallengeId;
use crate::profile::{Account, AccountState, PhoneStanding};
use crate::store::ChallengeFound;

/// What the page of a challenge shows.
#[derive(Clone, Debug)]
pub enum ChallengeView {
    /// A code can be given.
    Open {
        /// The phone, masked; an account may have none.
        phone: Option<String>,
        /// How the message with the code fares (decisions 5: say so).
        sending: Sending,
        /// Whether the phone was never verified: its number may still be corrected (decisions 5).
        phone_can_be_corrected: bool,
        /// Whether a code was sent. None is for whoever prefers another factor, until they ask for one.
        code_sent: bool,
        /// What else the person can take this step with.
        factors: Factors,
    },
    /// Over, unknown, or another browser's: sign in again.
    Over,
}

impl Accounts {
    /// What to show for a challenge to this browser.
    pub async fn view_challenge(&self, ctx: &Ctx, id: &ChallengeId) -> Result<ChallengeView, Failure> {
        let Some((challenge, account, standing)) = self.find_open_challenge(ctx, id).await? else {
            return Ok(ChallengeView::Over);
        };
        let phone = self.open_profile(&account)?.phone;
        let (account_id, message) = (account.id, code_message_id(&challenge.id, challenge.sent_at));
        let (sending, credentials) = self
            .store
            .look("view_challenge", move |tx| Ok((Sending::of(tx, &message)?, tx.list_credentials(&account_id)?)))
            .await?;
        Ok(ChallengeView::Open {
            phone: phone.map(|phone| phone.masked()),
            sending,
            phone_can_be_corrected: challenge.raises_session.is_none()
                && challenge.proves_arrival.is_none()
                && standing == PhoneStanding::Typed,
            code_sent: challenge.has_code(),
            // An arrival is proved by the code alone: with anything else its holder signs in.
            factors: match challenge.proves_arrival {
                Some(_) => Factors::default(),
                None => Factors::of(&credentials, ctx.now),
            },
        })
    }

    /// The challenge of a sign-in or step-up and its account, if this browser may go on with it.
    pub(super) async fn open_challenge(
        &self,
        ctx: &Ctx,
        id: &ChallengeId,
    ) -> Result<Option<(Challenge, Account)>, Failure> {
        let found = self.open_any_challenge(ctx, id).await?;
        Ok(found.filter(|(challenge, _)| challenge.proves_arrival.is_none()))
    }

    /// The same, or that of an arrival.
    pub(super) async fn open_any_challenge(
        &self,
        ctx: &Ctx,
        id: &ChallengeId,
    ) -> Result<Option<(Challenge, Account)>, Failure> {
        Ok(self.find_open_challenge(ctx, id).await?.map(|(challenge, account, _)| (challenge, account)))
    }

    /// The same, with what is known of the account's phone. Each of them is judged for itself, so none of it needs a
    /// transaction.
    async fn find_open_challenge(&self, ctx: &Ctx, id: &ChallengeId) -> Result<Option<ChallengeFound>, Failure> {
        let (ctx, id, codes) = (ctx.clone(), id.clone(), self.settings.codes.clone());
        let sessions = self.settings.sessions.clone();
        let found = self
            .store
            .look("find_challenge", move |tx| {
                let Some((challenge, account, phone)) = tx.find_challenge_and_account(&id)? else {
                    return Ok(None);
                };
                if !challenge.is_open(ctx.now, &codes)
                    || ctx.browser != Some(challenge.browser)
                    || account.state != AccountState::Active
                {
                    return Ok(None);
                }
                if let Some(raised) = &challenge.raises_session
                    && !tx.find_session_by_id(raised)?.is_some_and(|session| session.is_live(ctx.now, &sessions))
                {
                    return Ok(None);
                }
                Ok(Some((challenge, account, phone)))
            })
            .await?;
        Ok(found)
    }
}
