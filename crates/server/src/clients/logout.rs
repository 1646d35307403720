//! What a client may register for the moment at which a person signs out.

use anyhow::{Context as _, bail};
use portal_id_core::client::ClientMetadata;

/// The addresses that are called or loaded.
pub(super) fn addresses(metadata: &ClientMetadata) -> anyhow::Result<()> {
    let (back, front) = (&metadata.backchannel_logout_uri, &metadata.frontchannel_logout_uri);
    if let Some(uri) = back {
        portal_id_oidc::check_web_uri(uri, &[]).with_context(|| format!("backchannel_logout_uri {uri}"))?;
    }
    if let Some(uri) = front {
        portal_id_oidc::check_frontchannel_uri(uri, metadata)
            .with_context(|| format!("frontchannel_logout_uri {uri}"))?;
    }
    for (required, uri, name) in [
        (metadata.backchannel_logout_session_required, back, "backchannel_logout"),
        (metadata.frontchannel_logout_session_required, front, "frontchannel_logout"),
    ] {
        if required && uri.is_none() {
            bail!("{name}_session_required is of no use without {name}_uri");
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut ClientMetadata)) -> Result<(), String> {
        let mut metadata = ClientMetadata::named("A", vec!["https://a.example/cb".to_owned()]);
        change(&mut metadata);
        crate::clients::check("a", &metadata).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_that_can_be_called_and_loaded_are_taken() {
        let all = with(|client| {
            client.backchannel_logout_uri = Some("https://inside.a.example:8443/out?state=1&code=2".to_owned());
            client.backchannel_logout_session_required = true;
            client.frontchannel_logout_uri = Some("https://a.example/out?state=1".to_owned());
            client.post_logout_redirect_uris = vec!["https://a.example/bye?iss=1&code=2".to_owned()];
            client.frontchannel_logout_session_required = true;
        });
        assert_eq!((with(|_| ()), all), (Ok(()), Ok(())));
    }

    #[test]
    fn what_cannot_be_is_named_with_its_reason() {
        for uri in ["http://a.example/out", "/out", "https://a.example/#f", "vn.a.app:/out", "ftp://a.example/", ""] {
            let refused = with(|client| client.backchannel_logout_uri = Some(uri.to_owned())).unwrap_err();
            assert!(refused.starts_with(&format!("client a: backchannel_logout_uri {uri}: ")), "{refused}");
        }
        let foreign = with(|client| client.frontchannel_logout_uri = Some("https://b.example/out".to_owned()));
        assert!(foreign.unwrap_err().contains("those of a redirect URI"));
        for change in
            [(|client| client.backchannel_logout_session_required = true) as fn(&mut ClientMetadata), |client| {
                client.frontchannel_logout_session_required = true;
            }]
        {
            assert!(with(change).unwrap_err().contains("of no use without"));
        }
    }
}
