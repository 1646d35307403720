//! Front-channel logout (OpenID Connect Front-Channel Logout 1.0): the frames by which the browser itself tells the
//! services that the person left. The page around them is left to `portal-id-web`.

use crate::provider::Provider;
use crate::redirect::{RedirectUriFault, check_web_uri, with_query};
use crate::session_state::origin;
use crate::tokens::session_id_for_client;
use portal_id_core::accounts::{Failure, SignOut};
use portal_id_core::client::{Client, ClientMetadata};
use portal_id_core::ids::ClientId;

/// A frame of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontChannelFrame {
    /// What it loads.
    pub address: String,
    /// The origin of that, for the policy of the page.
    pub origin: String,
}

/// Why an address cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrontChannelFault {
    /// It would be no redirect URI either.
    #[error("{0}")]
    Uri(#[from] RedirectUriFault),
    /// §2: scheme, host and port are those of a redirect URI.
    #[error("scheme, host and port must be those of a redirect URI")]
    ForeignOrigin,
}

/// Checks a `frontchannel_logout_uri` against the rest of the registration (§2).
pub fn check_frontchannel_uri(uri: &str, metadata: &ClientMetadata) -> Result<(), FrontChannelFault> {
    check_web_uri(uri, &["iss", "sid"])?;
    let ours = origin(uri);
    if ours.is_none() || !metadata.redirect_uris.iter().any(|redirect| origin(redirect) == ours) {
        return Err(FrontChannelFault::ForeignOrigin);
    }
    Ok(())
}

impl Provider {
    /// The frames of the services that a session had reached and that want to be told through the browser.
    pub async fn front_channel(&self, ended: &SignOut) -> Result<Vec<FrontChannelFrame>, Failure> {
        if ended.clients.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<ClientId> = ended.clients.iter().map(|one| one.client_id.clone()).collect();
        let found = self
            .store()
            .read("front_channel", move |tx| ids.iter().map(|id| tx.find_client(id)).collect::<Result<Vec<_>, _>>());
        let clients = found.await?;
        let frames = ended.clients.iter().zip(clients).filter_map(|(one, client)| {
            let sid = session_id_for_client(self.vault(), &one.session_id, &one.client_id);
            frame(&client?, self.issuer(), &sid)
        });
        Ok(frames.collect())
    }
}

/// §3: `iss` and `sid` are appended to a query that is otherwise kept.
fn frame(client: &Client, issuer: &str, sid: &str) -> Option<FrontChannelFrame> {
    let uri = client.metadata.frontchannel_logout_uri.as_deref().filter(|_| client.is_on())?;
    // Once more, in case a row was written by other hands.
    check_frontchannel_uri(uri, &client.metadata).ok()?;
    Some(FrontChannelFrame { address: with_query(uri, [("iss", issuer), ("sid", sid)]), origin: origin(uri)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, NOW};

    fn with(uri: &str) -> Client {
        let mut client = testing::client();
        client.metadata.redirect_uris = vec!["https://rp.example/cb".to_owned()];
        client.metadata.frontchannel_logout_uri = Some(uri.to_owned());
        client
    }

    #[test]
    fn a_frame_carries_issuer_and_session_and_keeps_the_registered_query() {
        let address = |uri: &str| frame(&with(uri), "https://id.example", "s-1").map(|frame| frame.address);
        let sent = "iss=https%3A%2F%2Fid.example&sid=s-1";
        for (uri, query) in [("/out", "?"), ("/out?", "?"), ("/out?a=%20", "?a=%20&"), ("/out?a&", "?a&")] {
            let uri = format!("https://rp.example{uri}");
            let bare = uri.split('?').next().unwrap_or_default();
            assert_eq!(address(&uri), Some(format!("{bare}{query}{sent}")), "{uri}");
        }
    }

    #[test]
    fn a_client_that_is_off_or_names_no_address_gets_no_frame() {
        let of = |client: &Client| frame(client, "https://id.example", "s");
        assert_eq!(of(&Client { disabled_at: Some(NOW), ..with("https://rp.example/out") }), None);
        assert_eq!(of(&testing::client()), None);
        assert_eq!(of(&with("https://elsewhere.example/out")), None);
    }

    // security: row 35
    #[test]
    fn only_an_address_at_the_origin_of_a_redirect_uri_is_registered() {
        let check = |uri: &str| check_frontchannel_uri(uri, &with(uri).metadata);
        assert_eq!(check("https://rp.example/out?a=b&state=c"), Ok(()));
        for uri in ["https://rp.example:8443/out", "http://localhost/out", "https://evil.example/out"] {
            assert_eq!(check(uri), Err(FrontChannelFault::ForeignOrigin), "{uri}");
        }
        for uri in ["javascript:alert(1)", "vn.example.app:/out", "/out", "https://rp.example/out#f", ""] {
            assert!(matches!(check(uri), Err(FrontChannelFault::Uri(_))), "{uri}");
        }
        for name in ["iss", "sid"] {
            let twice = check(&format!("https://rp.example/out?{name}=1"));
            assert_eq!(twice, Err(FrontChannelFault::Uri(RedirectUriFault::ReservedParameter(name))));
        }
    }
}
