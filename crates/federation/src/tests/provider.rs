//! A provider in the shape of VNConnect on a socket of its own, which does what it is told.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::house::NOW;
use crate::{Answer, Departure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

pub(super) const CLIENT_ID: &str = "cong-tinh";
pub(super) const SECRET: &str = "bí mật & khác";

/// What the provider does at a path.
#[derive(Clone, Debug)]
pub(super) enum Manner {
    /// As it should.
    Well,
    /// Only a status.
    Status(u16),
    /// Nothing, ever.
    Hang,
    /// Breaks off in the middle of the body.
    Cut,
    /// This, whatever was asked.
    Say(&'static str, String),
}

/// What was asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) top: String,
    pub(super) body: String,
}

impl Asked {
    pub(super) fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes()).find(|(one, _)| one == name).map(|(_, value)| value.into())
    }
}

/// A key of the provider.
#[derive(Clone)]
pub(super) struct Key {
    kid: String,
    key: SigningKey,
}

impl Key {
    /// The same for the same number.
    pub(super) fn of(kid: &str, number: u8) -> Self {
        Self { kid: kid.to_owned(), key: SigningKey::from_slice(&[number; 32]).unwrap() }
    }

    pub(super) fn public_jwk(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid,
            "x": number(point.x().unwrap()), "y": number(point.y().unwrap()),
        })
    }

    pub(super) fn header(&self) -> Value {
        json!({ "alg": "ES256", "kid": self.kid, "typ": "JWT" })
    }

    /// A token with whatever header and claims.
    pub(super) fn sign(&self, header: &Value, claims: &Map<String, Value>) -> String {
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", part(header.to_string()), part(Value::Object(claims.clone()).to_string()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

/// What the provider knows and does; tests change it as they like.
pub(super) struct State {
    pub(super) manners: HashMap<&'static str, Manner>,
    pub(super) asked: Vec<Asked>,
    pub(super) key: Key,
    pub(super) published: Vec<Value>,
    /// The ID token's claims beside `nonce`.
    pub(super) id_token: Map<String, Value>,
    pub(super) userinfo: Map<String, Value>,
    /// Made instead of the usual ID token.
    pub(super) token: Option<String>,
    /// The nonce that the last sign-in brought.
    pub(super) nonce: Option<String>,
    /// Metadata beside the addresses.
    pub(super) metadata: Map<String, Value>,
    /// Whether userinfo is a signed token.
    pub(super) signs_userinfo: bool,
}

/// The provider.
pub(super) struct Provider {
    pub(super) base: String,
    state: Arc<Mutex<State>>,
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let key = Key::of("k-1", 1);
        let id_token = json!({
            "iss": format!("{base}/oauth2/token"), "aud": CLIENT_ID, "sub": "s-1", "sid": "sid-1",
            "iat": NOW.seconds(), "exp": NOW.seconds() + 300, "auth_time": NOW.seconds() - 5,
        });
        let userinfo = json!({
            "sub": "s-1", "TechID": "tech-1", "LoaiTaiKhoan": 1, "SoDinhDanh": "024085001234", "SoCMND": "",
            "HoVaTen": "Nguyễn Văn An", "NgayThangNamSinh": "19850315", "loAs": "LoA2", "SoDienThoai": "0912345678",
            "ThuDienTu": null, "TonGiao": "Không", "NhomMau": "O", "Cha": "Nguyễn Văn Bình",
        });
        let state = State {
            manners: HashMap::new(),
            asked: Vec::new(),
            published: vec![key.public_jwk()],
            key,
            id_token: id_token.as_object().unwrap().clone(),
            userinfo: userinfo.as_object().unwrap().clone(),
            token: None,
            nonce: None,
            metadata: Map::new(),
            signs_userinfo: false,
        };
        let state = Arc::new(Mutex::new(state));
        let (served, place) = (Arc::clone(&state), base.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&served), place.clone()));
            }
        });
        Self { base, state }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn at(&self, path: &'static str, manner: Manner) {
        self.state().manners.insert(path, manner);
    }

    /// Settings of the preset `vnconnect`, here.
    pub(super) fn vnconnect(&self, more: &str) -> String {
        let Self { base, .. } = self;
        format!(
            "id = \"vnconnect\"\npreset = \"vnconnect\"\nbase_url = \"{base}\"\nclient_id = \"{CLIENT_ID}\"\nclient_secret = \"{SECRET}\"\n{more}"
        )
    }

    /// What the provider answers when somebody signed in there.
    pub(super) fn sign_in(&self, departure: &Departure) -> Answer {
        let url = Url::parse(&departure.location).unwrap();
        let parameter =
            |name: &str| url.query_pairs().find(|(one, _)| one == name).map(|(_, value)| value.into_owned());
        self.state().nonce = parameter("nonce");
        Answer::read([("code", "code-1"), ("state", parameter("state").unwrap().as_str())]).unwrap()
    }

    pub(super) fn asked(&self, path: &str) -> Vec<Asked> {
        self.state().asked.iter().filter(|one| one.path == path).cloned().collect()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>, base: String) {
    let Some(asked) = hear(&mut stream).await else { return };
    let (manner, answer) = {
        let mut state = state.lock().unwrap();
        state.asked.push(asked.clone());
        let manner = state.manners.get(asked.path.as_str()).cloned().unwrap_or(Manner::Well);
        (manner, answer(&state, &asked, &base))
    };
    let whole = |status: u16, kind: &str, body: &str| {
        format!(
            "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let text = match manner {
        Manner::Hang => return std::future::pending().await,
        Manner::Status(status) => whole(status, "text/html", "<h1>Bảo trì</h1>"),
        Manner::Say(kind, body) => whole(200, kind, &body),
        Manner::Cut => {
            let text = whole(200, answer.0, &answer.1);
            text[..text.len() - answer.1.len() / 2 - 1].to_owned()
        }
        Manner::Well => whole(200, answer.0, &answer.1),
    };
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn answer(state: &State, asked: &Asked, base: &str) -> (&'static str, String) {
    const JSON: &str = "application/json";
    // Metadata may say that things are at another place.
    match asked.path.replace("/moved/", "/oauth2/").as_str() {
        "/oauth2/token" => {
            let mut claims = state.id_token.clone();
            if let Some(nonce) = &state.nonce {
                claims.entry("nonce").or_insert_with(|| nonce.as_str().into());
            }
            let token = state.token.clone().unwrap_or_else(|| state.key.sign(&state.key.header(), &claims));
            let body = json!({ "access_token": "at-1", "token_type": "Bearer", "expires_in": 300, "id_token": token });
            (JSON, body.to_string())
        }
        "/oauth2/userinfo" if state.signs_userinfo => {
            ("application/jwt; charset=utf-8", state.key.sign(&state.key.header(), &state.userinfo))
        }
        "/oauth2/userinfo" => ("application/json;charset=UTF-8", Value::Object(state.userinfo.clone()).to_string()),
        "/oauth2/jwks" => (JSON, json!({ "keys": state.published }).to_string()),
        _ => {
            let mut document = json!({
                "issuer": format!("{base}/oauth2/token"),
                "authorization_endpoint": format!("{base}/oauth2/authorize"),
                "token_endpoint": format!("{base}/oauth2/token"),
                "userinfo_endpoint": format!("{base}/oauth2/userinfo"),
                "jwks_uri": format!("{base}/oauth2/jwks"),
                "end_session_endpoint": format!("{base}/oidc/logout"),
            });
            document.as_object_mut().unwrap().extend(state.metadata.clone());
            (JSON, document.to_string())
        }
    }
}

async fn hear(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut piece = [0; 2048];
    loop {
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((top, body)) = text.split_once("\r\n\r\n") else { continue };
        let top_lower = top.to_ascii_lowercase();
        let length =
            top_lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        if body.len() < length {
            continue;
        }
        let mut words = top.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let path = path.split('?').next()?.to_owned();
        return Some(Asked { method, path, top: top.to_owned(), body: body.to_owned() });
    }
}
