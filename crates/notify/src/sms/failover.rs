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
use portal_id_core::sms::Acceptance;
use portal_id_core::time::{Span, Timestamp};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A way to hand over a text message that can say whom a refusal concerns.
#[async_trait]
pub trait Route: Send + Sync {
    /// The name in logs.
    fn name(&self) -> &str;

    /// Tries once to hand `message` over.
    async fn hand_over(&self, message: &TextMessage, now: Timestamp) -> Verdict;

    /// Whether it may tell later what became of a message that it accepted.
    fn tells_later(&self) -> bool {
        true
    }
}

/// So many failures in a row make a gateway stand last.
const FAILURES: u32 = 3;
/// For so long. A gateway that hangs costs each message seconds, and people wait for their codes.
const LAST_FOR: Span = Span::seconds(30);

/// Tries gateways in their order until one takes the message or one says that nobody can reach the number. Those that
/// failed several times in a row are asked after the others for a while.
pub struct Failover(Vec<Standing>);

/// A gateway, and how it did lately.
struct Standing {
    route: Arc<dyn Route>,
    lately: Mutex<Lately>,
}

#[derive(Default)]
struct Lately {
    failures: u32,
    last_until: Option<Timestamp>,
}

impl Standing {
    /// Whether it is asked after the others.
    fn is_last(&self, now: Timestamp) -> bool {
        let mut lately = self.lately();
        match lately.last_until {
            Some(until) if now >= until => {
                // This one message tries whether it works again; the others need not find out at the same time.
                lately.last_until = Some(now + LAST_FOR);
                false
            }
            until => until.is_some(),
        }
    }

    fn note(&self, verdict: &Verdict, now: Timestamp) {
        let mut lately = self.lately();
        match verdict {
            Verdict::Accepted(_) | Verdict::NumberRefused(_) => *lately = Lately::default(),
            // It answers at once, and an operator is told.
            Verdict::GatewayRefused(_) => {}
            Verdict::Passing(_) | Verdict::Unanswered(_) => {
                lately.failures = lately.failures.saturating_add(1);
                if lately.failures >= FAILURES {
                    lately.last_until = Some(now + LAST_FOR);
                }
            }
        }
    }

    fn lately(&self) -> MutexGuard<'_, Lately> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failover {
    /// Over these routes, the first one first.
    pub fn new(routes: Vec<Arc<dyn Route>>) -> Self {
        Self(routes.into_iter().map(|route| Standing { route, lately: Mutex::default() }).collect())
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
        gateways.iter().map(|settings| open_route(settings, back)).collect::<Result<_, _>>().map(Self::new)
    }

