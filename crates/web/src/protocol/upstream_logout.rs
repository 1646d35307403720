//! Another provider says that somebody left it (OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8): what stands here on
//! its session ends, and the services are told.

use crate::edge::form::read_form;
use crate::edge::{Call, PageError, Path};
use crate::protocol::called::parameters;
use crate::protocol::json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use portal_id_core::accounts::Accounts;
use portal_id_federation::{Federation, LogoutRefusal};
use portal_id_oidc::ProtocolError;
use std::sync::Arc;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct UpstreamLogout {
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) federation: Arc<Federation>,
}

/// How the endpoint is called in the log and in refusals.
const ENDPOINT: &str = "/upstream/…/backchannel-logout";

/// Whether the endpoint is at `path`.
pub(crate) fn is_at(path: &str) -> bool {
    let id = path.strip_prefix("/upstream/").and_then(|rest| rest.strip_suffix("/backchannel-logout"));
    id.is_some_and(|id| !id.is_empty() && !id.contains('/'))
}

/// Takes a logout token.
pub(crate) async fn post(
    Call { ctx }: Call,
    State(s): State<UpstreamLogout>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, PageError> {
    let refused = |error: &ProtocolError| Ok(json::refused(&ctx, ENDPOINT, None, error));
    let (parts, body) = request.into_parts();
    let params = match parameters(&read_form(&parts.headers, body).await?) {
        Ok(params) => params,
        Err(error) => return refused(&error),
    };
    let Some(token) = params.get("logout_token") else {
        return refused(&ProtocolError::invalid_request("there must be one logout_token"));
    };
    let notice = match s.federation.read_logout_token(&ctx, &id, token).await {
        Ok(notice) => notice,
        Err(refusal) => return refused(&of(refusal)),
    };
    let left = (&notice.of, notice.said_at);
    let ended = s.accounts.end_upstream_sessions(&ctx, &notice.upstream, &notice.issuer, left, notice.everywhere);
    match ended.await {
        Ok(sessions) => {
            tracing::info!(upstream = %notice.upstream, sessions, "Another provider says that somebody left it.");
            Ok(([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], StatusCode::OK).into_response())
        }
        Err(failure) => {
            s.federation.unheed(ctx.now, &notice).await;
            Err(failure.into())
        }
    }
}

/// §2.8: 400 with an `error` for what is wrong with the token; 503 for what may be sent again.
fn of(refusal: LogoutRefusal) -> ProtocolError {
    let error = ProtocolError::invalid_request(&refusal.to_string());
    match refusal {
        LogoutRefusal::Unknown | LogoutRefusal::Invalid(_) => error,
        LogoutRefusal::Later => ProtocolError { error: "temporarily_unavailable", status: 503, ..error },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_where_a_provider_posts_and_nowhere_else() {
        assert!(is_at("/upstream/vnconnect/backchannel-logout"));
        for other in [
            "/upstream//backchannel-logout",
            "/upstream/a/b/backchannel-logout",
            "/upstream/a/callback",
            "/x/upstream/a/backchannel-logout",
            "/upstream/a/backchannel-logout/",
            "/token",
        ] {
            assert!(!is_at(other), "{other}");
        }
    }

    #[test]
    fn what_may_be_sent_again_is_told_apart_from_what_may_not() {
        let of = |refusal| (of(refusal).status, of(refusal).error);
        assert_eq!(of(LogoutRefusal::Later), (503, "temporarily_unavailable"));
        for refusal in [LogoutRefusal::Unknown, LogoutRefusal::Invalid("jti is missing")] {
            assert_eq!(of(refusal), (400, "invalid_request"));
        }
    }
}
