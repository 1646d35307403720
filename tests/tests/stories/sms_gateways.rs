//! The whole way of a code, through gateways over HTTP: one fails, another steps in.

use http::{Method, Request, StatusCode, header};
use portal_id_server::config::Config;
use portal_id_server::jobs;
use portal_id_testkit::core::outbox::OutboxState;
use portal_id_testkit::core::sms::{Arrival, SmsSend, VietnamDay};
use portal_id_testkit::core::time::Span;
use portal_id_testkit::{Browser, Citizen, Page, SmsServer, TestIdp};
use serde_json::json;
use tokio::sync::watch;

const SECRET: &str = "callback-secret-7731-of-this-gateway";

/// eSMS first, then SpeedSMS.
fn through(config: &mut Config, first: &SmsServer, second: &SmsServer) {
    let gateways = format!(
        "[[notify.sms_gateways]]\npreset = 'esms'\nurl = '{}'\napi_key = 'a'\nsecret_key = 's'\n\
         brandname = 'CONG DVC'\ntimeout_seconds = 1\n\
         [[notify.sms_gateways]]\npreset = 'speedsms'\nurl = '{}'\napi_token = 't'\nsender = 'CONG DVC'\n\
         callback_secret = '{SECRET}'\ntimeout_seconds = 1\n",
        first.url(),
        second.url()
    );
    config.notify.sms_gateways = Config::from_toml(&gateways).unwrap().notify.sms_gateways;
}

const TAKEN: &str = r#"{"status":"success","code":"00","data":{"tranId":77345}}"#;

async fn ask_for_a_code(idp: &TestIdp, citizen: &Citizen) -> (Browser, Page) {
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let page = citizen.give_password(&mut browser, &page).await.expect("code");
    (browser, page)
}

fn code_in(words: &str) -> String {
    words.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).unwrap().to_owned()
}

async fn send(idp: &TestIdp, state: OutboxState) -> SmsSend {
    let sent = idp.house.store.read("sent", move |tx| {
        let row = tx.list_messages(state, 100)?.into_iter().find(|row| row.template == "sign_in_code");
        tx.find_send(&row.expect("a text message").id)
    });
    sent.await.unwrap().expect("parts are set aside")
}

async fn parts(idp: &TestIdp) -> u64 {
    let day = VietnamDay::of(idp.now());
    idp.house.store.read("day", move |tx| tx.find_sms_day(day)).await.unwrap().map_or(0, |today| today.parts)
}

#[tokio::test]
async fn the_first_gateway_fails_the_second_delivers_and_tells_so() {
    let first = SmsServer::answering(500, "").await;
    let second = SmsServer::answering(200, TAKEN).await;
    let idp = TestIdp::start_through_gateways(|config| through(config, &first, &second)).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (mut browser, page) = ask_for_a_code(&idp, &an).await;
    idp.deliver().await;
    let (asked, taken) = (first.asked(), second.asked());
    assert_eq!((asked.len(), taken.len()), (1, 1));
    assert_eq!((&asked[0]["Content"], &taken[0]["to"]), (&taken[0]["content"], &json!([an.e164[1..]])));
    let sent = send(&idp, OutboxState::Accepted).await;
    let acceptance = sent.acceptance.unwrap();
    assert_eq!(
        (acceptance.gateway.as_str(), acceptance.id.as_deref(), sent.arrival),
        ("speedsms", Some("77345"), None)
    );
    assert_eq!(parts(&idp).await, 1);

    // Some gateways send their JSON as something else.
    for (kind, status, arrival) in [("text/plain", 64, Arrival::Failed), ("application/json", 0, Arrival::Delivered)] {
        let body = json!({ "type": "report", "tranId": 77345, "phone": &an.e164[1..], "status": status }).to_string();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/callbacks/sms/speedsms/{SECRET}"))
            .header(header::HOST, "id.example.gov.vn")
            .header(header::CONTENT_TYPE, kind)
            .body(body.into())
            .unwrap();
        assert_eq!(idp.browser().send_raw(request).await.status, StatusCode::OK);
        assert_eq!(send(&idp, OutboxState::Accepted).await.arrival, Some(arrival), "{kind}");
    }
    let code = code_in(taken[0]["content"].as_str().unwrap());
    let form = page.form_with("code").fill("code", &code).press("action", "verify");
    let _ = browser.submit(form).await.expect("home");
}

#[tokio::test]
async fn a_silent_gateway_is_left_alone_after_three_messages_and_what_it_may_bill_is_counted() {
    let first = SmsServer::answering(500, "").await;
    let second = SmsServer::answering(200, TAKEN).await;
    first.fall_silent();
    let idp = TestIdp::start_through_gateways(|config| through(config, &first, &second)).await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    for _ in 0..5 {
        let _ = ask_for_a_code(&idp, &an).await;
        idp.deliver().await;
    }
    assert_eq!((first.asked().len(), second.asked().len(), parts(&idp).await), (3, 5, 5));
    idp.advance(Span::hours(1)).await;
    second.answer(503, "");
    let (mut browser, page) = ask_for_a_code(&idp, &an).await;
    idp.deliver().await;
    assert_eq!((first.asked().len(), second.asked().len()), (4, 6), "both are asked again");
    assert_eq!(parts(&idp).await, 6, "the silent one may have taken it");
    let waiting = send(&idp, OutboxState::Pending).await;
    assert!(waiting.acceptance.is_none() && waiting.unanswered_at.is_some());
    let told = browser.open(page.url.as_str()).await.expect("code");
    assert!(told.words().contains("chưa gửi được tin nhắn"), "{}", told.words());
}

/// The job as it runs in production: a message that hangs must not keep those that come after it.
#[tokio::test]
async fn while_one_message_hangs_at_its_gateway_the_next_ones_leave() {
    let gateway = SmsServer::answering(200, r#"{"CodeResult":"100","SMSID":"e-1"}"#).await;
    gateway.fall_silent();
    let idp = TestIdp::start_through_gateways(|config| {
        let table = format!(
            "[[notify.sms_gateways]]\npreset = 'esms'\nurl = '{}'\napi_key = 'a'\nsecret_key = 's'\n\
             brandname = 'CONG DVC'\ntimeout_seconds = 45\n",
            gateway.url()
        );
        config.notify.sms_gateways = Config::from_toml(&table).unwrap().notify.sms_gateways;
        config.notify.parallel = 2;
    })
    .await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let (stop, stopped) = watch::channel(false);
    let jobs = jobs::start(&idp.house, &stopped);
    let _ = ask_for_a_code(&idp, &an).await;
    gateway.was_asked(1).await;
    gateway.answer(200, r#"{"CodeResult":"100","SMSID":"e-2"}"#);
    for number in 2..=4 {
        let _ = ask_for_a_code(&idp, &an).await;
        gateway.was_asked(number).await;
    }
    drop(stop);
    for job in jobs {
        job.abort();
    }
}
