//! Redirect URIs: what may be registered, what a request may name, and what an answer to a client looks like. Only a
//! [`VerifiedRedirect`] can become a redirect to a client.

mod answer;
mod registration;
mod verified;

pub(crate) use answer::ReturnAddress;
pub use answer::{ClientRedirect, ResponseMode};
pub use registration::{RedirectUriFault, check_client_redirects, check_web_uri};
pub use verified::VerifiedRedirect;
pub(crate) use verified::with_query;
