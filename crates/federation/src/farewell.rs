//! Leaving the upstream too (decisions 26; OpenID Connect RP-Initiated Logout 1.0 §2): by the browser, or not at all. A
//! call from here would end no browser's session.

use crate::discovery::Endpoints;
use crate::settings::{LogoutPolicy, Resolved};
use portal_id_core::upstream::UpstreamEnding;
use url::Url;

/// The address that the browser is sent to; `None` when it stays here.
pub(crate) fn address(
    upstream: &Resolved,
    endpoints: &Endpoints,
    ending: &UpstreamEnding,
    return_to: &str,
    state: Option<&str>,
) -> Option<String> {
    if upstream.logout == LogoutPolicy::None || !upstream.post_logout_redirect {
        return None;
    }
    // The address that the person's claims named: only where the upstream itself is (security.md row 2).
    if let Some(named) = ending.logout_uri.as_ref().filter(|named| endpoints.has_origin_of(named)) {
        return Some(state.map_or_else(|| named.clone(), |state| with_return(named, return_to, state)));
    }
    let mut url = Url::parse(endpoints.end_session.as_ref()?).ok()?;
    url.query_pairs_mut()
        .append_pair("id_token_hint", &ending.id_token)
        .append_pair("client_id", &upstream.client_id)
        .append_pair("post_logout_redirect_uri", return_to)
        .extend_pairs(state.map(|state| ("state", state)));
    Some(url.into())
}

/// An address that the upstream made for this person, with where a service waits for them. Nothing in it is replaced.
fn with_return(named: &str, return_to: &str, state: &str) -> String {
    let Ok(mut url) = Url::parse(named) else { return named.to_owned() };
    let ours = [("post_logout_redirect_uri", return_to), ("state", state)];
    if url.query_pairs().any(|(name, _)| ours.iter().any(|(ours, _)| name == *ours)) {
        return named.to_owned();
    }
    url.query_pairs_mut().extend_pairs(ours);
    url.into()
}
