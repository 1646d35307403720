//! The audit trail.

use crate::schema::audit;
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::ids::{AccountId, AuditId, ClientId, SessionId};
use portal_id_core::store::{AuditFilter, AuditRepo, StoreResult};
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::UpstreamId;

#[derive(Queryable, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
struct EntryRow {
    id: String,
    at: i64,
    kind: String,
    account_id: Option<String>,
    client_id: Option<String>,
    session_id: Option<String>,
    network: String,
    request_id: String,
    upstream: Option<String>,
    reason: Option<String>,
}

impl EntryRow {
    fn of(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.as_str().to_owned(),
            at: entry.at.millis(),
            kind: entry.kind.as_str().to_owned(),
            account_id: entry.account_id.as_ref().map(|id| id.as_str().to_owned()),
            client_id: entry.client_id.as_ref().map(|id| id.as_str().to_owned()),
            session_id: entry.session_id.as_ref().map(|id| id.as_str().to_owned()),
            network: entry.network.clone(),
            request_id: entry.request_id.clone(),
            upstream: entry.upstream.as_ref().map(|id| id.as_str().to_owned()),
            reason: entry.reason.clone(),
        }
    }

    /// `None` for what only a newer version does: a node of it may run beside this one.
    fn read(self) -> Option<AuditEntry> {
        let Some(kind) = AuditKind::from_text(&self.kind) else {
            tracing::warn!(
                id = self.id,
                at = self.at,
                kind = self.kind,
                "An entry of the audit trail was written by a newer version and is left aside: list it with that one."
            );
            return None;
        };
        Some(AuditEntry {
            id: AuditId::from_text(self.id),
            at: Timestamp::from_millis(self.at),
            kind,
            account_id: self.account_id.map(AccountId::from_text),
            client_id: self.client_id.map(ClientId::from_text),
            session_id: self.session_id.map(SessionId::from_text),
            network: self.network,
            request_id: self.request_id,
            upstream: self.upstream.as_deref().and_then(|id| UpstreamId::parse(id).ok()),
            reason: self.reason,
        })
    }
}

impl AuditRepo for SqlTx<'_> {
    fn insert_audit(&mut self, entry: &AuditEntry) -> StoreResult<()> {
        let row = EntryRow::of(entry);
        self.write(|conn| diesel::insert_into(audit::table).values(&row).execute(conn)).map(drop)
    }

    fn list_audit(&mut self, filter: &AuditFilter, limit: u32) -> StoreResult<Vec<AuditEntry>> {
        let mut query = audit::table.order((audit::at.desc(), audit::id.desc())).limit(i64::from(limit)).into_boxed();
        if let Some(account) = &filter.account_id {
            query = query.filter(audit::account_id.eq(account.as_str()));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(audit::kind.eq(kind.as_str()));
        }
        Ok(self.read(|conn| query.load::<EntryRow>(conn))?.into_iter().filter_map(EntryRow::read).collect())
    }
}
