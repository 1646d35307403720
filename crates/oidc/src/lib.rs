//! The protocol: a parsed request plus facts becomes an outcome. OAuth 2.0 and OpenID Connect live here, each check
//! beside the section it follows.
//!
//! No HTTP framework and no SQL: requests arrive as [`Parameters`] and a [`Ctx`](portal_id_core::ctx::Ctx), answers
//! leave as values ([`AuthorizeOutcome`], [`TokenResponse`], [`ProtocolError`]), and everything remembered goes
//! through [`Store`](portal_id_core::store::Store). Pages, cookies and status lines are left to `portal-id-web`,
//! signing to `portal-id-keys`, accounts and sessions to `portal-id-core`.

mod authorize;
mod claims;
mod client_auth;
mod client_origins;
mod discovery;
mod end_session;
mod error;
mod flow;
mod front_channel;
mod grants;
mod introspect;
mod logout_token;
mod parameters;
mod pkce;
mod provider;
mod redirect;
mod resource;
mod revoke;
mod seam;
mod session_state;
mod settings;
mod subject;
#[cfg(test)]
mod testing;
mod tokens;
mod userinfo;

pub use authorize::{AuthorizeOutcome, AuthorizeRefusal, ConsentAsk, ContactNeed, SignInAsk, UpstreamAsk};
pub use client_auth::{client_secret_digest, named_client};
pub use end_session::EndSessionOutcome;
pub use error::ProtocolError;
pub use flow::Flow;
pub use front_channel::{FrontChannelFault, FrontChannelFrame, check_frontchannel_uri};
pub use introspect::Introspection;
pub use parameters::{ParameterFault, Parameters};
pub use provider::{Provider, ProviderParts};
pub use redirect::{
    ClientRedirect, RedirectUriFault, ResponseMode, VerifiedRedirect, check_client_redirects, check_web_uri,
};
pub use resource::{ResourceFault, check_resource};
pub use settings::{IssuerFault, OidcSettings};
pub use subject::{SectorFault, sector};
pub use tokens::TokenResponse;
pub use userinfo::UserinfoAnswer;
