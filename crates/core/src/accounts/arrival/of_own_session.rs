//! Arriving from a session here: to prove again, or better, who one is; or to link one's own account.

use super::looking::is_complete;
use super::{ArrivalRefusal, Arriving, Came, In, linking};
use crate::ids::SessionId;
use crate::profile::Account;
use crate::session::Session;
use crate::store::{StoreError, StoreResult, Tx};

impl Arriving {
    /// The person of a session proves again, or better, who they are.
    pub(super) fn again(&self, tx: &mut dyn Tx, session: &SessionId) -> StoreResult<Came> {
        let Some((before, account)) = self.own_session(tx, session)? else {
            return self.refuse(tx, ArrivalRefusal::SomebodyElse, None);
        };
        let link = linking::find(tx, &self.identity, &self.digests)?;
        let Some(link) = link.filter(|link| link.account_id == account.id) else {
            return self.refuse(tx, ArrivalRefusal::SomebodyElse, Some(&account.id));
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

    /// The person of a session links who they are at the upstream to their account.
    pub(super) fn link_own(&self, tx: &mut dyn Tx, session: &SessionId) -> StoreResult<Came> {
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
}
