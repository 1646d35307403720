//! `portal-id client …`

use super::notices;
use crate::cli::{AddClient, ClientCommand};
use crate::clients;
use crate::house::House;
use portal_id_core::audit::AuditKind;
use portal_id_core::client::{Client, ClientMetadata, ClientSource};
use portal_id_core::secret::Secret;
use portal_id_core::time::Span;
use std::fmt::Write as _;

/// How many of the newest notices `client show` lists.
const NOTICES_SHOWN: u32 = 10;

/// Runs one of the client commands and prints what an operator needs to know.
pub async fn run(house: &House, command: ClientCommand) -> anyhow::Result<()> {
    let ctx = house.outside.job_ctx("client-command");
    match command {
        ClientCommand::Add(wanted) => add(house, *wanted).await?,
        ClientCommand::List => {
            let clients = house.store.read("list_clients", |tx| tx.list_clients()).await?;
            for client in clients {
                let state = state(&client);
                println!("{}\t{state}\t{}\t{}", client.id, client.source.as_str(), client.metadata.client_name);
            }
        }
        ClientCommand::Show { id } => {
            let wanted = portal_id_core::ids::ClientId::from_text(&id);
            let found = house.store.read("find_client", move |tx| {
                let notices = (tx.count_notices(&wanted)?, tx.list_notices(&wanted, NOTICES_SHOWN)?);
                Ok(tx.find_client(&wanted)?.map(|client| (client, notices)))
            });
            match found.await? {
                Some((client, (counts, newest))) => {
                    print!("{}{}", shown(&client)?, notices::told(&counts, &newest));
                }
                None => anyhow::bail!("there is no client {id}; see `portal-id client list`"),
            }
        }
        ClientCommand::RotateSecret { id, now } => rotate_secret(house, &id, now).await?,
        ClientCommand::Disable { id } => {
            clients::change(&ctx, &house.store, &id, AuditKind::ClientDisabled, move |client| {
                not_of_the_file(client)?;
                client.disabled_at = Some(ctx.now);
                Ok(())
            })
            .await?;
            println!("{id} is off, and everything granted to it is revoked.");
        }
        ClientCommand::Enable { id } => {
            clients::change(&ctx, &house.store, &id, AuditKind::ClientChanged, |client| {
                not_of_the_file(client)?;
                client.disabled_at = None;
                Ok(())
            })
            .await?;
            println!("{id} is on.");
        }
    }
    Ok(())
}

async fn add(house: &House, wanted: AddClient) -> anyhow::Result<()> {
    let ctx = house.outside.job_ctx("client-command");
    let mut metadata = ClientMetadata {
        client_name_en: wanted.name_en,
        post_logout_redirect_uris: wanted.post_logout_redirect_uris,
        scope: wanted.scope,
        id_token_signed_response_alg: wanted.id_token_alg,
        require_pkce: !wanted.without_pkce,
        identity: wanted.identity,
        first_party: wanted.first_party,
        backchannel_logout_uri: wanted.logout.backchannel_logout_uri,
        backchannel_logout_session_required: wanted.logout.backchannel_logout_session_required,
        frontchannel_logout_uri: wanted.logout.frontchannel_logout_uri,
        frontchannel_logout_session_required: wanted.logout.frontchannel_logout_session_required,
        ..ClientMetadata::named(wanted.name, wanted.redirect_uris)
    };
    wanted.auth.apply(&mut metadata)?;
    wanted.tokens.apply(&mut metadata);
    wanted.links.put_into(&mut metadata);
    let mut client = clients::new_client(&ctx, &wanted.id, metadata, ClientSource::Operator);
    let method = client.metadata.token_endpoint_auth_method;
    let secret = method.uses_secret().then(|| Secret::random(ctx.entropy()));
    if let Some(secret) = &secret {
        let digest = clients::secret_digest(house.vault.as_ref(), &client.id, secret);
        clients::put_secret(&mut client, digest, Span::ZERO, ctx.now);
    }
    clients::add(&ctx, &house.store, client.clone()).await?;
    house.ring.ensure(&client.metadata.signing_algorithms().collect::<Vec<_>>(), &ctx).await?;
    println!("issuer         {}", house.provider.issuer());
    println!("client_id      {}", client.id);
    if let Some(secret) = secret {
        println!("client_secret  {}", secret.expose());
        println!("The secret is shown only now: it is not kept here in a form that can be read.");
    }
    Ok(())
}

