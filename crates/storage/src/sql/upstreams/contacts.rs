//! Contacts that wait for their proof.

use crate::schema::pending_contacts;
use crate::sql::columns::{bytes, count, digest, millis, moment, word};
use crate::sql::sweep::sweep;
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::ids::{AccountId, PendingContactId};
use portal_id_core::pending_contact::{ContactKind, PendingContact};
use portal_id_core::ports::Sealed;
use portal_id_core::store::{ContactRepo, StoreResult};
use portal_id_core::time::Timestamp;

const DELETE_OLD_PENDING_CONTACTS: &str = "DELETE FROM pending_contacts WHERE id IN (\
    SELECT id FROM pending_contacts WHERE created_at < $1 LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = pending_contacts, treat_none_as_default_value = false)]
struct ContactRow {
    id: String,
    account_id: String,
    kind: String,
    contact: Vec<u8>,
    digest: Vec<u8>,
    browser: Vec<u8>,
    code: Vec<u8>,
    created_at: i64,
    sent_at: i64,
    expires_at: i64,
    tries: i64,
    used_at: Option<i64>,
    version: i64,
}

impl ContactRow {
    fn of(contact: &PendingContact) -> Self {
        Self {
            id: contact.id.as_str().to_owned(),
            account_id: contact.account_id.as_str().to_owned(),
            kind: contact.kind.as_str().to_owned(),
            contact: contact.contact.as_bytes().to_vec(),
            digest: bytes(&contact.digest),
            browser: bytes(&contact.browser),
            code: bytes(&contact.code),
            created_at: contact.created_at.millis(),
            sent_at: contact.sent_at.millis(),
            expires_at: contact.expires_at.millis(),
            tries: i64::from(contact.tries),
            used_at: millis(contact.used_at),
            version: contact.version,
        }
    }

    fn read(self) -> StoreResult<PendingContact> {
        Ok(PendingContact {
            id: PendingContactId::from_text(self.id),
            account_id: AccountId::from_text(self.account_id),
            kind: word("pending_contacts.kind", ContactKind::from_text(&self.kind))?,
            contact: Sealed::from_bytes(self.contact),
            digest: digest("pending_contacts.digest", &self.digest)?,
            browser: digest("pending_contacts.browser", &self.browser)?,
            code: digest("pending_contacts.code", &self.code)?,
            created_at: Timestamp::from_millis(self.created_at),
            sent_at: Timestamp::from_millis(self.sent_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            tries: count("pending_contacts.tries", self.tries)?,
            used_at: moment(self.used_at),
            version: self.version,
        })
    }
}

impl ContactRepo for SqlTx<'_> {
    fn insert_pending_contact(&mut self, contact: &PendingContact) -> StoreResult<()> {
        let row = ContactRow::of(contact);
        self.write(|conn| diesel::insert_into(pending_contacts::table).values(&row).execute(conn)).map(drop)
    }

    fn find_pending_contact(&mut self, id: &PendingContactId) -> StoreResult<Option<PendingContact>> {
        let query = pending_contacts::table.filter(pending_contacts::id.eq(id.as_str()));
        self.read(|conn| query.first::<ContactRow>(conn).optional())?.map(ContactRow::read).transpose()
    }

    fn update_pending_contact(&mut self, contact: &PendingContact) -> StoreResult<bool> {
        let new = ContactRow::of(contact);
        let row = pending_contacts::table
            .filter(pending_contacts::id.eq(new.id))
            .filter(pending_contacts::version.eq(new.version));
        let changes = (
            pending_contacts::code.eq(new.code),
            pending_contacts::sent_at.eq(new.sent_at),
            pending_contacts::expires_at.eq(new.expires_at),
            pending_contacts::tries.eq(new.tries),
            pending_contacts::used_at.eq(new.used_at),
            pending_contacts::version.eq(new.version + 1),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn delete_old_pending_contacts(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_OLD_PENDING_CONTACTS, before, limit)
    }
}
