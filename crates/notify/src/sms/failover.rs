//! Several gateways in an order: the next one steps in when one fails.

use super::http::HttpGateway;
use super::report::Receipts;
use super::settings::GatewaySettings;
use super::smpp::SmppGateway;
use super::verdict::Verdict;
use crate::SetupError;
use async_trait::async_trait;
use portal_id_core::outbox::Delivery;
use portal_id_core::ports::{SmsGateway, TextMessage};
use portal_id_core::sms::GatewayReceipt;
use portal_id_core::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A way to hand over a text message that can say whom a refusal concerns.
#[async_trait]
pub trait Route: Send + Sync {
    /// The name in logs.
    fn name(&self) -> &str;

    /// Tries once to hand `message` over.
    async fn hand_over(&self, message: &TextMessage, now: Timestamp) -> Verdict;
}

/// Tries gateways in their order until one takes the message or one says that nobody can reach the number.
pub struct Failover(Vec<Arc<dyn Route>>);

impl Failover {
    /// Over these routes, the first one first.
    pub fn new(routes: Vec<Arc<dyn Route>>) -> Self {
        Self(routes)
    }

    /// Over the gateways of the settings; refuses an empty list, because nobody could sign in.
    pub fn from_settings(gateways: &[GatewaySettings], back: &WayBack) -> Result<Self, SetupError> {
        if gateways.is_empty() {
            return Err(SetupError::new("sms_gateways: at least one is needed"));
        }
        let mut names = BTreeSet::new();
        if let Some(again) = gateways.iter().find(|gateway| !names.insert(gateway.name())) {
            return Err(SetupError::new(format!("sms_gateways: two are named {}", again.name())));
        }
        gateways.iter().map(|settings| open_route(settings, back)).collect::<Result<_, _>>().map(Self)
    }
}

/// How gateways tell what became of a message.
#[derive(Clone, Default)]
pub struct WayBack {
    /// Our public address, without a trailing slash: those over HTTP report to it.
    pub public_url: String,
    /// Takes the receipts of those that keep a session; `None` when nobody wants to know.
    pub receipts: Option<Arc<dyn Receipts>>,
}

/// One gateway of the settings.
pub fn open_route(settings: &GatewaySettings, back: &WayBack) -> Result<Arc<dyn Route>, SetupError> {
    Ok(match settings {
        GatewaySettings::Http(settings) => Arc::new(HttpGateway::new(settings, &back.public_url)?),
        GatewaySettings::Smpp(settings) => Arc::new(SmppGateway::new(settings, back.receipts.clone())?),
    })
}

#[async_trait]
impl SmsGateway for Failover {
    async fn deliver(&self, message: &TextMessage, now: Timestamp) -> Delivery {
        let mut reasons = Vec::new();
        for route in &self.0 {
            let gateway = route.name();
            let reason = match route.hand_over(message, now).await {
                Verdict::Accepted(id) => {
                    tracing::debug!(
                        message_id = message.id,
                        gateway,
                        gateways_id = id,
                        "the gateway took the text message"
                    );
                    return Delivery::AcceptedBy(GatewayReceipt { gateway: gateway.to_owned(), id });
                }
                Verdict::NumberRefused(reason) => return Delivery::Permanent(format!("{gateway}: {reason}")),
                Verdict::GatewayRefused(reason) => {
                    tracing::error!(
                        message_id = message.id,
                        gateway,
                        reason,
                        "the SMS gateway will not serve us until its account or our settings are mended"
                    );
                    reason
                }
                Verdict::Passing(reason) => {
                    tracing::warn!(message_id = message.id, gateway, reason, "the SMS gateway failed");
                    reason
                }
            };
            reasons.push(format!("{gateway}: {reason}"));
        }
        Delivery::Passing(if reasons.is_empty() { "there is no SMS gateway".to_owned() } else { reasons.join("; ") })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    /// Always gives the same verdict and counts how often it was asked.
    struct Fixed(&'static str, Verdict, Mutex<u32>);

    #[async_trait]
    impl Route for Fixed {
        fn name(&self) -> &str {
            self.0
        }
        async fn hand_over(&self, _: &TextMessage, _: Timestamp) -> Verdict {
            *self.2.lock().unwrap() += 1;
            self.1.clone()
        }
    }

    async fn through(verdicts: [Verdict; 2]) -> (Delivery, u32) {
        let [first, second] = verdicts;
        let second = Arc::new(Fixed("second", second, Mutex::new(0)));
        let failover =
            Failover::new(vec![Arc::new(Fixed("first", first, Mutex::new(0))), Arc::clone(&second) as Arc<dyn Route>]);
        let message = TextMessage {
            id: "id-1".to_owned(),
            to: "+84912345678".to_owned(),
            text: "Ma".to_owned(),
            web_otp: None,
            parameters: BTreeMap::new(),
        };
        let delivery = failover.deliver(&message, Timestamp::from_seconds(0)).await;
        let asked = *second.2.lock().unwrap();
        (delivery, asked)
    }

    fn by(gateway: &str) -> Delivery {
        Delivery::AcceptedBy(GatewayReceipt { gateway: gateway.to_owned(), id: None })
    }

    fn no(verdict: fn(String) -> Verdict) -> Verdict {
        verdict("no".to_owned())
    }

    #[tokio::test]
    async fn the_second_gateway_is_left_alone_while_the_first_works() {
        assert_eq!(through([Verdict::Accepted(None), Verdict::Accepted(None)]).await, (by("first"), 0));
    }

    #[tokio::test]
    async fn a_failing_or_unwilling_gateway_hands_on_to_the_next() {
        assert_eq!(through([no(Verdict::Passing), Verdict::Accepted(None)]).await, (by("second"), 1));
        assert_eq!(through([no(Verdict::GatewayRefused), Verdict::Accepted(None)]).await, (by("second"), 1));
    }

    #[tokio::test]
    async fn a_number_that_nobody_reaches_is_not_tried_elsewhere() {
        assert_eq!(
            through([no(Verdict::NumberRefused), Verdict::Accepted(None)]).await,
            (Delivery::Permanent("first: no".to_owned()), 0)
        );
    }

    #[tokio::test]
    async fn when_all_fail_the_message_waits() {
        let waits = Delivery::Passing("first: no; second: no".to_owned());
        assert_eq!(through([no(Verdict::Passing), no(Verdict::GatewayRefused)]).await, (waits.clone(), 1));
        assert_eq!(through([no(Verdict::GatewayRefused), no(Verdict::GatewayRefused)]).await, (waits, 1));
    }

    #[test]
    fn without_any_gateway_the_start_is_refused() {
        assert!(Failover::from_settings(&[], &WayBack::default()).is_err());
    }
}