async fn rotate_secret(house: &House, id: &str, at_once: bool) -> anyhow::Result<()> {
    let ctx = house.outside.job_ctx("client-command");
    let secret = Secret::random(ctx.entropy());
    let digest = clients::secret_digest(house.vault.as_ref(), &portal_id_core::ids::ClientId::from_text(id), &secret);
    let overlap = if at_once { Span::ZERO } else { clients::SECRET_OVERLAP };
    let now = ctx.now;
    clients::change(&ctx, &house.store, id, AuditKind::ClientSecretRotated, move |client| {
        if let Some(why) = client.unreadable() {
            return Err(format!("it was registered by a newer version; use that one ({why})"));
        }
        if !client.metadata.token_endpoint_auth_method.uses_secret() {
            let method = client.metadata.token_endpoint_auth_method.as_str();
            return Err(format!("it has no secret: its auth method is {method}"));
        }
        clients::put_secret(client, digest, overlap, now);
        Ok(())
    })
    .await?;
    println!("client_id      {id}\nclient_secret  {}", secret.expose());
    println!(
        "The secret is shown only now. {}",
        if at_once { "Every earlier one is over." } else { "The one before works for seven more days." }
    );
    Ok(())
}

/// In one word.
fn state(client: &Client) -> &'static str {
    match (client.disabled_at, client.unreadable()) {
        (Some(_), _) => "off",
        (None, Some(_)) => "unreadable",
        (None, None) => "on",
    }
}

fn not_of_the_file(client: &Client) -> Result<(), String> {
    if client.source == ClientSource::File { Err(clients::MANAGED_BY_FILE.to_owned()) } else { Ok(()) }
}

/// What `client show` says of the registration itself.
fn shown(client: &Client) -> anyhow::Result<String> {
    let mut text = format!(
        "client_id: {}\nstate: {}\nsource: {}\nsecrets: {}\n",
        client.id,
        state(client),
        client.source.as_str(),
        client.secrets.len()
    );
    // Writing to a String cannot fail.
    if let Some(why) = client.unreadable() {
        let _ = writeln!(text, "unreadable: {why} (a newer version registered it: unavailable on nodes of this one)");
        return Ok(text);
    }
    let _ = writeln!(text, "{}", serde_json::to_string_pretty(&client.metadata)?);
    Ok(text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use portal_id_core::client::Stored;
    use portal_id_core::ctx::Ctx;
    use portal_id_core::entropy::OsEntropy;
    use portal_id_core::time::Timestamp;
    use std::sync::Arc;

    #[test]
    fn what_a_newer_version_registered_is_said() {
        let ctx = Ctx::for_job(Timestamp::from_seconds(1_000), Arc::new(OsEntropy), "test");
        let metadata = ClientMetadata::named("Một cửa", vec!["https://a.example/cb".to_owned()]);
        let known = clients::new_client(&ctx, "a", metadata, ClientSource::Operator);
        let text = shown(&known).unwrap();
        assert!(text.contains("state: on\n") && text.contains("https://a.example/cb"), "{text}");
        assert!(!text.contains("newer"), "{text}");
        let unknown = [("of_the_future".to_owned(), serde_json::json!(1))].into_iter().collect();
        let text = shown(&Client { stored: Stored::WithUnknownFields(unknown), ..known.clone() }).unwrap();
        assert!(
            text.contains("state: unreadable\n") && text.contains("unknown fields: of_the_future (a newer"),
            "{text}"
        );
        let unreadable = Client { stored: Stored::Unreadable("unknown variant `x`".to_owned()), ..known };
        let text = shown(&unreadable).unwrap();
        assert!(text.contains("state: unreadable\n") && text.contains("unreadable: unknown variant `x`"), "{text}");
        assert!(!text.contains("https://a.example/cb"), "a stand-in is not shown for the real thing: {text}");
        assert_eq!(state(&Client { disabled_at: Some(ctx.now), ..unreadable }), "off");
    }
}
