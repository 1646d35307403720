//! The same provider on a socket of its own, where the house reaches it by its real client: there it can also hang, and
//! break off in the middle of an answer.

use super::{Asked, Manner, Provider};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::serve::Listener;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, StatusCode};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tempfile::NamedTempFile;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

impl Provider {
    /// The national portal, on a socket of this machine.
    pub async fn vnconnect_on_a_socket() -> Arc<Self> {
        let (listener, port) = listener().await;
        let mut provider = alone(Self::vnconnect());
        provider.base = format!("http://{}:{port}", Ipv4Addr::LOCALHOST);
        let provider = Arc::new(provider);
        let router = router(&provider);
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// The same over TLS at `localhost`, with a certificate that nobody but its own file vouches for.
    pub async fn over_tls(self: Arc<Self>) -> Arc<Self> {
        let (listener, port) = listener().await;
        let (acceptor, root_ca) = own_certificate("localhost");
        let mut provider = alone(self);
        provider.base = format!("https://localhost:{port}");
        provider.root_ca = Some(root_ca);
        let provider = Arc::new(provider);
        let router = router(&provider);
        tokio::spawn(async move { axum::serve(OverTls { listener, acceptor }, router).await });
        provider
    }

    /// The line of settings that makes a house believe its certificate.
    pub fn root_ca_file(&self) -> String {
        let file = self.root_ca.as_ref().expect("a provider over TLS");
        format!("root_ca_file = \"{}\"\n", file.path().display())
    }

    /// Waits until it was asked so often at a path.
    pub async fn has_been_asked(&self, path: &str, times: usize) {
        loop {
            let news = self.news.notified();
            if self.asked_at(path).len() >= times {
                return;
            }
            news.await;
        }
    }

    /// Whoever hangs is cut off.
    pub fn hang_up(&self) {
        self.released.send_replace(());
    }
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

fn alone(provider: Arc<Provider>) -> Provider {
    Arc::into_inner(provider).expect("nobody else has it yet")
}

fn router(provider: &Arc<Provider>) -> Router {
    Router::new().fallback(answer).with_state(Arc::clone(provider))
}

fn own_certificate(name: &str) -> (TlsAcceptor, NamedTempFile) {
    let certified = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let mut root_ca = NamedTempFile::new().unwrap();
    root_ca.write_all(certified.cert.pem().as_bytes()).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), root_ca)
}

/// Connections with whom a protected one came about; others are hung up on.
struct OverTls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for OverTls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

async fn answer(State(provider): State<Arc<Provider>>, parts: Parts, body: Bytes) -> Response {
    let mut released = provider.released.subscribe();
    let path = parts.uri.path().to_owned();
    let manner = provider.inside().manners.get(&path).cloned();
    let fields = form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let authorization = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let method = if parts.method == Method::POST { "POST" } else { "GET" };
    let heard = provider.hear(&Asked { path, method, authorization, fields });
    provider.news.notify_waiters();
    match (manner, heard) {
        (Some(Manner::Hang), _) => {
            // The end comes from outside, or from whoever has no more patience.
            let _ = released.changed().await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        (Some(Manner::Cut), Ok(answer)) => {
            let half = Bytes::copy_from_slice(&answer.body[..answer.body.len() / 2]);
            let broken = std::io::Error::other("broken off");
            let body = Body::from_stream(futures_util::stream::iter([Ok(half), Err(broken)]));
            ([(CONTENT_TYPE, answer.content_type)], body).into_response()
        }
        (_, Ok(answer)) => {
            let status = StatusCode::from_u16(answer.status).expect("a status");
            (status, [(CONTENT_TYPE, answer.content_type)], answer.body).into_response()
        }
        (_, Err(_)) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
