//! Whole rounds over an outbox in memory, with ways out that can be told to fail.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests, some of which watch how long a round takes"
)]

use super::*;
use crate::settings::SmsSettings;
use async_trait::async_trait;
use portal_id_core::digest::{Digest, DigestPurpose};
use portal_id_core::entropy::{Entropy, OsEntropy};
use portal_id_core::ids::MessageId;
use portal_id_core::language::{Language, LocalText};
use portal_id_core::outbox::{Channel, Message, Recipient, SessionEnded};
use portal_id_core::ports::{EmailMessage, SealPurpose, Sealed, TextMessage, Unsealable};
use portal_id_core::sms::{Acceptance, SpendDecision};
use portal_id_core::store::StoreResult;
use portal_id_logwatch::LogWatch;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use zeroize::Zeroizing;

const NOW: Timestamp = Timestamp::from_seconds(1_795_400_000);

/// Seals by putting purpose and context in front: enough to see that both are given again.
struct GlassVault;

impl Vault for GlassVault {
    fn seal(&self, purpose: SealPurpose, context: &[u8], plain: &[u8], _: &dyn Entropy) -> Vec<u8> {
        [purpose.label().as_bytes(), context, b"|", plain].concat()
    }
    fn open(&self, purpose: SealPurpose, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let label = [purpose.label().as_bytes(), context, b"|"].concat();
        sealed.strip_prefix(label.as_slice()).map(|plain| Zeroizing::new(plain.to_vec())).ok_or(Unsealable)
    }
    fn digest(&self, _: DigestPurpose, _: &[&[u8]]) -> Digest {
        unreachable!("the courier digests nothing")
    }
}

/// The outbox's rules (claim with lease, gates) in memory.
#[derive(Default)]
struct Memory {
    rows: Mutex<BTreeMap<String, OutboxRow>>,
    spent: Mutex<BTreeMap<String, u32>>,
    /// Messages whose parts are not given back.
    kept: Mutex<BTreeSet<String>>,
    /// How long a claim takes.
    claim_takes: Duration,
    broken_for: Mutex<Option<String>>,
}

impl Memory {
    fn with(rows: Vec<OutboxRow>) -> Arc<Self> {
        let rows = rows.into_iter().map(|row| (row.id.as_str().to_owned(), row)).collect();
        Arc::new(Self { rows: Mutex::new(rows), ..Self::default() })
    }
    fn add(&self, row: OutboxRow) {
        self.rows.lock().unwrap().insert(row.id.as_str().to_owned(), row);
    }
    fn spent(&self) -> Vec<String> {
        self.spent.lock().unwrap().keys().cloned().collect()
    }
    fn release(&self, id: &MessageId) {
        if !self.kept.lock().unwrap().contains(id.as_str()) {
            self.spent.lock().unwrap().remove(id.as_str());
        }
    }
    fn row(&self, id: &str) -> OutboxRow {
        self.rows.lock().unwrap()[id].clone()
    }
    fn change(&self, id: &MessageId, change: impl FnOnce(&mut OutboxRow)) -> StoreResult<bool> {
        if self.broken_for.lock().unwrap().as_deref() == Some(id.as_str()) {
            return Err(StoreError::Unavailable("cut off".to_owned()));
        }
        let mut rows = self.rows.lock().unwrap();
        let row = rows.get_mut(id.as_str()).filter(|row| row.state == OutboxState::Pending);
        Ok(row.map(change).is_some())
    }
}

