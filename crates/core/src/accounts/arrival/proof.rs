//! Proving that an account here is that of a person who arrived: by signing in to it, or by a code to its verified phone.
//! The proof is bound to the person of the upstream by the ticket (security.md row 7).

use super::waiting::Waiting;
use super::{ArrivalCodeOutcome, ArrivalOutcome, ArrivalProofOutcome, ArrivalView, Candidate, Proof};
use crate::accounts::judging::{Judged, Judging};
use crate::accounts::proof::Given;
use crate::accounts::sign_in::new_challenge;
use crate::accounts::{Accounts, Failure, Here, SecondStepOutcome, SignInOutcome, SignedIn};
use crate::challenge::Challenge;
use crate::ctx::Ctx;
use crate::ids::{AccountId, ChallengeId};
use crate::profile::{Account, AccountState, Identifier, IdentifierKind};
use crate::secret::Secret;
use crate::upstream::{Purpose, UpstreamSession};
use std::sync::Arc;

/// The first two letters of a username: whoever chose it knows the rest.
fn masked(username: &str) -> String {
    let shown: String = username.chars().take(2).collect();
    format!("{shown}••••")
}

fn has_verified_phone(facts: &[Identifier]) -> bool {
    facts.iter().any(|fact| fact.kind == IdentifierKind::Phone && fact.is_verified())
}

impl Accounts {
    /// What to ask whoever holds the ticket. Changes nothing.
    pub async fn view_arrival(&self, ctx: &Ctx, ticket: &Secret) -> Result<ArrivalView, Failure> {
        let Some(Waiting { identity, asked, .. }) = self.find_waiting(ctx, ticket).await? else {
            return Ok(ArrivalView::Over);
        };
        let mut candidates = Vec::new();
        for id in &asked {
            candidates.push(match self.find_candidate(id).await? {
                Some((account, facts)) => self.candidate(&account, &facts)?,
                // Gone meanwhile; its place stays, for the numbers of the others are in the page.
                None => Candidate { username: None, phone: None, has_password: false },
            });
        }
        Ok(ArrivalView::Prove { upstream: identity.upstream, class: identity.class, candidates })
    }

    fn candidate(&self, account: &Account, facts: &[Identifier]) -> Result<Candidate, Failure> {
        let phone = self.open_profile(account)?.phone.filter(|_| has_verified_phone(facts));
        let username = account.username.is_chosen().then(|| masked(account.username.display()));
        Ok(Candidate {
            username,
            phone: phone.map(|phone| phone.masked()),
            has_password: account.password_hash.is_some(),
        })
    }

    async fn find_candidate(&self, id: &AccountId) -> Result<Option<(Account, Vec<Identifier>)>, Failure> {
        let id = id.clone();
        let found = self.store.read("find_candidate", move |tx| {
            let account = tx.find_account(&id)?.filter(|account| account.state == AccountState::Active);
            let Some(account) = account else { return Ok(None) };
            Ok(Some((account, tx.list_identifiers(&id)?)))
        });
        Ok(found.await?)
    }

    /// Whoever holds the ticket has signed in to an account that they were asked about. It counts when they did so since
    /// they arrived, and not as somebody else of the same upstream.
    pub async fn prove_arrival_by_session(
        &self,
        ctx: &Ctx,
        ticket: &Secret,
        who: &SignedIn,
        here: Here<'_>,
    ) -> Result<ArrivalOutcome, Failure> {
        let Some(waiting) = self.find_waiting(ctx, ticket).await? else { return Ok(ArrivalOutcome::Over) };
        let session = who.session.id.clone();
        let stands_on = self.store.read("find_upstream_session", move |tx| tx.find_upstream_session(&session)).await?;
        let by_the_same = stands_on.filter(UpstreamSession::began_ours).is_some_and(|stands_on| {
            stands_on.upstream == waiting.identity.upstream && stands_on.began_at >= waiting.at
        });
        if !waiting.asked.contains(&who.account.id) || who.session.auth_time < waiting.at || by_the_same {
            return Ok(ArrivalOutcome::NotProved);
        }
        let here = Here { previous: Some(&who.session), ..here };
        self.go_on_arriving(ctx, ticket, Proof::Holds(who.account.id.clone()), here).await
    }

    /// Whoever holds the ticket cannot or does not want to prove any of the accounts: the identity that is vouched for wins
    /// (decisions 24).
    pub async fn decline_arrival(&self, ctx: &Ctx, ticket: &Secret, here: Here<'_>) -> Result<ArrivalOutcome, Failure> {
        let Some(waiting) = self.find_waiting(ctx, ticket).await? else { return Ok(ArrivalOutcome::Over) };
        self.go_on_arriving(ctx, ticket, Proof::Declined(waiting.asked), here).await
    }

