//! Against small mail servers on this machine: an honest one, a cut-down one, a false one, a refusing one.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use portal_id_core::secret::Secret;
use portal_id_logwatch::LogWatch;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// How the server behaves.
#[derive(Clone, Copy)]
struct Manner {
    /// Offers STARTTLS after a plain EHLO.
    starttls: bool,
    /// What somebody on the way adds, unprotected, behind the answer to STARTTLS.
    injected: &'static str,
    /// The answer to AUTH.
    auth: &'static str,
    /// The answer to RCPT TO.
    rcpt: &'static str,
}

const HONEST: Manner = Manner { starttls: true, injected: "", auth: "235 2.7.0 ok", rcpt: "250 2.1.5 ok" };

/// What the server heard, line by line.
type Heard = Arc<Mutex<Vec<String>>>;

struct Server {
    port: u16,
    heard: Heard,
    root_ca: tempfile::NamedTempFile,
}

impl Server {
    async fn start(manner: Manner, certified_for: &str, tls_at_once: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, root_ca) = crate::false_authority::certified_for(certified_for);
        let heard = Heard::default();
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if tls_at_once {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = converse(stream, manner, true, &log).await;
                    }
                } else if let Ok(Some(stream)) = converse(stream, manner, false, &log).await
                    && let Ok(stream) = acceptor.accept(stream).await
                {
                    let _ = converse(stream, manner, true, &log).await;
                }
            }
        });
        Self { port, heard, root_ca }
    }

    fn settings(&self, security: Security) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".to_owned(),
            port: Some(self.port),
            security,
            from: "Cổng Dịch vụ công <no-reply@portal.example>".to_owned(),
            root_ca_file: Some(self.root_ca.path().to_owned()),
            timeout_seconds: 5,
            ..SmtpSettings::default()
        }
    }

    async fn deliver(&self, settings: &SmtpSettings) -> Delivery {
        Smtp::new(settings).unwrap().deliver(&email()).await
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().join("\n")
    }

    /// Neither the recipient nor the text nor a password has left us.
    fn heard_nothing_of_the_message(&self) -> bool {
        let heard = self.heard();
        !heard.contains("MAIL FROM") && !heard.contains("RCPT") && !heard.contains("AUTH") && !heard.contains("DATA")
    }
}

