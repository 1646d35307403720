//! Text messages after they were handed over: what gateways report, and what a day may cost.

use http::{Method, Request, StatusCode, header};
use portal_id_notify::{Receipts as _, StoredReceipts};
use portal_id_server::config::Config;
use portal_id_testkit::browser::Answer;
use portal_id_testkit::core::outbox::{Delivery, OutboxState};
use portal_id_testkit::core::sms::{Acceptance, Arrival, VietnamDay};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, Page, TestIdp};

const SECRET: &str = "callback-secret-7731-of-this-gateway";

fn reporting(config: &mut Config) {
    let gateways = format!(
        "[[notify.sms_gateways]]\npreset = 'esms'\napi_key = 'a'\nsecret_key = 's'\nbrandname = 'CONG DVC'\n\
         callback_secret = '{SECRET}'\n\
         [[notify.sms_gateways]]\npreset = 'twilio'\naccount_sid = 'AC1'\nauth_token = 't'\nfrom = 'CONG DVC'\n\
         callback_secret = '{SECRET}'\nreport = {{ signature = {{ scheme = 'none' }} }}\n"
    );
    config.notify.sms_gateways = Config::from_toml(&gateways).unwrap().notify.sms_gateways;
}

fn by(gateway: &str, id: &str) -> Delivery {
    Delivery::AcceptedBy(Acceptance { gateway: gateway.to_owned(), id: Some(id.to_owned()) })
}

/// Asks for a code, and delivers it as far as the gateway goes.
async fn ask_for_a_code(idp: &TestIdp, an: &Citizen) {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let _ = an.give_password(&mut browser, &page).await.expect("code");
    idp.deliver().await;
}

async fn report(idp: &TestIdp, method: Method, address: &str, kind: &str, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(address)
        .header(header::HOST, "id.example.gov.vn")
        .header(header::CONTENT_TYPE, kind)
        .body(body.to_owned().into())
        .unwrap();
    idp.browser().send_raw(request).await
}

/// The page of the second step, as it is after what happened meanwhile.
async fn code_page(idp: &TestIdp, an: &Citizen) -> (Browser, Page) {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = an.give_password(&mut browser, &page).await.expect("code");
    (browser, page)
}

async fn form(idp: &TestIdp, address: &str, body: &str) -> Answer {
    report(idp, Method::POST, address, "application/x-www-form-urlencoded", body).await
}

/// What is known of the newest text message.
async fn arrival(idp: &TestIdp) -> Option<Arrival> {
    let sent = idp.house.store.read("sent", |tx| {
        let rows = tx.list_messages(OutboxState::Accepted, 100)?;
        let newest = rows.iter().find(|row| row.template == "sign_in_code").map(|row| row.id.clone());
        newest.map_or(Ok(None), |id| tx.find_send(&id))
    });
    sent.await.unwrap().expect("a text message was accepted").arrival
}

/// How many parts of text messages count for a day.
async fn parts_of(idp: &TestIdp, day: VietnamDay) -> u64 {
    let found = idp.house.store.read("day", move |tx| tx.find_sms_day(day)).await.unwrap();
    found.map_or(0, |day| day.parts)
}

#[tokio::test]
async fn a_message_is_accepted_first_and_delivered_when_its_gateway_says_so() {
    let idp = TestIdp::start_with(reporting).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.texts.answer(by("twilio", "SM1"));
    ask_for_a_code(&idp, &an).await;
    assert_eq!(arrival(&idp).await, None);
    let address = format!("/callbacks/sms/twilio/{SECRET}");
    assert_eq!(form(&idp, &address, "MessageSid=SM1&MessageStatus=sent").await.status, StatusCode::OK);
    assert_eq!(arrival(&idp).await, None);
    assert_eq!(form(&idp, &address, "MessageSid=SM1&MessageStatus=delivered").await.status, StatusCode::OK);
    assert_eq!(arrival(&idp).await, Some(Arrival::Delivered));

    idp.advance(Span::minutes(2)).await;
    idp.texts.answer(by("esms", "e-1"));
    ask_for_a_code(&idp, &an).await;
    let address = format!("/callbacks/sms/esms/{SECRET}?SMSID=e-1&SendStatus=5&SendSuccess=0&SendFailed=1&RequestId=");
    assert_eq!(report(&idp, Method::GET, &address, "", "").await.status, StatusCode::OK);
    assert_eq!(arrival(&idp).await, Some(Arrival::Failed));
}

