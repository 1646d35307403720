//! `/demo/inbox`: what the demonstration's mail and text-message sinks took in, for people and for tests.

use axum::Router;
use axum::extract::State;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use portal_id_core::language::Language;
use portal_id_core::time::{Clock, Timestamp};
use serde::Serialize;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use time::format_description::well_known::Rfc3339;
use url::{Host, Url};

/// How many messages are kept; older ones fall out.
const KEPT: usize = 500;

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1rem; max-width: 46rem; font: 1rem/1.6 system-ui, \"Segoe UI\", Roboto, Arial, sans-serif; overflow-wrap: anywhere; }
nav a { margin-inline-end: 1rem; }
a:focus-visible { outline: 3px solid; outline-offset: 2px; }
h1 { font-size: 1.5rem; }
h2 { margin: 0; font-size: 1.1rem; }
ol { margin: 0; padding: 0; list-style: none; }
article { margin: 1rem 0; padding: 1rem; border: 1px solid #8a8a8a; border-radius: 0.5rem; }
.about { margin: 0.25rem 0 0.75rem; font-size: 0.9rem; }
pre { margin: 0; font: inherit; white-space: pre-wrap; }
";

/// What a sink took in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemoMessage {
    /// `email` or `sms`.
    pub channel: &'static str,
    /// The e-mail address as typed, or the phone in E.164.
    pub to: String,
    /// The subject; empty for a text message.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML form of an e-mail; not part of the JSON (decisions 27).
    #[serde(skip)]
    pub html: Option<String>,
    /// When it was taken in, RFC 3339 in UTC.
    pub sent_at: String,
}

/// The last messages of the demonstration. Cheap to clone; all clones are one inbox.
#[derive(Clone)]
pub struct DemoInbox {
    clock: Arc<dyn Clock>,
    messages: Arc<Mutex<VecDeque<DemoMessage>>>,
}

impl DemoInbox {
    /// An empty inbox that dates messages by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, messages: Arc::default() }
    }

    /// The messages, the newest first.
    pub fn newest_first(&self) -> Vec<DemoMessage> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    /// The `token` of the link in the newest e-mail to `to` that has one.
    pub fn newest_link_token(&self, to: &str) -> Option<String> {
        let mut emails =
            self.newest_first().into_iter().filter(|message| message.channel == "email" && message.to == to);
        emails.find_map(|message| {
            let mut links = message.text.split_whitespace().filter_map(|word| Url::parse(word).ok());
            links.find_map(|link| {
                link.query_pairs().find(|(name, _)| name == "token").map(|(_, token)| token.into_owned())
            })
        })
    }

    /// Takes an e-mail in.
    pub(super) fn take_email(&self, to: String, subject: String, text: String, html: Option<String>) {
        self.take(DemoMessage { channel: "email", to, subject, text, html, sent_at: rfc3339(self.clock.now()) });
    }

    /// Takes a text message in.
    pub(super) fn take_sms(&self, to: String, text: String) {
        let sent_at = rfc3339(self.clock.now());
        self.take(DemoMessage { channel: "sms", to, subject: String::new(), text, html: None, sent_at });
    }

    fn take(&self, message: DemoMessage) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() >= KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
    }
}

fn rfc3339(at: Timestamp) -> String {
    let moment = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000);
    moment.ok().and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

/// `GET /demo/inbox`, as JSON for programs and as a page for people.
pub(super) fn router(inbox: DemoInbox) -> Router {
    Router::new()
        .route("/demo/inbox", get(show))
        .route("/demo/inbox.css", get(style))
        .route("/demo/inbox.svg", get(icon))
        .with_state(inbox)
}

async fn show(State(inbox): State<DemoInbox>, headers: HeaderMap, uri: Uri) -> Response {
    let messages = inbox.newest_first();
    let wants_json = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    if wants_json {
        let json = serde_json::to_string(&messages).unwrap_or_else(|_| "[]".to_owned());
        return answer("application/json", json);
    }
    let asked =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).find(|(name, _)| name == "lang");
    let language = asked.and_then(|(_, tag)| Language::from_tag(&tag)).unwrap_or_default();
    answer("text/html; charset=utf-8", page(language, &messages))
}

async fn style() -> Response {
    answer("text/css; charset=utf-8", STYLE.to_owned())
}

async fn icon() -> Response {
    answer("image/svg+xml", ICON.to_owned())
}

