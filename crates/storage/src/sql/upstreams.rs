//! Who of which upstream provider is who here, what they vouched for, and contacts that wait for their proof.

mod contacts;
mod vouched;

use super::columns::{bytes, digest, digest_or_none, unreadable};
use crate::connection::on_each;
use crate::schema::{sessions, upstream_links, upstream_secret_uses, upstream_sessions};
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::digest::Digest;
use portal_id_core::ids::{AccountId, SessionId, UpstreamLinkId};
use portal_id_core::ports::Sealed;
use portal_id_core::store::{StoreResult, UpstreamRepo};
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::{EndedBy, UpstreamId, UpstreamLink, UpstreamSecret, UpstreamSession};

#[derive(Queryable, Insertable)]
#[diesel(table_name = upstream_links, treat_none_as_default_value = false)]
struct LinkRow {
    id: String,
    upstream: String,
    issuer: String,
    key: Vec<u8>,
    account_id: String,
    created_at: i64,
    last_used_at: i64,
    subject: Option<Vec<u8>>,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = upstream_sessions, treat_none_as_default_value = false, treat_none_as_null = true)]
struct SessionRow {
    session_id: String,
    link_id: String,
    upstream: String,
    sid: Option<Vec<u8>>,
    subject: Vec<u8>,
    ending: Vec<u8>,
    began_at: i64,
    only_to_end: bool,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = upstream_secret_uses)]
struct SecretRow {
    secret: Vec<u8>,
    upstream: String,
    addresses: Vec<u8>,
    since: i64,
}

/// A stored upstream: whatever was configured when the row was written.
fn upstream(column: &'static str, text: &str) -> StoreResult<UpstreamId> {
    UpstreamId::parse(text).map_err(|_| unreadable(column))
}

impl LinkRow {
    fn of(link: &UpstreamLink) -> Self {
        Self {
            id: link.id.as_str().to_owned(),
            upstream: link.upstream.as_str().to_owned(),
            issuer: link.issuer.clone(),
            key: bytes(&link.key),
            account_id: link.account_id.as_str().to_owned(),
            created_at: link.created_at.millis(),
            last_used_at: link.last_used_at.millis(),
            subject: link.subject.as_ref().map(bytes),
        }
    }

    fn read(self) -> StoreResult<UpstreamLink> {
        Ok(UpstreamLink {
            id: UpstreamLinkId::from_text(self.id),
            upstream: upstream("upstream_links.upstream", &self.upstream)?,
            issuer: self.issuer,
            key: digest("upstream_links.key", &self.key)?,
            subject: digest_or_none("upstream_links.subject", self.subject.as_deref())?,
            account_id: AccountId::from_text(self.account_id),
            created_at: Timestamp::from_millis(self.created_at),
            last_used_at: Timestamp::from_millis(self.last_used_at),
        })
    }
}

impl SessionRow {
    fn of(session: &UpstreamSession) -> Self {
        Self {
            session_id: session.session_id.as_str().to_owned(),
            link_id: session.link_id.as_str().to_owned(),
            upstream: session.upstream.as_str().to_owned(),
            sid: session.sid.as_ref().map(bytes),
            subject: bytes(&session.subject),
            ending: session.ending.as_bytes().to_vec(),
            began_at: session.began_at.millis(),
            only_to_end: session.only_to_end,
        }
    }

    fn read(self) -> StoreResult<UpstreamSession> {
        Ok(UpstreamSession {
            session_id: SessionId::from_text(self.session_id),
            link_id: UpstreamLinkId::from_text(self.link_id),
            upstream: upstream("upstream_sessions.upstream", &self.upstream)?,
            sid: digest_or_none("upstream_sessions.sid", self.sid.as_deref())?,
            subject: digest("upstream_sessions.subject", &self.subject)?,
            ending: Sealed::from_bytes(self.ending),
            began_at: Timestamp::from_millis(self.began_at),
            only_to_end: self.only_to_end,
        })
    }
}

impl SecretRow {
    fn read(self) -> StoreResult<UpstreamSecret> {
        Ok(UpstreamSecret {
            upstream: upstream("upstream_secret_uses.upstream", &self.upstream)?,
            addresses: digest("upstream_secret_uses.addresses", &self.addresses)?,
            secret: digest("upstream_secret_uses.secret", &self.secret)?,
            since: Timestamp::from_millis(self.since),
        })
    }
}

