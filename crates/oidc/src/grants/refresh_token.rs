//! The refresh token grant (RFC 6749 §6) with rotation (RFC 9700 §4.14.2).
//!
//! A refresh token is `<grant id>.<generation>.<authenticator>` (decisions 21). The authenticator is a keyed digest over
//! grant, generation and client: a forged token, or one of another client, is known before anything is looked up, and
//! the same generation always has the same text, so that a lost answer can be given again without having stored it.

use super::{Circumstances, Denial, GrantType, Presented, Step, TokenRequest};
use crate::error::ProtocolError;
use crate::seam::refresh::{Renewal, narrow};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::client::Client;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::grant::Grant;
use portal_id_core::ids::{ClientId, GrantId};
use portal_id_core::ports::Vault;
use portal_id_core::secret::Secret;
use portal_id_core::store::{StoreResult, Tx};
use std::sync::Arc;

/// `refresh_token`.
pub(crate) struct RefreshToken;

/// The text of the refresh token of a generation.
pub(crate) fn text(vault: &dyn Vault, grant: &GrantId, generation: i64, client: &ClientId) -> String {
    let authenticator = authenticator(vault, grant.as_str(), generation, client);
    format!("{grant}.{generation}.{}", URL_SAFE_NO_PAD.encode(authenticator.as_bytes()))
}

fn authenticator(vault: &dyn Vault, grant: &str, generation: i64, client: &ClientId) -> Digest {
    vault
        .digest(DigestPurpose::RefreshToken, &[grant.as_bytes(), &generation.to_be_bytes(), client.as_str().as_bytes()])
}

/// Reads a token's text; `None` when we never wrote it for this client.
fn read(vault: &dyn Vault, text: &str, client: &ClientId) -> Option<(GrantId, i64)> {
    let mut parts = text.split('.');
    let (grant, generation, presented) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let number: i64 = generation.parse().ok().filter(|number| *number > 0)?;
    // One text for each number: `+1` and `01` were never written.
    if number.to_string() != generation {
        return None;
    }
    let presented = Digest::from_slice(&URL_SAFE_NO_PAD.decode(presented).ok()?)?;
    (presented == authenticator(vault, grant, number, client)).then(|| (GrantId::from_text(grant), number))
}

impl GrantType for RefreshToken {
    fn read(&self, request: &TokenRequest<'_>) -> Result<Arc<dyn Presented>, ProtocolError> {
        let token = request
            .params
            .get("refresh_token")
            .ok_or_else(|| ProtocolError::invalid_request("refresh_token is missing"))?;
        let (grant_id, generation) = read(request.vault, token, request.client_id).ok_or_else(refusal)?;
        let scope = request.params.get("scope").map(str::to_owned);
        Ok(Arc::new(PresentedToken { grant_id, generation, token: Secret::new(token.to_owned()), scope }))
    }
}

/// The grant of a refresh token of this client, of whatever generation; `None` when we never wrote it.
pub(crate) fn grant_of(vault: &dyn Vault, text: &str, client: &ClientId) -> Option<GrantId> {
    read(vault, text, client).map(|(grant, _)| grant)
}

/// A refresh token of this client, to be judged outside a token request, and its grant; `None` when we never wrote it.
pub(crate) fn presented(vault: &dyn Vault, text: &str, client: &ClientId) -> Option<(GrantId, Arc<dyn Presented>)> {
    let (grant_id, generation) = read(vault, text, client)?;
    let token = Secret::new(text.to_owned());
    Some((grant_id.clone(), Arc::new(PresentedToken { grant_id, generation, token, scope: None })))
}

struct PresentedToken {
    grant_id: GrantId,
    generation: i64,
    token: Secret,
    scope: Option<String>,
}

impl Presented for PresentedToken {
    fn find(&self, tx: &mut dyn Tx) -> StoreResult<Option<Grant>> {
        tx.find_grant(&self.grant_id)
    }

    fn judge(&self, grant: &Grant, at: &Circumstances) -> Result<Step, Denial> {
        let refused = Err(Denial::Because(refusal()));
        let client = at.client.client();
        let offline =
            grant.scopes.iter().any(|scope| scope == "offline_access") && client.may_ask_for("offline_access");
        if grant.client_id != client.id || !offline || grant.revoked_at.is_some() || at.now >= grant.expires_at {
            return refused;
        }
        let idle_over = grant.idle_expires_at.is_none_or(|until| at.now >= until);
        match grant.generation - self.generation {
            0 if idle_over => refused,
            0 => {
                let idle_expires_at = (at.now + at.settings.refresh_idle()).min(grant.expires_at);
                Ok(Step::Advance { from: self.generation, idle_expires_at })
            }
            1 if grant.rotated_at.is_some_and(|since| at.now < since + at.settings.refresh_grace()) => {
                Ok(Step::Repeat { generation: grant.generation })
            }
            1.. => Err(Denial::Replayed),
            // A generation that the store does not know yet: it was set back to an older state.
            _ => refused,
        }
    }

    fn scopes(&self, grant: &Grant, client: &Client) -> Result<Vec<String>, ProtocolError> {
        narrow(
            &Renewal {
                client_id: client.id.as_str(),
                refresh_token: self.token.expose(),
                scope: self.scope.as_deref(),
            },
            grant,
        )
    }

    fn refusal(&self) -> ProtocolError {
        refusal()
    }
}