    /// Uses the ticket up: of two requests with it one goes on.
    async fn go_on_arriving(
        &self,
        ctx: &Ctx,
        ticket: &Secret,
        proof: Proof,
        here: Here<'_>,
    ) -> Result<ArrivalOutcome, Failure> {
        let Some(waiting) = self.take_waiting(ctx, ticket).await? else { return Ok(ArrivalOutcome::Over) };
        self.arrive_with(ctx, waiting.identity, Purpose::SignIn, proof, here).await
    }

    /// Sends a code to the verified phone of one of the accounts, by its place in the page.
    pub async fn send_arrival_code(
        &self,
        ctx: &Ctx,
        ticket: &Secret,
        candidate: usize,
    ) -> Result<ArrivalCodeOutcome, Failure> {
        let (Some(waiting), Some(browser)) = (self.find_waiting(ctx, ticket).await?, ctx.browser) else {
            return Ok(ArrivalCodeOutcome::Over);
        };
        let Some(id) = waiting.asked.get(candidate) else { return Ok(ArrivalCodeOutcome::Over) };
        let Some((account, facts)) = self.find_candidate(id).await? else { return Ok(ArrivalCodeOutcome::Over) };
        let phone = self.open_profile(&account)?.phone.filter(|_| has_verified_phone(&facts));
        let Some(phone) = phone else { return Ok(ArrivalCodeOutcome::Said(SignInOutcome::NoSecondStep)) };
        let challenge = ChallengeId::new(ctx.now, ctx.entropy());
        let (code, row) = self.new_code(ctx, &account, &phone, &challenge);
        let limits = self.send_limits(&account, &phone);
        let proves_arrival = Some(self.arrival_digest(ticket));
        let challenge = Challenge { proves_arrival, ..new_challenge(ctx, &account, challenge, browser) }
            .with_code(code, ctx.now + self.settings.codes.lifetime());
        let now = ctx.now;
        let said = self.store.tx("send_arrival_code", move |tx| {
            if let Some(until) = limits.mark(tx, now)? {
                return Ok(SignInOutcome::TooManyCodes { until });
            }
            tx.insert_challenge(&challenge)?;
            tx.insert_message(&row)?;
            Ok(SignInOutcome::CodeSent(challenge.id.clone()))
        });
        Ok(ArrivalCodeOutcome::Said(said.await?))
    }

    /// Whoever holds the ticket gives the code. Tries count as those of a second step do, for the account as well.
    pub async fn prove_arrival_by_code(
        &self,
        ctx: &Ctx,
        ticket: &Secret,
        challenge: &ChallengeId,
        code: &str,
        here: Here<'_>,
    ) -> Result<ArrivalProofOutcome, Failure> {
        let Some(waiting) = self.find_waiting(ctx, ticket).await? else { return Ok(ArrivalProofOutcome::Over) };
        let given = Given::SmsCode(code.to_owned());
        let Some(proof) = self.read_proof(ctx, challenge, given).await? else {
            return Ok(ArrivalProofOutcome::Malformed);
        };
        let judging = Judging {
            ctx: ctx.clone(),
            challenge: challenge.clone(),
            proves_arrival: Some(self.arrival_digest(ticket)),
            proof,
            codes: self.settings.codes.clone(),
            letters: self.letters.clone(),
        };
        let vault = Arc::clone(&self.vault);
        let judged = self.store.tx("prove_arrival", move |tx| judging.judge(tx, vault.as_ref())).await?;
        let account = match judged {
            Judged::Right(right) => right.account.id,
            Judged::Refused(outcome) => return Ok(said(&outcome)),
        };
        if !waiting.asked.contains(&account) {
            return Ok(ArrivalProofOutcome::Over);
        }
        let arrived = self.go_on_arriving(ctx, ticket, Proof::Holds(account), here).await?;
        Ok(ArrivalProofOutcome::Arrived(arrived))
    }
}

fn said(outcome: &SecondStepOutcome) -> ArrivalProofOutcome {
    match outcome {
        SecondStepOutcome::Malformed => ArrivalProofOutcome::Malformed,
        SecondStepOutcome::Wrong { tries_left } => ArrivalProofOutcome::Wrong { tries_left: *tries_left },
        SecondStepOutcome::Expired => ArrivalProofOutcome::Expired,
        SecondStepOutcome::Throttled { until } => ArrivalProofOutcome::Throttled { until: *until },
        SecondStepOutcome::Over | SecondStepOutcome::SignedIn(_) | SecondStepOutcome::NewPasswordNeeded(_) => {
            ArrivalProofOutcome::Over
        }
    }
}