impl UpstreamRepo for SqlTx<'_> {
    fn insert_upstream_link(&mut self, link: &UpstreamLink) -> StoreResult<bool> {
        let row = LinkRow::of(link);
        self.gate_unless_taken(|conn| diesel::insert_into(upstream_links::table).values(&row).execute(conn))
    }

    fn find_upstream_link(&mut self, upstream: &UpstreamId, key: &Digest) -> StoreResult<Option<UpstreamLink>> {
        let query = upstream_links::table
            .filter(upstream_links::upstream.eq(upstream.as_str()))
            .filter(upstream_links::key.eq(key.as_bytes().as_slice()));
        self.read(|conn| query.first::<LinkRow>(conn).optional())?.map(LinkRow::read).transpose()
    }

    fn list_upstream_links(&mut self, account: &AccountId) -> StoreResult<Vec<UpstreamLink>> {
        let query = upstream_links::table
            .filter(upstream_links::account_id.eq(account.as_str()))
            .order((upstream_links::created_at, upstream_links::id));
        self.read(|conn| query.load::<LinkRow>(conn))?.into_iter().map(LinkRow::read).collect()
    }

    fn use_upstream_link(&mut self, link: &UpstreamLink, now: Timestamp) -> StoreResult<bool> {
        let row = upstream_links::table
            .filter(upstream_links::id.eq(link.id.as_str()))
            .filter(upstream_links::account_id.eq(link.account_id.as_str()));
        let changes = (
            upstream_links::key.eq(bytes(&link.key)),
            upstream_links::issuer.eq(&link.issuer),
            upstream_links::subject.eq(link.subject.as_ref().map(bytes)),
            upstream_links::last_used_at.eq(now.millis()),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }

    fn delete_upstream_link(&mut self, account: &AccountId, id: &UpstreamLinkId) -> StoreResult<bool> {
        let row = upstream_links::table
            .filter(upstream_links::id.eq(id.as_str()))
            .filter(upstream_links::account_id.eq(account.as_str()));
        self.gate(|conn| diesel::delete(row).execute(conn))
    }

    fn put_upstream_session(&mut self, session: &UpstreamSession) -> StoreResult<()> {
        let row = SessionRow::of(session);
        self.write(|conn| {
            on_each!(conn, inner => diesel::insert_into(upstream_sessions::table)
                .values(&row)
                .on_conflict(upstream_sessions::session_id)
                .do_update()
                .set(&row)
                .execute(inner))
        })
        .map(drop)
    }

    fn find_upstream_session(&mut self, session: &SessionId) -> StoreResult<Option<UpstreamSession>> {
        let query = upstream_sessions::table.filter(upstream_sessions::session_id.eq(session.as_str()));
        self.read(|conn| query.first::<SessionRow>(conn).optional())?.map(SessionRow::read).transpose()
    }

    fn list_sessions_of_upstream(
        &mut self,
        upstream: &UpstreamId,
        ended: &EndedBy,
    ) -> StoreResult<Vec<(SessionId, AccountId)>> {
        let live = upstream_sessions::table
            .inner_join(sessions::table)
            .filter(sessions::ended_at.is_null())
            .filter(upstream_sessions::only_to_end.eq(false))
            .filter(upstream_sessions::upstream.eq(upstream.as_str()))
            .select((sessions::id, sessions::account_id));
        let of_sid = |sid: &Digest| upstream_sessions::sid.eq(Some(bytes(sid)));
        let of_subject = |subject: &Digest| upstream_sessions::subject.eq(bytes(subject));
        let mut found: Vec<(String, String)> = match ended {
            EndedBy::Session(sid) => {
                let query = live.filter(of_sid(sid));
                self.read(|conn| query.load(conn))?
            }
            EndedBy::Subject(subject) => {
                let query = live.filter(of_subject(subject));
                self.read(|conn| query.load(conn))?
            }
            EndedBy::Both { session, subject } => {
                let query = live.filter(of_sid(session)).filter(of_subject(subject));
                self.read(|conn| query.load(conn))?
            }
        };
        // In the order of ids here and not in the database, where the order of texts depends on its locale.
        found.sort();
        let read = |(session, account)| (SessionId::from_text(session), AccountId::from_text(account));
        Ok(found.into_iter().map(read).collect())
    }

    fn list_accounts_of_upstream(&mut self, upstream: &UpstreamId, ended: &EndedBy) -> StoreResult<Vec<AccountId>> {
        // Ended or not: who was meant by a session that is over is meant still.
        let of_sessions = upstream_sessions::table
            .inner_join(upstream_links::table.on(upstream_links::id.eq(upstream_sessions::link_id)))
            .filter(upstream_sessions::upstream.eq(upstream.as_str()))
            .select((upstream_links::account_id, upstream_sessions::subject));
        let of_links = upstream_links::table
            .filter(upstream_links::upstream.eq(upstream.as_str()))
            .select(upstream_links::account_id);
        let (sid, subject) = match ended {
            EndedBy::Session(sid) => (Some(sid), None),
            EndedBy::Subject(subject) => (None, Some(subject)),
            EndedBy::Both { session, subject } => (Some(session), Some(subject)),
        };
        let mut found: Vec<String> = Vec::new();
        if let Some(sid) = sid {
            let query = of_sessions.filter(upstream_sessions::sid.eq(Some(bytes(sid))));
            let of_sid: Vec<(String, Vec<u8>)> = self.read(|conn| query.load(conn))?;
            let meant = |of: &[u8]| subject.is_none_or(|subject| subject.as_bytes().as_slice() == of);
            if !of_sid.iter().all(|(_, of)| meant(of)) {
                return Ok(Vec::new());
            }
            found.extend(of_sid.into_iter().map(|(account, _)| account));
        }
        if let Some(subject) = subject {
            let query = of_links.filter(upstream_links::subject.eq(Some(bytes(subject))));
            found.extend(self.read(|conn| query.load::<String>(conn))?);
            let query = of_sessions.filter(upstream_sessions::subject.eq(bytes(subject)));
            let of_sessions: Vec<(String, Vec<u8>)> = self.read(|conn| query.load(conn))?;
            found.extend(of_sessions.into_iter().map(|(account, _)| account));
        }
        found.sort();
        found.dedup();
        Ok(found.into_iter().map(AccountId::from_text).collect())
    }

    fn list_sessions_of_link(&mut self, link: &UpstreamLinkId) -> StoreResult<Vec<SessionId>> {
        let query = upstream_sessions::table
            .inner_join(sessions::table)
            .filter(sessions::ended_at.is_null())
            .filter(upstream_sessions::only_to_end.eq(false))
            .filter(upstream_sessions::link_id.eq(link.as_str()))
            .select(sessions::id);
        let mut found: Vec<String> = self.read(|conn| query.load(conn))?;
        found.sort();
        Ok(found.into_iter().map(SessionId::from_text).collect())
    }

    fn list_upstream_secrets(&mut self, secret: &Digest) -> StoreResult<Vec<UpstreamSecret>> {
        let query = upstream_secret_uses::table.filter(upstream_secret_uses::secret.eq(bytes(secret)));
        let found = self.read(|conn| query.load::<SecretRow>(conn))?;
        let mut secrets = found.into_iter().map(SecretRow::read).collect::<StoreResult<Vec<_>>>()?;
        // Here and not in the database, where the order of texts depends on its locale.
        secrets.sort_by(|one, other| one.upstream.cmp(&other.upstream));
        Ok(secrets)
    }

    fn put_upstream_secret(&mut self, secret: &UpstreamSecret) -> StoreResult<()> {
        let row = SecretRow {
            secret: bytes(&secret.secret),
            upstream: secret.upstream.as_str().to_owned(),
            addresses: bytes(&secret.addresses),
            since: secret.since.millis(),
        };
        self.write(|conn| {
            on_each!(conn, inner => diesel::insert_into(upstream_secret_uses::table)
                .values(&row)
                .on_conflict((upstream_secret_uses::secret, upstream_secret_uses::upstream))
                .do_update()
                .set(&row)
                .execute(inner))
        })
        .map(drop)
    }
}
