//! Mailed links.

use super::columns::{bytes, digest, millis, moment, word};
use super::sweep::sweep;
use crate::schema::mailed_links;
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::digest::Digest;
use portal_id_core::ids::AccountId;
use portal_id_core::link::{LinkPurpose, MailedLink};
use portal_id_core::store::{LinkRepo, StoreResult};
use portal_id_core::time::Timestamp;

/// The newest link of a pending account stays: without it nobody would know that the registration is over.
const DELETE_EXPIRED_LINKS: &str = "DELETE FROM mailed_links WHERE secret IN (\
    SELECT old.secret FROM mailed_links AS old WHERE old.expires_at < $1 AND (\
        NOT EXISTS (SELECT 1 FROM accounts AS a WHERE a.id = old.account_id AND a.state = 'pending') \
        OR EXISTS (SELECT 1 FROM mailed_links AS newer WHERE newer.account_id = old.account_id \
            AND newer.purpose = old.purpose AND newer.created_at > old.created_at)) LIMIT $2)";

#[derive(Queryable, Insertable)]
#[diesel(table_name = mailed_links, treat_none_as_default_value = false)]
struct LinkRow {
    secret: Vec<u8>,
    purpose: String,
    account_id: String,
    email: Vec<u8>,
    browser: Option<Vec<u8>>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl LinkRow {
    fn of(link: &MailedLink) -> Self {
        Self {
            secret: bytes(&link.secret),
            purpose: link.purpose.as_str().to_owned(),
            account_id: link.account_id.as_str().to_owned(),
            email: bytes(&link.email),
            browser: link.browser.as_ref().map(bytes),
            created_at: link.created_at.millis(),
            expires_at: link.expires_at.millis(),
            used_at: millis(link.used_at),
        }
    }

    fn read(self) -> StoreResult<MailedLink> {
        Ok(MailedLink {
            secret: digest("mailed_links.secret", &self.secret)?,
            purpose: word("mailed_links.purpose", LinkPurpose::from_text(&self.purpose))?,
            account_id: AccountId::from_text(self.account_id),
            email: digest("mailed_links.email", &self.email)?,
            browser: self.browser.map(|browser| digest("mailed_links.browser", &browser)).transpose()?,
            created_at: Timestamp::from_millis(self.created_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            used_at: moment(self.used_at),
        })
    }
}

impl LinkRepo for SqlTx<'_> {
    fn insert_link(&mut self, link: &MailedLink) -> StoreResult<()> {
        let row = LinkRow::of(link);
        self.write(|conn| diesel::insert_into(mailed_links::table).values(&row).execute(conn)).map(drop)
    }

    fn find_link(&mut self, purpose: LinkPurpose, secret: &Digest) -> StoreResult<Option<MailedLink>> {
        let query = mailed_links::table
            .filter(mailed_links::secret.eq(secret.as_bytes().as_slice()))
            .filter(mailed_links::purpose.eq(purpose.as_str()));
        self.read(|conn| query.first::<LinkRow>(conn).optional())?.map(LinkRow::read).transpose()
    }

    fn take_link(&mut self, purpose: LinkPurpose, secret: &Digest, now: Timestamp) -> StoreResult<bool> {
        let row = mailed_links::table
            .filter(mailed_links::secret.eq(secret.as_bytes().as_slice()))
            .filter(mailed_links::purpose.eq(purpose.as_str()))
            .filter(mailed_links::used_at.is_null())
            .filter(mailed_links::expires_at.gt(now.millis()));
        self.gate(|conn| diesel::update(row).set(mailed_links::used_at.eq(now.millis())).execute(conn))
    }

    fn find_newest_link(&mut self, purpose: LinkPurpose, account: &AccountId) -> StoreResult<Option<MailedLink>> {
        let query = mailed_links::table
            .filter(mailed_links::account_id.eq(account.as_str()))
            .filter(mailed_links::purpose.eq(purpose.as_str()))
            .order(mailed_links::created_at.desc());
        self.read(|conn| query.first::<LinkRow>(conn).optional())?.map(LinkRow::read).transpose()
    }

    fn find_oldest_good_link(
        &mut self,
        purpose: LinkPurpose,
        account: &AccountId,
        now: Timestamp,
    ) -> StoreResult<Option<MailedLink>> {
        let query = mailed_links::table
            .filter(mailed_links::account_id.eq(account.as_str()))
            .filter(mailed_links::purpose.eq(purpose.as_str()))
            .filter(mailed_links::used_at.is_null())
            .filter(mailed_links::expires_at.gt(now.millis()))
            .order(mailed_links::created_at.asc());
        self.read(|conn| query.first::<LinkRow>(conn).optional())?.map(LinkRow::read).transpose()
    }

    fn delete_expired_links(&mut self, before: Timestamp, limit: u32) -> StoreResult<u32> {
        sweep(self, DELETE_EXPIRED_LINKS, before, limit)
    }
}
