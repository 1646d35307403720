//! Registering relying parties: from the clients file at every start, or by command.

mod auth;
mod links;
mod logout;
mod tokens;

pub use auth::warn_of_legacy;

use crate::config::Config;
use anyhow::{Context as _, anyhow, bail};
use portal_id_core::audit::{AuditEntry, AuditKind};
use portal_id_core::client::{Client, ClientMetadata, ClientSecret, ClientSource, SCOPES, Stored};
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::Digest;
use portal_id_core::ids::ClientId;
use portal_id_core::ports::Vault;
use portal_id_core::secret::Secret;
use portal_id_core::store::{Store, StoreError, StoreResult};
use portal_id_core::time::{Span, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The clients file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientsFile {
    /// One table per client.
    pub client: Vec<FileClient>,
}

/// A client of the file. Its secret, when it needs one, is made by `portal-id client rotate-secret <id>`: a file never
/// holds one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "toml::Table")]
#[schemars(!try_from)]
pub struct FileClient {
    /// The `client_id`: 1 to 64 letters, digits, `-`, `_` or `.`.
    pub client_id: String,
    /// Switched off: every endpoint refuses it.
    #[serde(default)]
    pub disabled: bool,
    /// What else is registered.
    #[serde(flatten)]
    pub metadata: ClientMetadata,
}

impl TryFrom<toml::Table> for FileClient {
    type Error = String;

    /// Takes our two fields out and leaves the rest to [`ClientMetadata`], which refuses unknown names; serde's
    /// `flatten` would let a misspelt one pass as a default.
    fn try_from(mut table: toml::Table) -> Result<Self, String> {
        let Some(toml::Value::String(client_id)) = table.remove("client_id") else {
            return Err("a [[client]] needs a client_id".to_owned());
        };
        let disabled = match table.remove("disabled") {
            None => false,
            Some(toml::Value::Boolean(disabled)) => disabled,
            Some(_) => return Err(format!("client {client_id}: disabled is true or false")),
        };
        let metadata = table.try_into().map_err(|error| format!("client {client_id}: {error}"))?;
        Ok(Self { client_id, disabled, metadata })
    }
}

/// How long an old secret still works after a rotation, so that a service can be moved without an outage.
pub const SECRET_OVERLAP: Span = Span::days(7);

/// What is asked of every registration, one rule after the other; each says what does not fit, in words for the operator.
const RULES: [fn(&ClientMetadata) -> anyhow::Result<()>; 10] = [
    redirects,
    scopes,
    links::pages,
    logout::addresses,
    auth::keys,
    auth::grant_types,
    auth::resources,
    tokens::aliases,
    tokens::subjects,
    tokens::encryption,
];

/// Checks what is to be registered; the first thing that does not fit is the answer.
pub fn check(client_id: &str, metadata: &ClientMetadata) -> anyhow::Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if client_id.is_empty() || client_id.len() > 64 || !client_id.chars().all(plain) {
        bail!("client id {client_id:?}: 1 to 64 letters, digits, '-', '_' or '.'");
    }
    RULES.iter().try_for_each(|rule| rule(metadata)).map_err(|why| anyhow!("client {client_id}: {why:#}"))
}

fn redirects(metadata: &ClientMetadata) -> anyhow::Result<()> {
    portal_id_oidc::check_client_redirects(metadata).map_err(|(uri, fault)| anyhow!("{uri}: {fault}"))
}

fn scopes(metadata: &ClientMetadata) -> anyhow::Result<()> {
    match metadata.scope.split_ascii_whitespace().find(|scope| !SCOPES.contains(scope)) {
        Some(unknown) => bail!("unknown scope {unknown:?}; known are: {}", SCOPES.join(" ")),
        None => Ok(()),
    }
}

/// A fresh client without a secret.
pub fn new_client(ctx: &Ctx, id: &str, metadata: ClientMetadata, source: ClientSource) -> Client {
    Client {
        id: ClientId::from_text(id),
        metadata,
        secrets: Vec::new(),
        source,
        created_at: ctx.now,
        updated_at: ctx.now,
        disabled_at: None,
        stored: Stored::Known,
    }
}

/// The digest under which a client's secret is kept.
pub fn secret_digest(vault: &dyn Vault, client: &ClientId, secret: &Secret) -> Digest {
    portal_id_oidc::client_secret_digest(vault, client, secret.expose())
}

