//! One upstream: its settings, the line to it, and the way from a code to the person.

use crate::attempt::Attempt;
use crate::circuit::CircuitState;
use crate::discovery::{Discovery, Endpoints};
use crate::id_token::{self, Expected};
use crate::key_cache::{KeyCache, Unverified};
use crate::line::{Errand, Failed, Line};
use crate::mapping::{self, Claims, Mapped, Unmapped};
use crate::settings::Resolved;
use crate::token_call::{self, Exchange, NoTokens};
use crate::trouble::{Distrust, Trouble};
use crate::userinfo::{self, NoUserinfo};
use portal_id_core::ctx::Ctx;
use portal_id_core::ports::UpstreamHttp;
use portal_id_core::time::{Span, Timestamp};
use portal_id_core::upstream::{UpstreamEnding, UpstreamId, UpstreamIdentity};
use std::sync::Arc;

/// The upstream.
pub(crate) struct Upstream {
    pub(crate) set: Resolved,
    pub(crate) line: Line,
    pub(crate) discovery: Discovery,
    pub(crate) keys: KeyCache,
}

impl Upstream {
    pub(crate) fn new(set: Resolved, http: Arc<dyn UpstreamHttp>) -> Self {
        let line = Line::new(set.id.clone(), http);
        Self { set, line, discovery: Discovery::default(), keys: KeyCache::default() }
    }

    /// How it fares. What is kept serves for a day: whether it can be fetched matters only when there is none.
    pub(crate) fn state(&self, now: Timestamp) -> CircuitState {
        self.line.state(now, |errand| match errand {
            Errand::Metadata => self.discovery.at_hand(&self.set.addresses, now).is_none(),
            Errand::Keys => !self.keys.are_at_hand(now),
            Errand::Tokens | Errand::Userinfo => true,
        })
    }

    /// Whether nobody is sent there at this moment: one of its endpoints failed too often, and they could not finish.
    pub(crate) fn is_left_alone(&self, now: Timestamp) -> bool {
        self.state(now) == CircuitState::Open
    }

    pub(crate) async fn endpoints(&self, now: Timestamp) -> Result<Arc<Endpoints>, Trouble> {
        self.discovery.endpoints(&self.set.addresses, &self.line, now).await.map_err(away)
    }

    pub(crate) fn expected<'a>(
        &'a self,
        endpoints: &'a Endpoints,
        nonce: Option<&'a str>,
        now: Timestamp,
    ) -> Expected<'a> {
        Expected { issuer: &endpoints.issuer, client_id: &self.set.client_id, nonce, now, skew: self.set.skew }
    }

    /// From the code to the person.
    pub(crate) async fn identify(
        &self,
        ctx: &Ctx,
        endpoints: &Endpoints,
        attempt: &Attempt,
        (code, redirect_uri): (&str, &str),
    ) -> Result<UpstreamIdentity, Trouble> {
        let id = &self.set.id;
        let exchange = Exchange { code, redirect_uri, verifier: attempt.verifier.as_deref() };
        let tokens = token_call::exchange(ctx, &self.set, endpoints, &self.line, exchange).await;
        let tokens = tokens.map_err(|none| match none {
            NoTokens::Failed(failed) => away(failed),
            NoTokens::Distrusted(distrust) => distrusted(id, distrust),
            NoTokens::Refused(error) => they_said(id, error),
        })?;
        let token = (tokens.id_token.as_str(), &id_token::TYPS[..]);
        let claims = self.keys.verify(&self.line, &endpoints.jwks, token, ctx.now).await;
        let claims = claims.map_err(|unverified| match unverified {
            Unverified::NoKeys(failed) => away(failed),
            Unverified::Distrusted(distrust) => distrusted(id, distrust),
        })?;
        let expected = self.expected(endpoints, attempt.nonce.as_deref(), ctx.now);
        let read = id_token::judge(&claims, &expected).map_err(|distrust| distrusted(id, distrust))?;
        let access_token = tokens.access_token.as_ref();
        if let Some(access_token) = access_token {
            id_token::binds(&tokens.id_token, &claims, access_token.expose()).map_err(|why| distrusted(id, why))?;
        }
        if attempt.anew && !self.signed_in_anew(read.auth_time, attempt.started_at) {
            return Err(distrusted(id, Distrust::TooOld));
        }
        let parts = (&self.line, &self.keys);
        let userinfo = userinfo::ask(&self.set, endpoints, parts, access_token, (&read.subject, &expected)).await;
        let userinfo = userinfo.map_err(|none| match none {
            NoUserinfo::Failed(failed) => away(failed),
            NoUserinfo::Distrusted(distrust) => distrusted(id, distrust),
            NoUserinfo::Refused(status) => they_said(id, format!("userinfo_{status}")),
        })?;
        let both = Claims { userinfo: &userinfo, id_token: &claims };
        let mapped = mapping::read(&self.set, &both, &read, ctx.now).map_err(|unmapped| {
            tracing::warn!(upstream = %id, ?unmapped, "An upstream provider said too little of somebody.");
            match unmapped {
                Unmapped::UnknownClass => Trouble::UnknownClass,
                Unmapped::Incomplete(what) => Trouble::Incomplete(what),
            }
        })?;
        let Mapped { key, class, facts, mut level, logout_uri } = mapped;
        level.anew = attempt.anew;
        if attempt.anew {
            // They signed in since they left, whatever seconds and clocks make of it: else a service that asked for a
            // sign-in since then would send them back for another, again and again. When exactly may be left unsaid.
            let left_at = attempt.started_at.min(ctx.now);
            level.at = Some(level.at.map_or(left_at, |at| at.max(left_at)));
        }
        Ok(UpstreamIdentity {
            upstream: id.clone(),
            source: self.set.source,
            issuer: endpoints.issuer.clone(),
            former_issuers: self.set.former_issuers.clone(),
            key,
            subject: read.subject,
            session: read.session,
            class,
            facts,
            level,
            left_at: attempt.started_at,
            auth_time: read.auth_time,
            ending: UpstreamEnding { id_token: tokens.id_token, logout_uri },
        })
    }

    /// Whether somebody who was to sign in anew did. A provider that does not say when is believed only where it need not say:
    /// the question went through a browser, and whoever sits there may have taken it out.
    fn signed_in_anew(&self, auth_time: Option<Timestamp>, asked_at: Timestamp) -> bool {
        // `auth_time` has whole seconds.
        let earliest = asked_at - self.set.skew - Span::seconds(1);
        auth_time.map_or(!self.set.auth_time_required, |at| at >= earliest)
    }
}

/// What a failed call means for somebody who wants to sign in.
pub(crate) fn away(failed: Failed) -> Trouble {
    match failed {
        Failed::Busy => Trouble::Busy,
        Failed::Open | Failed::Down => Trouble::Away,
    }
}

pub(crate) fn distrusted(id: &UpstreamId, distrust: Distrust) -> Trouble {
    tracing::warn!(upstream = %id, reason = %distrust, "An answer of an upstream provider is not believed.");
    Trouble::Distrusted(distrust)
}

fn they_said(id: &UpstreamId, error: String) -> Trouble {
    tracing::warn!(upstream = %id, error, "An upstream provider refused what it had given somebody.");
    Trouble::TheySaid(error)
}
