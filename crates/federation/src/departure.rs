//! The authorization request (OpenID Connect Core §3.1.2.1): what travels through the browser, and nothing that is
//! anybody's secret.

use crate::attempt::Attempt;
use crate::discovery::Endpoints;
use crate::federation::{Departing, Departure};
use crate::settings::{AnswerMode, Resolved};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::ctx::Ctx;
use portal_id_core::secret::Secret;
use sha2::{Digest as _, Sha256};
use url::Url;

/// A hint longer than this is nobody's name.
const LONGEST_HINT: usize = 254;

/// The address to go to; `None` when the endpoint is no address.
pub(crate) fn address(
    ctx: &Ctx,
    upstream: &Resolved,
    endpoints: &Endpoints,
    departing: &Departing,
    (state, attempt): (&Secret, &Attempt),
    redirect_uri: &str,
) -> Option<Departure> {
    let mut url = Url::parse(&endpoints.authorization).ok()?;
    let by_level = departing.least.and_then(|(ial, aal)| upstream.ask_for(ial, aal));
    let acr_values = by_level.unwrap_or(&upstream.acr_values);
    let hint = departing.login_hint.as_deref().filter(|hint| !hint.is_empty() && hint.len() <= LONGEST_HINT);
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &upstream.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &upstream.scope)
            .append_pair("state", state.expose());
        if let Some(nonce) = &attempt.nonce {
            query.append_pair("nonce", nonce);
        }
        if let Some(verifier) = &attempt.verifier {
            // RFC 7636 §4.2.
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            query.append_pair("code_challenge", &challenge).append_pair("code_challenge_method", "S256");
        }
        if !acr_values.is_empty() {
            query.append_pair("acr_values", acr_values);
        }
        if upstream.answer_mode == AnswerMode::FormPost {
            query.append_pair("response_mode", "form_post");
        }
        if departing.anew {
            query.append_pair("prompt", "login").append_pair("max_age", "0");
        } else if let Some(max_age) = upstream.max_age {
            // Not for its own sake: whoever is asked for it must say when the person signed in.
            query.append_pair("max_age", &max_age.as_seconds().to_string());
        }
        if let Some(hint) = hint {
            query.append_pair("login_hint", hint);
        }
        if upstream.ui_locales {
            query.append_pair("ui_locales", ctx.language.tag());
        }
        query.extend_pairs(&upstream.extra_parameters);
    }
    let origin = url.origin().ascii_serialization();
    Some(Departure { location: url.into(), origin })
}
