//! Who a person is at a client: the `sub`. Decided once, when a code is issued, and kept in the grant
//! ([`Grant::subject`](portal_id_core::grant::Grant::subject)); here is how it is decided, and how a session is compared
//! with a subject that a client brings back.
//!
//! Pairwise subjects (OpenID Connect Core §8.1) are drawn at random and stored, not computed: so services can be merged
//! into one sector, or moved to another host, without anybody becoming somebody else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::client::{Client, ClientMetadata, SubjectType};
use portal_id_core::entropy::Entropy;
use portal_id_core::ids::AccountId;
use portal_id_core::store::{StoreResult, Tx};
use portal_id_core::time::Timestamp;
use url::Url;

/// Why a client has no sector for its pairwise subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SectorFault {
    /// OpenID Connect Core §8.1: one host is a sector by itself; several, or an app's own scheme, are none.
    #[error("pairwise subjects need a sector: its redirect URIs do not have one host")]
    Unclear,
}

/// The sector in which a client knows people; `None` for public subjects.
pub fn sector(metadata: &ClientMetadata) -> Result<Option<String>, SectorFault> {
    if metadata.subject_type == SubjectType::Public {
        return Ok(None);
    }
    if let Some(sector) = &metadata.sector {
        return Ok(Some(sector.clone()));
    }
    let mut hosts = metadata.redirect_uris.iter().map(|uri| {
        let url = Url::parse(uri).ok()?;
        let host = url.host_str().filter(|_| matches!(url.scheme(), "https" | "http"))?;
        Some(host.to_ascii_lowercase())
    });
    let first = hosts.next().flatten().ok_or(SectorFault::Unclear)?;
    if hosts.all(|host| host.as_ref() == Some(&first)) { Ok(Some(first)) } else { Err(SectorFault::Unclear) }
}

/// The same for a client that was registered and so has one. Should its row be odd, it is a sector of its own, with a
/// character that no word or host has.
fn sector_of(client: &Client) -> Option<String> {
    sector(&client.metadata).unwrap_or_else(|_| Some(format!("client:{}", client.id)))
}

/// The subject for a new grant; `None` for the account's own id. The first to ask draws it, whichever node that is.
pub(crate) fn decide(
    tx: &mut dyn Tx,
    client: &Client,
    account: &AccountId,
    fresh: &str,
    now: Timestamp,
) -> StoreResult<Option<String>> {
    match sector_of(client) {
        Some(sector) => tx.put_pairwise_subject(&sector, account, fresh, now).map(Some),
        None => Ok(None),
    }
}

/// What the client knows the person by today; `None` when it never met them.
pub(crate) fn known_as(tx: &mut dyn Tx, client: &Client, account: &AccountId) -> StoreResult<Option<String>> {
    match sector_of(client) {
        Some(sector) => tx.find_pairwise_subject(&sector, account),
        None => Ok(Some(account.as_str().to_owned())),
    }
}

/// A subject that nobody had before.
pub(crate) fn fresh(entropy: &dyn Entropy) -> String {
    URL_SAFE_NO_PAD.encode(entropy.bytes::<16>().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn of(uris: &[&str], sector: Option<&str>) -> Result<Option<String>, SectorFault> {
        let mut metadata = testing::client().metadata;
        metadata.subject_type = SubjectType::Pairwise;
        metadata.redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        metadata.sector = sector.map(str::to_owned);
        super::sector(&metadata)
    }

    #[test]
    fn one_host_is_a_sector_and_several_need_a_word() {
        let named = |name: &str| Ok(Some(name.to_owned()));
        assert_eq!(of(&["https://A.example/x", "https://a.example:8443/y"], None), named("a.example"));
        for uris in [
            &["https://a.example/", "https://b.example/"][..],
            &["app.example:/cb"],
            &["https://a.example/", "app.example:/cb"],
        ] {
            assert_eq!(of(uris, None), Err(SectorFault::Unclear), "{uris:?}");
            assert_eq!(of(uris, Some("y-te")), named("y-te"));
        }
        assert_eq!(super::sector(&testing::client().metadata), Ok(None));
    }
}
