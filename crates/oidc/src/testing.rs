//! A client, a grant, an account and a vault for the rules' own tests. Whole stories are told elsewhere, over the real
//! store and the real keys.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::claims::vouchers::Vouchers;
use portal_id_core::acr::{Amr, Ial};
use portal_id_core::client::{Client, ClientAuthMethod, ClientMetadata, ClientSecret, ClientSource, Stored};
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::entropy::Entropy;
use portal_id_core::facts::{
    Address, AddressInput, BirthDate, BusinessCode, BusinessName, Email, FormerNumber, FullName, IdentityNumber, Phone,
    Username,
};
use portal_id_core::grant::Grant;
use portal_id_core::ids::{AccountId, ClientId, GrantId, SessionId};
use portal_id_core::language::Language;
use portal_id_core::ports::{SealPurpose, Unsealable, Vault};
use portal_id_core::profile::{Account, AccountClass, AccountState, FactSource, FactStanding, IdentifierKind, Profile};
use portal_id_core::session::Session;
use portal_id_core::signing_key::SigningAlgorithm;
use portal_id_core::time::{Span, Timestamp};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

pub(crate) const CLIENT_ID: &str = "dat-lich";
pub(crate) const REDIRECT_URI: &str = "https://rp.example/cb";
pub(crate) const SECRET: &str = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";
pub(crate) const GRANT_ID: &str = "01941f29-7c00-7aaa-8bbb-ccccdddd0001";
pub(crate) const SUBJECT: &str = "01941f29-7c00-7aaa-8bbb-ccccdddd0002";
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_400_000);

/// Digests that differ by purpose and by part, and a sealing that only remembers what it was told.
pub(crate) struct PlainVault;

impl Vault for PlainVault {
    fn seal(&self, purpose: SealPurpose, context: &[u8], plain: &[u8], _: &dyn Entropy) -> Vec<u8> {
        [self.digest(DigestPurpose::Csrf, &[purpose.label().as_bytes(), context, plain]).as_bytes().as_slice(), plain]
            .concat()
    }

    fn open(&self, purpose: SealPurpose, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let (tag, plain) = sealed.split_at_checked(32).ok_or(Unsealable)?;
        let right = self.digest(DigestPurpose::Csrf, &[purpose.label().as_bytes(), context, plain]);
        if right.as_bytes() == tag { Ok(Zeroizing::new(plain.to_vec())) } else { Err(Unsealable) }
    }

    fn digest(&self, purpose: DigestPurpose, parts: &[&[u8]]) -> Digest {
        let mut hasher = Sha256::new_with_prefix(purpose.label());
        for part in parts {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part);
        }
        Digest::from_bytes(hasher.finalize().into())
    }
}

/// Counts, so that two draws differ.
#[derive(Default)]
pub(crate) struct CountingEntropy(std::sync::atomic::AtomicU8);

impl Entropy for CountingEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    }
}

/// A confidential client with one secret and two redirect URIs.
pub(crate) fn client() -> Client {
    Client {
        id: ClientId::from_text(CLIENT_ID),
        metadata: ClientMetadata {
            client_name_en: Some("Appointments".to_owned()),
            post_logout_redirect_uris: vec!["https://rp.example/bye".to_owned()],
            scope: "openid profile email offline_access".to_owned(),
            id_token_signed_response_alg: SigningAlgorithm::Es256,
            ..ClientMetadata::named(
                "Đặt lịch hẹn",
                vec![REDIRECT_URI.to_owned(), "https://rp.example/second?tenant=1".to_owned()],
            )
        },
        secrets: vec![ClientSecret {
            digest: crate::client_secret_digest(&PlainVault, &ClientId::from_text(CLIENT_ID), SECRET),
            created_at: NOW - Span::days(1),
            expires_at: None,
        }],
        source: ClientSource::Operator,
        created_at: NOW - Span::days(1),
        updated_at: NOW - Span::days(1),
        disabled_at: None,
        stored: Stored::Known,
    }
}

/// A public client.
pub(crate) fn public_client() -> Client {
    let mut client = client();
    client.metadata.token_endpoint_auth_method = ClientAuthMethod::None;
    client.secrets.clear();
    client
}

