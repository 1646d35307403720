//! Arriving by another provider: the national portal, or any other that an operator configured (decisions 24,
//! `docs/adr/0022`).

mod decide;
mod displacing;
mod ended_there;
mod left_there;
mod linking;
mod links;
mod looking;
mod of_own_session;
mod outcome;
mod proof;
mod to_sign_in;
mod vouching;
mod waiting;

pub use links::{OwnLink, UnlinkOutcome};
pub use outcome::{
    ArrivalCodeOutcome, ArrivalOutcome, ArrivalProofOutcome, ArrivalRefusal, ArrivalView, Candidate, Missing,
};

use super::beginning::Beginning;
use super::beginning::Proved as ProvedBy;
use super::messages::Letters;
use super::{Accounts, Failure, Here, RegistrationMode};
use crate::audit::{AuditEntry, AuditKind};
use crate::auth_time;
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::facts::Username;
use crate::ids::AccountId;
use crate::profile::Account;
use crate::secret::Secret;
use crate::session::{Session, SessionSettings};
use crate::store::{StoreError, StoreResult, Tx};
use crate::upstream::{Purpose, UpstreamIdentity, UpstreamLink, UpstreamSession};
use decide::Known;
use linking::Linking;
use looking::{Found, can_be, look};
use std::sync::Arc;
use vouching::Vouching;

/// How far somebody who was asked for a proof has come.
#[derive(Clone, Debug)]
enum Proof {
    /// Nobody was asked.
    NotAsked,
    /// The holder of this account.
    Holds(AccountId),
    /// Asked for these, they declined.
    Declined(Vec<AccountId>),
}

/// One arrival, with everything its transaction needs.
struct Arriving {
    ctx: Ctx,
    identity: Arc<UpstreamIdentity>,
    /// Under which digests a link to the person may stand; that of today first.
    digests: Vec<Digest>,
    /// What logout tokens of today call the upstream's session, and the person.
    sid: Option<Digest>,
    subject: Digest,
    proof: Proof,
    mode: RegistrationMode,
    sessions: SessionSettings,
    accounts_per_phone: u32,
    letters: Letters,
    beginning: Beginning,
    /// For whoever has no account yet.
    fresh: (AccountId, Username),
}

/// Somebody who is in.
struct In {
    session: Session,
    account: Account,
    first: bool,
}

/// What its transaction came to.
enum Came {
    In(Box<In>),
    Ask(Vec<AccountId>),
    Linked,
    Refused(ArrivalRefusal),
}

/// Why somebody is refused whose sign-in there was over before they arrived, as the trail and the log say it.
const LEFT_THERE: &str = "left_there";

impl Accounts {
    /// Somebody arrives in the browser of `ctx`, as an upstream vouched for them a moment ago.
    pub async fn arrive(
        &self,
        ctx: &Ctx,
        identity: UpstreamIdentity,
        purpose: Purpose,
        here: Here<'_>,
    ) -> Result<ArrivalOutcome, Failure> {
        if self.has_left(ctx, &identity).await? {
            let (request_id, upstream) = (&ctx.request_id, &identity.upstream);
            tracing::info!(request_id, %upstream, reason = LEFT_THERE, "Somebody arrived by another provider and was refused.");
            let entry = AuditEntry::new(ctx, AuditKind::ArrivalRefused).upstream(upstream).because(LEFT_THERE);
            self.store.tx("refuse_arrival", move |tx| tx.insert_audit(&entry)).await?;
            return Ok(ArrivalOutcome::Over);
        }
        self.arrive_with(ctx, identity, purpose, Proof::NotAsked, here).await
    }

