//! What both sides are told when a registration meets data that an account holds already (decisions 3): at once, or
//! when its activation comes second. Neither mail names the field.

use super::limits::{self, Limited};
use super::messages::Letters;
use crate::ctx::Ctx;
use crate::facts::Email;
use crate::ids::AccountId;
use crate::language::Language;
use crate::outbox::{Message, OutboxRow};
use crate::profile::{AccountClass, Identifier, IdentifierKind};
use crate::store::{StoreResult, Tx};
use crate::throttle::Rule;

/// Something of a registration is already taken.
pub(super) struct Collision {
    /// Who holds it. Of a phone that has as many accounts as it may, nobody in particular is to be told.
    pub(super) holder: Option<AccountId>,
}

/// Whether an active account other than this registration has `fact`.
pub(super) fn of_fact(
    tx: &mut dyn Tx,
    class: AccountClass,
    fact: &Identifier,
    accounts_per_phone: u32,
) -> StoreResult<Option<Collision>> {
    Ok(match fact.kind {
        IdentifierKind::Phone => {
            let shared = tx.count_active_accounts(IdentifierKind::Phone, &fact.digest)? >= accounts_per_phone;
            shared.then_some(Collision { holder: None })
        }
        kind => tx.find_claimant(class, kind, &fact.digest)?.map(|holder| Collision { holder: Some(holder) }),
    })
}

impl Letters {
    /// The mail to the address that was typed: the registration could not be completed, and what to do.
    pub(super) fn not_completed(&self, ctx: &Ctx, to: &Email, language: Language) -> OutboxRow {
        let message = Message::RegistrationNotCompleted { sign_in: self.sign_in_url(), desk: self.desk(language) };
        self.news(ctx, to, language, message)
    }

    /// Tells the holder of an account that somebody tried to register with its data; no more often than `mails` allows.
    pub(super) fn tell_holder(&self, tx: &mut dyn Tx, ctx: &Ctx, holder: &AccountId, mails: &Rule) -> StoreResult<()> {
        let vault = self.vault.as_ref();
        let Some(account) = tx.find_account(holder)? else {
            return Ok(());
        };
        let Some(email) = account.open_profile(vault)?.email else {
            return Ok(());
        };
        let key = Limited::MailsTo(&IdentifierKind::Email.digest(vault, &email.compare_key())).key(vault);
        if limits::mark(tx, &key, mails, ctx.now)?.is_err() {
            // The holder has been told often enough this hour.
            return Ok(());
        }
        let message = Message::RegistrationAttempted { sign_in: self.sign_in_url(), desk: self.desk(account.language) };
        tx.insert_message(&self.news(ctx, &email, account.language, message))
    }
}