/// Speaks SMTP; gives the stream back when the client asks for STARTTLS.
async fn converse<S>(stream: S, manner: Manner, protected: bool, heard: &Heard) -> std::io::Result<Option<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = BufReader::new(stream);
    // After STARTTLS the server does not greet again (RFC 3207 §4.2).
    if !protected || !manner.starttls {
        stream.write_all(b"220 test ESMTP\r\n").await?;
    }
    let mut in_data = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        heard.lock().unwrap().push(line.clone());
        if in_data {
            if line == "." {
                in_data = false;
                stream.write_all(b"250 2.0.0 queued\r\n").await?;
            }
            continue;
        }
        let answer = match line.split(' ').next().unwrap_or_default() {
            "EHLO" if !protected && manner.starttls => "250-test\r\n250 STARTTLS",
            "EHLO" => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "STARTTLS" => {
                stream.write_all(format!("220 go ahead\r\n{}", manner.injected).as_bytes()).await?;
                return Ok(Some(stream.into_inner()));
            }
            "AUTH" => manner.auth,
            "RCPT" => manner.rcpt,
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

fn email() -> EmailMessage {
    EmailMessage {
        id: "019ab000-0000-7000-8000-000000000001".to_owned(),
        to: "an@example.vn".to_owned(),
        language: portal_id_core::language::Language::Vi,
        subject: "Kích hoạt".to_owned(),
        text: "Xin chào".to_owned(),
        html: "<!doctype html>\n<html lang=\"vi\"><p>Xin chào</p></html>".to_owned(),
    }
}

#[tokio::test]
async fn an_email_goes_out_over_starttls_with_the_name_and_password() {
    let server = Server::start(HONEST, "localhost", false).await;
    let mut settings = server.settings(Security::StartTls);
    settings.username = Some("portal".to_owned());
    settings.password = Some(Secret::new("pw".to_owned()));
    assert_eq!(server.deliver(&settings).await, Delivery::Accepted);
    let heard = server.heard();
    let (before, after) = heard.split_once("STARTTLS").unwrap();
    assert!(!before.contains("AUTH"), "the password waits for TLS");
    assert!(
        after.contains("AUTH PLAIN")
            && after.contains("RCPT TO:<an@example.vn>")
            && after.contains("EHLO portal.example")
    );
    assert!(after.contains("Message-ID: <019ab000-0000-7000-8000-000000000001@portal.example>"));
}

#[tokio::test]
async fn an_email_goes_out_over_tls_from_the_first_byte() {
    let server = Server::start(Manner { starttls: false, ..HONEST }, "localhost", true).await;
    assert_eq!(server.deliver(&server.settings(Security::Tls)).await, Delivery::Accepted);
    assert!(server.heard().contains("RCPT TO:<an@example.vn>"));
}

// security: row 29
#[tokio::test]
async fn a_server_that_drops_starttls_gets_nothing() {
    let server = Server::start(Manner { starttls: false, ..HONEST }, "localhost", false).await;
    let mut settings = server.settings(Security::StartTls);
    settings.username = Some("portal".to_owned());
    settings.password = Some(Secret::new("pw".to_owned()));
    let log = LogWatch::begin();
    assert!(matches!(server.deliver(&settings).await, Delivery::Passing(_)));
    assert_eq!(log.at(tracing::Level::ERROR).len(), 1, "an alarm is raised");
    assert!(!log.everything().contains("an@example.vn") && !log.everything().contains("pw"));
    assert!(server.heard().contains("EHLO"), "we did speak with it");
    assert!(server.heard_nothing_of_the_message(), "{}", server.heard());
}

/// Answers slipped in before TLS must not count as answers given under it (RFC 3207 §4.2, §6).
// security: row 29
#[tokio::test]
async fn answers_injected_before_tls_are_not_believed() {
    for injected in ["250 forged\r\n", "250-forged\r\n250 AUTH PLAIN\r\n250 2.0.0 forged\r\n", "2"] {
        let server = Server::start(Manner { injected, ..HONEST }, "localhost", false).await;
        assert!(
            matches!(server.deliver(&server.settings(Security::StartTls)).await, Delivery::Passing(_)),
            "{injected:?}"
        );
        assert!(server.heard_nothing_of_the_message(), "{}", server.heard());
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_makes_the_message_wait() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for security in [Security::Tls, Security::StartTls, Security::None] {
        let settings = SmtpSettings { port: Some(port), security, timeout_seconds: 1, ..SmtpSettings::default() };
        let delivery = Smtp::new(&settings).unwrap().deliver(&email()).await;
        assert_eq!(delivery, Delivery::Passing("the mail server did not answer in time".to_owned()), "{security:?}");
    }
}

// security: row 29
#[tokio::test]
async fn a_server_with_another_name_in_its_certificate_gets_nothing() {
    for (security, tls_at_once) in [(Security::StartTls, false), (Security::Tls, true)] {
        let manner = Manner { starttls: !tls_at_once, ..HONEST };
        let server = Server::start(manner, "mail.other.example", tls_at_once).await;
        let log = LogWatch::begin();
        let reason = "no protected connection to the mail server: its certificate or its TLS is not acceptable";
        assert_eq!(
            server.deliver(&server.settings(security)).await,
            Delivery::Passing(reason.to_owned()),
            "{security:?}"
        );
        assert_eq!(log.at(tracing::Level::ERROR).len(), 1, "an alarm is raised");
        assert!(server.heard_nothing_of_the_message(), "{}", server.heard());
    }
}

// security: row 29
#[tokio::test]
async fn a_server_whose_authority_we_do_not_know_gets_nothing() {
    let server = Server::start(HONEST, "localhost", false).await;
    let settings = SmtpSettings { root_ca_file: None, ..server.settings(Security::StartTls) };
    assert!(matches!(server.deliver(&settings).await, Delivery::Passing(_)));
    assert!(server.heard_nothing_of_the_message(), "{}", server.heard());
}

#[tokio::test]
async fn refusals_are_told_apart_and_their_words_name_nobody() {
    let after = async |rcpt| {
        let server = Server::start(Manner { rcpt, ..HONEST }, "localhost", false).await;
        server.deliver(&server.settings(Security::StartTls)).await
    };
    assert_eq!(
        after("451 4.3.0 <an@example.vn> try later").await,
        Delivery::Passing("the mail server answered 451 4.3.0".to_owned())
    );
    assert_eq!(
        after("550 5.1.1 <an@example.vn> no such user").await,
        Delivery::Permanent("the mail server answered 550 5.1.1".to_owned())
    );
}

#[tokio::test]
async fn a_refused_password_makes_the_message_wait() {
    let server = Server::start(Manner { auth: "535 5.7.8 no", ..HONEST }, "localhost", false).await;
    let mut settings = server.settings(Security::StartTls);
    settings.username = Some("portal".to_owned());
    settings.password = Some(Secret::new("wrong".to_owned()));
    let log = LogWatch::begin();
    assert_eq!(server.deliver(&settings).await, Delivery::Passing("the mail server answered 535 5.7.8".to_owned()));
    assert_eq!(log.at(tracing::Level::ERROR).len(), 1, "an alarm is raised");
    assert!(!log.everything().contains("wrong"));
    assert!(!server.heard().contains("RCPT"));
}

#[tokio::test]
async fn a_server_that_is_not_there_makes_the_message_wait() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let settings =
        SmtpSettings { port: Some(port), security: Security::None, timeout_seconds: 5, ..SmtpSettings::default() };
    assert!(matches!(Smtp::new(&settings).unwrap().deliver(&email()).await, Delivery::Passing(_)));
}

#[tokio::test]
async fn an_email_that_cannot_be_composed_is_refused_for_good_without_a_connection() {
    let server = Server::start(HONEST, "localhost", false).await;
    let smtp = Smtp::new(&server.settings(Security::StartTls)).unwrap();
    let hostile = EmailMessage { to: "an@example.vn>\r\nRCPT TO:<x@y.vn".to_owned(), ..email() };
    assert!(matches!(smtp.deliver(&hostile).await, Delivery::Permanent(_)));
    assert!(server.heard().is_empty());
}

#[test]
fn settings_that_would_weaken_or_break_the_way_are_refused_at_start() {
    let plain =
        |host: &str| SmtpSettings { host: host.to_owned(), security: Security::None, ..SmtpSettings::default() };
    assert!(Smtp::new(&plain("localhost")).is_ok());
    assert!(Smtp::new(&plain("127.0.0.1")).is_ok());
    assert!(Smtp::new(&plain("mail.example")).is_err());
    assert!(Smtp::new(&plain("10.0.0.7")).is_err());
    let base = SmtpSettings::default;
    assert!(Smtp::new(&SmtpSettings { from: "nobody".to_owned(), ..base() }).is_err());
    assert!(Smtp::new(&SmtpSettings { from: "A\r\nBcc: x <a@b.vn>".to_owned(), ..base() }).is_err());
    assert!(Smtp::new(&SmtpSettings { username: Some("u".to_owned()), ..base() }).is_err());
    assert!(Smtp::new(&SmtpSettings { hello_name: Some("a b".to_owned()), ..base() }).is_err());
    assert!(Smtp::new(&SmtpSettings { root_ca_file: Some("no-such-file.pem".into()), ..base() }).is_err());
    let both = SmtpSettings {
        username: Some("u".to_owned()),
        password: Some(Secret::new("p".to_owned())),
        password_file: Some("p".into()),
        ..base()
    };
    assert!(Smtp::new(&both).is_err());
}
