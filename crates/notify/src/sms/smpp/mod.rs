//! A gateway over SMPP 3.4: a carrier's or aggregator's short message centre (SMSC), with a session that is kept.
//!
//! The session opens with the first message and again after it broke; of several messages each waits for its own answer,
//! at most `window` at a time. Receipts come over the same session ([`super::Receipts`]).

mod receipt;
mod session;
mod settings;
mod status;
#[cfg(test)]
mod tests;
mod text;

pub use settings::SmppSettings;

use super::{Receipts, Route, Verdict};
use crate::SetupError;
use crate::loopback::is_loopback;
use async_trait::async_trait;
use portal_id_core::ports::TextMessage;
use portal_id_core::secret::Secret;
use portal_id_core::time::{Span, Timestamp};
use rusmpp::Pdu;
use rusmpp::pdus::{BindTransceiver, SubmitSm};
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{
    DataCoding, EsmClass, InterfaceVersion, IntermediateNotification, MCDeliveryReceipt, Npi, RegisteredDelivery,
    SmeOriginatedAcknowledgement, Ton,
};
use session::{Lost, Session};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use text::Encoded;
use tokio::sync::{Mutex, Semaphore};
use tokio_rustls::TlsConnector;

/// After the SMSC asked us to slow down, the next message waits at least so long; other gateways are tried meanwhile.
const THROTTLED_FOR: Span = Span::seconds(2);

/// A gateway behind a session.
pub struct SmppGateway {
    settings: SmppSettings,
    bind: BindTransceiver,
    source: COctetString<1, 21>,
    tls: Option<TlsConnector>,
    receipts: Option<Arc<dyn Receipts>>,
    state: Mutex<State>,
    window: Semaphore,
    /// Tells the parts of one long message from those of another.
    reference: AtomicU8,
}

#[derive(Default)]
struct State {
    session: Option<Session>,
    /// The moment of the last attempt to open one that failed, and what it came to: nobody tries again in the same round.
    failed: Option<(Timestamp, Verdict)>,
    throttled_until: Option<Timestamp>,
}

impl SmppGateway {
    /// From its settings; does not connect yet.
    pub fn new(settings: &SmppSettings, receipts: Option<Arc<dyn Receipts>>) -> Result<Self, SetupError> {
        let wrong = |why: &str| SetupError::new(format!("the SMS gateway {}: {why}", settings.name));
        super::http::check_name(&settings.name)?;
        if settings.host.is_empty() {
            return Err(wrong("host is missing"));
        }
        if !settings.tls && !is_loopback(&settings.host) {
            return Err(wrong("tls = false is for this machine only: put the end of a tunnel here"));
        }
        if !super::http::is_sender(&settings.brandname) {
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
            receipts,
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
        if let Some((at, verdict)) = &state.failed
            && *at == now
        {
            return Err(verdict.clone());
        }
        let opened = self.open().await;
        state.failed = opened.as_ref().err().map(|verdict| (now, verdict.clone()));
        state.session = opened.as_ref().ok().cloned();
        opened
    }

    async fn open(&self) -> Result<Session, Verdict> {
        let lost = |lost: Lost| Verdict::Passing(lost.to_string());
        let settings = &self.settings;
        let host = session::Host { name: &settings.host, port: settings.port(), tls: self.tls.as_ref() };
        let keep_alive = Duration::from_secs(u64::from(settings.enquire_link_seconds.max(1)));
        let receipts = self.receipts.clone();
        let session =
            Session::open(&host, self.patience(), keep_alive, &settings.name, receipts).await.map_err(lost)?;
        let answer = session.ask(Pdu::BindTransceiver(self.bind.clone()), self.patience()).await.map_err(lost)?;
        match status::of_bind(answer.status()) {
            None => Ok(session),
            Some(refusal) => Err(refusal),
        }
    }

    fn part(&self, to: &COctetString<1, 21>, encoded: &Encoded, octets: &[u8]) -> Option<SubmitSm> {
        let receipt = if self.settings.receipts {
            MCDeliveryReceipt::McDeliveryReceiptRequestedWhereFinalDeliveryOutcomeIsSuccessOrFailure
        } else {
            MCDeliveryReceipt::NoMcDeliveryReceiptRequested
        };
        let esm_class = EsmClass::default();
        Some(
            SubmitSm::builder()
                .source_addr_ton(Ton::Alphanumeric)
                .source_addr_npi(Npi::Unknown)
                .source_addr(self.source.clone())
                .dest_addr_ton(Ton::International)
                .dest_addr_npi(Npi::Isdn)
                .destination_addr(to.clone())
                .esm_class(if encoded.is_split() { esm_class.with_udhi_indicator() } else { esm_class })
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
        let answer = session
            .ask(Pdu::SubmitSm(part), self.patience())
            .await
            .map_err(|lost| Verdict::Passing(lost.to_string()))?;
        if status::is_throttled(answer.status()) {
            self.state.lock().await.throttled_until = Some(now + THROTTLED_FOR);
        }
        match (status::of_submit(answer.status(), &self.settings), answer.pdu()) {
            (Some(refusal), _) => Err(refusal),
            (None, Some(Pdu::SubmitSmResp(taken))) => {
                Ok(Some(taken.message_id().as_str().to_owned()).filter(|id| super::verdict::is_plain(id)))
            }
            (None, _) => Ok(None),
        }
    }
}

#[async_trait]
impl Route for SmppGateway {
    fn name(&self) -> &str {
        &self.settings.name
    }

    async fn hand_over(&self, message: &TextMessage, now: Timestamp) -> Verdict {
        let Some(to) = super::NumberForm::CountryCode.write(&message.to).and_then(|number| c_string(&number)) else {
            return Verdict::NumberRefused("the number is no Vietnamese mobile number".to_owned());
        };
        // Closed never: it lives as long as we do.
        let Ok(_place) = self.window.acquire().await else {
            return Verdict::Passing("is closing".to_owned());
        };
        let session = match self.session(now).await {
            Ok(session) => session,
            Err(verdict) => return verdict,
        };
        let words = super::http::words(message, self.settings.web_otp);
        let encoded = text::encode(&words, self.reference.fetch_add(1, Ordering::Relaxed));
        let mut id = None;
        for octets in &encoded.parts {
            let Some(part) = self.part(&to, &encoded, octets) else {
                return Verdict::GatewayRefused("the text cannot be sent".to_owned());
            };
            match self.submit(&session, part, now).await {
                // The receipt of the last part stands for all.
                Ok(given) => id = given,
                Err(verdict) => return verdict,
            }
        }
        Verdict::Accepted(id)
    }
}

fn c_string<const MAX: usize>(text: &str) -> Option<COctetString<1, MAX>> {
    COctetString::from_string(text.to_owned()).ok()
}
