//! Registered clients. What an operator set and the digests of the secrets are JSON: they are only read whole. A row of a
//! newer version never stops the others; see [`Stored`].

use super::columns::{json, millis, moment};
use crate::schema::clients;
use crate::tx::SqlTx;
use diesel::prelude::*;
use portal_id_core::client::{Client, ClientMetadata, ClientSecret, ClientSource, Stored};
use portal_id_core::digest::Digest;
use portal_id_core::ids::ClientId;
use portal_id_core::store::{ClientRepo, StoreError, StoreResult};
use portal_id_core::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Queryable, Insertable)]
#[diesel(table_name = clients, treat_none_as_default_value = false)]
pub(super) struct ClientRow {
    id: String,
    metadata: String,
    secrets: String,
    source: String,
    created_at: i64,
    updated_at: i64,
    disabled_at: Option<i64>,
}

/// A secret as it is stored.
#[derive(Serialize, Deserialize)]
struct SecretRow {
    digest: [u8; 32],
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl SecretRow {
    fn of(secret: &ClientSecret) -> Self {
        Self { digest: *secret.digest.as_bytes(), created_at: secret.created_at, expires_at: secret.expires_at }
    }

    fn read(self) -> ClientSecret {
        ClientSecret {
            digest: Digest::from_bytes(self.digest),
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

impl ClientRow {
    fn of(client: &Client) -> StoreResult<Self> {
        let secrets: Vec<SecretRow> = client.secrets.iter().map(SecretRow::of).collect();
        Ok(Self {
            id: client.id.as_str().to_owned(),
            metadata: metadata(client)?,
            secrets: json(&secrets)?,
            source: client.source.as_str().to_owned(),
            created_at: client.created_at.millis(),
            updated_at: client.updated_at.millis(),
            disabled_at: millis(client.disabled_at),
        })
    }

    pub(super) fn read(self) -> Client {
        let id = ClientId::from_text(self.id);
        let (metadata, mut stored) = ClientMetadata::from_stored(&id, &self.metadata);
        let secrets: Vec<SecretRow> = serde_json::from_str(&self.secrets).unwrap_or_else(|_| {
            stored = Stored::Unreadable("its secrets are kept in another way".to_owned());
            Vec::new()
        });
        let source = ClientSource::from_text(&self.source).unwrap_or_else(|| {
            stored = Stored::Unreadable(format!("it comes from somewhere else: {}", self.source));
            ClientSource::Operator
        });
        if let Stored::Unreadable(why) = &stored {
            // No warning: whoever names it in a request has it read.
            tracing::debug!(client = %id, why, "A client cannot be read here.");
        }
        Client {
            id,
            metadata,
            secrets: secrets.into_iter().map(SecretRow::read).collect(),
            source,
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            disabled_at: moment(self.disabled_at),
            stored,
        }
    }
}

/// The metadata's text, with the fields that only a newer version knows.
fn metadata(client: &Client) -> StoreResult<String> {
    let unknown = match &client.stored {
        Stored::Known => return json(&client.metadata),
        Stored::WithUnknownFields(unknown) => unknown,
        Stored::Unreadable(why) => return Err(StoreError::Fault(format!("a client that cannot be read: {why}"))),
    };
    let mut all = serde_json::to_value(&client.metadata)
        .map_err(|error| StoreError::Fault(format!("a value cannot be written: {error}")))?;
    if let Some(all) = all.as_object_mut() {
        all.extend(unknown.clone());
    }
    json(&all)
}

impl ClientRepo for SqlTx<'_> {
    fn insert_client(&mut self, client: &Client) -> StoreResult<()> {
        let row = ClientRow::of(client)?;
        self.write(|conn| diesel::insert_into(clients::table).values(&row).execute(conn)).map(drop)
    }

    fn find_client(&mut self, id: &ClientId) -> StoreResult<Option<Client>> {
        let query = clients::table.filter(clients::id.eq(id.as_str()));
        self.read(|conn| query.first::<ClientRow>(conn).optional()).map(|row| row.map(ClientRow::read))
    }

    fn list_clients(&mut self) -> StoreResult<Vec<Client>> {
        let rows = self.read(|conn| clients::table.load::<ClientRow>(conn))?;
        let mut clients: Vec<_> = rows.into_iter().map(ClientRow::read).collect();
        // Operators and the start list them, and nobody from outside.
        for (client, why) in clients.iter().filter_map(|client| Some((client, client.unreadable()?))) {
            tracing::warn!(client = %client.id, why, "A client was registered by a newer version: it is unavailable here.");
        }
        // Here and not in the database, where the order of texts depends on its locale.
        clients.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(clients)
    }

    fn update_client(&mut self, client: &Client) -> StoreResult<bool> {
        if matches!(client.stored, Stored::Unreadable(_)) {
            let row = clients::table.filter(clients::id.eq(client.id.as_str()));
            let state = (
                clients::updated_at.eq(client.updated_at.millis()),
                clients::disabled_at.eq(millis(client.disabled_at)),
            );
            return self.gate(|conn| diesel::update(row).set(state).execute(conn));
        }
        let new = ClientRow::of(client)?;
        let row = clients::table.filter(clients::id.eq(new.id));
        let changes = (
            clients::metadata.eq(new.metadata),
            clients::secrets.eq(new.secrets),
            clients::source.eq(new.source),
            clients::updated_at.eq(new.updated_at),
            clients::disabled_at.eq(new.disabled_at),
        );
        self.gate(|conn| diesel::update(row).set(changes).execute(conn))
    }
}
