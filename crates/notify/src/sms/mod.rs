//! The ways to text-message gateways. SOAP, SMPP and token steps before a request are not here; a gateway that needs
//! them gets its own [`Route`].

mod esms;
mod failover;
mod fill;
mod http;
mod settings;
#[cfg(test)]
mod tests;
mod verdict;

pub use failover::{Failover, Route};
pub use http::HttpGateway;
pub use settings::{AnswerSettings, BodyKind, EsmsSettings, GatewaySettings, HttpSettings, Method, NumberForm};
pub use verdict::Verdict;
