//! Arriving by another provider: the national portal, or any other that an operator configured (decisions 24,
//! `docs/adr/0022`).

mod decide;
mod displacing;
mod ended_there;
mod linking;
mod links;
mod looking;
mod outcome;
mod proof;
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
use crate::ctx::Ctx;
use crate::digest::Digest;
use crate::facts::Username;
use crate::ids::{AccountId, SessionId};
use crate::profile::{Account, AccountState};
use crate::secret::Secret;
use crate::session::{Session, SessionSettings};
use crate::store::{StoreError, StoreResult, Tx};
use crate::upstream::{Purpose, UpstreamIdentity, UpstreamLink, UpstreamSession};
use decide::{First, Known, Proved, Verdict};
use linking::Linking;
use looking::{Found, can_be, is_complete, look};
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

impl Accounts {
    /// Somebody arrives in the browser of `ctx`, as an upstream vouched for them a moment ago.
    pub async fn arrive(
        &self,
        ctx: &Ctx,
        identity: UpstreamIdentity,
        purpose: Purpose,
        here: Here<'_>,
    ) -> Result<ArrivalOutcome, Failure> {
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
        let arriving = Arriving {
            ctx: ctx.clone(),
            identity: Arc::clone(&identity),
            digests,
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
                let missing = self.missing(&account, &identity)?;
                let new = Box::new(self.new_session(ctx, cookie, session, here.known_device));
                ArrivalOutcome::SignedIn { new, first, missing }
            }
            Came::Ask(accounts) => ArrivalOutcome::Prove(self.keep_waiting(ctx, &identity, accounts).await?),
            Came::Linked => ArrivalOutcome::Linked,
            Came::Refused(why) => ArrivalOutcome::Refused(why),
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
    /// Whoever signs in.
    fn sign_in(&self, tx: &mut dyn Tx) -> StoreResult<Came> {
        let known = match linking::find(tx, &self.identity, &self.digests)? {
            Some(link) => tx.find_account(&link.account_id)?.map(|account| (link, account)),
            None => None,
        };
        match known {
            Some((link, account)) => self.by_link(tx, &link, &account),
            None => self.for_the_first_time(tx),
        }
    }

    /// A person whom a link leads to an account.
    fn by_link(&self, tx: &mut dyn Tx, link: &UpstreamLink, account: &Account) -> StoreResult<Came> {
        match self.let_in(tx, link, account)? {
            Ok(account) => self.begin(tx, link, account, false),
            Err(why) => self.refuse(tx, why, Some(&account.id)),
        }
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
        // Whoever unlinks, or stops the account, came before, or waits.
        if !tx.use_upstream_link(link, self.ctx.now)? || !tx.lock_active_account(&account.id)? {
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

    /// A person whom no link leads to an account.
    fn for_the_first_time(&self, tx: &mut dyn Tx) -> StoreResult<Came> {
        let found = look(tx, self.letters.vault.as_ref(), &self.identity, None)?;
        let matches: Vec<_> = found.iter().map(|found| found.as_match).collect();
        let active = |found: &&Found| found.account.state == AccountState::Active;
        let ids = || found.iter().filter(active).map(|found| found.account.id.clone());
        let proved = match &self.proof {
            Proof::Holds(id) => match found.iter().position(|found| found.account.id == *id) {
                Some(at) => Proved::Holds(at),
                None => Proved::NotAsked,
            },
            // Somebody who has the number only since is asked for too.
            Proof::Declined(asked) if ids().all(|id| asked.contains(&id)) => Proved::Declined,
            Proof::NotAsked | Proof::Declined(_) => Proved::NotAsked,
        };
        let first = First {
            vouched: self.identity.level.ial.0 > 0,
            complete: is_complete(&self.identity),
            mode: self.mode,
            matches: &matches,
            proved,
        };
        let chosen = |which: &[usize]| which.iter().filter_map(|at| found.get(*at).cloned()).collect::<Vec<_>>();
        match decide::first_arrival(first) {
            Verdict::Ask => Ok(Came::Ask(ids().collect())),
            Verdict::Refuse(why) => self.refuse(tx, why, None),
            Verdict::Link { account, displaced } => {
                let Some(mine) = found.get(account) else { return Err(StoreError::Retry) };
                if !tx.lock_active_account(&mine.account.id)? {
                    return Err(StoreError::Retry);
                }
                self.displace(tx, &chosen(&displaced))?;
                let link = self.linking().link(tx, &mine.account)?;
                let account = self.vouch(tx, &mine.account)?;
                self.begin(tx, &link, account, false)
            }
            Verdict::New { displaced } => {
                self.displace(tx, &chosen(&displaced))?;
                let (id, username) = &self.fresh;
                let (account, link) = self.linking().new_account(tx, id, username)?;
                if matches!(self.proof, Proof::Declined(_)) {
                    tx.insert_audit(&AuditEntry::new(&self.ctx, AuditKind::ArrivalDeclined).account(id))?;
                }
                let account = self.vouch(tx, &account)?;
                self.begin(tx, &link, account, true)
            }
        }
    }

    /// The person of a session proves again, or better, who they are.
    fn again(&self, tx: &mut dyn Tx, session: &SessionId) -> StoreResult<Came> {
        let Some((before, account)) = self.own_session(tx, session)? else {
            return self.refuse(tx, ArrivalRefusal::SomebodyElse, None);
        };
        let link = match linking::find(tx, &self.identity, &self.digests)? {
            Some(link) if link.account_id == account.id => link,
            // Never linked, and of the same number: once the person has proved that the account is theirs, it is.
            None if self.may_be_of(tx, &account)? => return Ok(Came::Ask(vec![account.id])),
            Some(_) | None => return self.refuse(tx, ArrivalRefusal::SomebodyElse, Some(&account.id)),
        };
        let account = match self.let_in(tx, &link, &account)? {
            Ok(account) => account,
            Err(why) => return self.refuse(tx, why, Some(&account.id)),
        };
        let Some(session) = self.beginning.raise_by_upstream(tx, &before, &self.proved())? else {
            return self.refuse(tx, ArrivalRefusal::SomebodyElse, Some(&account.id));
        };
        self.note_session(tx, &link, &session)?;
        Ok(Came::In(Box::new(In { session, account, first: false })))
    }

    /// Whether the account has a number of whoever arrived, and nobody of the upstream is its holder yet.
    fn may_be_of(&self, tx: &mut dyn Tx, account: &Account) -> StoreResult<bool> {
        let found = look(tx, self.letters.vault.as_ref(), &self.identity, None)?;
        let own = found.iter().find(|found| found.account.id == account.id);
        Ok(own.is_some_and(|own| own.account.state == AccountState::Active && !own.as_match.linked_here))
    }

    /// The person of a session links who they are at the upstream to their account.
    fn link_own(&self, tx: &mut dyn Tx, session: &SessionId) -> StoreResult<Came> {
        let Some((_, account)) = self.own_session(tx, session)? else {
            return self.refuse(tx, ArrivalRefusal::SomebodyElse, None);
        };
        let whose = Some(&account.id);
        match linking::find(tx, &self.identity, &self.digests)? {
            Some(link) if link.account_id == account.id => {
                return match self.let_in(tx, &link, &account)? {
                    Ok(_) => Ok(Came::Linked),
                    Err(why) => self.refuse(tx, why, whose),
                };
            }
            Some(_) => return self.refuse(tx, ArrivalRefusal::LinkedElsewhere, whose),
            None => {}
        }
        if tx.list_upstream_links(&account.id)?.iter().any(|link| link.upstream == self.identity.upstream) {
            return self.refuse(tx, ArrivalRefusal::AnotherLinkedHere, whose);
        }
        if self.identity.level.ial.0 > 0 && !is_complete(&self.identity) {
            return self.refuse(tx, ArrivalRefusal::Incomplete, whose);
        }
        let displaced = match self.decide_known(tx, &account)? {
            Ok(displaced) => displaced,
            Err(why) => return self.refuse(tx, why, whose),
        };
        if !tx.lock_active_account(&account.id)? {
            return Err(StoreError::Retry);
        }
        self.displace(tx, &displaced)?;
        self.linking().link(tx, &account)?;
        self.vouch(tx, &account)?;
        Ok(Came::Linked)
    }

    /// The session that the person began this way from, if it is the one of this browser and still good.
    fn own_session(&self, tx: &mut dyn Tx, id: &SessionId) -> StoreResult<Option<(Session, Account)>> {
        if self.beginning.previous().is_none_or(|previous| previous.id != *id) {
            return Ok(None);
        }
        let found = tx.find_session_by_id(id)?.filter(|session| session.is_live(self.ctx.now, &self.sessions));
        let Some(session) = found else { return Ok(None) };
        Ok(tx.find_account(&session.account_id)?.map(|account| (session, account)))
    }

    fn begin(&self, tx: &mut dyn Tx, link: &UpstreamLink, account: Account, first: bool) -> StoreResult<Came> {
        let session = self.beginning.arrive(tx, &account, &self.proved(), first)?;
        self.note_session(tx, link, &session)?;
        let entry = AuditEntry::new(&self.ctx, AuditKind::UpstreamArrived).account(&account.id);
        tx.insert_audit(&entry.session(&session.id))?;
        Ok(Came::In(Box::new(In { session, account, first })))
    }

    /// Remembers on which session of the upstream ours stands.
    fn note_session(&self, tx: &mut dyn Tx, link: &UpstreamLink, session: &Session) -> StoreResult<()> {
        let vault = self.letters.vault.as_ref();
        let (sid, subject) = self.identity.session_digests(vault);
        tx.put_upstream_session(&UpstreamSession {
            session_id: session.id.clone(),
            link_id: link.id.clone(),
            upstream: self.identity.upstream.clone(),
            sid,
            subject,
            ending: self.identity.ending.seal_for(&session.id, vault, self.ctx.entropy()),
            began_at: self.ctx.now,
        })
    }

    fn proved(&self) -> ProvedBy {
        let level = &self.identity.level;
        ProvedBy { amr: level.amr.clone(), ial: level.ial, at: level.at.min(self.ctx.now) }
    }

    fn linking(&self) -> Linking<'_> {
        let vault = self.letters.vault.as_ref();
        Linking {
            ctx: &self.ctx,
            letters: &self.letters,
            identity: &self.identity,
            key: self.identity.key.digest(vault, &self.identity.upstream, &self.identity.issuer),
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
        };
        vouching.vouch(tx, &account)
    }

    fn displace(&self, tx: &mut dyn Tx, displaced: &[Found]) -> StoreResult<()> {
        displaced.iter().try_for_each(|found| displacing::displace(tx, &self.letters, &self.ctx, found))
    }

    fn refuse(&self, tx: &mut dyn Tx, why: ArrivalRefusal, account: Option<&AccountId>) -> StoreResult<Came> {
        let mut entry = AuditEntry::new(&self.ctx, AuditKind::ArrivalRefused);
        entry.account_id = account.cloned();
        tx.insert_audit(&entry)?;
        Ok(Came::Refused(why))
    }
}
