//! From what the protocol decided to what the browser gets.

use crate::edge::{PageError, PagePolicy, PageResult, Visit};
use crate::pages::form_post::FormPostPage;
use crate::pages::going_back::GoingBackPage;
use crate::pages::open_app::OpenAppPage;
use crate::pages::upstream::start;
use axum::response::Response;
use http::StatusCode;
use portal_id_federation::Federation;
use portal_id_oidc::{AuthorizeOutcome, ClientRedirect, ResponseMode};

/// Goes on with an authorization request. `visit` carries the request when a page of ours, or another provider, comes next.
pub(crate) async fn respond_authorize(visit: Visit, federation: &Federation, outcome: AuthorizeOutcome) -> PageResult {
    Ok(match outcome {
        AuthorizeOutcome::Upstream(ask) => return start::lead(visit, federation, ask).await,
        AuthorizeOutcome::Refused(refusal) => return Err(PageError::AuthorizeRefused(refusal.key())),
        AuthorizeOutcome::Redirect(redirect) => {
            let redirect = visit.telling_login_state(redirect);
            to_client(visit, &redirect)
        }
        AuthorizeOutcome::SignIn(ask) if ask.create => {
            let path = visit.path("/register");
            visit.to(path)
        }
        AuthorizeOutcome::SignIn(_) => {
            let path = visit.path("/sign-in");
            visit.to(path)
        }
        AuthorizeOutcome::StepUp(_) => {
            let path = visit.path("/sign-in/step-up");
            visit.to(path)
        }
        AuthorizeOutcome::Contact(_) => {
            let path = visit.path("/account/contact");
            visit.to(path)
        }
        AuthorizeOutcome::Consent(_) => {
            let path = visit.path("/consent");
            visit.to(path)
        }
    })
}

/// Sends the browser back to a client: by a redirect, by a form, or by a link when an app has to open, since
/// Chromium follows no redirect to an app's own scheme after a form (decisions 17).
///
/// After a form of ours a browser gets a page that goes on by itself instead of a redirect: Chromium holds every redirect
/// that follows a form against the `form-action` of its page, those of the service too, which we cannot know.
pub(crate) fn to_client(visit: Visit, redirect: &ClientRedirect) -> Response {
    if redirect.mode() == ResponseMode::FormPost {
        let policy = PagePolicy::default()
            .form_to(redirect.target().origin())
            .script(FormPostPage::SCRIPT)
            .framed_by(redirect.framed_by().iter().cloned());
        let page = FormPostPage::new(visit.layout(FormPostPage::TITLE), redirect);
        return visit.page_under(StatusCode::OK, &policy, page);
    }
    let location = redirect.location();
    if redirect.target().is_private_use() {
        let page = OpenAppPage::new(visit.layout(OpenAppPage::TITLE), location);
        return visit.page_under(StatusCode::OK, &PagePolicy::default(), page);
    }
    if visit.after_form {
        let page = GoingBackPage::new(visit.layout(GoingBackPage::TITLE), location);
        return visit.page_under(StatusCode::OK, &PagePolicy::default(), page);
    }
    visit.see_other(&location)
}
