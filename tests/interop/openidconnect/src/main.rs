//! A service written with the crate `openidconnect`: one walk from the discovery document to a revoked token.
//!
//! It says where the browser has to go and reads where the browser came back to; whoever started it signs the person in.
//! Any surprise ends it with a message. What it is registered as comes in ISSUER, CLIENT_ID, CLIENT_SECRET, AUTH_METHOD,
//! ALGORITHM and REDIRECT_URI; whom it trusts is in the file that SSL_CERT_FILE names, as for OpenSSL.

mod http;

use http::Http;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGrantType, CoreIdTokenVerifier, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, RevocationUrl, Scope, StandardErrorResponse,
    TokenResponse,
};
use serde::{Deserialize, Serialize};
use std::error::Error;

type Anything<T> = Result<T, Box<dyn Error>>;
type Refusal = RequestTokenError<ureq::Error, StandardErrorResponse<CoreErrorResponseType>>;
type Client = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The crate reads what OpenID Connect Discovery names; the address for revocation is of RFC 8414.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct AlsoRevocation {
    revocation_endpoint: RevocationUrl,
}
impl AdditionalProviderMetadata for AlsoRevocation {}

type Metadata = ProviderMetadata<
    AlsoRevocation,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

fn main() -> Anything<()> {
    let http = Http::trusting_only(&setting("SSL_CERT_FILE")?)?;
    let client = discover(&http)?;
    let algorithm = algorithm()?;

    let nonce = Nonce::new_random();
    let (code, verifier) = signed_in(&client, &nonce)?;
    let tokens: CoreTokenResponse =
        client.exchange_code(code.clone())?.set_pkce_verifier(again(&verifier)).request(&http)?;

    // Signature, issuer, audience, time and nonce; then the hash that ties the access token to it.
    let id_token = tokens.id_token().ok_or("no ID token came")?;
    let checks = id_token_checks(&client, &algorithm);
    let claims = id_token.claims(&checks, &nonce)?;
    let hash =
        AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg()?, id_token.signing_key(&checks)?)?;
    if claims.access_token_hash() != Some(&hash) {
        return Err("at_hash is not of this access token".into());
    }

    let told = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?;
    let person: CoreUserInfoClaims = told.request(&http)?;
    let name = person.preferred_username().ok_or("userinfo names nobody")?;

    let refresh_token = tokens.refresh_token().ok_or("no refresh token came")?;
    let fresh: CoreTokenResponse = client.exchange_refresh_token(refresh_token)?.request(&http)?;
    let newest = fresh.refresh_token().ok_or("no refresh token came with the refresh")?;
    if newest.secret() == refresh_token.secret() || fresh.access_token().secret() == tokens.access_token().secret() {
        return Err("a refresh gave the old tokens".into());
    }
    if let Some(id_token) = fresh.id_token() {
        let again = id_token.claims(&checks, |_: Option<&Nonce>| Ok(()))?;
        if again.subject() != claims.subject() {
            return Err("a refresh told of somebody else".into());
        }
    }

    client.revoke_token(newest.into())?.request(&http)?;
    refused("a revoked refresh token", client.exchange_refresh_token(newest)?.request(&http))?;
    let told: Result<CoreUserInfoClaims, _> = client.user_info(fresh.access_token().clone(), None)?.request(&http);
    if told.is_ok() {
        return Err("what was revoked still opens userinfo".into());
    }
    refused("a code a second time", client.exchange_code(code)?.set_pkce_verifier(verifier).request(&http))?;

    println!("signed-in {} {}", claims.subject().as_str(), name.as_str());
    Ok(())
}

fn discover(http: &Http) -> Anything<Client> {
    let metadata = Metadata::discover(&IssuerUrl::new(setting("ISSUER")?)?, http)?;
    let revocation = metadata.additional_metadata().revocation_endpoint.clone();
    let secret = setting("CLIENT_SECRET").ok().map(ClientSecret::new);
    let method = match setting("AUTH_METHOD")?.as_str() {
        "client_secret_basic" => AuthType::BasicAuth,
        // Without a secret nothing but the client's id is sent.
        "client_secret_post" | "none" => AuthType::RequestBody,
        other => return Err(format!("AUTH_METHOD {other} is not tried here").into()),
    };
    Ok(CoreClient::from_provider_metadata(metadata, ClientId::new(setting("CLIENT_ID")?), secret)
        .set_auth_type(method)
        .set_redirect_uri(RedirectUrl::new(setting("REDIRECT_URI")?)?)
        .set_revocation_url(revocation))
}

/// Sends the browser away, and takes what it brings back.
fn signed_in(client: &Client, nonce: &Nonce) -> Anything<(AuthorizationCode, PkceCodeVerifier)> {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let nonce = nonce.clone();
    let request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, move || nonce)
        .set_pkce_challenge(challenge);
    let scopes = ["profile", "email", "offline_access"].map(|name| Scope::new(name.to_owned()));
    let (address, state, _) = request.add_scopes(scopes).url();
    println!("open {address}");

    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let came_back = openidconnect::url::Url::parse(line.trim())?;
    let parameter = |wanted: &str| {
        let mut values = came_back.query_pairs().filter(|(name, _)| name == wanted);
        values.next().map(|(_, value)| value.into_owned()).ok_or(format!("{wanted} is missing in {came_back}"))
    };
    if parameter("state")? != *state.secret() {
        return Err("the state is another one".into());
    }
    // RFC 9207; the crate leaves it to the service.
    if parameter("iss")? != setting("ISSUER")? {
        return Err("the answer is of another issuer".into());
    }
    Ok((AuthorizationCode::new(parameter("code")?), verifier))
}

fn id_token_checks<'a>(client: &'a Client, algorithm: &CoreJwsSigningAlgorithm) -> CoreIdTokenVerifier<'a> {
    client.id_token_verifier().set_allowed_algs([algorithm.clone()])
}

fn algorithm() -> Anything<CoreJwsSigningAlgorithm> {
    Ok(match setting("ALGORITHM")?.as_str() {
        "RS256" => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        "PS256" => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        "ES256" => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        "EdDSA" => CoreJwsSigningAlgorithm::EdDsa,
        other => return Err(format!("ALGORITHM {other} is not tried here").into()),
    })
}

fn refused(what: &str, answer: Result<CoreTokenResponse, Refusal>) -> Anything<()> {
    match answer {
        Err(RequestTokenError::ServerResponse(told)) if *told.error() == CoreErrorResponseType::InvalidGrant => Ok(()),
        Err(other) => Err(format!("{what}: invalid_grant was expected, not {other:?}").into()),
        Ok(_) => Err(format!("{what} was taken").into()),
    }
}

/// The crate takes a verifier for good; a code is redeemed twice here.
fn again(verifier: &PkceCodeVerifier) -> PkceCodeVerifier {
    PkceCodeVerifier::new(verifier.secret().clone())
}

fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}
