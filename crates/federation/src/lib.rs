//! We as a client of other providers: the national portal's VNConnect, VNeID, a province's Keycloak or WSO2, any OpenID
//! provider. Somebody leaves by [`Federation::begin`] and comes back by [`Federation::finish`] as an
//! [`UpstreamIdentity`](portal_id_core::upstream::UpstreamIdentity), which is made of what came over the back channel
//! and of nothing that passed through a browser.
//!
//! Owns: settings and presets, metadata and keys of the upstreams, the request, the exchange, the checks of every token,
//! the mapping of claims, and when a failing upstream is left alone. Leaves: what becomes of an identity to
//! `core::accounts`; pages and addresses to `web`; the calls themselves to a guarded client behind `core::ports`.

mod answer;
mod attempt;
mod circuit;
mod departure;
mod discovery;
mod farewell;
mod federation;
mod id_token;
mod kept;
mod key_cache;
mod line;
mod logout_token;
mod mapping;
mod presets;
mod settings;
mod token_call;
mod trouble;
mod upstream;
mod userinfo;

#[cfg(test)]
mod tests;

pub use answer::{Answer, MalformedAnswer};
pub use attempt::Baggage;
pub use circuit::CircuitState;
pub use federation::{Arrived, Departing, Departure, Federation, FederationParts, LogoutNotice, Offer, Probed};
pub use line::Standing;
pub use presets::Preset;
pub use settings::{
    AnswerMode, ClaimMap, ClaimNames, DefaultLevel, FederationSettings, LevelRule, LogoutPolicy, UpstreamClientAuth,
    UpstreamSettings, UpstreamSource, UserinfoMethod, UserinfoSigned, VouchedContact,
};
pub use trouble::{Distrust, LogoutRefusal, Missing, SetupFault, Stranded, Trouble};
