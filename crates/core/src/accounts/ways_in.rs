//! The ways into an account: the last one cannot be taken away, or its holder could never come back.
//!
//! Whoever asks holds the lock on the account's row (`lock_active_account`), so that of two who take away one way each at
//! the same moment one comes after the other.

use crate::credential::{Credential, CredentialKind, Factors};
use crate::profile::{Account, Profile};
use crate::time::Timestamp;
use crate::upstream::UpstreamLink;
use crate::upstream_way::UpstreamWays;

/// Whether something leads into the account: another provider that is on, a passkey, or its password with something to take
/// the second step with.
pub(super) fn any<'a>(
    account: &Account,
    profile: &Profile,
    credentials: &[Credential],
    links: impl IntoIterator<Item = &'a UpstreamLink>,
    upstreams: &UpstreamWays,
    now: Timestamp,
) -> bool {
    let factors = Factors::of(credentials, now);
    let linked = links.into_iter().any(|link| upstreams.on().any(|way| way.id == link.upstream));
    linked || factors.passkeys > 0 || (account.password_hash.is_some() && factors.suffice(profile.phone.is_some()))
}

/// Whether a credential is one that people come in by, or that the password needs beside it.
pub(super) const fn is_part_of_one(kind: CredentialKind) -> bool {
    match kind {
        CredentialKind::Passkey | CredentialKind::Authenticator => true,
        CredentialKind::Device | CredentialKind::RecoveryCode => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::credential::tests::credential;
    use crate::digest::Digest;
    use crate::facts::{Phone, Username};
    use crate::ids::{AccountId, UpstreamLinkId};
    use crate::language::Language;
    use crate::ports::Sealed;
    use crate::profile::{AccountClass, AccountState};
    use crate::upstream::UpstreamId;
    use crate::upstream_way::UpstreamWay;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_399_200);

    fn account(password: bool) -> Account {
        Account {
            id: AccountId::from_text("a"),
            class: AccountClass::Citizen,
            state: AccountState::Active,
            username: Username::parse("nguyen.thi.an").unwrap(),
            password_hash: password.then(|| "$argon2id$".to_owned()),
            profile: Sealed::from_bytes(Vec::new()),
            language: Language::Vi,
            created_at: NOW,
            updated_at: NOW,
            activated_at: Some(NOW),
            password_distrusted_at: None,
            devices_known_from: None,
        }
    }

    fn link() -> UpstreamLink {
        UpstreamLink {
            id: UpstreamLinkId::from_text("l"),
            upstream: UpstreamId::parse("vnconnect").unwrap(),
            issuer: "https://portal.example".to_owned(),
            key: Digest::from_bytes([8; 32]),
            subject: None,
            account_id: AccountId::from_text("a"),
            created_at: NOW,
            last_used_at: NOW,
        }
    }

    #[test]
    fn a_password_alone_is_no_way_in_and_neither_is_what_stands_beside_it() {
        let nobody = Profile::default();
        let reached = Profile { phone: Some(Phone::parse("0912345678").unwrap().phone), ..Profile::default() };
        let with = |kind| vec![credential(kind)];
        let any = |account: &Account, profile: &Profile, credentials: &[Credential]| {
            super::any(account, profile, credentials, &[], &UpstreamWays::default(), NOW)
        };
        assert!(!any(&account(false), &reached, &[]));
        assert!(!any(&account(true), &nobody, &[]));
        assert!(!any(&account(false), &reached, &with(CredentialKind::Authenticator)));
        assert!(!any(&account(true), &nobody, &with(CredentialKind::Device)));
        assert!(any(&account(true), &reached, &[]));
        assert!(any(&account(true), &nobody, &with(CredentialKind::Authenticator)));
        assert!(any(&account(true), &nobody, &with(CredentialKind::RecoveryCode)));
        assert!(any(&account(false), &nobody, &with(CredentialKind::Passkey)));
    }

    // security: row 23
    #[test]
    fn a_link_is_a_way_in_while_its_provider_is_on() {
        let leads = |ways: Vec<UpstreamWay>| {
            super::any(&account(false), &Profile::default(), &[], &[link()], &UpstreamWays::new(ways), NOW)
        };
        let way = |id: &str, is_on| UpstreamWay {
            id: UpstreamId::parse(id).unwrap(),
            is_on,
            deep_link: false,
            levels: Vec::new(),
        };
        assert!(leads(vec![way("vnconnect", true)]));
        assert!(!leads(vec![way("vnconnect", false)]), "switched off");
        assert!(!leads(vec![way("vneid", true)]), "taken out of the configuration");
    }
}
