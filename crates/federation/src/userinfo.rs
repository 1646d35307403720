//! What the userinfo endpoint says (OpenID Connect Core §5.3): plain or signed, always of the ID token's person.

use crate::discovery::Endpoints;
use crate::id_token::{Expected, is_of};
use crate::key_cache::{KeyCache, Unverified};
use crate::line::{Errand, Failed, Line};
use crate::settings::{Resolved, UserinfoMethod, UserinfoSigned};
use crate::trouble::Distrust;
use portal_id_core::ports::{CallBody, UpstreamCall};
use portal_id_core::secret::Secret;
use serde_json::{Map, Value};

/// Why there is nothing to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoUserinfo {
    Failed(Failed),
    Refused(u16),
    Distrusted(Distrust),
}

impl From<Failed> for NoUserinfo {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<Distrust> for NoUserinfo {
    fn from(distrust: Distrust) -> Self {
        Self::Distrusted(distrust)
    }
}

impl From<Unverified> for NoUserinfo {
    fn from(unverified: Unverified) -> Self {
        match unverified {
            Unverified::NoKeys(failed) => Self::Failed(failed),
            Unverified::Distrusted(distrust) => Self::Distrusted(distrust),
        }
    }
}

/// Asks for the claims of the person `subject`; none where userinfo is not used.
pub(crate) async fn ask(
    upstream: &Resolved,
    endpoints: &Endpoints,
    (line, keys): (&Line, &KeyCache),
    access_token: Option<&Secret>,
    (subject, expected): (&str, &Expected<'_>),
) -> Result<Map<String, Value>, NoUserinfo> {
    let body = match upstream.userinfo {
        UserinfoMethod::None => return Ok(Map::new()),
        UserinfoMethod::Get => CallBody::Get,
        UserinfoMethod::Post => CallBody::EmptyPost,
    };
    let told = told(upstream, endpoints, (line, keys), (access_token, body), (subject, expected)).await;
    match &told {
        Ok(_) => line.worked(expected.now, Errand::Userinfo),
        Err(NoUserinfo::Refused(_) | NoUserinfo::Distrusted(_)) => line.said_nothing(expected.now, Errand::Userinfo),
        Err(NoUserinfo::Failed(_)) => {}
    }
    told
}

async fn told(
    upstream: &Resolved,
    endpoints: &Endpoints,
    (line, keys): (&Line, &KeyCache),
    (access_token, body): (Option<&Secret>, CallBody<'_>),
    (subject, expected): (&str, &Expected<'_>),
) -> Result<Map<String, Value>, NoUserinfo> {
    const ERRAND: Errand = Errand::Userinfo;
    let now = expected.now;
    let Some(url) = &endpoints.userinfo else {
        return Err(line.failed(now, ERRAND, "its metadata lack userinfo_endpoint".to_owned()).into());
    };
    let access_token = access_token.ok_or(Distrust::NoToken)?;
    let bearer = Secret::new(format!("Bearer {}", access_token.expose()));
    let accept = if upstream.userinfo_signed == UserinfoSigned::Never {
        "application/json"
    } else {
        "application/json, application/jwt"
    };
    let answer = line.call(now, ERRAND, UpstreamCall { url, accept, authorization: Some(&bearer), body }).await?;
    if answer.status != 200 {
        line.judge_status(now, ERRAND, answer.status)?;
        return Err(NoUserinfo::Refused(answer.status));
    }
    let signed = answer.content_type == "application/jwt";
    let claims = match (signed, upstream.userinfo_signed) {
        (true, UserinfoSigned::Never) | (false, UserinfoSigned::Always) => return Err(Distrust::UserinfoForm.into()),
        (false, _) => line.object(now, ERRAND, &answer.body)?,
        (true, _) => {
            let token = std::str::from_utf8(&answer.body).map_err(|_| Distrust::Form)?.trim();
            let verified = keys.verify(line, &endpoints.jwks, (token, &["JWT"]), now).await;
            // Where the keys fail, nothing is known of userinfo.
            let claims = verified.inspect_err(|_| line.said_nothing(now, ERRAND))?;
            // §5.3.2: iss and aud should be there; what else is signed by the same keys is no userinfo.
            if claims.contains_key("nonce") || claims.contains_key("events") {
                return Err(Distrust::UserinfoForm.into());
            }
            is_of(&claims, expected)?;
            claims
        }
    };
    // §5.3.2: else it could be of anybody.
    if claims.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(Distrust::UserinfoSubject.into());
    }
    Ok(claims)
}
