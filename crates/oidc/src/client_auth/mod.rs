//! Client authentication at the endpoints for programs (RFC 6749 §2.3, OpenID Connect Core §9): exactly one method, the
//! registered one.

pub(crate) mod assertion;
mod basic;
mod keys;

use crate::error::ProtocolError;
use crate::parameters::Parameters;
use crate::provider::Provider;
use basic::basic;
pub(crate) use keys::FetchedKeys;
use portal_id_core::client::{Client, ClientAuthMethod};
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::ids::ClientId;
use portal_id_core::ports::Vault;
use portal_id_core::secret::Secret;
use portal_id_core::time::Timestamp;

/// The methods we have, as discovery names them.
pub(crate) const METHODS: [ClientAuthMethod; 4] = [
    ClientAuthMethod::ClientSecretBasic,
    ClientAuthMethod::ClientSecretPost,
    ClientAuthMethod::PrivateKeyJwt,
    ClientAuthMethod::None,
];

/// What is remembered instead of a client secret (decisions 22): for whoever registers clients.
pub fn client_secret_digest(vault: &dyn Vault, client_id: &ClientId, secret: &str) -> Digest {
    vault.digest(DigestPurpose::ClientSecret, &[client_id.as_str().as_bytes(), secret.as_bytes()])
}

/// The client that a request names, proved or not: for log lines.
pub fn named_client(authorization: Option<&str>, params: &Parameters) -> Option<ClientId> {
    read(authorization, params, "").ok().map(|presented| presented.id)
}

/// A client that proved who it is, or a public one that named itself. Only [`Provider::authenticate`] makes one.
#[derive(Debug)]
pub(crate) struct ClientAuthenticated(Client);

impl ClientAuthenticated {
    /// The client.
    pub(crate) fn client(&self) -> &Client {
        &self.0
    }

    #[cfg(test)]
    pub(crate) fn for_tests(client: Client) -> Self {
        Self(client)
    }
}

/// What a request presents, not yet believed.
#[derive(Debug)]
pub(crate) struct Presented {
    id: ClientId,
    method: ClientAuthMethod,
    /// The secret, or the assertion.
    secret: Secret,
}

/// Reads what the request presents.
pub(crate) fn read(authorization: Option<&str>, params: &Parameters, issuer: &str) -> Result<Presented, ProtocolError> {
    let refused = |used_basic| ProtocolError::invalid_client(issuer, used_basic);
    let assertion = assertion::read(params).map_err(|()| refused(authorization.is_some()))?;
    let in_body = params.get("client_id").map(ClientId::from_text);
    let body_secret = params.get("client_secret").map(|secret| Secret::new(secret.to_owned()));
    // RFC 6749 §2.3: not more than one method in a request.
    if [authorization.is_some(), body_secret.is_some(), assertion.is_some()].iter().filter(|used| **used).count() > 1 {
        return Err(ProtocolError::invalid_request("more than one method of client authentication"));
    }
    if let Some(assertion) = assertion {
        // RFC 7521 §4.2: the client_id is optional; the assertion names the client too.
        let id = in_body.or_else(|| assertion::named_client(&assertion)).ok_or_else(|| refused(false))?;
        return Ok(Presented { id, method: ClientAuthMethod::PrivateKeyJwt, secret: assertion });
    }
    let Some(header) = authorization else {
        let id = in_body.ok_or_else(|| refused(false))?;
        return Ok(match body_secret {
            Some(secret) => Presented { id, method: ClientAuthMethod::ClientSecretPost, secret },
            None => Presented { id, method: ClientAuthMethod::None, secret: Secret::new(String::new()) },
        });
    };
    let (id, secret) = basic(header).ok_or_else(|| refused(true))?;
    // A client_id beside Basic is common and harmless as long as it is the same.
    if in_body.is_some_and(|other| other != id) {
        return Err(ProtocolError::invalid_request("client_id differs from the one in the Authorization header"));
    }
    Ok(Presented { id, method: ClientAuthMethod::ClientSecretBasic, secret })
}

impl Presented {
    /// The client that the request names.
    pub(crate) fn id(&self) -> &ClientId {
        &self.id
    }

