//! A password takes the place of another: it is the current one that is replaced, once, and everything it had opened ends.

use super::ending::{self, Which};
use super::limits::Limited;
use super::messages::{Letters, time_and_day};
use super::not_me::NotMeLetter;
use super::remembered::forget_all;
use super::{Accounts, Failure};
use crate::audit::{AuditEntry, AuditKind};
use crate::ctx::Ctx;
use crate::outbox::Message;
use crate::profile::Account;
use crate::session::Session;
use crate::store::{PasswordChange, StoreResult, Tx};

impl Accounts {
    /// Makes everything that the transaction needs.
    pub(super) fn replacing(&self, ctx: &Ctx, account: Account, change: PasswordChange) -> Result<Replacing, Failure> {
        let email = self.open_profile(&account)?.email;
        let letter = email.map(|email| self.letters.of_changed_password(ctx, &account, &email));
        Ok(Replacing { ctx: ctx.clone(), account, change, letter, letters: self.letters.clone() })
    }
}

impl Letters {
    fn of_changed_password(&self, ctx: &Ctx, account: &Account, email: &crate::facts::Email) -> NotMeLetter {
        let limited = Limited::PasswordMails(account.id.as_str());
        self.with_not_me(ctx, (account, email), &limited, |link, days| Message::PasswordChanged {
            username: self.called(account),
            at: time_and_day(ctx.now),
            link,
            days,
            desk: self.desk(account.language),
        })
    }
}

/// A password that takes the place of another, with everything its transaction needs.
pub(super) struct Replacing {
    ctx: Ctx,
    pub(super) account: Account,
    change: PasswordChange,
    letter: Option<NotMeLetter>,
    letters: Letters,
}

impl Replacing {
    /// Replaces the password and ends all that the old one had opened, but the session `keep` with what it gave
    /// (security.md row 22); no browser is remembered any more. `false` when somebody was faster.
    pub(super) fn replace(&self, tx: &mut dyn Tx, keep: Option<&Session>) -> StoreResult<bool> {
        let (id, now) = (&self.account.id, self.ctx.now);
        if !tx.replace_password(id, &self.change, now)? {
            return Ok(false);
        }
        // In this order: a code given meanwhile either finds its challenge gone, or began a session that ends.
        tx.delete_challenges_of_account(id)?;
        forget_all(tx, &self.letters, &self.ctx, &self.account)?;
        let which = match keep {
            Some(session) => Which::Others { of: id, keep: &session.id, offline_too: true },
            None => Which::All(id),
        };
        ending::end(tx, &self.letters, &self.ctx, which)?;
        let mut entry = AuditEntry::new(&self.ctx, AuditKind::PasswordChanged).account(id);
        entry.session_id = keep.map(|session| session.id.clone());
        tx.insert_audit(&entry)?;
        self.letter.iter().try_for_each(|letter| letter.post(tx))?;
        Ok(true)
    }
}