// security: row 15
#[tokio::test]
async fn a_report_tells_nobody_which_messages_and_gateways_there_are() {
    let idp = TestIdp::start_with(reporting).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.texts.answer(by("twilio", "SM1"));
    ask_for_a_code(&idp, &an).await;
    let known = form(&idp, &format!("/callbacks/sms/twilio/{SECRET}"), "MessageSid=SM1&MessageStatus=delivered").await;
    for body in
        ["MessageSid=SM2&MessageStatus=delivered", "MessageSid=SM1&MessageStatus=failed", "", "%ff", "MessageSid=a%0Ab"]
    {
        let unknown = form(&idp, &format!("/callbacks/sms/twilio/{SECRET}"), body).await;
        assert_eq!((unknown.status, unknown.text()), (known.status, known.text()), "{body}");
    }
    assert_eq!(arrival(&idp).await, Some(Arrival::Delivered));
    for address in ["twilio/wrong-secret-wrong-secret-00", "esms-2/callback-secret-7731-of-this-gateway", "twilio/x"] {
        let refused = form(&idp, &format!("/callbacks/sms/{address}"), "MessageSid=SM1&MessageStatus=failed").await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{address}");
    }
}

/// The secret in the address may have leaked into somebody's log.
#[tokio::test]
async fn a_report_of_twilio_is_nothing_without_its_signature() {
    let idp = TestIdp::start_with(|config| {
        let gateway = format!(
            "[[notify.sms_gateways]]\npreset = 'twilio'\naccount_sid = 'AC1'\nauth_token = 't'\nfrom = 'CONG DVC'\n\
             callback_secret = '{SECRET}'\n"
        );
        config.notify.sms_gateways = Config::from_toml(&gateway).unwrap().notify.sms_gateways;
    })
    .await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.texts.answer(by("twilio", "SM1"));
    ask_for_a_code(&idp, &an).await;
    // HMAC-SHA1 under the token over the address that we gave and the fields.
    for (signature, host, status, expected) in [
        ("", "id.example.gov.vn", "delivered", StatusCode::NOT_FOUND),
        ("2XfOn0jAq9Cr/JIH1+Zq0fR6b38=", "id.example.gov.vn", "failed", StatusCode::NOT_FOUND),
        ("2XfOn0jAq9Cr/JIH1+Zq0fR6b38=", "inside.example", "delivered", StatusCode::OK),
    ] {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/callbacks/sms/twilio/{SECRET}"))
            .header(header::HOST, host)
            .header("x-twilio-signature", signature)
            .body(format!("MessageSid=SM1&MessageStatus={status}").into())
            .unwrap();
        assert_eq!(idp.browser().send_raw(request).await.status, expected, "{signature} {status}");
    }
    assert_eq!(arrival(&idp).await, Some(Arrival::Delivered));
}

