//! How many active accounts may share one phone (`accounts_per_phone`).

use super::limits::{self, Limited};
use crate::digest::Digest;
use crate::ports::Vault;
use crate::profile::IdentifierKind;
use crate::store::{StoreResult, Tx};
use crate::time::Timestamp;

/// Whether one more account with this phone may be active. To count and then to write is safe only one at a time: until
/// this transaction ends, nobody else gets through here with the same phone.
pub(super) fn has_room(
    tx: &mut dyn Tx,
    vault: &dyn Vault,
    phone: &Digest,
    most: u32,
    now: Timestamp,
) -> StoreResult<bool> {
    limits::take_turn(tx, &Limited::AccountsWithPhone(phone).key(vault), now)?;
    Ok(tx.count_active_accounts(IdentifierKind::Phone, phone)? < most)
}
