//! Arriving to sign in: by a link that is there, or for the first time.

use super::decide::{self, First, Proved, Verdict};
use super::looking::{Found, is_complete, look};
use super::{Arriving, Came, Proof};
use crate::audit::AuditKind;
use crate::profile::{Account, AccountState};
use crate::store::{StoreError, StoreResult, Tx};
use crate::upstream::UpstreamLink;

impl Arriving {
    /// Whoever signs in.
    pub(super) fn sign_in(&self, tx: &mut dyn Tx) -> StoreResult<Came> {
        let known = match self.find_link(tx)? {
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
                    tx.insert_audit(&self.entry(AuditKind::ArrivalDeclined).account(id))?;
                }
                let account = self.vouch(tx, &account)?;
                self.begin(tx, &link, account, true)
            }
        }
    }
}
