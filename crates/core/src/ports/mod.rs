//! What we need of the outside, named by need. Each trait has its real adapter in another crate and a fake with
//! state in `testkit`.

mod ephemeral;
mod messengers;
mod notices;
mod outgoing;
mod signatures;
mod upstream_http;
mod vault;

pub use ephemeral::{Ephemeral, EphemeralKey, Unreachable};
pub use messengers::{EmailMessage, Mailer, ReportOutcome, SmsGateway, SmsReport, SmsReports, TextMessage};
pub use notices::{NotWritten, NoticeWriter, WrittenNotice};
pub use outgoing::{Answered, NotAnswered, Outgoing};
pub use signatures::SignatureVerifier;
pub use upstream_http::{CallBody, UpstreamAnswer, UpstreamCall, UpstreamHttp};
pub use vault::{SealPurpose, Sealed, Unsealable, Vault};
