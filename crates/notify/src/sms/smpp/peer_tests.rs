//! Against a short message centre that does in a session what the test says, PDU by PDU.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::frame::{self, Heard};
use super::tests::{NOW, Told, code, settings, table};
use super::*;
use futures_util::StreamExt as _;
use portal_id_core::sms::Arrival;
use rusmpp::pdus::{BindTransceiverResp, DataSm, DeliverSm, SubmitSmResp};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::codec::{FramedRead, LengthDelimitedCodec};

/// One connection, seen from the SMSC.
struct Peer {
    reading: FramedRead<OwnedReadHalf, LengthDelimitedCodec>,
    writing: OwnedWriteHalf,
}

impl Peer {
    /// Takes a connection and its bind.
    async fn bound(listener: &TcpListener) -> Self {
        let (stream, _): (TcpStream, _) = listener.accept().await.unwrap();
        let (reading, writing) = stream.into_split();
        let mut peer = Self { reading: FramedRead::new(reading, frame::cutter()), writing };
        let bind = peer.hears(CommandId::BindTransceiver).await;
        peer.says(CommandStatus::EsmeRok, bind.sequence_number(), BindTransceiverResp::default()).await;
        peer
    }

    async fn hears(&mut self, id: CommandId) -> Command {
        let pdu = tokio::time::timeout(Duration::from_secs(5), self.reading.next()).await.unwrap().unwrap().unwrap();
        let Some(Heard::Command(command)) = frame::read(&pdu) else { unreachable!("a PDU of ours") };
        assert_eq!(command.id(), id);
        *command
    }

    async fn says(&mut self, status: CommandStatus, number: u32, pdu: impl Into<Pdu>) {
        self.says_octets(&frame::write(status, number, pdu.into()).unwrap()).await;
    }

    async fn says_octets(&mut self, octets: &[u8]) {
        self.writing.write_all(octets).await.unwrap();
    }

    /// Takes a message and accepts it.
    async fn accepts(&mut self, id: &str) -> SubmitSm {
        let submit = self.hears(CommandId::SubmitSm).await;
        self.says(CommandStatus::EsmeRok, submit.sequence_number(), accepted(id)).await;
        let Some(Pdu::SubmitSm(submit)) = submit.pdu().cloned() else { unreachable!("a submit_sm") };
        submit
    }
}

fn accepted(id: &str) -> SubmitSmResp {
    SubmitSmResp::builder().message_id(COctetString::from_string(id.to_owned()).unwrap()).build()
}

fn receipt(id: &str) -> DeliverSm {
    let text = format!("id:{id} stat:DELIVRD");
    DeliverSm::builder().esm_class(EsmClass::from(4)).short_message(OctetString::from_vec(text.into()).unwrap()).build()
}

/// A PDU with more octets at its end.
fn longer(number: u32, pdu: impl Into<Pdu>, more: &[u8]) -> bytes::BytesMut {
    let mut octets = frame::write(CommandStatus::EsmeRok, number, pdu.into()).unwrap();
    octets.extend_from_slice(more);
    let length = u32::try_from(octets.len()).unwrap().to_be_bytes();
    octets[..4].copy_from_slice(&length);
    octets
}

async fn listening(more: Value, receipts: Option<Arc<dyn Receipts>>) -> (TcpListener, Arc<SmppGateway>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = settings(&table(listener.local_addr().unwrap().port()), &more);
    (listener, Arc::new(SmppGateway::new(&settings, receipts).unwrap()))
}

/// Hands one message over beside the test.
fn hand_over(gateway: &Arc<SmppGateway>) -> tokio::task::JoinHandle<Verdict> {
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move { gateway.hand_over(&code("678"), NOW).await })
}

fn id(id: &str) -> Verdict {
    Verdict::Accepted(Some(id.to_owned()))
}

