//! What every mailed link to an active account must still be (security.md row 6).

use crate::digest::Digest;
use crate::link::{LinkPurpose, LinkStanding, MailedLink};
use crate::profile::{Account, AccountState, Identifier, IdentifierKind};
use crate::store::{StoreResult, Tx};
use crate::time::Timestamp;

/// The link of this purpose with its account and that account's facts, if it is unused and in its time, the account is
/// active, and its e-mail is still the one that the link was sent to. Changes nothing.
pub(super) fn find_good(
    tx: &mut dyn Tx,
    purpose: LinkPurpose,
    secret: &Digest,
    now: Timestamp,
) -> StoreResult<Option<(MailedLink, Account, Vec<Identifier>)>> {
    let Some(link) = tx.find_link(purpose, secret)?.filter(|link| link.standing(now) == LinkStanding::Good) else {
        return Ok(None);
    };
    let Some(account) = tx.find_account(&link.account_id)?.filter(|account| account.state == AccountState::Active)
    else {
        return Ok(None);
    };
    let facts = tx.list_identifiers(&account.id)?;
    let same_mailbox = facts.iter().any(|fact| fact.kind == IdentifierKind::Email && fact.digest == link.email);
    Ok(same_mailbox.then_some((link, account, facts)))
}
