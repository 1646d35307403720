//! What gateways tell about messages that they accepted: who may tell, and how it is read. A report changes one mark on
//! one message; it is never logged and never answered with what we know.

use super::description::{CALLBACK_SECRET, callback_url, names};
use super::settings::{GatewaySettings, HttpSettings, ReportRule, ReportSettings};
use super::signature::Signature;
use super::verdict::{is_plain, stands_in, text_at};
use crate::SetupError;
use async_trait::async_trait;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::ids::MessageId;
use portal_id_core::ports::{ReportOutcome, SmsReport, SmsReports, Vault};
use portal_id_core::sms::{Arrival, ReportedId};
use portal_id_core::store::{Store, StoreError};
use portal_id_core::time::{Clock, Timestamp};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Takes receipts that come over a session of ours.
#[async_trait]
pub trait Receipts: Send + Sync {
    /// Notes what became of a message; false when it could not be noted and should be told again.
    async fn arrived(&self, gateway: &str, id: String, arrival: Arrival) -> bool;
}

/// Notes receipts in the store.
pub struct StoredReceipts {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl StoredReceipts {
    /// They come whenever the other side likes, in no request and no job of ours: hence the clock.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

#[async_trait]
impl Receipts for StoredReceipts {
    async fn arrived(&self, gateway: &str, id: String, arrival: Arrival) -> bool {
        let (name, id, now) = (gateway.to_owned(), ReportedId::Gateways(id), self.clock.now());
        let noted = self.store.tx("note_arrival", move |tx| tx.note_arrival(&name, &id, arrival, now)).await;
        tracing::debug!(gateway, noted = noted.is_ok(), arrival = arrival.as_str(), "a gateway reported");
        noted.is_ok()
    }
}

/// Takes the reports of the gateways that have a `callback_secret`.
pub struct Reports {
    store: Store,
    vault: Arc<dyn Vault>,
    reporters: Vec<Reporter>,
}

struct Reporter {
    name: String,
    secret: Digest,
    signature: Option<Signature>,
    rules: ReportSettings,
}

impl Reports {
    /// From the gateways of the settings, which report to `public_url`, without a trailing slash.
    pub fn new(
        store: Store,
        vault: Arc<dyn Vault>,
        gateways: &[GatewaySettings],
        public_url: &str,
    ) -> Result<Self, SetupError> {
        let mut reporters = Vec::new();
        for gateway in gateways {
            if let GatewaySettings::Http(settings) = gateway {
                reporters.extend(reporter(settings, vault.as_ref(), public_url)?);
            }
        }
        Ok(Self { store, vault, reporters })
    }

