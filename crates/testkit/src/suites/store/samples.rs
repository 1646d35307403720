//! Rows to put in, numbered so that no two meet, and comparisons that name every field: a new field that a store
//! forgets does not compile here.

use portal_id_core::acr::{Amr, Ial};
use portal_id_core::challenge::Challenge;
use portal_id_core::client::{
    Client, ClientAuthMethod, ClientMetadata, ClientSecret, ClientSource, IdentityPolicy, Stored,
};
use portal_id_core::consent::Consent;
use portal_id_core::credential::{Credential, CredentialKind};
use portal_id_core::digest::Digest;
use portal_id_core::facts::Username;
use portal_id_core::grant::Grant;
use portal_id_core::ids::{AccountId, ChallengeId, ClientId, CredentialId, GrantId, KeyId, MessageId, SessionId};
use portal_id_core::language::Language;
use portal_id_core::link::{LinkPurpose, MailedLink};
use portal_id_core::outbox::{Channel, OutboxRow, OutboxState};
use portal_id_core::ports::Sealed;
use portal_id_core::profile::{Account, AccountClass, AccountState, FactSource, Identifier, IdentifierKind};
use portal_id_core::session::Session;
use portal_id_core::signing_key::{SigningAlgorithm, SigningKey};
use portal_id_core::store::Store;
use portal_id_core::time::{Span, Timestamp};

/// 2026-11-23T00:00:00.123Z: not a whole second, so that a store which cuts moments is noticed.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_795_392_000_123);
pub(super) const TICK: Span = Span::millis(1);
pub(super) const MINUTE: Span = Span::minutes(1);

/// A digest that differs for each `kind` and `number`.
pub(super) fn digest(kind: u8, number: u32) -> Digest {
    let mut bytes = [kind; 32];
    bytes[28..].copy_from_slice(&number.to_be_bytes());
    Digest::from_bytes(bytes)
}

pub(super) fn account_id(number: u32) -> AccountId {
    AccountId::from_text(format!("account-{number:04}"))
}

pub(super) fn account(number: u32) -> Account {
    Account {
        id: account_id(number),
        class: AccountClass::Citizen,
        state: AccountState::Pending,
        username: Username::parse(&format!("Nguyen.Thi.An.{number}")).expect("a username"),
        password_hash: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()),
        profile: Sealed::from_bytes(vec![0, 255, 7, 0]),
        language: Language::En,
        created_at: NOW,
        updated_at: NOW + MINUTE,
        activated_at: None,
        password_distrusted_at: None,
        devices_known_from: None,
    }
}

/// Adds account `number` as it is after registration.
pub(super) async fn add_account(store: &Store, number: u32) -> AccountId {
    let account = account(number);
    let id = account.id.clone();
    store.tx("add_account", move |tx| tx.insert_account(&account)).await.expect("the account is added");
    id
}

pub(super) fn identifier(account: &AccountId, kind: IdentifierKind, digest: Digest) -> Identifier {
    Identifier {
        account_id: account.clone(),
        kind,
        digest,
        claimed: false,
        verified_at: None,
        source: FactSource::SelfDeclared,
    }
}

pub(super) fn link(number: u32, account: &AccountId) -> MailedLink {
    MailedLink {
        secret: digest(b'l', number),
        purpose: LinkPurpose::Activation,
        account_id: account.clone(),
        email: digest(b'e', number),
        browser: Some(digest(b'b', number)),
        created_at: NOW,
        expires_at: NOW + Span::hours(24),
        used_at: None,
    }
}

pub(super) fn session(number: u32, account: &AccountId) -> Session {
    Session {
        id: SessionId::from_text(format!("session-{number:04}")),
        secret: digest(b's', number),
        account_id: account.clone(),
        auth_time: NOW,
        last_seen_at: NOW + TICK,
        expires_at: NOW + Span::hours(12),
        amr: vec![Amr::Pwd, Amr::Sms, Amr::Mfa],
        ial: Ial(2),
        user_agent: "Trình duyệt 'thử' \"1\"; --".to_owned(),
        network: "203.0.113.•••".to_owned(),
        ended_at: None,
    }
}

pub(super) fn challenge(number: u32, account: &AccountId) -> Challenge {
    Challenge {
        id: ChallengeId::from_text(format!("challenge-{number:04}")),
        account_id: account.clone(),
        browser: digest(b'b', number),
        code: digest(b'c', number),
        created_at: NOW,
        sent_at: NOW + TICK,
        expires_at: NOW + Span::minutes(5),
        tries: 3,
        used_at: None,
        version: 0,
        raises_session: None,
        proves_arrival: None,
    }
}

pub(super) fn credential_id(number: u32) -> CredentialId {
    CredentialId::from_text(format!("credential-{number:04}"))
}

