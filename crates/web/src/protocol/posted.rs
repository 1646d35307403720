//! Parameters of a request on the way through a page or redirect of ours, sealed.
//!
//! First, a request that another site posted to us. Browsers keep our cookies back from it (SameSite=Lax), so it goes
//! through one redirect to a GET, which has them (decisions 15). It is bound to no browser, because there is none to
//! bind it to yet; it carries parameters and nothing else, so whoever follows it can do what a link with the same
//! parameters can do, and it ends after a minute. Second, a request to sign out while the person is asked. Third, the
//! place where a service wants the person after signing out, while they sign out at another provider.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal_id_core::ctx::Ctx;
use portal_id_core::digest::Digest;
use portal_id_core::ports::{SealPurpose, Vault};
use portal_id_core::time::{Span, Timestamp};
use portal_id_oidc::Parameters;

/// Where a request was on its way to; what was sealed for one place is nothing at another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// Posted to the authorization endpoint.
    Authorize,
    /// Posted to the end-session endpoint.
    SignOut,
    /// Posted to where people come back from another provider.
    Upstream,
    /// To the end-session endpoint, and the person is asked; bound to their browser.
    ConfirmSignOut,
    /// To a service, by way of another provider at which the person signs out too; bound to their browser.
    SignedOut,
}

impl Destination {
    /// Other beginnings than that of a flow of `portal-id-oidc`: the two can never be confused.
    fn context(self, ctx: &Ctx) -> Vec<u8> {
        match self {
            Self::Authorize => b"posted-to:authorize".to_vec(),
            Self::SignOut => b"posted-to:sign-out".to_vec(),
            Self::Upstream => b"posted-to:upstream".to_vec(),
            Self::ConfirmSignOut => in_browser(b"confirm:sign-out:", ctx),
            Self::SignedOut => in_browser(b"return-to:signed-out:", ctx),
        }
    }

    const fn lifetime(self) -> Span {
        match self {
            Self::Authorize | Self::SignOut | Self::Upstream => Span::minutes(1),
            Self::ConfirmSignOut => Span::hours(1),
            Self::SignedOut => Span::minutes(10),
        }
    }
}

fn in_browser(beginning: &[u8], ctx: &Ctx) -> Vec<u8> {
    let browser = ctx.browser.as_ref().map_or(&[][..], |browser: &Digest| browser.as_bytes());
    [beginning, browser].concat()
}

/// The query parameter that carries a posted request.
pub(crate) const PARAMETER: &str = "posted";

/// Seals the parameters.
pub(crate) fn seal(vault: &dyn Vault, ctx: &Ctx, to: Destination, params: &Parameters) -> String {
    let mut plain = (ctx.now + to.lifetime()).millis().to_be_bytes().to_vec();
    plain.extend_from_slice(params.encode().as_bytes());
    URL_SAFE_NO_PAD.encode(vault.seal(SealPurpose::Flow, &to.context(ctx), &plain, ctx.entropy()))
}

/// Opens them again; `None` when altered, of the other endpoint, or too late.
pub(crate) fn open(vault: &dyn Vault, ctx: &Ctx, to: Destination, text: &str) -> Option<Parameters> {
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let plain = vault.open(SealPurpose::Flow, &to.context(ctx), &sealed).ok()?;
    let (until, params) = plain.split_first_chunk::<8>()?;
    let in_time = ctx.now < Timestamp::from_millis(i64::from_be_bytes(*until));
    if in_time { Parameters::parse(params).ok() } else { None }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::edge::tests::{FakeVault, ctx_at};

    #[test]
    fn what_was_posted_arrives_within_a_minute_and_not_later() {
        let params = Parameters::parse(b"client_id=a&state=%C4%83%26").unwrap();
        let now = Timestamp::from_seconds(1000);
        let text = seal(&FakeVault, &ctx_at(now), Destination::Authorize, &params);
        let open_at = |at| open(&FakeVault, &ctx_at(at), Destination::Authorize, &text);
        assert_eq!(open_at(now), Some(params));
        assert!(open_at(now + Span::millis(59_999)).is_some());
        assert_eq!(open_at(now + Span::minutes(1)), None);
    }

    // security: row 10
    #[test]
    fn altered_or_moved_to_another_endpoint_it_is_nothing() {
        let ctx = ctx_at(Timestamp::from_seconds(1000));
        let text = seal(&FakeVault, &ctx, Destination::Authorize, &Parameters::parse(b"a=1").unwrap());
        assert_eq!(open(&FakeVault, &ctx, Destination::SignOut, &text), None);
        for end in 0..text.len() {
            assert_eq!(open(&FakeVault, &ctx, Destination::Authorize, &text[..end]), None);
        }
        assert_eq!(open(&FakeVault, &ctx, Destination::Authorize, "!"), None);
    }

    // security: row 10
    #[test]
    fn what_a_person_is_asked_in_one_browser_cannot_be_answered_in_another() {
        let of = |byte: u8| {
            let browser = Some(portal_id_core::digest::Digest::from_bytes([byte; 32]));
            Ctx { browser, ..ctx_at(Timestamp::from_seconds(1000)) }
        };
        for (to, other) in [
            (Destination::ConfirmSignOut, Destination::SignedOut),
            (Destination::SignedOut, Destination::ConfirmSignOut),
        ] {
            let text = seal(&FakeVault, &of(1), to, &Parameters::parse(b"a=1").unwrap());
            assert!(open(&FakeVault, &of(1), to, &text).is_some());
            assert_eq!(open(&FakeVault, &of(2), to, &text), None);
            assert_eq!(open(&FakeVault, &ctx_at(Timestamp::from_seconds(1000)), to, &text), None);
            for elsewhere in [other, Destination::SignOut, Destination::Authorize] {
                assert_eq!(open(&FakeVault, &of(1), elsewhere, &text), None);
            }
        }
    }
}
