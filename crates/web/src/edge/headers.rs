//! The headers that keep a page what it is: no foreign content, no frames, no traces (security.md rows 3, 6, 35).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use portal_id_core::language::Language;
use sha2::{Digest as _, Sha256};

/// The header of the request's id, in requests of trusted proxies and in every answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a page may do beyond showing our own texts, style and logo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PagePolicy {
    form_targets: Vec<String>,
    image: Option<String>,
    frames: Vec<String>,
    framed_by: Vec<String>,
    script: Script,
    asks_for_lists: bool,
}

/// The script that a page may run. One at most: of two `script-src` a browser heeds the first alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Script {
    /// None.
    #[default]
    None,
    /// This text in the page, known by its hash (CSP Level 3 §6.7.3.4).
    Inline(&'static str),
    /// The file at this address: the whole of it, not our origin (CSP Level 3 §6.7.2.9).
    At(String),
}

impl PagePolicy {
    /// Forms may also lead to `origin`: Chromium applies `form-action` to the redirects that follow (decisions 17).
    #[must_use]
    pub(crate) fn form_to(mut self, origin: Option<String>) -> Self {
        self.form_targets.extend(origin.filter(|origin| is_harmless(origin)));
        self
    }

    /// The page shows this one picture of a service beside ours: the address itself, nothing around it.
    #[must_use]
    pub(crate) fn image_at(mut self, address: Option<String>) -> Self {
        self.image = address.filter(|address| address.starts_with("https://") && is_harmless(address));
        self
    }

    /// The page holds this one script and no other.
    #[must_use]
    pub(crate) fn script(mut self, text: &'static str) -> Self {
        self.script = Script::Inline(text);
        self
    }

    /// The page loads this one script of ours and no other.
    #[must_use]
    pub(crate) fn script_at(mut self, address: String) -> Self {
        self.script = if is_harmless(&address) { Script::At(address) } else { Script::None };
        self
    }

    /// The page's script may ask us, and nobody else, for lists.
    #[must_use]
    pub(crate) fn asking_for_lists(mut self) -> Self {
        self.asks_for_lists = true;
        self
    }

    /// The page holds frames of these origins.
    #[must_use]
    pub(crate) fn framing(mut self, origins: impl IntoIterator<Item = String>) -> Self {
        self.frames.extend(origins.into_iter().filter(|origin| is_harmless(origin)));
        self
    }

    /// Pages of these origins may frame this one. Without any, as for all but two of our pages, nobody may.
    #[must_use]
    pub(crate) fn framed_by(mut self, origins: impl IntoIterator<Item = String>) -> Self {
        self.framed_by.extend(origins.into_iter().filter(|origin| is_harmless(origin)));
        self
    }

    fn content_security_policy(&self) -> String {
        let mut policy = "default-src 'none'; style-src 'self'; img-src 'self'".to_owned();
        if let Some(address) = &self.image {
            policy.push(' ');
            policy.push_str(address);
        }
        policy.push_str("; form-action 'self'");
        for origin in &self.form_targets {
            policy.push(' ');
            policy.push_str(origin);
        }
        match &self.script {
            Script::None => {}
            Script::Inline(text) => {
                policy.push_str("; script-src 'sha256-");
                policy.push_str(&STANDARD.encode(Sha256::digest(text)));
                policy.push('\'');
            }
            Script::At(address) => {
                policy.push_str("; script-src ");
                policy.push_str(address);
            }
        }
        if !self.frames.is_empty() {
            policy.push_str("; frame-src ");
            policy.push_str(&self.frames.join(" "));
        }
        if self.asks_for_lists {
            policy.push_str("; connect-src 'self'");
        }
        policy.push_str("; frame-ancestors ");
        policy.push_str(&if self.framed_by.is_empty() { "'none'".to_owned() } else { self.framed_by.join(" ") });
        policy.push_str("; base-uri 'none'");
        policy
    }
}

/// Whether an address can stand in a policy: a host may contain characters that separate policies, and such an address
/// is left out rather than let in.
fn is_harmless(address: &str) -> bool {
    address.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ';' | ',' | '\'' | '"' | '*'))
}