fn refusal() -> ProtocolError {
    ProtocolError::invalid_grant("the refresh token is unknown, expired, revoked or not for this client")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::client_auth::ClientAuthenticated;
    use crate::settings::OidcSettings;
    use crate::testing::{self, CLIENT_ID, GRANT_ID, NOW, PlainVault};
    use portal_id_core::time::{Span, Timestamp};
    use proptest::prelude::*;

    fn token(generation: i64) -> String {
        text(&PlainVault, &GrantId::from_text(GRANT_ID), generation, &ClientId::from_text(CLIENT_ID))
    }

    fn reads(text: &str) -> bool {
        read(&PlainVault, text, &ClientId::from_text(CLIENT_ID)).is_some()
    }

    fn family(generation: i64) -> Grant {
        Grant {
            generation,
            rotated_at: Some(NOW),
            idle_expires_at: Some(NOW + Span::days(30)),
            code_used_at: Some(NOW - Span::days(1)),
            ..testing::grant()
        }
    }

    fn judge_with(generation: i64, grant: &Grant, client: Client, now: Timestamp) -> Result<Step, Denial> {
        let at = Circumstances {
            client: ClientAuthenticated::for_tests(client),
            settings: Arc::new(OidcSettings::default()),
            now,
        };
        let presented = PresentedToken {
            grant_id: grant.id.clone(),
            generation,
            token: Secret::new(token(generation)),
            scope: None,
        };
        presented.judge(grant, &at)
    }

    fn judge(generation: i64, grant: &Grant, now: Timestamp) -> Result<Step, Denial> {
        judge_with(generation, grant, testing::client(), now)
    }

    fn is_refused(result: &Result<Step, Denial>) -> bool {
        matches!(result, Err(Denial::Because(error)) if error.error == "invalid_grant")
    }

    #[test]
    fn a_token_is_read_back_and_one_generation_has_one_text() {
        let read = read(&PlainVault, &token(7), &ClientId::from_text(CLIENT_ID)).unwrap();
        assert_eq!(read, (GrantId::from_text(GRANT_ID), 7));
        assert_eq!(token(7), token(7));
        assert_ne!(token(7), token(8));
    }

    // security: row 31
    #[test]
    fn no_prefix_suffix_or_changed_letter_is_read() {
        let good = token(12);
        for at in 0..good.len() {
            assert!(!reads(&good[..at]), "{at}");
            assert!(at == 0 || !reads(&good[at..]), "{at}");
            for bit in 0..7 {
                let mut bytes = good.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                assert!(!reads(&String::from_utf8(bytes).unwrap()), "{at} {bit}");
            }
        }
        for text in [
            format!("{good}A"),
            format!("{good}="),
            format!("{good}."),
            good.replace(".12.", ".012."),
            good.replace(".12.", ".+12."),
        ] {
            assert!(!reads(&text), "{text}");
        }
    }

    // security: row 20
    #[test]
    fn a_token_of_one_client_is_nothing_to_another() {
        assert!(read(&PlainVault, &token(1), &ClientId::from_text("other")).is_none());
        let mut other = testing::client();
        other.id = ClientId::from_text("other");
        assert!(is_refused(&judge_with(1, &family(1), other, NOW)));
    }

    #[test]
    fn the_generation_in_force_moves_on() {
        let later = NOW + Span::days(3);
        assert_eq!(judge(4, &family(4), later), Ok(Step::Advance { from: 4, idle_expires_at: later + Span::days(30) }));
        let near_the_end = NOW + Span::days(80);
        let family = Grant { idle_expires_at: Some(NOW + Span::days(85)), ..family(4) };
        assert_eq!(
            judge(4, &family, near_the_end),
            Ok(Step::Advance { from: 4, idle_expires_at: NOW + Span::days(90) })
        );
    }

    #[test]
    fn a_lost_answer_is_given_again_for_ten_seconds() {
        assert_eq!(judge(3, &family(4), NOW), Ok(Step::Repeat { generation: 4 }));
        assert_eq!(judge(3, &family(4), NOW + Span::millis(9_999)), Ok(Step::Repeat { generation: 4 }));
    }

    // security: row 20
    #[test]
    fn anything_older_ends_the_family() {
        assert_eq!(judge(3, &family(4), NOW + Span::seconds(10)), Err(Denial::Replayed));
        assert_eq!(judge(2, &family(4), NOW), Err(Denial::Replayed));
        assert_eq!(judge(1, &family(4), NOW + Span::days(40)), Err(Denial::Replayed));
        assert!(is_refused(&judge(5, &family(4), NOW)), "a generation that never was ends nothing");
    }

    // security: row 22
    #[test]
    fn a_family_that_is_idle_old_revoked_or_not_offline_is_refused() {
        assert!(is_refused(&judge(4, &family(4), NOW + Span::days(30))));
        assert!(is_refused(&judge(4, &Grant { idle_expires_at: None, ..family(4) }, NOW)));
        assert!(is_refused(&judge(4, &Grant { expires_at: NOW, ..family(4) }, NOW)));
        assert!(is_refused(&judge(4, &Grant { revoked_at: Some(NOW), ..family(4) }, NOW)));
        assert!(is_refused(&judge(4, &Grant { scopes: vec!["openid".to_owned()], ..family(4) }, NOW)));
        let mut narrowed = testing::client();
        narrowed.metadata.scope = "openid".to_owned();
        assert!(is_refused(&judge_with(4, &family(4), narrowed, NOW)));
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,120}", number in any::<i64>()) {
            prop_assert!(!reads(&text));
            let forged = format!("{GRANT_ID}.{number}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
            prop_assert!(!reads(&forged));
        }
    }
}