#[tokio::test]
async fn a_message_says_for_how_long_it_is_of_use_and_that_it_is_an_ordinary_one() {
    let (listener, gateway) = listening(json!({}), None).await;
    let verdict = hand_over(&gateway);
    let submit = Peer::bound(&listener).await.accepts("a1").await;
    assert_eq!(verdict.await.unwrap(), id("a1"));
    assert_eq!(submit.validity_period.as_str(), "000000000500000R");
    assert_eq!(u8::from(submit.esm_class), 0);
    for (lives, text) in [(1, "000000000001000R"), (3_725, "000000010205000R"), (-5, "000000000001000R")] {
        assert_eq!(validity_period(Span::seconds(lives)).unwrap().as_str(), text);
    }
}

/// The SMSC numbers its own requests, and begins where it likes.
#[tokio::test]
async fn a_request_of_the_smsc_is_never_the_answer_to_ours() {
    let (listener, gateway) = listening(json!({}), None).await;
    let verdict = hand_over(&gateway);
    let mut peer = Peer::bound(&listener).await;
    let number = peer.hears(CommandId::SubmitSm).await.sequence_number();
    peer.says(CommandStatus::EsmeRok, number, Pdu::EnquireLink).await;
    assert_eq!(peer.hears(CommandId::EnquireLinkResp).await.sequence_number(), number);
    peer.says(CommandStatus::EsmeRok, number, rusmpp::pdus::QuerySm::default()).await;
    let refused = peer.hears(CommandId::GenericNack).await;
    assert_eq!((refused.sequence_number(), refused.status()), (number, CommandStatus::EsmeRinvcmdid));
    peer.says(CommandStatus::EsmeRok, number, accepted("a1")).await;
    assert_eq!(verdict.await.unwrap(), id("a1"));
}

#[tokio::test]
async fn an_answer_that_is_not_of_a_submit_leaves_open_whether_the_message_was_taken() {
    let (listener, gateway) = listening(json!({}), None).await;
    let verdict = hand_over(&gateway);
    let mut peer = Peer::bound(&listener).await;
    let number = peer.hears(CommandId::SubmitSm).await.sequence_number();
    peer.says(CommandStatus::EsmeRok, number, Pdu::EnquireLinkResp).await;
    assert_eq!(verdict.await.unwrap(), Verdict::Unanswered("answered with something else".to_owned()));
    let verdict = hand_over(&gateway);
    let number = peer.hears(CommandId::SubmitSm).await.sequence_number();
    peer.says(CommandStatus::EsmeRthrottled, number, Pdu::GenericNack).await;
    assert_eq!(verdict.await.unwrap(), Verdict::Passing("answered with status 0x58".to_owned()));
}

#[tokio::test]
async fn a_pdu_that_cannot_be_read_ends_nothing_else() {
    let told = Arc::new(Told::default());
    let (listener, gateway) = listening(json!({}), Some(told.clone())).await;
    let verdict = hand_over(&gateway);
    let mut peer = Peer::bound(&listener).await;
    peer.accepts("a1").await;
    assert_eq!(verdict.await.unwrap(), id("a1"));
    // A receipted_message_id (0x001e) without its final NUL.
    peer.says_octets(&longer(7, receipt("a1"), b"\x00\x1e\x00\x02a1")).await;
    let refused = peer.hears(CommandId::GenericNack).await;
    assert_eq!((refused.sequence_number(), refused.status()), (7, CommandStatus::EsmeRinvcmdlen));
    // The answer to a message is taken by its header.
    let verdict = hand_over(&gateway);
    let number = peer.hears(CommandId::SubmitSm).await.sequence_number();
    let mut answer = frame::write(CommandStatus::EsmeRok, number, accepted("a2").into()).unwrap();
    let end = answer.len() - 1;
    answer[end] = b'x';
    peer.says_octets(&answer).await;
    assert_eq!(verdict.await.unwrap(), Verdict::Accepted(None));
    peer.says(CommandStatus::EsmeRok, 8, receipt("a1")).await;
    assert_eq!(peer.hears(CommandId::DeliverSmResp).await.sequence_number(), 8);
    assert_eq!(told.of("a1").await, Arrival::Delivered);
}

