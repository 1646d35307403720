//! A relying party of a test.

use crate::browser::{Answer, Browser};
use crate::idp::{ISSUER, TestIdp};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, StatusCode, header};
use portal_id_core::client::{ClientAuthMethod, ClientMetadata, ClientSource, SCOPES};
use portal_id_core::secret::Secret;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::Span;
use portal_id_server::clients;
use serde_json::Value;
use url::Url;

/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The challenge of [`VERIFIER`].
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[derive(Clone)]
pub struct Service {
    pub client_id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
    pub post_logout: String,
    browser: Browser,
}

pub struct ServiceBuilder<'a> {
    idp: &'a TestIdp,
    id: String,
    metadata: ClientMetadata,
}

impl<'a> ServiceBuilder<'a> {
    pub(crate) fn new(idp: &'a TestIdp) -> Self {
        let metadata = ClientMetadata {
            client_name_en: Some("Test service".to_owned()),
            post_logout_redirect_uris: vec!["https://service.example.vn/bye".to_owned()],
            scope: SCOPES.join(" "),
            id_token_signed_response_alg: SigningAlgorithm::Es256,
            ..ClientMetadata::named("Dịch vụ thử nghiệm", vec!["https://service.example.vn/callback".to_owned()])
        };
        Self { idp, id: "test-service".to_owned(), metadata }
    }

    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// A client with a secret, sent by HTTP Basic.
    #[must_use]
    pub fn confidential(self) -> Self {
        self
    }

    /// A client without a secret.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.metadata.token_endpoint_auth_method = ClientAuthMethod::None;
        self
    }

    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut ClientMetadata)) -> Self {
        change(&mut self.metadata);
        self
    }

    pub async fn register(self) -> Service {
        let (house, ctx) = (&self.idp.house, self.idp.ctx());
        let mut client = clients::new_client(&ctx, &self.id, self.metadata, ClientSource::Operator);
        let secret = (!client.is_public()).then(|| Secret::random(ctx.entropy()));
        if let Some(secret) = &secret {
            let digest = clients::secret_digest(house.vault.as_ref(), &client.id, secret);
            clients::put_secret(&mut client, digest, Span::ZERO, ctx.now);
        }
        let service = Service {
            client_id: self.id,
            secret: secret.map(|secret| secret.expose().to_owned()),
            redirect_uri: client.metadata.redirect_uris[0].clone(),
            post_logout: client.metadata.post_logout_redirect_uris.first().cloned().unwrap_or_default(),
            browser: self.idp.browser(),
        };
        let algorithms: Vec<_> = client.metadata.signing_algorithms().collect();
        clients::add(&ctx, &house.store, client).await.unwrap();
        house.ring.ensure(&algorithms, &ctx).await.unwrap();
        service
    }
}

/// What a token endpoint answered.
pub struct TokenAnswer(pub Answer);

impl TokenAnswer {
    /// The fields of a success.
    pub fn fields(&self) -> Value {
        assert_eq!(self.0.status, StatusCode::OK, "{}", self.0.text());
        self.0.json()
    }

    pub fn field(&self, name: &str) -> String {
        let fields = self.fields();
        fields[name].as_str().unwrap_or_else(|| panic!("no {name} in {fields}")).to_owned()
    }

    /// The claims of the ID token, unverified: signatures are checked by clients that are not ours.
    pub fn id_token(&self) -> Value {
        claims_of(&self.field("id_token"))
    }

    /// Fails unless the answer is this error.
    pub fn expect_error(&self, error: &str) {
        assert!(self.0.status.is_client_error(), "{}: {}", self.0.status, self.0.text());
        assert_eq!(self.0.json()["error"], error, "{}", self.0.text());
        assert_eq!(self.0.header("cache-control"), Some("no-store"));
    }
}

/// The claims inside a JWT.
pub fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The header of a compact JWS, unverified.
pub fn header_of(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

impl Service {
    /// The same service, talking to a provider that was started again.
    #[must_use]
    pub fn at(mut self, idp: &TestIdp) -> Self {
        self.browser = idp.browser();
        self
    }

    /// The authorization request of a good client.
    pub fn authorize_url(&self, scope: &str) -> Url {
        self.authorize_url_with(scope, &[])
    }

    /// The same with parameters replaced, added, or (empty value) left out.
    pub fn authorize_url_with(&self, scope: &str, changes: &[(&str, &str)]) -> Url {
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scope),
            ("state", "state-of-the-test"),
            ("nonce", "nonce-of-the-test"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        Url::parse_with_params(&format!("{ISSUER}/authorize"), parameters).unwrap()
    }

    /// Redeems the code of a callback.
    pub async fn redeem(&self, callback: &Url) -> TokenAnswer {
        self.redeem_with(callback, &[]).await
    }

    /// Redeems with fields replaced, added, or (empty value) left out.
    pub async fn redeem_with(&self, callback: &Url, changes: &[(&str, &str)]) -> TokenAnswer {
        let code = parameter(callback, "code").unwrap_or_else(|| panic!("no code in {callback}"));
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
        }
        self.token(&fields).await
    }

    /// Refreshes.
    pub async fn refresh(&self, refresh_token: &str) -> TokenAnswer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// Calls the token endpoint with this client's authentication.
    pub async fn token(&self, fields: &[(&str, &str)]) -> TokenAnswer {
        let mut fields = fields.to_vec();
        let mut request = Request::post("/token")
            .header(header::HOST, "id.example.gov.vn")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(secret) = &self.secret {
            let pair = STANDARD.encode(format!("{}:{secret}", self.client_id));
            request = request.header(header::AUTHORIZATION, format!("Basic {pair}"));
        } else {
            fields.push(("client_id", &self.client_id));
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.body(Body::from(body)).unwrap();
        TokenAnswer(self.browser.clone().send_raw(request).await)
    }

    /// Asks who the person is.
    pub async fn userinfo(&self, access_token: &str) -> Answer {
        let request = Request::get("/userinfo")
            .header(header::HOST, "id.example.gov.vn")
            .header(header::AUTHORIZATION, format!("Bearer {access_token}"))
            .body(Body::empty())
            .unwrap();
        self.browser.clone().send_raw(request).await
    }
}

/// A parameter of a callback's query.
pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