#[async_trait]
impl Tray for Memory {
    async fn claim(
        &self,
        channel: Channel,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<OutboxRow>> {
        if !self.claim_takes.is_zero() {
            tokio::time::advance(self.claim_takes).await;
        }
        let mut rows = self.rows.lock().unwrap();
        let due = |row: &&mut OutboxRow| {
            row.state == OutboxState::Pending
                && row.channel == channel
                && row.next_attempt_at <= now
                && row.leased_until.is_none_or(|until| until <= now)
        };
        let claim = |row: &mut OutboxRow| {
            row.leased_until = Some(leased_until);
            row.clone()
        };
        Ok(rows.values_mut().filter(due).take(limit as usize).map(claim).collect())
    }
    async fn set_aside(
        &self,
        messages: &[(MessageId, u32)],
        ceiling: Option<u32>,
        _: Timestamp,
    ) -> StoreResult<SpendDecision> {
        let mut spent = self.spent.lock().unwrap();
        let mut granted = Vec::new();
        for (id, parts) in messages {
            let day: u32 = spent.values().sum();
            granted.push(spent.contains_key(id.as_str()) || ceiling.is_none_or(|ceiling| day + parts <= ceiling));
            if granted.last() == Some(&true) {
                spent.insert(id.as_str().to_owned(), *parts);
            }
        }
        let alarm = granted.contains(&false).then_some(SpendAlarm::Reached);
        Ok(SpendDecision { granted, alarm })
    }
    async fn keep_parts(&self, id: &MessageId, _: Timestamp) -> StoreResult<()> {
        self.kept.lock().unwrap().insert(id.as_str().to_owned());
        Ok(())
    }
    async fn settle(&self, id: &MessageId, settlement: Settlement) -> StoreResult<bool> {
        let (state, is_taken) = (settlement.state, settlement.acceptance.is_some());
        let won = self.change(id, |row| {
            row.state = settlement.state;
            row.last_error = settlement.error;
            row.attempts = settlement.attempts;
            row.settled_at = Some(settlement.now);
            row.envelope = None;
        })?;
        if won && !is_taken && state != OutboxState::Accepted {
            self.release(id);
        }
        Ok(won)
    }
    async fn postpone(&self, id: &MessageId, error: String, attempts: u32, at: Timestamp) -> StoreResult<bool> {
        let won = self.change(id, |row| {
            row.last_error = Some(error);
            row.attempts = attempts;
            row.next_attempt_at = at;
            row.leased_until = None;
        })?;
        if won {
            self.release(id);
        }
        Ok(won)
    }
}

/// Answers as told and keeps what it was given; counts how many deliveries ran at once.
#[derive(Default)]
struct Ways {
    answers: Mutex<BTreeMap<String, Delivery>>,
    emails: Mutex<Vec<EmailMessage>>,
    texts: Mutex<Vec<TextMessage>>,
    running: AtomicUsize,
    most: AtomicUsize,
    /// What is handed over for ids that begin so is never answered.
    hangs_for: &'static str,
}

impl Ways {
    fn answer(&self, id: &str, delivery: Delivery) {
        self.answers.lock().unwrap().insert(id.to_owned(), delivery);
    }
    async fn pass(&self, id: &str) -> Delivery {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        if !self.hangs_for.is_empty() && id.starts_with(self.hangs_for) {
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.answers.lock().unwrap().get(id).cloned().unwrap_or(Delivery::Accepted)
    }
}

#[async_trait]
impl Mailer for Ways {
    async fn deliver(&self, email: &EmailMessage) -> Delivery {
        self.emails.lock().unwrap().push(email.clone());
        self.pass(&email.id).await
    }
}

#[async_trait]
impl SmsGateway for Ways {
    async fn deliver(&self, message: &TextMessage, _: Timestamp) -> Delivery {
        self.texts.lock().unwrap().push(message.clone());
        self.pass(&message.id).await
    }
}

/// A waiting message with a sealed envelope.
pub(super) fn row(id: &str, channel: Channel, now: Timestamp) -> OutboxRow {
    let (to, message) = match channel {
        Channel::Email => {
            let link = "https://id.portal.example/activate?token=t".to_owned();
            ("an@example.vn", Message::Activation { username: "nguyen.an".to_owned(), link, hours: 24 })
        }
        Channel::Sms => {
            let host = "id.portal.example".to_owned();
            ("+84912345678", Message::SignInCode { code: "123456".to_owned(), minutes: 5, host })
        }
        Channel::Backchannel => {
            let session_id = portal_id_core::ids::SessionId::from_text("session-1");
            ("tax", Message::SessionEnded(SessionEnded { session_id, subject: "an".to_owned() }))
        }
    };
    let template = message.template().to_owned();
    let envelope = Envelope { to: Recipient(to.to_owned()), language: Language::Vi, message };
    OutboxRow {
        id: MessageId::from_text(id),
        channel,
        template,
        masked_recipient: "a•••".to_owned(),
        envelope: Some(Sealed::seal(&GlassVault, Envelope::SEAL, id.as_bytes(), &envelope, &OsEntropy)),
        state: OutboxState::Pending,
        attempts: 0,
        next_attempt_at: now,
        leased_until: None,
        last_error: None,
        created_at: now,
        not_after: now + Span::minutes(5),
        settled_at: None,
        client_id: None,
    }
}

fn settings() -> NotifySettings {
    let portal_name = LocalText::new("Cổng Dịch vụ công", "Public Service Portal");
    NotifySettings { portal_name, colour: "#0b5394".to_owned(), ..NotifySettings::default() }
}

fn courier(tray: &Arc<Memory>, ways: &Arc<Ways>, settings: &NotifySettings) -> Courier {
    let tray = Arc::clone(tray) as Arc<dyn Tray>;
    let (mailer, gateway) = (Arc::clone(ways) as Arc<dyn Mailer>, Arc::clone(ways) as Arc<dyn SmsGateway>);
    Courier::over(tray, Arc::new(GlassVault), mailer, gateway, Renderer::new(settings).unwrap(), settings).unwrap()
}

fn at(now: Timestamp) -> Ctx {
    Ctx::for_job(now, Arc::new(OsEntropy), "round")
}

async fn round(tray: &Arc<Memory>, ways: &Arc<Ways>, now: Timestamp) -> RunReport {
    let courier = courier(tray, ways, &settings());
    let mails = courier.run_once(&at(now), Way::Email).await.unwrap();
    let texts = courier.run_once(&at(now), Way::Sms).await.unwrap();
    RunReport {
        claimed: mails.claimed + texts.claimed,
        accepted: mails.accepted + texts.accepted,
        postponed: mails.postponed + texts.postponed,
        dead: mails.dead + texts.dead,
        expired: mails.expired + texts.expired,
        more: mails.more || texts.more,
    }
}

#[tokio::test]
async fn due_messages_go_out_by_their_channel_and_their_words_are_erased() {
    let tray = Memory::with(vec![row("m1", Channel::Email, NOW), row("m2", Channel::Sms, NOW)]);
    let ways = Arc::new(Ways::default());
    let report = round(&tray, &ways, NOW).await;
    assert_eq!(report, RunReport { claimed: 2, accepted: 2, ..RunReport::default() });
    let email = ways.emails.lock().unwrap()[0].clone();
    assert_eq!((email.id.as_str(), email.to.as_str()), ("m1", "an@example.vn"));
    let text = ways.texts.lock().unwrap()[0].clone();
    assert_eq!((text.id.as_str(), text.to.as_str()), ("m2", "+84912345678"));
    assert_eq!(text.text, "Ma xac thuc Cong DVC la 123456. Hieu luc 5 phut. Khong chia se ma nay.");
    assert_eq!(tray.row("m1").state, OutboxState::Accepted);
    assert_eq!(tray.row("m1").attempts, 1);
    assert!(tray.row("m1").envelope.is_none());
    assert_eq!(round(&tray, &ways, NOW).await, RunReport::default());
}

#[tokio::test]
async fn a_failed_message_comes_back_when_it_is_due_and_under_the_same_id() {
    let tray = Memory::with(vec![row("m1", Channel::Sms, NOW)]);
    let ways = Arc::new(Ways::default());
    ways.answer("m1", Delivery::Passing("busy".to_owned()));
    assert_eq!(round(&tray, &ways, NOW).await.postponed, 1);
    assert_eq!(round(&tray, &ways, NOW + Span::seconds(1)).await.claimed, 0);
    ways.answer("m1", Delivery::Accepted);
    assert_eq!(round(&tray, &ways, NOW + Span::seconds(2)).await.accepted, 1);
    let ids: Vec<String> = ways.texts.lock().unwrap().iter().map(|text| text.id.clone()).collect();
    assert_eq!(ids, ["m1", "m1"]);
    assert_eq!(tray.row("m1").attempts, 2);
}

/// decisions 12.
#[tokio::test]
async fn a_code_past_its_lifetime_is_never_sent() {
    let tray = Memory::with(vec![row("m1", Channel::Sms, NOW)]);
    let ways = Arc::new(Ways::default());
    assert_eq!(round(&tray, &ways, NOW + Span::minutes(5)).await.expired, 1);
    assert!(ways.texts.lock().unwrap().is_empty());
    let row = tray.row("m1");
    assert_eq!((row.state, row.attempts), (OutboxState::Expired, 0));
    assert!(row.envelope.is_none());
}

#[tokio::test]
async fn a_message_refused_for_good_or_too_often_is_dead() {
    let often = OutboxRow { attempts: 14, ..row("often", Channel::Sms, NOW) };
    let tray = Memory::with(vec![row("refused", Channel::Email, NOW), often]);
    let ways = Arc::new(Ways::default());
    ways.answer("refused", Delivery::Permanent("the mail server answered 550".to_owned()));
    ways.answer("often", Delivery::Passing("busy".to_owned()));
    let log = LogWatch::begin();
    assert_eq!(round(&tray, &ways, NOW).await.dead, 2);
    let warnings = log.at(tracing::Level::WARN);
    assert_eq!(warnings.len(), 2);
    assert!(
        warnings.iter().any(|line| line.contains("template=\"activation\"") && line.contains("recipient=\"a•••\""))
    );
    assert!(!log.everything().contains("example.vn") && !log.everything().contains("123456"));
    assert_eq!(tray.row("refused").last_error.as_deref(), Some("the mail server answered 550"));
    assert_eq!((tray.row("often").state, tray.row("often").attempts), (OutboxState::Dead, 15));
}

#[tokio::test]
async fn an_envelope_moved_from_another_row_is_not_opened() {
    let stolen = OutboxRow { envelope: row("m1", Channel::Email, NOW).envelope, ..row("m2", Channel::Email, NOW) };
    let tray = Memory::with(vec![stolen]);
    let ways = Arc::new(Ways::default());
    assert_eq!(round(&tray, &ways, NOW).await.postponed, 1);
    assert!(ways.emails.lock().unwrap().is_empty());
    assert!(tray.row("m2").envelope.is_some());
}

#[tokio::test]
async fn messages_are_delivered_side_by_side_but_no_more_than_allowed() {
    let rows = (0..10).map(|number| row(&format!("m{number}"), Channel::Email, NOW)).collect();
    let tray = Memory::with(rows);
    let ways = Arc::new(Ways::default());
    let courier = courier(&tray, &ways, &NotifySettings { parallel: 4, ..settings() });
    let mut delivered = Vec::new();
    loop {
        let report = courier.run_once(&at(NOW), Way::Email).await.unwrap();
        delivered.push(report.accepted);
        if !report.more {
            break;
        }
    }
    assert_eq!(delivered, [4, 4, 2]);
    assert_eq!(ways.most.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_message_held_by_another_node_is_left_alone_until_its_lease_ends() {
    let held = OutboxRow { leased_until: Some(NOW + Span::seconds(60)), ..row("m1", Channel::Email, NOW) };
    let tray = Memory::with(vec![held]);
    let ways = Arc::new(Ways::default());
    assert_eq!(round(&tray, &ways, NOW + Span::seconds(59)).await.claimed, 0);
    assert_eq!(round(&tray, &ways, NOW + Span::seconds(60)).await.accepted, 1);
}

#[tokio::test]
async fn a_store_that_fails_for_one_message_does_not_lose_the_others() {
    let tray = Memory::with(vec![row("m1", Channel::Email, NOW), row("m2", Channel::Email, NOW)]);
    let ways = Arc::new(Ways::default());
    *tray.broken_for.lock().unwrap() = Some("m1".to_owned());
    let outcome = courier(&tray, &ways, &settings()).run_once(&at(NOW), Way::Email).await;
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))));
    assert_eq!(tray.row("m2").state, OutboxState::Accepted);
    assert_eq!(tray.row("m1").state, OutboxState::Pending);
    *tray.broken_for.lock().unwrap() = None;
    assert_eq!(round(&tray, &ways, NOW + Span::seconds(60)).await.accepted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_hangs_ends_before_its_lease() {
    let tray = Memory::with(vec![row("m1", Channel::Email, NOW)]);
    let ways = Arc::new(Ways { hangs_for: "m", ..Ways::default() });
    let began = Instant::now();
    assert_eq!(round(&tray, &ways, NOW).await.postponed, 1);
    assert_eq!(began.elapsed(), Duration::from_secs(50));
    assert!(tray.row("m1").last_error.unwrap().contains("longer"));
}

/// The lease runs from the claim on, and the database may be slow.
#[tokio::test(start_paused = true)]
async fn what_a_claim_took_is_taken_off_the_time_for_delivery() {
    let row = row("m1", Channel::Email, NOW);
    let memory = Memory { claim_takes: Duration::from_secs(30), ..Memory::default() };
    memory.add(row);
    let tray = Arc::new(memory);
    let ways = Arc::new(Ways { hangs_for: "m", ..Ways::default() });
    let began = Instant::now();
    let report = courier(&tray, &ways, &settings()).run_once(&at(NOW), Way::Email).await.unwrap();
    assert_eq!((report.postponed, began.elapsed()), (1, Duration::from_secs(50)));
}

/// decisions 12.
#[tokio::test(start_paused = true)]
async fn a_delivery_does_not_outlast_the_life_of_its_message() {
    let last = OutboxRow { not_after: NOW + Span::seconds(7), ..row("m1", Channel::Sms, NOW) };
    let tray = Memory::with(vec![last]);
    let ways = Arc::new(Ways { hangs_for: "m", ..Ways::default() });
    let began = Instant::now();
    assert_eq!(round(&tray, &ways, NOW).await.expired, 1);
    assert_eq!(began.elapsed(), Duration::from_secs(7));
    assert_eq!(ways.texts.lock().unwrap()[0].not_after, NOW + Span::seconds(7), "gateways are told");
    assert_eq!(tray.spent(), ["m1"], "it may have been taken");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_hangs_holds_up_its_own_place_alone() {
    let tray = Memory::with(vec![row("hang-1", Channel::Sms, NOW), row("hang-2", Channel::Sms, NOW)]);
    let ways = Arc::new(Ways { hangs_for: "hang", ..Ways::default() });
    let courier = Arc::new(courier(&tray, &ways, &NotifySettings { parallel: 3, ..settings() }));
    let first = courier.claim(&at(NOW), courier.places(Way::Sms).await).await.unwrap();
    assert!(!first.is_full());
    let hanging = tokio::spawn({
        let courier = Arc::clone(&courier);
        async move { courier.deliver(first).await.unwrap() }
    });
    for id in ["m1", "m2", "m3"] {
        tray.add(row(id, Channel::Sms, NOW));
        let began = Instant::now();
        let report = courier.run_once(&at(NOW), Way::Sms).await.unwrap();
        assert_eq!((report.accepted, report.more, began.elapsed()), (1, true, Duration::ZERO), "{id}");
    }
    tray.add(row("hang-3", Channel::Sms, NOW));
    let third = courier.claim(&at(NOW), courier.places(Way::Sms).await).await.unwrap();
    let full = tokio::time::timeout(Duration::from_secs(5), courier.places(Way::Sms)).await;
    assert!(full.is_err(), "no more than allowed at a time");
    drop(third);
    assert_eq!(hanging.await.unwrap().postponed, 2);
}

/// It may be billed; and what a later attempt comes to does not change that.
#[tokio::test]
async fn a_text_message_that_may_have_been_taken_is_counted() {
    let tray = Memory::with(vec![row("m1", Channel::Sms, NOW), row("m2", Channel::Sms, NOW)]);
    let ways = Arc::new(Ways::default());
    ways.answer("m1", Delivery::Unanswered("silent".to_owned()));
    ways.answer("m2", Delivery::Passing("busy".to_owned()));
    assert_eq!(round(&tray, &ways, NOW).await.postponed, 2);
    assert_eq!(tray.spent(), ["m1"]);
    ways.answer("m1", Delivery::Passing("busy".to_owned()));
    assert_eq!(round(&tray, &ways, NOW + Span::seconds(2)).await.postponed, 2);
    ways.answer("m1", Delivery::Permanent("no such number".to_owned()));
    ways.answer("m2", Delivery::Permanent("no such number".to_owned()));
    assert_eq!(round(&tray, &ways, NOW + Span::seconds(6)).await.dead, 2);
    assert_eq!(tray.spent(), ["m1"]);
}

#[tokio::test]
async fn above_the_days_ceiling_a_text_message_waits_and_an_alarm_is_raised() {
    let rows = ["m1", "m2", "m3"].map(|id| row(id, Channel::Sms, NOW)).to_vec();
    let tray = Memory::with(rows);
    let ways = Arc::new(Ways::default());
    ways.answer("m1", Delivery::AcceptedBy(Acceptance { gateway: "esms".to_owned(), id: None }));
    ways.answer("m2", Delivery::Passing("busy".to_owned()));
    let settings = NotifySettings { sms: SmsSettings { parts_per_day: Some(2) }, ..settings() };
    let log = LogWatch::begin();
    let report = courier(&tray, &ways, &settings).run_once(&at(NOW), Way::Sms).await.unwrap();
    assert_eq!((report.accepted, report.postponed), (1, 2));
    assert_eq!(ways.texts.lock().unwrap().len(), 2, "the third never reached a gateway");
    assert!(tray.row("m3").last_error.unwrap().contains("ceiling"));
    assert_eq!(log.at(tracing::Level::ERROR).len(), 1);
    assert_eq!(tray.spent(), ["m1"], "what nobody took is given back");
}

#[tokio::test]
async fn mail_is_counted_against_no_ceiling() {
    let tray = Memory::with(vec![row("m1", Channel::Email, NOW), row("m2", Channel::Email, NOW)]);
    let ways = Arc::new(Ways::default());
    let settings = NotifySettings { sms: SmsSettings { parts_per_day: Some(1) }, ..settings() };
    assert_eq!(courier(&tray, &ways, &settings).run_once(&at(NOW), Way::Email).await.unwrap().accepted, 2);
}
