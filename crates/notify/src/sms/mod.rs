//! The ways to text-message gateways, and what they report afterwards. A gateway over HTTP is a
//! description in the settings, those we know are kept as presets; a short message centre is spoken to over SMPP.

mod description;
mod exchange;
mod failover;
mod fill;
mod form;
mod http;
mod jwt;
mod presets;
mod report;
mod settings;
mod signature;
mod smpp;
#[cfg(test)]
mod tests;
mod token;
mod verdict;
mod xml;

pub use failover::{Failover, Route, WayBack, open_route};
pub use http::HttpGateway;
pub use report::{Receipts, Reports, StoredReceipts};
pub use settings::{
    AnswerFormat, AnswerSettings, BodyKind, GatewaySettings, HttpSettings, JwtSettings, Method, NumberForm, ReportRule,
    ReportSettings, SignatureScheme, SignatureSettings, TokenSettings,
};
pub use smpp::{SmppGateway, SmppSettings};
pub use verdict::Verdict;
