//! The demonstration's mail server (RFC 5321, what a submitting client needs of it), and an inbox behind it instead of
//! the internet. It listens on this machine only and offers no TLS.

use super::inbox::DemoInbox;
use mail_parser::MessageParser;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The longest line; RFC 5321 §4.5.3.1.6 asks for 1000 octets at least.
const LINE_CAP: usize = 4096;
/// The longest mail.
const MAIL_CAP: usize = 1024 * 1024;
/// RFC 5321 §4.5.3.1.8 asks for 100 at least.
const RECIPIENTS_CAP: usize = 100;
/// A client that says nothing for so long has gone.
const PATIENCE: Duration = Duration::from_mins(1);

/// Starts the mail server on a free port of this machine; gives its address.
pub(super) async fn start(inbox: DemoInbox) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let inbox = inbox.clone();
                    tokio::spawn(async move {
                        if let Err(error) = (Conversation { stream: BufReader::new(stream), inbox }).hold().await {
                            tracing::debug!(%error, "a conversation with the demonstration's mail server broke off");
                        }
                    });
                }
                Err(error) => tracing::warn!(%error, "the demonstration's mail server cannot accept a connection"),
            }
        }
    });
    Ok(address)
}

/// The mail being handed over: MAIL and RCPT build it, DATA ends it, RSET and EHLO forget it (RFC 5321 §4.1.4).
#[derive(Default)]
struct Transaction {
    has_sender: bool,
    recipients: Vec<String>,
}

/// A line of the client, or why there is none.
enum Line {
    Text(Vec<u8>),
    TooLong,
    End,
}

struct Conversation {
    stream: BufReader<TcpStream>,
    inbox: DemoInbox,
}

impl Conversation {
    async fn hold(mut self) -> std::io::Result<()> {
        self.say("220 demo ESMTP").await?;
        let mut transaction = Transaction::default();
        loop {
            let line = match self.line().await? {
                Line::Text(line) => String::from_utf8_lossy(&line).trim_end().to_owned(),
                Line::TooLong => {
                    self.say("500 5.5.2 line too long").await?;
                    return Ok(());
                }
                Line::End => return Ok(()),
            };
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => {
                    transaction = Transaction::default();
                    "250-demo\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 1048576"
                }
                "HELO" => {
                    transaction = Transaction::default();
                    "250 demo"
                }
                "MAIL" => transaction.mail(),
                "RCPT" => transaction.rcpt(&line),
                "DATA" if transaction.recipients.is_empty() => "503 5.5.1 RCPT first",
                "DATA" => {
                    let ended = std::mem::take(&mut transaction);
                    if !self.data(ended).await? {
                        return Ok(());
                    }
                    continue;
                }
                "RSET" => {
                    transaction = Transaction::default();
                    "250 2.0.0 forgotten"
                }
                "NOOP" => "250 2.0.0 ok",
                "QUIT" => return self.say("221 2.0.0 bye").await,
                _ => "502 5.5.1 not here",
            };
            self.say(answer).await?;
        }
    }

    /// Takes the mail in; false when the client has gone or cannot be followed any more.
    async fn data(&mut self, transaction: Transaction) -> std::io::Result<bool> {
        self.say("354 end with a dot on a line of its own").await?;
        let mut mail = Vec::new();
        let mut too_long = false;
        loop {
            let line = match self.line().await? {
                Line::Text(line) => line,
                Line::TooLong => {
                    self.say("500 5.5.2 line too long").await?;
                    return Ok(false);
                }
                Line::End => return Ok(false),
            };
            // Only CRLF . CRLF ends a mail: anything laxer lets one mail hide another ("SMTP smuggling").
            if line == b".\r\n" {
                break;
            }
            // RFC 5321 §4.5.2: the client doubled a dot that begins a line.
            let unstuffed = line.strip_prefix(b".").unwrap_or(&line);
            too_long |= mail.len() + unstuffed.len() > MAIL_CAP;
            if !too_long {
                mail.extend_from_slice(unstuffed);
            }
        }
        let answer = if too_long {
            "552 5.3.4 too long"
        } else if self.deliver(&mail, transaction.recipients) {
            "250 2.0.0 taken"
        } else {
            "554 5.6.0 not a mail"
        };
        self.say(answer).await?;
        Ok(true)
    }

    fn deliver(&self, mail: &[u8], recipients: Vec<String>) -> bool {
        let Some(mail) = MessageParser::default().parse(mail) else { return false };
        let subject = mail.subject().unwrap_or_default().to_owned();
        let text = mail.body_text(0).unwrap_or_default().replace("\r\n", "\n");
        let html = (mail.html_body_count() > 0).then(|| mail.body_html(0).map(std::borrow::Cow::into_owned)).flatten();
        for to in recipients {
            self.inbox.take_email(to, subject.clone(), text.clone(), html.clone());
        }
        true
    }

    async fn line(&mut self) -> std::io::Result<Line> {
        let mut line = Vec::new();
        let cap = u64::try_from(LINE_CAP).unwrap_or(u64::MAX);
        let mut limited = (&mut self.stream).take(cap);
        let Ok(read) = tokio::time::timeout(PATIENCE, limited.read_until(b'\n', &mut line)).await else {
            return Ok(Line::End);
        };
        Ok(match read? {
            0 => Line::End,
            _ if line.ends_with(b"\n") => Line::Text(line),
            LINE_CAP => Line::TooLong,
            _ => Line::End,
        })
    }

    async fn say(&mut self, answer: &str) -> std::io::Result<()> {
        self.stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }
}

