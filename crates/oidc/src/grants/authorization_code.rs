//! The authorization code grant (RFC 6749 §4.1.3).

use super::{Circumstances, Denial, GrantType, Presented, Step, TokenRequest};
use crate::authorize::issue::code_digest;
use crate::error::ProtocolError;
use crate::seam::code::{Redemption, redeem};
use portal_id_core::client::{Client, GrantKind};
use portal_id_core::digest::Digest;
use portal_id_core::grant::Grant;
use portal_id_core::secret::Secret;
use portal_id_core::store::{StoreResult, Tx};
use std::sync::Arc;

/// `authorization_code`.
pub(crate) struct AuthorizationCode;

impl GrantType for AuthorizationCode {
    fn read(&self, request: &TokenRequest<'_>) -> Result<Arc<dyn Presented>, ProtocolError> {
        let code = request.params.get("code").ok_or_else(|| ProtocolError::invalid_request("code is missing"))?;
        Ok(Arc::new(PresentedCode {
            digest: code_digest(request.vault, code),
            code: Secret::new(code.to_owned()),
            redirect_uri: request.params.get("redirect_uri").map(str::to_owned),
            code_verifier: request.params.get("code_verifier").map(|verifier| Secret::new(verifier.to_owned())),
        }))
    }
}

struct PresentedCode {
    digest: Digest,
    code: Secret,
    redirect_uri: Option<String>,
    code_verifier: Option<Secret>,
}

impl Presented for PresentedCode {
    fn find(&self, tx: &mut dyn Tx) -> StoreResult<Option<Grant>> {
        tx.find_grant_by_code(&self.digest)
    }

    fn judge(&self, grant: &Grant, at: &Circumstances) -> Result<Step, Denial> {
        // First whose it is: another client's request must not end the grant (security.md row 20).
        if grant.client_id != at.client.client().id {
            return Err(Denial::Because(self.refusal()));
        }
        // RFC 6749 §4.1.2: a code that comes again revokes what was issued from it.
        if grant.code_used_at.is_some() {
            return Err(Denial::Replayed);
        }
        if grant.revoked_at.is_some() || at.now >= grant.code_expires_at {
            return Err(Denial::Because(self.refusal()));
        }
        let request = Redemption {
            client_id: at.client.client().id.as_str(),
            code: self.code.expose(),
            redirect_uri: self.redirect_uri.as_deref(),
            code_verifier: self.code_verifier.as_ref().map(Secret::expose),
        };
        redeem(&request, grant).map_err(Denial::Because)?;
        // A refresh token only with offline_access (OpenID Connect Core §11), and only while the client may have it.
        let client = at.client.client();
        let offline = grant.scopes.iter().any(|scope| scope == "offline_access")
            && client.may_ask_for("offline_access")
            && client.may_use(GrantKind::RefreshToken);
        let idle_expires_at = offline.then(|| (at.now + at.settings.refresh_idle()).min(grant.expires_at));
        Ok(Step::Redeem { idle_expires_at })
    }

    fn scopes(&self, grant: &Grant, _: &Client) -> Result<Vec<String>, ProtocolError> {
        Ok(grant.scopes.clone())
    }

    fn refusal(&self) -> ProtocolError {
        ProtocolError::invalid_grant("the code is unknown, expired, already used or not for this client")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::client_auth::ClientAuthenticated;
    use crate::parameters::Parameters;
    use crate::settings::OidcSettings;
    use crate::testing::{self, NOW, PlainVault};
    use portal_id_core::time::{Span, Timestamp};

    const GOOD: &str =
        "code=c&redirect_uri=https%3A%2F%2Frp.example%2Fcb&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn at(client: Client, now: Timestamp) -> Circumstances {
        Circumstances {
            client: ClientAuthenticated::for_tests(client),
            settings: Arc::new(OidcSettings::default()),
            now,
        }
    }

    fn judge(query: &str, grant: &Grant, at: &Circumstances) -> Result<Step, Denial> {
        let params = Parameters::parse(query.as_bytes()).unwrap();
        let request = TokenRequest { params: &params, client_id: &at.client.client().id, vault: &PlainVault };
        AuthorizationCode.read(&request).unwrap().judge(grant, at)
    }

    fn is_invalid_grant(result: &Result<Step, Denial>) -> bool {
        matches!(result, Err(Denial::Because(error)) if error.error == "invalid_grant")
    }

    #[test]
    fn a_good_code_starts_a_family_only_with_offline_access() {
        let here = at(testing::client(), NOW);
        let idle = Some(NOW + Span::days(30));
        assert_eq!(judge(GOOD, &testing::grant(), &here), Ok(Step::Redeem { idle_expires_at: idle }));
        let online = Grant { scopes: vec!["openid".to_owned()], ..testing::grant() };
        assert_eq!(judge(GOOD, &online, &here), Ok(Step::Redeem { idle_expires_at: None }));
        let mut narrowed = testing::client();
        narrowed.metadata.scope = "openid profile email".to_owned();
        assert_eq!(judge(GOOD, &testing::grant(), &at(narrowed, NOW)), Ok(Step::Redeem { idle_expires_at: None }));
        let mut without = testing::client();
        without.metadata.grant_types = vec![GrantKind::AuthorizationCode];
        assert_eq!(judge(GOOD, &testing::grant(), &at(without, NOW)), Ok(Step::Redeem { idle_expires_at: None }));
    }

    // security: row 20
    #[test]
    fn a_code_works_once_and_a_second_use_ends_everything() {
        let used = Grant { code_used_at: Some(NOW - Span::minutes(3)), ..testing::grant() };
        assert_eq!(judge(GOOD, &used, &at(testing::client(), NOW)), Err(Denial::Replayed));
        let long_after = at(testing::client(), NOW + Span::days(2));
        assert_eq!(judge(GOOD, &used, &long_after), Err(Denial::Replayed), "also when the code has long expired");
        assert_eq!(judge("code=c", &used, &long_after), Err(Denial::Replayed), "also without the rest");
    }

    // security: row 20
    #[test]
    fn another_client_gets_nothing_and_ends_nothing() {
        let mut other = testing::client();
        other.id = portal_id_core::ids::ClientId::from_text("other");
        let used = Grant { code_used_at: Some(NOW), ..testing::grant() };
        assert!(is_invalid_grant(&judge(GOOD, &testing::grant(), &at(other.clone(), NOW))));
        assert!(is_invalid_grant(&judge(GOOD, &used, &at(other, NOW))));
    }

    #[test]
    fn an_expired_or_revoked_code_is_refused() {
        let last = testing::grant().code_expires_at;
        assert!(judge(GOOD, &testing::grant(), &at(testing::client(), last - Span::millis(1))).is_ok());
        assert!(is_invalid_grant(&judge(GOOD, &testing::grant(), &at(testing::client(), last))));
        let revoked = Grant { revoked_at: Some(NOW), ..testing::grant() };
        assert!(is_invalid_grant(&judge(GOOD, &revoked, &at(testing::client(), NOW))));
    }

    // security: row 21
    #[test]
    fn pkce_is_checked_against_the_grant() {
        let here = at(testing::client(), NOW);
        assert!(is_invalid_grant(&judge(&GOOD.replace("dBjf", "dBjg"), &testing::grant(), &here)));
        assert!(is_invalid_grant(&judge(&GOOD.replace("code_verifier=", "x="), &testing::grant(), &here)));
        let without = Grant { code_challenge: None, ..testing::grant() };
        assert!(is_invalid_grant(&judge(GOOD, &without, &here)));
    }
}
