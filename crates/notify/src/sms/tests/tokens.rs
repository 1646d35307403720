//! Access tokens: fetched once, kept until their end, fetched anew when refused.

use super::server::{Reaction, Server};
use super::{NOW, gateway, message};
use crate::sms::{HttpGateway, Route as _, Verdict};
use futures_util::future::join_all;
use portal_id_core::ports::TextMessage;
use portal_id_core::time::Span;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A gateway that numbers its tokens and takes those that `is_good` says.
async fn fpt(lifetime: Value, is_good: fn(usize) -> bool) -> (Server, HttpGateway) {
    let issued = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |request| {
        if request.path == "/token" {
            let number = issued.fetch_add(1, Ordering::SeqCst);
            return Reaction::Answer(
                200,
                json!({ "access_token": number.to_string(), "expires_in": lifetime }).to_string(),
            );
        }
        let number: usize = request.json()["access_token"].as_str().unwrap().parse().unwrap();
        if is_good(number) {
            Reaction::Answer(200, json!({ "MessageId": "m" }).to_string())
        } else {
            Reaction::Answer(400, json!({ "error": 1013, "error_description": "over" }).to_string())
        }
    })
    .await;
    let table = json!({
        "preset": "fpt", "client_id": "ci", "client_secret": "cs", "brandname": "BACGIANG", "url": server.url("/push"),
        "token": { "url": server.url("/token") }, "timeout_seconds": 1,
    });
    let gateway = gateway(&table);
    (server, gateway)
}

fn fetched(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.path == "/token").count()
}

#[tokio::test]
async fn many_messages_at_once_fetch_one_token_and_later_ones_use_it_until_a_minute_before_its_end() {
    let (server, gateway) = fpt(json!(3600), |_| true).await;
    let messages: Vec<_> = (0..10).map(|number| TextMessage { id: format!("id-{number}"), ..message() }).collect();
    let verdicts = join_all(messages.iter().map(|message| gateway.hand_over(message, NOW))).await;
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Accepted(_))));
    assert_eq!(fetched(&server), 1);
    gateway.hand_over(&message(), NOW + Span::seconds(3539)).await;
    assert_eq!(fetched(&server), 1);
    gateway.hand_over(&message(), NOW + Span::seconds(3540)).await;
    assert_eq!(fetched(&server), 2);
}

#[tokio::test]
async fn a_token_that_is_over_before_its_time_is_replaced_and_the_message_sent() {
    let (server, gateway) = fpt(json!("3600"), |number| number > 0).await;
    assert!(matches!(gateway.hand_over(&message(), NOW).await, Verdict::Accepted(_)));
    assert_eq!(fetched(&server), 2);
    let (server, gateway) = fpt(json!(null), |_| false).await;
    let verdict = gateway.hand_over(&message(), NOW).await;
    assert_eq!(verdict, Verdict::Passing("answered 400 with code 1013".to_owned()));
    assert_eq!(fetched(&server), 2, "once more, not for ever");
}

/// An id may look like the code that says a token is over.
#[tokio::test]
async fn a_message_that_was_accepted_is_not_sent_again_whatever_its_id() {
    let server = Server::start(|request| {
        let body = if request.path == "/token" { json!({ "access_token": "t" }) } else { json!({ "MessageId": 1013 }) };
        Reaction::Answer(200, body.to_string())
    })
    .await;
    let table = json!({
        "preset": "fpt", "client_id": "ci", "client_secret": "cs", "brandname": "BACGIANG", "url": server.url("/push"),
        "token": { "url": server.url("/token") },
    });
    assert_eq!(gateway(&table).hand_over(&message(), NOW).await, Verdict::Accepted(Some("1013".to_owned())));
    assert_eq!(server.requests().iter().filter(|request| request.path == "/push").count(), 1);
}

#[tokio::test]
async fn refused_keys_and_a_silent_token_address_are_told_apart_and_asked_once_a_round() {
    for (reaction, expected) in [
        (
            Reaction::Answer(401, r#"{"error":1008}"#.to_owned()),
            Verdict::GatewayRefused("gave no token, with status 401".to_owned()),
        ),
        (Reaction::Answer(500, String::new()), Verdict::Passing("gave no token, with status 500".to_owned())),
        (Reaction::Answer(200, "{}".to_owned()), Verdict::GatewayRefused("gave no token, with status 200".to_owned())),
        (Reaction::Hang, Verdict::Passing("the token's address did not answer in time".to_owned())),
    ] {
        let server = Server::start(move |_| reaction.clone()).await;
        let table = json!({
            "preset": "fpt", "client_id": "ci", "client_secret": "cs", "brandname": "BACGIANG", "url": server.url("/push"),
            "token": { "url": server.url("/token") }, "timeout_seconds": 1,
        });
        let (gateway, message) = (gateway(&table), message());
        let verdicts = join_all((0..5).map(|_| gateway.hand_over(&message, NOW))).await;
        assert!(verdicts.iter().all(|verdict| *verdict == expected), "{verdicts:?}");
        assert_eq!(fetched(&server), 1);
        gateway.hand_over(&message, NOW + Span::seconds(2)).await;
        assert_eq!(fetched(&server), 2);
    }
}