/// The headers of a page.
pub(crate) fn of_page(headers: &mut HeaderMap, policy: &PagePolicy, language: Language) {
    let csp = HeaderValue::try_from(policy.content_security_policy());
    headers.insert(
        CONTENT_SECURITY_POLICY,
        csp.unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    );
    // The older header knows no list of origins; all browsers of today heed the policy.
    if policy.framed_by.is_empty() {
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    of_redirect(headers);
}

/// The headers of a redirect between pages or back to a service: addresses here may carry codes and sealed requests.
pub(crate) fn of_redirect(headers: &mut HeaderMap) {
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// The headers of every answer.
pub(crate) fn of_every_answer(headers: &mut HeaderMap, secure: bool, request_id: &str) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(policy: &PagePolicy) -> String {
        policy.content_security_policy()
    }

    #[test]
    fn a_page_may_load_and_send_to_ourselves_only() {
        assert_eq!(
            policy(&PagePolicy::default()),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
    }

    // security: row 3
    #[test]
    fn a_page_whose_script_fetches_lists_runs_that_script_and_asks_us_alone() {
        let address = "https://id.tinh.example/assets/address-0123456789abcdef.js".to_owned();
        assert_eq!(
            policy(&PagePolicy::default().script_at(address).asking_for_lists()),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; script-src https://id.tinh.example/assets/address-0123456789abcdef.js; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
    }

    #[test]
    fn a_page_of_a_pending_request_may_also_lead_to_its_service() {
        let of = |origin: &str| policy(&PagePolicy::default().form_to(Some(origin.to_owned())));
        assert!(
            of("https://dich-vu.example:8443")
                .contains("form-action 'self' https://dich-vu.example:8443; frame-ancestors")
        );
        assert_eq!(policy(&PagePolicy::default().form_to(None)), policy(&PagePolicy::default()));
    }

    // security: row 35
    #[test]
    fn a_page_frames_the_services_that_are_told_and_nobody_else() {
        let of = |origins: &[&str]| policy(&PagePolicy::default().framing(origins.iter().map(|&it| it.to_owned())));
        assert!(
            of(&["https://a.example", "https://b.example:8443"])
                .contains("; frame-src https://a.example https://b.example:8443; frame-ancestors 'none'")
        );
        for nothing in [&[][..], &["https://a;script-src *"], &["https://*"], &["https://a b"]] {
            assert_eq!(of(nothing), policy(&PagePolicy::default()), "{nothing:?}");
        }
    }

    // security: row 35
    #[test]
    fn a_page_is_framed_by_the_origins_that_are_named_and_else_by_nobody() {
        let headers = |origins: &[&str]| {
            let mut headers = HeaderMap::new();
            let policy = PagePolicy::default().framed_by(origins.iter().map(|&it| it.to_owned()));
            of_page(&mut headers, &policy, Language::default());
            let csp = headers[CONTENT_SECURITY_POLICY].to_str().unwrap_or_default().to_owned();
            (csp.split_once("frame-ancestors ").map(|(_, rest)| rest.to_owned()), headers.contains_key(X_FRAME_OPTIONS))
        };
        assert_eq!(
            headers(&["https://a.example", "http://localhost:8081"]),
            (Some("https://a.example http://localhost:8081; base-uri 'none'".to_owned()), false)
        );
        for nobody in [&[][..], &["https://*"], &["https://a b"], &["https://a; script-src *"], &["'self'"], &["*"]] {
            assert_eq!(headers(nobody), (Some("'none'; base-uri 'none'".to_owned()), true), "{nobody:?}");
        }
    }

    // security: row 35
    #[test]
    fn an_origin_cannot_widen_the_policy() {
        for origin in [
            "https://a;script-src *",
            "https://a b",
            "https://a,b",
            "https://a'unsafe-inline'",
            "https://*",
            "https://ă.vn",
        ] {
            assert_eq!(
                policy(&PagePolicy::default().form_to(Some(origin.to_owned()))),
                policy(&PagePolicy::default()),
                "{origin}"
            );
        }
    }

    // security: row 3
    #[test]
    fn a_page_shows_the_picture_of_one_service_and_no_other() {
        let of = |address: &str| policy(&PagePolicy::default().image_at(Some(address.to_owned())));
        assert!(
            of("https://cdn.dich-vu.example/a/logo.svg")
                .contains("; img-src 'self' https://cdn.dich-vu.example/a/logo.svg; form-action")
        );
        for hostile in [
            "https://a/x;script-src *",
            "https://a/x,https://b/y",
            "https://*/x",
            "https://a/'unsafe-inline'",
            "http://a/x.svg",
            "data:",
        ] {
            assert_eq!(of(hostile), policy(&PagePolicy::default()), "{hostile}");
        }
    }

    // security: row 3
    #[test]
    fn a_page_with_a_passkey_may_run_that_one_script_and_nothing_else() {
        let of = |address: &str| policy(&PagePolicy::default().script_at(address.to_owned()));
        let ours = of("https://id.tinh.example:8443/assets/passkey-0123456789abcdef.js");
        assert!(
            ours.contains(
                "; script-src https://id.tinh.example:8443/assets/passkey-0123456789abcdef.js; frame-ancestors"
            )
        );
        assert!(!ours.contains("script-src 'self'") && !ours.contains("unsafe") && !ours.contains("connect-src"));
        for hostile in ["https://id.tinh.example/a.js; script-src *", "https://id.tinh.example/* 'unsafe-inline'"] {
            assert_eq!(of(hostile), policy(&PagePolicy::default()), "{hostile}");
        }
    }

    // security: row 3
    #[test]
    fn a_page_runs_one_script_the_one_that_was_named_last() {
        let address = "https://id.tinh.example/assets/passkey-0123456789abcdef.js";
        let both = policy(&PagePolicy::default().script("alert(1)").script_at(address.to_owned()));
        assert_eq!(both, policy(&PagePolicy::default().script_at(address.to_owned())));
        let both = policy(&PagePolicy::default().script_at(address.to_owned()).script("alert(1)"));
        assert_eq!(both, policy(&PagePolicy::default().script("alert(1)")));
        assert_eq!(both.matches("script-src").count(), 1, "{both}");
    }

    #[test]
    fn tls_is_demanded_only_where_it_is_spoken() {
        let mut headers = HeaderMap::new();
        of_every_answer(&mut headers, false, "id");
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        of_every_answer(&mut headers, true, "id");
        assert!(headers.contains_key(STRICT_TRANSPORT_SECURITY));
        assert_eq!(headers[REQUEST_ID], "id");
    }
}
