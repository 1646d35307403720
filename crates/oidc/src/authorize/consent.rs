//! Whether the person has to be asked what the client may learn.

use super::prompt::Prompt;
use portal_id_core::client::Client;
use portal_id_core::consent::Consent;
use portal_id_core::time::Timestamp;

/// Whether `scopes` may be given to the client without asking.
///
/// A service of the province itself is not asked for (its operator answers for it), unless it wants to be. For any
/// other, `offline_access` is only ever given after a page that named it (OpenID Connect Core §11): a remembered
/// consent counts when that scope was in it.
pub(super) fn is_given(
    client: &Client,
    scopes: &[String],
    remembered: Option<&Consent>,
    prompt: Prompt,
    started_at: Option<Timestamp>,
) -> bool {
    let covered = remembered.filter(|consent| consent.covers(scopes));
    if prompt.consent {
        // Asked for anew: met only by what the person said since this request began.
        return matches!((covered, started_at), (Some(consent), Some(begun)) if consent.granted_at >= begun);
    }
    client.metadata.first_party || covered.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, NOW};
    use portal_id_core::ids::{AccountId, ClientId};
    use portal_id_core::time::Span;

    fn consent(scopes: &[&str], granted_at: Timestamp) -> Consent {
        Consent {
            account_id: AccountId::from_text(testing::SUBJECT),
            client_id: ClientId::from_text(testing::CLIENT_ID),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            granted_at,
        }
    }

    fn scopes(list: &[&str]) -> Vec<String> {
        list.iter().map(|scope| (*scope).to_owned()).collect()
    }

    #[test]
    fn what_was_allowed_is_not_asked_again() {
        let client = testing::client();
        let before = consent(&["openid", "profile", "email"], NOW - Span::days(30));
        assert!(is_given(&client, &scopes(&["openid", "email"]), Some(&before), Prompt::default(), None));
        assert!(!is_given(
            &client,
            &scopes(&["openid", "email", "offline_access"]),
            Some(&before),
            Prompt::default(),
            None
        ));
        assert!(!is_given(&client, &scopes(&["openid"]), None, Prompt::default(), None));
    }

    #[test]
    fn a_service_of_the_province_asks_only_when_it_wants_to() {
        let mut client = testing::client();
        client.metadata.first_party = true;
        assert!(is_given(&client, &scopes(&["openid", "offline_access"]), None, Prompt::default(), None));
        assert!(!is_given(&client, &scopes(&["openid"]), None, Prompt { consent: true, ..Prompt::default() }, None));
    }

    #[test]
    fn prompt_consent_is_met_only_by_an_answer_since_the_request_began() {
        let client = testing::client();
        let ask = Prompt { consent: true, ..Prompt::default() };
        let at = |granted_at, started_at| {
            is_given(&client, &scopes(&["openid"]), Some(&consent(&["openid"], granted_at)), ask, started_at)
        };
        assert!(!at(NOW, None));
        assert!(!at(NOW - Span::minutes(2), Some(NOW - Span::minutes(1))));
        assert!(at(NOW, Some(NOW - Span::minutes(1))));
    }
}
