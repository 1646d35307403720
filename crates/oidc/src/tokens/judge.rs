//! The one judge of our access tokens, for userinfo (RFC 6750), introspection (RFC 7662) and revocation (RFC 7009).
//!
//! Every check there is:
//! 1. our signature by a published key, and the type `at+jwt` ([`portal_id_keys::KeyRing::verify`]);
//! 2. our issuer, not expired, every claim there and of its type ([`AccessToken::read`], RFC 9068 §4);
//! 3. the audience, of which each endpoint knows what it has to be ([`AccessToken::is_for`]);
//! 4. what it stands on ([`Standing`]; security.md rows 22, 23, 38). With a person: the grant is not revoked and not over,
//!    and is the one of that client and that subject; the client is on; the person is active. A session that ended, a
//!    consent taken back, a code or refresh token used twice have all revoked the grant. Without a person: the token
//!    itself was not taken back, the client is on and may still act for itself. In both cases something that it opens
//!    must be left to the client.
//!
//! Revocation stops after the second: what is over can be taken back again, and whose token it is, it compares itself.

use super::access_token::{self, AccessToken};
use crate::authorize::scopes;
use crate::provider::Provider;
use portal_id_core::client::{Client, GrantKind};
use portal_id_core::profile::AccountState;
use portal_id_core::store::{Ground, StoreResult, Tx};
use portal_id_core::time::Timestamp;

impl Provider {
    /// Reads an access token; `None` when it is none of ours or has expired.
    pub(crate) fn read_access_token(&self, text: &str, now: Timestamp) -> Option<AccessToken> {
        let verified = self.keys().verify(text, access_token::TYP, now).ok()?;
        AccessToken::read(&verified.claims, self.issuer(), now)
    }
}

/// What an access token stands on, in whatever standing.
pub(crate) enum Standing {
    /// A person's grant.
    Grant(Box<Ground>),
    /// The client alone; its token was not taken back.
    ClientAlone(Box<Client>),
    /// Nothing any more.
    Nothing,
}

impl Standing {
    /// Finds it: one statement with a person, two without.
    pub(crate) fn find(tx: &mut dyn Tx, token: &AccessToken) -> StoreResult<Self> {
        if let Some(id) = &token.grant_id {
            return Ok(tx.find_ground(id)?.map_or(Self::Nothing, |ground| Self::Grant(Box::new(ground))));
        }
        if tx.is_token_revoked(&token.jti)? {
            return Ok(Self::Nothing);
        }
        let client = tx.find_client(&token.client_id)?;
        Ok(client.map_or(Self::Nothing, |client| Self::ClientAlone(Box::new(client))))
    }

    /// The client in it.
    pub(crate) fn client(&self) -> Option<&Client> {
        match self {
            Self::Grant(ground) => Some(&ground.client),
            Self::ClientAlone(client) => Some(client),
            Self::Nothing => None,
        }
    }

    /// The scopes that the token still opens; `None` when it is not in force. A client's own token may have none at all.
    pub(crate) fn open_scopes(&self, token: &AccessToken, now: Timestamp) -> Option<Vec<String>> {
        match self {
            Self::Grant(ground) => open_scopes(token, ground, now),
            Self::ClientAlone(client) => open_scopes_of_client(token, client),
            Self::Nothing => None,
        }
    }
}

/// The scopes that a token with a person still opens; `None` when it is not in force. In the token, in the grant, and
/// still allowed to the client (security.md row 38).
pub(crate) fn open_scopes(token: &AccessToken, ground: &Ground, now: Timestamp) -> Option<Vec<String>> {
    let Ground { grant, client, account } = ground;
    let in_force = token.grant_id.as_ref() == Some(&grant.id)
        && grant.revoked_at.is_none()
        && now < grant.expires_at
        && grant.client_id == token.client_id
        && grant.subject() == token.subject
        && client.is_on()
        && account.state == AccountState::Active;
    let mut open = scopes::still_allowed(&grant.scopes, client);
    open.retain(|scope| token.scopes.contains(scope));
    (in_force && !open.is_empty()).then_some(open)
}

