//! A browser without a screen: keeps cookies, follows our own redirects, sends the forms it was shown.

use crate::idp::TestIdp;
use crate::page::{Form, Page};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;
use url::Url;

/// What came back for one request.
pub struct Answer {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("an answer in UTF-8")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("a header in ASCII"))
    }
}

/// A browser. Cloning one copies its cookies: what a thief of cookies would have.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    origin: Url,
    cookies: BTreeMap<String, String>,
    /// The visitor's address.
    pub address: SocketAddr,
    /// Sent as `Accept-Language`.
    pub language: String,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Everything that it got, if it notes that: addresses, headers, bodies.
    diary: Option<Arc<Mutex<Vec<String>>>>,
    /// Whether it says that it shows what it gets (`Sec-Fetch-Mode: navigate`), as browsers for people do.
    pub navigates: bool,
}

impl Browser {
    pub fn new(router: Router, origin: &str) -> Self {
        Self {
            router,
            origin: Url::parse(origin).unwrap(),
            cookies: BTreeMap::new(),
            address: SocketAddr::from(([203, 0, 113, 7], 40_000)),
            language: "vi".to_owned(),
            user_agent: "Testkit/1.0".to_owned(),
            diary: None,
            navigates: false,
        }
    }

    /// The same browser, which notes everything that it gets.
    #[must_use]
    pub fn keeping_a_diary(mut self) -> Self {
        self.diary = Some(Arc::default());
        self
    }

    /// What it got since.
    pub fn diary(&self) -> Vec<String> {
        self.diary.as_ref().map(|diary| diary.lock().unwrap().clone()).unwrap_or_default()
    }

    /// The same browser, whose next requests reach another node.
    #[must_use]
    pub fn at_node(mut self, idp: &TestIdp) -> Self {
        self.router = idp.router();
        self
    }

    #[must_use]
    pub fn at_address(mut self, address: &str) -> Self {
        self.address = SocketAddr::new(address.parse().unwrap(), 40_000);
        self
    }

    #[must_use]
    pub fn in_language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.language);
        self
    }

    #[must_use]
    pub fn calling_itself(mut self, user_agent: &str) -> Self {
        user_agent.clone_into(&mut self.user_agent);
        self
    }

    #[must_use]
    pub fn showing_pages(mut self) -> Self {
        self.navigates = true;
        self
    }

    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Drops the session cookie alone, as its end does: what else the browser keeps stays.
    pub fn forget_session(&mut self) {
        self.cookies.retain(|name, _| name.trim_start_matches("__Host-").matches('-').count() != 1);
    }

    /// Puts in a cookie, as a thief does.
    pub fn keep_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    pub fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    /// Opens an address of ours (absolute, or a path) and follows redirects while they stay with us.
    pub async fn open(&mut self, address: &str) -> Page {
        let url = self.origin.join(address).unwrap();
        let answer = self.send(Method::GET, &url, None).await;
        self.follow(url, answer).await
    }

    /// Opens the address where another provider sent somebody back. Who is new, and asked how they can be reached, passes on.
    pub async fn come_back(&mut self, address: &str) -> Page {
        let page = self.open(address).await;
        match page.link("skip") {
            Some(onward) if page.name() == "contact" => self.open(&onward).await,
            _ => page,
        }
    }

    /// Sends a form as it was shown and filled, pressing `button`.
    pub async fn submit(&mut self, form: Form) -> Page {
        let url = form.action.clone();
        let fields = form.into_fields();
        let answer = self.post(&url, &fields).await;
        self.follow(url, answer).await
    }

    /// Posts fields to an address of ours and does not follow.
    pub async fn post(&mut self, url: &Url, fields: &[(String, String)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, url, Some(body)).await
    }

    async fn follow(&mut self, mut url: Url, mut answer: Answer) -> Page {
        for _ in 0..10 {
            let Some(location) = answer.header("location").filter(|_| answer.status.is_redirection()) else {
                return Page::new(url, answer);
            };
            let next = url.join(location).unwrap();
            if next.origin() != self.origin.origin() {
                return Page::away(next, answer);
            }
            url = next;
            answer = self.send(Method::GET, &url, None).await;
        }
        panic!("too many redirects, the last to {url}");
    }

    async fn send(&mut self, method: Method, url: &Url, body: Option<String>) -> Answer {
        let mut request = Request::builder()
            .method(method.clone())
            .uri(&url[url::Position::BeforePath..])
            .header(header::HOST, self.origin.authority())
            .header(header::ACCEPT_LANGUAGE, &self.language)
            .header(header::USER_AGENT, &self.user_agent);
        if self.navigates {
            request = request.header("sec-fetch-mode", "navigate");
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if method == Method::POST {
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ORIGIN, self.origin.origin().ascii_serialization());
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        self.send_raw(request).await
    }

    /// Sends any request from this visitor's address; cookies of the answer are kept, none are added.
    pub async fn send_raw(&mut self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(ConnectInfo(self.address));
        let response = self.router.clone().oneshot(request).await.unwrap();
        self.keep_cookies(&response);
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        if let Some(diary) = &self.diary {
            let got = format!("{} {:?}\n{}", parts.status, parts.headers, String::from_utf8_lossy(&body));
            diary.lock().unwrap().push(got);
        }
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn keep_cookies(&mut self, response: &Response<Body>) {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let gone = value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0");
            if gone {
                self.cookies.remove(name.trim());
            } else {
                self.cookies.insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }
}