/// A grant whose code was not yet redeemed.
pub(crate) fn grant() -> Grant {
    Grant {
        id: GrantId::from_text(GRANT_ID),
        client_id: ClientId::from_text(CLIENT_ID),
        account_id: AccountId::from_text(SUBJECT),
        session_id: SessionId::from_text("01941f29-7c00-7aaa-8bbb-ccccdddd0003"),
        code: Digest::from_bytes([7; 32]),
        redirect_uri: REDIRECT_URI.to_owned(),
        scopes: ["openid", "profile", "email", "offline_access"].map(str::to_owned).to_vec(),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
        auth_time: NOW - Span::minutes(5),
        amr: vec![Amr::Pwd, Amr::Sms, Amr::Mfa],
        ial: Ial(0),
        issued_at: NOW - Span::seconds(5),
        code_expires_at: NOW + Span::seconds(55),
        code_used_at: None,
        generation: 0,
        rotated_at: None,
        idle_expires_at: None,
        expires_at: NOW + Span::days(90),
        revoked_at: None,
        subject: None,
        claims: None,
        resources: Vec::new(),
    }
}

/// A session of the grant's person, signed in at `auth_time`.
pub(crate) fn session(auth_time: Timestamp) -> Session {
    Session {
        id: SessionId::from_text("01941f29-7c00-7aaa-8bbb-ccccdddd0003"),
        secret: Digest::from_bytes([8; 32]),
        account_id: AccountId::from_text(SUBJECT),
        auth_time,
        last_seen_at: NOW,
        expires_at: NOW + Span::hours(12),
        amr: vec![Amr::Pwd, Amr::Sms, Amr::Mfa],
        ial: Ial(0),
        user_agent: String::new(),
        network: String::new(),
        ended_at: None,
    }
}

/// What a citizen gave at registration.
pub(crate) fn profile() -> Profile {
    let address = AddressInput {
        era: "2025",
        province: "24",
        ward: "07210",
        street: "Số 5, đường Lê Lợi",
        ..AddressInput::default()
    };
    Profile {
        full_name: Some(FullName::from_stored("Nguyễn Thị An").unwrap()),
        birth_date: Some(BirthDate::from_stored("1990-02-28").unwrap()),
        email: Some(Email::from_stored("an@example.vn").unwrap()),
        phone: Some(Phone::from_stored("+84912345678").unwrap()),
        identity_number: Some(IdentityNumber::from_stored("024190001234").unwrap()),
        former_number: Some(FormerNumber::from_stored("121234567").unwrap()),
        address: Some(Address::parse(address).unwrap()),
        ..Profile::default()
    }
}

/// What a business gave at registration; the code is nobody's.
pub(crate) fn business_profile() -> Profile {
    Profile {
        full_name: None,
        birth_date: None,
        identity_number: None,
        former_number: None,
        business_name: Some(BusinessName::from_stored("Công ty TNHH Vải Thiều Mẫu").unwrap()),
        business_code: Some(BusinessCode::from_stored("9900000016").unwrap()),
        ..profile()
    }
}

/// The grant's person.
pub(crate) fn account() -> Account {
    let sealed = profile().seal_for(&AccountId::from_text(SUBJECT), &PlainVault, &CountingEntropy::default());
    Account {
        id: AccountId::from_text(SUBJECT),
        class: AccountClass::Citizen,
        state: AccountState::Active,
        username: Username::parse("nguyen.thi.an").unwrap(),
        password_hash: None,
        profile: sealed,
        language: Language::Vi,
        created_at: NOW - Span::days(9),
        updated_at: NOW - Span::days(2),
        activated_at: Some(NOW - Span::days(9)),
        password_distrusted_at: None,
        devices_known_from: None,
    }
}

/// A business with the same id.
pub(crate) fn business_account() -> Account {
    Account { class: AccountClass::Business, username: Username::parse("vai.thieu.mau").unwrap(), ..account() }
}

/// A fact of that person that nobody vouches for.
pub(crate) fn fact(kind: IdentifierKind) -> FactStanding {
    FactStanding { kind, verified_at: None, source: FactSource::SelfDeclared }
}

/// Those who vouch for identifiers and for nothing else.
pub(crate) fn vouchers(identifiers: &[FactStanding]) -> Vouchers<'_> {
    Vouchers { identifiers, others: &[], vault: &PlainVault }
}