/// An authenticator, recovery code, passkey or browser that was enrolled and not used yet.
pub(super) fn credential(number: u32, account: &AccountId, kind: CredentialKind) -> Credential {
    Credential {
        id: credential_id(number),
        account_id: account.clone(),
        kind,
        key: digest(b'k', number),
        name: "Điện thoại của 'mẹ' \"1\"; --".to_owned(),
        sealed: Some(vec![0, 255, 7, 0]),
        counter: 59_846_400,
        created_at: NOW + Span::millis(i64::from(number)),
        last_used_at: None,
        expires_at: None,
    }
}

pub(super) fn client(id: &str) -> Client {
    Client {
        id: ClientId::from_text(id),
        metadata: ClientMetadata {
            client_name_en: Some("Land".to_owned()),
            post_logout_redirect_uris: vec!["https://a.example/bye".to_owned()],
            scope: "openid profile email".to_owned(),
            token_endpoint_auth_method: ClientAuthMethod::ClientSecretPost,
            id_token_signed_response_alg: SigningAlgorithm::Es256,
            require_pkce: false,
            identity: IdentityPolicy::Any,
            first_party: true,
            ..ClientMetadata::named(
                "Dịch vụ \"Đất đai\"",
                vec!["https://a.example/cb?x=1".to_owned(), "app.example:/cb".to_owned()],
            )
        },
        secrets: vec![
            ClientSecret { digest: digest(b'k', 2), created_at: NOW, expires_at: None },
            ClientSecret { digest: digest(b'k', 1), created_at: NOW, expires_at: Some(NOW + MINUTE) },
        ],
        source: ClientSource::Operator,
        created_at: NOW,
        updated_at: NOW + TICK,
        disabled_at: Some(NOW + MINUTE),
        stored: Stored::Known,
    }
}

pub(super) fn consent(account: &AccountId, client: &str) -> Consent {
    Consent {
        account_id: account.clone(),
        client_id: ClientId::from_text(client),
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        granted_at: NOW,
    }
}

pub(super) fn grant(number: u32) -> Grant {
    Grant {
        id: GrantId::from_text(format!("grant-{number:04}")),
        client_id: ClientId::from_text("land"),
        account_id: account_id(1),
        session_id: SessionId::from_text("session-0001"),
        code: digest(b'g', number),
        redirect_uri: "https://a.example/cb?x=1".to_owned(),
        scopes: vec!["openid".to_owned(), "profile".to_owned(), "offline_access".to_owned()],
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
        auth_time: NOW,
        amr: vec![Amr::Pwd],
        ial: Ial(0),
        issued_at: NOW + TICK,
        code_expires_at: NOW + MINUTE,
        code_used_at: None,
        generation: 0,
        rotated_at: None,
        idle_expires_at: None,
        expires_at: NOW + Span::days(30),
        revoked_at: None,
        subject: None,
        claims: None,
        resources: Vec::new(),
    }
}

pub(super) fn signing_key(number: u32) -> SigningKey {
    SigningKey {
        kid: KeyId::from_text(format!("kid-{number:04}")),
        algorithm: SigningAlgorithm::Es256,
        public_jwk: r#"{"kty":"EC"}"#.to_owned(),
        sealed_private_jwk: vec![9, 0, 9],
        created_at: NOW,
        signs_from: NOW + MINUTE,
        signs_until: None,
        published_until: None,
        revoked_at: None,
    }
}

pub(super) fn message(number: u32) -> OutboxRow {
    OutboxRow {
        id: MessageId::from_text(format!("message-{number:04}")),
        channel: Channel::Sms,
        template: "sign_in_code".to_owned(),
        masked_recipient: "+84•••••678".to_owned(),
        envelope: Some(Sealed::from_bytes(vec![1, 2, 3])),
        state: OutboxState::Pending,
        attempts: 0,
        next_attempt_at: NOW,
        leased_until: None,
        last_error: None,
        created_at: NOW,
        not_after: NOW + Span::minutes(5),
        settled_at: None,
        client_id: None,
    }
}

pub(super) fn assert_same_account(found: &Account, put: &Account) {
    let Account { id, class, state, username, password_hash, profile, language, created_at, .. } = found;
    assert_eq!((id, class, state, language), (&put.id, &put.class, &put.state, &put.language));
    assert_eq!((username.display(), username.key()), (put.username.display(), put.username.key()));
    assert_eq!((password_hash, profile.as_bytes()), (&put.password_hash, put.profile.as_bytes()));
    let Account { updated_at, activated_at, password_distrusted_at, devices_known_from, .. } = found;
    assert_eq!((created_at, updated_at, activated_at), (&put.created_at, &put.updated_at, &put.activated_at));
    assert_eq!((password_distrusted_at, devices_known_from), (&put.password_distrusted_at, &put.devices_known_from));
}

pub(super) fn assert_same_identifier(found: &Identifier, put: &Identifier) {
    let Identifier { account_id, kind, digest, claimed, verified_at, source } = found;
    assert_eq!((account_id, kind, digest), (&put.account_id, &put.kind, &put.digest));
    assert_eq!((claimed, verified_at, source), (&put.claimed, &put.verified_at, &put.source));
}