#[tokio::test]
async fn a_receipt_may_come_by_data_sm_and_before_the_answer_to_its_message() {
    let told = Arc::new(Told::default());
    let (listener, gateway) = listening(json!({ "hex_ids": true }), Some(told.clone())).await;
    let verdict = hand_over(&gateway);
    let mut peer = Peer::bound(&listener).await;
    let number = peer.hears(CommandId::SubmitSm).await.sequence_number();
    let data = DataSm::builder().esm_class(EsmClass::from(4)).build();
    // receipted_message_id and message_state: delivered.
    peer.says_octets(&longer(3, data, b"\x00\x1e\x00\x052748\x00\x04\x27\x00\x01\x02")).await;
    assert_eq!(peer.hears(CommandId::DataSmResp).await.sequence_number(), 3);
    peer.says(CommandStatus::EsmeRok, number, accepted("abc")).await;
    assert_eq!(verdict.await.unwrap(), id("2748"), "the same number in decimal, as receipts have it");
    assert_eq!(told.of("2748").await, Arrival::Delivered);
}

/// A store that answers when it is let, and then says that it is away.
struct Away(Semaphore);

#[async_trait]
impl Receipts for Away {
    async fn arrived(&self, _: &str, _: String, _: Arrival) -> bool {
        self.0.acquire().await.unwrap().forget();
        false
    }
}

#[tokio::test]
async fn the_session_goes_on_while_the_store_is_slow_and_a_receipt_that_was_not_noted_comes_again() {
    let away = Arc::new(Away(Semaphore::new(0)));
    let (listener, gateway) = listening(json!({}), Some(away.clone())).await;
    let verdict = hand_over(&gateway);
    let mut peer = Peer::bound(&listener).await;
    peer.accepts("a1").await;
    assert_eq!(verdict.await.unwrap(), id("a1"));
    for number in 1..=101 {
        peer.says(CommandStatus::EsmeRok, number, receipt("a1")).await;
    }
    let over = peer.hears(CommandId::DeliverSmResp).await;
    assert_eq!((over.sequence_number(), over.status()), (101, CommandStatus::EsmeRxTAppn), "no more than can be noted");
    let verdict = hand_over(&gateway);
    peer.accepts("a2").await;
    assert_eq!(verdict.await.unwrap(), id("a2"));
    away.0.add_permits(1);
    let again = peer.hears(CommandId::DeliverSmResp).await;
    assert_eq!(again.status(), CommandStatus::EsmeRxTAppn);
}

#[tokio::test]
async fn a_session_that_may_not_send_is_given_up_for_another() {
    let (listener, gateway) = listening(json!({}), None).await;
    let verdict = hand_over(&gateway);
    let mut useless = Peer::bound(&listener).await;
    let number = useless.hears(CommandId::SubmitSm).await.sequence_number();
    useless.says(CommandStatus::EsmeRinvbndsts, number, SubmitSmResp::default()).await;
    assert_eq!(verdict.await.unwrap(), Verdict::GatewayRefused("answered with status 0x4".to_owned()));
    let verdict = hand_over(&gateway);
    Peer::bound(&listener).await.accepts("a1").await;
    assert_eq!(verdict.await.unwrap(), id("a1"));
}

#[tokio::test]
async fn many_messages_share_one_session_and_no_more_wait_than_the_window_allows() {
    let (listener, gateway) = listening(json!({ "window": 2, "timeout_seconds": 1 }), None).await;
    let verdicts: Vec<_> = (0..3).map(|_| hand_over(&gateway)).collect();
    let mut peer = Peer::bound(&listener).await;
    let first = peer.hears(CommandId::SubmitSm).await.sequence_number();
    peer.hears(CommandId::SubmitSm).await;
    let third = tokio::time::timeout(Duration::from_millis(200), peer.reading.next()).await;
    assert!(third.is_err(), "the window is full");
    peer.says(CommandStatus::EsmeRok, first, accepted("a1")).await;
    peer.accepts("a3").await;
    let mut came = Vec::new();
    for verdict in verdicts {
        came.push(format!("{:?}", verdict.await.unwrap()));
    }
    came.sort();
    let [a1, a3] = [id("a1"), id("a3")].map(|verdict| format!("{verdict:?}"));
    let silent = format!("{:?}", Verdict::Unanswered("did not answer in time".to_owned()));
    assert_eq!(came, [a1, a3, silent]);
}