    /// The client, if it is switched on and this is its method.
    fn registered(&self, found: Option<Client>) -> Option<Client> {
        found.filter(|client| client.is_on() && client.metadata.token_endpoint_auth_method == self.method)
    }

    /// Judges a secret, or the absence of one, against what the store knows under that id. Unknown, switched off, wrong
    /// method and wrong secret get one answer for the same work.
    fn authenticate(
        self,
        found: Option<Client>,
        vault: &dyn Vault,
        issuer: &str,
        now: Timestamp,
    ) -> Result<ClientAuthenticated, ProtocolError> {
        let digest = client_secret_digest(vault, &self.id, self.secret.expose());
        let secret_fits = found.as_ref().is_some_and(|client| client.accepts_secret(&digest, now));
        let proved = match self.method {
            ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost => secret_fits,
            ClientAuthMethod::None => true,
            // Never by a secret: an assertion is judged by its signature.
            ClientAuthMethod::PrivateKeyJwt => false,
        };
        let used_basic = self.method == ClientAuthMethod::ClientSecretBasic;
        match self.registered(found) {
            Some(client) if proved => Ok(ClientAuthenticated(client)),
            _ => Err(ProtocolError::invalid_client(issuer, used_basic)),
        }
    }
}

impl Provider {
    /// Judges what a request presents against the client that the store knows under that id.
    pub(crate) async fn authenticate(
        &self,
        ctx: &Ctx,
        presented: Presented,
        found: Option<Client>,
    ) -> Result<ClientAuthenticated, ProtocolError> {
        if presented.method != ClientAuthMethod::PrivateKeyJwt {
            return presented.authenticate(found, self.vault(), self.issuer(), ctx.now);
        }
        let client = presented.registered(found).ok_or_else(|| ProtocolError::invalid_client(self.issuer(), false))?;
        self.check_assertion(ctx, &client, presented.secret.expose()).await?;
        Ok(ClientAuthenticated(client))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, CLIENT_ID, NOW, PlainVault, SECRET};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use portal_id_core::client::{ClientSecret, Stored};
    use portal_id_core::time::Span;
    use proptest::prelude::*;

    const ISSUER: &str = "https://id.example";

    fn attempt(client: Option<Client>, header: Option<&str>, body: &str) -> Result<String, (&'static str, u16)> {
        let params = Parameters::parse(body.as_bytes()).unwrap();
        read(header, &params, ISSUER)
            .and_then(|presented| presented.authenticate(client, &PlainVault, ISSUER, NOW))
            .map(|proof| proof.client().id.to_string())
            .map_err(|error| (error.error, error.status))
    }

