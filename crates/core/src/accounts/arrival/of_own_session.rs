//! Arriving from a session here: to prove again, or better, who one is; or to link one's own account.

use super::looking::{is_complete, look};
use super::{ArrivalRefusal, Arriving, Came, In};
use crate::ids::SessionId;
use crate::profile::{Account, AccountState};
use crate::session::Session;
use crate::store::{StoreError, StoreResult, Tx};
use crate::upstream::UpstreamLink;

impl Arriving {
    /// The person of a session proves again, or better, who they are.
    pub(super) fn again(&self, tx: &mut dyn Tx, session: &SessionId) -> StoreResult<Came> {
        let Some((before, account)) = self.own_session(tx, session)? else {
            return self.refuse(tx, ArrivalRefusal::SomebodyElse, None);
        };
        let link = match self.find_link(tx)? {
            Some(link) if link.account_id == account.id => link,
            // Never linked, and of the same number: once the person has proved that the account is theirs, it is.
            None if self.may_be_of(tx, &account)? => return Ok(Came::Ask(vec![account.id])),
            Some(_) | None => return self.refuse(tx, ArrivalRefusal::SomebodyElse, Some(&account.id)),
        };
        let account = match self.let_in(tx, &link, &account)? {
            Ok(account) => account,
            Err(why) => return self.refuse(tx, why, Some(&account.id)),
        };
        let anew = self.identity.level.anew;
        // It ended since it was looked for: look again, before anything is vouched for.
        let raised = self.beginning.raise_by_upstream(tx, &before, &self.proved(), anew)?;
        let session = raised.ok_or(StoreError::Retry)?;
        self.note_session(tx, &link, &session, false)?;
        Ok(Came::In(Box::new(In { session, account, first: false })))
    }

    /// Whether the account has a number of whoever arrived, and nobody of the upstream is its holder yet.
    fn may_be_of(&self, tx: &mut dyn Tx, account: &Account) -> StoreResult<bool> {
        let found = look(tx, self.letters.vault.as_ref(), &self.identity, None)?;
        let own = found.iter().find(|found| found.account.id == account.id);
        Ok(own.is_some_and(|own| own.account.state == AccountState::Active && !own.as_match.linked_here))
    }

    /// The person of a session links who they are at the upstream to their account.
    pub(super) fn link_own(&self, tx: &mut dyn Tx, session: &SessionId) -> StoreResult<Came> {
        let Some((session, account)) = self.own_session(tx, session)? else {
            return self.refuse(tx, ArrivalRefusal::SomebodyElse, None);
        };
        let whose = Some(&account.id);
        match self.find_link(tx)? {
            Some(link) if link.account_id == account.id => {
                return match self.let_in(tx, &link, &account)? {
                    Ok(_) => self.linked(tx, &link, &session),
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
        let link = self.linking().link(tx, &account)?;
        self.vouch(tx, &account)?;
        self.linked(tx, &link, &session)
    }

    /// The sign-in there was for this session alone, and ends with it: nobody else would end it, and at a computer that
    /// others use too, the next of them would be let in as this person.
    fn linked(&self, tx: &mut dyn Tx, link: &UpstreamLink, session: &Session) -> StoreResult<Came> {
        if tx.find_upstream_session(&session.id)?.is_none() {
            self.note_session(tx, link, session, true)?;
        }
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
}