impl Transaction {
    fn mail(&mut self) -> &'static str {
        if self.has_sender {
            return "503 5.5.1 one MAIL at a time";
        }
        self.has_sender = true;
        "250 2.1.0 ok"
    }

    fn rcpt(&mut self, line: &str) -> &'static str {
        if !self.has_sender {
            return "503 5.5.1 MAIL first";
        }
        if self.recipients.len() >= RECIPIENTS_CAP {
            return "452 4.5.3 too many recipients";
        }
        let address = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address);
        match address.filter(|address| address.contains('@')) {
            Some(address) => {
                self.recipients.push(address.to_owned());
                "250 2.1.5 ok"
            }
            None => "501 5.1.3 not an address",
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use portal_id_core::outbox::Delivery;
    use portal_id_core::ports::{EmailMessage, Mailer as _};
    use portal_id_core::time::{Clock, Timestamp};
    use portal_id_notify::{Security, Smtp, SmtpSettings};
    use std::sync::Arc;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(1_795_400_000)
        }
    }

    fn inbox() -> DemoInbox {
        DemoInbox::new(Arc::new(Still))
    }

    /// Says `lines` one after the other, each after the answer to the last; gives the answers' codes.
    async fn talk(address: SocketAddr, lines: &[&str]) -> Vec<String> {
        let mut stream = BufReader::new(TcpStream::connect(address).await.unwrap());
        let mut codes = Vec::new();
        for line in [""].iter().chain(lines) {
            if !line.is_empty() {
                stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
            }
            loop {
                let mut answer = String::new();
                if stream.read_line(&mut answer).await.unwrap() == 0 {
                    return codes;
                }
                if answer.as_bytes().get(3) != Some(&b'-') {
                    codes.push(answer.chars().take(3).collect());
                    break;
                }
            }
        }
        codes
    }

    #[tokio::test]
    async fn our_own_mailer_reaches_the_inbox_with_both_forms_and_every_accent() {
        let inbox = inbox();
        let address = start(inbox.clone()).await.unwrap();
        let settings = SmtpSettings {
            host: address.ip().to_string(),
            port: Some(address.port()),
            security: Security::None,
            ..SmtpSettings::default()
        };
        let email = EmailMessage {
            id: "id-1".to_owned(),
            to: "Nguyen.An+dvc@Example.vn".to_owned(),
            language: portal_id_core::language::Language::Vi,
            subject: "Kích hoạt tài khoản của bạn tại Cổng Dịch vụ công tỉnh Bắc Giang".to_owned(),
            text: "Nguyễn Thị Ân\n.\n..\nhttp://localhost:8080/activate?token=a=b".to_owned(),
            html: "<p>Nguyễn Thị Ân</p>".to_owned(),
        };
        assert_eq!(Smtp::new(&settings).unwrap().deliver(&email).await, Delivery::Accepted);
        let messages = inbox.newest_first();
        assert_eq!(messages.len(), 1);
        assert_eq!((messages[0].channel, messages[0].to.as_str()), ("email", "Nguyen.An+dvc@Example.vn"));
        assert_eq!(messages[0].subject, email.subject);
        assert_eq!(messages[0].text.trim_end(), email.text);
        assert_eq!(messages[0].html.as_deref().map(str::trim_end), Some(email.html.as_str()));
    }

    #[tokio::test]
    async fn the_order_of_commands_is_kept() {
        let inbox = inbox();
        let address = start(inbox.clone()).await.unwrap();
        let codes = talk(
            address,
            &[
                "NOOP",
                "RCPT TO:<a@b.vn>",
                "DATA",
                "VRFY a",
                "EHLO x",
                "MAIL FROM:<a@b.vn>",
                "MAIL FROM:<a@b.vn>",
                "RCPT TO:a",
                "RSET",
                "DATA",
                "QUIT",
            ],
        )
        .await;
        assert_eq!(codes, ["220", "250", "503", "503", "502", "250", "250", "503", "501", "250", "503", "221"]);
        assert!(inbox.newest_first().is_empty());
    }

    #[tokio::test]
    async fn a_doubled_dot_is_one_dot_and_only_crlf_dot_crlf_ends_a_mail() {
        let inbox = inbox();
        let address = start(inbox.clone()).await.unwrap();
        let mail = "Subject: x\r\n\r\n..a\r\nb\n.\nMAIL FROM:<evil@b.vn>\r\n.";
        let codes = talk(
            address,
            &["EHLO x", "MAIL FROM:<a@b.vn>", "RCPT TO:<c@d.vn>", "RCPT TO:<e@f.vn>", "DATA", mail, "QUIT"],
        )
        .await;
        assert_eq!(codes, ["220", "250", "250", "250", "250", "354", "250", "221"]);
        let messages = inbox.newest_first();
        assert_eq!(messages.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(), ["e@f.vn", "c@d.vn"]);
        assert!(messages[0].text.starts_with(".a\nb\n"), "{:?}", messages[0].text);
        assert!(messages[0].text.contains("MAIL FROM"));
    }

    #[tokio::test]
    async fn a_mail_or_a_line_without_end_is_refused() {
        let inbox = inbox();
        let address = start(inbox.clone()).await.unwrap();
        let huge = format!("Subject: x\r\n\r\n{}.", format!("{}\r\n", "x".repeat(998)).repeat(1100));
        let codes = talk(address, &["EHLO x", "MAIL FROM:<a@b.vn>", "RCPT TO:<c@d.vn>", "DATA", &huge, "NOOP"]).await;
        assert_eq!(codes, ["220", "250", "250", "250", "354", "552", "250"]);
        let endless = "x".repeat(LINE_CAP + 100);
        assert_eq!(talk(address, &["EHLO x", &endless]).await, ["220", "250", "500"]);
        assert!(inbox.newest_first().is_empty());
    }
}
