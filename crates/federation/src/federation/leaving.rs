//! Signing out: the way to an upstream for whoever leaves here, and what it says of whoever left there.

use super::{Departure, Federation, LogoutNotice};
use crate::key_cache::Unverified;
use crate::trouble::LogoutRefusal;
use crate::{farewell, logout_token};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::DigestPurpose;
use portal_id_core::ports::EphemeralKey;
use portal_id_core::time::Timestamp;
use portal_id_core::upstream::{UpstreamEnding, UpstreamId};

impl Federation {
    /// Where the browser goes to leave the upstream too; `None` when it stays here. Never waits: what is not known by now
    /// is not worth keeping somebody who wants to leave.
    pub fn farewell(
        &self,
        now: Timestamp,
        id: &UpstreamId,
        ending: &UpstreamEnding,
        state: Option<&str>,
    ) -> Option<Departure> {
        let upstream = self.find(id.as_str()).filter(|one| !one.is_left_alone(now))?;
        let endpoints = upstream.discovery.at_hand(&upstream.set.addresses, now)?;
        let location = farewell::address(&upstream.set, &endpoints, ending, &self.signed_out_uri(id), state)?;
        let origin = url::Url::parse(&location).ok()?.origin().ascii_serialization();
        Some(Departure { location, origin })
    }

    /// Reads a logout token that was posted to us; each counts once.
    pub async fn read_logout_token(&self, ctx: &Ctx, id: &str, token: &str) -> Result<LogoutNotice, LogoutRefusal> {
        let upstream = self.find(id).filter(|one| one.set.backchannel_logout).ok_or(LogoutRefusal::Unknown)?;
        let endpoints = upstream.endpoints(ctx.now).await.map_err(|_| LogoutRefusal::Later)?;
        let verified = upstream.keys.verify(&upstream.line, &endpoints.jwks, (token, &logout_token::TYPS), ctx.now);
        let claims = verified.await.map_err(|unverified| match unverified {
            Unverified::NoKeys(_) => LogoutRefusal::Later,
            Unverified::Distrusted(_) => LogoutRefusal::Invalid("the token is not signed by this provider"),
        })?;
        let heeded = logout_token::judge(&claims, &upstream.expected(&endpoints, None, ctx.now))?;
        let mark = self.attempts.vault.digest(
            DigestPurpose::UpstreamLogout,
            &[upstream.set.id.as_str().as_bytes(), endpoints.issuer.as_bytes(), heeded.jti.as_bytes()],
        );
        let key = EphemeralKey::new("upstream-logout", &URL_SAFE_NO_PAD.encode(mark.as_bytes()));
        match self.attempts.ephemeral.set_if_absent(&key, b"1", logout_token::MARKED_FOR, ctx.now).await {
            Ok(true) => {}
            Ok(false) => return Err(LogoutRefusal::Invalid("the token was sent before")),
            Err(_) => return Err(LogoutRefusal::Later),
        }
        Ok(LogoutNotice {
            upstream: upstream.set.id.clone(),
            issuer: endpoints.issuer.clone(),
            of: heeded.of,
            said_at: heeded.said_at,
            everywhere: upstream.set.logout == crate::LogoutPolicy::All,
            mark: key,
        })
    }

    /// Takes back that a logout token was heeded, for the upstream to send it again: nothing came of it here.
    pub async fn unheed(&self, now: Timestamp, notice: &LogoutNotice) {
        if self.attempts.ephemeral.take(&notice.mark, now).await.is_err() {
            tracing::warn!(upstream = %notice.upstream, "A logout token that ended nothing cannot be sent again.");
        }
    }
}