    async fn arrive_with(
        &self,
        ctx: &Ctx,
        identity: UpstreamIdentity,
        purpose: Purpose,
        proof: Proof,
        here: Here<'_>,
    ) -> Result<ArrivalOutcome, Failure> {
        let cookie = Secret::random(ctx.entropy());
        let identity = Arc::new(identity);
        let digests = identity.link_digests(self.vault.as_ref());
        let (sid, subject) = identity.session_digests(self.vault.as_ref());
        let arriving = Arriving {
            ctx: ctx.clone(),
            identity: Arc::clone(&identity),
            digests,
            sid,
            subject,
            proof,
            mode: self.registration_mode(ctx, identity.class),
            sessions: self.settings.sessions.clone(),
            accounts_per_phone: self.settings.accounts_per_phone,
            letters: self.letters.clone(),
            beginning: self.beginning(ctx, &cookie, Here { remember: false, ..here }),
            fresh: (AccountId::new(ctx.now, ctx.entropy()), Username::made_up(ctx.entropy())),
        };
        let came = self
            .store
            .tx("arrive", move |tx| match &purpose {
                Purpose::SignIn => arriving.sign_in(tx),
                Purpose::Again { session } => arriving.again(tx, session),
                Purpose::Link { session } => arriving.link_own(tx, session),
            })
            .await?;
        Ok(match came {
            Came::In(came_in) => {
                let In { session, account, first } = *came_in;
                // Between the first look and now the upstream may have said that they left, and not found this session.
                if self.has_left(ctx, &identity).await? {
                    self.end_what_ended_there(ctx, &identity.upstream, &session).await?;
                    return Ok(ArrivalOutcome::Over);
                }
                let missing = self.missing(&account, &identity)?;
                self.keep_suggestions(ctx, &session.id, &missing).await;
                let new = Box::new(self.new_session(ctx, cookie, session, here.known_device));
                ArrivalOutcome::SignedIn { new, first, missing }
            }
            Came::Ask(accounts) => ArrivalOutcome::Prove(self.keep_waiting(ctx, &identity, accounts).await?),
            Came::Linked => ArrivalOutcome::Linked,
            Came::Refused(why) => {
                let (request_id, upstream, reason) = (&ctx.request_id, &identity.upstream, why.word());
                tracing::info!(request_id, %upstream, reason, "Somebody arrived by another provider and was refused.");
                ArrivalOutcome::Refused(why)
            }
        })
    }

    /// How the person cannot be reached yet.
    fn missing(&self, account: &Account, identity: &UpstreamIdentity) -> Result<Missing, Failure> {
        let profile = self.open_profile(account)?;
        let (email, phone) = (profile.email.is_none(), profile.phone.is_none());
        let suggest = identity.level.ial.0 > 0;
        let suggested_email = identity.facts.email.as_ref().filter(|_| email && suggest);
        let suggested_phone = identity.facts.phone.as_ref().filter(|_| phone && suggest);
        Ok(Missing {
            email,
            phone,
            suggested_email: suggested_email.map(|brought| brought.value.clone()),
            suggested_phone: suggested_phone.map(|brought| brought.value.clone()),
        })
    }
}

impl Arriving {
    /// The link by which the person arrives, under whichever issuer of the upstream it was made.
    fn find_link(&self, tx: &mut dyn Tx) -> StoreResult<Option<UpstreamLink>> {
        for digest in &self.digests {
            if let Some(link) = tx.find_upstream_link(&self.identity.upstream, digest)? {
                // From now on under the issuer of today.
                let key = self.digests.first().copied().unwrap_or(*digest);
                let (issuer, subject) = (self.identity.issuer.clone(), Some(self.subject));
                return Ok(Some(UpstreamLink { issuer, key, subject, ..link }));
            }
        }
        Ok(None)
    }

    /// Lets a known person in: whoever may not come in is told why, and what is vouched for now becomes the account's.
    fn let_in(
        &self,
        tx: &mut dyn Tx,
        link: &UpstreamLink,
        account: &Account,
    ) -> StoreResult<Result<Account, ArrivalRefusal>> {
        let displaced = match self.decide_known(tx, account)? {
            Ok(displaced) => displaced,
            Err(why) => return Ok(Err(why)),
        };
        // Whoever unlinks, or stops the account, came before, or waits; they lock the account first, too.
        if !tx.lock_active_account(&account.id)? || !tx.use_upstream_link(link, self.ctx.now)? {
            return Err(StoreError::Retry);
        }
        self.displace(tx, &displaced)?;
        self.vouch(tx, account).map(Ok)
    }

