//! A pending authorization request, carried by the browser while the person signs in: sealed, for this browser only,
//! for a while only. Nothing is stored for people who never come back.

use crate::parameters::Parameters;
use crate::provider::Provider;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::Digest;
use portal_id_core::ports::{SealPurpose, Vault};
use portal_id_core::time::{Span, Timestamp};
use std::fmt;

/// A pending authorization request.
#[derive(Clone, PartialEq, Eq)]
pub struct Flow {
    /// Its parameters.
    pub params: Parameters,
    /// When it first arrived.
    pub started_at: Timestamp,
    /// Whether the person has gone to an upstream for the level that it asks for: what they bring back is the best there is.
    pub upstream_tried: bool,
}

impl Flow {
    /// A request that has just arrived.
    pub const fn new(params: Parameters, started_at: Timestamp) -> Self {
        Self { params, started_at, upstream_tried: false }
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow")
            .field("params", &self.params)
            .field("started_at", &self.started_at)
            .field("upstream_tried", &self.upstream_tried)
            .finish()
    }
}

impl Provider {
    /// Seals a pending request into text for a URL or a form field.
    pub fn seal_flow(&self, ctx: &Ctx, flow: &Flow) -> String {
        seal(self.vault(), ctx, flow)
    }

    /// Opens it again, in the same browser and within `flow_minutes`; `None` for anything else.
    pub fn open_flow(&self, ctx: &Ctx, text: &str) -> Option<Flow> {
        open(self.vault(), ctx, text, Span::minutes(self.settings().flow_minutes))
    }
}

fn seal(vault: &dyn Vault, ctx: &Ctx, flow: &Flow) -> String {
    let mut plain = flow.started_at.millis().to_be_bytes().to_vec();
    plain.extend_from_slice(flow.params.encode().as_bytes());
    let context = context(ctx.browser.as_ref(), flow.upstream_tried);
    let sealed = vault.seal(SealPurpose::Flow, &context, &plain, ctx.entropy());
    URL_SAFE_NO_PAD.encode(sealed)
}

fn open(vault: &dyn Vault, ctx: &Ctx, text: &str, lives: Span) -> Option<Flow> {
    // Without a browser of its own a visitor could open what any other such visitor was given.
    let browser = ctx.browser.as_ref()?;
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let as_is = |upstream_tried| {
        let plain = vault.open(SealPurpose::Flow, &context(Some(browser), upstream_tried), &sealed).ok()?;
        Some((plain, upstream_tried))
    };
    let (plain, upstream_tried) = as_is(false).or_else(|| as_is(true))?;
    let (started_at, params) = plain.split_first_chunk::<8>()?;
    let started_at = Timestamp::from_millis(i64::from_be_bytes(*started_at));
    let params = Parameters::parse(params).ok()?;
    // `since` is zero for a start that another node's clock puts a moment ahead of ours.
    (ctx.now.since(started_at) < lives).then_some(Flow { params, started_at, upstream_tried })
}

/// What is sealed for one browser and one use opens nowhere else (security.md row 10). What a request has been through is
/// part of that, so that nobody can take it away or add it.
fn context(browser: Option<&Digest>, upstream_tried: bool) -> Vec<u8> {
    let kind = if upstream_tried { &b"authorization-request-from-upstream:"[..] } else { b"authorization-request:" };
    let mut context = kind.to_vec();
    context.extend(browser.into_iter().flat_map(Digest::as_bytes));
    context
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::testing::{CountingEntropy, NOW, PlainVault};
    use std::sync::Arc;

    fn ctx(browser: Option<u8>, now: Timestamp) -> Ctx {
        let browser = browser.map(|byte| Digest::from_bytes([byte; 32]));
        Ctx { browser, ..Ctx::for_job(now, Arc::new(CountingEntropy::default()), "r") }
    }

    fn flow() -> Flow {
        Flow::new(Parameters::parse(b"client_id=a&state=%C4%91+x&scope=openid").unwrap(), NOW)
    }

    fn opened(text: &str, ctx: &Ctx) -> Option<Flow> {
        open(&PlainVault, ctx, text, Span::minutes(60))
    }

    // security: row 10
    #[test]
    fn only_the_same_browser_opens_a_pending_request() {
        let text = seal(&PlainVault, &ctx(Some(1), NOW), &flow());
        assert_eq!(opened(&text, &ctx(Some(1), NOW)), Some(flow()));
        assert_eq!(opened(&text, &ctx(Some(2), NOW)), None);
        assert_eq!(opened(&text, &ctx(None, NOW)), None);
        let nobodys = seal(&PlainVault, &ctx(None, NOW), &flow());
        assert_eq!(opened(&nobodys, &ctx(None, NOW)), None);
    }

    // security: row 10
    #[test]
    fn what_a_request_has_been_through_stays_with_it() {
        let tried = Flow { upstream_tried: true, ..flow() };
        let text = seal(&PlainVault, &ctx(Some(1), NOW), &tried);
        assert_eq!(opened(&text, &ctx(Some(1), NOW)), Some(tried));
        assert_eq!(opened(&text, &ctx(Some(2), NOW)), None);
        assert_eq!(opened(&seal(&PlainVault, &ctx(Some(1), NOW), &flow()), &ctx(Some(1), NOW)), Some(flow()));
    }

    #[test]
    fn a_pending_request_waits_an_hour() {
        let text = seal(&PlainVault, &ctx(Some(1), NOW), &flow());
        let last = NOW + Span::minutes(60) - Span::millis(1);
        assert!(opened(&text, &ctx(Some(1), last)).is_some());
        assert_eq!(opened(&text, &ctx(Some(1), NOW + Span::minutes(60))), None);
        assert!(opened(&text, &ctx(Some(1), NOW - Span::millis(1))).is_some(), "another node's clock");
    }

    // security: row 31
    #[test]
    fn no_prefix_or_changed_letter_opens() {
        let text = seal(&PlainVault, &ctx(Some(1), NOW), &flow());
        for end in 0..text.len() {
            assert_eq!(opened(&text[..end], &ctx(Some(1), NOW)), None, "{end}");
            let other = if &text[end..=end] == "A" { "B" } else { "A" };
            let changed = format!("{}{other}{}", &text[..end], &text[end + 1..]);
            assert_eq!(opened(&changed, &ctx(Some(1), NOW)), None, "{end}");
        }
    }
}
