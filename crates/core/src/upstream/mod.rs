//! Other providers that people arrive by: what one of them says about a person, and who of it is who here.
//!
//! [`UpstreamIdentity`] is made by `portal-id-federation` alone, from what came over the back channel: nothing in it has
//! passed through a browser (security.md row 39). What becomes of it is decided in [`crate::accounts`].

mod id;
mod identity;
mod remembered;

pub use id::{NoUpstreamId, UpstreamId};
pub use identity::{
    Brought, BroughtFacts, BroughtLevel, LONGEST_JOURNEY, LinkKey, Purpose, UpstreamEnding, UpstreamIdentity,
};
pub use remembered::{EndedBy, LogoutOf, UpstreamLink, UpstreamSecret, UpstreamSession};