pub(super) fn assert_same_link(found: &MailedLink, put: &MailedLink) {
    let MailedLink { secret, purpose, account_id, email, browser, created_at, expires_at, used_at } = found;
    assert_eq!((secret, purpose, account_id), (&put.secret, &put.purpose, &put.account_id));
    assert_eq!((email, browser), (&put.email, &put.browser));
    assert_eq!((created_at, expires_at, used_at), (&put.created_at, &put.expires_at, &put.used_at));
}

pub(super) fn assert_same_session(found: &Session, put: &Session) {
    let Session { id, secret, account_id, user_agent, network, .. } = found;
    assert_eq!((id, secret, account_id), (&put.id, &put.secret, &put.account_id));
    assert_eq!((user_agent, network), (&put.user_agent, &put.network));
    let Session { auth_time, last_seen_at, expires_at, amr, ial, ended_at, .. } = found;
    assert_eq!(
        (auth_time, last_seen_at, expires_at, ended_at),
        (&put.auth_time, &put.last_seen_at, &put.expires_at, &put.ended_at)
    );
    assert_eq!((amr, ial), (&put.amr, &put.ial));
}

pub(super) fn assert_same_challenge(found: &Challenge, put: &Challenge) {
    let Challenge { id, account_id, browser, code, created_at, sent_at, expires_at, .. } = found;
    assert_eq!((id, account_id, browser, code), (&put.id, &put.account_id, &put.browser, &put.code));
    assert_eq!((created_at, sent_at, expires_at), (&put.created_at, &put.sent_at, &put.expires_at));
    let Challenge { tries, used_at, version, raises_session, proves_arrival, .. } = found;
    assert_eq!((tries, used_at, version), (&put.tries, &put.used_at, &put.version));
    assert_eq!((raises_session, proves_arrival), (&put.raises_session, &put.proves_arrival));
}

pub(super) fn assert_same_grant(found: &Grant, put: &Grant) {
    let Grant { id, client_id, account_id, session_id, code, redirect_uri, scopes, nonce, code_challenge, .. } = found;
    assert_eq!((id, client_id, account_id), (&put.id, &put.client_id, &put.account_id));
    assert_eq!((session_id, code), (&put.session_id, &put.code));
    assert_eq!(
        (redirect_uri, scopes, nonce, code_challenge),
        (&put.redirect_uri, &put.scopes, &put.nonce, &put.code_challenge)
    );
    let Grant { auth_time, amr, ial, issued_at, code_expires_at, code_used_at, .. } = found;
    assert_eq!((auth_time, amr, ial), (&put.auth_time, &put.amr, &put.ial));
    assert_eq!((issued_at, code_expires_at, code_used_at), (&put.issued_at, &put.code_expires_at, &put.code_used_at));
    let Grant { generation, rotated_at, idle_expires_at, expires_at, revoked_at, .. } = found;
    assert_eq!((generation, rotated_at), (&put.generation, &put.rotated_at));
    assert_eq!((idle_expires_at, expires_at, revoked_at), (&put.idle_expires_at, &put.expires_at, &put.revoked_at));
    let Grant { subject, claims, resources, .. } = found;
    assert_eq!((subject, claims, resources), (&put.subject, &put.claims, &put.resources));
}

pub(super) fn assert_same_signing_key(found: &SigningKey, put: &SigningKey) {
    let SigningKey { kid, algorithm, public_jwk, sealed_private_jwk, created_at, signs_from, .. } = found;
    assert_eq!((kid, algorithm, public_jwk), (&put.kid, &put.algorithm, &put.public_jwk));
    assert_eq!(
        (sealed_private_jwk, created_at, signs_from),
        (&put.sealed_private_jwk, &put.created_at, &put.signs_from)
    );
    let SigningKey { signs_until, published_until, revoked_at, .. } = found;
    assert_eq!((signs_until, published_until, revoked_at), (&put.signs_until, &put.published_until, &put.revoked_at));
}

pub(super) fn assert_same_message(found: &OutboxRow, put: &OutboxRow) {
    let OutboxRow { id, channel, template, masked_recipient, envelope, state, attempts, .. } = found;
    assert_eq!((id, channel, template), (&put.id, &put.channel, &put.template));
    assert_eq!((masked_recipient, state, attempts), (&put.masked_recipient, &put.state, &put.attempts));
    assert_eq!(envelope.as_ref().map(Sealed::as_bytes), put.envelope.as_ref().map(Sealed::as_bytes));
    let OutboxRow { next_attempt_at, leased_until, last_error, created_at, not_after, settled_at, client_id, .. } =
        found;
    assert_eq!((next_attempt_at, leased_until, last_error), (&put.next_attempt_at, &put.leased_until, &put.last_error));
    assert_eq!((created_at, not_after, settled_at), (&put.created_at, &put.not_after, &put.settled_at));
    assert_eq!(client_id, &put.client_id);
}
