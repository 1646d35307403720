//! What a client may register for the moment at which a person signs out.

use portal_id_core::client::ClientMetadata;

/// Checks the addresses, in words for the operator.
pub(super) fn check(metadata: &ClientMetadata) -> Result<(), String> {
    let (back, front) = (&metadata.backchannel_logout_uri, &metadata.frontchannel_logout_uri);
    if let Some(uri) = back {
        portal_id_oidc::check_web_uri(uri).map_err(|fault| format!("backchannel_logout_uri {uri}: {fault}"))?;
    }
    if let Some(uri) = front {
        portal_id_oidc::check_frontchannel_uri(uri, metadata)
            .map_err(|fault| format!("frontchannel_logout_uri {uri}: {fault}"))?;
    }
    for (required, uri, name) in [
        (metadata.backchannel_logout_session_required, back, "backchannel_logout"),
        (metadata.frontchannel_logout_session_required, front, "frontchannel_logout"),
    ] {
        if required && uri.is_none() {
            return Err(format!("{name}_session_required is of no use without {name}_uri"));
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
        check(&metadata)
    }

    #[test]
    fn addresses_that_can_be_called_and_loaded_are_taken() {
        let all = with(|client| {
            client.backchannel_logout_uri = Some("https://inside.a.example:8443/out?tenant=1".to_owned());
            client.backchannel_logout_session_required = true;
            client.frontchannel_logout_uri = Some("https://a.example/out".to_owned());
            client.frontchannel_logout_session_required = true;
        });
        assert_eq!((with(|_| ()), all), (Ok(()), Ok(())));
    }

    #[test]
    fn what_cannot_be_is_named_with_its_reason() {
        for uri in ["http://a.example/out", "/out", "https://a.example/#f", "vn.a.app:/out", "ftp://a.example/", ""] {
            let refused = with(|client| client.backchannel_logout_uri = Some(uri.to_owned())).unwrap_err();
            assert!(refused.starts_with(&format!("backchannel_logout_uri {uri}: ")), "{refused}");
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
