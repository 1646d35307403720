//! A gateway over SMPP 3.4: a carrier's or aggregator's short message centre (SMSC), with a session that is kept.
//!
//! The session opens with the first message and again after it broke; of several messages each waits for its own answer,
//! at most `window` at a time. Receipts come over the same session ([`super::Receipts`]).

mod frame;
#[cfg(test)]
mod peer_tests;
mod receipt;
mod session;
mod settings;
mod status;
mod talk;
#[cfg(test)]
mod tests;
mod text;

pub use settings::SmppSettings;

use super::exchange::timed;
use super::{Receipts, Route, Verdict};
use crate::SetupError;
use crate::loopback::is_loopback;
use async_trait::async_trait;
use portal_id_core::ports::TextMessage;
use portal_id_core::secret::Secret;
use portal_id_core::time::{Span, Timestamp};
use rusmpp::pdus::{BindTransceiver, SubmitSm};
use rusmpp::types::{COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, IntermediateNotification, MCDeliveryReceipt, Npi, RegisteredDelivery,
    SmeOriginatedAcknowledgement, Ton,
};
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use session::{Lost, Pace, Session};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use talk::ReceiptDesk;
use text::Encoded;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// After the SMSC asked us to slow down, the next message waits at least so long; other gateways are tried meanwhile.
const THROTTLED_FOR: Span = Span::seconds(2);

/// A gateway behind a session.
pub struct SmppGateway {
    settings: SmppSettings,
    bind: BindTransceiver,
    source: COctetString<1, 21>,
    tls: Option<TlsConnector>,
    desk: ReceiptDesk,
    state: Mutex<State>,
    window: Semaphore,
    /// Tells the parts of one long message from those of another.
    reference: AtomicU8,
}

#[derive(Default)]
struct State {
    session: Option<Session>,
    /// What the last attempt to open one came to, if it failed. Those who waited for it do not try again: they would wait for
    /// the same silence one after the other.
    failed: Option<(Timestamp, Verdict)>,
    throttled_until: Option<Timestamp>,
}

impl SmppGateway {
    /// From its settings; does not connect yet.
    pub fn new(settings: &SmppSettings, receipts: Option<Arc<dyn Receipts>>) -> Result<Self, SetupError> {
        let wrong = |why: &str| SetupError::new(format!("the SMS gateway {}: {why}", settings.name));
        super::description::check_name(&settings.name)?;
        if settings.host.is_empty() {
            return Err(wrong("host is missing"));
        }
        if !settings.tls && !is_loopback(&settings.host) {
            return Err(wrong("tls = false is for this machine only: put the end of a tunnel here"));
        }
        if !super::description::is_sender(&settings.brandname) {
            return Err(wrong("brandname must be 1 to 11 unaccented characters"));
        }
        let password = crate::read_secret("password", settings.password.as_ref(), settings.password_file.as_deref())?
            .unwrap_or_else(|| Secret::new(String::new()));
        let bind = BindTransceiver::builder()
            .system_id(c_string(&settings.system_id).ok_or_else(|| wrong("system_id has at most 15 characters"))?)
            .password(c_string(password.expose()).ok_or_else(|| wrong("the password has at most 8 characters"))?)
            .system_type(c_string(&settings.system_type).ok_or_else(|| wrong("system_type has at most 12 characters"))?)
            .interface_version(InterfaceVersion::Smpp3_4)
            .build();
        Ok(Self {
            source: c_string(&settings.brandname).ok_or_else(|| wrong("brandname cannot be sent"))?,
            tls: settings.tls.then(|| session::connector(settings.root_ca_file.as_deref())).transpose()?,
            window: Semaphore::new(usize::from(settings.window.clamp(1, 100))),
            state: Mutex::default(),
            reference: AtomicU8::new(0),
            settings: settings.clone(),
            bind,
            desk: ReceiptDesk { gateway: settings.name.clone(), receipts, unmarked: settings.unmarked_receipts },
        })
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(u64::from(self.settings.timeout_seconds.max(1)))
    }

    /// The live session, or a new one. Held while opening: the messages of one round wait for one session.
    async fn session(&self, now: Timestamp) -> Result<Session, Verdict> {
        let mut state = self.state.lock().await;
        if state.throttled_until.is_some_and(|until| now < until) {
            return Err(Verdict::Passing("asked us to slow down a moment ago".to_owned()));
        }
        if let Some(session) = state.session.as_ref().filter(|session| session.is_alive()) {
            return Ok(session.clone());
        }
        if let Some((until, verdict)) = &state.failed
            && now <= *until
        {
            return Err(verdict.clone());
        }
        let (opened, took) = timed(timeout(self.patience(), self.open())).await;
        let opened = opened.unwrap_or_else(|_| Err(Verdict::Passing(Lost::Silent.to_string())));
        state.failed = opened.as_ref().err().map(|verdict| (now + took, verdict.clone()));
        state.session = opened.as_ref().ok().cloned();
        opened
    }

    async fn open(&self) -> Result<Session, Verdict> {
        // Nothing was handed over yet, whatever is lost.
        let lost = |lost: Lost| Verdict::Passing(lost.to_string());
        let settings = &self.settings;
        let host = session::Host { name: &settings.host, port: settings.port(), tls: self.tls.as_ref() };
        let keep_alive = Duration::from_secs(u64::from(settings.enquire_link_seconds.max(1)));
        let pace = Pace { patience: self.patience(), keep_alive };
        let session = Session::open(&host, pace, self.desk.clone()).await.map_err(lost)?;
        let answer = session.ask(Pdu::BindTransceiver(self.bind.clone()), self.patience()).await.map_err(lost)?;
        match status::of_bind(answer.status()) {
            Some(refusal) => Err(refusal),
            None if answer.id() == CommandId::BindTransceiverResp => Ok(session),
            None => Err(Verdict::Passing("answered the bind with something else".to_owned())),
        }
    }