// security: row 16
#[tokio::test]
async fn a_report_larger_than_any_is_refused() {
    let idp = TestIdp::start_with(reporting).await;
    let address = format!("/callbacks/sms/twilio/{SECRET}");
    assert_eq!(form(&idp, &address, &"x".repeat(17 * 1024)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(report(&idp, Method::HEAD, &address, "", "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn at_the_days_ceiling_no_code_leaves_the_page_says_so_and_the_next_day_goes_on() {
    let idp = TestIdp::start_with(|config| config.notify.sms.parts_per_day = Some(2)).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut page = None;
    for _ in 0..3 {
        let mut browser = idp.browser();
        let form = browser.open("/sign-in").await;
        let code = an.give_password(&mut browser, &form).await.expect("code");
        idp.deliver().await;
        page = Some(browser.open(code.url.as_str()).await.expect("code"));
        idp.advance(Span::minutes(1)).await;
    }
    assert_eq!(idp.texts.kept().len(), 2);
    let words = page.unwrap().words();
    assert!(words.contains("chưa gửi được tin nhắn"), "{words}");
    idp.advance(Span::hours(24)).await;
    ask_for_a_code(&idp, &an).await;
    assert_eq!(idp.texts.kept().len(), 3);
}

/// decisions 5: say so.
#[tokio::test]
async fn the_page_tells_that_the_network_did_not_deliver_the_code() {
    let idp = TestIdp::start_with(reporting).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.texts.answer(by("twilio", "SM1"));
    let (mut browser, page) = code_page(&idp, &an).await;
    idp.deliver().await;
    let words = "Nhà mạng báo rằng tin nhắn không đến được";
    assert!(!browser.open(page.url.as_str()).await.expect("code").words().contains(words));
    let address = format!("/callbacks/sms/twilio/{SECRET}");
    assert_eq!(form(&idp, &address, "MessageSid=SM1&MessageStatus=undelivered").await.status, StatusCode::OK);
    let told = browser.open(page.url.as_str()).await.expect("code");
    assert!(told.words().contains(words), "{}", told.words());
    assert_eq!(form(&idp, &address, "MessageSid=SM1&MessageStatus=delivered").await.status, StatusCode::OK);
    assert!(!browser.open(page.url.as_str()).await.expect("code").words().contains(words));
}

#[tokio::test]
async fn the_page_tells_that_a_code_will_not_be_sent_any_more() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.texts.answer(Delivery::Permanent("no such number".to_owned()));
    let (mut browser, page) = code_page(&idp, &an).await;
    idp.deliver().await;
    let words = "hệ thống đã ngừng thử";
    assert!(browser.open(page.url.as_str()).await.expect("code").words().contains(words), "dead");
    idp.advance(Span::minutes(2)).await;
    idp.texts.answer(Delivery::Passing("away".to_owned()));
    let (mut browser, page) = code_page(&idp, &an).await;
    idp.deliver().await;
    assert!(!browser.open(page.url.as_str()).await.expect("code").words().contains(words), "still trying");
    idp.advance(Span::minutes(5)).await;
    idp.deliver().await;
    assert!(browser.open(page.url.as_str()).await.expect("code").words().contains(words), "expired");
}

#[tokio::test]
async fn a_report_that_overtakes_our_own_note_of_the_acceptance_is_not_lost() {
    let idp = TestIdp::start_with(reporting).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let address = format!("/callbacks/sms/twilio/{SECRET}");
    assert_eq!(form(&idp, &address, "MessageSid=SM1&MessageStatus=delivered").await.status, StatusCode::OK);
    idp.texts.answer(by("twilio", "SM1"));
    ask_for_a_code(&idp, &an).await;
    assert_eq!(arrival(&idp).await, Some(Arrival::Delivered));
}

/// The way of an SMSC's receipts.
#[tokio::test]
async fn a_receipt_over_a_session_is_noted_in_the_store() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    idp.texts.answer(by("smsc", "a1"));
    ask_for_a_code(&idp, &an).await;
    let receipts = StoredReceipts::new(idp.house.store.clone(), idp.clock.clone());
    assert!(receipts.arrived("smsc", "unknown".to_owned(), Arrival::Failed).await, "not to be told again");
    assert!(receipts.arrived("other", "a1".to_owned(), Arrival::Failed).await);
    assert_eq!(arrival(&idp).await, None);
    assert!(receipts.arrived("smsc", "a1".to_owned(), Arrival::Failed).await);
    assert_eq!(arrival(&idp).await, Some(Arrival::Failed));
}

#[tokio::test]
async fn a_message_that_may_have_been_taken_is_counted_once_however_often_it_is_tried() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let day = VietnamDay::of(idp.now());
    let parts = async || parts_of(&idp, day).await;
    idp.texts.answer(Delivery::Unanswered("silent".to_owned()));
    ask_for_a_code(&idp, &an).await;
    assert_eq!(parts().await, 1);
    idp.texts.answer(Delivery::Passing("away".to_owned()));
    for _ in 0..3 {
        idp.advance(Span::seconds(20)).await;
        idp.deliver().await;
        assert_eq!(parts().await, 1);
    }
    idp.advance(Span::minutes(5)).await;
    idp.deliver().await;
    assert_eq!(parts().await, 1, "given up, and perhaps billed");
}

#[tokio::test]
async fn a_message_that_nobody_took_costs_nothing_and_one_that_was_tried_often_counts_once() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let day = VietnamDay::of(idp.now());
    let parts = async || parts_of(&idp, day).await;
    idp.texts.answer(Delivery::Passing("away".to_owned()));
    ask_for_a_code(&idp, &an).await;
    assert_eq!(parts().await, 0);
    for _ in 0..3 {
        idp.advance(Span::seconds(20)).await;
        idp.deliver().await;
    }
    idp.texts.answer(by("esms", "e-1"));
    idp.advance(Span::seconds(20)).await;
    idp.deliver().await;
    assert_eq!((idp.texts.kept().len(), parts().await), (1, 1));
    idp.texts.answer(Delivery::Permanent("no such number".to_owned()));
    idp.advance(Span::minutes(1)).await;
    ask_for_a_code(&idp, &an).await;
    assert_eq!(parts().await, 1);
}