fn open_scopes_of_client(token: &AccessToken, client: &Client) -> Option<Vec<String>> {
    let in_force = token.client_id == client.id
        && token.subject == client.id.as_str()
        && client.is_on()
        && client.may_use(GrantKind::ClientCredentials);
    let own = &client.metadata.api_scopes;
    let open: Vec<String> = token.scopes.iter().filter(|scope| own.contains(scope)).cloned().collect();
    let is_stripped = open.is_empty() && !token.scopes.is_empty();
    (in_force && !is_stripped).then_some(open)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::client::Stored;
    use portal_id_core::ids::{ClientId, GrantId};
    use portal_id_core::profile::Account;
    use portal_id_core::time::Span;

    /// What is wrong, and how it comes about.
    type Spoil<T> = (&'static str, fn(&mut AccessToken, &mut T));

    fn ground() -> Ground {
        Ground { grant: testing::grant(), client: testing::client(), account: testing::account() }
    }

    fn token() -> AccessToken {
        let grant = testing::grant();
        AccessToken {
            subject: grant.subject().to_owned(),
            client_id: grant.client_id,
            grant_id: Some(grant.id),
            scopes: grant.scopes,
            audience: vec!["https://id.example".to_owned()],
            jti: "j".to_owned(),
            issued_at: NOW.seconds(),
            expires_at: NOW + Span::seconds(300),
        }
    }

    fn clients_own() -> (AccessToken, Client) {
        let mut client = testing::client();
        client.metadata.grant_types = vec![GrantKind::ClientCredentials];
        client.metadata.api_scopes = vec!["tax:read".to_owned(), "tax:write".to_owned()];
        let subject = client.id.to_string();
        let scopes = client.metadata.api_scopes.clone();
        (AccessToken { subject, grant_id: None, scopes, ..token() }, client)
    }

    // security: row 22, 23
    #[test]
    fn each_thing_that_a_persons_token_stands_on_ends_it_alone() {
        let open = open_scopes(&token(), &ground(), NOW).unwrap();
        assert_eq!(open, testing::grant().scopes);
        let spoils: [Spoil<Ground>; 11] = [
            ("revoked", |_, ground| ground.grant.revoked_at = Some(NOW)),
            ("over", |_, ground| ground.grant.expires_at = NOW),
            ("another grant", |token, _| token.grant_id = Some(GrantId::from_text("another"))),
            ("no grant", |token, _| token.grant_id = None),
            ("another client", |token, _| token.client_id = ClientId::from_text("another")),
            ("another person", |token, _| token.subject = "another".to_owned()),
            ("another name for the person", |_, ground| ground.grant.subject = Some("another".to_owned())),
            ("client off", |_, ground| ground.client.disabled_at = Some(NOW)),
            ("client of a newer version", |_, ground| ground.client.stored = Stored::Unreadable("new".to_owned())),
            ("person not active", |_, ground| {
                ground.account = Account { state: AccountState::Disabled, ..ground.account.clone() };
            }),
            ("nothing left", |_, ground| ground.client.metadata.scope = "address".to_owned()),
        ];
        for (what, spoil) in spoils {
            let (mut token, mut ground) = (token(), ground());
            spoil(&mut token, &mut ground);
            assert_eq!(open_scopes(&token, &ground, NOW), None, "{what}");
            assert_eq!(Standing::Grant(Box::new(ground)).open_scopes(&token, NOW), None, "{what}");
        }
    }

    // security: row 38
    #[test]
    fn a_token_opens_what_it_the_grant_and_the_client_have_in_common() {
        let (mut token, mut ground) = (token(), ground());
        token.scopes = vec!["openid".to_owned(), "email".to_owned(), "identity".to_owned()];
        assert_eq!(open_scopes(&token, &ground, NOW).unwrap(), ["openid", "email"]);
        ground.client.metadata.scope = "openid profile".to_owned();
        assert_eq!(open_scopes(&token, &ground, NOW).unwrap(), ["openid"]);
    }

    // security: row 23
    #[test]
    fn each_thing_that_a_clients_own_token_stands_on_ends_it_alone() {
        let (good, client) = clients_own();
        assert_eq!(open_scopes_of_client(&good, &client).unwrap(), ["tax:read", "tax:write"]);
        let bare = AccessToken { scopes: Vec::new(), ..good.clone() };
        assert_eq!(open_scopes_of_client(&bare, &client).unwrap(), Vec::<String>::new());
        let spoils: [Spoil<Client>; 6] = [
            ("another client", |token, _| token.client_id = ClientId::from_text("another")),
            ("a person", |token, _| token.subject = testing::SUBJECT.to_owned()),
            ("client off", |_, client| client.disabled_at = Some(NOW)),
            ("client of a newer version", |_, client| client.stored = Stored::Unreadable("new".to_owned())),
            ("may not act for itself", |_, client| client.metadata.grant_types = vec![GrantKind::AuthorizationCode]),
            ("nothing left", |_, client| client.metadata.api_scopes = vec!["land:read".to_owned()]),
        ];
        for (what, spoil) in spoils {
            let (mut token, mut client) = clients_own();
            spoil(&mut token, &mut client);
            assert_eq!(open_scopes_of_client(&token, &client), None, "{what}");
        }
        assert_eq!(Standing::Nothing.open_scopes(&good, NOW), None);
    }
}