fn answer(kind: &'static str, body: String) -> Response {
    let headers: [(HeaderName, &'static str); 5] = [
        (CONTENT_TYPE, kind),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (headers, body).into_response()
}

/// An envelope.
const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">\
    <path fill=\"#0b4f5c\" d=\"M1 3h14v10H1zm1 1 6 5 6-5\"/></svg>";

/// The words of the page in one language.
struct Words {
    title: &'static str,
    lead: &'static str,
    empty: &'static str,
    email: &'static str,
    sms: &'static str,
    to: &'static str,
    refresh: &'static str,
    other_language: (&'static str, &'static str),
}

const VI: Words = Words {
    title: "Hộp thư thử nghiệm",
    lead: "Thư và tin nhắn của bản thử nghiệm này đến đây, không gửi ra ngoài. Mới nhất ở trên cùng.",
    empty: "Chưa có thư hay tin nhắn nào.",
    email: "Thư điện tử",
    sms: "Tin nhắn SMS",
    to: "Gửi đến",
    refresh: "Tải lại",
    other_language: ("en", "English"),
};

const EN: Words = Words {
    title: "Demo inbox",
    lead: "E-mails and text messages of this demonstration arrive here and go nowhere else. The newest is on top.",
    empty: "There are no messages yet.",
    email: "E-mail",
    sms: "Text message",
    to: "To",
    refresh: "Reload",
    other_language: ("vi", "Tiếng Việt"),
};

fn page(language: Language, messages: &[DemoMessage]) -> String {
    let words = match language {
        Language::Vi => &VI,
        Language::En => &EN,
    };
    let (other, other_name) = words.other_language;
    let list = if messages.is_empty() {
        format!("<p>{}</p>", words.empty)
    } else {
        messages.iter().fold(String::from("<ol>"), |list, message| list + &entry(words, message)) + "</ol>"
    };
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"/demo/inbox.svg\">\n<link rel=\"stylesheet\" href=\"/demo/inbox.css\">\n</head>\n<body>\n\
         <header><nav><a href=\"/demo/inbox?lang={tag}\">{refresh}</a> \
         <a href=\"/demo/inbox?lang={other}\" lang=\"{other}\" hreflang=\"{other}\">{other_name}</a></nav></header>\n\
         <main>\n<h1>{title}</h1>\n<p>{lead}</p>\n{list}\n</main>\n</body>\n</html>\n",
        tag = language.tag(),
        title = words.title,
        refresh = words.refresh,
        lead = words.lead,
    )
}

fn entry(words: &Words, message: &DemoMessage) -> String {
    let kind = if message.channel == "sms" { words.sms } else { words.email };
    let (heading, about) = if message.subject.is_empty() {
        (kind, String::new())
    } else {
        (message.subject.as_str(), format!("{kind} · "))
    };
    format!(
        "<li><article><h2>{}</h2><p class=\"about\">{about}{}: <b>{}</b> · <time datetime=\"{}\">{}</time></p>\
         <pre>{}</pre></article></li>\n",
        escaped(heading),
        words.to,
        escaped(&message.to),
        escaped(&message.sent_at),
        escaped(&in_vietnam(&message.sent_at)),
        with_links(&message.text),
    )
}

/// Time and day as the portal's pages write them, with seconds: messages follow each other closely here.
fn in_vietnam(sent_at: &str) -> String {
    let Ok(moment) = time::OffsetDateTime::parse(sent_at, &Rfc3339) else { return sent_at.to_owned() };
    let local = moment.to_offset(time::macros::offset!(+7));
    let (hour, minute, second) = local.to_hms();
    format!("{hour:02}:{minute:02}:{second:02}, {:02}/{:02}/{}", local.day(), u8::from(local.month()), local.year())
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' | '>' | '&' | '"' | '\'' => {
                let _ = write!(safe, "&#{};", u32::from(letter));
            }
            _ => safe.push(letter),
        }
    }
    safe
}

/// The text, escaped, with its addresses on this machine made clickable.
fn with_links(text: &str) -> String {
    let link = |word: &str| {
        let safe = escaped(word);
        if is_local(word) { format!("<a href=\"{safe}\">{safe}</a>") } else { safe }
    };
    text.split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end_matches(char::is_whitespace);
            link(word) + &piece[word.len()..]
        })
        .collect()
}

