//! The userinfo endpoint (OpenID Connect Core §5.3): the token in the header, or in the body of a POST.

use crate::edge::form::{is_form, read_form};
use crate::edge::{Call, PageError};
use crate::protocol::called::{authorization, parameters};
use crate::protocol::json;
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, Method};
use portal_id_core::secret::Secret;
use portal_id_oidc::{ProtocolError, Provider, UserinfoAnswer};
use std::sync::Arc;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct Userinfo {
    pub(crate) provider: Arc<Provider>,
}

/// Tells a client what the token allows it to know.
pub(crate) async fn answer(
    Call { ctx }: Call,
    State(s): State<Userinfo>,
    request: Request,
) -> Result<Response, PageError> {
    let (parts, body) = request.into_parts();
    // A POST that carries its token in the header needs no form (RFC 6750 §2.1), but may have one.
    let body = if parts.method == Method::POST && is_form(&parts.headers) {
        Some(read_form(&parts.headers, body).await?)
    } else {
        None
    };
    let refused = |refusal: &ProtocolError| json::refused(&ctx, "/userinfo", None, refusal);
    let token = match bearer(&parts.headers, body.as_deref()) {
        Ok(Some(token)) => token,
        Ok(None) => return Ok(refused(&no_token(s.provider.issuer()))),
        Err(refusal) => return Ok(refused(&challenged(refusal, s.provider.issuer()))),
    };
    Ok(match s.provider.userinfo(&ctx, token.expose()).await {
        Ok(UserinfoAnswer::Claims(claims)) => json::ok(&claims),
        Ok(UserinfoAnswer::Token(token)) => json::jwt(token),
        Err(refusal) => refused(&refusal),
    })
}

/// The one token of the request; two ways at once are refused (RFC 6750 §2). Never from the query (RFC 6750 §5.3).
fn bearer(headers: &HeaderMap, body: Option<&[u8]>) -> Result<Option<Secret>, ProtocolError> {
    let in_header = authorization(headers)?.and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        let token = token.trim_matches(' ');
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Secret::new(token.to_owned()))
    });
    let params = parameters(body.unwrap_or_default())?;
    if params.repeated().is_some() {
        return Err(ProtocolError::invalid_request("a parameter was sent twice"));
    }
    let in_body = params.get("access_token").map(|token| Secret::new(token.to_owned()));
    match (in_header, in_body) {
        (Some(_), Some(_)) => Err(ProtocolError::invalid_request("the access token must come in one way only")),
        (header, body) => Ok(header.or(body)),
    }
}

/// The error belongs into the challenge too (RFC 6750 §3.1).
fn challenged(refusal: ProtocolError, issuer: &str) -> ProtocolError {
    let ProtocolError { error, description, .. } = &refusal;
    let challenge = format!("Bearer realm=\"{issuer}\", error=\"{error}\", error_description=\"{description}\"");
    ProtocolError { www_authenticate: Some(challenge), ..refusal }
}

/// Nobody said who they are: a challenge without an error code (RFC 6750 §3.1).
fn no_token(issuer: &str) -> ProtocolError {
    ProtocolError {
        error: "invalid_token",
        description: "an access token is needed".to_owned(),
        status: 401,
        www_authenticate: Some(format!("Bearer realm=\"{issuer}\"")),
        detail: None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use http::HeaderValue;
    use http::header::AUTHORIZATION;
    use proptest::prelude::*;

    fn read(header: Option<&str>, body: Option<&str>) -> Result<Option<String>, &'static str> {
        let headers = header.map(|value| (AUTHORIZATION, HeaderValue::from_str(value).unwrap())).into_iter().collect();
        let token = bearer(&headers, body.map(str::as_bytes)).map_err(|refusal| refusal.error)?;
        Ok(token.map(|token| token.expose().to_owned()))
    }

    #[test]
    fn the_token_comes_in_the_header_or_in_the_body_but_not_in_both() {
        assert_eq!(read(Some("Bearer abc.d"), None), Ok(Some("abc.d".to_owned())));
        assert_eq!(read(Some("bearer abc"), None), Ok(Some("abc".to_owned())));
        assert_eq!(read(None, Some("access_token=abc&x=1")), Ok(Some("abc".to_owned())));
        assert_eq!(read(Some("Bearer abc"), Some("access_token=abc")), Err("invalid_request"));
        assert_eq!(read(None, Some("access_token=a&access_token=b")), Err("invalid_request"));
        assert_eq!(read(None, None), Ok(None));
        assert_eq!(read(Some("Basic abc"), None), Ok(None));
        for nothing in ["Bearer", "Bearer ", "Bearer  "] {
            assert_eq!(read(Some(nothing), None), Ok(None), "{nothing:?}");
        }
    }

    #[test]
    fn two_authorization_headers_are_refused() {
        let headers = [
            (AUTHORIZATION, HeaderValue::from_static("Bearer a")),
            (AUTHORIZATION, HeaderValue::from_static("Bearer a")),
        ]
        .into_iter()
        .collect();
        assert_eq!(bearer(&headers, None).unwrap_err().error, "invalid_request");
    }

    proptest! {
        // security: row 36
        #[test]
        fn any_header_and_body_are_read_without_a_panic(header in proptest::collection::vec(any::<u8>(), 0..80), body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let headers = HeaderValue::from_bytes(&header).ok().map(|value| (AUTHORIZATION, value)).into_iter().collect();
            let _ = bearer(&headers, Some(&body));
        }
    }
}
