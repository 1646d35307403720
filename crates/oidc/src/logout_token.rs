//! The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4). Who is told and when is decided by `core::accounts`.

use crate::provider::Provider;
use crate::tokens::session_id_for_client;
use async_trait::async_trait;
use portal_id_core::client::Client;
use portal_id_core::ctx::Ctx;
use portal_id_core::ids::ClientId;
use portal_id_core::outbox::SessionEnded;
use portal_id_core::ports::{NotWritten, NoticeWriter, WrittenNotice};
use portal_id_core::secret::Secret;
use portal_id_core::time::{Span, Timestamp};
use serde_json::{Map, Value, json};

/// The `typ` of the header: no other token of ours has it, so that none can pass for another.
const TYP: &str = "logout+jwt";

/// The one event that we tell of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// §2.4 recommends at most two minutes.
const LIFE: Span = Span::seconds(120);

#[async_trait]
impl NoticeWriter for Provider {
    async fn write(
        &self,
        ctx: &Ctx,
        client: &ClientId,
        ended: &SessionEnded,
        jti: &str,
    ) -> Result<WrittenNotice, NotWritten> {
        let id = client.clone();
        let found = self.store().read("notice_client", move |tx| tx.find_client(&id)).await;
        let client = found.map_err(|error| NotWritten::Later(error.to_string()))?;
        let (client, to) = addressee(client)?;
        let sid = session_id_for_client(self.vault(), &ended.session_id, &client.id);
        let claims = claims(self.issuer(), &client.id, &ended.subject, &sid, jti, ctx.now);
        let algorithm = client.metadata.id_token_signed_response_alg;
        let token = self.keys().sign(algorithm, TYP, &claims, ctx.now);
        let token = token.map_err(|error| NotWritten::Later(error.to_string()))?;
        Ok(WrittenNotice { to, logout_token: Secret::new(token) })
    }
}

/// The client as it is registered at the moment of delivery, and its address.
fn addressee(client: Option<Client>) -> Result<(Client, String), NotWritten> {
    let client = client.ok_or(NotWritten::Never("the client is no longer registered"))?;
    if client.disabled_at.is_some() {
        return Err(NotWritten::Never("the client is switched off"));
    }
    if let Some(why) = client.unreadable() {
        return Err(NotWritten::Later(format!("it was registered by a newer version, which will tell it: {why}")));
    }
    let to = client.metadata.backchannel_logout_uri.clone();
    let to = to.ok_or(NotWritten::Never("the client has no address for notices any more"))?;
    Ok((client, to))
}

fn claims(issuer: &str, client: &ClientId, subject: &str, sid: &str, jti: &str, now: Timestamp) -> Map<String, Value> {
    let members = [
        ("iss", json!(issuer)),
        ("aud", json!(client)),
        ("iat", json!(now.seconds())),
        ("exp", json!((now + LIFE).seconds())),
        ("jti", json!(jti)),
        ("events", json!({ EVENT: {} })),
        ("sub", json!(subject)),
        ("sid", json!(sid)),
    ];
    members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::client::Stored;

    #[test]
    fn the_token_says_who_left_and_carries_no_nonce() {
        let claims = claims("https://id.example", &testing::client().id, testing::SUBJECT, "the-sid", "m1.1", NOW);
        insta::assert_snapshot!(format!("{:#}", Value::Object(claims)));
    }

    #[test]
    fn nobody_is_told_who_left_the_register_or_took_the_address_back() {
        let with = |uri: Option<&str>| {
            let mut client = testing::client();
            client.metadata.backchannel_logout_uri = uri.map(str::to_owned);
            client
        };
        let address = "https://rp.example/backchannel";
        assert_eq!(addressee(Some(with(Some(address)))).map(|(_, to)| to).as_deref(), Ok(address));
        let off = Client { disabled_at: Some(NOW), ..with(Some(address)) };
        for nobody in [None, Some(with(None)), Some(off)] {
            assert!(matches!(addressee(nobody), Err(NotWritten::Never(_))));
        }
        // Another node can read it.
        let newer = Client { stored: Stored::Unreadable("new".to_owned()), ..with(Some(address)) };
        assert!(matches!(addressee(Some(newer)), Err(NotWritten::Later(_))));
    }
}
