//! What which service may know of a person, and taking that back.

use super::{Accounts, Failure, SignedIn, ending};
use crate::audit::{AuditEntry, AuditKind};
use crate::client::{Client, ordered_scopes};
use crate::consent::Consent;
use crate::ctx::Ctx;
use crate::ids::ClientId;
use crate::store::LiveGrant;
use crate::time::Timestamp;

/// A service that may know something of whoever is signed in.
#[derive(Clone, Debug)]
pub struct ServiceEntry {
    /// The service.
    pub client: Client,
    /// What it may know, in the order of [`crate::client::SCOPES`].
    pub scopes: Vec<String>,
    /// Since when: the newest agreement, or for a service that needs none the oldest that it still has.
    pub since: Timestamp,
}

impl ServiceEntry {
    /// Puts together what the person allowed and what was given of it; `None` when there is neither.
    fn of(client: Client, consent: Option<&Consent>, grants: &[LiveGrant]) -> Option<Self> {
        let given: Vec<&LiveGrant> = grants.iter().filter(|grant| grant.client_id == client.id).collect();
        let since = consent.map(|consent| consent.granted_at).or(given.first().map(|grant| grant.issued_at))?;
        let allowed = consent.iter().flat_map(|consent| &consent.scopes);
        let scopes = ordered_scopes(allowed.chain(given.iter().flat_map(|grant| &grant.scopes)).map(String::as_str));
        let scopes = scopes.into_iter().filter(|scope| client.may_ask_for(scope)).collect();
        Some(Self { client, scopes, since })
    }
}

/// What came of taking back what a service may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeServiceOutcome {
    /// Nothing that it was given works any more, and it has to ask again.
    Revoked,
    /// It may know nothing of this person, whoever else it knows (security.md row 33).
    Unknown,
}

impl Accounts {
    /// The services that may know something of whoever is signed in, by client id. A service of the province, which
    /// asks nobody, is among them for as long as something that it was given works.
    pub async fn services(&self, ctx: &Ctx, who: &SignedIn) -> Result<Vec<ServiceEntry>, Failure> {
        let (account, now) = (who.account.id.clone(), ctx.now);
        let listed = self
            .store
            .read("list_services", move |tx| {
                let (consents, grants) = (tx.list_consents(&account)?, tx.list_live_grants(&account, now)?);
                let mut ids: Vec<&ClientId> = consents
                    .iter()
                    .map(|consent| &consent.client_id)
                    .chain(grants.iter().map(|grant| &grant.client_id))
                    .collect();
                ids.sort();
                ids.dedup();
                let mut services = Vec::with_capacity(ids.len());
                for id in ids {
                    let consent = consents.iter().find(|consent| consent.client_id == *id);
                    let client = tx.find_client(id)?;
                    services.extend(client.and_then(|client| ServiceEntry::of(client, consent, &grants)));
                }
                Ok(services)
            })
            .await?;
        Ok(listed)
    }

    /// Takes back what whoever is signed in allowed a service: the agreement, and everything that was given on it. The
    /// service is told that it is signed in no more.
    pub async fn revoke_service(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        client: &ClientId,
    ) -> Result<RevokeServiceOutcome, Failure> {
        let (ctx, who, client, letters) = (ctx.clone(), who.clone(), client.clone(), self.letters.clone());
        let outcome = self
            .store
            .tx("revoke_service", move |tx| {
                let account = &who.account.id;
                // The agreement first: whoever issues on it holds it, and what they issue is there when we come to it.
                let withdrawn = tx.delete_consent(account, &client)?;
                let revoked = tx.revoke_grants_of_account(account, Some(&client), ctx.now)?;
                if !withdrawn && revoked == 0 {
                    return Ok(RevokeServiceOutcome::Unknown);
                }
                ending::part(tx, &letters, &ctx, account, &client)?;
                let entry = AuditEntry::new(&ctx, AuditKind::ServiceRevoked).account(account).client(&client);
                tx.insert_audit(&entry.session(&who.session.id))?;
                Ok(RevokeServiceOutcome::Revoked)
            })
            .await?;
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::client::{ClientMetadata, ClientSource, Stored};
    use crate::ids::AccountId;
    use crate::time::Span;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_404_300);

    fn client() -> Client {
        Client {
            id: ClientId::from_text("tax"),
            metadata: ClientMetadata {
                scope: "openid profile offline_access".to_owned(),
                ..ClientMetadata::named("Thuế", vec!["https://thue.example/cb".to_owned()])
            },
            secrets: Vec::new(),
            source: ClientSource::Operator,
            created_at: NOW,
            updated_at: NOW,
            disabled_at: None,
            stored: Stored::Known,
        }
    }

    fn grant(client: &str, scopes: &[&str], issued_at: Timestamp) -> LiveGrant {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        LiveGrant { client_id: ClientId::from_text(client), scopes, issued_at }
    }

    fn consent(scopes: &[&str]) -> Consent {
        Consent {
            account_id: AccountId::from_text("an"),
            client_id: ClientId::from_text("tax"),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            granted_at: NOW,
        }
    }

    // security: row 38
    #[test]
    fn a_service_may_know_what_was_allowed_or_given_and_what_it_may_still_ask_for() {
        let grants = [grant("land", &["phone"], NOW), grant("tax", &["offline_access", "email"], NOW)];
        let entry = ServiceEntry::of(client(), Some(&consent(&["openid", "profile", "email"])), &grants).unwrap();
        assert_eq!(entry.scopes, ["openid", "profile", "offline_access"]);
        assert_eq!(entry.since, NOW);
    }

    #[test]
    fn a_service_that_needs_no_agreement_is_there_as_far_as_its_grants_go() {
        let earlier = NOW - Span::days(2);
        let grants = [grant("tax", &["openid"], earlier), grant("tax", &["openid", "profile"], NOW)];
        let entry = ServiceEntry::of(client(), None, &grants).unwrap();
        assert_eq!((entry.since, entry.scopes.join(" ").as_str()), (earlier, "openid profile"));
        assert!(ServiceEntry::of(client(), None, &[grant("land", &["openid"], NOW)]).is_none());
    }
}