/// Only `http://localhost`: a mail that names another place must not become a link here.
fn is_local(word: &str) -> bool {
    word.starts_with("http://localhost")
        && Url::parse(word).is_ok_and(|url| {
            url.host() == Some(Host::Domain("localhost")) && url.username().is_empty() && url.password().is_none()
        })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use axum::body::to_bytes;

    /// A clock that stands still.
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(1_795_400_000_250)
        }
    }

    fn inbox() -> DemoInbox {
        DemoInbox::new(Arc::new(Still))
    }

    fn email(inbox: &DemoInbox, to: &str, text: &str) {
        inbox.take_email(to.to_owned(), "Kích hoạt".to_owned(), text.to_owned(), Some("<p>x</p>".to_owned()));
    }

    async fn ask(inbox: &DemoInbox, accept: &str, uri: &'static str) -> (HeaderMap, String) {
        let headers = [(ACCEPT, accept.parse().unwrap())].into_iter().collect();
        let response = show(State(inbox.clone()), headers, Uri::from_static(uri)).await;
        let headers = response.headers().clone();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn programs_get_json_with_the_newest_first() {
        let inbox = inbox();
        email(&inbox, "An@Example.vn", "one");
        inbox.take_sms("+84912345678".to_owned(), "Ma 123456\n@localhost #123456".to_owned());
        let (headers, body) = ask(&inbox, "application/json", "/demo/inbox").await;
        assert_eq!(headers[CONTENT_TYPE], "application/json");
        let expected = serde_json::json!([
            { "channel": "sms", "to": "+84912345678", "subject": "", "text": "Ma 123456\n@localhost #123456", "sent_at": "2026-11-23T02:13:20.25Z" },
            { "channel": "email", "to": "An@Example.vn", "subject": "Kích hoạt", "text": "one", "sent_at": "2026-11-23T02:13:20.25Z" },
        ]);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&body).unwrap(), expected);
    }

    #[tokio::test]
    async fn people_get_a_page_in_their_language_that_may_load_nothing_but_its_style() {
        let inbox = inbox();
        email(&inbox, "an@example.vn", "one");
        inbox.take_sms("+84912345678".to_owned(), "Ma 123456".to_owned());
        let (headers, vi) = ask(&inbox, "text/html", "/demo/inbox").await;
        assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'; style-src 'self'"));
        assert!(vi.contains("<html lang=\"vi\">") && vi.contains("Hộp thư thử nghiệm"));
        assert!(vi.contains(">09:13:20, 23/11/2026</time>"), "{vi}");
        assert_eq!(vi.matches("Tin nhắn SMS").count(), 1, "{vi}");
        assert!(!vi.contains("style=\"") && !vi.contains("<script") && !vi.contains("<style"));
        let (_, en) = ask(&inbox, "text/html", "/demo/inbox?lang=en").await;
        assert!(en.contains("<html lang=\"en\">") && en.contains("Demo inbox"));
    }

    // security: row 3
    #[test]
    fn a_message_cannot_bring_markup_or_foreign_links_onto_the_page() {
        let text = "<script>x</script> http://localhost:8080/activate?a=1&token=\"t' http://localhost.evil.example/ \
                    http://localhost@evil.example/ https://evil.example/ javascript:alert(1)";
        let page = page(
            Language::Vi,
            &[DemoMessage {
                channel: "email",
                to: "<b>@x".to_owned(),
                subject: "<img src=x>".to_owned(),
                text: text.to_owned(),
                html: None,
                sent_at: String::new(),
            }],
        );
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>@x"));
        let links: Vec<&str> = page
            .split("<pre>")
            .nth(1)
            .unwrap()
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(links, ["http://localhost:8080/activate?a=1&#38;token=&#34;t&#39;"]);
    }

    #[test]
    fn the_oldest_messages_fall_out() {
        let inbox = inbox();
        for number in 0..KEPT + 3 {
            email(&inbox, "an@example.vn", &number.to_string());
        }
        let messages = inbox.newest_first();
        assert_eq!(messages.len(), KEPT);
        assert_eq!(messages[0].text, (KEPT + 2).to_string());
        assert_eq!(messages[KEPT - 1].text, "3");
    }

    #[test]
    fn the_newest_link_to_an_address_is_found() {
        let inbox = inbox();
        email(&inbox, "an@example.vn", "http://localhost:8080/activate?token=old");
        email(&inbox, "an@example.vn", "Mở liên kết:\nhttp://localhost:8080/activate?x=1&token=n%2Dw\nCảm ơn");
        email(&inbox, "an@example.vn", "no link");
        email(&inbox, "other@example.vn", "http://localhost:8080/activate?token=other");
        assert_eq!(inbox.newest_link_token("an@example.vn").as_deref(), Some("n-w"));
        assert_eq!(inbox.newest_link_token("nobody@example.vn"), None);
    }
}