    fn header(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    fn with_method(method: ClientAuthMethod) -> Client {
        let mut client = testing::client();
        client.metadata.token_endpoint_auth_method = method;
        client
    }

    #[test]
    fn each_method_works_for_the_client_that_registered_it() {
        let good = header(CLIENT_ID, SECRET);
        assert_eq!(attempt(Some(testing::client()), Some(&good), "").unwrap(), CLIENT_ID);
        assert_eq!(attempt(Some(testing::client()), Some(&good.replace("Basic", "bAsIc")), "").unwrap(), CLIENT_ID);
        assert_eq!(
            attempt(Some(testing::client()), Some(&good), &format!("client_id={CLIENT_ID}")).unwrap(),
            CLIENT_ID
        );
        let body = format!("client_id={CLIENT_ID}&client_secret={SECRET}");
        assert_eq!(attempt(Some(with_method(ClientAuthMethod::ClientSecretPost)), None, &body).unwrap(), CLIENT_ID);
        assert_eq!(
            attempt(Some(testing::public_client()), None, &format!("client_id={CLIENT_ID}")).unwrap(),
            CLIENT_ID
        );
    }

    #[test]
    fn basic_is_form_encoded() {
        let mut client = testing::client();
        client.id = ClientId::from_text("đặt lịch");
        client.secrets = vec![ClientSecret {
            digest: client_secret_digest(&PlainVault, &client.id, "a:b+c%"),
            created_at: NOW,
            expires_at: None,
        }];
        let encoded = header("%C4%91%E1%BA%B7t+l%E1%BB%8Bch", "a%3Ab%2Bc%25");
        assert_eq!(attempt(Some(client), Some(&encoded), "").unwrap(), "đặt lịch");
    }

    #[test]
    fn unknown_switched_off_wrong_method_and_wrong_secret_get_one_answer() {
        let good = header(CLIENT_ID, SECRET);
        let wrong = header(CLIENT_ID, "wrong");
        let body = format!("client_id={CLIENT_ID}&client_secret={SECRET}");
        let off = Client { disabled_at: Some(NOW), ..testing::client() };
        let unreadable = Client { stored: Stored::Unreadable("new".to_owned()), ..testing::client() };
        for (client, header, body) in [
            (None, Some(&good), ""),
            (Some(unreadable), Some(&good), ""),
            (Some(off), Some(&good), ""),
            (Some(testing::client()), Some(&wrong), ""),
            (Some(testing::client()), None, body.as_str()),
            (Some(testing::client()), None, "client_id=dat-lich"),
            (Some(with_method(ClientAuthMethod::ClientSecretPost)), Some(&good), ""),
            (Some(with_method(ClientAuthMethod::ClientSecretPost)), None, "client_id=dat-lich&client_secret=wrong"),
            (Some(with_method(ClientAuthMethod::None)), Some(&good), ""),
            (Some(with_method(ClientAuthMethod::None)), None, body.as_str()),
            (Some(testing::client()), None, ""),
            (Some(testing::client()), None, "client_id=dat-lich&client_assertion=x"),
        ] {
            assert_eq!(
                attempt(client, header.map(String::as_str), body),
                Err(("invalid_client", 401)),
                "{header:?} {body}"
            );
        }
    }

    #[test]
    fn two_methods_in_one_request_are_refused() {
        let good = header(CLIENT_ID, SECRET);
        let body = format!("client_id={CLIENT_ID}&client_secret={SECRET}");
        assert_eq!(attempt(Some(testing::client()), Some(&good), &body), Err(("invalid_request", 400)));
        assert_eq!(attempt(Some(testing::client()), Some(&good), "client_id=other"), Err(("invalid_request", 400)));
    }

    #[test]
    fn a_malformed_header_is_challenged() {
        for bad in ["", "Basic", "Basic ", "Basic !!!", "Bearer abc", "Basic Zm9v", "Basic Og==", "Basic /zov"] {
            let error = read(Some(bad), &Parameters::default(), ISSUER).unwrap_err();
            assert_eq!((error.error, error.status), ("invalid_client", 401), "{bad:?}");
            assert!(error.www_authenticate.unwrap().starts_with("Basic realm="), "{bad:?}");
        }
    }

    #[test]
    fn two_secrets_work_while_they_overlap() {
        let mut client = testing::client();
        client.secrets[0].expires_at = Some(NOW + Span::millis(1));
        let good = header(CLIENT_ID, SECRET);
        assert!(attempt(Some(client.clone()), Some(&good), "").is_ok());
        client.secrets[0].expires_at = Some(NOW);
        assert_eq!(attempt(Some(client), Some(&good), ""), Err(("invalid_client", 401)));
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_header_makes_the_reader_panic(header in "\\PC{0,60}", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(basic(&header).is_none() || header.to_ascii_lowercase().starts_with("basic "));
            let _ = basic(&format!("Basic {}", STANDARD.encode(&bytes)));
        }

        // security: row 31
        #[test]
        fn only_the_whole_secret_opens(cut in 0..SECRET.len(), letter in "[A-Za-z0-9_-]") {
            let changed = format!("{}{letter}{}", &SECRET[..cut], &SECRET[cut + 1..]);
            for secret in [&SECRET[..cut], &SECRET[cut + 1..], changed.as_str()] {
                let accepted = attempt(Some(testing::client()), Some(&header(CLIENT_ID, secret)), "").is_ok();
                prop_assert_eq!(accepted, secret == SECRET);
            }
        }
    }
}
