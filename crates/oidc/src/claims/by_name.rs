//! What the `claims` parameter moves into the ID token (OpenID Connect Core §5.5).

use super::vouchers::Vouchers;
use super::{aliases, of_person, open_profile};
use portal_id_core::client::Client;
use portal_id_core::grant::Grant;
use portal_id_core::ports::Unsealable;
use portal_id_core::profile::Account;
use serde_json::{Map, Value};

/// Whether the ID tokens of a grant tell anything about the person.
pub(crate) fn wants_person(grant: &Grant) -> bool {
    names(grant).next().is_some()
}

/// Those claims that the grant names for the ID token **and** that `scopes` open, under the same policy as at userinfo.
pub(crate) fn of_id_token(
    grant: &Grant,
    client: &Client,
    (account, vouchers): (&Account, &Vouchers<'_>),
    scopes: &[String],
) -> Result<Map<String, Value>, Unsealable> {
    if !wants_person(grant) {
        return Ok(Map::new());
    }
    let profile = open_profile(vouchers.vault, account)?;
    let mut told = of_person(account, &profile, vouchers, scopes, client.metadata.identity);
    told.insert("sub".to_owned(), grant.subject().into());
    aliases::put(&mut told, &client.metadata.claim_aliases, &grant.amr);
    told.retain(|told, _| names(grant).any(|name| name == told));
    Ok(told)
}

/// The names about the person. `acr` is the request's own, and `sub` is told in any case.
fn names(grant: &Grant) -> impl Iterator<Item = &str> {
    let asked = grant.claims.iter().flat_map(|claims| claims.id_token.keys().map(String::as_str));
    asked.filter(|name| !matches!(*name, "acr" | "sub"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing;
    use portal_id_core::claim_aliases::{AliasSource, ClaimAliases};
    use portal_id_core::claims_request::{ClaimRequest, RequestedClaims};
    use portal_id_core::profile::IdentifierKind;

    fn told(names: &[&str], scopes: &[&str], aliases: &[(&str, AliasSource)]) -> Vec<String> {
        let id_token = names.iter().map(|name| ((*name).to_owned(), ClaimRequest::default())).collect();
        let grant = Grant { claims: Some(RequestedClaims { id_token }), ..testing::grant() };
        let mut client = testing::client();
        let names = aliases.iter().map(|(name, source)| ((*name).to_owned(), *source)).collect();
        client.metadata.claim_aliases = ClaimAliases { preset: None, names };
        let declared = [testing::fact(IdentifierKind::IdentityNumber)];
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let told = of_id_token(&grant, &client, (&testing::account(), &testing::vouchers(&declared)), &scopes).unwrap();
        told.into_iter().map(|(name, _)| name).collect()
    }

    // security: row 38
    #[test]
    fn a_named_claim_is_told_only_when_a_scope_opens_it() {
        assert_eq!(told(&["email", "name"], &["openid", "email"], &[]), ["email"]);
        assert_eq!(told(&["email", "name"], &["openid"], &[]), [""; 0]);
        assert_eq!(told(&["acr", "iss", "sub", "unknown"], &["openid", "profile"], &[]), [""; 0]);
        assert_eq!(told(&["identity_number"], &["openid", "identity"], &[]), [""; 0], "nobody vouches for it");
    }

    // security: row 38
    #[test]
    fn a_named_alias_is_told_only_when_a_scope_opens_what_it_tells() {
        let aliases = [("HoVaTen", AliasSource::FullName), ("TechID", AliasSource::Subject)];
        assert_eq!(told(&["HoVaTen", "TechID"], &["openid", "profile"], &aliases), ["HoVaTen", "TechID"]);
        assert_eq!(told(&["HoVaTen"], &["openid", "email"], &aliases), [""; 0]);
        assert_eq!(
            told(&["email"], &["openid", "email", "profile"], &aliases),
            ["email"],
            "unnamed ones stay in userinfo"
        );
    }
}