/// Puts a new secret first; the others work for `overlap` more, and those already over are dropped.
pub fn put_secret(client: &mut Client, digest: Digest, overlap: Span, now: Timestamp) {
    client.secrets.retain(|secret| secret.expires_at.is_none_or(|until| now < until));
    for secret in &mut client.secrets {
        let until = now + overlap;
        secret.expires_at = Some(secret.expires_at.map_or(until, |earlier| earlier.min(until)));
    }
    client.secrets.insert(0, ClientSecret { digest, created_at: now, expires_at: None });
    client.updated_at = now;
}

/// Registers a client; an id that is taken is an error.
pub async fn add(ctx: &Ctx, store: &Store, client: Client) -> anyhow::Result<()> {
    check(client.id.as_str(), &client.metadata)?;
    let audit = AuditEntry::new(ctx, AuditKind::ClientAdded).client(&client.id);
    let id = client.id.clone();
    let added = store
        .tx("add_client", move |tx| {
            tx.insert_client(&client)?;
            tx.insert_audit(&audit)
        })
        .await;
    match added {
        Err(StoreError::Conflict(_)) => bail!("there is a client {id} already; see `portal-id client show {id}`"),
        other => Ok(other?),
    }
}

/// Why a change by command is refused to a client of the clients file: the next start would undo it.
pub const MANAGED_BY_FILE: &str = "it stands in the clients file; change it there and start again";

/// Loads a client, changes it, writes it back with an audit entry. A change that is refused leaves no trace.
pub async fn change<F>(ctx: &Ctx, store: &Store, id: &str, kind: AuditKind, mut change: F) -> anyhow::Result<Client>
where
    F: FnMut(&mut Client) -> Result<(), String> + Send + 'static,
{
    let (ctx, id) = (ctx.clone(), ClientId::from_text(id));
    let wanted = id.clone();
    let changed = store
        .tx("change_client", move |tx| {
            let Some(mut client) = tx.find_client(&id)? else { return Ok(None) };
            if let Err(why) = change(&mut client) {
                return Ok(Some(Err(why)));
            }
            client.updated_at = ctx.now;
            tx.update_client(&client)?;
            tx.insert_audit(&AuditEntry::new(&ctx, kind).client(&id))?;
            if client.disabled_at.is_some() {
                tx.revoke_grants_of_client(&id, ctx.now)?;
            }
            Ok(Some(Ok(client)))
        })
        .await?;
    let changed = changed.with_context(|| format!("there is no client {wanted}; see `portal-id client list`"))?;
    changed.map_err(|why| anyhow!("client {wanted}: {why}"))
}

/// Reads and checks the clients file; none is an empty one.
pub fn read_file(config: &Config) -> anyhow::Result<Option<ClientsFile>> {
    let Some(path) = &config.server.clients_file else { return Ok(None) };
    let text = std::fs::read_to_string(path).with_context(|| format!("reading the clients file {}", path.display()))?;
    let file: ClientsFile = toml::from_str(&text).with_context(|| format!("in the clients file {}", path.display()))?;
    for (at, client) in file.client.iter().enumerate() {
        check(&client.client_id, &client.metadata)?;
        if file.client[..at].iter().any(|earlier| earlier.client_id == client.client_id) {
            bail!("client {} stands twice in {}", client.client_id, path.display());
        }
    }
    Ok(Some(file))
}

/// Brings the registered clients in line with the clients file: adds, changes, switches off what is gone from it.
pub async fn sync_file(config: &Config, store: &Store, ctx: &Ctx) -> anyhow::Result<()> {
    let Some(file) = read_file(config)?.map(Arc::new) else { return Ok(()) };
    let taken = match sync(Arc::clone(&file), store, ctx.clone()).await {
        // Another node, which starts at this moment too, added the same client first: now it is there to be found.
        Err(StoreError::Conflict(_)) => sync(file, store, ctx.clone()).await?,
        other => other?,
    };
    match taken {
        Some(id) => bail!("client {id} of the clients file was registered by command; give the file's another id"),
        None => Ok(()),
    }
}