    fn reporter(&self, report: &SmsReport<'_>) -> Option<&Reporter> {
        let given = digest(self.vault.as_ref(), report.gateway, report.secret);
        let is_known = |reporter: &&Reporter| reporter.name == report.gateway && reporter.secret == given;
        let reporter = self.reporters.iter().find(is_known)?;
        let is_signed = reporter.signature.as_ref().is_none_or(|signature| signature.is_right(report));
        if !is_signed {
            tracing::warn!(gateway = reporter.name, "a report of an SMS gateway bears no right signature");
        }
        is_signed.then_some(reporter)
    }
}

fn reporter(settings: &HttpSettings, vault: &dyn Vault, public_url: &str) -> Result<Option<Reporter>, SetupError> {
    let names = names(settings)?;
    let (Some(rules), Some(secret), Some(address)) =
        (&settings.report, names.get(CALLBACK_SECRET), callback_url(settings, &names, public_url)?)
    else {
        return Ok(None);
    };
    let secret = digest(vault, &settings.name, secret.expose());
    let signature = Signature::new(&rules.signature, &names, address)?;
    Ok(Some(Reporter { name: settings.name.clone(), secret, signature, rules: rules.clone() }))
}

/// The keyed digest by which the secret in an address is compared.
fn digest(vault: &dyn Vault, gateway: &str, secret: &str) -> Digest {
    vault.digest(DigestPurpose::SmsReport, &[gateway.as_bytes(), secret.as_bytes()])
}

#[async_trait]
impl SmsReports for Reports {
    async fn take(&self, report: SmsReport<'_>, now: Timestamp) -> Result<ReportOutcome, StoreError> {
        let Some(reporter) = self.reporter(&report) else { return Ok(ReportOutcome::Unknown) };
        if let Some((id, arrival)) = read(&reporter.rules, &report) {
            let name = reporter.name.clone();
            let is_news = self.store.tx("note_arrival", move |tx| tx.note_arrival(&name, &id, arrival, now)).await?;
            tracing::debug!(gateway = reporter.name, is_news, arrival = arrival.as_str(), "a gateway reported");
        }
        Ok(ReportOutcome::Taken)
    }
}

/// What a report says, if it says something final about one message.
fn read(rules: &ReportSettings, report: &SmsReport<'_>) -> Option<(ReportedId, Arrival)> {
    let told = content(report);
    let is = |rule: &ReportRule| text_at(&told, &rule.at).is_some_and(|value| stands_in(&rule.is, &value).is_some());
    let arrival = if is(&rules.delivered) {
        Arrival::Delivered
    } else if is(&rules.failed) || is(&rules.refused) {
        Arrival::Failed
    } else {
        return None;
    };
    let id_at = |place: &str| text_at(&told, place).filter(|id| is_plain(id));
    let id = match id_at(&rules.our_id) {
        Some(ours) => ReportedId::Ours(MessageId::from_text(ours)),
        None => ReportedId::Gateways(id_at(&rules.id)?),
    };
    Some((id, arrival))
}

/// Query and body as one object. What begins like JSON is read as JSON: some gateways send it under another type.
fn content(report: &SmsReport<'_>) -> Value {
    let fields = |text: &[u8]| -> Map<String, Value> {
        url::form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect()
    };
    let mut told = fields(report.query.as_bytes());
    match serde_json::from_slice(report.body) {
        Ok(Value::Object(members)) => told.extend(members),
        _ => told.extend(fields(report.body)),
    }
    Value::Object(told)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn rules(preset: &str) -> ReportSettings {
        let table = json!({ "preset": preset }).as_object().unwrap().clone();
        let GatewaySettings::Http(settings) = GatewaySettings::from_table(table).unwrap() else {
            unreachable!("a preset over HTTP");
        };
        settings.report.unwrap()
    }

    fn told(preset: &str, query: &str, body: &str) -> Option<(ReportedId, Arrival)> {
        read(&rules(preset), &SmsReport { gateway: preset, secret: "", query, headers: &[], body: body.as_bytes() })
    }

    fn gateways(id: &str, arrival: Arrival) -> (ReportedId, Arrival) {
        (ReportedId::Gateways(id.to_owned()), arrival)
    }

    #[test]
    fn esms_reports_by_a_query_with_counts() {
        let query = |status: u32, rest: &str| {
            format!(
                "SMSID=dc71-87&SendStatus={status}&TotalPrice=0.0000&TotalReceiver=1&TotalSent=1&TypeId=2&telcoid=1&phonenumber=0901888484&{rest}"
            )
        };
        let of = |rest: &str| told("esms", &query(5, rest), "");
        assert_eq!(of("SendFailed=0&SendSuccess=1&RequestId="), Some(gateways("dc71-87", Arrival::Delivered)));
        assert_eq!(of("SendFailed=1&SendSuccess=0&RequestId="), Some(gateways("dc71-87", Arrival::Failed)));
        assert_eq!(of("SendFailed=0&SendSuccess=0&RequestId="), None);
        let ours = Some((ReportedId::Ours(MessageId::from_text("019ab-1.17")), Arrival::Delivered));
        assert_eq!(of("SendFailed=0&SendSuccess=1&RequestId=019ab-1.17"), ours);
        // 1 waits for eSMS's consent, 2 to be sent, 4 was refused by eSMS, 7 waits for the network's word.
        for (status, arrival) in [(1, None), (2, None), (4, Some(Arrival::Failed)), (7, None), (44, None)] {
            let found = told("esms", &query(status, "SendFailed=0&SendSuccess=0&RequestId="), "");
            assert_eq!(found, arrival.map(|arrival| gateways("dc71-87", arrival)), "{status}");
        }
        let delivered = told("esms", &query(4, "SendFailed=0&SendSuccess=1&RequestId="), "");
        assert_eq!(delivered, Some(gateways("dc71-87", Arrival::Delivered)), "what arrived has arrived");
    }

    #[test]
    fn speedsms_reports_by_json_with_a_number() {
        let of = |status: u32| {
            told(
                "speedsms",
                "",
                &json!({ "type": "report", "tranId": 77, "phone": "84912345678", "status": status }).to_string(),
            )
        };
        assert_eq!(of(0), Some(gateways("77", Arrival::Delivered)));
        assert_eq!(of(7), None, "the network still tries");
        assert_eq!(of(64), Some(gateways("77", Arrival::Failed)));
    }

    #[test]
    fn twilio_reports_every_change_by_a_form() {
        let of = |status: &str| told("twilio", "", &format!("MessageSid=SM1&MessageStatus={status}&To=%2B84912345678"));
        assert_eq!(of("delivered"), Some(gateways("SM1", Arrival::Delivered)));
        assert_eq!((of("sent"), of("queued")), (None, None));
        assert_eq!(of("undelivered"), Some(gateways("SM1", Arrival::Failed)));
        assert_eq!(of("failed"), Some(gateways("SM1", Arrival::Failed)));
    }

    #[test]
    fn an_id_that_none_of_ours_can_be_is_nothing() {
        for id in ["", "a%0Ab", "%27%20OR%201%3D1", &"x".repeat(65)] {
            assert_eq!(told("twilio", "", &format!("MessageSid={id}&MessageStatus=delivered")), None, "{id}");
        }
    }

    proptest! {
        // security: row 36
        #[test]
        fn no_report_makes_the_reader_panic(query in "\\PC{0,60}", body in proptest::collection::vec(any::<u8>(), 0..80)) {
            for preset in ["esms", "speedsms", "twilio"] {
                let _ = read(&rules(preset), &SmsReport { gateway: preset, secret: "", query: &query, headers: &[], body: &body });
            }
        }
    }
}