    fn in_order(&self, now: Timestamp) -> impl Iterator<Item = &Standing> {
        let (last, first): (Vec<_>, Vec<_>) = self.0.iter().partition(|standing| standing.is_last(now));
        first.into_iter().chain(last)
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
    fn tells_later(&self, gateway: &str) -> bool {
        self.0.iter().find(|standing| standing.route.name() == gateway).is_none_or(|found| found.route.tells_later())
    }

    async fn deliver(&self, message: &TextMessage, now: Timestamp) -> Delivery {
        let (mut reasons, mut may_be_taken) = (Vec::new(), false);
        for standing in self.in_order(now) {
            let gateway = standing.route.name();
            let verdict = standing.route.hand_over(message, now).await;
            standing.note(&verdict, now);
            let reason = match verdict {
                Verdict::Accepted(id) => {
                    tracing::debug!(
                        message_id = message.id,
                        gateway,
                        gateways_id = id,
                        "the gateway took the text message"
                    );
                    return Delivery::AcceptedBy(Acceptance { gateway: gateway.to_owned(), id });
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
                Verdict::Unanswered(reason) => {
                    tracing::warn!(
                        message_id = message.id,
                        gateway,
                        reason,
                        "the SMS gateway was asked and gave no answer; the message may arrive twice"
                    );
                    may_be_taken = true;
                    reason
                }
            };
            reasons.push(format!("{gateway}: {reason}"));
        }
        match reasons.join("; ") {
            none if none.is_empty() => Delivery::Passing("there is no SMS gateway".to_owned()),
            all if may_be_taken => Delivery::Unanswered(all),
            all => Delivery::Passing(all),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicU32, Ordering};

    const NOW: Timestamp = Timestamp::from_seconds(1_795_400_000);

    /// Gives the verdict that it was told to and counts how often it was asked.
    struct Told {
        name: &'static str,
        verdict: Mutex<Verdict>,
        asked: AtomicU32,
    }

    impl Told {
        fn to(name: &'static str, verdict: Verdict) -> Arc<Self> {
            Arc::new(Self { name, verdict: Mutex::new(verdict), asked: AtomicU32::new(0) })
        }
        fn tell(&self, verdict: Verdict) {
            *self.verdict.lock().unwrap() = verdict;
        }
        fn asked(&self) -> u32 {
            self.asked.swap(0, Ordering::SeqCst)
        }
    }

    #[async_trait]
    impl Route for Told {
        fn name(&self) -> &str {
            self.name
        }
        async fn hand_over(&self, _: &TextMessage, _: Timestamp) -> Verdict {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.verdict.lock().unwrap().clone()
        }
    }

    fn over(routes: &[&Arc<Told>]) -> Failover {
        Failover::new(routes.iter().map(|route| Arc::clone(route) as Arc<dyn Route>).collect())
    }

    async fn deliver(failover: &Failover, now: Timestamp) -> Delivery {
        let message = TextMessage {
            id: "id-1".to_owned(),
            to: "+84912345678".to_owned(),
            text: "Ma".to_owned(),
            web_otp: None,
            template: "sign_in_code",
            parameters: BTreeMap::new(),
            not_after: now + Span::minutes(5),
        };
        failover.deliver(&message, now).await
    }

    async fn through(verdicts: [Verdict; 2]) -> (Delivery, u32) {
        let [first, second] = verdicts;
        let (first, second) = (Told::to("first", first), Told::to("second", second));
        let delivery = deliver(&over(&[&first, &second]), NOW).await;
        (delivery, second.asked())
    }

    fn by(gateway: &str) -> Delivery {
        Delivery::AcceptedBy(Acceptance { gateway: gateway.to_owned(), id: None })
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
        for verdict in [Verdict::Passing, Verdict::GatewayRefused, Verdict::Unanswered] {
            assert_eq!(through([no(verdict), Verdict::Accepted(None)]).await, (by("second"), 1));
        }
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

    #[tokio::test]
    async fn a_gateway_that_gave_no_answer_may_have_taken_the_message_whatever_the_others_say() {
        let waits = Delivery::Unanswered("first: no; second: no".to_owned());
        assert_eq!(through([no(Verdict::Unanswered), no(Verdict::Passing)]).await, (waits.clone(), 1));
        assert_eq!(through([no(Verdict::GatewayRefused), no(Verdict::Unanswered)]).await, (waits, 1));
    }

    #[tokio::test]
    async fn the_order_goes_on_beyond_the_second() {
        let routes = [
            Told::to("first", no(Verdict::Passing)),
            Told::to("second", no(Verdict::GatewayRefused)),
            Told::to("third", Verdict::Accepted(None)),
        ];
        let failover = over(&[&routes[0], &routes[1], &routes[2]]);
        assert_eq!(deliver(&failover, NOW).await, by("third"));
        routes[2].tell(no(Verdict::NumberRefused));
        assert_eq!(deliver(&failover, NOW).await, Delivery::Permanent("third: no".to_owned()));
        assert_eq!(routes.map(|route| route.asked()), [2, 2, 2]);
    }

    #[tokio::test]
    async fn after_three_failures_a_gateway_stands_last_until_one_message_finds_it_well() {
        let (first, second) = (Told::to("first", no(Verdict::Unanswered)), Told::to("second", Verdict::Accepted(None)));
        let failover = over(&[&first, &second]);
        for second in 0..20 {
            assert_eq!(deliver(&failover, NOW + Span::seconds(second)).await, by("second"));
        }
        assert_eq!(first.asked(), 3, "then it is left alone");
        let later = NOW + Span::seconds(2) + LAST_FOR;
        deliver(&failover, later - Span::millis(1)).await;
        assert_eq!(first.asked(), 0);
        for _ in 0..5 {
            deliver(&failover, later).await;
        }
        assert_eq!(first.asked(), 1, "one message tries it");
        first.tell(Verdict::Accepted(None));
        for _ in 0..5 {
            assert_eq!(deliver(&failover, later + LAST_FOR).await, by("first"));
        }
        assert_eq!(first.asked(), 5);
    }

    #[tokio::test]
    async fn a_gateway_that_stands_last_is_still_asked_when_the_others_fail() {
        let (first, second) = (Told::to("first", no(Verdict::Passing)), Told::to("second", Verdict::Accepted(None)));
        let failover = over(&[&first, &second]);
        for _ in 0..3 {
            deliver(&failover, NOW).await;
        }
        first.tell(Verdict::Accepted(None));
        second.tell(no(Verdict::GatewayRefused));
        assert_eq!(deliver(&failover, NOW).await, by("first"));
        second.tell(Verdict::Accepted(None));
        assert_eq!(deliver(&failover, NOW).await, by("first"), "it works again");
    }

    #[tokio::test]
    async fn failures_with_a_success_between_them_are_not_in_a_row() {
        let (first, second) = (Told::to("first", no(Verdict::Passing)), Told::to("second", Verdict::Accepted(None)));
        let failover = over(&[&first, &second]);
        for _ in 0..4 {
            for verdict in [no(Verdict::Passing), no(Verdict::Unanswered), Verdict::Accepted(None)] {
                first.tell(verdict);
                deliver(&failover, NOW).await;
            }
        }
        assert_eq!(first.asked(), 12);
    }

    #[test]
    fn without_any_gateway_the_start_is_refused() {
        assert!(Failover::from_settings(&[], &WayBack::default()).is_err());
    }
}