/// The client of the file whose id another one has, registered by command, if there is one: then nothing is changed.
async fn sync(file: Arc<ClientsFile>, store: &Store, ctx: Ctx) -> StoreResult<Option<ClientId>> {
    store
        .tx("sync_clients_file", move |tx| {
            for wanted in &file.client {
                let id = ClientId::from_text(&wanted.client_id);
                match tx.find_client(&id)? {
                    None => {
                        let mut client = new_client(&ctx, id.as_str(), wanted.metadata.clone(), ClientSource::File);
                        client.disabled_at = wanted.disabled.then_some(ctx.now);
                        tx.insert_client(&client)?;
                        tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::ClientAdded).client(&id))?;
                    }
                    // A newer node's file says more of it than ours.
                    Some(client) if client.unreadable().is_some() => {}
                    Some(client) if client.source != ClientSource::File => return Ok(Some(id)),
                    Some(mut client) => {
                        let same =
                            client.metadata == wanted.metadata && client.disabled_at.is_some() == wanted.disabled;
                        if !same {
                            client.metadata = wanted.metadata.clone();
                            client.disabled_at = wanted.disabled.then_some(ctx.now);
                            client.updated_at = ctx.now;
                            tx.update_client(&client)?;
                            tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::ClientChanged).client(&id))?;
                        }
                        if wanted.disabled {
                            tx.revoke_grants_of_client(&id, ctx.now)?;
                        }
                    }
                }
            }
            for mut client in tx.list_clients()? {
                let gone = !file.client.iter().any(|wanted| wanted.client_id == client.id.as_str());
                if client.source == ClientSource::File && gone && client.is_on() {
                    client.disabled_at = Some(ctx.now);
                    client.updated_at = ctx.now;
                    tx.update_client(&client)?;
                    tx.revoke_grants_of_client(&client.id, ctx.now)?;
                    tx.insert_audit(&AuditEntry::new(&ctx, AuditKind::ClientDisabled).client(&client.id))?;
                }
            }
            Ok(None)
        })
        .await
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const CLIENT: &str =
        "[[client]]\nclient_id = \"a\"\nclient_name = \"A\"\nredirect_uris = [\"https://a.example/cb\"]\n";

    fn read(text: &str) -> Result<ClientsFile, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn a_client_needs_only_what_no_default_can_know() {
        let file = read(CLIENT).unwrap();
        check(&file.client[0].client_id, &file.client[0].metadata).unwrap();
        assert!(file.client[0].metadata.require_pkce);
    }

    #[test]
    fn a_misspelt_field_is_an_error_and_not_a_default() {
        assert!(read(&format!("{CLIENT}frist_party = true\n")).unwrap_err().to_string().contains("frist_party"));
    }

    #[test]
    fn what_cannot_be_registered_is_said_with_its_reason() {
        let of = |change: fn(&mut ClientMetadata)| {
            let mut metadata = read(CLIENT).unwrap().client.remove(0).metadata;
            change(&mut metadata);
            format!("{:#}", check("a", &metadata).unwrap_err())
        };
        assert!(of(|client| client.redirect_uris.clear()).contains("redirect URI"));
        assert!(of(|client| client.redirect_uris[0] = "javascript:alert(1)".to_owned()).contains("javascript:"));
        assert!(of(|client| client.redirect_uris[0].push_str("#f")).contains("#f"));
        assert!(of(|client| client.scope.push_str(" everything")).contains("everything"));
        assert!(check("no blanks", &read(CLIENT).unwrap().client[0].metadata).is_err());
    }

    #[test]
    fn an_old_secret_works_through_the_overlap_and_a_leaked_one_not_a_moment_longer() {
        let ctx = Ctx::for_job(
            Timestamp::from_seconds(1_000),
            std::sync::Arc::new(portal_id_core::entropy::OsEntropy),
            "test",
        );
        let digest = |byte| Digest::from_bytes([byte; 32]);
        let metadata = read(CLIENT).unwrap().client.remove(0).metadata;
        let mut client = new_client(&ctx, "a", metadata, ClientSource::Operator);
        put_secret(&mut client, digest(1), Span::ZERO, ctx.now);
        put_secret(&mut client, digest(2), SECRET_OVERLAP, ctx.now);
        assert!(client.accepts_secret(&digest(1), ctx.now + (SECRET_OVERLAP - Span::millis(1))));
        assert!(!client.accepts_secret(&digest(1), ctx.now + SECRET_OVERLAP));
        put_secret(&mut client, digest(3), Span::ZERO, ctx.now);
        assert!(!client.accepts_secret(&digest(2), ctx.now));
        assert!(client.accepts_secret(&digest(3), ctx.now));
    }
}