    fn decide_known(&self, tx: &mut dyn Tx, account: &Account) -> StoreResult<Result<Vec<Found>, ArrivalRefusal>> {
        let facts = tx.list_identifiers(&account.id)?;
        let profile = account.open_profile(self.letters.vault.as_ref())?;
        let vouched = self.identity.level.ial.0 > 0;
        let others = look(tx, self.letters.vault.as_ref(), &self.identity, Some(&account.id))?;
        let matches: Vec<_> = others.iter().map(|found| found.as_match).collect();
        let verdict = decide::known_arrival(Known {
            state: account.state,
            same_class: account.class == self.identity.class,
            same_person: !vouched || can_be(&profile, &facts, &self.identity),
            others: &matches,
        });
        Ok(verdict.map(|displaced| displaced.into_iter().filter_map(|at| others.get(at).cloned()).collect()))
    }

    fn begin(&self, tx: &mut dyn Tx, link: &UpstreamLink, account: Account, first: bool) -> StoreResult<Came> {
        let session = self.beginning.arrive(tx, &account, &self.proved(), first)?;
        self.note_session(tx, link, &session, false)?;
        tx.insert_audit(&self.entry(AuditKind::UpstreamArrived).account(&account.id).session(&session.id))?;
        Ok(Came::In(Box::new(In { session, account, first })))
    }

    /// Remembers on which session of the upstream ours stands, or which is only to end with it.
    fn note_session(
        &self,
        tx: &mut dyn Tx,
        link: &UpstreamLink,
        session: &Session,
        only_to_end: bool,
    ) -> StoreResult<()> {
        let vault = self.letters.vault.as_ref();
        tx.put_upstream_session(&UpstreamSession {
            session_id: session.id.clone(),
            link_id: link.id.clone(),
            upstream: self.identity.upstream.clone(),
            sid: self.sid,
            subject: self.subject,
            ending: self.identity.ending.seal_for(&session.id, vault, self.ctx.entropy()),
            began_at: self.ctx.now,
            only_to_end,
        })
    }

    fn proved(&self) -> ProvedBy {
        let level = &self.identity.level;
        let at = level.at.map_or(auth_time::UNKNOWN, |at| at.min(self.ctx.now));
        ProvedBy { amr: level.amr.clone(), ial: level.ial, at }
    }

    fn linking(&self) -> Linking<'_> {
        let vault = self.letters.vault.as_ref();
        Linking {
            ctx: &self.ctx,
            letters: &self.letters,
            identity: &self.identity,
            key: self.identity.key.digest(vault, &self.identity.upstream, &self.identity.issuer),
            subject: self.subject,
            keep: self.beginning.previous().map(|previous| &previous.id),
        }
    }

    /// The account as it is with what is vouched for. Read again: it is locked now.
    fn vouch(&self, tx: &mut dyn Tx, account: &Account) -> StoreResult<Account> {
        let account = tx.find_account(&account.id)?.ok_or(StoreError::Retry)?;
        let vouching = Vouching {
            ctx: &self.ctx,
            vault: self.letters.vault.as_ref(),
            identity: &self.identity,
            accounts_per_phone: self.accounts_per_phone,
            letters: (account.id != self.fresh.0).then_some(&self.letters),
        };
        vouching.vouch(tx, &account)
    }

    fn displace(&self, tx: &mut dyn Tx, displaced: &[Found]) -> StoreResult<()> {
        let by = &self.identity.upstream;
        displaced.iter().try_for_each(|found| displacing::displace(tx, &self.letters, &self.ctx, by, found))
    }

    fn refuse(&self, tx: &mut dyn Tx, why: ArrivalRefusal, account: Option<&AccountId>) -> StoreResult<Came> {
        let entry = self.entry(AuditKind::ArrivalRefused).because(why.word());
        tx.insert_audit(&AuditEntry { account_id: account.cloned(), ..entry })?;
        Ok(Came::Refused(why))
    }

    fn entry(&self, kind: AuditKind) -> AuditEntry {
        AuditEntry::new(&self.ctx, kind).upstream(&self.identity.upstream)
    }
}
