//! Against gateways that are not who they say they are: they hear nothing.

use super::{NOW, gateway, message};
use crate::sms::{Route as _, Verdict};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A gateway over TLS on this machine, which takes every message.
struct Server {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
    root_ca: tempfile::NamedTempFile,
}

impl Server {
    /// One whose certificate names `name`; nobody but its own file vouches for it.
    async fn certified_for(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, root_ca) = crate::false_authority::certified_for(name);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut bytes = vec![0; 16 * 1024];
                let read = stream.read(&mut bytes).await.unwrap_or(0);
                kept.lock().unwrap().extend_from_slice(&bytes[..read]);
                let body = r#"{"CodeResult":"100","CountRegenerate":0,"SMSID":"abc-1"}"#;
                let answer =
                    format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { port, heard, root_ca }
    }

    /// The settings of an operator who trusts the server's own authority, or only those that everybody does.
    fn table(&self, trusted: bool) -> Value {
        let mut table = json!({
            "preset": "esms", "url": format!("https://localhost:{}/send", self.port),
            "api_key": "ak", "secret_key": "sk-7731", "brandname": "BACGIANG", "timeout_seconds": 5,
        });
        if trusted {
            table["root_ca_file"] = json!(self.root_ca.path());
        }
        table
    }

    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

// security: row 29
#[tokio::test]
async fn a_gateway_of_another_name_or_of_an_authority_that_nobody_knows_hears_nothing() {
    let honest = Server::certified_for("localhost").await;
    let verdict = gateway(&honest.table(true)).hand_over(&message(), NOW).await;
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
    assert!(honest.heard().contains("/send"), "so that this test can see: {}", honest.heard());
    let other_name = Server::certified_for("sms.example").await;
    let unknown = Server::certified_for("localhost").await;
    for (server, table) in [(&other_name, other_name.table(true)), (&unknown, unknown.table(false))] {
        let verdict = gateway(&table).hand_over(&message(), NOW).await;
        assert!(matches!(verdict, Verdict::Passing(_)), "{verdict:?}");
        assert_eq!(server.heard(), "");
    }
}