    /// Ends a session that is of no use; the next message opens another.
    async fn drop_session(&self, useless: &Session) {
        let mut state = self.state.lock().await;
        if state.session.as_ref().is_some_and(|session| session.is(useless)) {
            state.session = None;
        }
    }

    fn part(&self, to: &COctetString<1, 21>, lives: Span, encoded: &Encoded, octets: &[u8]) -> Option<SubmitSm> {
        let receipt = if self.settings.receipts {
            MCDeliveryReceipt::McDeliveryReceiptRequestedWhereFinalDeliveryOutcomeIsSuccessOrFailure
        } else {
            MCDeliveryReceipt::NoMcDeliveryReceiptRequested
        };
        // Not the library's default, which says that the message is an acknowledgement (0x08).
        let esm_class = EsmClass::from(0);
        Some(
            SubmitSm::builder()
                .source_addr_ton(Ton::Alphanumeric)
                .source_addr_npi(Npi::Unknown)
                .source_addr(self.source.clone())
                .dest_addr_ton(Ton::International)
                .dest_addr_npi(Npi::Isdn)
                .destination_addr(to.clone())
                .esm_class(if encoded.is_split() { esm_class.with_udhi_indicator() } else { esm_class })
                .validity_period(validity_period(lives)?)
                .registered_delivery(RegisteredDelivery::new(
                    receipt,
                    SmeOriginatedAcknowledgement::NoReceiptSmeAcknowledgementRequested,
                    IntermediateNotification::NoIntermediaryNotificationRequested,
                    0,
                ))
                .data_coding(if encoded.is_ucs2 { DataCoding::Ucs2 } else { DataCoding::McSpecific })
                .short_message(OctetString::from_slice(octets).ok()?)
                .build(),
        )
    }

    /// Sends one part; the SMSC's id of it.
    async fn submit(&self, session: &Session, part: SubmitSm, now: Timestamp) -> Result<Option<String>, Verdict> {
        let answer = session.ask(Pdu::SubmitSm(part), self.patience()).await.map_err(Lost::verdict)?;
        if status::is_throttled(answer.status()) {
            self.state.lock().await.throttled_until = Some(now + THROTTLED_FOR);
        }
        if answer.status() == CommandStatus::EsmeRinvbndsts {
            self.drop_session(session).await;
        }
        match status::of_submit(answer.status(), &self.settings) {
            Some(refusal) => Err(refusal),
            None if answer.id() == CommandId::SubmitSmResp => Ok(self.id_in(&answer)),
            None => Err(Verdict::Unanswered("answered with something else".to_owned())),
        }
    }

    /// The id by which a receipt will speak of the message.
    fn id_in(&self, answer: &Command) -> Option<String> {
        let Some(Pdu::SubmitSmResp(taken)) = answer.pdu() else { return None };
        let id = Some(taken.message_id().as_str()).filter(|id| super::verdict::is_plain(id))?;
        if !self.settings.hex_ids {
            return Some(id.to_owned());
        }
        u128::from_str_radix(id, 16).map_or_else(|_| Some(id.to_owned()), |number| Some(number.to_string()))
    }
}

/// A relative time (SMPP 3.4 §7.1.1.2): a code that waits for a phone for longer is of no use.
fn validity_period(lives: Span) -> Option<EmptyOrFullCOctetString<17>> {
    let seconds = lives.as_seconds().clamp(1, 99 * 3600);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    EmptyOrFullCOctetString::from_string(format!("000000{hours:02}{minutes:02}{seconds:02}000R")).ok()
}

#[async_trait]
impl Route for SmppGateway {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn tells_later(&self) -> bool {
        self.desk.receipts.is_some()
    }

    async fn hand_over(&self, message: &TextMessage, now: Timestamp) -> Verdict {
        let Some(to) = super::NumberForm::CountryCode.write(&message.to).and_then(|number| c_string(&number)) else {
            return Verdict::NumberRefused("the number is no Vietnamese mobile number".to_owned());
        };
        let Ok(Ok(_place)) = timeout(self.patience(), self.window.acquire()).await else {
            return Verdict::Passing("has as many messages waiting for their answer as it allows".to_owned());
        };
        let session = match self.session(now).await {
            Ok(session) => session,
            Err(verdict) => return verdict,
        };
        let words = super::http::words(message, self.settings.web_otp);
        let encoded = text::encode(&words, self.reference.fetch_add(1, Ordering::Relaxed));
        let (mut id, mut taken) = (None, 0);
        for octets in &encoded.parts {
            let Some(part) = self.part(&to, message.not_after.since(now), &encoded, octets) else {
                return Verdict::GatewayRefused("the text cannot be sent".to_owned());
            };
            match self.submit(&session, part, now).await {
                // The receipt of the last part stands for all.
                Ok(given) => (id, taken) = (given, taken + 1),
                // Those before it were taken, and are billed.
                Err(Verdict::Passing(why)) if taken > 0 => return Verdict::Unanswered(why),
                Err(verdict) => return verdict,
            }
        }
        Verdict::Accepted(id)
    }
}

fn c_string<const MAX: usize>(text: &str) -> Option<COctetString<1, MAX>> {
    COctetString::from_string(text.to_owned()).ok()
}
