//! A relying party of a test.

use crate::browser::{Answer, Browser};
use crate::idp::{ISSUER, TestIdp};
use crate::outside::FrozenClock;
use crate::own_key::OwnKey;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, StatusCode, header};
use portal_id_core::client::{ClientAuthMethod, ClientMetadata, ClientSource, GrantKind, SCOPES};
use portal_id_core::secret::Secret;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::{Clock as _, Span};
use portal_id_server::clients;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
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
    /// What it signs its assertions with (`private_key_jwt`).
    pub key: Option<OwnKey>,
    clock: Arc<FrozenClock>,
    assertions: Arc<AtomicU32>,
    browser: Browser,
}

/// The `client_assertion_type` of a JWT.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub struct ServiceBuilder<'a> {
    idp: &'a TestIdp,
    id: String,
    metadata: ClientMetadata,
    key: Option<OwnKey>,
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
        Self { idp, id: "test-service".to_owned(), metadata, key: None }
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

    /// A client with its own key, registered inline.
    #[must_use]
    pub fn with_key(self, key: &OwnKey) -> Self {
        let set = key.set();
        self.signing_with(key).with(|client| client.jwks = Some(set))
    }

    /// A client that signs with this key; where its public half is known from is left to the caller.
    #[must_use]
    pub fn signing_with(mut self, key: &OwnKey) -> Self {
        self.metadata.token_endpoint_auth_method = ClientAuthMethod::PrivateKeyJwt;
        self.key = Some(key.clone());
        self
    }

    /// A client that also acts for itself, with these scopes.
    #[must_use]
    pub fn acting_for_itself(mut self, api_scopes: &[&str]) -> Self {
        self.metadata.grant_types.push(GrantKind::ClientCredentials);
        self.metadata.api_scopes = api_scopes.iter().map(|scope| (*scope).to_owned()).collect();
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
        let secret = client.metadata.token_endpoint_auth_method.uses_secret().then(|| Secret::random(ctx.entropy()));
        if let Some(secret) = &secret {
            let digest = clients::secret_digest(house.vault.as_ref(), &client.id, secret);
            clients::put_secret(&mut client, digest, Span::ZERO, ctx.now);
        }
        let service = Service {
            client_id: self.id,
            secret: secret.map(|secret| secret.expose().to_owned()),
            redirect_uri: client.metadata.redirect_uris.first().cloned().unwrap_or_default(),
            post_logout: client.metadata.post_logout_redirect_uris.first().cloned().unwrap_or_default(),
            key: self.key,
            clock: Arc::clone(&self.idp.clock),
            assertions: Arc::default(),
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
        self.clock = Arc::clone(&idp.clock);
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

    /// Asks for a token for itself.
    pub async fn act_for_itself(&self, fields: &[(&str, &str)]) -> TokenAnswer {
        let mut all = vec![("grant_type", "client_credentials")];
        all.extend(fields);
        self.token(&all).await
    }

    /// Calls the token endpoint with this client's authentication.
    pub async fn token(&self, fields: &[(&str, &str)]) -> TokenAnswer {
        TokenAnswer(self.call("/token", fields).await)
    }

    /// Asks what a token is good for.
    pub async fn introspect(&self, token: &str) -> Value {
        let answer = self.call("/introspect", &[("token", token)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        answer.json()
    }

    /// Whether a token works, as far as this client is told.
    pub async fn finds_active(&self, token: &str) -> bool {
        let answer = self.introspect(token).await;
        let active = answer["active"].as_bool().unwrap();
        assert!(active || answer == json!({ "active": false }), "{answer}");
        active
    }

    /// Takes a token back.
    pub async fn revoke(&self, token: &str) -> Answer {
        self.call("/revoke", &[("token", token)]).await
    }

    /// The claims of a good assertion, each time a new one.
    pub fn assertion_claims(&self) -> Value {
        let (now, number) = (self.clock.now().seconds(), self.assertions.fetch_add(1, Ordering::Relaxed));
        json!({
            "iss": self.client_id, "sub": self.client_id, "aud": ISSUER, "iat": now, "exp": now + 60,
            "jti": format!("assertion-{number}"),
        })
    }

    /// A good assertion, each time a new one.
    pub fn assertion(&self) -> String {
        let key = self.key.as_ref().expect("a client with a key");
        key.sign(&key.header(), &self.assertion_claims())
    }

    /// Calls an endpoint for programs with this client's authentication.
    pub async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        if self.key.is_some() {
            return self.call_with_assertion(path, &self.assertion(), fields).await;
        }
        let (mut fields, header) = (fields.to_vec(), self.basic());
        if header.is_none() {
            fields.push(("client_id", &self.client_id));
        }
        self.send(path, header.as_deref(), &fields).await
    }

    /// Its `Authorization` header, if it has a secret.
    pub fn basic(&self) -> Option<String> {
        let secret = self.secret.as_ref()?;
        Some(format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.client_id))))
    }

    /// Calls an endpoint for programs with this assertion.
    pub async fn call_with_assertion(&self, path: &str, assertion: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
        all.extend(fields);
        self.send(path, None, &all).await
    }

    /// What its requests are sent with: one that has never been here.
    pub fn browser(&self) -> Browser {
        self.browser.clone()
    }

    /// Sends a form as it is, without this client's authentication.
    pub async fn send(&self, path: &str, authorization: Option<&str>, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = Request::post(path)
            .header(header::HOST, "id.example.gov.vn")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(value) = authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        self.browser.clone().send_raw(request.body(Body::from(body)).unwrap()).await
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
